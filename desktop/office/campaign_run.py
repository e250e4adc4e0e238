"""Campaigns that run: started, paused, stopped, and how far they are. `RunDoor`, but for opt-outs."""

from __future__ import annotations

from datetime import datetime

from desktop.access.roles import Action, may
from desktop.audit.events import Act, Event
from desktop.campaigns import pacing
from desktop.campaigns.making import scope_of
from desktop.campaigns.rehearsal import OTHER_WORDS, differs
from desktop.clock import Clock
from desktop.compliance.campaign_approval import refuse_start
from desktop.errors import Refused
from desktop.mail.headers import domain_of
from desktop.mail.sender import practice_relay
from desktop.mail.states import IN_FLIGHT, WAITING
from desktop.models import campaignpeople, campaignruns, pauses
from desktop.models.accounts import Session, SessionId
from desktop.models.campaigning import Campaign, CampaignId, CampaignState
from desktop.models.campaignruns import Compared, Ends
from desktop.models.database import Tx
from desktop.models.records import Reason, State
from desktop.office.campaign_lines import HAS_LEDGER, found, group_of, refuse_few, sample_note, user_names
from desktop.office.campaign_watch import why_not_begun
from desktop.office.desk import Desk, Opened, Recorder
from desktop.office.listed import Listed
from desktop.office.posture import Posture, service_of
from desktop.office.values_posture import PostureRequest
from desktop.office.values_running import (
    Difference,
    DifferencesShown,
    LateCount,
    RunCounts,
    RunShown,
    StartRequest,
)
from desktop.sync.posture import is_nobodys

_S = CampaignState
AT_NO_HOUR = "campaign-hours"
_BEGUN = frozenset({_S.RUNNING, _S.PAUSED, _S.DONE, _S.STOPPED})
_LEFT = (State.ACCEPTED,)
_BACK = (State.FAILED, State.BOUNCED, State.COMPLAINED)
_DROPPED = (State.CANCELLED, State.EXPIRED)


