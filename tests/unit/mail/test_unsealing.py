"""Replies encrypted to the practice are opened only where they are a reader's own; else left as they are."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder

from desktop.crypto.openpgp_seal import OpenPgpSealer
from desktop.mail import replies
from desktop.mail.opened import STEP
from desktop.mail.received_files import MORE
from desktop.mail.returned_reading import understand
from desktop.mail.returned_values import Classified, Kind, Understood
from desktop.mail.unsealing import Unsealer, with_words
from desktop.models import identities
from desktop.models.correspondence import FileIn
from desktop.models.records import KeyKind, Message
from tests.practice.office import SENDER, Practice, own_openpgp, own_smime
from tests.support.mailbox import letter
from tests.support.replies import sealed_reply

INNER = b"Content-Type: text/plain; charset=utf-8\r\n\r\nYes, thank you\r\n"


@pytest.fixture
def keyed(office: Practice) -> Practice:
    pgp, smime, now = own_openpgp(), own_smime(), office.clock.now()

    def put(tx: object) -> None:
        identities.put(tx, KeyKind.OPENPGP, pgp.fingerprint, SENDER, pgp.secret, pgp.public, now)  # type: ignore[arg-type]
        identities.put(tx, KeyKind.SMIME, "s", SENDER, smime.key_der, smime.cert_der, now)  # type: ignore[arg-type]

    office.db.write(put)
    return office


def head(row: Message, sender: str = "") -> bytes:
    return (
        f"From: <{sender or row.address}>\r\nIn-Reply-To: {row.message_id}\r\nMIME-Version: 1.0\r\n".encode()
    )


def by_openpgp(office: Practice, row: Message, sender: str = "") -> bytes:
    key = own_openpgp()
    armored = OpenPgpSealer(key.secret, office.clock).seal(INNER, key.public, key.fingerprint)
    return (
        head(row, sender)
        + b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=e\r\n'
        b"\r\n--e\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--e\r\n"
        b"Content-Type: application/octet-stream\r\n\r\n" + armored + b"\r\n--e--\r\n"
    )


def by_smime(office: Practice, row: Message, sender: str = "") -> bytes:
    certificate = x509.load_der_x509_certificate(own_smime().cert_der)
    built = PKCS7EnvelopeBuilder().set_data(INNER).add_recipient(certificate)
    return (
        head(row, sender) + b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(built.encrypt(Encoding.DER, []))
    )


Made = Callable[[Practice, Message, str], bytes]


def by_page(office: Practice, row: Message, text: str = "Yes, thank you") -> bytes:
    office.db.write(replies.make_keys)
    means = office.db.read(replies.means)
    assert means is not None
    return sealed_reply(means.public, means.new_file(row.person), bytes(32), text)


def with_file(office: Practice, row: Message, body: bytes, *more: bytes) -> bytes:
    """A mail with a locked page's answer as a file."""
    parts = [
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + body,
        b"Content-Type: text/plain; name=reply.txt\r\n\r\n" + by_page(office, row),
        *more,
    ]
    return (
        head(row) + b"Content-Type: multipart/mixed; boundary=m\r\n\r\n"
        b"--m\r\n" + b"\r\n--m\r\n".join(parts) + b"\r\n--m--\r\n"
    )


def opened(office: Practice, raw: bytes) -> Understood | None:
    at = office.clock.now() + timedelta(minutes=1)
    return Unsealer(office.db).words(understand(raw), at, raw, understand)


def said(office: Practice, raw: bytes) -> str | None:
    found = opened(office, raw)
    return found.own if found is not None else None


@pytest.mark.parametrize("make", [by_openpgp, by_smime])
def test_a_readers_encrypted_yes_is_read(keyed: Practice, make: Made) -> None:
    assert said(keyed, make(keyed, letter(keyed), "")) == "Yes, thank you"


@pytest.mark.parametrize("make", [by_openpgp, by_smime])
def test_from_anybody_else_nothing_is_opened(keyed: Practice, make: Made) -> None:
    assert said(keyed, make(keyed, letter(keyed), "somebody@else.example")) is None


def test_what_cannot_be_opened_stays_for_a_person(keyed: Practice) -> None:
    row = letter(keyed)
    raw = by_smime(keyed, row)
    assert said(keyed, raw[:-200]) is None
    whole = by_openpgp(keyed, row)
    lines = whole.splitlines(keepends=True)
    middle = next(number for number, line in enumerate(lines) if b"-----BEGIN PGP" in line) + 6
    assert said(keyed, b"".join([*lines[:middle], *lines[middle + 1 :]])) is None


