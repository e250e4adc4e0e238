"""`sending …` and `relay sending`: their forms, their errors and wrong use."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.shell import RELAY, Shell

HOURS = {"first": "08:00", "last": "20:00", "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}


@pytest.fixture
def relay(desk: Shell) -> str:
    return str(desk("relay", "add", given=RELAY)["id"])


def wrong(desk: Shell, *words: str, given: Any = None) -> None:
    answer = desk(*words, given=given)
    assert (desk.code, answer) == (2, None), given
    assert desk.err


def test_the_rules_are_shown_with_the_zone_by_whose_clock_they_count(desk: Shell) -> None:
    shown = desk("sending", "rules")
    assert shown["reminders"] == {**HOURS, "holidays": True}
    assert shown["campaigns"]["days"] == ["mon", "tue", "wed", "thu", "fri"]
    assert (shown["closing"], shown["silence_days"], shown["country"]) == (None, 3, "US")
    assert "/" in shown["zone"]


def test_what_is_left_out_stays_as_it_is(desk: Shell) -> None:
    given = {"reminders": {"last": "18:30"}, "closed": ["2026-12-24"], "closing": "19:00"}
    answer = desk("sending", "set", given=given)
    assert answer["reminders"] == {**HOURS, "last": "18:30", "holidays": True}
    assert (answer["closed"], answer["closing"]) == (["2026-12-24"], "19:00")
    assert desk("sending", "rules") == answer


def test_my_provider_allows_30_a_minute_and_nothing_else_is_asked(desk: Shell, relay: str) -> None:
    answer = desk("relay", "sending", relay, given={"per_minute": 30})
    assert (answer["per_minute"], answer["per_hour"], answer["connections"]) == (30, 0, 1)
    assert answer["use"] == {"minute": 0, "hour": 0, "day": 0, "resumes": None, "reasons": []}
    assert desk("relay", "sending", relay) == answer


@pytest.mark.parametrize(
    "given",
    [
        {"unknown": 1},
        {"reminders": {"unknown": "08:00"}},
        {"reminders": "08:00"},
        {"reminders": {"first": "8 o'clock"}},
        {"reminders": {"first": "08:00+02:00"}},
        {"reminders": {"days": ["monday"]}},
        {"reminders": {"holidays": "yes"}},
        {"silence_days": "3"},
        {"closed": "2026-12-24"},
        {"closing": 19},
    ],
)
def test_rules_of_another_shape_are_wrong_use(desk: Shell, given: dict[str, Any]) -> None:
    wrong(desk, "sending", "set", given=given)


@pytest.mark.parametrize("given", [{"per_minute": "30"}, {"standby": 1}, {"auth": "magic"}, {"relay": "x"}])
def test_limits_of_another_shape_are_wrong_use(desk: Shell, relay: str, given: dict[str, Any]) -> None:
    wrong(desk, "relay", "sending", relay, given=given)


def test_what_makes_no_sense_is_refused_with_its_code(desk: Shell, relay: str) -> None:
    for words, given, code in (
        (("sending", "set"), {"country": "XX"}, "holiday-country-unknown"),
        (("sending", "set"), {"campaigns": {"days": []}}, "sending-days-missing"),
        (("relay", "sending", relay), {"per_minute": 9, "per_day": 8}, "rates-contradict"),
        (("relay", "sending", "0" * 32), {"per_minute": 9}, "relay-unknown"),
    ):
        answer = desk(*words, given=given)
        assert (desk.code, answer["error"]["code"]) == (1, code)
        assert answer["error"]["hint"]


def test_setting_without_a_document_is_wrong_use(desk: Shell) -> None:
    wrong(desk, "sending", "set")
