"""`practice …`, `fields …`, `people fields` and `people addresses`."""

from __future__ import annotations

from typing import Any

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call, typed_fields
from desktop.cli.relays import chosen, maybe_word, number, only, word, words
from desktop.cli.sending import DAYS, flag
from desktop.models.records import PersonId
from desktop.models.standing import FieldClass, FieldKind, Location, LocationId, VisitRule
from desktop.office.values_facts import (
    AddressQuery,
    CustomShown,
    FieldRequest,
    FieldsShown,
    PracticeChange,
    PracticeShown,
)
from desktop.texts import clean


def practice_show(call: Call) -> None:
    call.console.emit(_practice(call.office.show_practice(call.session())))


def practice_set(call: Call) -> None:
    """What is left out stays as it is."""
    session, given = call.session(), call.console.document()
    before = _facts(call.office.show_practice(session).facts)
    try:
        change = _read_facts(_over(before, given))
    except (KeyError, TypeError, ValueError) as error:
        raise wrong(call, error) from error
    call.console.emit(_practice(call.office.set_practice(session, change)))


def practice_place(call: Call) -> None:
    """With the id of one that is there it is kept anew as a whole: what is left out is empty."""
    session, given = call.session(), call.console.document()
    try:
        place = _read_place(given)
    except (KeyError, TypeError, ValueError) as error:
        raise wrong(call, error) from error
    call.console.emit(_practice(call.office.set_location(session, place)))


def practice_remove_place(call: Call) -> None:
    shown = call.office.retire_location(call.session(), LocationId(call.args.location))
    call.console.emit(_practice(shown))


def practice_visit_type(call: Call) -> None:
    """Kept anew as a whole: what is left out is as if nobody had said anything."""
    session, given = call.session(), call.console.document()
    try:
        rule = _read_rule(given)
    except (KeyError, TypeError, ValueError) as error:
        raise wrong(call, error) from error
    call.console.emit(_practice(call.office.set_visit_rule(session, rule)))


def fields_list(call: Call) -> None:
    call.console.emit(_fields(call.office.list_fields(call.session())))


def fields_set(call: Call) -> None:
    """Kept anew as a whole: what is left out is as of a new text field."""
    session, given = call.session(), call.console.document()
    try:
        request = _read_field(given)
    except (KeyError, TypeError, ValueError) as error:
        raise wrong(call, error) from error
    call.console.emit(_fields(call.office.set_field(session, request)))


def people_fields(call: Call) -> None:
    session, person = call.session(), PersonId(call.args.person)
    if not call.console.stdin:
        call.console.emit(_custom(call.office.show_custom(session, person)))
        return
    call.console.emit(_custom(call.office.set_custom(session, person, typed_fields(call))))


def people_addresses(call: Call) -> None:
    shown = call.office.check_addresses(call.session(), AddressQuery(call.args.reason, call.args.limit))
    lines = [
        {
            "person": one.person,
            "name": one.name,
            "address": one.address,
            "reason": call.console.reason(one.reason),
            "suggestion": one.suggestion or None,
        }
        for one in shown.lines
    ]
    human = [
        "  ".join((clean(one.name), one.address, call.console.reason(one.reason)["words"]))
        for one in shown.lines
    ]
    human += [f"{code}  {count}" for code, count in shown.counts.items()]
    call.console.emit(
        {"addresses": lines, "counts": shown.counts, "total": shown.total, "looked_at": shown.looked_at},
        human or [call.console.texts.say("cli.addresses-fine")],
    )


def wrong(call: Call, error: Exception) -> WrongUse:
    """The field of a document that is missing or of another shape."""
    return WrongUse(call.console.texts.say("cli.wrong-document", field=str(error).strip("'")))


# --- in ---------------------------------------------------------------------------------


