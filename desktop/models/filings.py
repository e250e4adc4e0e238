"""What was put to a person's record: when, by whom, and the hash of the very bytes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, insert, select

from desktop.models.accounts import UserId
from desktop.models.correspondence import ConversationId, EntryId, Filing, FilingForm
from desktop.models.lanes import Tx
from desktop.models.records import PersonId
from desktop.models.tables_desk import filing

_LATEST = filing.c.at.desc(), filing.c.id


def add(tx: Tx, one: Filing) -> None:
    """The bytes themselves stand in the chart, not here."""
    tx.connection.execute(
        insert(filing).values(
            id=one.id,
            person=one.person,
            conversation=one.conversation,
            entry=one.entry,
            form=one.form.value,
            name=one.name,
            sha256=one.sha256,
            at=one.at,
            by=one.by,
        )
    )


def of_conversation(tx: Tx, id_: ConversationId) -> list[Filing]:
    """The latest first."""
    return _read(tx, select(filing).where(filing.c.conversation == id_).order_by(*_LATEST))


def of_person(tx: Tx, person: PersonId, limit: int = 50) -> list[Filing]:
    """The latest first."""
    return _read(tx, select(filing).where(filing.c.person == person).order_by(*_LATEST).limit(limit))


def _read(tx: Tx, query: Select[Any]) -> list[Filing]:
    return [_filing(row) for row in tx.connection.execute(query)]


def _filing(row: Row[Any]) -> Filing:
    return Filing(
        id=row.id,
        person=PersonId(row.person),
        conversation=ConversationId(row.conversation),
        form=FilingForm(row.form),
        name=row.name,
        sha256=row.sha256,
        at=row.at,
        by=UserId(row.by),
        entry=EntryId(row.entry) if row.entry else None,
    )
