"""Web Key Directory: a domain publishes its people's OpenPGP keys (draft-koch-openpgp-webkey-service).

Asking tells the domain that this practice wants to write to that person: only a click asks. What
comes back proves no more than that the domain's web server sent it, so it waits to be confirmed.
"""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import ssl
from dataclasses import field
from datetime import datetime
from typing import Protocol
from urllib.parse import quote, urljoin, urlsplit

import dns.rdatatype

from desktop.clock import Clock
from desktop.config import WKD_LIMITS, WkdLimits
from desktop.crypto.openpgp_facts import address_in, narrowed, split_openpgp
from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models.records import Reason
from desktop.sync.dns import Resolver, State
from desktop.sync.https import Answer, PrivateAddress, TooLarge
from desktop.texts import clean

_ROOT = "/.well-known/openpgpkey"
_ZBASE32 = "ybndrfg8ejkmcpqxot1uwisza345h769"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class WkdAnswer:
    """`keys` are binary, each cut to the asked address; without any, `reason` says why."""

    keys: tuple[bytes, ...]
    reason: Reason | None
    asked_at: datetime
    host: str = ""
    """The web server whose answer it is."""


class Fetcher(Protocol):
    """As `https.Web`."""

    async def get(self, host: str, addresses: tuple[str, ...], target: str, limit: int) -> Answer: ...


@dataclass(frozen=True)
class _Way:
    host: str
    addresses: tuple[str, ...] = field(default=())


class _NoKey(Exception):
    """The reason's code."""


def wkd_path(address: str) -> str:
    """`hu/` and the hash of the local part; upper and lower case of ASCII do not count.

    Raises InputError `address-wrong`.
    """
    local = _asked(address).rpartition("@")[0]
    lower = "".join(char.lower() if char.isascii() else char for char in local)
    return f"hu/{_zbase32(hashlib.sha1(lower.encode('utf-8'), usedforsecurity=False).digest())}"


def published_tree(address: str, public: bytes) -> dict[str, bytes]:
    """What a web server must serve so that others find `public`: paths below its root, and contents.

    For both methods, so that the practice may choose. Raises InputError `address-wrong`,
    `key-unreadable`, or `key-mismatch` where the key does not name this address.
    """
    asked = _asked(address)
    key = narrowed(public, asked)
    if key is None:
        raise InputError("key-mismatch")
    direct = _ROOT.removeprefix("/")
    advanced = f"{direct}/{asked.rpartition('@')[2]}"
    # The policy file must be there, and may be empty (draft 4.5).
    return {
        f"{base}/{name}": content
        for base in (advanced, direct)
        for name, content in ((wkd_path(asked), key), ("policy", b""))
    }


async def look_up(
    address: str, resolver: Resolver, fetcher: Fetcher, clock: Clock, limits: WkdLimits = WKD_LIMITS
) -> WkdAnswer:
    """Keys for exactly this address, from its own domain. Never raises for what a stranger does.

    The direct method is asked only where the name of the advanced one has no address
    (draft 3.1): a server that says no is believed.
    """
    now = clock.now()
    host = ""
    try:
        asked = _asked(address)
        domain = asked.rpartition("@")[2]
        async with asyncio.timeout(limits.seconds):
            way, base = await _way(resolver, domain, limits)
            host = way.host
            target = f"{base}/{wkd_path(asked)}?l={quote(asked.rpartition('@')[0], safe='')}"
            body = await _fetched(fetcher, way, target, limits)
        return WkdAnswer(_keys(body, asked), None, now, host)
    except InputError:
        return _without("wkd-address-wrong", address, now, host)
    except _NoKey as error:
        return _without(str(error), address, now, host)
    except ssl.SSLCertVerificationError:
        return _without("wkd-bad-certificate", address, now, host)
    except PrivateAddress:
        return _without("wkd-private", address, now, host)
    except TooLarge:
        return _without("wkd-too-large", address, now, host)
    except (OSError, EOFError, http.client.HTTPException, ValueError):
        return _without("wkd-no-answer", address, now, host)


def _without(code: str, address: str, now: datetime, host: str) -> WkdAnswer:
    return WkdAnswer((), Reason(code, {"domain": clean(address.rpartition("@")[2], 100)}), now, host)


def _asked(address: str) -> str:
    found = address_in(address) if "<" not in address else None
    if found is None:
        raise InputError("address-wrong")
    return found


async def _way(resolver: Resolver, domain: str, limits: WkdLimits) -> tuple[_Way, str]:
    advanced = await _found(resolver, f"openpgpkey.{domain}", limits)
    if advanced.addresses:
        return advanced, f"{_ROOT}/{domain}"
    direct = await _found(resolver, domain, limits)
    if direct.addresses:
        return direct, _ROOT
    raise _NoKey("wkd-none")


async def _found(resolver: Resolver, host: str, limits: WkdLimits) -> _Way:
    found: list[str] = []
    for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
        reply = await resolver.ask(host, kind)
        if reply.state is State.FAILED:
            raise _NoKey("wkd-no-answer")
        found.extend(str(record.address) for record in reply.records)
    return _Way(host, tuple(found[: limits.addresses]))


async def _fetched(fetcher: Fetcher, way: _Way, target: str, limits: WkdLimits) -> bytes:
    for _ in range(limits.redirects + 1):
        answer = await fetcher.get(way.host, way.addresses, target, limits.answer_bytes)
        if answer.status == 200:
            return answer.body
        if answer.status not in _REDIRECTS:
            raise _NoKey("wkd-none" if answer.status in (404, 410) else "wkd-no-answer")
        target = _further(way.host, target, answer.location)
    raise _NoKey("wkd-redirected")


def _further(host: str, target: str, location: str) -> str:
    """The page on the same server that a redirect names; any other server is not asked."""
    there = urlsplit(urljoin(f"https://{host}{target}", location))
    page = f"{there.path or '/'}?{there.query}" if there.query else there.path or "/"
    if (there.scheme, there.netloc.lower()) != ("https", host) or not _plain(page):
        raise _NoKey("wkd-redirected")
    return page


def _plain(page: str) -> bool:
    return page.isascii() and page.isprintable() and " " not in page


def _keys(body: bytes, address: str) -> tuple[bytes, ...]:
    try:
        whole = split_openpgp(body)
        found = [key for key in (narrowed(each, address) for each in whole) if key is not None]
    except InputError as error:
        raise _NoKey("wkd-unreadable") from error
    if not whole:
        raise _NoKey("wkd-unreadable")
    if not found:
        raise _NoKey("wkd-other-address")
    return tuple(found)


def _zbase32(data: bytes) -> str:
    """RFC 6189 5.1.6; 20 octets make 32 characters without a rest."""
    bits = int.from_bytes(data, "big")
    count = len(data) * 8 // 5
    return "".join(_ZBASE32[bits >> 5 * (count - 1 - place) & 31] for place in range(count))
