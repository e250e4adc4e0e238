"""Work on duty behind the screen lock: the vault stays open for it, and no longer.

What was approved goes out while the screen is locked (DESIGN.md, "Two locks"). When
nothing is due any more, or a session's longest time has passed since the lock, or the
computer slept, the vault closes, whether or not anybody looks at the lock page.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from desktop.clock import Clock
from desktop.compliance.freshness import freshness
from desktop.models import campaigns, conversations, mailboxes, messages, pauses, sendingrules, settings
from desktop.models.campaigning import CampaignState
from desktop.models.database import Tx
from desktop.models.delivery import EVERYTHING
from desktop.models.records import State
from desktop.office.after_hours import is_quiet
from desktop.office.choices import read_policy
from desktop.office.desk import Opened
from desktop.office.values_entry import DutyState

_WAITING = (State.QUEUED, State.DEFERRED, State.CLAIMED, State.CONNECTING, State.ENVELOPE, State.DATA)

LOOK_EVERY = 1.0
"""Seconds between two looks; the clock is asked each time, because computers sleep."""
SLEPT = 60.0
"""More than this between two looks was no busy computer: it slept, or its clock was set."""


class Watched(Enum):
    AT_WORK = "at-work"
    """Somebody is signed in: the time on duty has not begun."""
    ON_DUTY = "on-duty"
    DONE = "done"
    """There is nothing left to watch."""


class DutyWatch:
    """One thread while a vault is open that nobody may be working with; asked to end by `stop`.

    It outlasts locks: only somebody at work begins the time on duty anew.
    """

    def __init__(self, clock: Clock, longest: int, look: Callable[[bool], Watched]) -> None:
        """`look(late)` closes what is done, or whatever is open when it is late."""
        self._clock = clock
        self._longest = longest
        self._look = look
        self._ended = threading.Event()

        self._began = self._now()

    def start(self) -> None:
        threading.Thread(target=self._watch, name="duty", daemon=True).start()

    def begin_anew(self) -> None:
        """Somebody has just come, however soon they go again."""
        self._began = self._now()

    def stop(self) -> None:
        """It does not look again; not waited for, because it may be the caller."""
        self._ended.set()

    def _watch(self) -> None:
        last = self._began
        while not self._ended.wait(LOOK_EVERY):
            now, began = self._now(), self._began
            gone = max(now[0] - began[0], (now[1] - began[1]).total_seconds())
            watched = self._look(gone > self._longest or slept(last, now))
            last = now
            if watched is Watched.DONE:
                return
            if watched is Watched.AT_WORK:
                self._began = now

    def _now(self) -> tuple[float, datetime]:
        return self._clock.mono(), self._clock.now()


def slept(before: tuple[float, datetime], after: tuple[float, datetime]) -> bool:
    """Between two looks that should be a second apart.

    The monotonic clock stands still in sleep on Linux and macOS; on Windows both go on, and
    only that nobody looked tells.
    """
    mono, wall = after[0] - before[0], (after[1] - before[1]).total_seconds()
    return abs(wall - mono) > SLEPT or (sys.platform == "win32" and mono > SLEPT)


def due(tx: Tx) -> int:
    """Messages that were approved and have no end yet."""
    counts = messages.counts(tx)
    return sum(counts.get(state, 0) for state in _WAITING)


def is_wanted(tx: Tx) -> bool:
    """Whether something goes on that the vault must be open for."""
    if due(tx) > 0 or mailboxes.listing(tx, live=True):
        return True
    return bool(campaigns.in_states(tx, frozenset({CampaignState.RUNNING})))


def goes_on(opened: Opened) -> bool:
    """Whether the open practice is kept open: for a backup that is being made, or what is wanted.

    The backup is asked for first: mail that is read on does not keep it from being made.
    """
    return opened.backups.wanted_at_close() or opened.database.read(is_wanted)


def lasts(opened: Opened, now: datetime) -> bool:
    """As `goes_on`, until closing time; the day that ends there is still put into a backup."""
    if opened.backups.wanted_at_close():
        return True
    return opened.database.read(lambda tx: is_wanted(tx) and not has_closed(tx, now))


def may_stay(opened: Opened) -> bool:
    """Whether it stays open behind the last sign-out: not at all where the practice chose strict."""
    return not opened.database.read(read_policy).strict_lock and goes_on(opened)


def has_closed(tx: Tx, now: datetime) -> bool:
    """Whether a locked practice has closed for the day, by its own clock."""
    closing = sendingrules.get(tx).closing
    zone = ZoneInfo(settings.get(tx, "zone") or "UTC")
    return closing is not None and now.astimezone(zone).time() >= closing


def state(tx: Tx, now: datetime) -> DutyState:
    """What goes on in an open practice."""
    paused = pauses.get(tx, EVERYTHING, now)
    unseen, urgent = conversations.news(tx)
    return DutyState(
        settings.get(tx, "practice-name") or "",
        locked=False,
        vault_open=True,
        due=due(tx),
        reads_mail=bool(mailboxes.listing(tx, live=True)),
        paused=paused.reason.code if paused else "",
        ends_with_window=read_policy(tx).lock_on_close,
        unseen=unseen,
        urgent=urgent,
        quiet=is_quiet(tx, now),
        backup=freshness(tx, now).state,
    )
