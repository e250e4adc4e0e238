"""The one list of what is still to do: shown, added to, handed over, ended; each with its record.

A task that others see ended meanwhile is not ended again: who did it is told instead.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from desktop.access.roles import Action, may
from desktop.audit.events import Act, Event
from desktop.audit.fields import Value
from desktop.clock import Clock
from desktop.errors import InputError, Refused
from desktop.models import conversations, people, tasks, users
from desktop.models.accounts import Role, Session, UserId, UserState
from desktop.models.correspondence import ConversationId, ConversationState
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import PersonId
from desktop.models.tasks import Task, TaskState
from desktop.office.conversations_shown import read_by
from desktop.office.desk import Desk, Recorder
from desktop.office.listed import Listed
from desktop.office.task_kinds import KINDS, OWN, by_group, seen_by
from desktop.office.task_lines import NOTE_CHARS, lines
from desktop.office.values_messages import (
    Colleague,
    TaskChange,
    TaskEnd,
    TaskLine,
    TaskQuery,
    TaskRequest,
    TasksShown,
)
from desktop.texts import clean_lines

_MOST = 500
_FARTHEST = timedelta(days=3653)
_RESULTS = ("done", "dropped")


class Tasks:
    """Fulfils `TasksDoor`. A role sees, changes and ends only kinds that are its business."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def list_tasks(self, session: Session, query: TaskQuery) -> TasksShown:
        def look(tx: Tx) -> TasksShown:
            kinds = seen_by(session.role, query.group)
            owner = session.user if query.mine else None
            counts = by_group(tasks.counts(tx, seen_by(session.role), owner))
            if not kinds:  # a group that this role has nothing to do with
                return TasksShown((), counts, colleagues=_colleagues(tx))
            listed = tasks.listing(
                tx,
                owner=owner,
                ended=query.ended,
                kinds=kinds,
                limit=max(1, min(query.limit, _MOST)),
                offset=max(0, query.offset),
            )
            total = tasks.count(tx, owner=owner, ended=query.ended, kinds=kinds)
            shown = lines(tx, listed, session, self._clock.now())
            return TasksShown(shown, counts, total, _colleagues(tx))

        return self._desk.read(session, Action.LIST_TASKS, look, _listed)

    def add_task(self, session: Session, request: TaskRequest) -> TaskLine:
        """Raises InputError `task-note-missing`, `task-due-wrong`, `person-unknown`,
        `conversation-unknown`, `task-owner-unfit`; Refused `conversation-hidden`.
        """

        def add(tx: Tx, record: Recorder) -> TaskLine:
            now = self._clock.now()
            note = _note(request.note)
            _refuse_unfit(tx, request.owner, OWN)
            one = Task(
                new_id(),
                OWN,
                now,
                person=_person(tx, session, request.person, request.conversation),
                owner=request.owner,
                due_at=_due(request.due_at, now),
                note=note,
                conversation=request.conversation,
            )
            tasks.add(tx, one)
            if one.conversation is not None:
                _move(tx, record, one.conversation, ConversationState.DONE, ConversationState.WAITING, now)
            record(Event(Act.TASK_OPENED, one.id, det={"task-kind": OWN, **_about(one)}))
            return _line(tx, one.id, session, now)

        return self._desk.write(session, Action.HANDLE_TASK, add)

    def change_task(self, session: Session, change: TaskChange) -> TaskLine:
        """Raises InputError `task-unknown`, `task-note-missing`, `task-due-wrong`, `task-owner-unfit`;
        Refused `task-ended`, `task-ended-itself`, `conversation-hidden` (who may not read what it is
        about neither writes on it nor takes it).
        """

        def alter(tx: Tx, record: Recorder) -> TaskLine:
            now, old = self._clock.now(), _theirs(tx, change.id, session)
            _refuse_ended(tx, old)
            if old.conversation is not None and old.owner != session.user:
                read_by(tx, old.conversation, session)
            new = old
            if change.note is not None:
                note = clean_lines(change.note, NOTE_CHARS)
                new = replace(new, note=_note(note) if old.kind == OWN else note)
            if change.give_back or change.owner is not None:
                owner = None if change.give_back else change.owner
                _refuse_unfit(tx, owner, old.kind)
                new = replace(new, owner=owner)
            if change.no_due or change.due_at is not None:
                new = replace(new, due_at=None if change.no_due else _due(change.due_at, now))
            tasks.put(tx, new)
            fields = sum(
                before != after
                for before, after in (
                    (old.note, new.note),
                    (old.owner, new.owner),
                    (old.due_at, new.due_at),
                )
            )
            record(Event(Act.TASK_CHANGED, old.id, det={"fields": fields, **_about(old)}))
            return _line(tx, old.id, session, now)

        return self._desk.write(session, Action.HANDLE_TASK, alter)

    def end_task(self, session: Session, end: TaskEnd) -> TaskLine:
        """A conversation that waited for nothing else is done with it.

        Raises InputError `task-unknown`, `value-not-allowed`; Refused `task-ended` with who did,
        `task-ended-itself`, and `task-by-work` of what only its own work ends.
        """

        def finish(tx: Tx, record: Recorder) -> TaskLine:
            now, old = self._clock.now(), _theirs(tx, end.id, session)
            if end.result not in _RESULTS:
                raise InputError("value-not-allowed", field="result", allowed=", ".join(_RESULTS))
            _refuse_ended(tx, old)
            if KINDS[old.kind].by_work_alone:
                raise Refused("task-by-work")
            note = clean_lines(end.note, NOTE_CHARS)
            tasks.close(tx, old.id, TaskState(end.result), now, session.user, note)
            record(
                Event(
                    Act.TASK_ENDED,
                    old.id,
                    det={"task-kind": old.kind, "result": end.result, **_about(old)},
                )
            )
            if old.conversation is not None and not tasks.waits(tx, old.conversation):
                _move(tx, record, old.conversation, ConversationState.WAITING, ConversationState.DONE, now)
            return _line(tx, old.id, session, now)

        return self._desk.write(session, Action.HANDLE_TASK, finish)


