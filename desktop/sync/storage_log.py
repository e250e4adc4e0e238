"""What an access log says about who fetched a file; pure.

Two spellings are known: Amazon S3's server access log, which compatible services imitate,
and the combined format of Apache and nginx. Only a successful GET by somebody who is not
signed in counts: signed-in requests are our own. (A mail provider's scanner may have
been the one who fetched; the guide says so.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

_WHEN = r"\[(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\]"
_S3 = re.compile(rf'\S+ \S+ {_WHEN} \S+ (\S+) \S+ (\S+) (\S+) "(?:[^"\\]|\\.)*" (\d{{3}})(?: |$)')
_COMBINED = re.compile(rf'\S+ \S+ (\S+) {_WHEN} "(\S+) (\S+)[^"]*" (\d{{3}})(?: |$)')
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SENT = ("200", "206")


def fetched(lines: Iterable[str]) -> Iterator[tuple[str, datetime]]:
    """(name, when) of each file that somebody fetched; lines of other kinds are passed over."""
    for line in lines:
        found = _one(line)
        if found is not None:
            yield found


def _one(line: str) -> tuple[str, datetime] | None:
    bucket = _S3.match(line)
    if bucket is not None:
        *when, who, act, path, status = bucket.groups()
        asked = act in ("REST.GET.OBJECT", "WEBSITE.GET.OBJECT")
    else:
        web = _COMBINED.match(line)
        if web is None:
            return None
        who, *when, act, path, status = web.groups()
        asked = act == "GET"
    moment = _moment(when)
    if not asked or who != "-" or status not in _SENT or moment is None:
        return None
    return unquote(path.partition("?")[0].rstrip("/").rpartition("/")[2]), moment


def _moment(parts: list[str]) -> datetime | None:
    day, month, year, hour, minute, second, sign, ahead, rest = parts
    try:
        local = datetime(
            int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC
        )
    except ValueError:
        return None
    shift = timedelta(hours=int(ahead), minutes=int(rest))
    return local - shift if sign == "+" else local + shift
