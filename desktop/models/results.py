"""Counting what came of letters to many, in one pass over a span or a campaign.

A letter is a row of the outbox that nothing replaced. What somebody sent to themselves to look at is
in `test_send` and counts nowhere. Of each letter its events, visits and delays are looked up by their
indexes; what letters have in common (`Kind`) is all that leaves the database, with counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, exists, func, literal, or_, select

from desktop.models.campaigning import CampaignId, CampaignState, VisitAnswer
from desktop.models.delivery import EventKind
from desktop.models.lanes import Tx
from desktop.models.outcomes import Counts, Kind, Measure, Outcome, Sort
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

_KINDS = {Sort.REMINDERS: "reminder", Sort.CAMPAIGNS: "campaign"}
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
_KIND = ("source", "variant", "window", "method", "domain")


def in_span(tx: Tx, sort: Sort, since: datetime, until: datetime) -> dict[Kind, Counts]:
    """Of the letters that were queued from `since` on and before `until`."""
    return _counted(tx, sort, and_(message.c.queued_at >= since, message.c.queued_at < until))


def of_campaign(tx: Tx, one: CampaignId) -> dict[Kind, Counts]:
    """Of everybody who gets it, written already or not."""
    written = _counted(tx, Sort.CAMPAIGNS, message.c.source == one)
    for kind, more in _unwritten(tx, one).items():
        written[kind] = written.get(kind, Counts()) + more
    return written


def head(tx: Tx, one: CampaignId) -> tuple[str, CampaignState] | None:
    """Its name and where it stands."""
    row = tx.connection.execute(select(campaign.c.name, campaign.c.state).where(campaign.c.id == one)).first()
    return (row.name, CampaignState(row.state)) if row is not None else None


def excluded(tx: Tx, one: CampaignId) -> tuple[int, int]:
    """How many of its ledger do not get it, and how many there are."""
    counted = select(func.count(), func.coalesce(func.sum(1 - campaign_person.c.included), 0))
    everybody, left_out = tx.connection.execute(counted.where(campaign_person.c.campaign == one)).one()
    return int(left_out), int(everybody)


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


def _counted(tx: Tx, sort: Sort, which: ColumnElement[bool]) -> dict[Kind, Counts]:
    rows = tx.connection.execute(_summed(_letters(sort, which)))
    return {_kind(row._mapping): _counts(row._mapping) for row in rows}


def _letters(sort: Sort, which: ColumnElement[bool]) -> Subquery:
    """One row for each letter: what it is, and what is known of it as bits."""
    looked_at = exists().where(test_send.c.message == message.c.id)
    told = _bits(event.c.kind, {kind.value: bit for kind, bit in _BITS.items()})
    put_off = or_(
        message.c.state == State.DEFERRED.value,
        exists().where(attempt.c.message == message.c.id, attempt.c.phase == State.DEFERRED.value),
    )
    letters: Select[Any] = select(
        message.c.state,
        message.c.method,
        func.lower(func.substr(message.c.address, func.instr(message.c.address, "@") + 1)).label("domain"),
        select(told).where(event.c.message == message.c.id).scalar_subquery().label("told"),
        case((put_off, 1), else_=0).label("put_off"),
    ).where(message.c.kind == _KINDS[sort], message.c.superseded == 0, which, ~looked_at)
    if sort is Sort.REMINDERS:
        nothing = literal("")
        letters = letters.add_columns(
            nothing.label("source"),
            nothing.label("variant"),
            message.c.window,
            _visits().label("visits"),
        )
    else:
        variant = select(campaign_person.c.variant).where(
            campaign_person.c.campaign == message.c.source, campaign_person.c.person == message.c.person
        )
        letters = letters.add_columns(
            message.c.source,
            func.coalesce(variant.scalar_subquery(), "").label("variant"),
            literal("").label("window"),
            literal(0).label("visits"),
        )
    return letters.subquery("letters")


def _visits() -> Any:
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
    return func.coalesce(func.sum(case(bits, value=column, else_=0).distinct()), 0)


def _summed(letters: Subquery) -> Select[Any]:
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
    counted = [func.sum(case((true, 1), else_=0)).label(one.value) for one, true in measured.items()]
    states = [
        func.sum(case((of.state == one.value, 1), else_=0)).label(f"state_{one.value}") for one in _OUTCOMES
    ]
    kinds = [of[name] for name in _KIND]
    return select(*kinds, func.count().label(Measure.PLANNED.value), *counted, *states).group_by(*kinds)


def _kind(row: Mapping[Any, Any]) -> Kind:
    return Kind(**{name: row[name] for name in _KIND})


def _counts(row: Mapping[Any, Any]) -> Counts:
    ended = {state: int(row[f"state_{state.value}"]) for state in _OUTCOMES}
    at = {
        outcome: sum(count for state, count in ended.items() if _OUTCOMES[state] is outcome)
        for outcome in Outcome
    }
    at[Outcome.WAITING] = int(row[Measure.PLANNED.value]) - sum(ended.values())
    return Counts({one: int(row[one.value]) for one in Measure}, at)


def _unwritten(tx: Tx, one: CampaignId) -> dict[Kind, Counts]:
    """People of the ledger who get it and whose letter is not in the outbox: not yet, or no more."""
    row = campaign_person.c
    written = exists().where(
        message.c.kind == _KINDS[Sort.CAMPAIGNS],
        message.c.superseded == 0,
        message.c.source == one,
        message.c.person == row.person,
    )
    fell_out = case((row.late_code != "", 1), else_=0).label("fell_out")
    asked = (
        select(row.variant, row.method, fell_out, func.count().label("count"))
        .where(row.campaign == one, row.included == 1, ~written)
        .group_by(row.variant, row.method, fell_out)
    )
    found: dict[Kind, Counts] = {}
    for line in tx.connection.execute(asked):
        kind = Kind(one, line.variant, "", line.method)
        where = Outcome.HELD if line.fell_out else Outcome.WAITING
        count = Counts({Measure.PLANNED: line._mapping["count"]}, {where: line._mapping["count"]})
        found[kind] = found.get(kind, Counts()) + count
    return found
