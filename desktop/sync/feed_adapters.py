"""What relays tell of messages, each in its own JSON: small readers of one page (docs/formats/event-feed.md).

An adapter says how a page is asked for and what it means; it opens no connection and touches
no database. A page that is not of its schema is refused whole, a single entry that makes no
sense is left out: what a stranger wrote never ends the look.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from desktop.frozen import dataclass
from desktop.mail.failure import cause
from desktop.models.delivery import EventKind
from desktop.models.records import State

REF_CHARS = 200
CURSOR_CHARS = 1_000
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


class FeedError(Exception):
    """Why a feed cannot be read: a code of the catalogue."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Told:
    """One entry: `ref` is its name in the feed; one of the last three ties it to a message."""

    ref: str
    kind: EventKind
    at: datetime
    status: str = ""
    """RFC 3463."""
    hard: bool = False
    message_id: str = ""
    token: str = ""
    relay_ref: str = ""


@dataclass(frozen=True)
class Page:
    """`next` is the target of the following page, or ''; `cursor` is where the next look begins."""

    told: tuple[Told, ...]
    next: str
    cursor: str
    left_out: int


class Adapter(Protocol):
    """Targets are path and query on the host of the feed's own address, and nowhere else."""

    forward: bool
    """Oldest first: a look that ended early goes on where it ended."""

    def headers(self, secret: str) -> dict[str, str]: ...
    def first(self, url: str, cursor: str, now: datetime) -> str: ...
    def read(self, body: bytes, url: str, target: str, cursor: str) -> Page: ...
    def onward(self, cursor: str) -> str:
        """Where the next look begins if this one ended early, at `cursor`."""
        ...


