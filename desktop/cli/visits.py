"""`appointments list|add|move|cancel|mark`: visits by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from desktop.cli import shapes
from desktop.cli.commands import Call, day_of
from desktop.cli.facts import wrong
from desktop.cli.relays import maybe_word, only, word
from desktop.models.records import AppointmentId, PersonId, VisitStatus
from desktop.office.values_facts import VisitChanged, VisitLine, VisitMove, VisitQuery, VisitRequest
from desktop.texts import clean

_WHEN_AND_WHERE = ("start", "provider", "location", "second")


def appointments_list(call: Call) -> None:
    args = call.args
    query = VisitQuery(
        day_of(call.console, args.date), args.days, PersonId(args.person) if args.person else None
    )
    shown = call.office.list_visits(call.session(), query)
    human = [_words(call, one) for one in shown.lines]
    call.console.emit(
        {
            "first": shown.first.isoformat(),
            "days": shown.days,
            "zone": shown.zone,
            "visits": [_line(one) for one in shown.lines],
        },
        human or [call.console.texts.say("cli.no-visits")],
    )


def appointments_add(call: Call) -> None:
    session, given = call.session(), call.console.document()
    try:
        only(given, "person", "type", *_WHEN_AND_WHERE)
        request = VisitRequest(
            PersonId(word(given, "person")),
            _start(given),
            maybe_word(given, "type"),
            maybe_word(given, "provider"),
            maybe_word(given, "location"),
            _second(given),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise wrong(call, error) from error
    _emit(call, call.office.add_visit(session, request))


def appointments_move(call: Call) -> None:
    """What is left out stays as it is."""
    session, given = call.session(), call.console.document()
    try:
        only(given, *_WHEN_AND_WHERE)
        move = VisitMove(
            AppointmentId(call.args.visit),
            _start(given),
            word(given, "provider") if "provider" in given else None,
            word(given, "location") if "location" in given else None,
            _second(given),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise wrong(call, error) from error
    _emit(call, call.office.move_visit(session, move))


def appointments_cancel(call: Call) -> None:
    _emit(call, call.office.cancel_visit(call.session(), AppointmentId(call.args.visit)))


def appointments_mark(call: Call) -> None:
    status = VisitStatus(call.args.status)
    _emit(call, call.office.mark_visit(call.session(), AppointmentId(call.args.visit), status))


def _start(given: dict[str, Any]) -> datetime:
    """On the practice's wall: a time with a zone would say something else than it seems to."""
    said = word(given, "start")
    try:
        start = datetime.fromisoformat(said)
    except ValueError:
        raise ValueError("start") from None
    if start.tzinfo is not None or ":" not in said:
        raise ValueError("start")
    return start


def _second(given: dict[str, Any]) -> bool | None:
    second = given.get("second")
    if second is not None and not isinstance(second, bool):
        raise TypeError("second")
    return second


def _emit(call: Call, changed: VisitChanged) -> None:
    call.console.emit({**_line(changed.line), "withdrawn": changed.withdrawn})


def _words(call: Call, one: VisitLine) -> str:
    visit = one.visit
    status = call.console.texts.say(f"ui.timeline.visit-{visit.status.value}")
    what = (clean(part) for part in (one.name, visit.visit_type, visit.provider, visit.location))
    return "  ".join((visit.id, f"{visit.start:%Y-%m-%d %H:%M}", *filter(None, what), status))


def _line(one: VisitLine) -> shapes.Doc:
    visit = one.visit
    return {
        "id": visit.id,
        "person": visit.person,
        "name": one.name,
        "start": visit.start.isoformat(timespec="minutes"),
        "zone": visit.zone,
        "status": visit.status.value,
        "type": visit.visit_type,
        "provider": visit.provider,
        "location": visit.location,
        "reminder": one.reminder.value if one.reminder else None,
    }
