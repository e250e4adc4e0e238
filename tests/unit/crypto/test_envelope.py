"""The locked file, against a file made by another program and against itself."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from desktop.crypto.envelope import (
    LEAST_ROUNDS,
    MOST_ROUNDS,
    Attachment,
    EnvelopeContent,
    EnvelopeWords,
    derive_person_key,
    new_salt,
    open_envelope,
    seal_envelope,
)
from desktop.crypto.envelope_content import STEP, pack, unpack
from desktop.crypto.envelope_page import sealed_part
from desktop.errors import InputError
from desktop.paths import resource
from desktop.texts import Texts

VECTORS = Path(__file__).parents[2] / "vectors" / "envelope"
PASSPHRASE = "acorn velvet harbor muffin lantern zigzag"
SALT = bytes(range(16))
WORDS = EnvelopeWords.of(Texts("en"), '"Smith & Sons" <dental>')
LETTER = EnvelopeContent(
    "Your visit",
    "Maria Lopez, Tuesday 14:30 ✓\n</script><script>alert(1)</script>",
    "<p>Maria Lopez</p>",
    (
        Attachment("report ñ.pdf", "application/pdf", bytes(range(256)) * 9),
        Attachment("empty", "text/plain", b""),
    ),
)


@pytest.fixture(scope="module")
def person_key() -> bytes:
    return derive_person_key(PASSPHRASE, SALT, LEAST_ROUNDS)


@pytest.fixture(scope="module")
def file(person_key: bytes) -> bytes:
    return seal_envelope(person_key, SALT, LEAST_ROUNDS, LETTER, WORDS)


def with_sealed(sealed: str) -> bytes:
    return f'<script type="application/octet-stream" id="sealed">{sealed}</script>'.encode()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def resummed(header: str, payload: str) -> bytes:
    """A file whose damage check was made right again, as an attacker would."""
    return with_sealed(f"{header}.{payload}.{b64(hashlib.sha256(f'{header}.{payload}'.encode()).digest())}")


def with_header(locked: bytes, /, **changes: object) -> bytes:
    header, payload, _ = sealed_part(locked).split(".")
    fields = json.loads(base64.b64decode(header)) | changes
    return resummed(b64(json.dumps(fields).encode()), payload)


def refused(file: bytes, passphrase: str = PASSPHRASE) -> str:
    with pytest.raises(InputError) as problem:
        open_envelope(file, passphrase)
    return problem.value.code


def test_a_file_made_by_another_program_opens() -> None:
    known = json.loads((VECTORS / "node.json").read_text(encoding="utf-8"))
    content = open_envelope((VECTORS / "node.html").read_bytes(), known["passphrase"])
    assert content.subject == known["content"]["subject"]
    assert content.text == known["content"]["text"]
    ((name, kind, data),) = content.attachments
    assert (name, kind) == ("informe ñ.pdf", "application/pdf")
    assert data == base64.b64decode(known["attachment"])


def test_a_file_with_a_proof_made_by_another_program_opens() -> None:
    known = json.loads((VECTORS / "node.json").read_text(encoding="utf-8"))
    page = (VECTORS / "node2.html").read_bytes()
    content = open_envelope(page, known["passphrase"], date(1961, 3, 4), date(2026, 12, 31))
    assert content.text == known["content"]["text"]
    with pytest.raises(InputError, match="envelope-wrong-proof"):
        open_envelope(page, known["passphrase"], date(1961, 4, 3))
    with pytest.raises(InputError, match="envelope-needs-birth-date"):
        open_envelope(page, known["passphrase"])
    with pytest.raises(InputError, match="envelope-expired"):
        open_envelope(page, known["passphrase"], date(1961, 3, 4), date(2027, 1, 1))


def test_the_person_key_is_that_of_another_program() -> None:
    known = json.loads((VECTORS / "node.json").read_text(encoding="utf-8"))
    key = derive_person_key(known["passphrase"], base64.b64decode(known["salt"]), known["rounds"])
    assert key == base64.b64decode(known["person_key"])
    # RFC 7914 section 11, PBKDF2-HMAC-SHA-256 with "passwd" and "salt".
    assert derive_person_key("passwd", b"salt", 1).hex().startswith("55ac046e56e3089fec1691c22544b605")


def test_what_was_sealed_is_opened_again(file: bytes) -> None:
    assert open_envelope(file, PASSPHRASE) == LETTER
    assert open_envelope(file, PASSPHRASE, date(1961, 3, 4), date(2099, 1, 1)) == LETTER


def test_a_birth_date_is_wanted_only_with_its_proof(person_key: bytes) -> None:
    for proof, born in (("", date(1961, 3, 4)), ("birth-date", None)):
        with pytest.raises(ValueError, match="birth date"):
            seal_envelope(person_key, SALT, LEAST_ROUNDS, LETTER, WORDS, proof=proof, birth_date=born)
    with pytest.raises(ValueError, match="zodiac"):
        seal_envelope(person_key, SALT, LEAST_ROUNDS, LETTER, WORDS, proof="zodiac")


def test_names_with_line_breaks_and_turned_letters_come_back_as_they_were(person_key: bytes) -> None:
    letter = EnvelopeContent(
        "a\r\nBcc: b",
        "\u202egpj.exe\u202c\u0000",
        attachments=(Attachment("\u202efdp.exe\n\r", "a/b\n", b"x"),),
    )
    sealed = seal_envelope(person_key, SALT, LEAST_ROUNDS, letter, WORDS, phrase="\u202eblue\nheron<b>")
    assert open_envelope(sealed, PASSPHRASE) == letter
    assert b"blue heron&lt;b&gt;</p>" in sealed


def test_an_attachment_of_25_mb_fits(person_key: bytes) -> None:
    letter = EnvelopeContent(
        "s", "t", attachments=(Attachment("scan", "image/tiff", bytes(25 * 1024 * 1024)),)
    )
    sealed = seal_envelope(person_key, SALT, LEAST_ROUNDS, letter, WORDS)
    assert open_envelope(sealed, PASSPHRASE).attachments[0].data == letter.attachments[0].data


@pytest.mark.parametrize(
    "typed",
    [
        "Acorn VELVET harbor muffin lantern zigzag",
        "acorn-velvet-harbor-muffin-lantern-zigzag",
        "  acorn\tvelvet\u00a0harbor\r\nmuffin – lantern, zigzag. ",
        "ａｃｏｒｎ velvet harbor muffin lantern zigzag",
    ],
)
def test_typing_is_forgiven(file: bytes, typed: str) -> None:
    assert open_envelope(file, typed) == LETTER


@pytest.mark.parametrize(
    "typed",
    ["acorn velvet harbor muffin lantern", f"{PASSPHRASE} zoo", "acornvelvet harbor muffin lantern zigzag"],
)
def test_other_words_are_named_as_such(file: bytes, typed: str) -> None:
    assert refused(file, typed) == "envelope-wrong-passphrase"


@pytest.mark.parametrize("typed", ["", " \t", "---", "¿?"])
def test_no_words_at_all_are_named_as_such(file: bytes, typed: str) -> None:
    assert refused(file, typed) == "passphrase-empty"


def test_500_flipped_bits_are_all_refused(file: bytes) -> None:
    chance = random.Random(500)
    start = file.index(b'id="sealed">') + len(b'id="sealed">')
    end = file.index(b"</script>", start)
    codes = set()
    for _ in range(500):
        damaged = bytearray(file)
        damaged[chance.randrange(start, end)] ^= 1 << chance.randrange(8)
        codes.add(refused(bytes(damaged)))
    assert codes <= {"envelope-altered", "envelope-unreadable", "envelope-cut"}
    assert "envelope-altered" in codes


def test_500_flipped_bits_of_the_payload_are_refused_by_its_own_seal(file: bytes) -> None:
    header, payload, _ = sealed_part(file).split(".")
    sealed = base64.b64decode(payload)
    chance = random.Random(501)
    for _ in range(500):
        altered = bytearray(sealed)
        altered[chance.randrange(len(altered))] ^= 1 << chance.randrange(8)
        assert refused(resummed(header, b64(bytes(altered)))) == "envelope-altered"


def test_every_part_of_the_header_is_sealed_too(file: bytes) -> None:
    header, payload, _ = sealed_part(file).split(".")
    spaced = b64(json.dumps(json.loads(base64.b64decode(header))).encode())
    assert spaced != header
    assert refused(resummed(spaced, payload)) == "envelope-altered"
    assert refused(with_header(file, nonce=b64(bytes(12)))) == "envelope-altered"
    assert refused(with_header(file, more="field")) == "envelope-altered"
    assert refused(with_header(file, rounds=LEAST_ROUNDS + 1)) == "envelope-wrong-passphrase"


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 3},
        {"v": 0},
        {"v": True},
        {"cipher": "AES-128-GCM"},
        {"kdf": "none"},
        {"rounds": LEAST_ROUNDS - 1},
        {"rounds": MOST_ROUNDS + 1},
        {"rounds": 2**80},
        {"rounds": "100000"},
        {"rounds": True},
        {"rounds": 1e6},
        {"salt": ""},
        {"salt": b64(bytes(8))},
        {"salt": b64(bytes(65))},
        {"salt": 5},
        {"file": b64(bytes(31))},
        {"nonce": b64(bytes(11))},
        {"check": ""},
        {"check": "AB=="},
        {"size": "1"},
        {"size": True},
        {"expires": "2026-02-30"},
        {"expires": None},
        {"proof": "none"},
        {"reply": b64(bytes(64))},
        {"replyto": 5},
    ],
)
def test_parameters_out_of_bounds_are_refused_before_any_work(
    file: bytes, changes: dict[str, object]
) -> None:
    assert refused(with_header(file, **changes)) == "envelope-unreadable"


@pytest.mark.parametrize("header", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000, b'"text"'])
def test_a_header_that_is_none_is_unreadable(file: bytes, header: bytes) -> None:
    assert refused(resummed(b64(header), sealed_part(file).split(".")[1])) == "envelope-unreadable"


def test_files_that_are_no_locked_files_are_unreadable(file: bytes) -> None:
    sealed = sealed_part(file)
    for other in (b"", b"hello", b"<html></html>", file[:900], file + file, with_sealed("a.b")):
        assert refused(other) == "envelope-unreadable"
    assert refused(with_sealed(sealed + "." + sealed)) == "envelope-unreadable"
    assert refused(bytes(65 * 1024 * 1024)) == "envelope-unreadable"


@pytest.mark.parametrize("left", [0.75, 0.9, 0.999])
def test_a_file_whose_end_is_missing_is_named_as_such(file: bytes, left: float) -> None:
    assert refused(file[: int(len(file) * left)]) == "envelope-cut"
    start, end = file.index(b'id="sealed">') + 12, file.rindex(b"</script>")
    short = file[: start + int((end - start) * left)] + file[end:]
    assert refused(short) in {"envelope-cut", "envelope-unreadable"}
    header, payload, total = sealed_part(file).split(".")
    assert refused(with_sealed(f"{header}.{payload[:-400]}.{total}")) == "envelope-cut"
    assert refused(with_sealed(f"{header}.{payload}.{total[:-4]}")) == "envelope-cut"
    assert refused(with_sealed(f"{header}.{payload}AAAA.{total}")) == "envelope-altered"


def test_each_file_has_its_own_key(person_key: bytes, file: bytes) -> None:
    other = seal_envelope(person_key, SALT, LEAST_ROUNDS, LETTER, WORDS)
    first, second = (json.loads(base64.b64decode(sealed_part(f).split(".")[0])) for f in (file, other))
    assert all(first[name] != second[name] for name in ("file", "nonce", "check"))
    assert first["salt"] == second["salt"]
    assert new_salt() != new_salt()
    assert len(new_salt()) == 16


def test_the_length_is_hidden_in_whole_kibibytes() -> None:
    sizes = {len(pack(EnvelopeContent("s", "x" * n))) for n in range(700)}
    assert sizes == {STEP}
    assert len(pack(LETTER)) % STEP == 0
    assert unpack(pack(LETTER)) == LETTER


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        bytes(1024),
        b"\xff\xff\xff\xff{}",
        pack(LETTER)[:-1024],
        len(b"{}").to_bytes(4, "big") + b"{}",
    ],
)
def test_contents_that_are_not_ours_are_unreadable(plain: bytes) -> None:
    with pytest.raises(InputError, match="envelope-unreadable"):
        unpack(plain)


def test_a_negative_size_does_not_reach_back() -> None:
    index = json.dumps(
        {"subject": "", "text": "", "html": "", "attachments": [{"name": "", "type": "", "size": -5}]}
    ).encode()
    with pytest.raises(InputError, match="envelope-unreadable"):
        unpack(len(index).to_bytes(4, "big") + index)


@pytest.mark.parametrize(
    ("key", "salt", "rounds"),
    [(bytes(31), SALT, LEAST_ROUNDS), (bytes(32), bytes(8), LEAST_ROUNDS), (bytes(32), SALT, 1000)],
)
def test_weak_parameters_are_never_written(key: bytes, salt: bytes, rounds: int) -> None:
    with pytest.raises(ValueError, match="out of bounds"):
        seal_envelope(key, salt, rounds, LETTER, WORDS)


class Page(HTMLParser):
    """Tags and the addresses that they name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.policy = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        named = dict(attrs)
        self.addresses += [str(named[name]) for name in ("src", "href", "action", "data") if name in named]
        if named.get("http-equiv") == "Content-Security-Policy":
            self.policy = str(named["content"])


