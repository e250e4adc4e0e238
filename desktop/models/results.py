"""Counting what came of letters to many, in one pass over a span or over campaigns.

A letter is a row of the outbox that nothing replaced. What somebody sent to themselves to look at is
in `test_send` and counts nowhere. Of each letter its events, visits and delays are looked up by their
indexes; what letters have in common (`Kind`) is all that leaves the database, with counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)

from desktop.models.campaigning import AFTER, CampaignId, CampaignState, VisitAnswer
from desktop.models.columns import Utc
from desktop.models.delivery import EventKind
from desktop.models.lanes import Tx
from desktop.models.outcomes import GOAL_DAYS, Counts, Kind, Measure, Outcome
from desktop.models.records import State, VisitStatus
from desktop.models.tables import appointment
from desktop.models.tables_campaigns import (
    campaign,
    campaign_person,
    reminder_visit,
    reminder_window,
    template,
    test_send,
    visit_answer,
)
from desktop.models.tables_mail import attempt, event, message
from desktop.models.tables_people import segment

_TAKEN = (State.ACCEPTED, State.BOUNCED, State.COMPLAINED)
_OUTCOMES = {
    **dict.fromkeys(_TAKEN, Outcome.ACCEPTED),
    State.CANCELLED: Outcome.HELD,
    State.EXPIRED: Outcome.EXPIRED,
    State.FAILED: Outcome.FAILED,
    State.UNCERTAIN: Outcome.UNCERTAIN,
}
"""Every other state is on its way."""
_BITS = {
    kind: 1 << place
    for place, kind in enumerate(
        (
            *(EventKind.REPLIED, EventKind.CONFIRMED, EventKind.DECLINED, EventKind.UNSUBSCRIBED),
            *(EventKind.COMPLAINED, EventKind.OPENED, EventKind.CLICKED, EventKind.DEFERRED),
        )
    )
}
_MISSED, _KEPT, _YES = 1, 2, 4
_ANYWHERE = -1
_KIND = ("source", "variant", "window", "method", "domain")
Counted = dict[Kind, Counts]


def of_reminders(tx: Tx, starts: Sequence[datetime], until: datetime) -> list[Counted]:
    """Of the reminders queued between each of `starts` and the next, the last of them before `until`."""
    found: list[Counted] = [{} for _ in starts]
    for at, kind, counts in _counted(tx, _reminders(starts, until)):
        found[at][kind] = counts
    return found


def of_days(tx: Tx, starts: Sequence[datetime], until: datetime) -> tuple[Counted, list[Counts]]:
    """All of these reminders by what they have in common, and beside that by day."""
    letters = _once(_reminders(starts, until))
    by_kind: Counted = {}
    by_day = [Counts() for _ in starts]
    for at, kind, counts in _rows(tx, union_all(_summed(letters, *_KIND), _summed(letters, "place"))):
        if at == _ANYWHERE:
            by_kind[kind] = counts
        else:
            by_day[at] = counts
    return by_kind, by_day


def of_campaigns(tx: Tx, many: Sequence[CampaignId]) -> dict[CampaignId, Counted]:
    """Of everybody who gets each of them, written already or not."""
    found: dict[CampaignId, Counted] = {one: {} for one in many}
    if not many:
        return found
    for _, kind, counts in _counted(tx, _campaign_letters(many, _goal_ends(tx, many))):
        found[CampaignId(kind.source)][kind] = counts
    for kind, more in _unwritten(tx, many):
        one = found[CampaignId(kind.source)]
        one[kind] = one.get(kind, Counts()) + more
    return found


def begun(tx: Tx, since: datetime, until: datetime) -> dict[CampaignId, datetime]:
    """The campaigns that began in a span and when, the newest first."""
    at = campaign.c.started_at
    asked = select(campaign.c.id, at).where(at >= since, at < until).order_by(at.desc())
    return {CampaignId(row.id): row.started_at for row in tx.connection.execute(asked)}


def head(tx: Tx, one: CampaignId) -> tuple[str, CampaignState] | None:
    """Its name and where it stands."""
    row = tx.connection.execute(select(campaign.c.name, campaign.c.state).where(campaign.c.id == one)).first()
    return (row.name, CampaignState(row.state)) if row is not None else None


def excluded(tx: Tx, one: CampaignId) -> int:
    """How many of its ledger do not get it."""
    row = campaign_person.c
    counted = select(func.count()).where(row.campaign == one, row.included == 0)
    return tx.connection.scalar(counted) or 0


# --- what the rows of tables are called ---------------------------------------------------------


def templates_of(tx: Tx, campaigns: Sequence[str]) -> dict[tuple[str, str], tuple[str, str, int]]:
    """By campaign and variant: the template, its name and version."""
    found: dict[tuple[str, str], tuple[str, str, int]] = {}
    names = {row.id: row.name for row in tx.connection.execute(select(template.c.id, template.c.name))}
    for row in _campaigns(tx, campaigns):
        found[row.id, ""] = (row.template or "", names.get(row.template, ""), row.template_version)
        for one in row.variants:
            found[row.id, one["name"]] = (one["template"], names.get(one["template"], ""), one["version"])
    return found


def groups_of(tx: Tx, campaigns: Sequence[str]) -> dict[str, tuple[str, str]]:
    """By campaign: the group and its name."""
    names = {row.id: row.name for row in tx.connection.execute(select(segment.c.id, segment.c.name))}
    return {
        row.id: (row.segment, names.get(row.segment, ""))
        for row in _campaigns(tx, campaigns)
        if row.segment is not None
    }


def names_of(tx: Tx, campaigns: Sequence[str]) -> dict[str, str]:
    return {row.id: row.name for row in _campaigns(tx, campaigns)}


def windows(tx: Tx) -> dict[str, tuple[str, int, str, str]]:
    """By window, retired ones too: its kind, its minutes, and the template or code of its words."""
    return {
        row.id: (row.kind, row.minutes, row.name or row.code, row.template or row.code)
        for row in tx.connection.execute(
            select(reminder_window, template.c.name).outerjoin(
                template, template.c.id == reminder_window.c.template
            )
        )
    }


def before(tx: Tx, one: CampaignId) -> CampaignId | None:
    """The last campaign that left before it with the same template, else to the same group."""
    own = tx.connection.execute(select(campaign).where(campaign.c.id == one)).one()
    earlier = campaign.c.started_at < (own.started_at or own.changed_at)
    newest = select(campaign.c.id).where(campaign.c.id != one, earlier)
    for same in (campaign.c.template, campaign.c.segment):
        wanted = own._mapping[same.name]
        if wanted is None:
            continue
        found = tx.connection.scalar(
            newest.where(same == wanted).order_by(campaign.c.started_at.desc()).limit(1)
        )
        if found is not None:
            return CampaignId(found)
    return None


def _campaigns(tx: Tx, ids: Sequence[str]) -> Sequence[Any]:
    return tx.connection.execute(select(campaign).where(campaign.c.id.in_(list(ids)))).all() if ids else ()


# --- the count ------------------------------------------------------------------------------


def _counted(tx: Tx, letters: Select[Any]) -> Iterator[tuple[int, Kind, Counts]]:
    return _rows(tx, _summed(_once(letters), "place", *_KIND))


def _once(letters: Select[Any]) -> CTE:
    """Without MATERIALIZED the engine would look up the same events once for each measure."""
    return letters.cte("letters").prefix_with("MATERIALIZED")


def _rows(tx: Tx, asked: Select[Any] | CompoundSelect[Any]) -> Iterator[tuple[int, Kind, Counts]]:
    behind = 1 + len(_KIND)
    for row in tx.connection.execute(asked):
        yield row[0], Kind(*row[1:behind]), Counts(tuple(row[behind:]))


def _letters(kind: str, which: ColumnElement[bool]) -> Select[Any]:
    """One row for each letter: what it is, and what is known of it as bits."""
    looked_at = exists().where(test_send.c.message == message.c.id)
    told = _bits(event.c.kind, {kind.value: bit for kind, bit in _BITS.items()})
    put_off = or_(
        message.c.state == State.DEFERRED.value,
        exists().where(attempt.c.message == message.c.id, attempt.c.phase == State.DEFERRED.value),
    )
    return select(
        message.c.state,
        message.c.method,
        func.lower(func.substr(message.c.address, func.instr(message.c.address, "@") + 1)).label("domain"),
        select(told).where(event.c.message == message.c.id).scalar_subquery().label("told"),
        case((put_off, 1), else_=0).label("put_off"),
    ).where(message.c.kind == kind, message.c.superseded == 0, which, ~looked_at)


def _reminders(starts: Sequence[datetime], until: datetime) -> Select[Any]:
    """Of letters after a visit its outcome says nothing: it was known when they were written."""
    queued = message.c.queued_at
    within = and_(queued >= starts[0], queued < until)
    between = [(queued < start, at) for at, start in enumerate(starts[1:])]
    place = case(*between, else_=len(starts) - 1) if between else literal(0)
    after = exists().where(
        reminder_window.c.id == message.c.window, reminder_window.c.kind.in_([one.value for one in AFTER])
    )
    return _letters("reminder", within).add_columns(
        literal("").label("source"),
        literal("").label("variant"),
        message.c.window,
        case((after, 0), else_=_visits()).label("visits"),
        place.label("place"),
    )


def _campaign_letters(many: Sequence[CampaignId], ends: Mapping[str, datetime]) -> Select[Any]:
    variant = select(campaign_person.c.variant).where(
        campaign_person.c.campaign == message.c.source, campaign_person.c.person == message.c.person
    )
    return _letters("campaign", message.c.source.in_(list(many))).add_columns(
        message.c.source,
        func.coalesce(variant.scalar_subquery(), "").label("variant"),
        literal("").label("window"),
        (_visits_after(ends) if ends else literal(0)).label("visits"),
        literal(0).label("place"),
    )


def _goal_ends(tx: Tx, many: Sequence[CampaignId]) -> dict[str, datetime]:
    asked = select(campaign.c.id, campaign.c.started_at).where(
        campaign.c.id.in_(list(many)), campaign.c.started_at.is_not(None)
    )
    return {row.id: row.started_at + timedelta(days=GOAL_DAYS) for row in tx.connection.execute(asked)}


def _visits_after(ends: Mapping[str, datetime]) -> ColumnElement[int]:
    """What became of the person's visits after the letter: that they came once is enough."""
    end = case(
        *((message.c.source == one, literal(at, Utc)) for one, at in ends.items()), else_=message.c.queued_at
    )
    became = func.max(case((appointment.c.status == VisitStatus.KEPT.value, _KEPT), else_=_MISSED))
    found = select(func.coalesce(became, 0)).where(
        appointment.c.person == message.c.person,
        appointment.c.status.in_([VisitStatus.KEPT.value, VisitStatus.MISSED.value]),
        appointment.c.start_utc > message.c.queued_at,
        appointment.c.start_utc < end,
    )
    return found.scalar_subquery()


