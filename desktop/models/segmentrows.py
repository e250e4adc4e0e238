"""Groups as they are kept, and who is in them.

Of a rule the people are a cache: it is worked out anew for each day, because ages and times go on,
and in between only for those of whom something has changed (`segment_dirty`, written by triggers).
A list holds who was put into it by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Row,
    Select,
    Text,
    and_,
    bindparam,
    column,
    delete,
    exists,
    func,
    literal,
    null,
    select,
    table,
    type_coerce,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from desktop.frozen import dataclass
from desktop.models import customfields, rules, segments
from desktop.models.accounts import UserId
from desktop.models.lanes import Tx
from desktop.models.records import PersonId
from desktop.models.rows import chunks
from desktop.models.rules import CUSTOM, Condition, Op, Rule
from desktop.models.segmentfew import gathering
from desktop.models.segmentfields import own_index
from desktop.models.segmentone import groups_of
from desktop.models.segments import Basis
from desktop.models.standing import SegmentId
from desktop.models.tables import person, search_entry
from desktop.models.tables_people import segment, segment_dirty, segment_member

RULE, LIST = "rule", "list"
MANY = 2_000
"""Changed people above which every rule is worked out anew, as after an import."""
FEW = 50
"""Changed people up to which each is asked about alone."""
DENSE = 5_000
"""People of a rule above which the first by name are found by walking the list of names."""
_INDEX = "person_own_"
_LIVE = segment.c.retired_at.is_(None)
_COLUMNS = (
    *(one for one in segment.c if one is not segment.c.rule),
    type_coerce(segment.c.rule, Text).label("rule"),
)
_LISTED = select(*_COLUMNS).where(_LIVE).order_by(func.lower(segment.c.name), segment.c.id)
_STALE = (
    select(segment.c.id)
    .where(segment.c.kind == RULE, _LIVE, segment.c.evaluated_on.is_distinct_from(bindparam("today")))
    .order_by(segment.c.id)
)
_CHANGED = select(segment_dirty.c.person).limit(MANY + 1)
_FOUND = table("segment_found", column("person"), schema="temp")


@dataclass(frozen=True)
class Segment:
    """One group; `rule` is None of a list. `evaluated_on` is the day its people are right for."""

    id: SegmentId
    name: str
    rule: Rule | None
    clinical: bool
    version: int
    by: UserId
    changed_at: datetime
    evaluated_on: date | None = None

    @property
    def kind(self) -> str:
        return LIST if self.rule is None else RULE


def _segment(row: Row[Any]) -> Segment:
    return Segment(
        id=SegmentId(row.id),
        name=row.name,
        rule=_rule(row.rule) if row.kind == RULE else None,
        clinical=bool(row.clinical),
        version=row.version,
        by=UserId(row.by),
        changed_at=row.changed_at,
        evaluated_on=row.evaluated_on,
    )


@lru_cache(maxsize=256)
def _rule(text: str) -> Rule:
    """Read once, however often its group is."""
    return rules.from_text(text)


def get(tx: Tx, id_: SegmentId) -> Segment | None:
    """None for one that was retired."""
    row = tx.connection.execute(select(*_COLUMNS).where(segment.c.id == id_, _LIVE)).one_or_none()
    return _segment(row) if row else None


def listing(tx: Tx) -> list[Segment]:
    """By name."""
    return [_segment(row) for row in tx.connection.execute(_LISTED)]


def put(tx: Tx, one: Segment, now: datetime) -> None:
    """Keep it as it is now; who belongs is worked out at the next look."""
    changed = {
        "name": one.name,
        "kind": one.kind,
        "rule": {} if one.rule is None else rules.to_data(one.rule),
        "clinical": int(one.clinical),
        "version": one.version,
        "changed_at": now,
        "evaluated_at": null(),
        "evaluated_on": null(),
    }
    row = insert(segment).values(id=one.id, by=one.by, made_at=now, **changed)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["id"], set_=changed))
    _index_fields(tx)


def check(rule: Rule, at: Basis, id_: SegmentId | None) -> None:
    """Whether it can be kept as `id_`: raises InputError "group-unknown", "group-circle" and as
    `segments.matching`."""
    if id_ is None:
        segments.holds(rule, at)
    else:
        whole = replace(at, groups={**at.groups, id_: rule})
        segments.holds(Condition("group", Op.IN, (id_,)), whole)


def naming(tx: Tx, id_: SegmentId) -> list[Segment]:
    """The groups that name this one, or one that does; those that are named stand before who names them."""
    named = {one.id: rules.groups_in(one.rule) for one in listing(tx) if one.rule is not None}
    reached = {id_}
    while more := {other for other, names in named.items() if names & reached} - reached:
        reached |= more
    kept = {one.id: one for one in listing(tx)}
    rest, ordered = reached - {id_}, list[Segment]()
    while ready := sorted(other for other in rest if not named[other] & rest):
        ordered += [kept[other] for other in ready]
        rest -= set(ready)
    return ordered


def concerned(tx: Tx, id_: SegmentId, *, clinical: bool) -> None:
    """A group that this one names was changed: it is worked out anew."""
    changed = {"clinical": int(clinical), "evaluated_on": None}
    tx.connection.execute(update(segment).where(segment.c.id == id_).values(changed))


def retire(tx: Tx, id_: SegmentId, now: datetime) -> None:
    """Nobody is in it any more."""
    tx.connection.execute(update(segment).where(segment.c.id == id_).values(retired_at=now))
    tx.connection.execute(delete(segment_member).where(segment_member.c.segment == id_))
    _index_fields(tx)


def _index_fields(tx: Tx) -> None:
    """The practice's own fields that kept rules ask about have an index; the others need none."""
    own = {one.name: one for one in customfields.listing(tx, retired=True)}
    asked = {name for one in listing(tx) if one.rule is not None for name in rules.fields_in(one.rule)}
    wanted = {name.removeprefix(CUSTOM) for name in asked if name.startswith(CUSTOM)} & own.keys()
    masters = tx.connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE ?", (f"{_INDEX}%",)
    )
    there = {str(name).removeprefix(_INDEX) for name in masters.scalars()}
    for name in sorted(there - wanted):
        tx.connection.exec_driver_sql(f'DROP INDEX "{_INDEX}{name}"')
    for name in sorted(wanted - there):
        what = own_index(name, own[name].kind)
        words = str(what.compile(compile_kwargs={"literal_binds": True})).replace("person.custom", "custom")
        tx.connection.exec_driver_sql(f'CREATE INDEX "{_INDEX}{name}" ON person ({words})')


