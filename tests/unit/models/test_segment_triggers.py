"""What changes about somebody twice before the groups are worked out again is noted once."""

from __future__ import annotations

from sqlalchemy import select

from desktop.models import maillinks, people, users
from desktop.models.accounts import Role, User, UserId
from desktop.models.database import Database, Tx
from desktop.models.standing import MailLink
from desktop.models.tables_people import segment, segment_dirty
from tests.support.kept import NOW, a_person

ANA = UserId("a" * 32)


def test_an_address_can_be_set_although_the_groups_are_not_worked_out_yet(db: Database) -> None:
    person = a_person(email="maria@example.org")
    rule = {"id": "1" * 32, "name": "All", "kind": "rule", "by": ANA, "made_at": NOW, "changed_at": NOW}

    def change(tx: Tx) -> list[str]:
        users.add(tx, User(ANA, "ana", Role.ADMINISTRATOR), "")
        tx.connection.execute(segment.insert().values(rule))
        people.insert(tx, person)
        for _ in range(2):
            maillinks.put(tx, MailLink(person.id, "maria@example.org", True))
        return list(tx.connection.execute(select(segment_dirty.c.person)).scalars())

    assert db.write(change) == [person.id]
