"""What a campaign needs while the practice is open: begun at its hour, letters made ahead, ended when done.

Hangs on the dispatcher (before each run and during it, and every few seconds in the background) and
on the watch. Whatever ends in the middle is taken up here again, because everything rests on what is
kept: after a lock by itself, after a power cut once somebody lets it go on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from desktop.audit.events import Act, Event
from desktop.audit.fields import Value
from desktop.audit.log import AuditLog
from desktop.campaigns.making import Making
from desktop.campaigns.running import Runs
from desktop.clock import Clock
from desktop.compliance.campaign_approval import refuse_begin
from desktop.errors import Refused, SealwellError
from desktop.models import campaignpeople, campaigns, settings
from desktop.models.campaigning import Campaign, CampaignState
from desktop.models.database import Database, Tx
from desktop.models.records import Reason
from desktop.office.campaign_cut import RunMark
from desktop.texts import MOMENT, moment_param

_LIVE = frozenset({CampaignState.SCHEDULED, CampaignState.RUNNING, CampaignState.PAUSED})
LATE = timedelta(hours=6)
"""A campaign that begins so long after its hour asks first: nobody was here then."""
_PORTIONS = 4
"""In one look, so that other work beside sending gets its turn."""


class CampaignWatch:
    """`has_gap`: the log has a gap that nobody has explained; then nothing is begun or made."""

    def __init__(
        self,
        database: Database,
        audit: AuditLog,
        clock: Clock,
        runs: Runs,
        making: Making,
        mark: RunMark,
        has_gap: Callable[[], bool],
    ) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self.runs = runs
        self.making = making
        self._mark = mark
        self._has_gap = has_gap
        self._over = False
        self._one_at_a_time = threading.Lock()
        self.trouble: Reason | None = None
        """Why the last look could not make letters; None after one that could."""

    def opened(self) -> None:
        """Before anything can leave: were campaigns cut off where this practice was open last?"""
        if not self._has_gap() and self._database.read(self._mark.was_left):
            self._database.write(self._mark.look)

    def close(self) -> None:
        """No look follows; what runs goes on by itself when the practice is opened again."""
        with self._one_at_a_time, suppress(SealwellError):  # a disk that is gone keeps nothing open
            self._over = True
            self._database.write(self._mark.take_away)

    def look(self) -> None:
        """Begin what is due, make what may be made, end what is done. Blocks while letters are sealed.

        Two at once would do no harm, but seal the same letters twice: whoever comes second goes on.
        """
        if self._has_gap() or not self._database.read(lambda tx: campaigns.in_states(tx, _LIVE)):
            return
        if not self._one_at_a_time.acquire(blocking=False):
            return
        try:
            if not self._over:
                self._begin_due()
                self._database.write(self._mark.look)
                self._make_some()
                self._database.write(self._settle)
        finally:
            self._one_at_a_time.release()

    def _make_some(self) -> None:
        """Trouble with one campaign's letters keeps no reminder back: it is shown, and tried again."""
        try:
            for _ in range(_PORTIONS):
                if not self._make():
                    break
            self.trouble = None
        except SealwellError as error:
            if error.code == "locked":
                raise
            self.trouble = Reason(error.code, dict(error.params))

    def _settle(self, tx: Tx) -> None:
        if self.runs.settle(tx):
            self._mark.look(tx)

    def _begin_due(self) -> None:
        if self._database.read(self._due):
            self._database.write(self._begin)

    def _due(self, tx: Tx) -> list[Campaign]:
        """Whose hour has come, unless something keeps it from beginning; then it waits on."""
        now = self._clock.now()
        waiting = campaigns.in_states(tx, frozenset({CampaignState.SCHEDULED}))
        due = [one for one in waiting if one.schedule.starts is None or one.schedule.starts <= now]
        return [one for one in due if why_not_begun(tx, one, now) is None]

    def _begin(self, tx: Tx) -> None:
        for one in self._due(tx):
            self.runs.begin(tx, one)
            included, _ = campaignpeople.sums(tx, one.id)
            det: dict[str, Value] = {"included": included, "content": one.content}
            self._audit.record(tx, Event(Act.CAMPAIGN_STARTED, one.id, det=det))
            starts = one.schedule.starts
            if starts is not None and starts + LATE < self._clock.now():
                zone = settings.get(tx, "zone") or "UTC"
                late = Reason("campaign-late", {MOMENT: moment_param(starts, zone)})
                self.runs.hold(tx, replace(one, state=CampaignState.RUNNING), late)

    def _make(self) -> int:
        """One portion: read, sealed outside the database, written."""
        portion = self._database.read(self.making.portion)
        if portion is None:
            return 0
        sealed = self.making.seal(portion)
        if self._has_gap():
            return 0
        return self._database.write(lambda tx: self.making.enqueue(tx, sealed))


def why_not_begun(tx: Tx, one: Campaign, now: datetime) -> Reason | None:
    """Why a campaign whose hour has come does not begin."""
    try:
        refuse_begin(tx, one, now)
    except Refused as error:
        return Reason(error.code, dict(error.params))
    return None
