"""The sending domain as the world's mail servers see it; needs no practice, stores nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from desktop.clock import Clock
from desktop.office.values_posture import PostureLine, PostureRequest, PostureShown
from desktop.sync import posture
from desktop.sync.dns import Resolver, domain_name, server_of, system_servers
from desktop.sync.mtasts import Fetcher, HttpsFetcher


class Posture:
    """Asks public questions only: no session, no record."""

    def __init__(self, clock: Clock, fetcher: Callable[[Resolver], Fetcher] = HttpsFetcher) -> None:
        self._clock = clock
        self._fetcher = fetcher

    def check_posture(self, request: PostureRequest) -> PostureShown:
        """Blocks for as long as the answers take, a minute at most.

        Raises InputError `domain-wrong`, `resolver-wrong`, `service-unknown`, DeliveryError
        `no-resolver`, `resolver-silent`.
        """
        domain = domain_name(request.domain)
        expected = posture.expected_of(request.service, request.selectors)
        servers = (server_of(request.resolver),) if request.resolver else system_servers()
        resolver = Resolver(servers)
        found = asyncio.run(posture.examine(domain, resolver, self._fetcher(resolver), self._clock, expected))
        lines = tuple(PostureLine(each.check, each.grade.value, each.reason, each.fix) for each in found)
        return PostureShown(domain, lines, posture.campaigns_may_leave(found))
