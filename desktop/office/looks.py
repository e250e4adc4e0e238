"""Looks at recipients' domains before something is decided: only where a look could prove anything.

A relay that is not recorded as honouring MTA-STS or DANE gains nothing from them, so then
nobody is asked: who looks up a domain tells that it writes there. What cannot be looked at
in time is no evidence, and nothing ever waits longer than the budget.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.config import LIMITS
from desktop.errors import DeliveryError, InputError, Refused
from desktop.mail.domains import MX
from desktop.mail.evidence import onward_tls
from desktop.mail.headers import domain_of, wire_address
from desktop.mail.sender import practice_relay
from desktop.models import evidence, messages, onward, people
from desktop.models.database import Database, Tx
from desktop.models.observed import DOMAIN, Observed
from desktop.models.records import PersonId
from desktop.sync.dns import Resolver, system_servers
from desktop.sync.dns_domain import DomainLooks
from desktop.sync.dns_proof import Validator, root_anchors
from desktop.sync.loop import NetworkLoop
from desktop.sync.mtasts import HttpsFetcher

Look = Callable[[str, Iterable[Observed]], Awaitable[tuple[Observed, ...]]]
_AT_ONCE = 8
_AGAIN_AFTER = timedelta(minutes=10)
"""A domain that could not be looked at is left alone for so long: offline costs one try."""
_SOON = timedelta(minutes=1)
_MANY = 500


def public_look(clock: Clock) -> Look:
    """Asks this computer's own resolvers. Raises DeliveryError `no-resolver`."""
    resolver = Resolver(system_servers())
    validator = Validator(resolver, root_anchors(), clock)
    return DomainLooks(resolver, validator, HttpsFetcher(resolver), clock).look


class Looks:
    """One per opened practice; asked from any thread but the window's and the network's."""

    def __init__(
        self,
        database: Database,
        audit: AuditLog,
        clock: Clock,
        network: NetworkLoop,
        look: Callable[[Clock], Look] = public_look,
    ) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._network = network
        self._look = look
        self._one_at_a_time = threading.Lock()
        self._tried: dict[str, datetime] = {}

    def at_people(self, some: Iterable[PersonId]) -> None:
        """Look at the domains of these people where the last look is older than a day."""
        ids = tuple(dict.fromkeys(some))
        self._refresh(lambda tx: [one.email for one in people.get_many(tx, ids).values()])

    def at_due(self) -> None:
        """Before a run: at those whose messages leave within the next minute."""
        until = self._clock.now() + _SOON
        self._refresh(lambda tx: [row.address for row in messages.due(tx, until, _MANY)])

    def _refresh(self, addresses: Callable[[Tx], list[str]]) -> None:
        with self._one_at_a_time:
            stale = self._database.read(lambda tx: self._stale(tx, addresses(tx)))
            if not stale:
                return
            self._tried |= dict.fromkeys(stale, self._clock.now())
            seen = self._seen(stale)
            if seen:
                self._database.write(lambda tx: self._keep(tx, seen))

    def _stale(self, tx: Tx, addresses: list[str]) -> dict[str, tuple[Observed, ...]]:
        """The domains that a look could prove something about, with the rows of the last look."""
        relay = practice_relay(tx)
        if relay is None or not relay.enforces:
            return {}
        now, known = self._clock.now(), onward.get(tx, relay.id)
        domains = {domain for domain in map(_domain, addresses) if domain}
        wanted = {domain for domain in domains if not onward_tls(relay, known, domain, now)[0]}
        kept = evidence.about_many(tx, DOMAIN, wanted)
        return {
            domain: kept.get(domain, ())
            for domain in sorted(wanted)
            if _old(kept.get(domain, ()), now) and not self._just_tried(domain, now)
        }

    def _just_tried(self, domain: str, now: datetime) -> bool:
        tried = self._tried.get(domain)
        return tried is not None and now - tried < _AGAIN_AFTER

    def _seen(self, stale: dict[str, tuple[Observed, ...]]) -> dict[str, tuple[Observed, ...]]:
        """What was seen within the budget; offline, or while the practice closes: nothing."""
        found: dict[str, tuple[Observed, ...]] = {}
        with suppress(DeliveryError, Refused):
            self._network.wait_for(self._all(self._look(self._clock), stale, found))
        return {domain: rows for domain, rows in found.items() if _is_a_look(rows)}

    async def _all(
        self, look: Look, stale: dict[str, tuple[Observed, ...]], found: dict[str, tuple[Observed, ...]]
    ) -> None:
        places = asyncio.Semaphore(_AT_ONCE)

        async def one(domain: str, kept: tuple[Observed, ...]) -> None:
            async with places:
                found[domain] = await look(domain, kept)

        with suppress(TimeoutError):
            async with asyncio.timeout(LIMITS.look_seconds):
                await asyncio.gather(*(one(domain, kept) for domain, kept in stale.items()))

    def _keep(self, tx: Tx, seen: dict[str, tuple[Observed, ...]]) -> None:
        for rows in seen.values():
            for row in rows:
                evidence.put(tx, row)
        self._audit.record(tx, Event(Act.DOMAINS_LOOKED_AT, det={"count": len(seen)}))


def _old(rows: tuple[Observed, ...], now: datetime) -> bool:
    """Whether nobody has looked for a day."""
    seen = [row.seen_at for row in rows if row.kind == MX]
    return not seen or not now - timedelta(days=1) <= max(seen) <= now


def _is_a_look(rows: tuple[Observed, ...]) -> bool:
    """A look that failed takes no place of one that did not: it may speak for some days yet."""
    return any(row.kind == MX and row.details.get("state") != "failed" for row in rows)


def _domain(address: str) -> str:
    try:
        return domain_of(wire_address(address))
    except InputError:
        return ""
