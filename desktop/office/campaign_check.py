"""Who gets a campaign and who does not: settled, looked through, and each letter looked at beforehand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from desktop.access.fields import visible
from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.campaigns.gate import AuthorizedPerson, Gate, Left
from desktop.campaigns.ledger import Frozen, Progress, freeze
from desktop.campaigns.rehearsal import Script, practise, read_script, with_people
from desktop.campaigns.worst import worst_cases
from desktop.clock import Clock
from desktop.compliance import campaign_approval
from desktop.errors import InputError, Refused
from desktop.models import campaignpeople, campaigns, people, settings
from desktop.models.accounts import Session
from desktop.models.campaigning import Campaign, CampaignId, CampaignPerson, CampaignState
from desktop.models.campaignpeople import Wanted
from desktop.models.campaigns import CHANGEABLE
from desktop.models.database import Tx
from desktop.models.records import Method, Person, PersonId, Reason
from desktop.office.campaign_lines import HAS_LEDGER, found, group_of, missing, rows, shown
from desktop.office.desk import Desk, Recorder
from desktop.office.letter_shown import letter_shown
from desktop.office.listed import Listed
from desktop.office.segments import refresh
from desktop.office.values_campaigns import (
    AudienceQuery,
    AudienceShown,
    CampaignPreview,
    CampaignShown,
    PreviewRequest,
    WorstCase,
)

PAGE = 500


class CampaignChecks:
    """Fulfils the part of `CampaignDoor` that is about people."""

    def __init__(self, desk: Desk, clock: Clock, gate: Gate) -> None:
        self._desk = desk
        self._clock = clock
        self._gate = gate

    def check_campaign(
        self, session: Session, campaign: CampaignId, progress: Progress | None = None
    ) -> CampaignShown:
        opened = self._desk.check(session, Action.CHECK_CAMPAIGN)
        refresh(opened.database, self._clock)
        frozen = opened.database.read_aside(lambda tx: self._frozen(tx, session, campaign, progress))
        if not frozen.rows:
            raise Refused("campaign-empty")

        def keep(tx: Tx, record: Recorder) -> CampaignShown:
            now, one = self._clock.now(), found(tx, campaign)
            if (one.version, one.state) != (frozen.campaign.version, frozen.campaign.state):
                raise InputError("campaign-changed")
            voided = campaign_approval.void(tx, one, now)
            campaignpeople.replace_all(tx, one.id, frozen.rows)
            _to_checked(tx, one, frozen, now)
            if voided:
                record(Event(Act.CAMPAIGN_VOIDED, obj=one.id, det={"approval": voided}))
            det: dict[str, str | int] = {"version": one.version, "content": frozen.content}
            det |= {"included": frozen.included, "excluded": len(frozen.rows) - frozen.included}
            record(Event(Act.CAMPAIGN_CHECKED, obj=one.id, det=det))
            return shown(tx, found(tx, one.id), session, now)

        return self._desk.write(session, Action.CHECK_CAMPAIGN, keep)

    def list_audience(self, session: Session, query: AudienceQuery) -> AudienceShown:
        self._desk.check(session, Action.SHOW_CAMPAIGN)
        wanted = Wanted(query.included, query.reason, query.method, query.text.strip())

        def look(tx: Tx) -> AudienceShown:
            one = found(tx, query.campaign)
            group_of(tx, one, session)
            limit, offset = max(0, min(query.limit, PAGE)), max(query.offset, 0)
            ledger = campaignpeople.page(tx, one.id, wanted, limit, offset)
            known = _people(tx, session, (row.person for row in ledger))
            return AudienceShown(rows(known, ledger), campaignpeople.total(tx, one.id, wanted))

        def note(answer: AudienceShown) -> Listed:
            ids = tuple(row.person for row in answer.rows)
            return Listed(Act.CAMPAIGN_AUDIENCE_SHOWN, ids, {"count": answer.total}, obj=query.campaign)

        return self._desk.read(session, Action.SHOW_CAMPAIGN, look, note)

    def preview_campaign(self, session: Session, request: PreviewRequest) -> CampaignPreview:
        return self._desk.read(
            session,
            Action.SHOW_CAMPAIGN,
            lambda tx: self._previewed(tx, session, request),
            lambda answer: Event(Act.CAMPAIGN_PREVIEWED, obj=request.campaign, det={"person": answer.person}),
        )

    # --- inside --------------------------------------------------------------------------

    def _frozen(self, tx: Tx, session: Session, campaign: CampaignId, progress: Progress | None) -> Frozen:
        one, now = found(tx, campaign), self._clock.now()
        if one.state not in CHANGEABLE:
            raise Refused("campaign-running")
        gone = missing(one, group_of(tx, one, session))
        if gone:
            raise InputError("campaign-not-ready", missing=", ".join(gone))
        today = now.astimezone(settings.zone(tx)).date()
        return freeze(tx, self._gate, one, today, now, progress)

    def _previewed(self, tx: Tx, session: Session, request: PreviewRequest) -> CampaignPreview:
        one, now = found(tx, request.campaign), self._clock.now()
        group_of(tx, one, session)
        if one.state not in HAS_LEDGER:
            raise Refused("campaign-not-checked")
        ids = campaignpeople.included(tx, one.id)
        if not ids:
            raise Refused("campaign-empty")
        place = _place(ids, request)
        row = campaignpeople.get_many(tx, one.id, (ids[place],))[ids[place]]
        script = with_people(tx, read_script(tx, one, now), (row.person,))
        answer = self._gate.ask(tx, self._gate.terms(tx, one), {row.person: row.variant})
        cases = worst_cases(tx, one.id)
        names = _people(tx, session, cases)
        worst = tuple(WorstCase(who, names[who].name, why) for who, why in cases.items() if who in names)
        total = len(ids)
        if answer.left:
            return _without_letter(tx, row, answer.left[0], place + 1, total, worst)
        allowed = answer.audience.people[0]
        return _letter(script, allowed, place + 1, total, worst)


def _to_checked(tx: Tx, one: Campaign, frozen: Frozen, now: datetime) -> None:
    """From wherever it can be checked, by the steps that there are."""
    state = one.state
    if state not in (CampaignState.DRAFT, CampaignState.CHECKED):
        _step(tx, one, state, CampaignState.DRAFT, now)
        state = CampaignState.DRAFT
    hashes = {"content": frozen.content, "audience": frozen.audience}
    fresh = {"approval": None, "approved_at": None, "checked_at": now}
    _step(tx, one, state, CampaignState.CHECKED, now, **hashes, **fresh)


def _step(
    tx: Tx, one: Campaign, frm: CampaignState, to: CampaignState, now: datetime, **also: object
) -> None:
    if not campaigns.move(tx, one.id, frm, to, now, **also):
        raise InputError("campaign-changed")


def _people(tx: Tx, session: Session, ids: Iterable[PersonId]) -> dict[str, Person]:
    """As this role sees them."""
    return {who: visible(one, session.role) for who, one in people.get_many(tx, list(ids)).items()}


def _place(ids: list[PersonId], request: PreviewRequest) -> int:
    """Where the wanted person stands, a step on; at either end it stays."""
    if request.person is None:
        return 0
    if request.person not in ids:
        raise InputError("person-unknown")
    return max(0, min(ids.index(request.person) + request.step, len(ids) - 1))


def _letter(
    script: Script, one: AuthorizedPerson, place: int, total: int, worst: tuple[WorstCase, ...]
) -> CampaignPreview:
    person, decision = one.known.person, one.decision
    made = practise(script, person, decision, one.variant)
    shell = CampaignPreview(
        person=person.id,
        name=person.name,
        place=place,
        total=total,
        language=person.language,
        method=decision.method,
        reasons=decision.reasons,
        variant=one.variant,
        subject="",
        html="",
        text="",
        missing=(),
        worst=worst,
    )
    if isinstance(made, Reason):
        missing_ = (str(made.params["field"]),) if "field" in made.params else ()
        return replace(shell, reason=made, missing=missing_)
    design = script.wordings[one.variant].design(made.language)
    return replace(
        shell,
        language=made.language,
        subject=made.letter.subject,
        html=made.letter.html,
        text=made.letter.text,
        pictures={name: script.pictures[name].data for name in made.letter.pictures},
        letter=letter_shown(design, script.values(person), person.name),
    )


def _without_letter(
    tx: Tx, row: CampaignPerson, left: Left, place: int, total: int, worst: tuple[WorstCase, ...]
) -> CampaignPreview:
    """They would get nothing as things stand now."""
    person = people.get(tx, row.person)
    return CampaignPreview(
        person=row.person,
        name=person.name if person is not None else "",
        place=place,
        total=total,
        language=person.language if person is not None else "",
        method=Method.NONE,
        reasons=(left.reason,),
        variant=row.variant,
        subject="",
        html="",
        text="",
        missing=(),
        worst=worst,
        reason=left.reason,
    )
