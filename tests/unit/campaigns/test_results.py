"""Spans of the calendar, rates, and when a difference is spoken of."""

from __future__ import annotations

from datetime import date

import pytest

from desktop.campaigns import results
from desktop.campaigns.adding import OTHERS
from desktop.campaigns.results import Named
from desktop.models.outcomes import By, Counts, Kind, Measure, Outcome, Report, Shown, Span, Verdict

M = Measure


def letters(planned: int, answered: int) -> Counts:
    whole = dict.fromkeys((M.PLANNED, M.ACCEPTED, M.ARRIVED), planned)
    return Counts.made({**whole, M.ANSWERED: answered}, {Outcome.ACCEPTED: planned})


@pytest.mark.parametrize(
    ("span", "back", "expected"),
    [
        (Span.MONTH, 0, (date(2026, 3, 1), date(2026, 4, 1))),
        (Span.MONTH, 3, (date(2025, 12, 1), date(2026, 1, 1))),
        (Span.YEAR, 1, (date(2025, 1, 1), date(2026, 1, 1))),
    ],
)
def test_spans_are_whole_ones(span: Span, back: int, expected: tuple[date, date]) -> None:
    assert results.period(span, back, date(2026, 3, 1)) == expected


def shown(counts: Counts) -> Report:
    return results.report({Kind(): counts}, {})


def test_a_rate_names_what_it_is_of() -> None:
    answered = next(one for one in shown(letters(200, 50)).total if one.measure is M.ANSWERED)
    assert (answered.value, answered.percent, answered.of) == (50, 25.0, M.ARRIVED)


@pytest.mark.parametrize("measure", [M.OPENED, M.KEPT])
def test_opened_and_came_are_spoken_of_only_where_they_were_reported(measure: Measure) -> None:
    plain = letters(200, 50)
    assert measure not in {one.measure for one in shown(plain).total}
    some = Counts.made({M.OPENED: 20, M.VISITS: 40, M.KEPT: 20})
    assert measure in {one.measure for one in shown(plain + some).total}


@pytest.mark.parametrize(
    ("now", "before", "verdict"),
    [
        ((200, 100), (200, 50), Verdict.MORE),
        ((200, 50), (200, 100), Verdict.LESS),
        ((200, 52), (200, 50), Verdict.SAME),
        ((29, 14), (200, 50), Verdict.TOO_FEW),
        ((200, 50), (200, 5), Verdict.TOO_FEW),
    ],
)
def test_more_and_less_are_said_where_chance_does_not_explain_them(
    now: tuple[int, int], before: tuple[int, int], verdict: Verdict
) -> None:
    sides = (shown(letters(*one)).total for one in (now, before))
    lines = {one.measure: one for one in results.compared(*sides)}
    assert lines[M.ANSWERED].verdict is verdict


def test_small_domains_stand_together() -> None:
    counted = {Kind(domain=name): letters(size, 0) for name, size in (("a", 60), ("b", 6), ("c", 7))}
    made = results.report(counted, {By.DOMAIN: lambda kind: Named(kind.domain, kind.domain)})
    rows = [(row.code, row.figures[0].value, row.figures[0].percent) for row in made.tables[1].rows]
    assert rows == [("a", 60, 82.2), (OTHERS, 13, 17.8)]


def test_where_the_letters_are_adds_up_or_is_not_shown() -> None:
    counts = Counts.made(
        {M.PLANNED: 304, M.ACCEPTED: 230}, {Outcome.ACCEPTED: 230, Outcome.WAITING: 70, Outcome.FAILED: 4}
    )
    levels = {row.code: row.figures[0].shown for row in shown(counts).tables[0].rows}
    assert levels["accepted"] is Shown.EXACT
    assert levels["failed"] is Shown.FEW
    assert levels["waiting"] is Shown.HIDDEN


def test_letters_sent_that_are_shown_above_are_not_left_out_below_to_hide_the_refused() -> None:
    """They were: 116 planned, 12 sent and 100 waiting told of 4 that the mail service refused."""
    counts = Counts.made(
        {M.PLANNED: 116, M.ACCEPTED: 12}, {Outcome.ACCEPTED: 12, Outcome.WAITING: 100, Outcome.FAILED: 4}
    )
    levels = {row.code: row.figures[0].shown for row in shown(counts).tables[0].rows}
    assert levels["accepted"] is Shown.EXACT
    assert levels["waiting"] is not Shown.EXACT
