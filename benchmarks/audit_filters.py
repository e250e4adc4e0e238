"""Filtering and paging the audit log at 1,000,000 records.

Ours is `audit_queries.page` of a hundred records on the reading lane, for the filters that
the window offers, from the newest page and from anywhere in the log. The anchor is the page
of the same size without a filter (`audit.page`), from the same places. What an append costs
is measured by `benchmarks.audit`.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

from benchmarks._audit import SIX_YEARS, START, Log, fill
from benchmarks._measure import Table, Target, percentile, scratch
from benchmarks._people import create, new_key
from desktop.models import audit_queries
from desktop.models.accounts import UserId
from desktop.models.database import Database
from desktop.models.filters import AuditFilter
from desktop.models.records import PersonId

RECORDS = 1_000_000
ROUNDS = 3
EACH = 40
PAGE = 100


def filters(pick: random.Random, log: Log) -> dict[str, Callable[[], AuditFilter]]:
    """What people ask, by kind."""

    def moment() -> datetime:
        return datetime.fromtimestamp(START / 1000, UTC) + timedelta(milliseconds=pick.randrange(SIX_YEARS))

    def day() -> AuditFilter:
        since = moment()
        return AuditFilter(since=since, until=since + timedelta(days=1))

    def year() -> AuditFilter:
        since = moment()
        return AuditFilter(since=since, until=since + timedelta(days=365))

    def user() -> UserId:
        return UserId(pick.choice(log.users))

    return {
        "one day": day,
        "one year": year,
        "one user": lambda: AuditFilter(actor=user()),
        "one user in one year": lambda: AuditFilter(
            since=(since := moment()), until=since + timedelta(days=365), actor=user()
        ),
        "one event": lambda: AuditFilter(acts=("message.queued",)),
        "a rare event": lambda: AuditFilter(acts=("audit.exported",)),
        "five events in one year": lambda: AuditFilter(
            since=(since := moment()),
            until=since + timedelta(days=365),
            acts=("people.shown", "people.changed", "guard.refused", "audit.exported", "audit.viewed"),
        ),
        "user and rare event": lambda: AuditFilter(actor=user(), acts=("audit.exported", "guard.refused")),
        "user and event never together": lambda: AuditFilter(actor=user(), acts=("message.accepted",)),
        "one person": lambda: AuditFilter(person=PersonId(pick.choice(log.persons))),
        "refused": lambda: AuditFilter(outcome="refused"),
        "refused, one user": lambda: AuditFilter(outcome="refused", actor=user()),
        "failed, a user who never fails": lambda: AuditFilter(outcome="failed", actor=user()),
        "done, an event that is always refused": lambda: AuditFilter(outcome="ok", acts=("guard.refused",)),
        "done, one day": lambda: AuditFilter(
            since=(since := moment()), until=since + timedelta(1), outcome="ok"
        ),
        "failed, one month": lambda: AuditFilter(
            since=(since := moment()), until=since + timedelta(days=30), outcome="failed"
        ),
    }


def main(records: int = RECORDS) -> int:
    table = Table(
        f"audit filters: {records:,} records, {ROUNDS} rounds of {EACH} pages of {PAGE} for each filter",
        "the page of the same size without a filter, from the same places",
    )
    log = Log(records)
    with scratch() as folder, closing(create(folder / "with.db", new_key())) as database:
        fill(database, log)
        table.note(f"{(folder / 'with.db').stat().st_size / 1e6:.0f} MB on disk with the card index")
        _paging(table, database, log)
        _counting(table, database, log)
    return table.end()


def _paging(table: Table, database: Database, log: Log) -> None:
    pick = random.Random(7)
    slowest: list[float] = []
    for kind, make in filters(pick, log).items():
        ours: list[list[float]] = []
        anchor: list[list[float]] = []
        for _ in range(ROUNDS):
            ours.append([])
            anchor.append([])
            for number in range(EACH):
                wanted = make()
                before = None if number % 2 == 0 else pick.randrange(1, log.count)
                ours[-1].append(_taken(database, wanted, before))
                anchor[-1].append(_taken(database, AuditFilter(), before))
        slowest.append(max(max(some) for some in ours))
        table.line(
            f"{kind}, p95",
            [percentile(some, 0.95) for some in ours],
            [percentile(some, 0.95) for some in anchor],
            unit="ms",
            target=Target(100, "figure"),
        )
    table.line("the slowest page of all", [max(slowest)], unit="ms")


def _taken(database: Database, wanted: AuditFilter, before: int | None) -> float:
    began = time.perf_counter()
    database.read(lambda tx: audit_queries.page(tx, wanted, before, PAGE))
    return (time.perf_counter() - began) * 1000


def _counting(table: Table, database: Database, log: Log) -> None:
    pick = random.Random(11)
    times = []
    for make in filters(pick, log).values():
        for _ in range(EACH // 4):
            wanted = make()
            began = time.perf_counter()
            database.read(lambda tx, wanted=wanted: audit_queries.count(tx, wanted))  # type: ignore[misc]
            times.append((time.perf_counter() - began) * 1000)
    table.line(
        "counting up to 10,000, p95", [percentile(times, 0.95)], unit="ms", target=Target(100, "figure")
    )


if __name__ == "__main__":
    sys.exit(main(*(int(each) for each in sys.argv[1:])))
