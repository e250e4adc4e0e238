"""Reading what a relay tells of messages: JSON over HTTPS, asked for, never sent to us.

Off until the practice turns it on. An entry counts only where our own token, our Message-ID or
the relay's name for the message ties it to one that left through this very relay; the address in
it is not looked at. That something was opened or clicked is what the relay says: programs open
and click too.
"""

from __future__ import annotations

import asyncio
import http.client
import socket
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from desktop.audit.log import AuditLog
from desktop.config import FEED_LIMITS, FeedLimits
from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail import events
from desktop.models import messages, receipts, tokens
from desktop.models.database import Tx
from desktop.models.delivery import DeliveryEvent, Feed, Match
from desktop.models.records import MessageId, RelayId
from desktop.sync.feed_adapters import ADAPTERS, Adapter, FeedError, Told
from desktop.sync.https import Answer, TooLarge, Web

SOURCE = "feed"
_URL_CHARS = 500
_SECRET_CHARS = 500
_ANSWERS = {401: "feed-refused", 403: "feed-refused", 404: "feed-not-there", 429: "feed-busy"}


@dataclass(frozen=True)
class FeedRead:
    """What one look brought; `cursor` is where the next begins, `whole` whether nothing was left."""

    told: tuple[Told, ...]
    cursor: str
    left_out: int
    whole: bool


def check_feed(adapter: str, url: str, secret: str) -> None:
    """Raises InputError `feed-adapter-unknown`, `feed-url-unusable`, `feed-secret-unusable`."""
    if adapter not in ADAPTERS:
        raise InputError("feed-adapter-unknown", allowed=", ".join(ADAPTERS))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InputError("feed-url-unusable") from None
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= _URL_CHARS
    whole = parts.scheme == "https" and parts.hostname and not parts.fragment and port != 0
    if not plain or not whole or "@" in parts.netloc:
        raise InputError("feed-url-unusable")
    if not (
        secret.isascii() and secret.isprintable() and 0 < len(secret) <= _SECRET_CHARS and " " not in secret
    ):
        raise InputError("feed-secret-unusable")


async def read_feed(
    feed: Feed,
    secret: str,
    now: datetime,
    limits: FeedLimits = FEED_LIMITS,
    resolve: Callable[[str, int], Sequence[str]] | None = None,
) -> FeedRead:
    """All pages since the cursor, as far as the limits go. Raises FeedError alone."""
    adapter, parts = ADAPTERS[feed.adapter], urlsplit(feed.url)
    host, port = parts.hostname or "", parts.port or 443
    try:
        web = Web(_context(feed.ca_file), port, lambda _: True)
        async with asyncio.timeout(limits.seconds):
            addresses = await _addresses(host, port) if resolve is None else resolve(host, port)
            return await _pages(web, adapter, feed, secret, now, limits, (host, port, addresses))
    except TooLarge:
        raise FeedError("feed-too-large") from None
    except ssl.SSLCertVerificationError:
        raise FeedError("feed-bad-certificate") from None
    except TimeoutError:
        raise FeedError("feed-timeout") from None
    except (OSError, EOFError, http.client.HTTPException, ValueError):
        raise FeedError("feed-unreachable") from None


async def _pages(
    web: Web,
    adapter: Adapter,
    feed: Feed,
    secret: str,
    now: datetime,
    limits: FeedLimits,
    way: tuple[str, int, Sequence[str]],
) -> FeedRead:
    host, port, addresses = way
    name = host if port == 443 else f"{host}:{port}"
    target, cursor = adapter.first(feed.url, feed.cursor, now), feed.cursor
    told: list[Told] = []
    left_out = 0
    for _ in range(limits.pages):
        headers = {**adapter.headers(secret), "Host": name}
        answer = await web.get(host, addresses, target, limits.answer_bytes, headers)
        page = adapter.read(_body(answer), feed.url, target, cursor)
        if len(page.told) > limits.events:
            raise FeedError("feed-too-large")
        told += page.told
        left_out += page.left_out
        cursor = page.cursor
        if not page.next or page.next == target:
            return FeedRead(tuple(told), cursor, left_out, whole=True)
        target = page.next
    onward = adapter.onward(cursor)
    if not adapter.forward or onward == feed.cursor:
        raise FeedError("feed-too-large")
    return FeedRead(tuple(told), onward, left_out, whole=False)


def _body(answer: Answer) -> bytes:
    if answer.status != 200:
        code = "feed-redirects" if 300 <= answer.status < 400 else "feed-answered-otherwise"
        raise FeedError(_ANSWERS.get(answer.status, code))
    return answer.body


def _context(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError):
        raise FeedError("feed-ca-unreadable") from None


async def _addresses(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[0]) for *_, where in found))


def take_in(tx: Tx, audit: AuditLog, relay: RelayId, told: Sequence[Told], now: datetime) -> tuple[int, bool]:
    """Enter what is about messages of ours that left through this relay; how many were new, and
    whether all could be entered: of a message that is being sent this moment it is told again later.
    """
    matched = _matched(tx, relay, told)
    busy = events.in_flight(tx, [message for _, message, _ in matched])
    rows = messages.get_many(tx, [message for _, message, _ in matched])
    new = [
        DeliveryEvent(
            kind=one.kind,
            at=min(one.at, now),
            source=SOURCE,
            ref=f"{relay}:{one.ref}",
            message=message,
            person=rows[message].person,
            details={
                "how": how.value,
                **({"status": one.status} if one.status else {}),
                **({"hard": 1} if one.hard else {}),
            },
        )
        for one, message, how in matched
        if message not in busy
    ]
    return events.note_all(tx, audit, new, now), not busy


def _matched(tx: Tx, relay: RelayId, told: Sequence[Told]) -> list[tuple[Told, MessageId, Match]]:
    """Tied by what only somebody who has seen the message knows."""
    spelled = {one: (one.token or _local(one.message_id)) for one in told}
    known = tokens.by_token(tx, spelled.values())
    found: list[tuple[Told, MessageId, Match]] = []
    for one in told:
        message = known.get(spelled[one])
        how = Match.HEADER if one.token else Match.MESSAGE_ID
        if message is None and one.relay_ref:
            message, how = receipts.by_ref(tx, one.relay_ref), Match.RELAY_REF
        if message is not None:
            found.append((one, message, how))
    rows = messages.get_many(tx, [message for _, message, _ in found])
    return [(one, message, how) for one, message, how in found if rows[message].relay == relay]


def _local(message_id: str) -> str:
    return message_id.strip("<>").partition("@")[0]
