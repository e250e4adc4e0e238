"""`sending rules`, `sending set` and `relay sending`: when something leaves, and how much by each relay."""

from __future__ import annotations

from datetime import time
from typing import Any

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call
from desktop.cli.relays import maybe_word, number, word, words
from desktop.models.delivery import Auth, Hours, RelaySending, SendingRules
from desktop.models.records import RelayId
from desktop.office.values_delivery import RelayUse

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def sending_rules(call: Call) -> None:
    call.console.emit(_rules(call.office.show_sending_rules(call.session())))


def sending_set(call: Call) -> None:
    """What is left out stays as it is."""
    session = call.session()
    given = call.console.document()
    before = _rules(call.office.show_sending_rules(session))
    try:
        wanted = _read_rules(_over(before, given))
    except (KeyError, TypeError, ValueError) as error:
        raise _wrong(call, error) from error
    call.console.emit(_rules(call.office.set_sending_rules(session, wanted)))


def relay_sending(call: Call) -> None:
    """With a document it is set, what is left out staying as it is; without, shown with its use."""
    session, relay = call.session(), RelayId(call.args.relay)
    shown = call.office.show_relay_sending(session, relay)
    if call.console.stdin:
        given = call.console.document()
        try:
            wanted = _read_sending(relay, _over(_sending(shown), given))
        except (KeyError, TypeError, ValueError) as error:
            raise _wrong(call, error) from error
        shown = call.office.set_relay_sending(session, wanted)
    use = call.office.relay_use(session, relay)
    call.console.emit({**_sending(shown), "use": _use(call, use)})


def _wrong(call: Call, error: Exception) -> WrongUse:
    return WrongUse(call.console.texts.say("cli.wrong-document", field=str(error).strip("'")))


def _over(before: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """`given` in the place of what was; KeyError names a field that does not exist."""
    for name in given:
        if name not in before:
            raise KeyError(name)
    merged = {**before, **given}
    for name, value in before.items():
        if isinstance(value, dict) and isinstance(merged[name], dict):
            merged[name] = _over(value, merged[name])
    return merged


def _rules(rules: SendingRules) -> shapes.Doc:
    return {
        "reminders": _hours(rules.reminders),
        "campaigns": _hours(rules.campaigns),
        "closed": list(rules.closed),
        "country": rules.country,
        "region": rules.region,
        "silence_days": rules.silence_days,
        "closing": rules.closing.isoformat("minutes") if rules.closing is not None else None,
        "zone": rules.zone,
    }


def _hours(hours: Hours) -> shapes.Doc:
    return {
        "first": hours.first.isoformat("minutes"),
        "last": hours.last.isoformat("minutes"),
        "days": [DAYS[day] for day in hours.days],
        "holidays": hours.holidays,
    }


def _sending(one: RelaySending) -> shapes.Doc:
    return {
        "per_minute": one.per_minute,
        "per_hour": one.per_hour,
        "per_day": one.per_day,
        "connections": one.connections,
        "standby": one.standby,
        "office_mailbox": one.office_mailbox,
        "auth": one.auth.value,
        "pin": one.pin,
        "own_return_path": one.own_return_path,
        "return_address": one.return_address,
    }


def _use(call: Call, use: RelayUse) -> shapes.Doc:
    rates = use.rates
    return {
        "minute": rates.used_minute,
        "hour": rates.used_hour,
        "day": rates.used_day,
        "resumes": shapes.moment(rates.resumes),
        "reasons": shapes.reasons(call.console, use.method_words),
    }


def _read_rules(given: dict[str, Any]) -> SendingRules:
    closing = given["closing"]
    return SendingRules(
        reminders=_read_hours(given["reminders"], "reminders"),
        campaigns=_read_hours(given["campaigns"], "campaigns"),
        closed=words(given, "closed"),
        country=maybe_word(given, "country"),
        region=maybe_word(given, "region"),
        silence_days=number(given, "silence_days"),
        closing=clock_time(given, "closing") if closing is not None else None,
    )


def _read_hours(given: Any, name: str) -> Hours:
    if not isinstance(given, dict):
        raise TypeError(name)
    days = words(given, "days")
    if not set(days) <= set(DAYS):
        raise ValueError("days")
    return Hours(
        clock_time(given, "first"),
        clock_time(given, "last"),
        tuple(map(DAYS.index, days)),
        flag(given, "holidays"),
    )


def _read_sending(relay: RelayId, given: dict[str, Any]) -> RelaySending:
    if given["auth"] not in tuple(Auth):
        raise ValueError("auth")
    return RelaySending(
        relay,
        per_minute=number(given, "per_minute"),
        per_hour=number(given, "per_hour"),
        per_day=number(given, "per_day"),
        connections=number(given, "connections"),
        standby=flag(given, "standby"),
        office_mailbox=flag(given, "office_mailbox"),
        auth=Auth(given["auth"]),
        pin=maybe_word(given, "pin"),
        own_return_path=flag(given, "own_return_path"),
        return_address=maybe_word(given, "return_address"),
    )


def clock_time(given: dict[str, Any], name: str) -> time:
    """A time of the wall clock, to the minute."""
    try:
        found = time.fromisoformat(word(given, name))
    except ValueError:
        raise ValueError(name) from None
    if found.tzinfo is not None:
        raise ValueError(name)
    return found.replace(second=0, microsecond=0)


def flag(given: dict[str, Any], name: str) -> bool:
    """A field that must say yes or no."""
    value = given[name]
    if type(value) is not bool:
        raise TypeError(name)
    return value
