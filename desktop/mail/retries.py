"""What a relay's "later" says of itself: how long, and whether we were too fast.

Greylisting servers (RFC 6647) take a message that comes again after some minutes and refuse
one that comes back too soon; busy ones often name the time. The steps themselves are the
table of `sync/outcomes.py`; here is what lengthens one of them.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from desktop.models import sending
from desktop.models.database import Tx

NETWORK_CODES = ("connection-broke",)
"""Why a row waits that the network, and neither relay nor recipient, kept from leaving."""
GREYLISTED = timedelta(minutes=5, seconds=30)
"""Most greylisting servers want five minutes (postgrey's own figure), some one; none wants less."""
THROTTLED = timedelta(minutes=10)
_LONGEST = timedelta(hours=4)

_NAMED = re.compile(
    r"(?:again|retry|wait|later|back|greylist\w*|graylist\w*|delayed|deferred)\D{0,40}?"
    r"\b(\d{1,5})\s*(s|sec|secs|second|seconds|m|min|mins|minute|minutes|h|hour|hours)\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b(\d{1,2}):([0-5]\d):([0-5]\d)\b")
_GREY = re.compile(r"gr[ea]y.?list", re.IGNORECASE)
_GREY_CODES = re.compile(r"45[01] 4\.7\.1(?!\d)")
_FAST = re.compile(
    r"rate.?limit|throttl|too (?:many|fast|quick|much)|too\s+\w+\s+(?:messages|connections|recipients)"
    r"|limit (?:is )?(?:exceeded|reached)|exceed\w* (?:the |your )?(?:\w+ )?(?:limit|rate|quota)|slow down"
    r"|unusual rate|at a rate|submission rate|quota",
    re.IGNORECASE,
)
_LATER = re.compile(r"4\d\d\b")
_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}


def least_wait(reply: str) -> timedelta:
    """How long at least until the next try; nothing where the reply does not say."""
    if not _LATER.match(reply):
        return timedelta()
    named = [int(number) * _UNITS[unit[0].lower()] for number, unit in _NAMED.findall(reply)]
    if _GREY.search(reply):
        named += [
            timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds))
            for hours, minutes, seconds in _CLOCK.findall(reply)
        ]
    if named:
        return min(max(named), _LONGEST)
    if _GREY.search(reply) or _GREY_CODES.match(reply):
        return GREYLISTED
    return THROTTLED if is_throttled(reply) else timedelta()


def is_throttled(reply: str) -> bool:
    """Whether a reply means that we were too fast, and not that a recipient has trouble."""
    return bool(_LATER.match(reply) and not _GREY.search(reply) and _FAST.search(reply))


def network_is_back(tx: Tx, now: datetime) -> int:
    """What waits only because the network was away is tried now; how many rows that are."""
    return sending.release(tx, NETWORK_CODES, now)
