"""Spans of the calendar, rates, and when a difference is spoken of."""

from __future__ import annotations

from datetime import date

import pytest

from desktop.campaigns import results
from desktop.campaigns.results import Named
from desktop.models.outcomes import By, Counts, Kind, Measure, Outcome, Shown, Sort, Span, Verdict

M = Measure


def letters(planned: int, answered: int) -> Counts:
    whole = dict.fromkeys((M.PLANNED, M.ACCEPTED, M.ARRIVED), planned)
    return Counts({**whole, M.ANSWERED: answered}, {Outcome.ACCEPTED: planned})


@pytest.mark.parametrize(
    ("span", "back", "expected"),
    [
        (Span.DAY, 1, (date(2026, 2, 28), date(2026, 3, 1))),
        (Span.WEEK, 0, (date(2026, 2, 23), date(2026, 3, 2))),
        (Span.WEEK, 1, (date(2026, 2, 16), date(2026, 2, 23))),
        (Span.MONTH, 0, (date(2026, 3, 1), date(2026, 4, 1))),
        (Span.MONTH, 3, (date(2025, 12, 1), date(2026, 1, 1))),
        (Span.YEAR, 1, (date(2025, 1, 1), date(2026, 1, 1))),
    ],
)
def test_spans_are_whole_ones(span: Span, back: int, expected: tuple[date, date]) -> None:
    assert results.period(span, back, date(2026, 3, 1)) == expected


def test_a_rate_names_what_it_is_of() -> None:
    answered = next(
        one for one in results.total(Sort.CAMPAIGNS, letters(200, 50)) if one.measure is M.ANSWERED
    )
    assert (answered.value, answered.percent, answered.of) == (50, 25.0, M.ARRIVED)


def test_opened_is_spoken_of_only_where_it_was_reported() -> None:
    plain = letters(200, 50)
    assert M.OPENED not in results.wanted(Sort.CAMPAIGNS, plain)
    assert M.OPENED in results.wanted(Sort.CAMPAIGNS, plain + Counts({M.OPENED: 1}))


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
    lines = {one.measure: one for one in results.compared(letters(*now), letters(*before), Sort.CAMPAIGNS)}
    assert lines[M.ANSWERED].verdict is verdict


def test_small_domains_stand_together() -> None:
    counted = {Kind(domain=name): letters(size, 0) for name, size in (("a", 60), ("b", 6), ("c", 7))}
    table = results.by_kind(By.DOMAIN, Sort.CAMPAIGNS, counted, lambda kind: Named(kind.domain, kind.domain))
    assert [(row.code, row.figures[0].value) for row in table.rows] == [("a", 60), (results.OTHERS, 13)]
    assert table.together == 2


def test_where_the_letters_are_adds_up_or_is_not_shown() -> None:
    counts = Counts({M.PLANNED: 304}, {Outcome.ACCEPTED: 230, Outcome.WAITING: 70, Outcome.FAILED: 4})
    levels = {row.code: row.figures[0].shown for row in results.by_outcome(counts).rows}
    assert levels["accepted"] is Shown.EXACT
    assert levels["failed"] is Shown.FEW
    assert levels["waiting"] is Shown.HIDDEN