def _over(before: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    for name in given:
        if name not in before:
            raise KeyError(name)
    return {**before, **given}


def _read_facts(given: dict[str, Any]) -> PracticeChange:
    return PracticeChange(
        **{name: word(given, name) for name in ("name", "phone", "address", "booking_link", "portal_link")},
        first=number(given, "first"),
        last=number(given, "last"),
        days=_days(given),
        closed=words(given, "closed"),
        country=word(given, "country"),
        region=word(given, "region"),
    )


def _days(given: dict[str, Any]) -> tuple[int, ...]:
    named = words(given, "days")
    if not set(named) <= set(DAYS):
        raise ValueError("days")
    return tuple(DAYS.index(day) + 1 for day in named)


def _read_place(given: dict[str, Any]) -> Location:
    texts = ("address", "phone", "directions", "booking_link", "portal_link")
    only(given, "id", "name", "hours", *texts)
    hours = _said(given, "hours")
    if not hours.keys() <= set(DAYS):
        raise ValueError("hours")
    return Location(
        LocationId(maybe_word(given, "id")),
        word(given, "name"),
        **{name: maybe_word(given, name) for name in texts},
        hours={str(DAYS.index(day) + 1): said for day, said in hours.items()},
    )


def _read_rule(given: dict[str, Any]) -> VisitRule:
    only(given, "name", "arrive_early", "instructions", "patient_only", "remind")
    whole = {"arrive_early": 0, "patient_only": False, "remind": True, **given}
    return VisitRule(
        "",
        word(whole, "name"),
        number(whole, "arrive_early"),
        _said(whole, "instructions"),
        flag(whole, "patient_only"),
        flag(whole, "remind"),
    )


def _read_field(given: dict[str, Any]) -> FieldRequest:
    only(given, "name", "label", "kind", "class", "choices", "place", "retired")
    whole = {"kind": "text", "class": "plain", "choices": [], "place": 0, "retired": False, **given}
    return FieldRequest(
        word(whole, "name"),
        word(whole, "label"),
        chosen(FieldKind, whole, "kind"),
        chosen(FieldClass, whole, "class"),
        words(whole, "choices"),
        number(whole, "place"),
        flag(whole, "retired"),
    )


def _said(given: dict[str, Any], name: str) -> dict[str, str]:
    said = given.get(name) or {}
    if not isinstance(said, dict) or not all(isinstance(one, str) for one in said.values()):
        raise TypeError(name)
    return {str(key): one for key, one in said.items()}


# --- out --------------------------------------------------------------------------------


def _facts(one: PracticeChange) -> shapes.Doc:
    return {
        "name": one.name,
        "phone": one.phone,
        "address": one.address,
        "booking_link": one.booking_link,
        "portal_link": one.portal_link,
        "first": one.first,
        "last": one.last,
        "days": [DAYS[day - 1] for day in one.days],
        "closed": list(one.closed),
        "country": one.country,
        "region": one.region,
    }


def _practice(shown: PracticeShown) -> shapes.Doc:
    return {
        **_facts(shown.facts),
        "zone": shown.zone,
        "places": [
            {
                "id": one.id,
                "name": one.name,
                "address": one.address,
                "phone": one.phone,
                "directions": one.directions,
                "hours": {DAYS[int(day) - 1]: said for day, said in one.hours.items()},
                "booking_link": one.booking_link,
                "portal_link": one.portal_link,
            }
            for one in shown.locations
        ],
        "visit_types": [
            {
                "name": one.name,
                "arrive_early": one.arrive_early,
                "instructions": one.instructions,
                "patient_only": one.patient_only,
                "remind": one.remind,
            }
            for one in shown.rules
        ],
        "other_types": list(shown.types),
    }


def _fields(shown: FieldsShown) -> shapes.Doc:
    return {
        "fields": [
            {
                "name": line.field.name,
                "label": line.field.label,
                "kind": line.field.kind.value,
                "class": line.field.group.value,
                "choices": list(line.field.choices),
                "place": line.field.place,
                "retired": line.field.retired_at is not None,
                "used": line.used,
            }
            for line in shown.fields
        ]
    }


def _custom(shown: CustomShown) -> shapes.Doc:
    return {"person": shown.person, "fields": {line.field.name: line.value for line in shown.lines}}
