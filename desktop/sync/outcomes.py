"""What a relay's reply, or its silence, means for one message: a table, read from the top.

The table is the one of the outbox design: nothing is lost silently, and nothing is sent
again that may have arrived. Replies are RFC 5321's, enhanced codes RFC 3463's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from desktop.frozen import dataclass
from desktop.mail.retries import least_wait
from desktop.models.delivery import BULK_KINDS
from desktop.models.records import State


class Phase(StrEnum):
    """What a reply answers, or where a connection ended."""

    RESET = "reset"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    DOT = "dot"


@dataclass(frozen=True)
class Reply:
    """A relay's reply; `text` is cleaned and on one line."""

    code: int
    text: str

    @property
    def enhanced(self) -> str:
        """RFC 3463 code of the same class as the reply's own, else ''."""
        found = _ENHANCED.match(self.text)
        return found[0] if found and found[0][0] == str(self.code)[0] else ""

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()


@dataclass(frozen=True)
class Verdict:
    """`hard`: the address is to blame. `policy`: the relay will say so to the next one too."""

    state: State
    reason: str
    hard: bool = False
    policy: bool = False


@dataclass(frozen=True)
class Rule:
    """Applies when phase, code and enhanced code match; '' as `enhanced` asks for nothing."""

    phases: frozenset[Phase]
    code: str
    enhanced: str
    verdict: Verdict


_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)")
_ANY = frozenset(Phase)
_AT_DOT = frozenset({Phase.DOT})
_AT_RCPT = frozenset({Phase.RCPT})
_AT_MAIL = frozenset({Phase.MAIL})

RULES: tuple[Rule, ...] = (
    Rule(_AT_DOT, r"2..", "", Verdict(State.ACCEPTED, "")),
    Rule(_ANY, r"4..", "", Verdict(State.DEFERRED, "relay-asks-later")),
    Rule(_ANY, r"5..", r"5\.7\..*", Verdict(State.FAILED, "relay-forbids", policy=True)),
    Rule(_ANY, r"55[24]", r"5\.3\.4", Verdict(State.FAILED, "relay-too-big", policy=True)),
    Rule(_ANY, r"5..", r"5\.2\.2", Verdict(State.FAILED, "mailbox-unavailable")),
    Rule(_AT_RCPT, r"552", "", Verdict(State.FAILED, "mailbox-unavailable")),  # RFC 5321 4.2.3: storage
    Rule(_ANY, r"552", "", Verdict(State.FAILED, "relay-too-big", policy=True)),
    Rule(_ANY, r"5..", r"5\.1\.[78]", Verdict(State.FAILED, "relay-sender-refused", policy=True)),
    Rule(_AT_MAIL, r"5..", "", Verdict(State.FAILED, "relay-sender-refused", policy=True)),
    Rule(_AT_RCPT, r"5..", r"5\.1\..*", Verdict(State.FAILED, "address-refused", hard=True)),
    Rule(_AT_RCPT, r"5..", r"5\.2\..*", Verdict(State.FAILED, "mailbox-unavailable")),
    Rule(_AT_RCPT, r"5..", r"5\..*", Verdict(State.FAILED, "relay-refuses")),
    Rule(_AT_RCPT, r"55[013]", "", Verdict(State.FAILED, "address-refused", hard=True)),
    Rule(_AT_DOT, r"5..", "", Verdict(State.FAILED, "content-refused")),
    Rule(_ANY, r"5..", "", Verdict(State.FAILED, "relay-refuses")),
    # What remains makes no sense: after the dot nobody knows, before it nothing was taken.
    Rule(_AT_DOT, r"...", "", Verdict(State.UNCERTAIN, "reply-unclear")),
    Rule(_ANY, r"...", "", Verdict(State.DEFERRED, "reply-unclear")),
)

BROKEN_BEFORE_DOT = Verdict(State.DEFERRED, "connection-broke")
BROKEN_AFTER_DOT = Verdict(State.UNCERTAIN, "no-receipt")

RETRY_MINUTES = (5, 10, 20, 40, 67)
"""Postfix's own steps (300 s doubling up to 4000 s); the last one repeats."""
_SPREAD = 0.2

LIFETIME = dict.fromkeys(("reminder", *BULK_KINDS), timedelta(hours=48))
DEFAULT_LIFETIME = timedelta(days=5)


def judge(phase: Phase, reply: Reply) -> Verdict:
    """The first rule that fits."""
    for rule in RULES:
        if (
            phase in rule.phases
            and re.fullmatch(rule.code, str(reply.code))
            and (not rule.enhanced or re.fullmatch(rule.enhanced, reply.enhanced))
        ):
            return rule.verdict
    raise ValueError(reply.code)


def next_try(attempts: int, now: datetime, spread: Callable[[], float], reply: str = "") -> datetime:
    """When to try again after the `attempts`-th failure; `spread` gives 0..1 for the jitter.

    Never sooner than `reply` asks for: greylisting servers refuse who comes back too soon.
    """
    minutes = RETRY_MINUTES[min(max(attempts, 1), len(RETRY_MINUTES)) - 1]
    share = spread()
    least = least_wait(reply) * (1 + _SPREAD * share)
    return now + max(least, timedelta(minutes=minutes * (1 - _SPREAD + 2 * _SPREAD * share)))


def given_up(kind: str, attempts: int, queued_at: datetime, when: datetime) -> bool:
    """Whether a message of this kind was tried for too long to be tried again at `when`.

    Tries count, not only time: it may have waited for days, by the rules or behind a pause.
    """
    longest = LIFETIME.get(kind, DEFAULT_LIFETIME)
    return timedelta(minutes=RETRY_MINUTES[-1]) * attempts > longest and when - queued_at > longest
