"""Feeds are read by themselves every few minutes, only while they are on, and trouble is said once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from demo.authority import Authority
from desktop.models import feeds
from desktop.models.accounts import Session
from desktop.models.records import RelayId
from desktop.office.api import Office
from desktop.office.feeds import FeedWatch
from desktop.office.values_audit import LogQuery
from desktop.office.values_health import FeedRequest
from desktop.office.values_practice import RelayRequest
from tests.made_practice import Practice
from tests.made_staff import desk_of
from tests.servers.keyhost import KeyHost, Page


def polled(office: Office, session: Session) -> list[str]:
    lines = office.query_log(session, LogQuery(limit=200)).lines
    return [line.outcome for line in lines if line.act == "feed.polled"]


def test_a_feed_is_read_by_itself_every_few_minutes_and_only_while_it_is_on(
    practice: Practice,
    at_work: tuple[Office, Session],
    relay_request: Callable[..., RelayRequest],
    tmp_path: Path,
) -> None:
    office, session = at_work
    relay = RelayId(office.add_relay(session, relay_request()).id)
    desk = desk_of(office)
    database = desk.opened().database
    (tmp_path / "authority").mkdir()
    authority = Authority(tmp_path / "authority")
    watch = FeedWatch(database, desk.audit, practice.clock)
    with KeyHost(authority.server_context(), {"/feed": Page(status=500)}) as host:
        url, ca = f"https://localhost:{host.port}/feed", str(authority.ca_file)
        off = FeedRequest(relay, "plain", url, secret="feed-secret", ca_file=ca)
        office.set_feed(session, off)
        watch.read_due()
        assert host.asked == []
        office.set_feed(session, FeedRequest(relay, "plain", url, secret="", enabled=True, ca_file=ca))
        for _ in range(2):
            watch.read_due()
            practice.clock.move(60)
            office.touch(session)
        assert len(host.asked) == 1
        practice.clock.move(300)
        office.touch(session)
        watch.read_due()
        assert len(host.asked) == 2
        assert polled(office, session) == ["failed"]  # the same trouble is not said again
        (line,) = office.list_feeds(session)
        assert line.trouble is not None

        events = [{"id": "1", "kind": "delivered", "at": "2026-11-23T16:00:00Z", "reference": "x"}]
        body = {"version": 1, "events": events, "next": "1", "more": False}
        host.pages["/feed"] = Page(json.dumps(body).encode())
        practice.clock.move(300)
        office.touch(session)
        watch.read_due()
        kept = database.read(lambda tx: feeds.get(tx, relay))
        assert kept is not None
        assert (kept.cursor, kept.trouble) == ("1", None)
        assert polled(office, session)[0] == "ok"
