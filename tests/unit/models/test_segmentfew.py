"""What few rows tell of is gathered from an index; of many rows each person is asked: the same people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.dialects import sqlite

from desktop.models import people, segmentfew, segmentrows, segments
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.records import AppointmentId, PersonId
from desktop.models.rules import Condition, Every, Nope, Op, Rule
from desktop.models.segments import Basis
from desktop.models.standing import SegmentId
from desktop.models.tables import appointment
from desktop.models.tables_mail import event
from tests.support.kept import a_person

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
INNER = SegmentId("b" * 32)
REPLIED = Condition("mail.replied", Op.IN_LAST, (60,))
MISSED = Condition("visit.missed", Op.IN_LAST, (60,))
QUESTIONS: dict[str, tuple[Rule, str]] = {
    "replied": (REPLIED, "event_by_kind"),
    "missed": (MISSED, "appointment_by_start"),
    "missed, and did not reply": (Every((MISSED, Nope(REPLIED))), "appointment_by_start"),
    "in a group of who replied": (Condition("group", Op.IN, (INNER,)), "event_by_kind"),
}


@pytest.fixture
def filled(db: Database) -> Database:
    """Ten people: the first three replied, the third to the fifth missed a visit; events of nobody too."""

    def fill(tx: Tx) -> None:
        for number in range(10):
            who = PersonId(new_id())
            people.insert(tx, a_person(id=who, email=f"{number}@example.com", external_id=f"{number}"))
            kind = "replied" if number < 3 else "delivered"
            for owner in (who, None):
                row = {"at": NOW - timedelta(number), "kind": kind, "source": "feed", "person": owner}
                tx.connection.execute(event.insert().values(row))
            start = (NOW - timedelta(10)).replace(tzinfo=None)
            tx.connection.execute(
                appointment.insert().values(
                    id=AppointmentId(new_id()),
                    person=who,
                    start=start,
                    zone="UTC",
                    start_utc=start.replace(tzinfo=UTC),
                    status="missed" if 2 <= number < 5 else "kept",
                )
            )

    db.write(fill)
    return db


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_few_rows_tell_of_is_gathered_from_an_index(filled: Database, name: str) -> None:
    rule, index = QUESTIONS[name]
    assert f"COVERING INDEX {index} " in filled.read(lambda tx: _plan(tx, rule))


@pytest.mark.parametrize("name", QUESTIONS)
def test_of_many_rows_each_person_is_asked(
    filled: Database, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule, index = QUESTIONS[name]
    few = filled.read(lambda tx: segmentrows.count(tx, rule, _basis()))
    monkeypatch.setattr(segmentfew, "FEW", 2)
    assert f"INDEX {index} " not in filled.read(lambda tx: _plan(tx, rule))
    assert (
        filled.read(lambda tx: segmentrows.count(tx, rule, _basis())) == few == (2 if " did " in name else 3)
    )


def _basis() -> Basis:
    return Basis(NOW, NOW.date(), groups={INNER: REPLIED})


def _plan(tx: Tx, rule: Rule) -> str:
    query = segments.counted(rule, segmentfew.gathering(tx, rule, _basis()))
    made = query.compile(
        dialect=sqlite.dialect(paramstyle="qmark"), compile_kwargs={"render_postcompile": True}
    )
    values = tuple(made.params[name] for name in made.positiontup or ())
    steps = tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {made}", values)
    return "\n".join(f"{row[3]} " for row in steps)