def test_the_page_names_nothing_outside_itself(file: bytes) -> None:
    shown = Page(file.decode())
    assert shown.addresses == []
    assert shown.tags.count("script") == 2
    assert not {"link", "img", "iframe", "object", "base"} & set(shown.tags)
    assert b"http://" not in file
    assert b"https://" not in file


def test_the_policy_allows_this_script_and_this_style_only(file: bytes) -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in Page(file.decode()).policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    text = file.decode()
    script = text.rsplit("<script>", 1)[1].split("</script>", 1)[0]
    style = text.split("<style>", 1)[1].split("</style>", 1)[0]
    for name, inside in (("script-src", script), ("style-src", style)):
        assert rules[name] == f"'sha256-{b64(hashlib.sha256(inside.encode()).digest())}'"
    assert set(rules) == {"default-src", "script-src", "style-src", "base-uri", "form-action"}


def test_the_script_writes_text_only() -> None:
    script = resource("envelope/envelope.js").read_text(encoding="utf-8")
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "eval",
        "fetch(",
        "XMLHttp",
        "localStorage",
        "cookie",
    ):
        assert word not in script


def test_nothing_of_the_letter_is_outside_and_the_practice_is(file: bytes) -> None:
    for canary in (b"Maria", b"Lopez", b"Tuesday", b"Your visit", b"report \xc3"):
        assert canary not in file
    assert b"From &quot;Smith &amp; Sons&quot; &lt;dental&gt;" in file
    assert len(file) < 30_000
