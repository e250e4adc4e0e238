"""Which forms of the locked file a recipient's mail host tends to stop, and how fast it takes mail.

Knowledge as data, dated: `resources/providers/forms.json` and `pace.json`. It chooses among
forms and spreads over time, and never decides that somebody gets nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from desktop.frozen import dataclass
from desktop.models.protection import Form
from desktop.paths import resource


@dataclass(frozen=True)
class MailHost:
    """`mx` are endings of mail servers' names, `domains` whole domains of addresses."""

    name: str
    mx: tuple[str, ...]
    domains: tuple[str, ...]
    stops: frozenset[Form]


@lru_cache(maxsize=1)
def known_hosts() -> tuple[date, tuple[MailHost, ...]]:
    """The day of the knowledge, and the hosts."""
    given = json.loads(resource("providers/forms.json").read_text(encoding="utf-8"))
    hosts = tuple(
        MailHost(
            host["name"],
            tuple(host["mx"]),
            tuple(host["domains"]),
            frozenset(Form(form) for form in host["stops"]),
        )
        for host in given["hosts"]
    )
    return date.fromisoformat(given["as_of"]), hosts


def blocked_forms(domain: str, mx_hosts: Iterable[str] = ()) -> frozenset[Form]:
    """Forms that are likely to be stopped on the way to `domain`, whose servers are `mx_hosts`.

    Names count without regard to case and to a dot at the end.
    """
    return frozenset(form for host in _hosts_of(domain, mx_hosts) for form in host.stops)


def known_host(domain: str, mx_hosts: Iterable[str] = ()) -> str:
    """The name of the host that takes the mail of `domain`, as far as the data knows it; else ''."""
    return next((host.name for host in _hosts_of(domain, mx_hosts)), "")


def _hosts_of(domain: str, mx_hosts: Iterable[str]) -> list[MailHost]:
    asked = _name(domain)
    servers = [_name(host) for host in mx_hosts]
    _, hosts = known_hosts()
    return [
        host
        for host in hosts
        if asked in host.domains or any(_ends(server, ending) for server in servers for ending in host.mx)
    ]


@dataclass(frozen=True)
class PaceGroup:
    """A mailbox provider that counts what one sender sends; 0 is no limit."""

    name: str
    per_minute: int
    per_hour: int
    per_day: int


def pace_group(address: str) -> PaceGroup | None:
    """Whose limits count for an address; None where no limit of its own is known."""
    return _pace_groups().get(_name(address.rpartition("@")[2]))


@lru_cache(maxsize=1)
def _pace_groups() -> dict[str, PaceGroup]:
    given = json.loads(resource("providers/pace.json").read_text(encoding="utf-8"))
    return {
        domain: PaceGroup(one["name"], one["per_minute"], one["per_hour"], one["per_day"])
        for one in given["groups"]
        for domain in one["domains"]
    }


def _name(name: str) -> str:
    return name.strip().rstrip(".").lower()


def _ends(server: str, ending: str) -> bool:
    return server == ending or server.endswith(f".{ending}")
