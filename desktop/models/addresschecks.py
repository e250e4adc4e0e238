"""Addresses that somebody checked by another way after a message failed (FEATURES A32).

Each is a closed task, as identity checks are; `details` says how and with what result, never
an address.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from desktop.frozen import dataclass
from desktop.models import tasks
from desktop.models.accounts import UserId
from desktop.models.ids import new_id
from desktop.models.lanes import Tx
from desktop.models.records import MessageId, PersonId
from desktop.models.tables import mailbox, person_mailbox
from desktop.models.tables_desk import task
from desktop.models.tasks import Task, TaskState

KIND = "address-check"
WAYS = ("phone", "in-person", "chart")
RESULTS = ("same", "changed", "unreachable")


@dataclass(frozen=True)
class AddressChecked:
    at: datetime
    way: str
    result: str


def put(tx: Tx, message: MessageId, person: PersonId, by: UserId, checked: AddressChecked) -> str:
    """Keep one; answers its id."""
    done = Task(
        new_id(),
        KIND,
        checked.at,
        source=message,
        person=person,
        owner=by,
        state=TaskState.DONE,
        closed_at=checked.at,
        details={"way": checked.way, "result": checked.result},
    )
    tasks.add(tx, done)
    return done.id


def latest(tx: Tx, message: MessageId) -> AddressChecked | None:
    """The last check after this very message failed."""
    query = (
        select(task.c.closed_at, task.c.details)
        .where(task.c.kind == KIND, task.c.source == message)
        .order_by(task.c.closed_at.desc())
        .limit(1)
    )
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        return None
    return AddressChecked(row.closed_at, str(row.details["way"]), str(row.details["result"]))


def former(tx: Tx, person: PersonId) -> tuple[str, ...]:
    """Other addresses that are kept with somebody, of which none is written to."""
    query = (
        select(mailbox.c.address)
        .join(person_mailbox, person_mailbox.c.mailbox == mailbox.c.id)
        .where(person_mailbox.c.person == person, person_mailbox.c.preferred == 0)
        .order_by(mailbox.c.address)
    )
    return tuple(tx.connection.execute(query).scalars())


def spelled(tx: Tx, key: str) -> str:
    """An address as it was last written, by its key; the key where nobody has it any more."""
    query = select(mailbox.c.address).where(mailbox.c.address_key == key)
    return tx.connection.execute(query).scalar() or key
