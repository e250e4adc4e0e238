"""When something may leave, and how much by each relay: shown and set in plain numbers."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import date

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.mail import ramp
from desktop.mail.buckets import PERIODS, Bucket
from desktop.mail.holidays import is_country, is_region
from desktop.mail.pacing import WAITS, relay_limits
from desktop.mail.sender import practice_relay
from desktop.models import buckets, pauses, sending, sendingrules, settings
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.delivery import Hours, RelaySending, SendingRules
from desktop.models.pauses import RELAY, scope_of
from desktop.models.records import Reason, Relay, RelayId
from desktop.office.desk import Desk, Recorder
from desktop.office.relays import live_relay
from desktop.office.values_delivery import RatesShown, RelayUse
from desktop.people.addresses import check_address
from desktop.texts import MOMENT, moment_param

_MOST_MESSAGES = 1_000_000
_MOST_CONNECTIONS = 4
_MOST_SILENCE_DAYS = 30
_MOST_CLOSED = 400
_PIN = re.compile(r"(ca|key):[0-9a-f]{64}")


class Sending:
    """Fulfils `SendingDoor`. What waits by a rule that changes is asked again at once."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def show_sending_rules(self, session: Session) -> SendingRules:
        return self._desk.read(
            session,
            Action.SHOW_SENDING_RULES,
            _shown,
            lambda _: Event(Act.SENDING_RULES_SHOWN),
        )

    def set_sending_rules(self, session: Session, rules: SendingRules) -> SendingRules:
        """Raises InputError `sending-days-missing`, `closed-day-wrong`, `closed-days-many`,
        `holiday-country-unknown`, `holiday-region-unknown`, `silence-days-range`.
        """

        def change(tx: Tx, record: Recorder) -> SendingRules:
            fit, before = _fit_rules(rules), sendingrules.get(tx)
            sendingrules.put(tx, fit)
            record(Event(Act.SENDING_RULES_CHANGED, det={"fields": _changed(before, fit)}))
            sending.release(tx, WAITS, self._clock.now())
            return _shown(tx)

        answer = self._desk.write(session, Action.SET_SENDING_RULES, change)
        self._desk.opened().dispatcher.nudge()
        return answer

    def show_relay_sending(self, session: Session, relay: RelayId) -> RelaySending:
        return self._desk.read(
            session,
            Action.SHOW_RELAY_SENDING,
            lambda tx: sending.get(tx, live_relay(tx, relay).id),
            lambda shown: Event(Act.RELAY_SENDING_SHOWN, obj=shown.relay),
        )

    def set_relay_sending(self, session: Session, wanted: RelaySending) -> RelaySending:
        """Raises InputError `rate-range`, `rates-contradict`, `connections-range`, `relay-pin-wrong`,
        `return-address-wrong`, `standby-in-use`, `relay-unknown`.
        """

        def change(tx: Tx, record: Recorder) -> RelaySending:
            fit, relay = _fit_sending(wanted), live_relay(tx, wanted.relay)
            in_use = practice_relay(tx)
            if fit.standby and in_use is not None and in_use.id == relay.id:
                raise InputError("standby-in-use", relay=relay.name)
            before = sending.get(tx, relay.id)
            sending.put(tx, fit)
            det: dict[str, str | int] = {"fields": _changed(before, fit)}
            record(Event(Act.RELAY_SENDING_CHANGED, obj=relay.id, det=det))
            sending.release(tx, WAITS, self._clock.now(), relay.id)
            return fit

        answer = self._desk.write(session, Action.SET_RELAY_SENDING, change)
        self._desk.opened().dispatcher.nudge()
        return answer

    def relay_use(self, session: Session, relay: RelayId) -> RelayUse:
        """How much of each limit is used, when the next may leave, and what slows it down."""
        return self._desk.read(
            session,
            Action.SHOW_RELAY_SENDING,
            lambda tx: self._use(tx, live_relay(tx, relay)),
            lambda shown: Event(Act.RELAY_SENDING_SHOWN, obj=shown.rates.relay),
        )

    def _use(self, tx: Tx, relay: Relay) -> RelayUse:
        now, known = self._clock.now(), sending.get(tx, relay.id)
        used = dict.fromkeys((period.name for period in PERIODS), 0)
        resumes = None
        for limit in relay_limits(known):
            bucket = Bucket(limit.count, limit.period, buckets.read(tx, [limit.bucket])[limit.bucket], now)
            used[limit.period.name] = bucket.used
            if not bucket.has_room:
                resumes = max(resumes or now, bucket.room_at())
        words: list[Reason] = []
        held = pauses.get(tx, scope_of(RELAY, relay.id), now)
        if held is not None:
            words.append(held.reason)
        if resumes is not None:
            words.append(Reason("room-at", {MOMENT: moment_param(resumes, _zone(tx))}))
        if known.office_mailbox:
            step = ramp.get(tx, relay.id, now).step
            if step.per_day:
                words.append(Reason("ramp-now", {"minute": step.per_minute, "day": step.per_day}))
        return RelayUse(
            RatesShown(relay.id, relay.name, used["minute"], used["hour"], used["day"], resumes),
            tuple(words),
        )