class Plain:
    """Our own schema, for relays behind a gateway of the practice's own (SES, SendGrid and others)."""

    forward = True

    def headers(self, secret: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {secret}", "Accept": "application/json"}

    def first(self, url: str, cursor: str, now: datetime) -> str:
        return _target(url, {"after": cursor} if cursor else {})

    def read(self, body: bytes, url: str, target: str, cursor: str) -> Page:
        document = _document(body)
        if document.get("version") != 1:
            raise FeedError("feed-unreadable")
        told, left_out = _entries(_list(document, "events"), self._told)
        after = document.get("next", cursor)
        if not isinstance(after, str) or len(after) > CURSOR_CHARS:
            raise FeedError("feed-unreadable")
        more = document.get("more") is True and after != cursor
        return Page(told, self.first(url, after, _EPOCH) if more else "", after, left_out)

    def onward(self, cursor: str) -> str:
        return cursor

    @staticmethod
    def _told(entry: Mapping[str, Any]) -> Told:
        kind, status = EventKind(_word(entry, "kind")), _status(entry.get("status"))
        if kind not in _FROM_RELAYS:
            raise ValueError(kind)
        return Told(
            ref=_word(entry, "id"),
            kind=kind,
            at=_moment(entry["at"]),
            status=status,
            hard=kind is EventKind.BOUNCED and cause(State.BOUNCED, None, "", (status,)).hard,
            message_id=_text(entry.get("message_id")),
            token=_text(entry.get("reference")),
            relay_ref=_text(entry.get("relay_ref")),
        )


class Mailgun:
    """GET /v3/<domain>/events, read forward in time.

    Its events may appear late and out of order, so that each look begins half an hour before
    where the last one ended; what is told twice counts once. After a look that ended early the
    next goes on where it stood: half an hour may be more than one look reads.
    """

    forward = True
    _OVERLAP = 1800
    _FIRST_LOOK = timedelta(days=1)
    _KINDS: Mapping[str, EventKind] = {
        "delivered": EventKind.DELIVERED,
        "failed": EventKind.BOUNCED,
        "rejected": EventKind.BOUNCED,
        "complained": EventKind.COMPLAINED,
        "unsubscribed": EventKind.UNSUBSCRIBED,
        "opened": EventKind.OPENED,
        "clicked": EventKind.CLICKED,
    }

    def headers(self, secret: str) -> dict[str, str]:
        signed = base64.b64encode(f"api:{secret}".encode("ascii")).decode("ascii")
        return {"Authorization": f"Basic {signed}", "Accept": "application/json"}

    def first(self, url: str, cursor: str, now: datetime) -> str:
        begin = (now - self._FIRST_LOOK).timestamp()
        if cursor:
            begin = _number(cursor) - (0 if cursor.endswith(_ONWARD) else self._OVERLAP)
        return _target(url, {"begin": f"{begin:.0f}", "ascending": "yes", "limit": "300"})

    def read(self, body: bytes, url: str, target: str, cursor: str) -> Page:
        document = _document(body)
        items = _list(document, "items")
        told, left_out = _entries(items, self._told)
        newest = max([_number(cursor) if cursor else 0.0, *(one.at.timestamp() for one in told)])
        paging = document.get("paging")
        next_page = paging.get("next") if isinstance(paging, dict) else None
        following = _within(url, next_page) if items and isinstance(next_page, str) else ""
        return Page(told, following, f"{int(newest)}" if newest else cursor, left_out)

    def onward(self, cursor: str) -> str:
        return f"{cursor}{_ONWARD}"

    def _told(self, entry: Mapping[str, Any]) -> Told | None:
        kind = self._KINDS.get(_word(entry, "event"))
        if kind is None:
            return None
        hard, status = False, ""
        if entry["event"] == "failed":
            said = entry.get("delivery-status")
            said = said if isinstance(said, dict) else {}
            code, words = _text(str(said.get("code", ""))), _text(said.get("message"))
            status = _status(said.get("enhanced-code"))
            if entry.get("severity") == "temporary":
                kind = EventKind.DEFERRED
            else:
                hard = (
                    entry.get("reason") == "suppress-bounce"
                    or cause(State.BOUNCED, None, f"{code} {words}", (status,)).hard
                )
        message = entry.get("message")
        headers = message.get("headers") if isinstance(message, dict) else None
        message_id = _text(headers.get("message-id")) if isinstance(headers, dict) else ""
        return Told(_word(entry, "id"), kind, _moment(entry["timestamp"]), status, hard, message_id)


class Postmark:
    """GET /bounces, newest first, from the day before where the last look ended.

    It names messages by its own id, which stands in its answer to the message.
    """

    forward = False
    _COUNT = 500
    _FIRST_LOOK = timedelta(days=7)
    _KINDS: Mapping[str, tuple[EventKind, bool]] = {
        "HardBounce": (EventKind.BOUNCED, True),
        "BadEmailAddress": (EventKind.BOUNCED, True),
        **dict.fromkeys(
            ("SoftBounce", "DnsError", "Blocked", "DMARCPolicy", "VirusNotification", "SpamNotification"),
            (EventKind.BOUNCED, False),
        ),
        **dict.fromkeys(
            ("SMTPApiError", "ManuallyDeactivated", "Unknown"),
            (EventKind.BOUNCED, False),
        ),
        "Transient": (EventKind.DEFERRED, False),
        "SpamComplaint": (EventKind.COMPLAINED, False),
        "Unsubscribe": (EventKind.UNSUBSCRIBED, False),
    }

    def headers(self, secret: str) -> dict[str, str]:
        return {"X-Postmark-Server-Token": secret, "Accept": "application/json"}

    def first(self, url: str, cursor: str, now: datetime) -> str:
        since = _moment(cursor) - timedelta(days=1) if cursor else now - self._FIRST_LOOK
        return self._page(url, since.date().isoformat(), 0)

    def read(self, body: bytes, url: str, target: str, cursor: str) -> Page:
        bounces = _list(_document(body), "Bounces")
        told, left_out = _entries(bounces, self._told)
        times = [one.at for one in told] + ([_moment(cursor)] if cursor else [])
        since, offset = self._asked(target)
        following = self._page(url, since, offset + self._COUNT) if len(bounces) >= self._COUNT else ""
        return Page(told, following, max(times).isoformat() if times else cursor, left_out)

    def onward(self, cursor: str) -> str:
        return cursor

    def _page(self, url: str, since: str, offset: int) -> str:
        return _target(url, {"count": str(self._COUNT), "offset": str(offset), "fromdate": since})

    @staticmethod
    def _asked(target: str) -> tuple[str, int]:
        asked = dict(pair.split("=", 1) for pair in urlsplit(target).query.split("&") if "=" in pair)
        return asked["fromdate"], int(asked["offset"])

    def _told(self, entry: Mapping[str, Any]) -> Told | None:
        known = self._KINDS.get(_word(entry, "Type"))
        if known is None:
            return None
        kind, hard = known
        found = _STATUS.search(_text(entry.get("Details"), 2_000))
        status = found[0] if found else ""
        at, id_ = _moment(entry["BouncedAt"]), _word({"ID": str(entry["ID"])}, "ID")
        return Told(id_, kind, at, status, hard, relay_ref=_text(entry.get("MessageID")))


ADAPTERS: Mapping[str, Adapter] = {"plain": Plain(), "mailgun": Mailgun(), "postmark": Postmark()}

_ONWARD = "+"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FROM_RELAYS = frozenset(
    {
        EventKind.DELIVERED,
        EventKind.DEFERRED,
        EventKind.BOUNCED,
        EventKind.COMPLAINED,
        EventKind.UNSUBSCRIBED,
        EventKind.OPENED,
        EventKind.CLICKED,
    }
)
"""A relay cannot know what somebody answered or picked up."""


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise FeedError("feed-unreadable") from None
    if not isinstance(document, dict):
        raise FeedError("feed-unreadable")
    return document


def _list(document: Mapping[str, Any], name: str) -> list[Any]:
    found = document.get(name)
    if not isinstance(found, list):
        raise FeedError("feed-unreadable")
    return found


def _entries(
    items: list[Any], understood: Callable[[Mapping[str, Any]], Told | None]
) -> tuple[tuple[Told, ...], int]:
    """Those that are about something that we keep; and how many made no sense."""
    told, left_out = [], 0
    for item in items:
        try:
            one = understood(item)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
            left_out += 1
            continue
        if one is not None:
            told.append(one)
    return tuple(told), left_out


def _word(entry: Mapping[str, Any], name: str) -> str:
    word = entry[name]
    if not isinstance(word, str) or not 0 < len(word) <= REF_CHARS or not word.isprintable():
        raise ValueError(name)
    return word


def _text(value: object, most: int = 998) -> str:
    return value if isinstance(value, str) and len(value) <= most else ""


def _status(value: object) -> str:
    return value if isinstance(value, str) and _STATUS.fullmatch(value) else ""


def _moment(value: object) -> datetime:
    """ISO 8601 with its zone, or seconds since 1970."""
    if isinstance(value, str):
        # Seven digits of a second are written too; six are known here.
        moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        moment = datetime.fromtimestamp(value, UTC)
    else:
        raise TypeError(value)
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment.astimezone(UTC)


def _number(cursor: str) -> float:
    try:
        return float(int(cursor.removesuffix(_ONWARD)))
    except ValueError:
        return 0.0


def _target(url: str, query: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    asked = "&".join(one for one in (parts.query, urlencode(query)) if one)
    return f"{parts.path or '/'}?{asked}" if asked else parts.path or "/"


def _within(url: str, following: str) -> str:
    """The target of the next page, on the feed's own host: the secret goes nowhere else."""
    ours, theirs = urlsplit(url), urlsplit(following)
    if (theirs.scheme, theirs.netloc) != (ours.scheme, ours.netloc):
        raise FeedError("feed-leads-away")
    target = f"{theirs.path or '/'}?{theirs.query}" if theirs.query else theirs.path or "/"
    if not target.isascii() or not target.isprintable() or " " in target:
        raise FeedError("feed-unreadable")
    return target
