"""Two wordings: who gets which, and what a comparison can show."""

from __future__ import annotations

from collections import Counter

import pytest

from desktop.campaigns.variants import least_difference, variant_of
from desktop.models.campaigning import CampaignId, TemplateId, Variant
from desktop.models.records import PersonId

TWO = (Variant("a", TemplateId("t"), 1, 50), Variant("b", TemplateId("u"), 1, 50))


def test_each_person_gets_the_same_wording_at_each_check() -> None:
    people = [PersonId(f"{at:032x}") for at in range(2_000)]
    once = [variant_of(CampaignId("c"), who, TWO) for who in people]
    assert once == [variant_of(CampaignId("c"), who, TWO) for who in people]
    assert once != [variant_of(CampaignId("d"), who, TWO) for who in people]
    assert 900 < Counter(once)["a"] < 1_100


def test_without_variants_there_is_one_wording() -> None:
    assert variant_of(CampaignId("c"), PersonId("p"), ()) == ""


def test_the_least_difference_is_that_of_the_books() -> None:
    """500 against 500 around 10 per cent: 5.3 points at 5 per cent and a power of 80."""
    assert least_difference(500, 500, 0.1) == pytest.approx(0.0532, abs=0.0001)
    assert least_difference(0, 500, 0.1) == 1.0
