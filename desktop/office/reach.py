"""How many people can be reached, by the first way open to each, and what would reach most of the rest."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import Refused
from desktop.mail.decision import Decision
from desktop.mail.gather import Gathered, gather
from desktop.mail.policy import decide
from desktop.mail.sender import practice_relay
from desktop.models import active, settings
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.records import Consent, Kind, Label, Method, Reason
from desktop.office.api import Progress
from desktop.office.desk import Desk, Recorder
from desktop.office.values_protection import ReachShown
from desktop.people.lookalikes import is_private

KEPT = "reach"
_FRESH = timedelta(hours=1)
_PAUSE = 0.002
"""Seconds after each stretch: the window's thread goes first."""
_CARD = "remedy-password-card"
_OPENS = frozenset(
    {
        *("remedy-ask-key", "remedy-new-key", "remedy-confirm-key", _CARD),
        *("remedy-record-tls", "remedy-test-portal"),
    }
)
"""What opens a way by itself; other remedies are about this one message."""
_BY_STOP = {
    "no-address": "remedy-address",
    "email-unusable": "remedy-address",
    "no-relay": "remedy-relay",
    "person-no-email": "remedy-call",
    "consent-refused": "remedy-call",
}
"""What helps where a single reason rules out every way; other such reasons are the relay's agreement."""


_Alike = tuple[Kind, Consent, Method | None, datetime | None, bool, str]
_Found = tuple[Method, frozenset[str]]


class Reach:
    """Counts on a lane of its own: nobody who reads or writes waits for it."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def reach(self, session: Session, progress: Progress | None = None) -> ReachShown:
        """What was counted within the hour, unless something was imported since; else counted now.

        Raises Refused `cancelled` where `progress` says stop.
        """
        opened = self._desk.check(session, Action.SHOW_REACH)
        now = self._clock.now()
        shown = opened.database.read(lambda tx: _kept(tx, now))
        counted = shown is None
        if shown is None:
            database = opened.database

            def go_on(done: int, total: int) -> bool:
                return not database.closed and (progress is None or progress(done, total))

            shown = database.read_aside(lambda tx: count_reach(tx, now, go_on))
        answer = shown

        def note(tx: Tx, record: Recorder) -> None:
            if counted:
                settings.put(tx, KEPT, _spelled(answer))
            record(Event(Act.REACH_SHOWN, det={"count": answer.total}))

        self._desk.write(session, Action.SHOW_REACH, note)
        return answer


def forget(tx: Tx) -> None:
    """Something changed for many: the next one who asks has it counted anew."""
    settings.put(tx, KEPT, "")


def count_reach(tx: Tx, now: datetime, go_on: Callable[[int, int], bool]) -> ReachShown:
    """Everybody who is active, decided as for a routine letter. Refused `cancelled`."""
    relay, today = practice_relay(tx), now.date()
    ways: Counter[_Found] = Counter()
    alike: dict[_Alike, _Found] = {}
    done = work = 0
    for total, some in active.stretches(tx):
        for one in gather(tx, some, relay, today).values():
            ways[_way(one, now, alike)] += 1
            work += one.person.kind is Kind.PATIENT and one.domain != "" and not is_private(one.domain)
        done += len(some)
        if not go_on(done, total):
            raise Refused("cancelled")
        time.sleep(_PAUSE)
    counts: Counter[Method] = Counter()
    remedies: Counter[str] = Counter()
    for (way, helps), number in ways.items():
        counts[way] += number
        remedies.update(dict.fromkeys(helps, number))
    best = max(remedies.items(), key=lambda item: (item[1], item[0] == _CARD), default=None)
    return ReachShown(
        total=done,
        counts=dict(counts),
        remedies=dict(remedies),
        best=Reason(f"reach-{best[0].removeprefix('remedy-')}", {"count": best[1]}) if best else None,
        at=now,
        work_addresses=work,
    )


def _way(one: Gathered, now: datetime, alike: dict[_Alike, _Found]) -> _Found:
    """The way to one person and what would help. Those without key and card are decided once for
    all who are alike in everything that their decision rests on: names only stand in its words."""
    person = one.person
    key: _Alike = (
        *(person.kind, person.consent, person.preferred_method, person.plain_wish),
        *(bool(person.email), one.domain),
    )
    plain = not one.keys and one.card is None
    if plain and key in alike:
        return alike[key]
    decision = decide(one.asks(Label.ROUTINE, now))
    found = (decision.method, _helps(decision) if decision.method is Method.NONE else frozenset[str]())
    if plain:
        alike[key] = found
    return found


def _helps(decision: Decision) -> frozenset[str]:
    """The actions of which each by itself would open a way to this person."""
    rungs = frozenset(item.remedy.code for item in decision.rejected if item.remedy is not None)
    return rungs & _OPENS or frozenset({_BY_STOP.get(decision.reasons[0].code, "remedy-relay")})


def _kept(tx: Tx, now: datetime) -> ReachShown | None:
    kept = settings.get(tx, KEPT)
    if not kept:
        return None
    told = json.loads(kept)
    at = datetime.fromisoformat(told["at"])
    if not timedelta(0) <= now - at < _FRESH:
        return None
    best = told["best"]
    return ReachShown(
        total=told["total"],
        counts={Method(name): number for name, number in told["counts"].items()},
        remedies=told["remedies"],
        best=Reason(best["code"], best["params"]) if best else None,
        at=at,
        work_addresses=told["work"],
    )


def _spelled(shown: ReachShown) -> str:
    best = shown.best
    return json.dumps(
        {
            "total": shown.total,
            "counts": {method.value: number for method, number in shown.counts.items()},
            "remedies": shown.remedies,
            "best": {"code": best.code, "params": best.params} if best else None,
            "at": shown.at.isoformat(),
            "work": shown.work_addresses,
        }
    )
