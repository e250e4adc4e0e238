"""Looks at the world outside come back as kept, the newest of each kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from desktop.models import evidence
from desktop.models.database import Database, Tx
from desktop.models.observed import DOMAIN, Observed
from tests.support.kept import NOW

STS = Observed(
    DOMAIN,
    "clinic.example",
    "mta-sts",
    "dns",
    NOW,
    NOW + timedelta(days=7),
    {"state": "found", "mx": ["mx.clinic.example"], "max_age": 604800},
)
MX = replace(STS, kind="mx", valid_until=None, details={"state": "found", "hosts": ["mx.clinic.example"]})


def put_all(tx: Tx, *looks: Observed) -> None:
    for look in looks:
        evidence.put(tx, look)


def test_a_look_comes_back_as_it_was_kept(db: Database) -> None:
    db.write(lambda tx: put_all(tx, STS, MX))
    assert db.read(lambda tx: evidence.about(tx, DOMAIN, "clinic.example")) == (STS, MX)


def test_a_newer_look_takes_the_place_of_the_older_one_of_its_kind(db: Database) -> None:
    newer = replace(STS, seen_at=NOW + timedelta(hours=1), details={"state": "none"}, valid_until=None)
    db.write(lambda tx: put_all(tx, STS, MX, newer))
    assert db.read(lambda tx: evidence.about(tx, DOMAIN, "clinic.example")) == (newer, MX)


def test_many_subjects_are_read_at_once_and_strangers_are_not_among_them(db: Database) -> None:
    many = [replace(STS, subject=f"d{number}.example") for number in range(1100)]
    db.write(lambda tx: put_all(tx, *many))
    wanted = [each.subject for each in many] + ["unknown.example"]
    found = db.read(lambda tx: evidence.about_many(tx, DOMAIN, wanted))
    assert len(found) == 1100
    assert found["d7.example"] == (many[7],)
    assert db.read(lambda tx: evidence.about(tx, "relay", "d7.example")) == ()


def test_what_is_older_is_forgotten(db: Database) -> None:
    db.write(lambda tx: put_all(tx, STS, replace(MX, seen_at=NOW + timedelta(1))))
    assert db.write(lambda tx: evidence.forget_before(tx, DOMAIN, NOW + timedelta(hours=1))) == 1
    assert [row.kind for row in db.read(lambda tx: evidence.about(tx, DOMAIN, "clinic.example"))] == ["mx"]
