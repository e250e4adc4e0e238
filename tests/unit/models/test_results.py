"""Counts in SQL against a plain count in Python, over made histories; and by which indexes they go."""

from __future__ import annotations

import random
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import insert

from desktop.models import results
from desktop.models.campaigning import CampaignId
from desktop.models.database import Database, Tx
from desktop.models.outcomes import GOAL_DAYS, Counts, Kind, Measure, Outcome
from desktop.models.tables_campaigns import reminder_window
from tests.support.histories import Letter, a_campaign, a_group, a_user, counted, keep, made
from tests.support.kept import NOW
from tests.unit.models.test_message_plans import plan


def two_campaigns(tx: Tx) -> list[str]:
    a_user(tx)
    return [a_campaign(tx, "Flu"), a_campaign(tx, "Closing")]


@pytest.mark.parametrize("seed", range(6))
def test_every_count_of_reminders_is_that_of_a_count_by_hand(db: Database, seed: int) -> None:
    campaigns = db.write(two_campaigns)
    letters = made(random.Random(seed), 250, campaigns)
    db.write(lambda tx: keep(tx, letters))
    for days in (1, 7, 30):
        starts = [NOW - timedelta(days=days * back + 3) for back in (3, 2, 1)]
        found = db.read(partial(results.of_reminders, starts=starts, until=NOW))
        for since, until, one in zip(starts, [*starts[1:], NOW], found, strict=True):
            within = [letter for letter in letters if since <= letter.at < until]
            assert one == counted(letter for letter in within if letter.kind == "reminder")


@pytest.mark.parametrize("seed", range(3))
def test_every_count_of_a_campaign_is_that_of_a_count_by_hand(db: Database, seed: int) -> None:
    campaigns = [CampaignId(one) for one in db.write(two_campaigns)]
    letters = [one for one in made(random.Random(seed), 200, campaigns) if not (one.superseded or one.test)]
    db.write(lambda tx: keep(tx, letters))
    found = db.read(lambda tx: results.of_campaigns(tx, campaigns))
    for one in campaigns:
        assert found[one] == counted(letter for letter in letters if letter.source == one)


def test_a_visit_long_after_a_campaign_is_none_of_its_own(db: Database) -> None:
    def make(tx: Tx) -> list[str]:
        a_user(tx)
        begun = (NOW, NOW - timedelta(days=GOAL_DAYS), None)
        made = [a_campaign(tx, str(at), started_at=at) for at in begun]
        keep(
            tx,
            [
                Letter("campaign", NOW, "accepted", "tls", "a.org", source=one, visits=("kept",))
                for one in made
            ],
        )
        return made

    campaigns = [CampaignId(one) for one in db.write(make)]
    found = db.read(lambda tx: results.of_campaigns(tx, campaigns))
    assert [sum(found[one].values(), Counts()).of(Measure.KEPT) for one in campaigns] == [1, 0, 0]


def test_a_letter_after_a_visit_says_nothing_of_who_came(db: Database) -> None:
    def make(tx: Tx) -> None:
        kinds = ("missed", "follow-up", "confirm")
        rows = [{"id": kind, "kind": kind, "minutes": 60, "changed_at": NOW} for kind in kinds]
        tx.connection.execute(insert(reminder_window), rows)
        letters = [
            Letter("reminder", NOW, "accepted", "tls", "a.org", window=kind, visits=("missed",))
            for kind in kinds
        ]
        keep(tx, letters)

    db.write(make)
    (found,) = db.read(lambda tx: results.of_reminders(tx, [NOW], NOW + timedelta(hours=1)))
    assert {kind.window: counts.of(Measure.MISSED) for kind, counts in found.items()} == {
        "missed": 0,
        "follow-up": 0,
        "confirm": 1,
    }


def test_letters_that_are_not_written_yet_are_planned_and_wait(db: Database) -> None:
    campaign = db.write(two_campaigns)[0]
    letters = [
        Letter("campaign", NOW, "accepted", "tls", "example.org", source=campaign, superseded=bool(number))
        for number in range(3)
    ]
    db.write(lambda tx: keep(tx, letters))
    found = db.read(lambda tx: results.of_campaigns(tx, [CampaignId(campaign)]))
    total = sum(found[CampaignId(campaign)].values(), Counts())
    assert total.of(Measure.PLANNED) == 3
    assert total.at(Outcome.WAITING) == 2
    assert db.read(lambda tx: results.excluded(tx, CampaignId(campaign))) == 0


def test_a_letter_that_somebody_sent_to_themselves_counts_nowhere(db: Database) -> None:
    campaign = db.write(two_campaigns)[0]
    letter = Letter("campaign", NOW, "accepted", "tls", "example.org", source=campaign, test=True)
    db.write(lambda tx: keep(tx, [letter]))
    found = db.read(lambda tx: results.of_campaigns(tx, [CampaignId(campaign)]))
    assert sum(found[CampaignId(campaign)].values(), Counts()).of(Measure.ACCEPTED) == 0


def test_the_one_before_is_the_last_with_the_same_template_or_else_group(db: Database) -> None:
    def make(tx: Tx) -> list[str]:
        a_user(tx)
        group = a_group(tx)
        return [
            a_campaign(tx, str(day), started_at=NOW + timedelta(days=day), segment=one)
            for day, one in enumerate((group, None, group))
        ]

    first, second, third = db.write(make)
    assert db.read(lambda tx: results.before(tx, CampaignId(third))) == first
    assert db.read(lambda tx: results.before(tx, CampaignId(second))) is None
    assert db.read(lambda tx: results.before(tx, CampaignId(first))) is None


def test_a_span_is_read_by_its_index_and_of_each_letter_by_keys(db: Database) -> None:
    starts = [NOW - timedelta(days=30), NOW - timedelta(days=29)]
    steps = db.read(lambda tx: plan(tx, lambda tx: results.of_reminders(tx, starts, NOW)))
    assert any("USING INDEX message_by_time" in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN") and "letters" not in step], steps


def test_a_campaign_is_read_by_its_own_index(db: Database) -> None:
    steps = db.read(lambda tx: plan(tx, lambda tx: results.of_campaigns(tx, [CampaignId("a" * 32)])))
    assert any("message_one_of_a_campaign" in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN") and "letters" not in step], steps


def test_kinds_are_told_apart_by_domain_without_case(db: Database) -> None:
    db.write(two_campaigns)
    letters = [
        Letter("reminder", NOW, "accepted", "tls", domain, window="day-before", visits=("kept",))
        for domain in ("Example.ORG", "example.org")
    ]
    db.write(lambda tx: keep(tx, letters))
    (found,) = db.read(lambda tx: results.of_reminders(tx, [NOW], NOW + timedelta(hours=1)))
    assert set(found) == {Kind("", "", "day-before", "tls", "example.org")}
    assert sum(found.values(), Counts()).of(Measure.KEPT) == 2
