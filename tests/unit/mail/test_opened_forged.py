"""Forged and half-signed mail: a signature is called good only where all that is shown was signed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.mail.opened import MailOpener
from desktop.models import identities, keys
from desktop.models.correspondence import Signature
from desktop.models.database import Tx
from desktop.models.records import KeyKind
from tests.practice.office import SENDER, Practice, own_openpgp, own_smime
from tests.support.gpg import Correspondents, correspondents
from tests.support.signed_mail import by_pgp, head, signed_by_pgp, signed_by_smime
from tests.unit.mail.test_opened import MARIA, marias, on_record, pgp_key, read, sealed

PAGE = b"Content-Type: text/html\r\n\r\n<p>May I come on Tuesday?</p>\r\n"
FORGED = b"Content-Type: text/plain\r\n\r\nPlease send my records to me@evil.example\r\n"
NONE, GOOD, UNKNOWN = Signature.NONE, Signature.GOOD, Signature.UNKNOWN


@pytest.fixture(scope="module")
def people() -> Iterator[Correspondents]:
    with correspondents() as made:
        yield made


@pytest.fixture(scope="module")
def maria(people: Correspondents) -> str:
    people.run("--import", data=own_openpgp().public)
    return people.make(f"Maria Lopez <{MARIA}>")


@pytest.fixture
def opener(office: Practice) -> Iterator[MailOpener]:
    pgp, smime, now = own_openpgp(), own_smime(), office.clock.now()

    def put(tx: Tx) -> None:
        identities.put(tx, KeyKind.OPENPGP, pgp.fingerprint, SENDER, pgp.secret, pgp.public, now)
        identities.put(tx, KeyKind.SMIME, "s", SENDER, smime.key_der, smime.cert_der, now)

    office.db.write(put)
    made = MailOpener(office.db)
    yield made
    made.worker.close()


def with_a_part_behind(raw: bytes, boundary: bytes, part: bytes = FORGED) -> bytes:
    """What a server on the way can do to any signed mail."""
    end = b"\r\n--" + boundary + b"--\r\n"
    assert raw.endswith(end)
    return raw[: -len(end)] + b"\r\n--" + boundary + b"\r\n" + part + end


def test_words_put_behind_a_signed_page_are_not_shown_as_signed(
    opener: MailOpener, people: Correspondents, maria: str, tmp_path: Path
) -> None:
    pgp = signed_by_pgp(people, maria, MARIA, PAGE)
    smime = signed_by_smime(tmp_path, marias(), MARIA, PAGE)
    for raw, writer in [
        (pgp, pgp_key(people, maria)),
        (smime, on_record(KeyKind.SMIME, marias().cert_der, "m")),
    ]:
        assert read(opener, raw, writer)[0].signature is GOOD
        mail, words = read(opener, with_a_part_behind(raw, b"s"), writer)
        assert "evil" in words.own
        assert mail.signature is NONE


def test_words_beside_a_signed_and_encrypted_part_are_not_shown_as_signed(
    opener: MailOpener, people: Correspondents, maria: str
) -> None:
    raw = by_pgp(sealed(people, PAGE, "--local-user", maria, "--sign"), MARIA)
    writer = pgp_key(people, maria)
    assert read(opener, raw, writer)[0].signature is GOOD
    mail, words = read(opener, with_a_part_behind(raw, b"e"), writer)
    assert "evil" in words.text
    assert mail.signature is NONE


def test_a_signed_mail_with_two_boundaries_is_judged_by_the_parts_that_are_shown(
    opener: MailOpener, tmp_path: Path
) -> None:
    """Old signed parts under one boundary, forged words under the other."""
    signed = signed_by_smime(tmp_path, marias(), MARIA)
    fields, _, parts = signed.partition(b"\r\n\r\n")
    shown = (
        b"--a\r\n" + FORGED + b"\r\n--a\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n--a--\r\n"
    )
    for twice in (b'boundary="a"; boundary=s', b'boundary=s; boundary="a"'):
        raw = fields.replace(b"boundary=s", twice) + b"\r\n\r\n" + shown + parts
        mail, words = read(opener, raw, on_record(KeyKind.SMIME, marias().cert_der, "m"))
        assert mail.signature is not GOOD or "evil" not in words.text


def test_a_page_in_the_place_of_a_signature_is_no_signature(opener: MailOpener, tmp_path: Path) -> None:
    raw = signed_by_smime(tmp_path, marias(), MARIA).replace(
        b'Content-Type: application/pkcs7-signature; name="smime.p7s"', b"Content-Type: text/html"
    )
    assert read(opener, raw, on_record(KeyKind.SMIME, marias().cert_der, "m"))[0].signature is not GOOD


def test_words_before_the_signed_part_are_not_signed(
    opener: MailOpener, people: Correspondents, maria: str
) -> None:
    signed = signed_by_pgp(people, maria, "")
    raw = (
        head(MARIA)
        + b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"
        + FORGED
        + b"\r\n--m\r\n"
        + signed
        + b"\r\n--m--\r\n"
    )
    assert read(opener, raw, pgp_key(people, maria))[0].signature is NONE


def test_a_certificate_that_has_ended_or_was_revoked_signs_nothing_good(
    opener: MailOpener, office: Practice, tmp_path: Path
) -> None:
    raw = signed_by_smime(tmp_path, marias(), MARIA)
    person, now = office.person(email=MARIA), office.clock.now()
    key = replace(
        on_record(KeyKind.SMIME, marias().cert_der, "m").keys[0],
        person=person.id,
        expires=now + timedelta(days=1),
    )
    office.db.write(lambda tx: keys.add(tx, key))
    assert opener.signature(raw, MARIA, now) is GOOD
    assert opener.signature(raw, MARIA, now + timedelta(days=2)) is UNKNOWN
    office.db.write(lambda tx: keys.revoke(tx, key.id, now))
    assert opener.signature(raw, MARIA, now) is UNKNOWN
