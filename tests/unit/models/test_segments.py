"""Compiled rules agree with a plain reference on random people and rules; what is no rule is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from desktop.errors import InputError
from desktop.models import customfields, people, segmentrows, segments, users
from desktop.models.accounts import Role, User, UserId
from desktop.models.database import Database, Tx
from desktop.models.delivery import EventKind
from desktop.models.ids import new_id
from desktop.models.records import AppointmentId, PersonId, VisitStatus
from desktop.models.rules import (
    FIELDS,
    OPERATORS,
    Condition,
    Every,
    FieldRule,
    Narrow,
    Nope,
    Op,
    Rule,
    Shape,
    Some,
    check,
    from_text,
    own_field,
    to_text,
)
from desktop.models.segmentone import groups_of
from desktop.models.segmentrows import Segment
from desktop.models.segments import Basis
from desktop.models.standing import CustomField, FieldId, FieldKind, SegmentId, Use
from desktop.models.tables import appointment, person
from desktop.models.tables_mail import event
from desktop.models.tables_people import consent_state, segment_member
from tests.support.kept import a_person
from tests.unit.models.groups_reference import One, Reference

PEOPLE = 60
TODAYS = (date(2026, 11, 21), date(2027, 2, 27), date(2028, 2, 29), date(2026, 12, 31), date(2027, 3, 1))
OWN = (
    CustomField(FieldId("1" * 32), "plan", "Plan", FieldKind.TEXT),
    CustomField(FieldId("2" * 32), "score", "Score", FieldKind.NUMBER),
    CustomField(FieldId("3" * 32), "smoker", "Smoker", FieldKind.YES_NO),
)
LIST, INNER, ASKED = SegmentId("a" * 32), SegmentId("b" * 32), SegmentId("c" * 32)
TYPES, WORDS = ("Check-up", "flu SHOT"), ("Golden", "golden", "Ñandú", "80203", "802", "f", "")


def a_day(pick: Random, today: date) -> date:
    """Near the edges that rules ask about, more often than not."""
    near = pick.choice((0, 1, -1, 30, -30, -90, -91, -365, -366, -730, -731, 7, pick.randrange(-1200, 120)))
    return today + timedelta(near)


def a_one(pick: Random, today: date, now: datetime) -> One:
    born = pick.choice(
        (None, date(1960, 2, 29), today.replace(day=1, year=1980), a_day(pick, date(1990, 6, 1)))
    )
    one = One(born, {name: pick.choice(WORDS) for name in ("sex", "zip", "city", "region")})
    one.texts |= {"language": pick.choice(("en", "es")), "kind": pick.choice(("patient", "professional"))}
    one.texts["status"] = pick.choice(("active", "moved"))
    one.since = pick.choice((None, a_day(pick, today)))
    one.phone, one.address = pick.random() < 0.5, pick.random() < 0.5
    if pick.random() < 0.7:
        one.own = {"plan": pick.choice(("Gold", "gold", "silver"))}
        one.own |= {"score": pick.randrange(-3, 4), "smoker": pick.random() < 0.5}
    for _ in range(pick.randrange(4)):
        start = datetime.combine(a_day(pick, today), datetime.min.time()) + timedelta(
            hours=pick.randrange(24)
        )
        one.visits.append((start, pick.choice(tuple(VisitStatus)).value, pick.choice(TYPES)))
    for use in Use:
        if pick.random() < 0.5:
            expires = pick.choice((None, now, now + timedelta(seconds=1), now - timedelta(days=1)))
            one.consent[use.value] = (pick.choice(("given", "refused", "unknown")), expires)
    for _ in range(pick.randrange(3)):
        at = datetime.combine(a_day(pick, today), datetime.min.time(), UTC) + timedelta(
            hours=pick.randrange(24)
        )
        one.events.append((at, pick.choice(("replied", "bounced"))))
    one.lists = {LIST} if pick.random() < 0.4 else set()
    return one


def store(tx: Tx, one: One) -> str:
    """The same person in the db."""
    made = a_person(
        id=PersonId(new_id()), email=f"{new_id()}@example.com" if one.address else "", external_id=""
    )
    people.insert(tx, made)
    values = {"birth_date": one.born, "since": one.since, "phone": "555" if one.phone else "", **one.texts}
    tx.connection.execute(person.update().where(person.c.id == made.id).values(custom=one.own, **values))
    for start, status, kind in one.visits:
        tx.connection.execute(
            appointment.insert().values(
                id=AppointmentId(new_id()),
                person=made.id,
                start=start,
                zone="UTC",
                start_utc=start.replace(tzinfo=UTC),
                status=status,
                visit_type=kind,
            )
        )
    for use, (state, expires) in one.consent.items():
        row = {"person": made.id, "purpose": use, "state": state, "expires": expires, "entry": 0}
        tx.connection.execute(consent_state.insert().values(row))
    for at, kind in one.events:
        tx.connection.execute(event.insert().values(at=at, kind=kind, source="feed", person=made.id))
    for id_ in one.lists:
        row = {"segment": id_, "person": made.id, "since": datetime(2026, 1, 1, tzinfo=UTC)}
        tx.connection.execute(segment_member.insert().values(row))
    return made.id


def a_condition(pick: Random, today: date) -> Condition:
    asked: list[FieldRule] = [
        one
        for one in (*FIELDS.values(), *map(own_field, OWN))
        if one.name not in ("key", "card", "stopped", "mail.written")
    ]
    field = pick.choice(asked)
    op = pick.choice(OPERATORS[field.shape])
    narrow = field.visits and field.shape is not Shape.WORD and pick.random() < 0.5
    of = Narrow(type=pick.choice(("CHECK-UP", "Flu shot", "none"))) if narrow else Narrow()
    return Condition(field.name, op, _values(pick, field, op, today), of)


def _values(pick: Random, field: FieldRule, op: Op, today: date) -> tuple[Any, ...]:
    days = pick.choice((0, 1, 7, 30, 90, 365, 730, 800))
    if op in (Op.HAS, Op.HAS_NOT, Op.EVER, Op.NEVER):
        return ()
    if op in (Op.IN_LAST, Op.NOT_IN_LAST, Op.IN_NEXT, Op.NOT_IN_NEXT):
        return (days,)
    if op is Op.TIMES:
        return (pick.randrange(1, 3), max(days, 1))
    if field.shape is Shape.GROUP:
        return tuple(pick.sample((LIST, INNER), pick.randrange(1, 3)))
    if field.shape is Shape.NUMBER:
        low = pick.choice((46, 66, 0)) if field.name == "age" else pick.randrange(-3, 4)
        return (low, low + pick.randrange(3)) if op is Op.BETWEEN else (low,)
    if field.shape is Shape.DAY:
        return (a_day(pick, today).isoformat(),)
    if field.shape is Shape.WORD:
        return tuple(pick.sample(field.choices, pick.randrange(1, len(field.choices) + 1)))
    return tuple(pick.sample(("GOLDEN", "802", "gold", "Ñ", "ñandú", "F"), pick.randrange(1, 3)))


def a_rule(pick: Random, today: date, deep: int = 0) -> Rule:
    kind = pick.randrange(6) if deep < 3 else 0
    if kind <= 2:
        return a_condition(pick, today)
    if kind == 3:
        return Nope(a_rule(pick, today, deep + 1))
    parts = tuple(a_rule(pick, today, deep + 1) for _ in range(pick.randrange(4)))
    return Every(parts) if kind == 4 else Some(parts)


@pytest.mark.parametrize("many", [80, pytest.param(3000, marks=pytest.mark.soak)])
@pytest.mark.parametrize("today", TODAYS, ids=str)
def test_a_compiled_rule_agrees_with_the_reference(db: Database, today: date, many: int) -> None:
    pick, now = (
        Random(today.toordinal()),
        datetime.combine(today, datetime.min.time(), UTC) + timedelta(hours=9),
    )
    inner = Some((Condition("age", Op.AT_LEAST, (50,)), Condition("visit.came", Op.EVER)))
    own = {one.name: one for one in OWN}
    basis = Basis(now, today, own, {LIST: None, INNER: inner})
    reference = Reference(now, today, {LIST: None, INNER: inner})

    def fill(tx: Tx) -> dict[str, One]:
        for one in OWN:
            customfields.put(tx, one, now)
        users.add(tx, User(UserId("u"), "ana", Role.ADMINISTRATOR), "SECRET")
        segmentrows.put(tx, Segment(LIST, "By hand", None, False, 1, UserId("u"), now), now)
        return {store(tx, one): one for one in [a_one(pick, today, now) for _ in range(PEOPLE)]}

    known = db.write(fill)
    for _ in range(many):
        rule = a_rule(pick, today)
        check_as_kept(rule, own)
        found = db.read(matching(rule, basis))
        wanted = {id_ for id_, one in known.items() if reference.holds(rule, one)}
        assert found == wanted, to_text(rule)


def matching(rule: Rule, basis: Basis) -> Callable[[Tx], set[str]]:
    """Whom the database finds."""

    def look(tx: Tx) -> set[str]:
        found: set[str] = {row[0] for row in tx.connection.execute(segments.matching(rule, basis))}
        assert segmentrows.count(tx, rule, basis) == len(found)
        for who in list(tx.connection.execute(segments.everybody()).scalars())[:5]:
            asked = replace(basis, groups={**basis.groups, ASKED: rule})
            assert (ASKED in groups_of(tx, asked, PersonId(who))) is (who in found)
        return found

    return look


def check_as_kept(rule: Rule, own: dict[str, CustomField]) -> None:
    """What the generator makes passes the check, and comes back from its text as it was."""
    check(rule, own)
    assert from_text(to_text(rule)) == rule


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"all": {}}',
        '{"field": "age"}',
        '{"field": "age", "is": "near"}',
        '{"field": "age", "is": "is", "values": [null]}',
        '{"field": "age", "is": "is", "values": [true]}',
        '{"field": "age", "is": "has", "more": 1}',
        '{"not": [], "all": []}',
        "{" * 5000,
        '{"not":' * 9 + '{"all": []}' + "}" * 9,
    ],
)
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="group-form"):
        from_text(text)


@pytest.mark.parametrize(
    "one",
    [
        Condition("age", Op.AT_LEAST, (-1,)),
        Condition("age", Op.AT_LEAST, ("1",)),
        Condition("age", Op.BETWEEN, (30, 20)),
        Condition("age", Op.IN_LAST, (3,)),
        Condition("since", Op.BEFORE, ("21.11.2026",)),
        Condition("since", Op.IN_LAST, (40_000,)),
        Condition("stage", Op.IS, ("happy",)),
        Condition("stage", Op.IS),
        Condition("zip", Op.STARTS, ("",)),
        Condition("visit.missed", Op.TIMES, (0, 10)),
        Condition("visit.missed", Op.TIMES, (1, "10")),
        Condition("age", Op.HAS, (), Narrow(type="Check-up")),
        Condition("custom.score", Op.AT_LEAST, (float("nan"),)),
        Condition("custom.score", Op.AT_LEAST, (10**400,)),
    ],
)
def test_a_condition_that_says_nothing_sensible_is_refused(one: Condition) -> None:
    with pytest.raises(InputError, match="group-rule"):
        check(Every((one,)), {field.name: field for field in OWN})


def test_a_rule_is_only_so_big() -> None:
    with pytest.raises(InputError, match="group-rule-big"):
        check(Every((Condition("age", Op.HAS),) * 61), {})
    deep: Rule = Condition("age", Op.HAS)
    for _ in range(7):
        deep = Nope(deep)
    with pytest.raises(InputError, match="group-rule-big"):
        check(deep, {})


def test_every_engagement_event_can_be_asked_about() -> None:
    assert {f"mail.{kind}" for kind in EventKind} <= FIELDS.keys()
