"""The way behind a relay: how required TLS is asked for, its portal, what is known of common services."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import DeliveryError, InputError, SealwellError
from desktop.mail import headers
from desktop.mail.relays import presets
from desktop.models import onward, relays, settings
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.protection import Onward, Portal
from desktop.models.records import Reason, Relay, RelayId
from desktop.office.desk import Desk, Recorder
from desktop.office.relays import Relays, live_relay
from desktop.office.values_practice import RelayLine, RelayTested, Step
from desktop.office.values_protection import KnownRelay, OnwardRequest
from desktop.sync.portal import TRIGGERS, ask_portal
from desktop.texts import Texts, clean

_WAYS = ("", "account", "header", "configuration-set")
_ENFORCES = frozenset({"mta-sts", "dane"})
_REPORTS = frozenset({"opened", "expired"})
_PORTAL = "portal"


class OnwardDesk:
    """What somebody recorded by hand counts for a year, as other evidence of the account does."""

    def __init__(self, desk: Desk, clock: Clock, relays_: Relays) -> None:
        self._desk = desk
        self._clock = clock
        self._relays = relays_

    def known_relays(self) -> tuple[KnownRelay, ...]:
        """The dated table; what is not known is empty or false there, and counts as not there."""
        return tuple(
            KnownRelay(
                one.name,
                one.enforces,
                one.requiretls,
                one.ways,
                one.verifies_certificates,
                one.baa,
                one.portal,
                one.checked.isoformat(),
            )
            for one in presets()
            if one.ways
        )

    def set_onward(self, session: Session, request: OnwardRequest) -> RelayLine:
        """Correct what is recorded; a portal that changes must be tested anew."""
        self._desk.check(session, Action.SET_ONWARD)
        _refuse_unfit(request)

        def change(tx: Tx, record: Recorder) -> RelayLine:
            relay, known = live_relay(tx, request.relay), onward.get(tx, request.relay)
            if request.how is not None:
                recorded = self._clock.now() if request.how else None
                account = "account" if request.how == "account" else ""
                relay = replace(relay, required_tls=account, required_tls_at=recorded)
                by_header = request.how in ("header", "configuration-set")
                known = replace(
                    known,
                    how=request.how,
                    name=request.name.strip() if by_header else "",
                    value=request.value.strip() if by_header else "",
                    verifies=request.verifies,
                )
            if request.enforces is not None:
                relay = replace(relay, enforces=request.enforces)
            if request.portal is not None:
                known = replace(known, portal=_portal(request.portal, known.portal))
            relays.update(tx, relay)
            onward.put(tx, relay.id, known)
            record(Event(Act.RELAY_CHANGED, obj=relay.id))
            return self._relays.line(tx, relay)

        return self._desk.write(session, Action.SET_ONWARD, change)

    def test_portal(self, session: Session, relay: RelayId) -> RelayTested:
        """A message with the trigger to the practice itself; a portal is a way only once this worked."""
        opened = self._desk.check(session, Action.SET_ONWARD)

        def look(tx: Tx) -> tuple[Relay, str, Onward, Texts]:
            texts = Texts(settings.get(tx, "language") or "en")
            return live_relay(tx, relay), relays.password(tx, relay), onward.get(tx, relay), texts

        profile, password, known, texts = opened.database.read(look)
        portal = known.portal
        if portal is None:
            raise InputError("portal-none")
        words = (texts.say("mail.portal-test.subject"), texts.say("mail.portal-test.text"))
        try:
            reply = asyncio.run(ask_portal(profile, password, portal, words, self._clock))
            ok, said = reply.code // 100 == 2, clean(str(reply), 300)
            step = Step(_PORTAL, ok, Reason("portal-accepted" if ok else "portal-refused", {"reply": said}))
        except DeliveryError as error:
            step = Step(_PORTAL, False, Reason(error.code, {"host": profile.host, **error.params}))

        def keep(tx: Tx, record: Recorder) -> None:
            tested, current = self._clock.now() if step.ok else None, onward.get(tx, relay)
            if current.portal is not None and replace(current.portal, tested_at=None) == replace(
                portal, tested_at=None
            ):
                onward.put(tx, relay, replace(current, portal=replace(current.portal, tested_at=tested)))
            outcome, why = ("ok", "") if step.ok else ("failed", step.reason.code)
            record(Event(Act.RELAY_TESTED, relay, outcome, why))

        self._desk.write(session, Action.SET_ONWARD, keep)
        return RelayTested(step.ok, (step,))


def _refuse_unfit(request: OnwardRequest) -> None:
    if request.how not in (None, *_WAYS) or not set(request.enforces or ()) <= _ENFORCES:
        raise InputError("evidence-unknown")
    if request.how in ("header", "configuration-set"):
        _refuse_unfit_header(request.name, request.value)
    portal = request.portal
    if portal is not None and portal.trigger:
        if portal.trigger not in TRIGGERS or not set(portal.reports) <= _REPORTS or not portal.value.strip():
            raise InputError("portal-wrong")
        if portal.trigger == "header":
            _refuse_unfit_header(portal.name, portal.value)


def _refuse_unfit_header(name: str, value: str) -> None:
    """Only fields of the relay's own (`X-...`): no name here may redirect or forge a message."""
    named = name.strip()
    fit = named.lower().startswith("x-") and named.replace("-", "").isalnum() and named.isascii()
    if not fit or not value.strip():
        raise InputError("header-wrong")
    try:
        headers.unstructured(named, value.strip())
    except SealwellError as error:
        raise InputError("header-wrong") from error


def _portal(asked: Portal, before: Portal | None) -> Portal | None:
    """An empty trigger takes the portal away; a test counts only for what was tested."""
    if not asked.trigger:
        return None
    name = asked.name.strip() if asked.trigger == "header" else ""
    fresh = Portal(asked.trigger, asked.value.strip(), name, asked.reports)
    if before is not None and replace(before, tested_at=None, reports=fresh.reports) == fresh:
        return replace(fresh, tested_at=before.tested_at)
    return fresh
