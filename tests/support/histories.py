"""Made histories of letters to many, and what a plain count in Python makes of them."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from desktop.models import people
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.outcomes import Counts, Kind, Measure, Outcome
from desktop.models.records import PersonId
from desktop.models.tables import appointment
from desktop.models.tables_campaigns import (
    campaign,
    campaign_person,
    reminder_visit,
    test_send,
    visit_answer,
)
from desktop.models.tables_mail import attempt, event, message
from desktop.models.tables_office import app_user
from desktop.models.tables_people import segment
from tests.support.kept import NOW, a_person, a_visit

M = Measure
OURS = "f" * 32
STATES = (
    *("accepted", "accepted", "accepted", "bounced", "complained", "failed", "cancelled", "expired"),
    *("uncertain", "queued", "deferred", "claimed"),
)
TOLD = ("replied", "confirmed", "declined", "unsubscribed", "complained", "opened", "clicked", "deferred")
DOMAINS = ("example.org", "Example.net", "mail.example.com")


@dataclass
class Letter:
    """One letter as somebody would write it on paper."""

    kind: str
    at: datetime
    state: str
    method: str
    domain: str
    source: str = ""
    window: str = ""
    variant: str = ""
    told: frozenset[str] = frozenset()
    visits: tuple[str, ...] = ()
    """The status of each visit that a reminder is about, or that somebody had after a campaign's letter."""
    moved: bool = False
    """A reminder's visits have another time since; a campaign's were before the letter."""
    said_yes: bool = False
    put_off: bool = False
    superseded: bool = False
    test: bool = False
    trace: str = "{}"
    id: str = field(default_factory=new_id)
    person: str = ""


def made(rng: random.Random, number: int, campaigns: Iterable[str], days: int = 40) -> list[Letter]:
    """Letters of all sorts, most of them of the last `days`."""
    sources = list(campaigns)
    letters = []
    for _ in range(number):
        reminder = rng.random() < 0.5 or not sources
        letters.append(
            Letter(
                kind="reminder" if reminder else "campaign",
                at=NOW - timedelta(minutes=rng.randrange(days * 24 * 60)),
                state=rng.choice(STATES),
                method=rng.choice(("tls", "envelope", "openpgp")),
                domain=rng.choice(DOMAINS),
                source="" if reminder else rng.choice(sources),
                window=rng.choice(("day-before", "w2")) if reminder else "",
                variant="" if reminder else rng.choice(("", "a", "b")),
                told=frozenset(one for one in TOLD if rng.random() < 0.15),
                visits=tuple(
                    rng.choice(("booked", "kept", "kept", "missed", "cancelled"))
                    for _ in range(rng.choice((1, 1, 2) if reminder else (0, 0, 1, 2)))
                ),
                moved=rng.random() < 0.1,
                said_yes=reminder and rng.random() < 0.1,
                put_off=rng.random() < 0.2,
                superseded=rng.random() < 0.1,
                test=rng.random() < 0.05,
            )
        )
    return letters


def counted(letters: Iterable[Letter]) -> dict[Kind, Counts]:
    """By hand."""
    found: dict[Kind, Counts] = {}
    for one in letters:
        if one.superseded or one.test:
            continue
        kind = Kind(one.source, one.variant, one.window, one.method, one.domain.lower())
        found[kind] = found.get(kind, Counts()) + _one(one)
    return found


def _one(letter: Letter) -> Counts:
    taken = letter.state in ("accepted", "bounced", "complained")
    arrived = taken and letter.state != "bounced"
    visits = () if letter.moved else letter.visits
    over = bool({"missed", "kept"} & set(visits))
    missed = over and ("missed" in visits if letter.kind == "reminder" else "kept" not in visits)
    confirmed = "confirmed" in letter.told or (letter.said_yes and bool(visits))
    answered = confirmed or letter.told & {"replied", "declined"}
    true = {
        M.PLANNED: True,
        M.ACCEPTED: taken,
        M.DEFERRED: letter.put_off or letter.state == "deferred" or "deferred" in letter.told,
        M.BOUNCED: letter.state == "bounced",
        M.ARRIVED: arrived,
        M.OPENED: arrived and letter.told & {"opened", "clicked"},
        M.CLICKED: arrived and "clicked" in letter.told,
        M.ANSWERED: arrived and answered,
        M.CONFIRMED: arrived and confirmed,
        M.UNSUBSCRIBED: arrived and "unsubscribed" in letter.told,
        M.COMPLAINED: arrived and (letter.state == "complained" or "complained" in letter.told),
        M.VISITS: over,
        M.KEPT: over and not missed,
        M.MISSED: missed,
    }
    where = {
        **dict.fromkeys(("accepted", "bounced", "complained"), Outcome.ACCEPTED),
        "failed": Outcome.FAILED,
        "cancelled": Outcome.HELD,
        "expired": Outcome.EXPIRED,
        "uncertain": Outcome.UNCERTAIN,
    }.get(letter.state, Outcome.WAITING)
    return Counts.made({one: int(bool(true[one])) for one in M}, {one: int(one is where) for one in Outcome})


