"""The answer outside the opening hours, and when the program may speak up: shown, set, told in numbers."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.compliance.hours import opens
from desktop.errors import InputError
from desktop.mail import after_hours
from desktop.mail.calendar import Calendar
from desktop.mail.sender import load_sender
from desktop.models import afterhours, sendingrules, settings
from desktop.models.accounts import Session
from desktop.models.correspondence import AfterHours, Notify
from desktop.models.database import Tx
from desktop.models.delivery import Hours
from desktop.office.desk import Desk, Recorder
from desktop.office.values_messages import AfterHoursShown
from desktop.texts import LANGUAGES

_WEEK_HOURS = 7 * 24


class AfterHoursDesk:
    """Fulfils `AfterHoursDoor`."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def show_after_hours(self, session: Session) -> AfterHoursShown:
        return self._desk.read(
            session,
            Action.SHOW_AFTER_HOURS,
            lambda tx: _shown(tx, self._clock.now()),
            lambda _: Event(Act.AFTER_HOURS_SHOWN),
        )

    def set_after_hours(self, session: Session, rules: AfterHours, notify: Notify) -> AfterHoursShown:
        """From now on. Raises InputError `after-hours-too-long`, `template-...` for words that do not
        compile or name more than the practice and its opening; `notify-days-missing`.
        """

        def change(tx: Tx, record: Recorder) -> AfterHoursShown:
            fit, when = _fit(rules), _fit_notify(notify)
            changed = _differ(afterhours.rules(tx), fit) + _differ(afterhours.notify(tx), when)
            afterhours.put_rules(tx, fit)
            afterhours.put_notify(tx, when)
            record(Event(Act.AFTER_HOURS_CHANGED, det={"fields": changed}))
            return _shown(tx, self._clock.now())

        return self._desk.write(session, Action.SET_AFTER_HOURS, change)


def is_quiet(tx: Tx, now: datetime) -> bool:
    """Whether nothing may be said outside the window now, by the practice's own clock."""
    one = afterhours.notify(tx)
    if not one.enabled:
        return True
    calendar = Calendar(sendingrules.get(tx), ZoneInfo(settings.get(tx, "zone") or "UTC"))
    return not calendar.is_open(Hours(one.first, one.last, one.days), now)


def _shown(tx: Tx, now: datetime) -> AfterHoursShown:
    sender = load_sender(tx)
    closed = _next_closed(tx, now)
    said = {
        language: after_hours.words(AfterHours(), sender, closed, language, urgent=False)
        for language in LANGUAGES
    }
    return AfterHoursShown(
        afterhours.rules(tx), afterhours.notify(tx), said["en"], said["es"], zone=sender.zone
    )


def _next_closed(tx: Tx, now: datetime) -> datetime | None:
    """When it opens after it has next been closed: what an answer of tonight would say."""
    hours = (now + timedelta(hours=ahead) for ahead in range(_WEEK_HOURS))
    return next((found for one in hours if (found := opens(tx, one)) != one), None)


def _fit(rules: AfterHours) -> AfterHours:
    fit = replace(rules, text_en=rules.text_en.strip(), text_es=rules.text_es.strip())
    for text in (fit.text_en, fit.text_es):
        after_hours.check_text(text)
    return fit


def _fit_notify(notify: Notify) -> Notify:
    days = tuple(sorted(set(notify.days)))
    if not days or not all(0 <= day <= 6 for day in days):
        raise InputError("notify-days-missing")
    return replace(notify, days=days)


def _differ(before: object, after: object) -> int:
    """How many fields differ: the log says that something changed, the settings themselves say what."""
    names = [one.name for one in fields(before)]  # type: ignore[arg-type]
    return sum(getattr(before, name) != getattr(after, name) for name in names)
