"""The practice's mailbox as people work it: conversations listed, shown, taken, answered, settled.

Two people never answer the same one unknowingly: each sees who has taken it and who is answering,
and an answer names the turn that its writer saw (`mail/threads.py`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from desktop.access.fields import may_read
from desktop.access.roles import Action, may
from desktop.audit.events import Act, Event
from desktop.audit.fields import is_id
from desktop.clock import Clock
from desktop.errors import InputError, Refused
from desktop.mail import threads, wrong_person
from desktop.mail.states import NEVER_LEFT
from desktop.models import conversations, entries, messages, received, users
from desktop.models.accounts import Session, User, UserId, UserState
from desktop.models.correspondence import (
    Conversation,
    ConversationId,
    ConversationState,
    Direction,
    Entry,
    EntryId,
)
from desktop.models.database import Tx
from desktop.models.records import Message, Person, Reason
from desktop.office.answering import ended, renewed
from desktop.office.conversations_shown import (
    answered_by,
    lines_of,
    name_of,
    read_by,
    shown,
    user_names,
)
from desktop.office.desk import Desk, Recorder
from desktop.office.listed import Listed
from desktop.office.people import found as known_person
from desktop.office.values_messages import (
    PLACES,
    Answering,
    ConversationChange,
    ConversationQuery,
    ConversationShown,
    ConversationsShown,
)

_MOST_LINES = 500
_MOST_ENTRIES = 10_000
_MOST_BEFORE = 200


class Messages:
    """Fulfils `MessagesDoor`; what is hidden from a role is refused, and that is recorded."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def list_conversations(self, session: Session, query: ConversationQuery) -> ConversationsShown:
        """Raises InputError `value-not-allowed` for a place that is none."""
        return self._desk.read(
            session,
            Action.LIST_CONVERSATIONS,
            lambda tx: self._listed(tx, session, query),
            lambda made: None if made.unchanged else _listed(made),
        )

    def _listed(self, tx: Tx, session: Session, query: ConversationQuery) -> ConversationsShown:
        if query.place not in PLACES:
            raise InputError("value-not-allowed", field="place", allowed=", ".join(PLACES))
        mark, now = f"{conversations.mark(tx)}.", self._clock.now()
        if _still(query.known, mark, now):
            return ConversationsShown((), mark=query.known, unchanged=True)
        limit, offset = max(1, min(query.limit, _MOST_LINES)), max(0, query.offset)
        rows = conversations.listing(tx, query.place, session.user, limit=limit, offset=offset)
        ends = [row.answering_until for row in rows if row.answering_until and answered_by(row, now)]
        mark += str(int(min(ends).timestamp())) if ends else ""
        return ConversationsShown(
            lines_of(tx, rows, session, now), conversations.counts(tx, session.user), mark
        )

    def show_conversation(
        self, session: Session, conversation: ConversationId, limit: int = 50
    ) -> ConversationShown:
        """Read on the reading lane; only that it was seen is written.

        Raises InputError `conversation-unknown`; Refused `conversation-hidden`.
        """
        opened = self._desk.check(session, Action.SHOW_CONVERSATION)
        now = self._clock.now()
        try:
            made = opened.database.read(
                lambda tx: shown(tx, read_by(tx, conversation, session), session, now, limit)
            )
        except Refused as refused:
            self._desk.note_refusal(session, Act.CONVERSATION_SHOWN, refused, _id(conversation))
            raise

        def seen(tx: Tx, record: Recorder) -> None:
            row = read_by(tx, conversation, session)
            if row.unseen and row.turn == made.turn:
                conversations.put(tx, replace(row, unseen=False))
            received.settle(tx, [one.received for one in made.entries if one.received is not None])
            record(Event(Act.CONVERSATION_SHOWN, obj=row.id))

        self._desk.write(session, Action.SHOW_CONVERSATION, seen)
        return replace(made, line=replace(made.line, unseen=False))

    def take_conversation(self, session: Session, conversation: ConversationId) -> ConversationShown:
        """Raises Refused `taken` with whose it is; and what `show_conversation` raises."""

        def take(tx: Tx, record: Recorder) -> ConversationShown:
            row, now = read_by(tx, conversation, session), self._clock.now()
            if row.owner not in (None, session.user):
                raise Refused("taken", who=user_names(tx).get(row.owner, ""))
            taken = replace(row, owner=session.user, state=ConversationState.OPEN, done_at=None, unseen=False)
            conversations.put(tx, taken)
            record(Event(Act.CONVERSATION_TAKEN, obj=row.id))
            return shown(tx, taken, session, now)

        return self._desk.write(session, Action.HANDLE_CONVERSATION, take)

    def change_conversation(self, session: Session, change: ConversationChange) -> ConversationShown:
        """Raises InputError `conversation-unknown`, `user-unknown`, `person-unknown`; Refused
        `conversation-hidden`, `owner-cannot-read`, `conversation-other-person`, `conversation-moved-on`.
        """

        def store(tx: Tx, record: Recorder) -> ConversationShown:
            row, now = read_by(tx, change.id, session), self._clock.now()
            changed = self._changed(tx, row, change, now)
            if change.person is not None and row.person is None:
                changed = _linked(tx, changed, known_person(tx, change.person))
                record(Event(Act.CONVERSATION_LINKED, obj=row.id, det={"person": change.person}))
            conversations.put(tx, changed)
            record(Event(Act.CONVERSATION_CHANGED, obj=row.id, det={"fields": _fields(change)}))
            return shown(tx, changed, session, now)

        return self._desk.write(session, Action.HANDLE_CONVERSATION, store)

    def _changed(self, tx: Tx, row: Conversation, change: ConversationChange, now: datetime) -> Conversation:
        if change.person is not None and row.person not in (None, change.person):
            raise Refused("conversation-other-person")
        if change.turn is not None and change.state not in (None, ConversationState.OPEN):
            threads.check_turn(tx, row.id, change.turn)
        if change.state is not None:
            row = settled(row, change.state, now)
        if change.give_back:
            row = replace(row, owner=None)
        elif change.owner is not None:
            row = replace(row, owner=_owner(tx, row, change.owner).id)
        return replace(row, retention=change.retention or row.retention)

    def begin_answer(self, session: Session, conversation: ConversationId) -> Answering:
        """Raises InputError `conversation-unknown`; Refused `conversation-hidden`."""

        def begin(tx: Tx, record: Recorder) -> Answering:
            row = read_by(tx, conversation, session)
            other = renewed(tx, row, session.user, self._clock.now())
            record(Event(Act.ANSWER_BEGUN, obj=row.id))
            return Answering(row.turn, user_names(tx).get(other, "") if other else "")

        return self._desk.write(session, Action.HANDLE_CONVERSATION, begin)

    def end_answer(self, session: Session, conversation: ConversationId) -> None:
        """What somebody else is answering stays as it is."""

        def end(tx: Tx, record: Recorder) -> None:
            row = read_by(tx, conversation, session)
            ended(tx, row, session.user)
            record(Event(Act.ANSWER_LEFT, obj=row.id))

        self._desk.write(session, Action.HANDLE_CONVERSATION, end)

    def wrong_person(self, session: Session, entry: EntryId) -> ConversationShown:
        """Of an entry of ours, that one reached somebody else; of theirs, what they had before it.

        Raises InputError `entry-unknown`; Refused `conversation-hidden`, `nothing-sent`.
        """

        def report(tx: Tx, record: Recorder) -> ConversationShown:
            one, now = entries.get(tx, entry), self._clock.now()
            if one is None:
                raise InputError("entry-unknown")
            row = read_by(tx, one.conversation, session)
            wrong_person.report(
                tx, self._desk.audit, _reached(tx, one), now, session.user, conversation=row.id
            )
            conversations.changed(tx)
            record(Event(Act.CONVERSATION_SHOWN, obj=row.id))
            return shown(tx, row, session, now)

        return self._desk.write(session, Action.HANDLE_CONVERSATION, report)