def give_back_unseen(tx: Tx, user: UserId, role: Role) -> None:
    """What somebody has got or had before and does not see in this role is for whoever may do it."""
    for one in tasks.open_ones(tx, owner=user):
        if one.owner == user and one.kind in KINDS and role not in KINDS[one.kind].roles:
            tasks.put(tx, replace(one, owner=None))


def _listed(shown: TasksShown) -> Listed:
    named = tuple(one.person for one in shown.tasks if one.person is not None)
    return Listed(Act.TASKS_LISTED, named, {"count": len(shown.tasks)})


def _colleagues(tx: Tx) -> tuple[Colleague, ...]:
    return tuple(
        Colleague(user.id, user.name)
        for user in users.listing(tx)
        if user.state is UserState.ACTIVE and may(user.role, Action.LIST_TASKS)
    )


def _about(one: Task) -> dict[str, Value]:
    return {"person": one.person} if one.person is not None else {}


def _line(tx: Tx, id_: str, session: Session, now: datetime) -> TaskLine:
    found = tasks.get(tx, id_)
    return lines(tx, (found,) if found is not None else (), session, now)[0]


def _theirs(tx: Tx, id_: str, session: Session) -> Task:
    """One that this role sees; of any other nobody learns that it exists."""
    found = tasks.get(tx, id_)
    if found is None or found.kind not in seen_by(session.role):
        raise InputError("task-unknown")
    return found


def _refuse_ended(tx: Tx, one: Task) -> None:
    if one.state is TaskState.OPEN:
        return
    by = users.get(tx, one.closed_by) if one.closed_by is not None else None
    if by is None:
        raise Refused("task-ended-itself")
    raise Refused("task-ended", who=by.name)


def _refuse_unfit(tx: Tx, owner: UserId | None, kind: str) -> None:
    """Whoever it is given to must be there and see it."""
    if owner is None:
        return
    found = users.get(tx, owner)
    if found is None or found.state is not UserState.ACTIVE or found.role not in KINDS[kind].roles:
        raise InputError("task-owner-unfit")


def _person(
    tx: Tx, session: Session, person: PersonId | None, conversation: ConversationId | None
) -> PersonId | None:
    """Of a conversation whose it is, where nobody else is named."""
    if conversation is not None:
        home = read_by(tx, conversation, session)
        person = person or home.person
    if person is not None and people.get(tx, person) is None:
        raise InputError("person-unknown")
    return person


def _note(text: str) -> str:
    note = clean_lines(text, NOTE_CHARS)
    if not note:
        raise InputError("task-note-missing")
    return note


def _due(due: datetime | None, now: datetime) -> datetime | None:
    """A day that was meant: not before today, not in ten years; it may be over within the day."""
    if due is None:
        return None
    if due.tzinfo is None or not now - timedelta(days=1) <= due <= now + _FARTHEST:
        raise InputError("task-due-wrong")
    return due


def _move(
    tx: Tx,
    record: Recorder,
    id_: ConversationId,
    frm: ConversationState,
    to: ConversationState,
    now: datetime,
) -> None:
    """From one state to the other; one that stands elsewhere stays there."""
    found = conversations.get(tx, id_)
    if found is None or found.state is not frm:
        return
    done_at = now if to is ConversationState.DONE else None
    conversations.put(tx, replace(found, state=to, done_at=done_at))
    record(Event(Act.CONVERSATION_CHANGED, id_, det={"fields": 1}))
