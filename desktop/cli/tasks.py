"""`tasks …`: what is still to do, one more of one's own, and the end of one."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call
from desktop.cli.relays import maybe_word, word
from desktop.errors import InputError
from desktop.models.accounts import Session, UserId
from desktop.models.correspondence import ConversationId, TaskId
from desktop.models.records import PersonId
from desktop.office.values_messages import TaskEnd, TaskLine, TaskQuery, TaskRequest

_ME = "me"
_LAST_MINUTE = time(23, 59)


def tasks_list(call: Call) -> None:
    args = call.args
    query = TaskQuery(args.mine, args.ended, args.group or "", args.limit)
    shown = call.office.list_tasks(call.session(), query)
    call.console.emit(
        {
            "total": shown.total,
            "counts": shown.counts,
            "tasks": [_line(call, one) for one in shown.tasks],
            "colleagues": [{"id": one.id, "name": one.name} for one in shown.colleagues],
        }
    )


def tasks_add(call: Call) -> None:
    """Reads what there is to do: a note is nothing for a command's words."""
    session, given = call.session(), call.console.document()
    try:
        request = _request(session, given)
    except (KeyError, TypeError) as error:
        raise WrongUse(call.console.texts.say("cli.wrong-document", field=str(error).strip("'"))) from error
    call.console.emit(_line(call, call.office.add_task(session, request)))


def tasks_done(call: Call) -> None:
    """With `--stdin` reads a note; the task keeps it under what stands there."""
    session = call.session()
    try:
        note = maybe_word(call.console.document(), "note") if call.console.stdin else ""
    except TypeError as error:
        raise WrongUse(call.console.texts.say("cli.wrong-document", field=str(error))) from error
    end = TaskEnd(TaskId(call.args.task), "dropped" if call.args.dropped else "done", note)
    call.console.emit(_line(call, call.office.end_task(session, end)))


def _request(session: Session, given: dict[str, Any]) -> TaskRequest:
    person, owner, conversation = (maybe_word(given, name) for name in ("person", "owner", "conversation"))
    return TaskRequest(
        note=word(given, "note"),
        person=PersonId(person) if person else None,
        owner=session.user if owner == _ME else UserId(owner) if owner else None,
        due_at=_due(maybe_word(given, "due")),
        conversation=ConversationId(conversation) if conversation else None,
    )


def _due(day: str) -> datetime | None:
    """The end of that day, on this computer's clock."""
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), _LAST_MINUTE).astimezone()
    except ValueError as error:
        raise InputError("task-due-wrong") from error


def _line(call: Call, one: TaskLine) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "group": one.group,
        "title": call.console.reason(one.title)["words"],
        "person": one.person,
        "name": one.name or None,
        "number": one.external_id or None,
        "owner": one.owner_name or None,
        "opened_at": shapes.moment(one.opened_at),
        "due_at": shapes.moment(one.due_at),
        "overdue": one.overdue,
        "note": one.note,
        "conversation": one.conversation,
        "message": one.message,
        "result": one.result or None,
        "closed_at": shapes.moment(one.closed_at),
        "closed_by": one.closed_by or None,
    }
