"""The relay's own name leads to one message, or to none."""

from __future__ import annotations

from datetime import timedelta

from desktop.models import messages, receipts
from desktop.models.database import Database, Tx
from tests.support.kept import NOW, a_message, a_person, keep


def test_a_name_leads_to_its_message_and_a_shared_one_to_none(db: Database) -> None:
    maria = a_person()
    keep(db, maria)
    rows = [a_message(maria.id, source=str(number)) for number in range(3)]

    def insert(tx: Tx) -> None:
        for row in rows:
            messages.insert(tx, row, b"", "{}")
        receipts.put_many(tx, [])
        receipts.put_many(
            tx, [(rows[0].id, "4Xyz", NOW), (rows[1].id, "same", NOW), (rows[2].id, "same", NOW)]
        )

    db.write(insert)
    assert db.read(lambda tx: receipts.by_ref(tx, "4Xyz")) == rows[0].id
    assert db.read(lambda tx: receipts.by_ref(tx, "same")) is None
    assert db.read(lambda tx: receipts.by_ref(tx, "4xyz")) is None
    assert db.read(lambda tx: receipts.by_ref(tx, "")) is None
    assert db.read(lambda tx: receipts.of(tx, rows[0].id)) == ("4Xyz", NOW)
    later = NOW + timedelta(minutes=1)
    db.write(lambda tx: receipts.put_many(tx, [(rows[2].id, "other", later)]))
    assert db.read(lambda tx: receipts.by_ref(tx, "same")) == rows[1].id
    assert db.read(lambda tx: receipts.of(tx, rows[2].id)) == ("other", later)
