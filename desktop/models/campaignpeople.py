"""The ledger of a campaign: everybody of its group in exactly one row, included or with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, insert, or_, select, update
from sqlalchemy import bindparam as bind

from desktop.frozen import dataclass
from desktop.models import segments
from desktop.models.campaigning import CampaignId, CampaignPerson
from desktop.models.lanes import Tx
from desktop.models.records import MessageId, Method, PersonId, Reason, State
from desktop.models.rows import chunks
from desktop.models.segmentfew import gathering
from desktop.models.segmentrows import Segment
from desktop.models.segments import Basis
from desktop.models.tables import person, search_entry
from desktop.models.tables_campaigns import campaign_person
from desktop.models.tables_mail import message
from desktop.models.tables_people import segment_member

_ROW = campaign_person.c
_NOT_HAD = frozenset({State.FAILED, State.CANCELLED, State.EXPIRED, State.BOUNCED})
"""Ends after which nobody has got a message."""
_WAITS = frozenset({State.QUEUED, State.DEFERRED})
_PERSONAL = ("letter", "auto-answer")
"""What one writes to one; the cap counts what goes to many."""
_ADD = insert(campaign_person)


def members(tx: Tx, group: Segment, at: Basis) -> list[PersonId]:
    """The ids of who belongs now, found by one query. Raises as `segments.matching`."""
    if group.rule is not None:
        found: Select[Any] = segments.matching(group.rule, gathering(tx, group.rule, at))
    else:
        found = select(segment_member.c.person).join(person, person.c.id == segment_member.c.person)
        found = found.where(segment_member.c.segment == group.id, *segments.THERE)
    return [PersonId(who) for who in tx.connection.execute(found).scalars()]


def replace_all(tx: Tx, campaign: CampaignId, rows: Iterable[CampaignPerson]) -> None:
    """The whole ledger anew; of a campaign that has begun the database refuses it."""
    clear(tx, campaign)
    for some in chunks(rows):
        tx.connection.execute(_ADD, [_values(one) for one in some])


def clear(tx: Tx, campaign: CampaignId) -> None:
    """Whoever has a message stays: that cannot be undone."""
    gone = delete(campaign_person).where(_ROW.campaign == campaign, _ROW.message.is_(None))
    tx.connection.execute(gone)


def every(tx: Tx, campaign: CampaignId) -> Iterator[CampaignPerson]:
    """All rows by person, for what covers them all."""
    query = select(campaign_person).where(_ROW.campaign == campaign).order_by(_ROW.person)
    for row in tx.connection.execute(query):
        yield _row(row)


def get_many(tx: Tx, campaign: CampaignId, ids: Iterable[PersonId]) -> dict[PersonId, CampaignPerson]:
    found: dict[PersonId, CampaignPerson] = {}
    for some in chunks(dict.fromkeys(ids)):
        query = select(campaign_person).where(_ROW.campaign == campaign, _ROW.person.in_(some))
        found.update((PersonId(row.person), _row(row)) for row in tx.connection.execute(query))
    return found


# --- looking at it -----------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """Which rows; None and '' stand for all. `text` is the beginning or a part of a name."""

    included: bool | None = None
    reason: str = ""
    method: Method | None = None
    text: str = ""


def page(tx: Tx, campaign: CampaignId, wanted: Wanted, limit: int, offset: int) -> list[CampaignPerson]:
    """In the order of names."""
    query = _joined(select(campaign_person)).where(*_which(campaign, wanted))
    ordered = query.order_by(search_entry.c.rank, _ROW.person).limit(limit).offset(offset)
    return [_row(row) for row in tx.connection.execute(ordered)]


def total(tx: Tx, campaign: CampaignId, wanted: Wanted) -> int:
    query = select(func.count()).select_from(campaign_person)
    if wanted.text:
        query = query.join(person, person.c.id == _ROW.person)
    return tx.connection.execute(query.where(*_which(campaign, wanted))).scalar_one()


def by_reason(tx: Tx, campaign: CampaignId) -> list[tuple[str, int]]:
    """Codes of who is left out with their number, most first."""
    many = func.count().label("many")
    query = select(_ROW.code, many).where(_ROW.campaign == campaign, _ROW.included == 0)
    rows = tx.connection.execute(query.group_by(_ROW.code).order_by(many.desc(), _ROW.code))
    return [(row.code, row.many) for row in rows]


def by_method(tx: Tx, campaign: CampaignId) -> list[tuple[Method, int]]:
    """How many would go which way, most first."""
    many = func.count().label("many")
    query = select(_ROW.method, many).where(_ROW.campaign == campaign, _ROW.method != "", _ROW.included == 1)
    rows = tx.connection.execute(query.group_by(_ROW.method).order_by(many.desc(), _ROW.method))
    return [(Method(row.method), row.many) for row in rows]


def sums(tx: Tx, campaign: CampaignId) -> tuple[int, int]:
    """How many are included and how many left out."""
    query = select(func.coalesce(func.sum(_ROW.included), 0), func.count())
    yes, of = tx.connection.execute(query.where(_ROW.campaign == campaign)).one()
    return yes, of - yes


def included(tx: Tx, campaign: CampaignId) -> list[PersonId]:
    """The ids of who gets it, in the order of names."""
    query = select(_ROW.person).outerjoin(search_entry, search_entry.c.person == _ROW.person)
    mine = query.where(_ROW.campaign == campaign, _ROW.included == 1)
    ordered = mine.order_by(search_entry.c.rank, _ROW.person)
    return [PersonId(who) for who in tx.connection.execute(ordered).scalars()]


def by_name_length(tx: Tx, campaign: CampaignId, *, longest: bool) -> PersonId | None:
    """Of those who get it the one with the longest or the shortest name."""
    length = func.length(person.c.first_name + person.c.last_name)
    return _first(tx, campaign, length.desc() if longest else length)


def odd_name(tx: Tx, campaign: CampaignId) -> PersonId | None:
    """Somebody whose name lacks a part, or holds a digit or a sign."""
    name = person.c.first_name + person.c.last_name
    odd = or_(person.c.first_name == "", person.c.last_name == "", name.op("GLOB")('*[0-9&<>@/"]*'))
    return _first(tx, campaign, person.c.id, odd)


def of_language(tx: Tx, campaign: CampaignId) -> PersonId | None:
    """Somebody who reads the language that fewest of them do; None where all read the same."""
    many = func.count().label("many")
    mine = _ROW.campaign == campaign, _ROW.included == 1
    query = select(person.c.language, many).join(campaign_person, _ROW.person == person.c.id).where(*mine)
    spoken = tx.connection.execute(query.group_by(person.c.language).order_by(many, person.c.language)).all()
    few = spoken[0].language if len(spoken) > 1 else None
    return None if few is None else _first(tx, campaign, person.c.id, person.c.language == few)


def going(tx: Tx, campaign: CampaignId, method: Method) -> PersonId | None:
    """Somebody whose letter goes this way."""
    return _first(tx, campaign, person.c.id, _ROW.method == method.value)


def _first(
    tx: Tx, campaign: CampaignId, order: ColumnElement[Any], *which: ColumnElement[bool]
) -> PersonId | None:
    query = select(_ROW.person).join(person, person.c.id == _ROW.person)
    mine = query.where(_ROW.campaign == campaign, _ROW.included == 1, *which)
    return tx.connection.execute(mine.order_by(order, person.c.id).limit(1)).scalar()


def _joined(query: Select[Any]) -> Select[Any]:
    named = query.join(person, person.c.id == _ROW.person)
    return named.outerjoin(search_entry, search_entry.c.person == _ROW.person)


def _which(campaign: CampaignId, wanted: Wanted) -> list[ColumnElement[bool]]:
    which: list[ColumnElement[bool]] = [_ROW.campaign == campaign]
    if wanted.included is not None:
        which.append(_ROW.included == int(wanted.included))
    if wanted.reason:
        which.append(_ROW.code == wanted.reason)
    if wanted.method is not None:
        which.append(_ROW.method == wanted.method.value)
    if wanted.text:
        whole = func.lower(person.c.first_name + " " + person.c.last_name)
        turned = func.lower(person.c.last_name + " " + person.c.first_name)
        text = wanted.text.lower()
        which.append(or_(whole.contains(text, autoescape=True), turned.contains(text, autoescape=True)))
    return which


# --- what else the gate asks -------------------------------------------------------------


def had(tx: Tx, ids: Iterable[PersonId], campaigns: Iterable[CampaignId]) -> set[PersonId]:
    """Who of them got a letter of one of these campaigns, or still may."""
    before, found = list(campaigns), set[PersonId]()
    if not before:
        return found
    for some in chunks(dict.fromkeys(ids)):
        theirs = _records(tx, some)
        found.update(theirs[who] for who in _written_by(tx, theirs, before, _NOT_HAD))
    return found


def had_before_merge(tx: Tx, ids: Iterable[PersonId], campaign: CampaignId) -> set[PersonId]:
    """Whose letter of this campaign left under another record, which was merged into theirs since.

    What only waits for such a record never leaves: it is nobody's any more.
    """
    found: set[PersonId] = set()
    for some in chunks(dict.fromkeys(ids)):
        others = {who: into for who, into in _records(tx, some).items() if who != into}
        if others:
            found.update(others[who] for who in _written_by(tx, others, [campaign], _NOT_HAD | _WAITS))
    return found


def _records(tx: Tx, some: Sequence[PersonId]) -> dict[PersonId, PersonId]:
    """Each record of theirs, with theirs: their own, and those that were merged into it."""
    query = select(person.c.id, person.c.merged_into).where(person.c.merged_into.in_(some))
    merged = {PersonId(row.id): PersonId(row.merged_into) for row in tx.connection.execute(query)}
    return {**{who: who for who in some}, **merged}


def _written_by(
    tx: Tx, records: Iterable[PersonId], campaigns: Sequence[CampaignId], but: frozenset[State]
) -> set[PersonId]:
    """Of which records a letter of these campaigns stands in any state `but` these."""
    query = select(message.c.person).where(
        message.c.person.in_(list(records)),
        message.c.kind == "campaign",
        message.c.source.in_(campaigns),
        message.c.superseded == 0,
        message.c.state.not_in([state.value for state in but]),
    )
    return {PersonId(who) for who in tx.connection.execute(query).scalars()}


def written_to(tx: Tx, ids: Iterable[PersonId], since: datetime, but: CampaignId) -> dict[PersonId, int]:
    """How many letters to many each has got or still may since then, of all streams `but` one campaign."""
    found: dict[PersonId, int] = {}
    for some in chunks(dict.fromkeys(ids)):
        theirs = _records(tx, some)
        query = (
            select(message.c.person, func.count())
            .where(
                message.c.person.in_(list(theirs)),
                message.c.queued_at >= since,
                message.c.kind.not_in(_PERSONAL),
                message.c.source != but,
                message.c.superseded == 0,
                message.c.state.not_in([state.value for state in _NOT_HAD]),
            )
            .group_by(message.c.person)
        )
        for who, many in tx.connection.execute(query):
            found[theirs[PersonId(who)]] = found.get(theirs[PersonId(who)], 0) + many
    return found


# --- while it runs -----------------------------------------------------------------------


def waiting(tx: Tx, campaign: CampaignId, limit: int) -> list[CampaignPerson]:
    """Included, without a message and still in it: what the run takes next, by person."""
    open_ = (
        _ROW.campaign == campaign,
        _ROW.included == 1,
        _ROW.message.is_(None),
        _ROW.late_code == "",
    )
    query = select(campaign_person).where(*open_).order_by(_ROW.person).limit(limit)
    return [_row(row) for row in tx.connection.execute(query)]


def put_messages(tx: Tx, campaign: CampaignId, made: Mapping[PersonId, MessageId]) -> None:
    """The message of each; a newer one takes the place of the one that it superseded."""
    _put(tx, campaign, "message", made)


def put_late(tx: Tx, campaign: CampaignId, codes: Mapping[PersonId, str]) -> None:
    """Why somebody fell out after the approval."""
    _put(tx, campaign, "late_code", codes)


def _put(tx: Tx, campaign: CampaignId, column: str, values: Mapping[PersonId, str]) -> None:
    there = update(campaign_person).where(_ROW.campaign == campaign, _ROW.person == bind("b_person"))
    changed = there.values({column: bind("b_value")})
    if values:
        rows = [{"b_person": who, "b_value": value} for who, value in values.items()]
        tx.connection.execute(changed, rows)


# --- as it is kept -----------------------------------------------------------------------


def _values(one: CampaignPerson) -> dict[str, Any]:
    return {
        "campaign": one.campaign,
        "person": one.person,
        "included": int(one.included),
        "code": one.reason.code if one.reason else "",
        "params": one.reason.params if one.reason else {},
        "variant": one.variant,
        "method": one.method.value if one.method else "",
        "rehearsed": one.rehearsed,
        "message": one.message,
        "late_code": one.late.code if one.late else "",
    }


def _row(row: Row[Any]) -> CampaignPerson:
    return CampaignPerson(
        campaign=CampaignId(row.campaign),
        person=PersonId(row.person),
        included=bool(row.included),
        reason=Reason(row.code, row.params) if row.code else None,
        variant=row.variant,
        method=Method(row.method) if row.method else None,
        rehearsed=row.rehearsed,
        message=MessageId(row.message) if row.message else None,
        late=Reason(row.late_code) if row.late_code else None,
    )