def a_user(tx: Tx) -> None:
    tx.connection.execute(
        insert(app_user).values(id=OURS, name="ana", name_key="ana", role="administrator", totp_secret="")
    )


def a_campaign(tx: Tx, name: str, **fields: Any) -> str:
    row = {
        "id": new_id(),
        "name": name,
        "state": "running",
        "purpose": "treatment",
        "by": OURS,
        "made_at": NOW,
        "changed_at": NOW,
        "started_at": NOW,
        **fields,
    }
    tx.connection.execute(insert(campaign).values(**row))
    return str(row["id"])


def a_group(tx: Tx, by: str = OURS) -> str:
    made_id = new_id()
    row = {"id": made_id, "name": "Due", "kind": "list", "by": by, "made_at": NOW, "changed_at": NOW}
    tx.connection.execute(insert(segment).values(**row))
    return made_id


def keep(tx: Tx, letters: Iterable[Letter]) -> None:
    """Into the tables, past every rule that is not the database's own."""
    rows: dict[Any, list[dict[str, Any]]] = {}

    def add(table: Any, **row: Any) -> None:
        rows.setdefault(table, []).append(row)

    for one in letters:
        person = PersonId(one.person or new_id())
        if not one.person:
            people.insert(tx, a_person(id=person, email=f"x@{one.domain}"))
        add(
            message,
            id=one.id,
            kind=one.kind,
            source=one.source or new_id(),
            window=one.window,
            person=person,
            address=f"x@{one.domain}",
            method=one.method,
            state=one.state,
            label="routine",
            message_id=f"<{one.id}@example.org>",
            sha256="",
            decision_hash="",
            trace=one.trace,
            reasons=[],
            queued_at=one.at,
            not_before=one.at,
            superseded=int(one.superseded),
        )
        for kind in one.told:
            for _ in range(2):  # told twice, it counts once
                add(event, at=one.at, kind=kind, source="feed", message=one.id, person=person, details={})
        _around(add, one, person)
        _visits(add, one, person)
    for table in (
        message,
        event,
        attempt,
        test_send,
        campaign_person,
        appointment,
        reminder_visit,
        visit_answer,
    ):
        if rows.get(table):
            tx.connection.execute(insert(table), rows[table])


def _around(add: Any, one: Letter, person: PersonId) -> None:
    if one.put_off:
        add(attempt, message=one.id, at=one.at, phase="deferred")
    if one.test:
        add(test_send, message=one.id, source="", by=OURS, at=one.at)
    if one.kind == "campaign":
        row = {"campaign": one.source, "person": person, "included": 1, "variant": one.variant}
        add(campaign_person, **row, message=one.id)


def _visits(add: Any, one: Letter, person: PersonId) -> None:
    for status in one.visits:
        reminder = one.kind == "reminder"
        utc = one.at + timedelta(days=-3 if one.moved else 3)
        visit = a_visit(person, occurrence=int(reminder and one.moved), start_utc=utc)
        add(
            appointment,
            id=visit.id,
            person=person,
            external_id=visit.id,
            start=visit.start,
            zone=visit.zone,
            start_utc=visit.start_utc,
            occurrence=visit.occurrence,
            status=status,
        )
        if not reminder:
            continue
        add(
            reminder_visit,
            message=one.id,
            appointment=visit.id,
            occurrence=0,
            window=one.window,
            live=int(not one.superseded),
        )
        if one.said_yes:
            add(
                visit_answer,
                appointment=visit.id,
                occurrence=0,
                answer="confirmed",
                at=one.at,
                message=one.id,
            )