def _shown(tx: Tx) -> SendingRules:
    return replace(sendingrules.get(tx), zone=_zone(tx))


def _zone(tx: Tx) -> str:
    return settings.get(tx, "zone") or "UTC"


def _changed(before: object, after: object) -> int:
    """How many fields differ: the log says that something changed, the rules themselves say what."""
    names = [one.name for one in fields(before)]  # type: ignore[arg-type]
    return sum(getattr(before, name) != getattr(after, name) for name in names)


def _fit_rules(rules: SendingRules) -> SendingRules:
    country, region = rules.country.strip().upper(), rules.region.strip().upper()
    if country and not is_country(country):
        raise InputError("holiday-country-unknown", country=country[:20])
    if region and not is_region(country, region):
        raise InputError("holiday-region-unknown", region=region[:20], country=country)
    if not 1 <= rules.silence_days <= _MOST_SILENCE_DAYS:
        raise InputError("silence-days-range", most=_MOST_SILENCE_DAYS)
    if len(rules.closed) > _MOST_CLOSED:
        raise InputError("closed-days-many", most=_MOST_CLOSED)
    return replace(
        rules,
        reminders=_fit_hours(rules.reminders),
        campaigns=_fit_hours(rules.campaigns),
        closed=tuple(sorted({_day(one) for one in rules.closed})),
        country=country,
        region=region,
        zone="",
    )


def _fit_hours(hours: Hours) -> Hours:
    days = tuple(sorted(set(hours.days)))
    if not days or not all(0 <= day <= 6 for day in days):
        raise InputError("sending-days-missing")
    return replace(hours, days=days)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise InputError("closed-day-wrong", day=text[:20]) from None


def _fit_sending(one: RelaySending) -> RelaySending:
    rates = (one.per_minute, one.per_hour, one.per_day)
    if not all(0 <= rate <= _MOST_MESSAGES for rate in rates):
        raise InputError("rate-range", most=_MOST_MESSAGES)
    given = [rate for rate in rates if rate]
    if given != sorted(given):
        raise InputError("rates-contradict")
    if not 1 <= one.connections <= _MOST_CONNECTIONS:
        raise InputError("connections-range", most=_MOST_CONNECTIONS)
    pin = one.pin.strip().lower().replace(" ", "")
    if pin and not _PIN.fullmatch(pin):
        raise InputError("relay-pin-wrong")
    address = one.return_address.strip()
    if address:
        checked = check_address(address)
        if not checked.ok or "+" in checked.normalised.partition("@")[0]:
            raise InputError("return-address-wrong")
        address = checked.normalised
    elif one.own_return_path:
        raise InputError("return-address-wrong")
    return replace(one, pin=pin, return_address=address)