class CampaignRuns:
    def __init__(self, desk: Desk, clock: Clock, posture: Posture) -> None:
        self._desk = desk
        self._clock = clock
        self._posture = posture
        self._on_record: set[tuple[SessionId, CampaignId]] = set()
        """Whose looks at which campaign are in the log: who looks on while letters leave looks once."""

    def start_campaign(self, session: Session, request: StartRequest) -> RunShown:
        opened = self._desk.check(session, Action.START_CAMPAIGN)
        tied = self._tied(opened)

        def start(tx: Tx, record: Recorder) -> RunShown:
            one, now = found(tx, request.campaign), self._clock.now()
            if (one.content, one.audience) != (request.content, request.audience):
                raise Refused("campaign-differs")
            if one.state is not _S.APPROVED:
                raise Refused("campaign-not-approved")
            refuse_start(tx, one, now, tied=tied)
            refuse_few(tx, one)
            included, _ = campaignpeople.sums(tx, one.id)
            opened.campaigns.runs.begin(tx, one, started_by=session.user)
            record(Event(Act.CAMPAIGN_STARTED, one.id, det={"included": included, "content": one.content}))
            return self._shown(tx, found(tx, one.id), session)

        shown = self._desk.write(session, Action.START_CAMPAIGN, start)
        return self._going(session, opened, shown)

    def pause_campaign(self, session: Session, campaign: CampaignId) -> RunShown:
        opened = self._desk.check(session, Action.PAUSE_CAMPAIGN)

        def pause(tx: Tx, record: Recorder) -> RunShown:
            if not opened.campaigns.runs.pause(tx, found(tx, campaign), session):
                raise Refused("campaign-not-running")
            record(Event(Act.CAMPAIGN_PAUSED, campaign))
            return self._shown(tx, found(tx, campaign), session)

        shown = self._desk.write(session, Action.PAUSE_CAMPAIGN, pause)
        opened.dispatcher.reconsider()
        return shown

    def resume_campaign(self, session: Session, campaign: CampaignId) -> RunShown:
        opened = self._desk.check(session, Action.PAUSE_CAMPAIGN)

        def resume(tx: Tx, record: Recorder) -> RunShown:
            if not opened.campaigns.runs.resume(tx, found(tx, campaign)):
                raise Refused("campaign-not-paused")
            record(Event(Act.CAMPAIGN_RESUMED, campaign))
            return self._shown(tx, found(tx, campaign), session)

        return self._going(session, opened, self._desk.write(session, Action.PAUSE_CAMPAIGN, resume))

    def stop_campaign(self, session: Session, campaign: CampaignId) -> RunShown:
        opened = self._desk.check(session, Action.PAUSE_CAMPAIGN)

        def stop(tx: Tx, record: Recorder) -> RunShown:
            stopped = opened.campaigns.runs.stop(tx, found(tx, campaign), session)
            if stopped is None:
                raise Refused("campaign-over")
            record(Event(Act.CAMPAIGN_STOPPED, campaign, det={"cancelled": stopped}))
            return self._shown(tx, found(tx, campaign), session)

        shown = self._desk.write(session, Action.PAUSE_CAMPAIGN, stop)
        opened.dispatcher.reconsider()
        return shown

    def campaign_progress(self, session: Session, campaign: CampaignId) -> RunShown:
        look = (session.id, campaign)
        shown = self._desk.read(
            session,
            Action.SHOW_CAMPAIGN,
            lambda tx: self._shown(tx, found(tx, campaign), session),
            lambda _: None if look in self._on_record else Event(Act.CAMPAIGN_SHOWN, campaign),
        )
        self._on_record.add(look)
        return shown

    def list_differences(
        self, session: Session, campaign: CampaignId, limit: int = 100, offset: int = 0
    ) -> DifferencesShown:
        def look(tx: Tx) -> DifferencesShown:
            one = found(tx, campaign)
            group_of(tx, one, session)
            rows = campaignruns.differing(tx, one.id, limit, offset)
            lines = (Difference(row.person, row.name, _why(row), row.method) for row in rows)
            return DifferencesShown(tuple(lines), campaignruns.count_differing(tx, one.id))

        def event(shown: DifferencesShown) -> Listed:
            whose = tuple(row.person for row in shown.rows)
            return Listed(Act.CAMPAIGN_AUDIENCE_SHOWN, whose, {"count": len(whose)}, obj=campaign)

        return self._desk.read(session, Action.SHOW_CAMPAIGN, look, event)

    # --- inside --------------------------------------------------------------------------

    def _going(self, session: Session, opened: Opened, shown: RunShown) -> RunShown:
        """The first letters are made at once: a command may be the only one who works here."""
        if shown.state is not _S.RUNNING:
            return shown
        opened.campaigns.look()
        opened.dispatcher.nudge()
        return opened.database.read(lambda tx: self._shown(tx, found(tx, shown.campaign), session))

    def _tied(self, opened: Opened) -> bool:
        """Whether receivers can tie the practice's mail to its domain: asked of the DNS at each start."""
        relay = opened.database.read(practice_relay)
        if relay is None:
            raise Refused("no-relay")
        domain = domain_of(relay.sender)
        if is_nobodys(domain):
            return True
        request = PostureRequest(domain, service=service_of(relay.host))
        return self._posture.check_posture(request).campaigns

    def _shown(self, tx: Tx, one: Campaign, session: Session) -> RunShown:
        if one.state not in HAS_LEDGER:
            raise Refused("campaign-not-checked")
        now, ends = self._clock.now(), campaignruns.ends(tx, one.id)
        starts, waits = one.schedule.starts, one.state in (_S.APPROVED, _S.SCHEDULED)
        return RunShown(
            campaign=one.id,
            name=one.name,
            state=one.state,
            counts=_counts(ends),
            late=tuple(LateCount(Reason(code), many) for code, many in campaignruns.late_reasons(tx, one.id)),
            started_at=one.started_at,
            started_by=user_names(tx).get(one.started_by, "") if one.started_by else "",
            begins=_opens(tx, one, now) if one.state is _S.RUNNING else starts if waits else None,
            ends=pacing.ends(tx, one, now) if one.state not in (_S.DONE, _S.STOPPED) else None,
            ended_at=one.ended_at,
            ended_why=one.ended_why,
            held=self._held(tx, one, ends),
            differences=campaignruns.count_differing(tx, one.id) if one.state in _BEGUN else 0,
            may=_may(one, session),
            note=sample_note(tx, one),
        )

    def _held(self, tx: Tx, one: Campaign, ends: Ends) -> Reason | None:
        now, starts = self._clock.now(), one.schedule.starts
        opened = self._desk.opened()
        watch, dispatcher = opened.campaigns, opened.dispatcher
        if one.state is _S.SCHEDULED and starts is not None and starts <= now:
            return why_not_begun(tx, one, now)
        if one.state is _S.PAUSED:
            return _held_by_program(tx, one, now)
        if one.state is not _S.RUNNING:
            return None
        held = watch.making.held(tx, one) or watch.trouble
        if held is None and _opens(tx, one, now) is not None:
            return Reason(AT_NO_HOUR)
        waits = any(ends.states[state] for state in WAITING) and not dispatcher.is_running
        return held or (dispatcher.trouble if waits else None)


def _opens(tx: Tx, one: Campaign, now: datetime) -> datetime | None:
    """When letters may leave next, where the hours and days let none leave now."""
    at = pacing.opens(tx, one, now)
    return at if at is not None and at > now else None


def _why(row: Compared) -> Reason:
    return row.late or differs(row.rehearsed, row.made) or Reason(OTHER_WORDS)


def _held_by_program(tx: Tx, one: Campaign, now: datetime) -> Reason | None:
    """Why the program itself holds it until somebody lets it go on; None where a person paused it."""
    pause = pauses.get(tx, scope_of(one.id), now)
    return pause.reason if pause is not None and pause.by is None else None


def _counts(ends: Ends) -> RunCounts:
    def of(*states: State) -> int:
        return sum(ends.states[state] for state in states)

    return RunCounts(
        included=ends.included,
        ahead=ends.ahead,
        waiting=of(*WAITING),
        under_way=of(*IN_FLIGHT),
        left=of(*_LEFT),
        back=of(*_BACK),
        unclear=of(State.UNCERTAIN),
        dropped=ends.late + of(*_DROPPED),
    )


def _may(one: Campaign, session: Session) -> tuple[str, ...]:
    steer = may(session.role, Action.PAUSE_CAMPAIGN)
    can = {
        "start": one.state is _S.APPROVED and may(session.role, Action.START_CAMPAIGN),
        "pause": one.state is _S.RUNNING and steer,
        "resume": one.state is _S.PAUSED and steer,
        "stop": one.state not in (_S.DONE, _S.STOPPED) and steer,
    }
    return tuple(name for name, allowed in can.items() if allowed)