# --- what a rule is read against ---------------------------------------------------------


def basis(tx: Tx, now: datetime, today: date) -> Basis:
    """Everything that rules of today may name."""
    own = {one.name: one for one in customfields.listing(tx, retired=True)}
    return Basis(now, today, own, {one.id: one.rule for one in listing(tx)})


def count(tx: Tx, rule: Rule, at: Basis) -> int:
    """How many belong now. Raises as `segments.matching`."""
    return int(tx.connection.execute(segments.counted(rule, gathering(tx, rule, at))).scalar_one())


def everybody(tx: Tx) -> int:
    """How many there are who can be in a group."""
    query = select(func.count()).select_from(segments.everybody().subquery())
    return int(tx.connection.execute(query).scalar_one())


def first(tx: Tx, rule: Rule, at: Basis, many: int, limit: int) -> list[PersonId]:
    """The first by name of the `many` who belong now. Raises as `segments.matching`."""
    at = gathering(tx, rule, at)
    if many > DENSE:
        ordered = (
            select(person.c.id)
            .select_from(search_entry)
            .join(person, person.c.id == search_entry.c.person)
            .where(*segments.THERE, segments.holds(rule, at))
        )
    else:
        found = segments.matching(rule, at).cte("found").prefix_with("MATERIALIZED", dialect="sqlite")
        ordered = select(found.c.id).join(search_entry, search_entry.c.person == found.c.id)
    rows = tx.connection.execute(ordered.order_by(search_entry.c.rank).limit(limit))
    return [PersonId(who) for who in rows.scalars()]


