"""What the practice says of itself: shown to everybody who writes in its name, set by administrators.

Opening hours, closed days and holidays are the ones that alerts, answers and sending go by: they are
kept once, where those read them, and changing them here wants the same fresh proof.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta

from desktop.access.roles import Action, Purpose, may
from desktop.audit.events import Act, Event
from desktop.campaigns.retiring import retire
from desktop.clock import Clock
from desktop.compliance.hours import load_hours, put_hours
from desktop.errors import InputError
from desktop.mail.holidays import is_country, is_region
from desktop.mail.pacing import WAITS
from desktop.models import appointments, practicefacts, sending, sendingrules, settings
from desktop.models.accounts import Role, Session
from desktop.models.database import Tx
from desktop.models.names import word_key
from desktop.models.practicefacts import ADDRESS, BOOKING, PHONE, PORTAL
from desktop.models.standing import Location, LocationId, VisitRule
from desktop.office.desk import Desk, Recorder
from desktop.office.values_facts import PracticeChange, PracticeShown
from desktop.people.practicefacts import (
    NAME_CHARS,
    fit_link,
    fit_name,
    fit_phone,
    fit_rule,
    fit_words,
    keep_location,
)

NAME = "practice-name"
_CLOSED_MOST = 400
_TYPES_SINCE = timedelta(days=180)
_TYPES_MOST = 100
_CALENDAR = ("closed", "country", "region")
_HOURS = ("first", "last", "days")


class Practice:
    """Fulfils `PracticeDoor`."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def show_practice(self, session: Session) -> PracticeShown:
        return self._desk.read(
            session,
            Action.SHOW_PRACTICE,
            lambda tx: self._shown(tx, session.role),
            lambda shown: Event(Act.PRACTICE_SHOWN, det={"count": len(shown.locations)}),
        )

    def set_practice(self, session: Session, change: PracticeChange) -> PracticeShown:
        """From now on in every letter. Raises InputError `practice-name`, `practice-phone`,
        `practice-link`, `practice-too-long`, `opening-hours-wrong`, `closed-day-wrong`,
        `closed-days-many`, `holiday-country-unknown`, `holiday-region-unknown`, and
        Refused("step-up-needed") where hours or closed days are others.
        """

        def work(tx: Tx, record: Recorder) -> PracticeShown:
            before, fit = _facts(tx), _fit(change)
            changed = {one.name for one in fields(fit) if getattr(before, one.name) != getattr(fit, one.name)}
            if changed & {*_CALENDAR, *_HOURS}:
                self._desk.guard.fresh(session, Purpose.USERS)
            self._keep(tx, fit, changed, record)
            record(Event(Act.PRACTICE_CHANGED, det={"fields": len(changed)}))
            return self._shown(tx, session.role)

        answer = self._desk.write(session, Action.SET_PRACTICE, work)
        self._desk.opened().dispatcher.nudge()
        return answer

    def set_location(self, session: Session, location: Location) -> PracticeShown:
        """Raises InputError as `people.practicefacts.keep_location`."""

        def work(tx: Tx, record: Recorder) -> PracticeShown:
            keep_location(tx, location)
            record(Event(Act.PRACTICE_CHANGED, det={"fields": 1}))
            return self._shown(tx, session.role)

        return self._desk.write(session, Action.SET_PRACTICE, work)

    def retire_location(self, session: Session, location: LocationId) -> PracticeShown:
        """No longer named in letters. Raises InputError("location-unknown")."""

        def work(tx: Tx, record: Recorder) -> PracticeShown:
            if all(one.id != location for one in practicefacts.locations(tx)):
                raise InputError("location-unknown")
            practicefacts.retire_location(tx, location, self._clock.now())
            record(Event(Act.PRACTICE_CHANGED, det={"fields": 1}))
            return self._shown(tx, session.role)

        return self._desk.write(session, Action.SET_PRACTICE, work)

    def set_visit_rule(self, session: Session, rule: VisitRule) -> PracticeShown:
        """Raises InputError as `people.practicefacts.fit_rule`. Reminders of a type that nobody is reminded
        of any more are withdrawn at once, those that only the patient may have at their claim.
        """

        def work(tx: Tx, record: Recorder) -> PracticeShown:
            practicefacts.put_visit_rule(tx, fit_rule(tx, rule), self._clock.now())
            retire(tx, self._desk.opened().outbox, session)
            record(Event(Act.PRACTICE_CHANGED, det={"fields": 1}))
            return self._shown(tx, session.role)

        return self._desk.write(session, Action.SET_PRACTICE, work)

    def _keep(self, tx: Tx, fit: PracticeChange, changed: set[str], record: Recorder) -> None:
        now = self._clock.now()
        settings.put(tx, NAME, fit.name)
        for key, words in (
            (PHONE, fit.phone),
            (ADDRESS, fit.address),
            (BOOKING, fit.booking_link),
            (PORTAL, fit.portal_link),
        ):
            settings.put(tx, key, words)
        if changed & set(_HOURS):
            put_hours(tx, fit.first, fit.last, fit.days, now)
            det: dict[str, str | int] = {"first": fit.first, "last": fit.last, "days": len(fit.days)}
            record(Event(Act.OPENING_HOURS_CHANGED, det=det))
        calendar = changed & set(_CALENDAR)
        if calendar:
            rules = replace(sendingrules.get(tx), closed=fit.closed, country=fit.country, region=fit.region)
            sendingrules.put(tx, rules)
            record(Event(Act.SENDING_RULES_CHANGED, det={"fields": len(calendar)}))
            sending.release(tx, WAITS, now)

    def _shown(self, tx: Tx, role: Role) -> PracticeShown:
        rules = tuple(practicefacts.visit_rules(tx))
        known = {one.type_key for one in rules}
        types, _, _ = appointments.words(tx, self._clock.now() - _TYPES_SINCE, _TYPES_MOST)
        unsaid = {word_key(one): one for one in reversed(types) if word_key(one) not in known}
        return PracticeShown(
            _facts(tx),
            tuple(practicefacts.locations(tx)),
            rules,
            tuple(reversed(unsaid.values())),
            settings.get(tx, "zone") or "UTC",
            may(role, Action.SET_PRACTICE),
        )


