"""Conversations: one row each, listed by place, counted, and one mark of everything that changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, insert, select, update

from desktop.models import settings
from desktop.models.accounts import UserId
from desktop.models.correspondence import (
    Conversation,
    ConversationId,
    ConversationState,
    Direction,
    Retention,
    Urgency,
)
from desktop.models.delivery import AccountId
from desktop.models.ids import new_id
from desktop.models.lanes import Tx
from desktop.models.records import Label, PersonId, Reason
from desktop.models.rows import chunks
from desktop.models.tables_desk import conversation

_MARK = "conversations-mark"
_OPEN = ConversationState.OPEN
_KNOWN, _STRANGE = conversation.c.person.is_not(None), conversation.c.person.is_(None)


def _conversation(row: Row[Any]) -> Conversation:
    return Conversation(
        id=ConversationId(row.id),
        subject=row.subject,
        state=ConversationState(row.state),
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        person=PersonId(row.person) if row.person else None,
        account=AccountId(row.account) if row.account else None,
        owner=UserId(row.owner) if row.owner else None,
        label=Label(row.label),
        urgency=Urgency(row.urgency),
        ask=Reason(row.ask[0], row.ask[1]) if row.ask else None,
        retention=Retention(row.retention),
        turn=row.turn,
        unseen=bool(row.unseen),
        answering=UserId(row.answering) if row.answering else None,
        answering_until=row.answering_until,
        started_by=UserId(row.started_by) if row.started_by else None,
        sender=row.sender,
        snippet=row.snippet,
        last=Direction(row.last),
        sent_at=row.sent_at,
        auto_answered_at=row.auto_answered_at,
        done_at=row.done_at,
        destroyed_at=row.destroyed_at,
    )


def _row(one: Conversation) -> dict[str, Any]:
    return {
        "id": one.id,
        "subject": one.subject,
        "state": one.state.value,
        "opened_at": one.opened_at,
        "changed_at": one.changed_at,
        "person": one.person,
        "account": one.account,
        "owner": one.owner,
        "label": one.label.value,
        "urgency": one.urgency.value,
        "ask": [one.ask.code, one.ask.params] if one.ask else None,
        "retention": one.retention.value,
        "turn": one.turn,
        "unseen": int(one.unseen),
        "answering": one.answering,
        "answering_until": one.answering_until,
        "started_by": one.started_by,
        "sender": one.sender,
        "snippet": one.snippet,
        "last": one.last.value,
        "sent_at": one.sent_at,
        "auto_answered_at": one.auto_answered_at,
        "done_at": one.done_at,
        "destroyed_at": one.destroyed_at,
    }


def add(tx: Tx, one: Conversation) -> None:
    tx.connection.execute(insert(conversation), _row(one))
    changed(tx)


def get(tx: Tx, id_: ConversationId) -> Conversation | None:
    return get_many(tx, [id_]).get(id_)


def get_many(tx: Tx, ids: Iterable[ConversationId]) -> dict[ConversationId, Conversation]:
    """As `get`, of many; those that do not exist are left out."""
    found: dict[ConversationId, Conversation] = {}
    for some in chunks(dict.fromkeys(ids)):
        for row in tx.connection.execute(select(conversation).where(conversation.c.id.in_(some))):
            found[ConversationId(row.id)] = _conversation(row)
    return found


def put(tx: Tx, one: Conversation) -> None:
    """Keep every field as it is in `one`; read it in the same transaction."""
    tx.connection.execute(update(conversation).where(conversation.c.id == one.id).values(_row(one)))
    changed(tx)


def listing(tx: Tx, place: str, user: UserId, *, limit: int, offset: int = 0) -> list[Conversation]:
    """One page of a place of `office/values_messages.PLACES`; raises ValueError for any other.

    Inbox and unknown: what presses first, then the latest. Sent: by our last letter, the others by
    the last change, always the latest first.
    """
    return _all(tx, listed(place, user).limit(limit).offset(offset))


def listed(place: str, user: UserId) -> Select[Any]:
    """What `listing` reads, without bounds; every place has an index in its order."""
    row = conversation.c
    pressing = row.urgency.desc(), row.changed_at.desc()
    open_ = row.state == _OPEN.value
    places: Mapping[str, tuple[tuple[ColumnElement[Any], ...], tuple[ColumnElement[Any], ...]]] = {
        "inbox": ((open_, _KNOWN), pressing),
        "unknown": ((open_, _STRANGE), pressing),
        "mine": ((row.owner == user, open_), (row.changed_at.desc(),)),
        "waiting": ((row.state == ConversationState.WAITING.value,), (row.changed_at.desc(),)),
        "done": ((row.state == ConversationState.DONE.value,), (row.changed_at.desc(),)),
        "sent": ((row.sent_at.is_not(None),), (row.sent_at.desc(),)),
    }
    if place not in places:
        raise ValueError("no such place")
    where, order = places[place]
    return select(conversation).where(*where).order_by(*order)


def counts(tx: Tx, user: UserId) -> dict[str, int]:
    """How many there are by place (all but `sent`), and `unseen` and `urgent` among all open ones.

    `urgent-unknown` are urgent and not in the inbox: a household's address is nobody's alone.
    """
    row = conversation.c
    known, strange = _open(tx, _KNOWN), _open(tx, _STRANGE)
    found = {"inbox": known[0], "unknown": strange[0]}
    found |= {"unseen": known[1] + strange[1], "urgent": known[2] + strange[2]}
    found["urgent-unknown"] = strange[2]
    for place, state in (("waiting", ConversationState.WAITING), ("done", ConversationState.DONE)):
        found[place] = _count(tx, row.state == state.value)
    found["mine"] = _count(tx, row.owner == user, row.state == _OPEN.value)
    return found


def news(tx: Tx) -> tuple[int, int]:
    """`unseen` and `urgent` of `counts`, of nobody's lists: for who asks every few seconds."""
    known, strange = _open(tx, _KNOWN), _open(tx, _STRANGE)
    return known[1] + strange[1], known[2] + strange[2]


