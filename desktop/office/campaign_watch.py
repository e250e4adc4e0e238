"""What a campaign needs while the practice is open: begun at its hour, letters made ahead, ended when done.

Hangs on the dispatcher (before each run and during it, and every few seconds in the background) and
on the watch. Whatever ends in the middle, by a lock, a crash or a power cut, is taken up here again:
everything rests on what is kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from desktop.audit.events import Act, Event
from desktop.audit.fields import Value
from desktop.audit.log import AuditLog
from desktop.campaigns.ledger import is_as_checked
from desktop.campaigns.making import DIFFERS, Making
from desktop.campaigns.running import Runs
from desktop.clock import Clock
from desktop.compliance.freshness import refuse_campaign
from desktop.errors import Refused, SealwellError
from desktop.models import campaignpeople, campaigns
from desktop.models.campaigning import Campaign, CampaignState
from desktop.models.database import Database, Tx
from desktop.models.records import Reason

_LIVE = frozenset({CampaignState.SCHEDULED, CampaignState.RUNNING, CampaignState.PAUSED})
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
        has_gap: Callable[[], bool],
    ) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self.runs = runs
        self.making = making
        self._has_gap = has_gap
        self._one_at_a_time = threading.Lock()
        self.trouble: Reason | None = None
        """Why the last look could not make letters; None after one that could."""

    def look(self) -> None:
        """Begin what is due, make what may be made, end what is done. Blocks while letters are sealed.

        Two at once would do no harm, but seal the same letters twice: whoever comes second goes on.
        """
        if self._has_gap() or not self._database.read(lambda tx: campaigns.in_states(tx, _LIVE)):
            return
        if not self._one_at_a_time.acquire(blocking=False):
            return
        try:
            self._begin_due()
            self._make_some()
            self._database.write(self.runs.settle)
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
    if is_as_checked(tx, one):
        return Reason(DIFFERS)
    try:
        refuse_campaign(tx, now)
    except Refused as error:
        return Reason(error.code, dict(error.params))
    return None
