"""Whether what was asked is answered: by what left, not by what was taken back or may never arrive."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from desktop.mail.sealing import AUTO_ANSWER
from desktop.mail.states import NEVER_LEFT, NOT_SENT, WAITING
from desktop.models import conversations, entries, messages, tasks
from desktop.models.correspondence import Conversation, ConversationId, ConversationState, Direction, Entry
from desktop.models.database import Tx
from desktop.models.records import Message, MessageId, State
from desktop.texts import clean

SNIPPET_CHARS = 200
LATEST = 50
"""So many of the newest entries are looked at."""
_MAY_NOT_BE_THERE = NEVER_LEFT | {State.FAILED, State.BOUNCED, State.UNCERTAIN}


def again(tx: Tx, old: Message, new: Message, now: datetime) -> None:
    """What ended without arriving goes once more: what was said stands for its newest generation.

    Whoever is writing at this moment has not seen that, so the turn counts it; and what it answers
    is answered again, unless something came in since.
    """
    entry = entries.of_message(tx, old.id)
    entries.follow(tx, old.id, new.id)
    found = conversations.get(tx, entry.conversation) if entry is not None else None
    if found is None or entry is None or entry.author is None:
        return
    found = replace(found, turn=found.turn + 1, sent_at=now)
    came = [one for one in counted(tx, found.id) if one.direction is Direction.IN]
    if found.state is ConversationState.OPEN and not any(one.seq > entry.seq for one in came):
        words = clean(entry.own[: SNIPPET_CHARS * 2], SNIPPET_CHARS)
        found = replace(settled(tx, found, now), changed_at=now, snippet=words)
    conversations.put(tx, found)


def withdrawn(tx: Tx, message: MessageId) -> None:
    """A message of ours ended before it left: what it answered, if anything, waits as it did before.

    Where it had been sent before, what was said stands for that again.
    """
    entry = entries.of_message(tx, message)
    found = conversations.get(tx, entry.conversation) if entry is not None else None
    if found is None:
        return
    before = entries.followed(tx, message)
    row = messages.get(tx, before) if before is not None else None
    if row is not None and row.state not in NEVER_LEFT:
        entries.follow(tx, message, row.id)
    latest = entries.of_conversation(tx, found.id, limit=LATEST)
    stands = (one for one in reversed(latest) if one.direction is Direction.IN or _answers(tx, one))
    last = next(stands, None)
    settled_by_it = found.last is Direction.OUT or found.state is not ConversationState.OPEN
    if settled_by_it and last is not None and last.direction is Direction.IN:
        words = clean((last.own or last.text)[: SNIPPET_CHARS * 2], SNIPPET_CHARS)
        found = replace(found, state=ConversationState.OPEN, last=Direction.IN, done_at=None, snippet=words)
    conversations.put(tx, found)


def _answers(tx: Tx, one: Entry) -> bool:
    """What the program said by itself answers nobody, nor does what may not have arrived."""
    return one.author is not None and _state(tx, one) not in _MAY_NOT_BE_THERE


def never_left(tx: Tx, one: Entry) -> bool:
    return _state(tx, one) in NEVER_LEFT


def _state(tx: Tx, one: Entry) -> State | None:
    row = messages.get(tx, one.message) if one.message is not None else None
    return row.state if row is not None else None


def counted(tx: Tx, conversation: ConversationId) -> list[Entry]:
    """The newest entries that turns count, the oldest first: all but automatic answers."""
    latest = entries.of_conversation(tx, conversation, limit=2 * LATEST)
    rows = messages.get_many(tx, [one.message for one in latest if one.message is not None])
    by_itself = {id_ for id_, row in rows.items() if row.kind == AUTO_ANSWER}
    return [one for one in latest if one.message not in by_itself]


def settled(tx: Tx, found: Conversation, now: datetime) -> Conversation:
    """As it stands after an answer: what somebody still has to do is waited for."""
    waits = tasks.waits(tx, found.id)
    state = ConversationState.WAITING if waits else ConversationState.DONE
    done_at = None if waits else now
    return replace(found, state=state, done_at=done_at, last=Direction.OUT, unseen=False)


def is_held(tx: Tx, found: Conversation) -> bool:
    """Our answer has not left, and may never leave: what it answers is asked still."""
    said = (one for one in reversed(counted(tx, found.id)) if one.author is not None)
    latest = next(said, None)
    return found.last is Direction.OUT and latest is not None and _state(tx, latest) in WAITING | NOT_SENT