def _visits() -> ColumnElement[int]:
    """What became of the visits that a reminder is about, as far as they are still at that time."""
    became = _bits(appointment.c.status, {VisitStatus.MISSED.value: _MISSED, VisitStatus.KEPT.value: _KEPT})
    said_yes = case((visit_answer.c.answer == VisitAnswer.CONFIRMED.value, _YES), else_=0)
    found = (
        select(became + func.coalesce(func.max(said_yes), 0))
        .select_from(reminder_visit)
        .join(
            appointment,
            and_(
                appointment.c.id == reminder_visit.c.appointment,
                appointment.c.occurrence == reminder_visit.c.occurrence,
            ),
        )
        .outerjoin(
            visit_answer,
            and_(
                visit_answer.c.appointment == reminder_visit.c.appointment,
                visit_answer.c.occurrence == reminder_visit.c.occurrence,
                visit_answer.c.message == reminder_visit.c.message,
            ),
        )
        .where(reminder_visit.c.message == message.c.id)
    )
    return found.scalar_subquery()


def _bits(column: ColumnElement[str], bits: Mapping[str, int]) -> ColumnElement[int]:
    """One number for all the values that stand in `column`: their bits, each once."""
    any_of = (func.max(case((column == value, bit), else_=0)) for value, bit in bits.items())
    return func.coalesce(sum(any_of, literal(0)), 0)