def truths(tx: Tx, parts: list[Rule], at: Basis, who: PersonId) -> list[bool] | None:
    """Of each of `parts` whether it holds for one person; None for whoever is in no group at all.

    Raises as `segments.matching`.
    """
    columns = [segments.holds(part, at).label(f"part{number}") for number, part in enumerate(parts)]
    query = select(person.c.id, *columns).where(*segments.THERE, person.c.id == who)
    row = tx.connection.execute(query).one_or_none()
    return None if row is None else [bool(holds) for holds in row[1:]]


# --- who is in them ----------------------------------------------------------------------


def counts(tx: Tx) -> dict[SegmentId, int]:
    """How many there are in each, as last worked out; groups with nobody are left out."""
    query = (
        select(segment_member.c.segment, func.count())
        .join(person, person.c.id == segment_member.c.person)
        .where(*segments.THERE)
        .group_by(segment_member.c.segment)
    )
    return {SegmentId(id_): many for id_, many in tx.connection.execute(query)}


def members(tx: Tx, id_: SegmentId, limit: int, offset: int = 0) -> list[PersonId]:
    """One page, in the order of names."""
    query = (
        _inside(id_)
        .join(search_entry, search_entry.c.person == segment_member.c.person)
        .order_by(search_entry.c.rank)
    )
    rows = tx.connection.execute(query.limit(limit).offset(offset))
    return [PersonId(who) for who in rows.scalars()]


def is_member(tx: Tx, id_: SegmentId, who: PersonId) -> bool:
    return tx.connection.execute(_inside(id_).where(person.c.id == who)).first() is not None


def _inside(id_: SegmentId) -> Select[str]:
    joined = select(segment_member.c.person).join(person, person.c.id == segment_member.c.person)
    return joined.where(segment_member.c.segment == id_, *segments.THERE)


def add(tx: Tx, id_: SegmentId, people: Iterable[PersonId], now: datetime) -> int:
    """Put those who exist in by hand; answers how many are new there."""
    added = 0
    for some in chunks(people):
        new = select(literal(id_), person.c.id, literal(now, segment_member.c.since.type)).where(
            person.c.id.in_(some), *segments.THERE
        )
        row = insert(segment_member).from_select(["segment", "person", "since"], new)
        added += tx.connection.execute(row.on_conflict_do_nothing()).rowcount
        _mark(tx, some)
    return added


def remove(tx: Tx, id_: SegmentId, people: Iterable[PersonId]) -> int:
    """Take them out again; answers how many were there."""
    gone = 0
    for some in chunks(people):
        there = and_(segment_member.c.segment == id_, segment_member.c.person.in_(some))
        gone += tx.connection.execute(delete(segment_member).where(there)).rowcount
        _mark(tx, some)
    return gone


def _mark(tx: Tx, people: list[PersonId]) -> None:
    """Rules may ask who is in the list."""
    asked = exists().where(segment.c.kind == RULE, _LIVE)
    changed = select(person.c.id).where(person.c.id.in_(people), asked)
    tx.connection.execute(insert(segment_dirty).from_select(["person"], changed).on_conflict_do_nothing())


# --- working out -------------------------------------------------------------------------


def due(tx: Tx, today: date) -> bool:
    """Whether somebody has changed, or a rule was not yet worked out for `today`."""
    changed = tx.connection.execute(select(segment_dirty.c.person).limit(1)).first()
    return changed is not None or bool(stale(tx, today))


