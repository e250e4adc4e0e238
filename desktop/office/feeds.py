"""What relays tell of messages: set up by an administrator, read by itself every few minutes."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import datetime, timedelta

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.config import FEED_LIMITS
from desktop.errors import InputError, Refused, SealwellError
from desktop.models import feeds, relays
from desktop.models.accounts import Session
from desktop.models.database import Database, Tx
from desktop.models.delivery import Feed
from desktop.models.records import Reason, Relay, RelayId
from desktop.office.desk import Desk, Recorder
from desktop.office.values_health import FeedLine, FeedRequest
from desktop.sync.feed import FeedRead, check_feed, read_feed, take_in
from desktop.sync.feed_adapters import FeedError


class Feeds:
    """The secret goes in and never comes out."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def set_feed(self, session: Session, request: FeedRequest) -> FeedLine:
        """Set or replace a relay's feed; '' as secret keeps the old one.

        Raises InputError `relay-unknown`, and what `check_feed` raises.
        """
        self._desk.check(session, Action.MANAGE_FEED)

        def put(tx: Tx, record: Recorder) -> FeedLine:
            relay, before = _relay(tx, request.relay), feeds.get(tx, request.relay)
            secret = request.secret or feeds.secret(tx, request.relay)
            check_feed(request.adapter, request.url, secret)
            same = before is not None and (before.adapter, before.url) == (request.adapter, request.url)
            if before is not None and not same and not request.secret:
                raise InputError("feed-secret-needed")  # never to another host than it was typed for
            kept = before.cursor if before is not None and same else ""
            feed = Feed(
                relay.id, request.adapter, request.url, kept, request.enabled, request.ca_file.strip()
            )
            feeds.put(tx, feed, secret)
            record(Event(Act.FEED_CHANGED, obj=relay.id))
            return _line(feed, relay)

        return self._desk.write(session, Action.MANAGE_FEED, put)

    def list_feeds(self, session: Session) -> tuple[FeedLine, ...]:
        def look(tx: Tx) -> tuple[FeedLine, ...]:
            known = {relay.id: relay for relay in relays.listing(tx)}
            return tuple(_line(feed, known[feed.relay]) for feed in feeds.listing(tx))

        return self._desk.read(
            session,
            Action.LIST_FEEDS,
            look,
            lambda shown: Event(Act.FEEDS_LISTED, det={"count": len(shown)}),
        )

    def poll_feed(self, session: Session, relay: RelayId) -> FeedLine:
        """Look now; what stood in the way is `trouble`. Raises Refused `feed-off`."""
        opened = self._desk.check(session, Action.MANAGE_FEED)

        def known(tx: Tx) -> tuple[Feed, str, Relay]:
            profile, feed = _relay(tx, relay), feeds.get(tx, relay)
            if feed is None or not feed.enabled:
                raise Refused("feed-off")
            return feed, feeds.secret(tx, relay), profile

        feed, secret, profile = opened.database.read(known)
        now = self._clock.now()
        read = _read(feed, secret, now)

        def keep(tx: Tx, record: Recorder) -> FeedLine:
            count = _keep(tx, self._desk.audit, feed, read, now)
            ok = isinstance(read, FeedRead)
            det = {"count": count}
            record(Event(Act.FEED_POLLED, relay, "ok" if ok else "failed", "" if ok else str(read), det))
            return _line(feeds.get(tx, relay) or feed, profile)

        return self._desk.write(session, Action.MANAGE_FEED, keep)


class FeedWatch:
    """Hangs on the watch of the open practice; looks on a thread of its own, one look at a time."""

    def __init__(self, database: Database, audit: AuditLog, clock: Clock) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._looking = threading.Lock()

    def look(self) -> None:
        """Ask on another thread: nobody who signs in waits for somebody else's server."""
        now = self._clock.now()
        if self._database.read(lambda tx: any(_is_due(one, now) for one in feeds.listing(tx))):
            threading.Thread(target=self._look, name="feeds", daemon=True).start()

    def _look(self) -> None:
        try:
            self.read_due()
        except SealwellError as error:
            if error.code != "locked":  # closed meanwhile
                raise

    def read_due(self) -> None:
        """Every feed that is on and was not read for some minutes; one look at a time."""
        with self._looking:
            now = self._clock.now()
            due = self._database.read(
                lambda tx: [
                    (one, feeds.secret(tx, one.relay)) for one in feeds.listing(tx) if _is_due(one, now)
                ]
            )
            for feed, secret in due:
                self._read(feed, secret, now)

    def _read(self, feed: Feed, secret: str, now: datetime) -> None:
        read = _read(feed, secret, now)

        def keep(tx: Tx) -> None:
            current = feeds.get(tx, feed.relay)
            if current is None or replace(current, polled_at=None, trouble=None) != replace(
                feed, polled_at=None, trouble=None
            ):
                return  # changed or read by somebody else meanwhile
            count = _keep(tx, self._audit, feed, read, now)
            code = read.code if isinstance(read, FeedError) else ""
            before = feed.trouble.code if feed.trouble is not None else ""
            if count or code != before:
                outcome = "failed" if code else "ok"
                self._audit.record(tx, Event(Act.FEED_POLLED, feed.relay, outcome, code, {"count": count}))

        self._database.write(keep)


def _is_due(feed: Feed, now: datetime) -> bool:
    """A clock that was set back does not stop it."""
    since = now - feed.polled_at if feed.polled_at is not None else None
    waiting = since is not None and timedelta() <= since < timedelta(minutes=FEED_LIMITS.minutes)
    return feed.enabled and not waiting


def _read(feed: Feed, secret: str, now: datetime) -> FeedRead | FeedError:
    try:
        return asyncio.run(read_feed(feed, secret, now))
    except FeedError as error:
        return error


def _keep(tx: Tx, audit: AuditLog, feed: Feed, read: FeedRead | FeedError, now: datetime) -> int:
    """Enter what was read; how many entries were new."""
    if isinstance(read, FeedError):
        feeds.mark_polled(tx, feed.relay, now, None, Reason(read.code))
        return 0
    count, all_ = take_in(tx, audit, feed.relay, read.told, now)
    feeds.mark_polled(tx, feed.relay, now, read.cursor if all_ else None, None)
    return count


def _relay(tx: Tx, id_: RelayId) -> Relay:
    relay = relays.get(tx, id_)
    if relay is None or relay.retired_at is not None:
        raise InputError("relay-unknown")
    return relay


def _line(feed: Feed, relay: Relay) -> FeedLine:
    return FeedLine(
        feed.relay, relay.name, feed.adapter, feed.url, feed.enabled, feed.polled_at, feed.trouble
    )
