"""A signature is looked at when a mail comes in: nobody has to ask for it to see that it is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.mail.unsealing import Unsealer
from desktop.models import keys
from desktop.models.correspondence import Signature
from desktop.models.records import KeyId, KeyKind, PublicKey
from desktop.sync.mailbox_imap import Fetched
from desktop.sync.mailbox_poll import Reader
from tests.practice.office import MONDAY, Practice, practice
from tests.support.gpg import correspondents
from tests.support.signed_mail import TEXT, head, signed_by_pgp

MARIA = "maria@example.org"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Practice]:
    with practice(tmp_path) as made:
        yield made


def no_token(owner: str, *, instead_of: str = "") -> str:
    raise AssertionError("no mailbox is opened here")


def test_a_changed_mail_is_filed_with_its_wrong_signature(office: Practice) -> None:
    reader = Reader(office.db, office.audit, office.clock, Unsealer(office.db), no_token)
    try:
        with correspondents() as people:
            key = people.make(f"Maria <{MARIA}>")
            raw, public = signed_by_pgp(people, key, MARIA), people.public(key)
        person = office.person(email=MARIA)
        kept = PublicKey(KeyId("k1"), person.id, KeyKind.OPENPGP, key, (MARIA,), public, None, "file", MONDAY)
        office.db.write(lambda tx: keys.add(tx, kept))

        def state(mail: bytes) -> Signature:
            fetched = Fetched(1, MONDAY, len(mail), mail)
            return reader._arrived(fetched, blamed=False).understood.signature

        assert state(raw) is Signature.GOOD
        assert state(raw.replace(b"Tuesday", b"Thursday")) is Signature.WRONG
        assert state(head(MARIA) + TEXT) is Signature.NONE
    finally:
        reader.worker.close()
        reader.opener.worker.close()
