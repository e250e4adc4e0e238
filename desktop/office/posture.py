"""The sending domain as the world's mail servers see it; needs no practice, stores nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.mail.headers import domain_of
from desktop.mail.relays import GENERIC, presets
from desktop.mail.sender import practice_relay
from desktop.models.accounts import Session
from desktop.office.desk import Desk
from desktop.office.values_posture import PostureLine, PostureRequest, PostureShown
from desktop.sync import posture
from desktop.sync.dns import Resolver, Server, domain_name, server_of, system_servers
from desktop.sync.mtasts import Fetcher, HttpsFetcher


class Posture:
    """Asks public questions only: no session, no record."""

    def __init__(
        self,
        clock: Clock,
        fetcher: Callable[[Resolver], Fetcher] = HttpsFetcher,
        servers: Callable[[], tuple[Server, ...]] = system_servers,
    ) -> None:
        self._servers = servers
        self._clock = clock
        self._fetcher = fetcher

    def check_posture(self, request: PostureRequest) -> PostureShown:
        """Blocks for as long as the answers take, a minute at most.

        Raises InputError `domain-wrong`, `resolver-wrong`, `service-unknown`, DeliveryError
        `no-resolver`, `resolver-silent`.
        """
        domain = domain_name(request.domain)
        expected = posture.expected_of(request.service, request.selectors)
        servers = (server_of(request.resolver),) if request.resolver else self._servers()
        resolver = Resolver(servers)
        found = asyncio.run(posture.examine(domain, resolver, self._fetcher(resolver), self._clock, expected))
        lines = tuple(PostureLine(each.check, each.grade.value, each.reason, each.fix) for each in found)
        return PostureShown(domain, lines, posture.campaigns_may_leave(found))


class OwnPosture:
    """The same of the domain that the practice sends from, for who may see it; looking is recorded."""

    def __init__(self, desk: Desk, posture_: Posture) -> None:
        self._desk = desk
        self._posture = posture_

    def own_posture(self, session: Session) -> PostureShown:
        """Raises InputError `no-relay-yet` without a mail service, else as `check_posture`."""
        opened = self._desk.check(session, Action.SHOW_POSTURE)
        relay = opened.database.read(practice_relay)
        if relay is None:
            raise InputError("no-relay-yet")
        shown = self._posture.check_posture(
            PostureRequest(domain_of(relay.sender), service=service_of(relay.host))
        )
        bad = sum(line.grade == "bad" for line in shown.checks)
        self._desk.write(
            session,
            Action.SHOW_POSTURE,
            lambda _, record: record(Event(Act.POSTURE_SHOWN, det={"count": bad})),
        )
        return shown


def service_of(host: str) -> str:
    """The mail service that a relay's host belongs to; '' where it is none that is known."""
    site = ".".join(host.lower().split(".")[-2:])
    return next(
        (one.id for one in presets() if one.id != GENERIC and one.host and one.host.lower().endswith(site)),
        "",
    )