def stale(tx: Tx, today: date) -> list[SegmentId]:
    """The rules that were not worked out for `today`."""
    rows = tx.connection.execute(_STALE, {"today": today})
    return [SegmentId(id_) for id_ in rows.scalars()]


def settle(tx: Tx, at: Basis, now: datetime) -> int:
    """Work out anew those of whom something changed; answers how many these were.

    Of very many (an import), every rule is left to `work_out` instead.
    """
    changed = [PersonId(who) for who in tx.connection.execute(_CHANGED).scalars()]
    if len(changed) > MANY:
        tx.connection.execute(update(segment).where(segment.c.kind == RULE).values(evaluated_on=None))
        tx.connection.execute(delete(segment_dirty))
        return len(changed)
    old = set(stale(tx, at.today))
    fresh = {id_: rule for id_, rule in at.groups.items() if rule is not None and id_ not in old}
    if len(changed) <= FEW:
        for who in changed:
            _settle_person(tx, who, fresh, at, now)
    else:
        for id_, rule in fresh.items():
            _settle_one(tx, id_, rule, at, changed, now)
    for some in chunks(changed):
        tx.connection.execute(delete(segment_dirty).where(segment_dirty.c.person.in_(some)))
    return len(changed)


def _settle_person(tx: Tx, who: PersonId, fresh: dict[SegmentId, Rule], at: Basis, now: datetime) -> None:
    query = select(segment_member.c.segment).where(segment_member.c.person == who)
    before = set(tx.connection.execute(query).scalars()) & fresh.keys()
    inside = groups_of(tx, at, who) & fresh.keys()
    for id_ in sorted(inside - before):
        tx.connection.execute(insert(segment_member).values(segment=id_, person=who, since=now))
    for id_ in before - inside:
        gone = and_(segment_member.c.segment == id_, segment_member.c.person == who)
        tx.connection.execute(delete(segment_member).where(gone))


def _settle_one(
    tx: Tx, id_: SegmentId, rule: Rule, at: Basis, changed: list[PersonId], now: datetime
) -> None:
    for some in chunks(changed):
        inside = set(tx.connection.execute(segments.among(rule, at, some)).scalars())
        own = and_(segment_member.c.segment == id_, segment_member.c.person.in_(some))
        before = set(tx.connection.execute(select(segment_member.c.person).where(own)).scalars())
        if before - inside:
            tx.connection.execute(
                delete(segment_member).where(
                    segment_member.c.segment == id_, segment_member.c.person.in_(before - inside)
                )
            )
        for who in sorted(inside - before):
            tx.connection.execute(insert(segment_member).values(segment=id_, person=who, since=now))


def work_out(tx: Tx, id_: SegmentId, at: Basis, now: datetime) -> None:
    """Everybody of one rule anew; who stays keeps the day on which they came in."""
    rule = at.groups.get(id_)
    if rule is None:
        return
    matching = segments.matching(rule, gathering(tx, rule, at))
    found = matching.cte("found").prefix_with("MATERIALIZED", dialect="sqlite")
    tx.connection.exec_driver_sql("CREATE TEMP TABLE IF NOT EXISTS segment_found (person TEXT PRIMARY KEY)")
    tx.connection.exec_driver_sql("DELETE FROM temp.segment_found")
    into = insert(_FOUND).from_select(["person"], select(found.c.id))
    tx.connection.execute(into)
    gone = segment_member.c.person.not_in(select(_FOUND.c.person))
    tx.connection.execute(delete(segment_member).where(segment_member.c.segment == id_, gone))
    new = select(literal(id_), _FOUND.c.person, literal(now, segment_member.c.since.type)).where(
        literal(1) == 1
    )
    tx.connection.execute(
        insert(segment_member).from_select(["segment", "person", "since"], new).on_conflict_do_nothing()
    )
    tx.connection.exec_driver_sql("DROP TABLE temp.segment_found")
    tx.connection.execute(
        update(segment).where(segment.c.id == id_).values(evaluated_at=now, evaluated_on=at.today)
    )
