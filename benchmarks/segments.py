"""Groups of 100,000 people with twenty fields of their own and a million events.

Ours is a rule: read from its kept form, compiled, counted on the reading lane. The anchor is the
same question as a statement written by hand, on the same lane of the same encrypted database.
Then what one changed person costs where ten groups are kept, and a whole group worked out anew.
Both are processor time, whatever else the computer does; beside it stands how long one waits.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

from benchmarks._measure import Table, Target, percentile, scratch, timed, worked
from benchmarks._people import EVERYBODY, NOW, create, new_key
from benchmarks._segments import fill
from desktop.models import rules, segmentrows, users
from desktop.models.accounts import Role, User, UserId
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.rules import Condition, Every, Narrow, Nope, Op, Rule, Some
from desktop.models.segmentrows import Segment
from desktop.models.segments import Basis
from desktop.models.standing import SegmentId

ROUNDS, CHANGES, KEPT = 7, 200, 10
TODAY = NOW.date()
_DAYS = {f"{days}": (TODAY - timedelta(days)).isoformat() for days in (60, 180, 365)}
_WHOLE = "p.merged_into IS NULL AND p.withdrawn_at IS NULL"
_GIVEN = (
    "EXISTS (SELECT 1 FROM consent_state c WHERE c.person = p.id AND c.purpose = 'marketing' "
    "AND c.state = 'given' AND (c.expires IS NULL OR c.expires > '2026-11-21')) "
    "AND NOT EXISTS (SELECT 1 FROM consent_state c WHERE c.person = p.id "
    "AND c.purpose IN ('care', 'marketing') AND c.state = 'refused')"
)
QUESTIONS: dict[str, tuple[Rule, str]] = {
    "flu by age and ZIP": (
        Every(
            (
                Condition("age", Op.AT_LEAST, (65,)),
                Condition("zip", Op.STARTS, ("8021", "8022")),
                Condition("custom.choice1", Op.IS, ("type 1",)),
                Condition("visit.came", Op.NOT_IN_LAST, (180,), Narrow(type="Flu shot")),
                Condition("consent.marketing", Op.IS, ("given",)),
            )
        ),
        (
            "p.birth_date <= '1961-11-21' AND (p.zip LIKE '8021%' OR p.zip LIKE '8022%') "  # noqa: S608 - our own words
            "AND lower(json_extract(p.custom, '$.choice1')) = 'type 1' "
            "AND NOT EXISTS (SELECT 1 FROM appointment a WHERE a.person = p.id "
            f"AND a.start >= '{_DAYS['180']}' AND a.start < '2026-11-22' AND a.status IN ('kept', 'booked') "
            f"AND lower(a.visit_type) = 'flu shot') AND {_GIVEN}"
        ),
    ),
    "missed, answers mail": (
        Every(
            (
                Some((Condition("city", Op.IS, ("Denver",)), Condition("age", Op.AT_MOST, (30,)))),
                Condition("custom.number2", Op.AT_LEAST, (700,)),
                Nope(Condition("custom.yes3", Op.IS, ("yes",))),
                Condition("visit.missed", Op.IN_LAST, (365,)),
                Condition("mail.replied", Op.IN_LAST, (60,)),
            )
        ),
        (
            "(p.city = 'Denver' OR p.birth_date > '1995-11-21') "  # noqa: S608
            "AND json_extract(p.custom, '$.number2') >= 700 "
            "AND coalesce(json_extract(p.custom, '$.yes3'), 0) = 0 "
            "AND EXISTS (SELECT 1 FROM appointment a WHERE a.person = p.id AND a.status = 'missed' "
            f"AND a.start >= '{_DAYS['365']}' AND a.start < '2026-11-22') "
            "AND EXISTS (SELECT 1 FROM event e WHERE e.person = p.id AND e.kind = 'replied' "
            f"AND e.at >= '{_DAYS['60']}')"
        ),
    ),
}


def main(everybody: int = EVERYBODY) -> int:
    table = Table(
        f"groups: {everybody:,} people, twenty fields of their own, {everybody * 10:,} events",
        "the same question in SQL by hand, on the same lane of the same database",
    )
    with scratch() as folder, closing(create(folder / "practice.db", new_key())) as database:
        fill(database, everybody)
        for name, (rule, by_hand) in QUESTIONS.items():
            _counts(table, database, name, rule, by_hand)
        _changes(table, database)
    return table.end()


def _basis(tx: Tx) -> Basis:
    return segmentrows.basis(tx, NOW, TODAY)


def _counts(table: Table, database: Database, name: str, rule: Rule, by_hand: str) -> None:
    """Both in turns; the first of each is not counted, it fills the cache."""
    kept, statement = rules.to_text(rule), f"SELECT count(*) FROM person p WHERE {_WHOLE} AND {by_hand}"  # noqa: S608

    def ours(tx: Tx) -> int:
        return segmentrows.count(tx, rules.from_text(kept), _basis(tx))

    def anchor(tx: Tx) -> int:
        return int(tx.driver.execute(statement).fetchone()[0])

    if database.read(ours) != database.read(anchor):
        raise SystemExit(f"{name}: both must find the same people")
    times: list[list[float]] = [[], []]
    for _ in range(ROUNDS):
        for taken, work in zip(times, (ours, anchor), strict=True):
            taken.append(worked(lambda work=work: database.read(work)) * 1000)  # type: ignore[misc]
    table.line(f"{name}, counted", times[0], unit="ms", target=Target(200, of="figure"))
    table.line(f"{name}, beside SQL by hand", times[0], times[1], unit="ms", target=Target(1.5))


def _changes(table: Table, database: Database) -> None:
    """With ten groups kept: one person changes, and all ten know."""
    ids: list[str] = []

    def keep(tx: Tx) -> None:
        users.add(tx, User(UserId("bench"), "bench", Role.ADMINISTRATOR), "SECRET")
        for number in range(KEPT):
            rule = list(QUESTIONS.values())[number % len(QUESTIONS)][0]
            segmentrows.put(tx, _segment(number, rule), NOW)
        ids.extend(row[0] for row in tx.driver.execute("SELECT id FROM person LIMIT ?", (CHANGES,)))

    database.write(keep)
    stale = database.read(lambda tx: segmentrows.stale(tx, TODAY))
    whole = [_taken(database, _worked_out(one)) for one in stale]
    taken, waited = list[float](), list[float]()
    for who in ids:
        database.write(_moved(who))
        began = time.process_time()
        waited.append(_taken(database, lambda tx: segmentrows.settle(tx, _basis(tx), NOW)))
        taken.append((time.process_time() - began) * 1000)
    target = Target(5, of="figure")
    table.line(f"one person changes, {KEPT} groups, p95", [percentile(taken, 0.95)], unit="ms", target=target)
    table.line("one person changes, median", [percentile(taken, 0.5)], unit="ms")
    table.line("one person changes, as one waits, p95", [percentile(waited, 0.95)], unit="ms")
    table.line("one group worked out anew", whole, unit="ms")
    counted = [timed(lambda: database.read(segmentrows.counts)) * 1000 for _ in range(ROUNDS)]
    table.line(f"the counts of {KEPT} groups", counted, unit="ms")


def _segment(number: int, rule: Rule) -> Segment:
    by = UserId("bench")
    return Segment(SegmentId(new_id()), f"group {number}", rule, False, 1, by, NOW)


def _worked_out(one: SegmentId) -> Callable[[Tx], None]:
    return lambda tx: segmentrows.work_out(tx, one, _basis(tx), NOW)


def _moved(who: str) -> Callable[[Tx], object]:
    return lambda tx: tx.driver.execute("UPDATE person SET city = 'Golden' WHERE id = ?", (who,))


def _taken(database: Database, work: Callable[[Tx], object]) -> float:
    began = time.perf_counter()
    database.write(work)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
