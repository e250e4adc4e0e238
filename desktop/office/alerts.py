"""Alerts, their rules, and the weekly review of the log."""

from __future__ import annotations

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.rules import AUDIT_MISMATCH, RULES, Group
from desktop.audit.tokens import keep_reason
from desktop.clock import Clock
from desktop.compliance import digest
from desktop.compliance.hours import load_hours, put_hours
from desktop.errors import InputError, Refused
from desktop.models import alerts, users
from desktop.models.accounts import Role, Session, UserId
from desktop.models.alerts import Alert, Threshold
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.office.desk import Desk, Recorder
from desktop.office.values_audit import (
    AlertLine,
    AlertsShown,
    Digest,
    DigestSigned,
    OpeningHours,
    RuleLine,
)

MOST_LEAST = 100_000
_REASON = 500
MOST_MINUTES = 30 * 24 * 60
_READERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
"""Who looks after the log. Everybody else hears only that it does not agree with itself."""


class Alerts:
    """Every look reads on first, so that what is shown is how it is now."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def list_alerts(self, session: Session) -> AlertsShown:
        """Names and record numbers are for administrators only."""
        self._desk.check(session, Action.LIST_ALERTS).watch.look()
        return self._desk.read(
            session,
            Action.LIST_ALERTS,
            lambda tx: _shown(tx, session.role),
            lambda shown: Event(Act.ALERTS_LISTED, det={"count": len(shown.alerts)}),
        )

    def see_alert(self, session: Session, alert: str) -> AlertsShown:
        """Raises InputError("alert-unknown"); one that was seen before stays as it is."""

        def see(tx: Tx, record: Recorder) -> AlertsShown:
            one = _found(tx, alert)
            alerts.see(tx, alert, session.user, self._clock.now())
            record(Event(Act.ALERT_SEEN, obj=alert, det={"rule": one.rule}))
            return _shown(tx, session.role)

        return self._desk.write(session, Action.SEE_ALERT, see)

    def open_incident(self, session: Session, alert: str) -> AlertsShown:
        """One incident for one alert; a second click changes nothing. Raises InputError("alert-unknown")."""

        def start(tx: Tx, record: Recorder) -> AlertsShown:
            one, now = _found(tx, alert), self._clock.now()
            incident = one.incident or new_id()
            if not one.incident:
                alerts.add_incident(tx, incident, one, now, {"count": one.count, "severity": one.severity})
            alerts.see(tx, alert, session.user, now)
            record(Event(Act.INCIDENT_OPENED, obj=incident, det={"rule": one.rule}))
            return _shown(tx, session.role)

        return self._desk.write(session, Action.OPEN_INCIDENT, start)

    def close_incident(self, session: Session, alert: str, reason: str) -> AlertsShown:
        """Settled, and why; from then on it holds no destruction back.

        Raises InputError "alert-unknown", "reason-missing"; Refused("incident-none").
        """
        opened, words = self._desk.check(session, Action.OPEN_INCIDENT), reason.strip()

        def settle(tx: Tx, record: Recorder) -> AlertsShown:
            one = _found(tx, alert)
            if not words or len(words) > _REASON:
                raise InputError("reason-missing")
            if not alerts.close_incident(tx, one.incident, self._clock.now()):
                raise Refused("incident-none")
            det = {"rule": one.rule, **keep_reason(tx, opened.token_key, words)}
            record(Event(Act.INCIDENT_CLOSED, obj=one.incident, det=det))
            return _shown(tx, session.role)

        return self._desk.write(session, Action.OPEN_INCIDENT, settle)

    def list_rules(self, session: Session) -> tuple[RuleLine, ...]:
        return self._desk.read(
            session,
            Action.LIST_RULES,
            _rules,
            lambda lines: Event(Act.ALERT_RULES_LISTED, det={"count": len(lines)}),
        )

    def set_rule(self, session: Session, rule: RuleLine) -> tuple[RuleLine, ...]:
        """Threshold and window; what happened before counts no more. Severity is the program's.

        Raises InputError "rule-unknown", "rule-range".
        """

        def change(tx: Tx, record: Recorder) -> tuple[RuleLine, ...]:
            if rule.rule not in RULES:
                raise InputError("rule-unknown")
            if not (1 <= rule.least <= MOST_LEAST and 1 <= rule.minutes <= MOST_MINUTES):
                raise InputError("rule-range", most=MOST_LEAST, minutes=MOST_MINUTES)
            chosen = Threshold(rule.rule, rule.least, rule.minutes, self._clock.now())
            alerts.put_threshold(tx, chosen, session.user)
            det: dict[str, str | int] = {"rule": rule.rule, "least": rule.least, "minutes": rule.minutes}
            record(Event(Act.ALERT_RULE_CHANGED, det=det))
            return _rules(tx)

        return self._desk.write(session, Action.SET_RULE, change)

    def show_hours(self, session: Session) -> OpeningHours:
        return self._desk.read(
            session, Action.LIST_RULES, _hours, lambda _: Event(Act.ALERT_RULES_LISTED, det={"count": 0})
        )

    def set_hours(self, session: Session, hours: OpeningHours) -> OpeningHours:
        """From now on; earlier records count no more. Raises InputError("opening-hours-wrong")."""

        def change(tx: Tx, record: Recorder) -> OpeningHours:
            put_hours(tx, hours.first, hours.last, hours.days, self._clock.now())
            det: dict[str, str | int] = {"first": hours.first, "last": hours.last, "days": len(hours.days)}
            record(Event(Act.OPENING_HOURS_CHANGED, det=det))
            return _hours(tx)

        return self._desk.write(session, Action.SET_RULE, change)

    # --- the weekly review ---------------------------------------------------------------

    def show_digest(self, session: Session) -> Digest:
        self._desk.check(session, Action.SHOW_DIGEST).watch.look()
        now = self._clock.now()

        def look(tx: Tx) -> Digest:
            week, last = digest.week(tx, now), digest.last_signed(tx)
            by = users.get(tx, last.by) if last.by else None
            return Digest(
                since=week.since,
                until=week.until,
                counts=week.counts,
                alerts=week.alerts,
                unseen=week.unseen,
                last_signed=last.at,
                last_by=by.name if by else "",
                due=digest.due(tx),
            )

        return self._desk.read(
            session,
            Action.SHOW_DIGEST,
            look,
            lambda shown: Event(Act.DIGEST_SHOWN, det={"count": sum(number for _, number in shown.counts)}),
        )

    def sign_digest(self, session: Session) -> DigestSigned:
        """The count in the record is that of alerts which nobody has looked at yet."""
        now = self._clock.now()

        def sign(tx: Tx, record: Recorder) -> DigestSigned:
            next_due = digest.sign(tx, session.user, now)
            record(Event(Act.DIGEST_SIGNED, det={"count": alerts.count(tx, unseen=True)}))
            return DigestSigned(now, next_due)

        return self._desk.write(session, Action.SIGN_DIGEST, sign)


def _found(tx: Tx, alert: str) -> Alert:
    one = alerts.get(tx, alert)
    if one is None:
        raise InputError("alert-unknown")
    return one


def _shown(tx: Tx, role: Role) -> AlertsShown:
    names = {user.id: user.name for user in users.listing(tx)} if role is Role.ADMINISTRATOR else {}
    lines = [
        _line(one, names, full=role is Role.ADMINISTRATOR)
        for one in alerts.listing(tx)
        if role in _READERS or (one.rule == AUDIT_MISMATCH and one.seen_at is None)
    ]
    return AlertsShown(tuple(lines), sum(not line.seen for line in lines))


def _line(one: Alert, names: dict[UserId, str], *, full: bool) -> AlertLine:
    about_user = one.rule in RULES and RULES[one.rule].by is not Group.PRACTICE
    return AlertLine(
        id=one.id,
        rule=one.rule,
        severity=one.severity,
        first=one.first,
        last=one.last,
        count=one.count,
        user=names.get(UserId(one.subject), "") if full and about_user else "",
        seqs=one.seqs if full else (),
        incident=one.incident if full else "",
        seen=one.seen_at is not None,
        settled=one.settled and full,
    )


def _rules(tx: Tx) -> tuple[RuleLine, ...]:
    chosen = alerts.thresholds(tx)
    return tuple(
        RuleLine(
            rule.code,
            rule.severity.value,
            chosen[rule.code].least if rule.code in chosen else rule.least,
            chosen[rule.code].minutes if rule.code in chosen else rule.minutes,
            rule.code in chosen,
        )
        for rule in RULES.values()
    )


def _hours(tx: Tx) -> OpeningHours:
    hours = load_hours(tx)
    return OpeningHours(hours.first, hours.last, hours.days)
