"""`after-hours …`: the answer while nobody is in the office, and when the tray may tell of mail."""

from __future__ import annotations

from typing import Any

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call
from desktop.cli.relays import word, words
from desktop.cli.sending import DAYS, clock_time, flag
from desktop.models.correspondence import AfterHours, Notify
from desktop.office.values_messages import AfterHoursShown


def after_hours_show(call: Call) -> None:
    call.console.emit(_shown(call.office.show_after_hours(call.session())))


def after_hours_set(call: Call) -> None:
    """What is left out stays as it is."""
    session, given = call.session(), call.console.document()
    before = call.office.show_after_hours(session)
    try:
        rules, notify = _rules(before.rules, given), _notify(before.notify, given.get("notify"))
    except (TypeError, ValueError) as error:
        raise WrongUse(call.console.texts.say("cli.wrong-document", field=str(error))) from error
    call.console.emit(_shown(call.office.set_after_hours(session, rules, notify)))


def _rules(before: AfterHours, given: dict[str, Any]) -> AfterHours:
    whole = {"enabled": before.enabled, "text_en": before.text_en, "text_es": before.text_es, **given}
    return AfterHours(flag(whole, "enabled"), word(whole, "text_en"), word(whole, "text_es"))


def _notify(before: Notify, given: object) -> Notify:
    if given is None:
        return before
    if not isinstance(given, dict):
        raise TypeError("notify")
    whole = {**_hours(before), **given}
    named = words(whole, "days")
    if not set(named) <= set(DAYS):
        raise ValueError("days")
    return Notify(
        flag(whole, "enabled"),
        clock_time(whole, "first"),
        clock_time(whole, "last"),
        tuple(DAYS.index(day) for day in named),
    )


def _hours(notify: Notify) -> dict[str, Any]:
    return {
        "enabled": notify.enabled,
        "first": notify.first.isoformat("minutes"),
        "last": notify.last.isoformat("minutes"),
        "days": [DAYS[day] for day in notify.days],
    }


def _shown(shown: AfterHoursShown) -> shapes.Doc:
    return {
        "enabled": shown.rules.enabled,
        "text_en": shown.rules.text_en,
        "text_es": shown.rules.text_es,
        "words_en": shown.words_en,
        "words_es": shown.words_es,
        "notify": _hours(shown.notify),
        "zone": shown.zone,
    }
