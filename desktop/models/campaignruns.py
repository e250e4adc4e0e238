"""What a campaign that runs has come to: its rows beside the messages that they became.

Of each person one message is live (`message_one_of_a_campaign`): it alone counts, whatever the
ledger's own column names, which follows at the next look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from desktop.frozen import dataclass
from desktop.models import messages
from desktop.models.campaigning import CampaignId
from desktop.models.lanes import Tx
from desktop.models.records import Message, MessageId, Method, PersonId, Reason, State
from desktop.models.tables import person, search_entry
from desktop.models.tables_campaigns import campaign_person
from desktop.models.tables_mail import attempt, message

KIND = "campaign"
_ROW = campaign_person.c
_MINE = and_(
    message.c.kind == KIND,
    message.c.source == _ROW.campaign,
    message.c.person == _ROW.person,
    message.c.superseded == 0,
)
"""The one live message of a row."""
_NEVER_LEFT = (State.CANCELLED.value, State.EXPIRED.value)


@dataclass(frozen=True)
class Ends:
    """`states` of the live messages; `ahead` have none yet; `late` fell out and have none."""

    states: Counter[State]
    ahead: int
    late: int

    @property
    def included(self) -> int:
        return self.states.total() + self.ahead + self.late


def ends(tx: Tx, campaign: CampaignId) -> Ends:
    """Every included row exactly once."""
    fell_out = (_ROW.late_code != "").label("late")
    query = (
        select(message.c.state, fell_out, func.count().label("many"))
        .select_from(campaign_person.outerjoin(message, _MINE))
        .where(_ROW.campaign == campaign, _ROW.included == 1)
        .group_by(message.c.state, fell_out)
    )
    states: Counter[State] = Counter()
    ahead = late = 0
    for row in tx.connection.execute(query):
        if row.state is not None:
            states[State(row.state)] += row.many
        elif row.late:
            late += row.many
        else:
            ahead += row.many
    return Ends(states, ahead, late)


def count_in(tx: Tx, campaign: CampaignId, states: Iterable[State]) -> int:
    """How many live messages stand in these states; as quick after ten thousand as at the first.

    The source is no bare column here, so that SQLite looks for the few by their state, not for all.
    """
    mine = (message.c.kind == KIND, message.c.source + "" == campaign, message.c.superseded == 0)
    query = select(func.count()).select_from(message)
    found = query.where(*mine, message.c.state.in_([state.value for state in states]))
    return tx.connection.execute(found).scalar_one()


def left(tx: Tx) -> dict[CampaignId, int]:
    """How many letters of each campaign the mail service has."""
    query = (
        select(message.c.source, func.count())
        .where(message.c.kind == KIND, message.c.superseded == 0, message.c.state == State.ACCEPTED.value)
        .group_by(message.c.source)
    )
    return {CampaignId(row[0]): row[1] for row in tx.connection.execute(query)}


def by_variant(tx: Tx, campaign: CampaignId) -> dict[str, int]:
    """How many get which wording."""
    query = select(_ROW.variant, func.count()).where(_ROW.campaign == campaign, _ROW.included == 1)
    return {row[0]: row[1] for row in tx.connection.execute(query.group_by(_ROW.variant))}


def late_reasons(tx: Tx, campaign: CampaignId) -> list[tuple[str, int]]:
    """Why rows fell out after the approval, most first."""
    many = func.count().label("many")
    query = select(_ROW.late_code, many).where(_ROW.campaign == campaign, _ROW.late_code != "")
    rows = tx.connection.execute(query.group_by(_ROW.late_code).order_by(many.desc(), _ROW.late_code))
    return [(row.late_code, row.many) for row in rows]


def fallen(tx: Tx, campaign: CampaignId) -> dict[PersonId, str]:
    """Whose message was stopped before it left, with the code of why; those that say so already not."""
    query = _live(select(_ROW.person, message.c.reason)).where(
        _ROW.campaign == campaign, _ROW.late_code == "", message.c.state.in_(_NEVER_LEFT)
    )
    rows = tx.connection.execute(query)
    return {PersonId(row.person): row.reason[0] if row.reason else "unknown" for row in rows}


def returned(tx: Tx, campaign: CampaignId) -> list[PersonId]:
    """Who is said to have fallen out and has a message all the same: somebody sent it again."""
    query = _live(select(_ROW.person)).where(
        _ROW.campaign == campaign, _ROW.late_code != "", message.c.state.not_in(_NEVER_LEFT)
    )
    return [PersonId(who) for who in tx.connection.execute(query).scalars()]


def followed(tx: Tx, campaign: CampaignId) -> dict[PersonId, MessageId]:
    """Whose row names a message that another has taken the place of."""
    query = _live(select(_ROW.person, message.c.id)).where(
        _ROW.campaign == campaign, _ROW.message.is_not(None), _ROW.message != message.c.id
    )
    return {PersonId(row.person): MessageId(row.id) for row in tx.connection.execute(query)}


def live(tx: Tx, campaign: CampaignId, *states: State) -> list[Message]:
    """The live messages in these states, oldest first."""
    query = (
        select(message.c.id)
        .where(
            message.c.kind == KIND,
            message.c.source == campaign,
            message.c.superseded == 0,
            message.c.state.in_([state.value for state in states]),
        )
        .order_by(message.c.queued_at, message.c.id)
    )
    ids = [MessageId(id_) for id_ in tx.connection.execute(query).scalars()]
    found = messages.get_many(tx, ids)
    return [found[id_] for id_ in ids]


def last_tried(tx: Tx, campaign: CampaignId, before: datetime) -> set[MessageId]:
    """Messages of the campaign of which nothing was noted since `before`."""
    query = (
        select(attempt.c.message)
        .join(message, message.c.id == attempt.c.message)
        .where(message.c.kind == KIND, message.c.source == campaign, message.c.superseded == 0)
        .group_by(attempt.c.message)
        .having(func.max(attempt.c.at, type_=attempt.c.at.type) <= before)
    )
    return {MessageId(id_) for id_ in tx.connection.execute(query).scalars()}


def left_since(tx: Tx, campaign: CampaignId, since: datetime) -> int:
    """How many the mail service took since then."""
    query = (
        select(func.count(attempt.c.message.distinct()))
        .join(message, message.c.id == attempt.c.message)
        .where(
            message.c.kind == KIND,
            message.c.source == campaign,
            attempt.c.phase == State.ACCEPTED.value,
            attempt.c.at >= since,
        )
    )
    return tx.connection.execute(query).scalar_one()


@dataclass(frozen=True)
class Compared:
    """One row whose letter is not as it was practised; `made` is its mark now, '' where there is none."""

    person: PersonId
    name: str
    rehearsed: str
    made: str
    method: Method | None
    late: Reason | None


def differing(tx: Tx, campaign: CampaignId, limit: int, offset: int) -> list[Compared]:
    """In the order of names."""
    query = _compared(
        select(
            _ROW.person,
            person.c.first_name,
            person.c.last_name,
            _ROW.rehearsed,
            _ROW.late_code,
            message.c.method,
            _made().label("made"),
        ),
        campaign,
    )
    query = query.join(person, person.c.id == _ROW.person)
    query = query.outerjoin(search_entry, search_entry.c.person == _ROW.person)
    ordered = query.order_by(search_entry.c.rank, _ROW.person).limit(limit).offset(offset)
    return [
        Compared(
            PersonId(row.person),
            f"{row.first_name} {row.last_name}".strip(),
            row.rehearsed,
            row.made or "",
            Method(row.method) if row.method else None,
            Reason(row.late_code) if row.late_code else None,
        )
        for row in tx.connection.execute(ordered)
    ]


def count_differing(tx: Tx, campaign: CampaignId) -> int:
    found: int = tx.connection.execute(_compared(select(func.count()), campaign)).scalar_one()
    return found


def _live(query: Select[Any]) -> Select[Any]:
    return query.select_from(campaign_person.join(message, _MINE))


def _made() -> ColumnElement[str]:
    return func.json_extract(message.c.trace, "$.wording", type_=message.c.sha256.type)


def _compared(query: Select[Any], campaign: CampaignId) -> Select[Any]:
    other = or_(_ROW.late_code != "", and_(message.c.id.is_not(None), _made() != _ROW.rehearsed))
    joined = query.select_from(campaign_person.outerjoin(message, _MINE))
    return joined.where(_ROW.campaign == campaign, _ROW.included == 1, other)
