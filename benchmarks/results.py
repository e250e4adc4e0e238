"""Reports over 100,000 letters of twelve months: what the page asks first, a year, campaigns, one of them.

Ours is a use case through the door: counted, small groups left out, compared with the one before, its
record written. The anchor is SQL by hand on the same lane of the same encrypted database: of the same
letters the states, the events and the outcomes of the visits, nothing else. Both are processor time,
whatever else the computer does. `dev.py bench results [letters]`.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import insert

from benchmarks._measure import Table, Target, scratch, worked
from benchmarks._office import BenchPractice, LaterClock
from desktop.models import people
from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId
from desktop.models.columns import utc_text
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.outcomes import Sort, Span
from desktop.models.tables import appointment
from desktop.models.tables_campaigns import campaign_person, reminder_visit
from desktop.models.tables_mail import attempt, event, message
from desktop.office.api import Office
from desktop.office.values_results import ResultsQuery
from tests.made_staff import desk_of
from tests.support import histories
from tests.support.kept import a_person

LETTERS, PEOPLE, CAMPAIGNS, ROUNDS = 100_000, 5_000, 10, 7
DOMAINS = (
    "gmail.com",
    "yahoo.com",
    "hotmail.com",
    "icloud.com",
    *(f"clinic{at}.example" for at in range(60)),
)
STATES = ("accepted",) * 94 + ("bounced",) * 3 + ("failed", "deferred", "queued")
EVENTS = ("replied", "confirmed", "confirmed", "confirmed", "opened", "unsubscribed")
_OF = "message m JOIN"
FIRST_LOOK = Target(300, of="figure")


def main(letters: int = LETTERS) -> int:
    table = Table(
        f"results: {letters:,} letters of twelve months, one in five of {CAMPAIGNS} campaigns",
        "SQL by hand: states, events and visits of the same letters",
    )
    with scratch() as folder:
        practice = BenchPractice(folder / "practice", LaterClock())
        practice.make()
        session = practice.enter().session
        database = desk_of(practice.office).opened().database
        now = practice.clock.now()
        campaigns = database.write(lambda tx: _fill(tx, session, now, letters))
        for name, look, which, target in _looks(practice.office, session, now, campaigns):
            by_hand = partial(database.read, partial(_by_hand, which=which))
            rounds = [(1000 * worked(look), 1000 * worked(by_hand)) for _ in range(ROUNDS)]
            ours, anchor = zip(*rounds, strict=True)
            table.line(name, ours, anchor, unit="ms", target=target)
        practice.office.close()
    return table.end()


def _looks(
    office: Office, session: Session, now: datetime, campaigns: list[str]
) -> list[tuple[str, Callable[[], object], str, Target | None]]:
    def span(sort: Sort, length: Span, back: int) -> Callable[[], object]:
        return lambda: office.show_results(session, ResultsQuery(sort, length, back))

    month = (now.replace(day=1) - timedelta(days=1)).replace(day=1)
    between = f"m.queued_at >= '{utc_text(month)}' AND m.queued_at < '{utc_text(now.replace(day=1))}'"
    everything = f"m.queued_at >= '{utc_text(now - timedelta(days=366))}'"
    one = f"m.kind = 'campaign' AND m.superseded = 0 AND m.source = '{campaigns[0]}'"
    all_ = f"m.kind = 'campaign' AND m.superseded = 0 AND m.source IN ({', '.join(map(repr, campaigns))})"
    reminders = "m.kind = 'reminder' AND "
    return [
        (
            "first look: a month's reminders",
            span(Sort.REMINDERS, Span.MONTH, 1),
            reminders + between,
            FIRST_LOOK,
        ),
        ("a year's reminders", span(Sort.REMINDERS, Span.YEAR, 0), reminders + everything, None),
        ("a year's campaigns", span(Sort.CAMPAIGNS, Span.YEAR, 0), all_, None),
        (
            "one campaign",
            lambda: office.show_campaign_results(session, CampaignId(campaigns[0])),
            one,
            FIRST_LOOK,
        ),
    ]


def _by_hand(tx: Tx, which: str) -> None:
    states = f"SELECT m.state, m.method, count(*) FROM message m WHERE {which} GROUP BY 1, 2"  # noqa: S608 - our own words
    events = (
        f"SELECT e.kind, count(DISTINCT e.message) FROM {_OF} event e ON e.message = m.id "  # noqa: S608
        f"WHERE {which} GROUP BY 1"
    )
    visits = (
        f"SELECT a.status, count(*) FROM {_OF} reminder_visit r ON r.message = m.id "  # noqa: S608
        f"JOIN appointment a ON a.id = r.appointment WHERE {which} GROUP BY 1"
    )
    for asked in (states, events, visits):
        tx.connection.exec_driver_sql(asked).all()


def _fill(tx: Tx, session: Session, now: datetime, letters: int) -> list[str]:
    rng = random.Random(20261122)
    everybody = [a_person(email=f"p{at}@{rng.choice(DOMAINS)}") for at in range(PEOPLE)]
    for person in everybody:
        people.insert(tx, person)
    rows: dict[Any, list[dict[str, Any]]] = {
        table: [] for table in (message, event, attempt, appointment, reminder_visit, campaign_person)
    }
    begun = [now - timedelta(days=30 * at + 5) for at in reversed(range(CAMPAIGNS))]
    campaigns = [
        histories.a_campaign(tx, f"Campaign {at}", by=session.user, started_at=when, template=None)
        for at, when in enumerate(begun)
    ]
    each = letters // 5 // CAMPAIGNS
    for campaign, when in zip(campaigns, begun, strict=True):
        for person in rng.sample(everybody, min(each, PEOPLE)):
            id_ = _letter(
                rows, rng, "campaign", campaign, person, when + timedelta(minutes=rng.randrange(600))
            )
            row = {"campaign": campaign, "person": person.id, "included": 1, "message": id_}
            rows[campaign_person].append(row)
    for back in sorted(
        (rng.randrange(365 * 24 * 60) for _ in range(letters - each * CAMPAIGNS)), reverse=True
    ):
        at = now - timedelta(minutes=back)
        person = rng.choice(everybody)
        id_, visit = _letter(rows, rng, "reminder", new_id(), person, at), new_id()
        rows[appointment].append(_visit(rng, visit, person.id, at + timedelta(days=1)))
        rows[reminder_visit].append(
            {"message": id_, "appointment": visit, "occurrence": 0, "window": "day-before"}
        )
    for table, made in rows.items():
        tx.connection.execute(insert(table), made)
    return campaigns


def _letter(
    rows: dict[Any, list[dict[str, Any]]],
    rng: random.Random,
    kind: str,
    source: str,
    person: Any,
    at: datetime,
) -> str:
    id_, state = new_id(), rng.choice(STATES)
    reminder = kind == "reminder"
    row = {"id": id_, "kind": kind, "source": source, "person": person.id, "address": person.email}
    row |= {"method": rng.choice(("tls", "tls", "envelope", "openpgp")), "state": state, "label": "routine"}
    row |= {"window": "day-before" if reminder else "", "message_id": f"<{id_}@bench.example>"}
    row |= {"sha256": "", "decision_hash": "", "trace": "{}", "reasons": [], "superseded": 0}
    rows[message].append({**row, "queued_at": at, "not_before": at})
    rows[attempt].append({"message": id_, "at": at, "phase": state})
    if rng.random() < 0.4:
        told = {"at": at, "source": "feed", "message": id_, "person": person.id, "details": {}}
        rows[event].append({**told, "kind": rng.choice(EVENTS)})
    return id_


def _visit(rng: random.Random, id_: str, person: str, at: datetime) -> dict[str, Any]:
    start = at.astimezone(UTC).replace(tzinfo=None)
    row = {"id": id_, "person": person, "external_id": id_, "start": start, "start_utc": at, "occurrence": 0}
    return {**row, "zone": "America/Denver", "status": rng.choice(("kept",) * 8 + ("missed", "cancelled"))}


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else LETTERS))
