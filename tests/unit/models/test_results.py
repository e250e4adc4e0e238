"""Counts in SQL against a plain count in Python, over made histories; and by which indexes they go."""

from __future__ import annotations

import random
from datetime import timedelta
from functools import partial

import pytest

from desktop.models import results
from desktop.models.campaigning import CampaignId
from desktop.models.database import Database, Tx
from desktop.models.outcomes import Counts, Kind, Measure, Outcome, Sort
from tests.support.histories import Letter, a_campaign, a_group, a_user, counted, keep, made
from tests.support.kept import NOW
from tests.unit.models.test_message_plans import plan


def two_campaigns(tx: Tx) -> list[str]:
    a_user(tx)
    return [a_campaign(tx, "Flu"), a_campaign(tx, "Closing")]


@pytest.mark.parametrize("seed", range(6))
def test_every_count_of_a_span_is_that_of_a_count_by_hand(db: Database, seed: int) -> None:
    rng = random.Random(seed)
    campaigns = db.write(two_campaigns)
    letters = made(rng, 250, campaigns)
    db.write(lambda tx: keep(tx, letters))
    for days in (1, 7, 30):
        since = NOW - timedelta(days=days + 3)
        until = since + timedelta(days=days)
        within = [one for one in letters if since <= one.at < until]
        for sort, kind in ((Sort.REMINDERS, "reminder"), (Sort.CAMPAIGNS, "campaign")):
            found = db.read(partial(results.in_span, sort=sort, since=since, until=until))
            assert found == counted(one for one in within if one.kind == kind)


@pytest.mark.parametrize("seed", range(3))
def test_every_count_of_a_campaign_is_that_of_a_count_by_hand(db: Database, seed: int) -> None:
    campaigns = db.write(two_campaigns)
    letters = [one for one in made(random.Random(seed), 200, campaigns) if not (one.superseded or one.test)]
    db.write(lambda tx: keep(tx, letters))
    for one in campaigns:
        found = db.read(partial(results.of_campaign, one=CampaignId(one)))
        assert found == counted(letter for letter in letters if letter.source == one)


def test_letters_that_are_not_written_yet_are_planned_and_wait(db: Database) -> None:
    campaign = db.write(two_campaigns)[0]
    letters = [
        Letter("campaign", NOW, "accepted", "tls", "example.org", source=campaign, superseded=bool(number))
        for number in range(3)
    ]
    db.write(lambda tx: keep(tx, letters))
    found = db.read(lambda tx: results.of_campaign(tx, CampaignId(campaign)))
    total = sum(found.values(), Counts())
    assert total.of(Measure.PLANNED) == 3
    assert total.at(Outcome.WAITING) == 2
    assert db.read(lambda tx: results.excluded(tx, CampaignId(campaign))) == (0, 3)


def test_a_letter_that_somebody_sent_to_themselves_counts_nowhere(db: Database) -> None:
    campaign = db.write(two_campaigns)[0]
    letter = Letter("campaign", NOW, "accepted", "tls", "example.org", source=campaign, test=True)
    db.write(lambda tx: keep(tx, [letter]))
    hour = timedelta(hours=1)
    assert db.read(lambda tx: results.in_span(tx, Sort.CAMPAIGNS, NOW - hour, NOW + hour)) == {}


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


@pytest.mark.parametrize("sort", Sort, ids=str)
def test_a_span_is_read_by_its_index_and_of_each_letter_by_keys(db: Database, sort: Sort) -> None:
    steps = db.read(lambda tx: plan(tx, lambda tx: results.in_span(tx, sort, NOW - timedelta(days=30), NOW)))
    assert any("USING INDEX message_by_time" in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN") and "letters" not in step], steps


def test_a_campaign_is_read_by_its_own_index(db: Database) -> None:
    steps = db.read(lambda tx: plan(tx, lambda tx: results.of_campaign(tx, CampaignId("a" * 32))))
    assert any("message_one_of_a_campaign" in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN") and "letters" not in step], steps


def test_kinds_are_told_apart_by_domain_without_case(db: Database) -> None:
    db.write(two_campaigns)
    letters = [
        Letter("reminder", NOW, "accepted", "tls", domain, window="day-before", visits=("kept",))
        for domain in ("Example.ORG", "example.org")
    ]
    db.write(lambda tx: keep(tx, letters))
    found = db.read(lambda tx: results.in_span(tx, Sort.REMINDERS, NOW, NOW + timedelta(hours=1)))
    assert set(found) == {Kind("", "", "day-before", "tls", "example.org")}
    assert sum(found.values(), Counts()).of(Measure.KEPT) == 2