def settled(row: Conversation, to: ConversationState, now: datetime) -> Conversation:
    """In another state; nobody is answering what is done."""
    if to is ConversationState.OPEN:
        return replace(row, state=to, done_at=None)
    if to is ConversationState.WAITING:
        return replace(row, state=to, done_at=None, unseen=False)
    return replace(
        row,
        state=to,
        done_at=row.done_at or now,
        unseen=False,
        answering=None,
        answering_until=None,
    )


def _reached(tx: Tx, one: Entry) -> Message:
    """The message of ours that somebody got: of what they say, the last that left for its writer."""
    before = entries.of_conversation(tx, one.conversation, limit=_MOST_BEFORE, before=one.seq + 1)
    ours = [said for said in before if said.id == one.id or one.direction is Direction.IN]
    rows = messages.get_many(tx, [said.message for said in ours if said.message is not None])
    left = [row for row in rows.values() if row.state not in NEVER_LEFT and one.person in (None, row.person)]
    if not left:
        raise Refused("nothing-sent")
    order = {said.message: said.seq for said in ours}
    return max(left, key=lambda row: order[row.id])


def _still(known: str, mark: str, now: datetime) -> bool:
    """Nothing was written since that look, and nobody who was answering then has stopped by themselves."""
    until = known.removeprefix(mark)
    if not known.startswith(mark) or (until and not until.isdigit()):
        return False
    return not until or now.timestamp() < int(until)


def _listed(made: ConversationsShown) -> Listed:
    ids = tuple(line.person for line in made.lines if line.person is not None)
    return Listed(Act.CONVERSATIONS_LISTED, ids, {"count": len(made.lines)})


def _fields(change: ConversationChange) -> int:
    given = (change.state, change.owner, change.retention, change.person)
    return sum(one is not None for one in given) + change.give_back


def _id(conversation: ConversationId) -> str:
    return conversation if is_id(conversation) else ""


def _owner(tx: Tx, row: Conversation, user: UserId) -> User:
    """Somebody who works with messages and may read this one."""
    found = users.get(tx, user)
    if found is None or found.state is not UserState.ACTIVE:
        raise InputError("user-unknown")
    if not may(found.role, Action.HANDLE_CONVERSATION) or not may_read(found.role, row.label, own=True):
        raise Refused("owner-cannot-read")
    return found


def _linked(tx: Tx, row: Conversation, person: Person) -> Conversation:
    """Whose it is becomes known: everything that nobody we knew had said was said by them."""
    said = entries.of_conversation(tx, row.id, limit=_MOST_ENTRIES)
    received.tell_person(tx, [one.received for one in said if one.received is not None], person.id)
    entries.belong(tx, row.id, person.id)
    ask = row.ask
    if ask is not None and "name" in ask.params:
        ask = Reason(ask.code, {**ask.params, "name": name_of(person)})
    return replace(row, person=person.id, ask=ask)
