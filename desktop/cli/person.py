"""Commands about one person's page: adding somebody, and what happened with them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call, typed_fields
from desktop.models.records import PersonId
from desktop.office.timeline_words import what_happened
from desktop.office.values_person import Moment, NewPerson, TimelineLine, TimelinePlace, TimelineQuery
from desktop.texts import clean

_PLACE = "/"


def people_add(call: Call) -> None:
    """Where others are alike, they are printed and nobody is added, unless `--anyway`."""
    session = call.session()
    fields = typed_fields(call)
    answer = call.office.add_person(session, NewPerson(fields, sure=call.args.anyway))
    alike = [{"id": one.person.id, "name": one.person.name, "why": list(one.why)} for one in answer.alike]
    if answer.shown is None:
        say = call.console.texts.say
        human = [say("cli.people-alike"), *(f"{one['id']}  {clean(str(one['name']))}" for one in alike)]
        call.console.emit({"added": None, "alike": alike}, human)
        return
    call.console.emit({"added": shapes.person(call.console, answer.shown), "alike": []})


def people_timeline(call: Call) -> None:
    """A page, newest first; `older` goes on behind it."""
    query = TimelineQuery(PersonId(call.args.person), _place(call), call.args.limit)
    shown = call.office.show_timeline(call.session(), query)
    older = shown.older
    lines = [_line(one) for one in shown.lines]
    human = [_words(call, one) for one in shown.lines]
    call.console.emit(
        {
            "lines": lines,
            "older": _PLACE.join((older.at.isoformat(), older.kind.value, older.ref)) if older else None,
            "hidden": list(shown.hidden),
        },
        human or [call.console.texts.say("ui.timeline.nothing")],
    )


def _place(call: Call) -> TimelinePlace | None:
    """As `older` was printed before."""
    if not call.args.older:
        return None
    at, _, rest = call.args.older.partition(_PLACE)
    kind, _, ref = rest.partition(_PLACE)
    try:
        return TimelinePlace(datetime.fromisoformat(at).astimezone(UTC), Moment(kind), ref)
    except ValueError as error:
        raise WrongUse(call.console.texts.say("cli.timeline-place")) from error


def _words(call: Call, one: TimelineLine) -> str:
    """A visit by the practice's clock, all else by this computer's; a message with what became of it."""
    say = call.console.texts.say
    at = one.start or one.at.astimezone()
    parts = [f"{at:%Y-%m-%d %H:%M}", what_happened(call.console.texts, one)]
    if one.kind is Moment.VISIT:
        parts.append(clean(one.place))
    elif one.kind is Moment.SENT:
        parts.append(say(f"ui.state.{one.what}"))
    if one.by:
        parts.append(say("ui.timeline.by", name=clean(one.by)))
    return "  ".join(part for part in parts if part)


def _line(one: TimelineLine) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "at": shapes.moment(one.at),
        "what": one.what,
        "start": one.start.isoformat() if one.start else None,
        "title": one.title,
        "place": one.place,
        "by": one.by,
        "use": one.use.value if one.use else None,
        "method": one.method.value if one.method else None,
        "conversation": one.conversation,
    }
