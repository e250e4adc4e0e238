"""What relays tell of messages: contracts of each adapter, and servers that do anything wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from demo.authority import Authority
from desktop.config import FeedLimits
from desktop.errors import InputError
from desktop.models.delivery import EventKind, Feed
from desktop.models.records import RelayId
from desktop.sync.feed import FeedRead, check_feed, read_feed
from desktop.sync.feed_adapters import ADAPTERS, FeedError
from tests.servers.keyhost import KeyHost, Page

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
QUICK = FeedLimits(answer_bytes=64 * 1024, seconds=2.0, pages=4, events=100)
SECRET = "feed-secret"
PLAIN = {
    "version": 1,
    "events": [
        {"id": "1", "kind": "delivered", "at": "2026-11-23T15:00:00Z", "message_id": "<abc@x.example>"},
        {
            "id": "2",
            "kind": "bounced",
            "at": "2026-11-23T15:01:00+01:00",
            "status": "5.1.1",
            "reference": "t",
        },
        {"id": "3", "kind": "bounced", "at": "2026-11-23T15:02:00Z", "status": "5.2.2", "relay_ref": "q"},
    ],
    "next": "3",
    "more": False,
}
MAILGUN = {
    "items": [
        {
            "event": "failed",
            "severity": "permanent",
            "id": "czsjqFATSlC3QtAK-C80nw",
            "timestamp": 1763913600.25,
            "recipient": "alice@example.com",
            "message": {"headers": {"message-id": "abc@x.example"}},
            "delivery-status": {"code": 550, "message": "5.1.1 user unknown", "attempt-no": 1},
            "reason": "bounce",
        },
        {
            "event": "failed",
            "severity": "temporary",
            "id": "b",
            "timestamp": 1763913601.5,
            "message": {"headers": {"message-id": "abc@x.example"}},
            "delivery-status": {"code": 421, "message": "4.7.0 try later"},
        },
        {"event": "accepted", "id": "c", "timestamp": 1763913602.0},
        {"event": "opened", "id": "d", "timestamp": 1763913603.0, "message": {"headers": {}}},
        {
            "event": "complained",
            "id": "e",
            "timestamp": 1763913604.0,
            "message": {"headers": {"message-id": "x"}},
        },
        {"event": "failed", "id": "f", "timestamp": "yesterday"},
    ],
    "paging": {
        "next": "https://api.example/v3/x/events/NEXT",
        "previous": "https://api.example/v3/x/events/P",
    },
}
POSTMARK = {
    "TotalCount": 3,
    "Bounces": [
        {
            "ID": 692560173,
            "Type": "HardBounce",
            "TypeCode": 1,
            "MessageID": "2c1b63fe-43f2-4db5-91b0-8bdfa44a9316",
            "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
            "Email": "anything@example.com",
            "BouncedAt": "2026-11-23T10:15:01.1234567-05:00",
        },
        {
            "ID": 2,
            "Type": "SoftBounce",
            "MessageID": "m",
            "BouncedAt": "2026-11-22T10:00:00Z",
            "Details": None,
        },
        {"ID": 3, "Type": "AutoResponder", "MessageID": "m", "BouncedAt": "2026-11-22T10:00:00Z"},
    ],
}


def test_our_own_schema() -> None:
    page = ADAPTERS["plain"].read(json.dumps(PLAIN).encode(), "https://x.example/feed?k=1", "/feed?k=1", "")
    assert [(one.ref, one.kind, one.status, one.hard) for one in page.told] == [
        ("1", EventKind.DELIVERED, "", False),
        ("2", EventKind.BOUNCED, "5.1.1", True),
        ("3", EventKind.BOUNCED, "5.2.2", False),
    ]
    assert page.told[1].at == datetime(2026, 11, 23, 14, 1, tzinfo=UTC)
    assert (page.cursor, page.next, page.left_out) == ("3", "", 0)
    more = ADAPTERS["plain"].read(
        json.dumps({**PLAIN, "more": True}).encode(), "https://x.example/feed?k=1", "/feed?k=1", ""
    )
    assert more.next == "/feed?k=1&after=3"


@pytest.mark.parametrize("kind", ["replied", "confirmed", "picked-up", "declined", "made-up"])
def test_a_relay_cannot_say_what_only_a_person_can(kind: str) -> None:
    body = json.dumps({**PLAIN, "events": [{"id": "1", "kind": kind, "at": "2026-11-23T15:00:00Z"}]})
    page = ADAPTERS["plain"].read(body.encode(), "https://x.example/", "/", "")
    assert (page.told, page.left_out) == ((), 1)


def test_mailguns_events() -> None:
    url = "https://api.example/v3/x/events"
    adapter = ADAPTERS["mailgun"]
    page = adapter.read(json.dumps(MAILGUN).encode(), url, "/v3/x/events", "")
    assert [(one.ref[:3], one.kind, one.hard, one.message_id) for one in page.told] == [
        ("czs", EventKind.BOUNCED, True, "abc@x.example"),
        ("b", EventKind.DEFERRED, False, "abc@x.example"),
        ("d", EventKind.OPENED, False, ""),
        ("e", EventKind.COMPLAINED, False, "x"),
    ]
    assert (page.left_out, page.cursor, page.next) == (1, "1763913604", "/v3/x/events/NEXT")
    asked = parse_qs(urlsplit(adapter.first(url, page.cursor, NOW)).query)
    assert (asked["begin"], asked["ascending"]) == (["1763911804"], ["yes"])  # half an hour of overlap
    assert adapter.read(b'{"items": [], "paging": {"next": "x"}}', url, "/", "17").next == ""
    assert adapter.headers("k") == {"Authorization": "Basic YXBpOms=", "Accept": "application/json"}


def test_a_page_that_leads_to_another_host_ends_the_look() -> None:
    away = {**MAILGUN, "paging": {"next": "https://evil.example/v3"}}
    with pytest.raises(FeedError) as caught:
        ADAPTERS["mailgun"].read(json.dumps(away).encode(), "https://api.example/v3", "/v3", "")
    assert caught.value.code == "feed-leads-away"


def test_postmarks_bounces() -> None:
    adapter, url = ADAPTERS["postmark"], "https://api.example/bounces"
    target = adapter.first(url, "2026-11-20T10:00:00+00:00", NOW)
    assert parse_qs(urlsplit(target).query) == {"count": ["500"], "offset": ["0"], "fromdate": ["2026-11-19"]}
    page = adapter.read(json.dumps(POSTMARK).encode(), url, target, "")
    assert [(one.ref, one.kind, one.hard, one.status) for one in page.told] == [
        ("692560173", EventKind.BOUNCED, True, "5.1.1"),
        ("2", EventKind.BOUNCED, False, ""),
    ]
    assert page.told[0].relay_ref.startswith("2c1b63fe")
    assert (page.cursor, page.next) == ("2026-11-23T15:15:01.123456+00:00", "")
    full = {"Bounces": [{**POSTMARK["Bounces"][1], "ID": n} for n in range(500)]}  # type: ignore[index]
    assert "offset=500" in adapter.read(json.dumps(full).encode(), url, target, "").next


HOSTILE: tuple[tuple[str, bytes], ...] = (
    ("nothing", b""),
    ("binary", bytes(range(256))),
    ("deep", b"[" * 50_000),
    ("a list", b"[]"),
    ("no events", b'{"version": 1}'),
    ("another version", json.dumps({**PLAIN, "version": 2}).encode()),
    ("a long number", b'{"version": ' + b"9" * 10_000 + b"}"),
    ("a cursor that is none", json.dumps({**PLAIN, "next": ["x"]}).encode()),
    ("a cursor too long", json.dumps({**PLAIN, "next": "x" * 2000}).encode()),
)


@pytest.mark.parametrize("body", [one[1] for one in HOSTILE], ids=[one[0] for one in HOSTILE])
def test_what_is_no_page_is_refused_whole(body: bytes) -> None:
    with pytest.raises(FeedError) as caught:
        ADAPTERS["plain"].read(body, "https://x.example/", "/", "")
    assert caught.value.code == "feed-unreadable"


@pytest.mark.parametrize(
    "entry",
    [
        None,
        7,
        "x",
        [],
        {},
        {"id": "1", "kind": "delivered", "at": "2026-11-23T15:00:00"},
        {"id": "1", "kind": "delivered", "at": 1e300},
        {"id": "1", "kind": "delivered", "at": float("nan")},
        {"id": "1", "kind": "delivered", "at": True},
        {"id": "", "kind": "delivered", "at": 1},
        {"id": "x" * 300, "kind": "delivered", "at": 1},
        {"id": "a\nb", "kind": "delivered", "at": 1},
        {"id": 1, "kind": "delivered", "at": 1},
    ],
    ids=str,
)
def test_an_entry_that_makes_no_sense_is_left_out_and_the_others_count(entry: Any) -> None:
    good = PLAIN["events"][0]  # type: ignore[index]
    body = json.dumps({**PLAIN, "events": [entry, good]}).encode()
    page = ADAPTERS["plain"].read(body, "https://x.example/", "/", "")
    assert ([one.ref for one in page.told], page.left_out) == (["1"], 1)


# --- over the wire -------------------------------------------------------------------------


@pytest.fixture
def host(authority: Authority) -> Iterator[KeyHost]:
    with KeyHost(authority.server_context(), {}) as running:
        yield running


@pytest.fixture
def look(host: KeyHost, authority: Authority) -> Callable[..., FeedRead]:
    def read(limits: FeedLimits = QUICK, **changes: Any) -> FeedRead:
        given = {"url": f"https://localhost:{host.port}/feed", "ca_file": str(authority.ca_file), **changes}
        adapter, cursor = given.get("adapter", "plain"), given.get("cursor", "")
        feed = Feed(RelayId("1" * 32), adapter, given["url"], cursor, enabled=True, ca_file=given["ca_file"])
        return asyncio.run(read_feed(feed, SECRET, NOW, limits, lambda _name, _port: ["127.0.0.1"]))

    return read


def test_a_page_is_read_over_tls(host: KeyHost, look: Callable[..., FeedRead]) -> None:
    host.pages["/feed"] = Page(json.dumps(PLAIN).encode())
    read = look()
    assert (len(read.told), read.cursor, read.whole) == (3, "3", True)
    assert host.asked == [f"localhost:{host.port}/feed"]


def test_a_feed_without_end_ends_at_its_limit_and_goes_on_from_there(
    host: KeyHost, look: Callable[..., FeedRead]
) -> None:
    turn = iter(range(1000))

    class Endless(dict[str, Page]):
        def get(self, key: str, default: Any = None) -> Page:
            return Page(json.dumps({**PLAIN, "next": str(next(turn)), "more": True}).encode())

    host.pages = Endless()
    read = look()
    assert (len(host.asked), read.whole, read.cursor) == (QUICK.pages, False, "3")


class Busy(dict[str, Page]):
    """Mailgun with `rate` events in each second of the day, two on a page."""

    def __init__(self, rate: int, host: KeyHost) -> None:
        super().__init__()
        self.rate, self.host = rate, host
        self.base = f"https://localhost:{host.port}/feed"

    def get(self, key: str, default: Any = None) -> Page:
        asked = parse_qs(urlsplit(f"https://{self.host.asked[-1]}").query)
        first = int(asked["begin"][0]) * self.rate + int(asked.get("page", ["0"])[0]) * 2
        items = [
            {"event": "delivered", "id": f"e{one}", "timestamp": one / self.rate, "message": {}}
            for one in (first, first + 1)
        ]
        following = f"{self.base}?begin={asked['begin'][0]}&page={int(asked.get('page', ['0'])[0]) + 1}"
        return Page(json.dumps({"items": items, "paging": {"next": following}}).encode())


def test_more_events_than_one_look_reads_in_half_an_hour_are_all_read(
    host: KeyHost, look: Callable[..., FeedRead]
) -> None:
    host.pages = Busy(1, host)
    read, seen = look(adapter="mailgun", cursor="1763913600"), set[str]()
    for _ in range(5):
        seen |= {one.ref for one in read.told}
        read = look(adapter="mailgun", cursor=read.cursor)
    assert {f"e{1763913600 + second}" for second in range(20)} <= seen


def test_a_feed_that_cannot_be_read_on_is_said_to_be_too_large(
    host: KeyHost, look: Callable[..., FeedRead]
) -> None:
    host.pages = Busy(100, host)
    read = look(adapter="mailgun", cursor="1763913600")
    with pytest.raises(FeedError) as caught:
        look(adapter="mailgun", cursor=read.cursor)
    assert caught.value.code == "feed-too-large"


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (Page(status=401), "feed-refused"),
        (Page(status=403), "feed-refused"),
        (Page(status=404), "feed-not-there"),
        (Page(status=429), "feed-busy"),
        (Page(status=500), "feed-answered-otherwise"),
        (Page(status=302, location="https://evil.example/"), "feed-redirects"),
        (Page(b"x" * (QUICK.answer_bytes + 1)), "feed-too-large"),
        (Page(b"{}", promised=400), "feed-unreachable"),
        (Page(b"<html>"), "feed-unreadable"),
        (Page(slow=True), "feed-timeout"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_servers_that_do_something_else(
    host: KeyHost, look: Callable[..., FeedRead], page: Page, code: str
) -> None:
    host.pages["/feed"] = page
    with pytest.raises(FeedError) as caught:
        look()
    assert caught.value.code == code
    assert len(host.asked) == 1


def test_nobody_vouches_for_the_server_and_the_secret_stays_here(
    host: KeyHost, look: Callable[..., FeedRead]
) -> None:
    with pytest.raises(FeedError) as caught:
        look(ca_file="")
    assert caught.value.code == "feed-bad-certificate"
    with pytest.raises(FeedError) as unreadable:
        look(ca_file="/nowhere/ca.pem")
    assert unreadable.value.code == "feed-ca-unreadable"
    assert host.asked == []


@pytest.mark.parametrize(
    ("adapter", "url", "secret", "code"),
    [
        ("other", "https://x.example/", "s", "feed-adapter-unknown"),
        ("plain", "http://x.example/", "s", "feed-url-unusable"),
        ("plain", "https://user:pw@x.example/", "s", "feed-url-unusable"),
        ("plain", "https://x.example/#a", "s", "feed-url-unusable"),
        ("plain", "https://x.example/a b", "s", "feed-url-unusable"),
        ("plain", "https://x.example/\r\nX: y", "s", "feed-url-unusable"),
        ("plain", "https://x.example:99999/", "s", "feed-url-unusable"),
        ("plain", "https:///feed", "s", "feed-url-unusable"),
        ("plain", "https://x.example/", "", "feed-secret-unusable"),
        ("plain", "https://x.example/", "a\r\nX: y", "feed-secret-unusable"),
        ("plain", "https://x.example/", "ñ", "feed-secret-unusable"),
    ],
)
def test_what_may_not_be_set(adapter: str, url: str, secret: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        check_feed(adapter, url, secret)
    assert caught.value.code == code