def _summed(letters: CTE, *by: str) -> Select[Any]:
    """The place, then in the order of `Kind`, then of `Counts`; of what it is not by, nothing."""
    of = letters.c
    taken = of.state.in_([one.value for one in _TAKEN])
    arrived = and_(taken, of.state != State.BOUNCED.value)

    def said(*kinds: EventKind) -> ColumnElement[bool]:
        return of.told.op("&")(sum(_BITS[kind] for kind in kinds)) > 0

    confirmed = or_(said(EventKind.CONFIRMED), of.visits.op("&")(_YES) > 0)
    missed = of.visits.op("&")(_MISSED) > 0
    over = of.visits.op("&")(_MISSED | _KEPT) > 0
    complained = or_(of.state == State.COMPLAINED.value, said(EventKind.COMPLAINED))
    measured: dict[Measure, ColumnElement[bool]] = {
        Measure.ACCEPTED: taken,
        Measure.DEFERRED: or_(of.put_off == 1, said(EventKind.DEFERRED)),
        Measure.BOUNCED: of.state == State.BOUNCED.value,
        Measure.ARRIVED: arrived,
        Measure.OPENED: and_(arrived, said(EventKind.OPENED, EventKind.CLICKED)),
        Measure.CLICKED: and_(arrived, said(EventKind.CLICKED)),
        Measure.ANSWERED: and_(arrived, or_(confirmed, said(EventKind.REPLIED, EventKind.DECLINED))),
        Measure.CONFIRMED: and_(arrived, confirmed),
        Measure.UNSUBSCRIBED: and_(arrived, said(EventKind.UNSUBSCRIBED)),
        Measure.COMPLAINED: and_(arrived, complained),
        Measure.VISITS: over,
        Measure.KEPT: and_(over, ~missed),
        Measure.MISSED: missed,
    }
    places: dict[Outcome, ColumnElement[bool]] = {
        outcome: of.state.in_([state.value for state, where in _OUTCOMES.items() if where is outcome])
        for outcome in Outcome
    }
    places[Outcome.WAITING] = ~of.state.in_([state.value for state in _OUTCOMES])
    true = (
        *(measured[one] for one in Measure if one is not Measure.PLANNED),
        *(places[one] for one in Outcome),
    )
    nothing: dict[str, ColumnElement[Any]] = {"place": literal(_ANYWHERE)}
    nothing |= {name: literal("") for name in _KIND}
    keys = ((of[name] if name in by else none).label(name) for name, none in nothing.items())
    counts = [func.count(), *(func.sum(case((one, 1), else_=0)) for one in true)]
    numbers = (one.label(f"n{at}") for at, one in enumerate(counts))
    return select(*keys, *numbers).group_by(*(of[name] for name in by))


def _unwritten(tx: Tx, many: Sequence[CampaignId]) -> Iterator[tuple[Kind, Counts]]:
    """People of the ledgers who get it and whose letter is not in the outbox: not yet, or no more."""
    row = campaign_person.c
    written = exists().where(
        message.c.kind == "campaign",
        message.c.superseded == 0,
        message.c.source == row.campaign,
        message.c.person == row.person,
    )
    fell_out = case((row.late_code != "", 1), else_=0).label("fell_out")
    asked = (
        select(row.campaign, row.variant, row.method, fell_out, func.count().label("letters"))
        .where(row.campaign.in_(list(many)), row.included == 1, ~written)
        .group_by(row.campaign, row.variant, row.method, fell_out)
    )
    for line in tx.connection.execute(asked):
        where = Outcome.HELD if line.fell_out else Outcome.WAITING
        counts = Counts.made({Measure.PLANNED: line.letters}, {where: line.letters})
        yield Kind(line.campaign, line.variant, "", line.method), counts
