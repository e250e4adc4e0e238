"""A campaign from its start to its end: begun, paused, stopped, and drawn after what became of it.

The outbox is the truth about each message and the pause about whether anything leaves; state and
ledger of the campaign follow them, at each look.
"""

from __future__ import annotations

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.campaigns.making import repeatable, scope_of
from desktop.clock import Clock
from desktop.mail.outbox import Outbox
from desktop.mail.states import IN_FLIGHT, WAITING
from desktop.models import campaignpeople, campaignruns, campaigns, pauses
from desktop.models.accounts import Session
from desktop.models.campaigning import Campaign, CampaignId, CampaignState
from desktop.models.database import Tx
from desktop.models.delivery import Pause
from desktop.models.records import Reason, State

PAUSED, STOPPED = "paused-by-person", "campaign-stopped"
_S = CampaignState
_UNDER_WAY = WAITING | IN_FLIGHT
_ALL = 1_000_000


class Runs:
    """Every method works inside the caller's writing transaction."""

    def __init__(self, clock: Clock, outbox: Outbox, audit: AuditLog) -> None:
        self._clock = clock
        self._outbox = outbox
        self._audit = audit

    def begin(self, tx: Tx, one: Campaign, **also: object) -> CampaignState:
        """From approved or scheduled: it waits for its hour, or runs from now on."""
        now, starts = self._clock.now(), one.schedule.starts
        waits = one.state is _S.APPROVED and starts is not None and starts > now
        to = _S.SCHEDULED if waits else _S.RUNNING
        when = {} if waits else {"started_at": now}
        campaigns.move(tx, one.id, one.state, to, now, **when, **also)
        return to

    def pause(self, tx: Tx, one: Campaign, by: Session) -> bool:
        """False where it does not run."""
        now = self._clock.now()
        if one.state is not _S.RUNNING or not campaigns.move(tx, one.id, one.state, _S.PAUSED, now):
            return False
        if pauses.get(tx, scope_of(one.id), now) is None:
            pauses.put(tx, Pause(scope_of(one.id), Reason(PAUSED), by.user, now))
        return True

    def hold(self, tx: Tx, one: Campaign, why: Reason) -> None:
        """The program itself stops one that runs, until somebody lets it go on."""
        now = self._clock.now()
        if campaigns.move(tx, one.id, _S.RUNNING, _S.PAUSED, now):
            pauses.put(tx, Pause(scope_of(one.id), why, None, now))
            self._audit.record(tx, Event(Act.CAMPAIGN_PAUSED, one.id, why=why.code))

    def resume(self, tx: Tx, one: Campaign) -> bool:
        """False where it is not paused. What the program itself had stopped goes on with it."""
        if one.state is not _S.PAUSED:
            return False
        pauses.end(tx, scope_of(one.id))
        return campaigns.move(tx, one.id, one.state, _S.RUNNING, self._clock.now())

    def stop(self, tx: Tx, one: Campaign, by: Session) -> int | None:
        """What has not left never will; how many messages that were made, None where it is over."""
        now = self._clock.now()
        if one.state in (_S.DONE, _S.STOPPED):
            return None
        if not campaigns.move(tx, one.id, one.state, _S.STOPPED, now, ended_at=now, ended_why=STOPPED):
            return None
        live = campaignruns.live(tx, one.id, *WAITING, State.CLAIMED)
        stopped = sum(self._outbox.cancel(tx, row.id, Reason(STOPPED), by) for row in live)
        pauses.end(tx, scope_of(one.id))
        self._draw_after(tx, one)
        if one.started_at is not None or one.state is _S.SCHEDULED:
            ahead = campaignpeople.waiting(tx, one.id, _ALL)
            campaignpeople.put_late(tx, one.id, {row.person: STOPPED for row in ahead})
        return stopped

    def settle(self, tx: Tx) -> tuple[CampaignId, ...]:
        """Draw every ledger after its messages, pause and resume with the outbox; those that ended now."""
        ended: list[CampaignId] = []
        for one in campaigns.in_states(tx, frozenset({_S.RUNNING, _S.PAUSED})):
            self._draw_after(tx, one)
            if self._end(tx, one):
                ended.append(one.id)
            else:
                self._follow_pause(tx, one)
        return tuple(ended)

    def _draw_after(self, tx: Tx, one: Campaign) -> None:
        campaignpeople.put_messages(tx, one.id, campaignruns.followed(tx, one.id))
        campaignpeople.put_late(tx, one.id, campaignruns.fallen(tx, one.id))
        campaignpeople.put_late(tx, one.id, dict.fromkeys(campaignruns.returned(tx, one.id), ""))

    def _end(self, tx: Tx, one: Campaign) -> bool:
        """Every included row has an end that is known, or is listed as uncertain."""
        ends = campaignruns.ends(tx, one.id)
        if ends.ahead or any(ends.states[state] for state in _UNDER_WAY):
            return False
        if one.schedule.resend_uncertain and repeatable(tx, one):
            return False
        now = self._clock.now()
        campaigns.move(tx, one.id, one.state, _S.DONE, now, ended_at=now)
        pauses.end(tx, scope_of(one.id))
        counts = {
            "accepted": ends.states[State.ACCEPTED],
            "failed": ends.included - ends.states[State.ACCEPTED] - ends.states[State.UNCERTAIN],
            "uncertain": ends.states[State.UNCERTAIN],
        }
        self._audit.record(tx, Event(Act.CAMPAIGN_DONE, one.id, det=counts))
        return True

    def _follow_pause(self, tx: Tx, one: Campaign) -> None:
        """Somebody paused it, or let it go on, in the outbox: the campaign says the same."""
        now = self._clock.now()
        paused = pauses.get(tx, scope_of(one.id), now) is not None
        if paused and one.state is _S.RUNNING:
            campaigns.move(tx, one.id, _S.RUNNING, _S.PAUSED, now)
            self._audit.record(tx, Event(Act.CAMPAIGN_PAUSED, one.id))
        elif not paused and one.state is _S.PAUSED:
            campaigns.move(tx, one.id, _S.PAUSED, _S.RUNNING, now)
            self._audit.record(tx, Event(Act.CAMPAIGN_RESUMED, one.id))
