"""Destroying content whose time is over: rows go, and `secure_delete` overwrites where they lay.

Of a conversation the fact stays that it was: with whom, when, how often. The search index lets
go of a deleted row at once, but keeps its words in older segments until these are merged
(sqlite.org/fts5.html#contentless_delete_tables); `forget_words` merges them, a little at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update

from desktop.models import conversations, entries, settings, tasks
from desktop.models.columns import Json, Utc
from desktop.models.correspondence import ConversationId, ConversationState, Retention
from desktop.models.delivery import ReceivedState
from desktop.models.lanes import Tx
from desktop.models.records import State
from desktop.models.rows import chunks
from desktop.models.tables_delivery import received
from desktop.models.tables_desk import conversation, entry, task
from desktop.models.tables_mail import attempt, draft, message, message_body

_FORGETS = "search-forgets"
_BEGIN, _GOING, _TWICE = "begin", "going", "twice"
"""`twice`: something more was destroyed while the indexes were being rewritten."""
_INDEXES = ("entry_search", "task_search")


def bodies(tx: Tx, ended: Iterable[State], before: datetime) -> int:
    """The sealed bytes of messages that came to one of these ends before then; how many.

    A message's end is its last attempt; one without any ended when it was to leave at the
    earliest. Its row stays: whom it went to, how, and the hash of what it was. What belongs to the
    record of care goes with its conversation.
    """
    chart = (
        exists()
        .where(conversation.c.id == message.c.conversation, conversation.c.destroyed_at.is_(None))
        .where(conversation.c.retention == Retention.CHART.value)
    )
    last = select(func.max(attempt.c.at)).where(attempt.c.message == message.c.id).scalar_subquery()
    over = and_(
        message.c.state.in_([state.value for state in ended]),
        message.c.queued_at < before,
        func.coalesce(last, message.c.not_before, type_=Utc) < before,
    )
    query = select(message_body.c.message).join(message, message.c.id == message_body.c.message)
    found = list(tx.connection.execute(query.where(over, ~chart)).scalars())
    for some in chunks(found):
        tx.connection.execute(delete(message_body).where(message_body.c.message.in_(some)))
    return len(found)


def attempts(tx: Tx, ended: Iterable[State], before: datetime) -> int:
    """What relays answered, of messages that are over; the last reply stays in the message's row."""
    over = select(message.c.id).where(message.c.state.in_([state.value for state in ended]))
    gone = tx.connection.execute(delete(attempt).where(attempt.c.at < before, attempt.c.message.in_(over)))
    return gone.rowcount


def drafts(tx: Tx, before: datetime) -> int:
    """Drafts that nobody has touched since then."""
    return tx.connection.execute(delete(draft).where(draft.c.changed_at < before)).rowcount


def _empty(tx: Tx, which: ColumnElement[bool]) -> int:
    """A received mail without its bytes, its writer and the words that lists show of it."""
    bare = func.json_remove(received.c.details, "$.words", type_=Json)
    done = update(received).where(which).values(raw=b"", sender="", details=bare)
    return tx.connection.execute(done).rowcount


def over(
    tx: Tx, retention: Retention, before: datetime, limit: int, unsent: Iterable[State]
) -> list[ConversationId]:
    """Conversations of a class that were done before then, to which no open task belongs.

    Nor is anything of them `unsent`: it may be taken back, and then they are open again.
    """
    states = [state.value for state in unsent]
    going = select(message.c.conversation).where(message.c.state.in_(states))
    still = (
        exists()
        .where(task.c.conversation == conversation.c.id)
        .where(task.c.state == tasks.TaskState.OPEN.value)
    )
    query = (
        select(conversation.c.id)
        .where(conversation.c.retention == retention.value, conversation.c.destroyed_at.is_(None))
        .where(conversation.c.state == ConversationState.DONE.value, conversation.c.done_at < before, ~still)
        .where(conversation.c.id.not_in(going.where(message.c.conversation.is_not(None))))
        .order_by(conversation.c.done_at)
        .limit(limit)
    )
    return [ConversationId(one) for one in tx.connection.execute(query).scalars()]


def words(tx: Tx, those: Iterable[ConversationId], ended: Iterable[State], at: datetime) -> int:
    """What was said in these conversations: words, names, files, raw mails, sealed bytes, notes of tasks.

    Bytes of a message that has not come to one of these ends stay. How many conversations.
    """
    done, states = 0, [state.value for state in ended]
    for some in chunks(those):
        for one in conversations.get_many(tx, some).values():
            gone = replace(one, subject="", sender="", snippet="", ask=None, destroyed_at=at)
            conversations.put(tx, gone)
            entries.destroy(tx, one.id)
            for belonging in tasks.of_conversation(tx, one.id):
                tasks.put(tx, replace(belonging, note=""))
            done += 1
        theirs = select(entry.c.received).where(entry.c.conversation.in_(some), entry.c.received.is_not(None))
        _empty(tx, received.c.id.in_(theirs))
        ours = select(message.c.id).where(message.c.conversation.in_(some), message.c.state.in_(states))
        tx.connection.execute(delete(message_body).where(message_body.c.message.in_(ours)))
    if done:
        _begin_to_forget(tx)
    return done


def notes(tx: Tx, before: datetime) -> int:
    """Notes of tasks that ended before then and belong to no conversation; how many."""
    ended = select(task.c.id).where(task.c.state != tasks.TaskState.OPEN.value, task.c.closed_at < before)
    those = ended.where(task.c.note != "", task.c.conversation.is_(None))
    found = [tasks.get(tx, one) for one in tx.connection.execute(those).scalars().all()]
    for one in found:
        if one is not None:
            tasks.put(tx, replace(one, note=""))
    if found:
        _begin_to_forget(tx)
    return len(found)


def _begin_to_forget(tx: Tx) -> None:
    going = settings.get(tx, _FORGETS) in (_GOING, _TWICE)
    settings.put(tx, _FORGETS, _TWICE if going else _BEGIN)


def received_mail(tx: Tx, before: datetime) -> int:
    """Raw mails that came in before then, were looked at, and belong to no conversation; how many."""
    looked_at = received.c.state == ReceivedState.DONE.value, func.length(received.c.raw) > 0
    apart = ~exists().where(entry.c.received == received.c.id)
    return _empty(tx, and_(received.c.at < before, *looked_at, apart))


def forget_words(tx: Tx, pages: int) -> bool:
    """Rewrite about so many pages of the search indexes without what was destroyed; whether more is left."""
    stands = settings.get(tx, _FORGETS)
    if not stands:
        return False
    moved = False
    for index in _INDEXES:
        before = tx.driver.total_changes
        tx.connection.exec_driver_sql(
            f"INSERT INTO {index} ({index}, rank) VALUES ('merge', ?)",  # noqa: S608 - names of tables
            (-pages if stands == _BEGIN else pages,),
        )
        moved |= tx.driver.total_changes - before > 1
    if moved:
        settings.put(tx, _FORGETS, stands if stands == _TWICE else _GOING)
    else:
        settings.put(tx, _FORGETS, _BEGIN if stands == _TWICE else "")
    return moved or stands == _TWICE


def forgets(tx: Tx) -> bool:
    """Whether `forget_words` has something to do."""
    return bool(settings.get(tx, _FORGETS))
