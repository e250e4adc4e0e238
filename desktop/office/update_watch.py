"""Once a day, where an administrator allowed it: whether there is a newer version of the program.

At no fixed hour, and not at the sign-in after a night, so that neither the server nor who listens on
the way sees a habit of the practice; only where it is seldom open for two hours, it asks as it opens.
On a thread of its own: nobody who is in the window waits for a server.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.errors import SealwellError
from desktop.models.database import Database, Tx
from desktop.office.update_facts import Judge, Kept, failed, keep, kept
from desktop.office.update_tasks import is_settled, settle
from desktop.sync.updates import fetch_list

_A_DAY, _SPREAD = timedelta(hours=20), timedelta(hours=8)
"""The next look is at some time between these after one that was answered."""
_AGAIN = timedelta(hours=2)
"""And so long, or a little more, after one that was not: a portable computer is often without a line."""
_PRESENT = timedelta(minutes=5)
"""Who is there at the moment of a look begins it by then; later it was missed."""
_LATE, _TOO_LATE = timedelta(hours=2), timedelta(days=3)
"""One that was missed waits again, up to the first; but not once nothing was tried for the second."""


class UpdateWatch:
    """One per open practice."""

    def __init__(
        self,
        database: Database,
        audit: AuditLog,
        clock: Clock,
        judge: Judge,
        has_gap: Callable[[], bool] = lambda: False,
        chance: random.Random | None = None,
    ) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._judge = judge
        self._has_gap = has_gap
        self._chance = chance or random.Random()
        self._asking = threading.Lock()

    def look(self) -> None:
        """Cheap; asks the server in the background where that is due."""
        if self._has_gap():
            return
        now = self._clock.now()
        one = self._database.read(kept)
        if not self._database.read(lambda tx: is_settled(tx, self._judge, one, now)):
            self._database.write(lambda tx: settle(tx, self._audit, self._judge, kept(tx), now))
        if self._is_due(one, now) and self._asking.acquire(blocking=False):
            threading.Thread(target=self._ask_behind, name="updates", daemon=True).start()

    def ask(self) -> None:
        """Where it is still due, ask and keep what was heard, or what was wrong with it; blocks."""
        if not self._database.write(lambda tx: self._begins(tx, self._clock.now())):
            return
        try:
            document = fetch_list(self._judge.source)
            self._database.write(lambda tx: self._keep(tx, document, self._clock.now()))
        except SealwellError as error:
            if error.code == "locked":  # closed meanwhile
                raise
            code = error.code
            self._database.write(lambda tx: self._note(tx, code, self._clock.now()))

    def _ask_behind(self) -> None:
        try:
            self.ask()
        except SealwellError as error:
            if error.code != "locked":
                raise
        finally:
            self._asking.release()

    def _is_due(self, one: Kept, now: datetime) -> bool:
        """A moment further ahead than any that is chosen is of a clock that was wrong."""
        if not one.allowed or not self._judge.has_key:
            return False
        return not one.next_at or not now < datetime.fromisoformat(one.next_at) <= now + _A_DAY + _SPREAD

    def _begins(self, tx: Tx, now: datetime) -> bool:
        """Whether to ask; the next look is put off first: a program that is ended meanwhile asks once.

        Of what is kept now: it may be forbidden by this time, or a second program has asked.
        """
        one = kept(tx)
        if not self._is_due(one, now):
            return False
        missed = _was_missed(one, now)
        again = now + _LATE * self._chance.random() if missed else self._later(now, _AGAIN)
        keep(tx, replace(one, next_at=again.isoformat()))
        return not missed

    def _later(self, now: datetime, least: timedelta) -> datetime:
        return now + least + _SPREAD * self._chance.random()

    def _keep(self, tx: Tx, document: bytes, now: datetime) -> None:
        before = kept(tx)
        if not before.allowed:  # forbidden while the server was asked
            return
        after = replace(
            self._judge.heard(document, before, now), next_at=self._later(now, _A_DAY).isoformat()
        )
        if (after.seen, after.problem) != (before.seen, before.problem):
            self._audit.record(tx, Event(Act.UPDATES_CHECKED, det={"program": after.seen}))
        keep(tx, after)
        settle(tx, self._audit, self._judge, after, now)

    def _note(self, tx: Tx, code: str, now: datetime) -> None:
        before = kept(tx)
        if not before.allowed:  # forbidden while the server was asked
            return
        after = failed(before, code, now)
        if before.problem != code:
            self._audit.record(tx, Event(Act.UPDATES_CHECKED, outcome="failed", why=code))
        keep(tx, after)
        settle(tx, self._audit, self._judge, after, now)


def _was_missed(one: Kept, now: datetime) -> bool:
    """Whether nobody was here when it fell due: asking at once would tell when the practice opens."""
    if not one.next_at or not one.tried_at:
        return False
    present = timedelta() <= now - datetime.fromisoformat(one.next_at) <= _PRESENT
    return not present and abs(now - datetime.fromisoformat(one.tried_at)) <= _TOO_LATE
