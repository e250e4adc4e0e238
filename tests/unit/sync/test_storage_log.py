"""Access logs: only a successful fetch by somebody who is not signed in counts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desktop.sync.storage_log import fetched

S3_LINE = (
    "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be locked "
    "[21/Nov/2026:10:00:38 +0000] 192.0.2.3 {who} 3E57427F3EXAMPLE {act} {key} "
    '"GET /locked/{key}?x=1 HTTP/1.1" {status} - 113 113 7 - "-" "Mozilla/5.0 \\"x\\"" '
    "- abc= SigV4 - AuthHeader h TLSV1.2 - -"
)
WEB_LINE = (
    '192.0.2.3 - {who} [21/Nov/2026:12:00:38 +0200] "{act} /locked/{key} HTTP/2.0" {status} 512 '
    '"-" "Mozilla/5.0"'
)
WHEN = datetime(2026, 11, 21, 10, 0, 38, tzinfo=UTC)


@pytest.mark.parametrize(("line", "act"), [(S3_LINE, "REST.GET.OBJECT"), (WEB_LINE, "GET")])
def test_a_fetch_is_seen_with_its_time(line: str, act: str) -> None:
    written = line.format(who="-", act=act, key="abc.html", status=200)
    assert list(fetched([written])) == [("abc.html", WHEN)]


@pytest.mark.parametrize(
    "changes",
    [
        {"who": "arn:aws:iam::1:user/office"},
        {"status": 403},
        {"status": 404},
        {"act": "REST.HEAD.OBJECT"},
        {"act": "HEAD"},
        {"act": "REST.PUT.OBJECT"},
    ],
)
@pytest.mark.parametrize(("line", "act"), [(S3_LINE, "REST.GET.OBJECT"), (WEB_LINE, "GET")])
def test_anything_else_is_no_fetch(line: str, act: str, changes: dict[str, object]) -> None:
    values = {"who": "-", "act": act, "key": "abc.html", "status": 200, **changes}
    assert list(fetched([line.format(**values)])) == []


@pytest.mark.parametrize(
    "line",
    [
        "",
        "x" * 10_000,
        '- - - [31/Foo/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 1',
        '- - - [x] "GET" 200',
        "\x00\u202e",
    ],
)
def test_hostile_lines_are_passed_over(line: str) -> None:
    assert list(fetched([line])) == []


def test_an_impossible_day_is_passed_over() -> None:
    line = WEB_LINE.format(who="-", act="GET", key="a.html", status=200).replace("21/Nov", "31/Feb")
    assert list(fetched([line])) == []
