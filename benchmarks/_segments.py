"""A practice with a history: twenty fields of its own, visits, consent and a million events."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import timedelta

from benchmarks._people import NOW, as_csv, rows, take_in
from desktop.models import customfields
from desktop.models.columns import utc_text
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.standing import CustomField, FieldClass, FieldId, FieldKind

VISITS, EVENTS = 3, 10
"""Of each person."""
AT_ONCE = 20_000
_TYPES = ("Check-up", "Follow-up", "Flu shot", "New patient", "Lab")
_KINDS = ("delivered", "delivered", "delivered", "replied", "bounced", "confirmed")
_CHOICES = ("none", "type 1", "type 2")


def fields() -> tuple[CustomField, ...]:
    """Twenty fields: five of each kind that a practice keeps."""
    made: list[CustomField] = []
    for number in range(5):
        for name, kind in (
            ("text", FieldKind.TEXT),
            ("number", FieldKind.NUMBER),
            ("choice", FieldKind.CHOICE),
            ("yes", FieldKind.YES_NO),
        ):
            group = FieldClass.CLINICAL if number == 0 else FieldClass.PLAIN
            choices = _CHOICES if kind is FieldKind.CHOICE else ()
            made.append(
                CustomField(FieldId(new_id()), f"{name}{number}", f"{name} {number}", kind, group, choices)
            )
    return tuple(made)


def fill(database: Database, everybody: int) -> tuple[CustomField, ...]:
    """People as an import takes them in, and what has happened with them since."""
    take_in(database, as_csv(rows(everybody)))
    own = fields()

    def begin(tx: Tx) -> list[str]:
        for one in own:
            customfields.put(tx, one, NOW)
        return [row[0] for row in tx.driver.execute("SELECT id FROM person ORDER BY id")]

    ids = database.write(begin)
    pick = random.Random(3)
    for first in range(0, everybody, AT_ONCE):
        some = ids[first : first + AT_ONCE]
        database.write(lambda tx, some=some: _enrich(tx, pick, own, some))  # type: ignore[misc]
    database.write(lambda tx: tx.driver.execute("PRAGMA optimize"))
    return own


def _enrich(tx: Tx, pick: random.Random, own: tuple[CustomField, ...], ids: list[str]) -> None:
    tx.driver.executemany(
        "UPDATE person SET custom = ?, zip = ?, city = ?, sex = ?, since = ? WHERE id = ?",
        ((*_person(pick, own), who) for who in ids),
    )
    tx.driver.executemany(
        "INSERT INTO appointment (id, person, start, zone, start_utc, status, visit_type, provider) "
        "VALUES (?, ?, ?, 'America/Denver', ?, ?, ?, 'Dr. Shah')",
        (visit for who in ids for visit in _visits(pick, who)),
    )
    tx.driver.executemany(
        "INSERT INTO consent_state (person, purpose, state, entry) VALUES (?, ?, ?, 0) "
        "ON CONFLICT DO UPDATE SET state = excluded.state",
        ((who, use, pick.choice(("given", "refused"))) for who in ids for use in ("care", "marketing")),
    )
    tx.driver.executemany(
        "INSERT INTO event (at, kind, source, person) VALUES (?, ?, 'feed', ?)",
        (
            (utc_text(NOW - timedelta(minutes=pick.randrange(1_000_000))), pick.choice(_KINDS), who)
            for who in ids
            for _ in range(EVENTS)
        ),
    )


def _person(pick: random.Random, own: tuple[CustomField, ...]) -> tuple[str, str, str, str, str]:
    values = {one.name: _value(pick, one.kind) for one in own}
    day = (NOW - timedelta(days=pick.randrange(3000))).date().isoformat()
    place = f"{80_200 + pick.randrange(60)}"
    return json.dumps(values), place, pick.choice(("Denver", "Golden")), pick.choice(("f", "m")), day


def _value(pick: random.Random, kind: FieldKind) -> str | int | bool:
    if kind is FieldKind.TEXT:
        return f"word {pick.randrange(1000)}"
    if kind is FieldKind.NUMBER:
        return pick.randrange(1000)
    return pick.choice(_CHOICES) if kind is FieldKind.CHOICE else pick.random() < 0.5


def _visits(pick: random.Random, who: str) -> Iterator[tuple[str, ...]]:
    for _ in range(VISITS):
        start = NOW + timedelta(days=pick.randrange(-1000, 60), minutes=15 * pick.randrange(30))
        past = start < NOW
        status = pick.choice(("kept", "kept", "kept", "missed", "cancelled")) if past else "booked"
        wall = start.replace(tzinfo=None).isoformat(timespec="seconds")
        yield (
            new_id(),
            who,
            wall,
            utc_text(start),
            status,
            pick.choice(_TYPES),
        )
