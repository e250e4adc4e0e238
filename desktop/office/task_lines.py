"""Tasks as people see them: a title in words, whose it is, and where its work is done."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from desktop.access.fields import readable, visible
from desktop.mail.calls import CALL
from desktop.mail.moves import CANCEL_VISIT, MOVE
from desktop.models import conversations, messages, people, users
from desktop.models.accounts import Session, UserId
from desktop.models.correspondence import TaskId
from desktop.models.database import Tx
from desktop.models.records import Message, MessageId, Person, Reason, State
from desktop.models.tasks import Task
from desktop.office.task_kinds import KINDS, OWN, UPDATE
from desktop.office.values_messages import TaskLine
from desktop.texts import clean, clean_lines

NOTE_CHARS = 2000
"""Of what is typed at once; when a task ends, as much comes under it."""
_TITLE_CHARS = 120
_CAUSES = frozenset({"silence", "uncertain", "failed", "not-opened"})


def lines(tx: Tx, tasks: Iterable[Task], session: Session, now: datetime) -> tuple[TaskLine, ...]:
    """In the order given; kinds that this role does not see, and records, are left out.

    What was noted on a conversation that `session` may not read comes empty: it tells of it.
    """
    some = [one for one in tasks if one.kind in KINDS and session.role in KINDS[one.kind].roles]
    if not some:
        return ()
    known = people.get_many(tx, {one.person for one in some if one.person is not None})
    about = messages.get_many(tx, {MessageId(one.source) for one in some if one.source})
    names = {user.id: user.name for user in users.listing(tx)}
    kept = hidden(tx, some, session)
    return tuple(
        _line(
            replace(one, note="") if one.id in kept else one,
            visible(known[one.person], session.role) if one.person in known else None,
            about.get(MessageId(one.source)),
            names,
            now,
        )
        for one in some
    )


def hidden(tx: Tx, tasks: Collection[Task], session: Session) -> frozenset[str]:
    """Those of a conversation that is not for `session`, but for what was given to its person."""
    homes = conversations.get_many(tx, {one.conversation for one in tasks if one.conversation is not None})
    return frozenset(
        one.id
        for one in tasks
        if one.conversation in homes
        and one.owner != session.user
        and not readable(homes[one.conversation], session)
    )


def _line(
    one: Task, person: Person | None, message: Message | None, names: dict[UserId, str], now: datetime
) -> TaskLine:
    kind = KINDS[one.kind]
    name = clean(person.name or person.organisation) if person is not None else ""
    return TaskLine(
        id=TaskId(one.id),
        kind=one.kind,
        group=kind.group,
        title=_title(one, name),
        opened_at=one.opened_at,
        person=one.person,
        name=name,
        external_id=clean(person.external_id) if person is not None else "",
        owner=one.owner,
        owner_name=names.get(one.owner, "") if one.owner is not None else "",
        due_at=one.due_at,
        overdue=one.closed_at is None and one.due_at is not None and one.due_at < now,
        note=clean_lines(one.note, 2 * NOTE_CHARS + 1),
        result=one.result,
        closed_at=one.closed_at,
        closed_by=names.get(one.closed_by, "") if one.closed_by is not None else "",
        conversation=one.conversation,
        message=message.id if message is not None else None,
        step=_step(one, message),
        ends_itself=kind.ends_itself and (one.kind != CALL or one.details.get("cause") == "uncertain"),
        can_end=not kind.by_work_alone,
    )


def _title(one: Task, name: str) -> Reason:
    """One's own by the first line of its note; a visit with its old time, of the wall clock."""
    code, params = KINDS[one.kind].title, dict[str, str | int]()
    if one.kind == OWN:
        words = clean(one.note.partition("\n")[0], _TITLE_CHARS)
        return Reason(code, {"words": words}) if words else Reason("task-own-hidden", {"name": name})
    if one.kind == CALL and one.details.get("cause") in _CAUSES:
        code = f"task-call-{one.details['cause']}"
    if one.kind == UPDATE:
        return Reason(f"task-update-{one.details.get('severity')}", {"version": one.source})
    if one.kind in (MOVE, CANCEL_VISIT):
        params["when"] = str(one.details.get("start", ""))
    return Reason(code, {**params, "name": name})


def _step(one: Task, message: Message | None) -> str:
    """Where the work is; nowhere once the task is ended, or where what it was about is gone."""
    step = KINDS[one.kind].step
    if one.closed_at is not None:
        return ""
    if one.kind == CALL and message is not None and message.state is State.UNCERTAIN:
        return "unclear"
    if step == "failure":
        return step if message is not None else ""
    if step == "conversation" or (not step and one.conversation is not None):
        return "conversation" if one.conversation is not None else ""
    return step
