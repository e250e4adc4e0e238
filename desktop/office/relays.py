"""Relays: kept with their agreement, tested without sending, evidence recorded by hand."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.mail import standby
from desktop.mail.breakers import signed_in
from desktop.mail.content import check_sender
from desktop.mail.relays import baa_problem, presets, usual_sending
from desktop.mail.sender import practice_relay, use_relay
from desktop.models import onward, relays, sending, settings
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.delivery import RelaySending
from desktop.models.ids import new_id
from desktop.models.protection import Onward
from desktop.models.records import Reason, Relay, RelayId
from desktop.office.desk import Desk, Recorder
from desktop.office.grants import grant_of
from desktop.office.identities import ensure_identities
from desktop.office.secretplace import Place, check_place
from desktop.office.values_practice import (
    EvidenceRequest,
    Preset,
    RelayChange,
    RelayLine,
    RelayRequest,
    RelayTested,
    Step,
)
from desktop.people.addresses import check_address
from desktop.sync.relay_access import Accesses, owner_of
from desktop.sync.relay_check import RelayReport, check_kept, check_relay
from desktop.texts import Texts

_SECURITIES = frozenset({"implicit", "starttls"})
_ENFORCES = frozenset({"mta-sts", "dane"})


class Relays:
    """Everything leaves through the first live one with a valid agreement (`mail/sender.py`)."""

    def __init__(self, desk: Desk, clock: Clock, texts: Texts) -> None:
        self._desk = desk
        self._clock = clock
        self._texts = texts

    def relay_presets(self) -> tuple[Preset, ...]:
        return tuple(
            Preset(
                one.name,
                one.host,
                one.port,
                one.security,
                self._texts.say(f"mail.relay.how.{one.required_tls_how}") if one.required_tls_how else "",
                id=one.id,
                required_tls=one.required_tls,
                header=one.header,
                header_value=one.header_value,
                verifies=one.verifies_certificates,
                enforces=one.enforces,
                password_signin=one.password_signin,
                checked=one.checked.isoformat(),
            )
            for one in presets()
        )

    def sender_warnings(self, address: str) -> tuple[Reason, ...]:
        name, _, domain = address.strip().rpartition("@")
        return tuple(hit.reason for hit in check_sender(name, domain))

    def add_relay(self, session: Session, request: RelayRequest) -> RelayLine:
        """Keep it without connecting. The first relay's sender gets the practice's own keys."""
        self._desk.check(session, Action.ADD_RELAY)
        relay = self._relay(request)
        identities = ensure_identities(self._desk.opened().database, relay.sender, self._clock)

        def store(tx: Tx, record: Recorder) -> RelayLine:
            relays.add(tx, relay, request.password)
            usual = usual_sending(relay)
            if usual != RelaySending(relay.id):
                sending.put(tx, usual)
            use_relay(tx, relay.id)
            record(Event(Act.RELAY_ADDED, obj=relay.id, det={"security": relay.security}))
            for made in identities:
                made.keep(tx)
                record(made.event)
            return self.line(tx, relay)

        line = self._desk.write(session, Action.ADD_RELAY, store)
        self._desk.opened().own.forget()
        return line

    def update_relay(self, session: Session, change: RelayChange) -> RelayLine:
        """Address, account, agreement. What was recorded or seen of the way onward counts for the
        same service only: with another host it is gone. Raises what `check_place` raises.
        """
        self._desk.check(session, Action.ADD_RELAY)
        asked = self._relay(change.profile)
        identities = ensure_identities(self._desk.opened().database, asked.sender, self._clock)

        def store(tx: Tx, record: Recorder) -> RelayLine:
            old = live_relay(tx, change.relay)
            new = replace(
                old,
                name=asked.name,
                host=asked.host,
                port=asked.port,
                security=asked.security,
                ca_file=asked.ca_file,
                user=asked.user,
                sender=asked.sender,
                baa=asked.baa,
            )
            self._stays(tx, old, new, change.profile.password)
            if new.host != old.host:
                new = replace(
                    new,
                    required_tls="",
                    required_tls_at=None,
                    forced_tls=(),
                    enforces=(),
                    requiretls=False,
                    requiretls_seen=None,
                )
                onward.put(tx, new.id, Onward())
            relays.update(tx, new)
            if change.profile.password:
                relays.set_password(tx, new.id, change.profile.password)
            record(Event(Act.RELAY_CHANGED, obj=new.id))
            for made in identities:
                made.keep(tx)
                record(made.event)
            return self.line(tx, new)

        line = self._desk.write(session, Action.ADD_RELAY, store)
        self._desk.opened().own.forget()
        return line

    def retire_relay(self, session: Session, relay: RelayId) -> tuple[RelayLine, ...]:
        """Nothing leaves through it any more; another takes its place only by `add_relay`."""

        def end(tx: Tx, record: Recorder) -> tuple[RelayLine, ...]:
            relays.update(tx, replace(live_relay(tx, relay), retired_at=self._clock.now()))
            record(Event(Act.RELAY_RETIRED, obj=relay))
            return tuple(self.line(tx, one) for one in relays.listing(tx))

        return self._desk.write(session, Action.ADD_RELAY, end)

    def list_relays(self, session: Session) -> tuple[RelayLine, ...]:
        return self._desk.read(
            session,
            Action.LIST_RELAYS,
            lambda tx: tuple(self.line(tx, relay) for relay in relays.listing(tx)),
            lambda lines: Event(Act.RELAYS_LISTED, det={"count": len(lines)}),
        )

    def test_relay(self, session: Session, relay: RelayId) -> RelayTested:
        """Connect, secure, sign in, offer the sender; what it offers is kept as evidence."""
        opened = self._desk.check(session, Action.TEST_RELAY)
        profile = opened.database.read(lambda tx: _get(tx, relay))
        report = asyncio.run(check_kept(profile, Accesses(opened.database, opened.signins)))

        def keep(tx: Tx, record: Recorder) -> None:
            record(_tested(report, relay))
            if report.ok:
                signed_in(tx, self._desk.audit, relay, self._clock.now())
                if standby.is_back(tx, relay):
                    record(Event(Act.RELAY_CHANGED, relay, why=standby.OVER))
            if report.offer is not None:
                now = self._clock.now() if report.offer.requiretls else None
                current = _get(tx, relay)
                relays.update(tx, replace(current, requiretls=report.offer.requiretls, requiretls_seen=now))

        self._desk.write(session, Action.TEST_RELAY, keep)
        if report.ok:
            opened.dispatcher.nudge()
        return _answer(report)

    def try_relay(self, session: Session, request: RelayRequest) -> RelayTested:
        """As `test_relay` before anything is stored."""
        self._desk.check(session, Action.TEST_RELAY)
        report = asyncio.run(check_relay(self._relay(request), request.password))
        self._desk.write(session, Action.TEST_RELAY, lambda _, record: record(_tested(report, RelayId(""))))
        return _answer(report)

    def record_evidence(self, session: Session, request: EvidenceRequest) -> RelayLine:
        """What the account enforces onward is somebody's statement, with their name and its time."""
        self._desk.check(session, Action.RECORD_EVIDENCE)
        if request.required_tls not in (None, "", "account"):
            raise InputError("evidence-unknown")

        def change(tx: Tx, record: Recorder) -> RelayLine:
            record(Event(Act.RELAY_CHANGED, obj=request.relay))
            relay = _get(tx, request.relay)
            if request.required_tls is not None:
                at = self._clock.now() if request.required_tls else None
                relay = replace(relay, required_tls=request.required_tls, required_tls_at=at)
            if request.forced_tls is not None:
                relay = replace(relay, forced_tls=request.forced_tls)
            relays.update(tx, relay)
            return self.line(tx, relay)

        return self._desk.write(session, Action.RECORD_EVIDENCE, change)

    def _stays(self, tx: Tx, old: Relay, new: Relay, password: str) -> None:
        known, auth = self._desk.opened().signins.known, sending.get(tx, old.id).auth
        check_place(tx, known, owner_of(old.id), Place.of(old, auth), Place.of(new, auth), password)

    def _relay(self, request: RelayRequest) -> Relay:
        """A profile whose every field is fit; nothing opportunistic can be said."""
        if request.security not in _SECURITIES:
            raise InputError("relay-security-unknown")
        if not request.host.strip() or not 0 < request.port < 65536:
            raise InputError("relay-host-wrong")
        if request.required_tls not in ("", "account") or not set(request.enforces) <= _ENFORCES:
            raise InputError("evidence-unknown")
        sender = check_address(request.sender)
        if not sender.ok:
            raise InputError("relay-sender-wrong")
        now = self._clock.now()
        return Relay(
            RelayId(new_id()),
            name=request.name.strip() or request.host.strip(),
            host=request.host.strip().lower(),
            port=request.port,
            security=request.security,
            ca_file=request.ca_file,
            user=request.user,
            sender=sender.normalised,
            baa=request.baa,
            required_tls=request.required_tls,
            required_tls_at=now if request.required_tls else None,
            forced_tls=request.forced_tls,
            enforces=request.enforces,
        )

    def line(self, tx: Tx, relay: Relay) -> RelayLine:
        """The relay as people see it."""
        in_use = practice_relay(tx)
        return RelayLine(
            relay.id,
            relay.name,
            relay.host,
            relay.port,
            relay.security,
            relay.sender,
            relay.baa,
            baa_problem(relay, practice_now(tx, self._clock).date()),
            relay.required_tls,
            relay.forced_tls,
            user=relay.user,
            ca_file=relay.ca_file,
            enforces=relay.enforces,
            onward=onward.get(tx, relay.id),
            retired_at=relay.retired_at,
            in_use=in_use is not None and in_use.id == relay.id,
            grant=grant_of(tx, self._desk, owner_of(relay.id), sending.get(tx, relay.id).auth),
        )


def practice_now(tx: Tx, clock: Clock) -> datetime:
    """Now by the practice's own clock on the wall: its agreements end with its days."""
    return clock.now().astimezone(ZoneInfo(settings.get(tx, "zone") or "UTC"))


def live_relay(tx: Tx, relay: RelayId) -> Relay:
    """One that is not retired. Raises InputError `relay-unknown`."""
    found = _get(tx, relay)
    if found.retired_at is not None:
        raise InputError("relay-unknown")
    return found


def _get(tx: Tx, relay: RelayId) -> Relay:
    found = relays.get(tx, relay)
    if found is None:
        raise InputError("relay-unknown")
    return found


def _tested(report: RelayReport, relay: RelayId) -> Event:
    if report.ok:
        return Event(Act.RELAY_TESTED, obj=relay)
    failed = next(step for step in report.steps if not step.ok)
    return Event(Act.RELAY_TESTED, obj=relay, outcome="failed", why=failed.reason.code)


def _answer(report: RelayReport) -> RelayTested:
    steps = tuple(Step(step.step.value, step.ok, step.reason) for step in report.steps)
    key = report.offer.key if report.offer is not None else ""
    return RelayTested(report.ok, steps, f"key:{key}" if key else "")
