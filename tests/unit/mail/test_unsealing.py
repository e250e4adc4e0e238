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
from desktop.mail.returned_reading import understand
from desktop.mail.unsealing import Unsealer
from desktop.models import identities
from desktop.models.records import KeyKind, Message
from tests.practice.office import SENDER, Practice, own_openpgp, own_smime
from tests.support.mailbox import letter

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


def said(office: Practice, raw: bytes) -> str | None:
    at = office.clock.now() + timedelta(minutes=1)
    found = Unsealer(office.db).words(understand(raw), at, raw, understand)
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