def test_a_cipher_that_nobody_knows_any_more_stays_for_a_person(keyed: Practice) -> None:
    """AES-192 and 3DES: the library raises something else than for damage."""
    raw = by_smime(keyed, letter(keyed))
    opening, _, body = raw.partition(b"\r\n\r\n")
    aes128, aes192 = bytes.fromhex("608648016503040102"), bytes.fromhex("608648016503040116")
    der = base64.b64decode(body)
    assert der.count(aes128) == 1
    changed = base64.encodebytes(der.replace(aes128, aes192))
    assert said(keyed, opening + b"\r\n\r\n" + changed) is None


@pytest.mark.parametrize("body", [b"", b"Thank you!\r\n", b"Sent from my iPhone\r\n"])
def test_a_locked_pages_answer_is_read_from_its_file(keyed: Practice, body: bytes) -> None:
    found = opened(keyed, with_file(keyed, letter(keyed), body))
    assert found is not None
    assert (found.own, found.other_parts) == ("Yes, thank you", 0)


QUOTE = b"\r\n\r\nOn Mon, Nov 23, 2026 at 9:00 AM Clinic <o@harbor.example> wrote:\r\n> Your visit\r\n"


@pytest.mark.parametrize(
    "body", [b"Please call me first, I am worse.\r\n", b"Yes" + QUOTE, b"\xf0\x9f\x91\x8e\r\n"]
)
def test_words_beside_a_locked_pages_answer_do_not_vanish(keyed: Practice, body: bytes) -> None:
    found = opened(keyed, with_file(keyed, letter(keyed), body))
    assert found is not None
    assert found.other_parts == 1


@pytest.mark.parametrize(
    "more", [b"Content-Type: image/jpeg\r\n\r\nx", b"Content-Type: text/plain\r\n\r\nBut"]
)
def test_a_photo_or_a_note_beside_a_locked_pages_answer_does_not_vanish(keyed: Practice, more: bytes) -> None:
    found = opened(keyed, with_file(keyed, letter(keyed), b"\r\n", more))
    assert found is not None
    assert found.other_parts == 1


@pytest.mark.parametrize(
    ("under", "others"),
    [
        (b"", 0),
        (QUOTE, 0),
        (QUOTE + b"\r\nPlease call me first.\r\n", 1),
        (b"\r\nPlease call me first.\r\n", 1),
    ],
)
def test_an_answer_pasted_into_the_mail_is_read_with_what_stands_under_it(
    keyed: Practice, under: bytes, others: int
) -> None:
    row = letter(keyed)
    found = opened(keyed, head(row) + b"Content-Type: text/plain\r\n\r\n" + by_page(keyed, row) + under)
    assert found is not None
    assert (found.own, found.other_parts) == ("Yes, thank you", others)


def test_words_in_the_open_above_an_encrypted_yes_do_not_vanish(keyed: Practice) -> None:
    row = letter(keyed)
    whole = by_openpgp(keyed, row)
    armored = whole[whole.index(b"-----BEGIN PGP") : whole.index(b"--e--")]
    plain = head(row) + b"Content-Type: text/plain\r\n\r\n"
    beside = [opened(keyed, plain + above + armored) for above in (b"", b"Please call me first.\r\n")]
    assert [one.other_parts for one in beside if one is not None] == [0, 1]
    alone = opened(keyed, whole)
    assert alone is not None
    assert alone.other_parts == 0


def test_what_is_encrypted_and_stays_shut_confirms_nothing(keyed: Practice) -> None:
    row = letter(keyed)
    raw = head(row) + b"Content-Type: text/plain\r\n\r\nYes\r\n-- \r\n" + by_page(keyed, row)
    mail = understand(raw)
    assert (mail.own, mail.other_parts) == ("Yes", 1)


def test_words_that_were_opened_stand_in_the_place_of_what_was_sealed(keyed: Practice) -> None:
    row = letter(keyed)
    raw = by_openpgp(keyed, row)
    mail = understand(raw)
    words = Unsealer(keyed.db).words(mail, keyed.clock.now() + timedelta(minutes=1), raw, understand)
    assert words is not None
    opened = with_words(mail, words)
    assert (opened.sealed, opened.opened, opened.own) == ("openpgp", True, "Yes, thank you")
    assert opened.text.strip() == "Yes, thank you"
    assert opened.files == ()


def test_what_stands_in_the_open_beside_opened_words_is_read_too_and_its_files_stay() -> None:
    file = FileIn("inner.pdf", "application/pdf", 3, 2)
    beside = FileIn("outer.pdf", "application/pdf", 4, 5)
    mail = Understood(
        Classified(Kind.MESSAGE), sealed="openpgp", opened=False, text="Call me", files=(beside,), beside=1
    )
    inner = Understood(Classified(Kind.MESSAGE), own="Yes", text="Yes", files=(file, FileIn("", "", 9, MORE)))
    opened = with_words(mail, inner)
    assert (opened.text, opened.beside_text) == ("Yes\n\nCall me", "Call me")
    assert [one.part for one in opened.files] == [STEP + 2, 5, MORE]