def _facts(tx: Tx) -> PracticeChange:
    hours, rules, own = load_hours(tx), sendingrules.get(tx), practicefacts.load(tx)
    return PracticeChange(
        name=settings.get(tx, NAME) or "",
        phone=settings.get(tx, PHONE) or "",
        address=own.address,
        booking_link=own.booking_link,
        portal_link=own.portal_link,
        first=hours.first,
        last=hours.last,
        days=tuple(sorted(hours.days)),
        closed=rules.closed,
        country=rules.country,
        region=rules.region,
    )


def _fit(change: PracticeChange) -> PracticeChange:
    country, region = change.country.strip().upper(), change.region.strip().upper()
    if country and not is_country(country):
        raise InputError("holiday-country-unknown", country=country[:20])
    if region and not is_region(country, region):
        raise InputError("holiday-region-unknown", region=region[:20], country=country)
    name = fit_name(change.name)
    if name is None:
        raise InputError("practice-name", most=NAME_CHARS)
    if len(change.closed) > _CLOSED_MOST:
        raise InputError("closed-days-many", most=_CLOSED_MOST)
    return PracticeChange(
        name=name,
        phone=fit_phone(change.phone),
        address=fit_words(change.address),
        booking_link=fit_link(change.booking_link),
        portal_link=fit_link(change.portal_link),
        first=change.first,
        last=change.last,
        days=tuple(sorted(change.days)),
        closed=tuple(sorted({_day(one) for one in change.closed})),
        country=country,
        region=region,
    )


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise InputError("closed-day-wrong", day=text[:20]) from None