def of_person(tx: Tx, person: PersonId, limit: int) -> list[Conversation]:
    """Those that belong to one person, the latest first."""
    mine = select(conversation).where(conversation.c.person == person)
    return _all(tx, mine.order_by(conversation.c.changed_at.desc()).limit(limit))


def give_back(tx: Tx, owner: UserId) -> None:
    """Somebody leaves: what they had taken is everybody's, and they answer nothing any more.

    What is done too: it opens again with the next mail.
    """
    row = conversation.c
    tx.connection.execute(update(conversation).where(row.owner == owner).values(owner=None))
    theirs = update(conversation).where(row.answering == owner)
    tx.connection.execute(theirs.values(answering=None, answering_until=None))
    changed(tx)


def mark(tx: Tx) -> str:
    """Another text after every `add` and `put` of any conversation, and after `changed`; never ''.

    '' is what somebody knows who has not looked yet: a mailbox in which nothing ever came is shown too.
    """
    return settings.get(tx, _MARK) or "-"


def changed(tx: Tx) -> None:
    """Whoever looks at a list by its mark reads it anew: something that it shows is different."""
    settings.put(tx, _MARK, new_id())


def _open(tx: Tx, where: ColumnElement[bool]) -> tuple[int, int, int]:
    """How many open ones there are, how many of them nobody has looked at, and how many are urgent."""
    row = conversation.c
    urgent = func.coalesce(func.sum(row.urgency == Urgency.URGENT.value), 0)
    unseen = func.coalesce(func.sum(row.unseen), 0)
    found = tx.connection.execute(
        select(func.count(row.urgency), unseen, urgent).where(row.state == _OPEN.value, where)
    ).one()
    return int(found[0]), int(found[1]), int(found[2])


def _count(tx: Tx, *where: ColumnElement[bool]) -> int:
    return int(
        tx.connection.execute(select(func.count()).select_from(conversation).where(*where)).scalar_one()
    )


def _all(tx: Tx, query: Select[Any]) -> list[Conversation]:
    return [_conversation(row) for row in tx.connection.execute(query)]
