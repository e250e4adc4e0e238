"""From counts to what a report shows: rates with what they are of, rows by what letters have in common,
and whether two rates differ by more than chance.

Pure: counts in, frozen values out. Every number passes `smallgroups`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

from desktop.campaigns import smallgroups
from desktop.campaigns.subtracting import known_part
from desktop.models.outcomes import (
    FROM_FEEDS,
    By,
    Compared,
    Counts,
    Figure,
    Kind,
    Measure,
    Outcome,
    Row,
    Shown,
    Sort,
    Span,
    Table,
    Verdict,
)

OTHERS = "others"
COMPARED = (Measure.ARRIVED, Measure.ANSWERED, Measure.CONFIRMED, Measure.KEPT, Measure.UNSUBSCRIBED)
_OF_VISITS = frozenset({Measure.VISITS, Measure.KEPT, Measure.MISSED})
ENOUGH = 30
"""Letters on both sides, below which a difference is not spoken of."""
_SURE = 1.96
"""Of a hundred differences that are chance, five are called more than that."""


@dataclass(frozen=True)
class Named:
    """A row's code and, of what people named themselves, its name."""

    code: str
    name: str = ""


def sum_of(many: Sequence[Counts]) -> Counts:
    return sum(many, Counts())


def period(span: Span, back: int, today: date) -> tuple[date, date]:
    """The first day of a span and the first behind it."""
    if span is Span.DAY:
        since = today - timedelta(days=back)
        return since, since + timedelta(days=1)
    if span is Span.WEEK:
        since = today - timedelta(days=today.weekday() + 7 * back)
        return since, since + timedelta(days=7)
    if span is Span.MONTH:
        since = _month(today, -back)
        return since, _month(since, 1)
    return date(today.year - back, 1, 1), date(today.year - back + 1, 1, 1)


def parts(span: Span, since: date, until: date) -> list[date]:
    """Where the rows of `By.TIME` begin: the months of a year, else days; a day has no parts."""
    if span is Span.YEAR:
        return [date(since.year, month, 1) for month in range(1, 13)]
    return [since + timedelta(days=number) for number in range((until - since).days)]


def _month(day: date, by: int) -> date:
    number = day.year * 12 + day.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


def figures(counts: Counts, levels: Mapping[Measure, Shown], wanted: Sequence[Measure]) -> tuple[Figure, ...]:
    return tuple(_figure(counts, levels, one) for one in wanted)


def wanted(sort: Sort, total: Counts) -> tuple[Measure, ...]:
    """What a report of this sort speaks of: of feeds only what they told, of visits only reminders."""
    return tuple(
        one
        for one in Measure
        if (one not in FROM_FEEDS or total.of(Measure.OPENED))
        and (one not in _OF_VISITS or sort is Sort.REMINDERS)
    )


def total(sort: Sort, counts: Counts) -> tuple[Figure, ...]:
    return figures(counts, smallgroups.of_all(counts), wanted(sort, counts))


def by_time(sort: Sort, rows: Mapping[date, Counts]) -> Table:
    """In the order of time; each day is a row, though it is small."""
    measures = wanted(sort, sum_of(list(rows.values())))
    levels = smallgroups.of_table(sum_of(list(rows.values())), list(rows.values()))
    return Table(
        By.TIME,
        tuple(
            Row(day.isoformat(), figures(counts, level, measures), since=day)
            for (day, counts), level in zip(rows.items(), levels, strict=True)
        ),
    )


def by_outcome(counts: Counts) -> Table:
    """Where the letters are; each stands in one row."""
    whole = counts.of(Measure.PLANNED)
    levels = smallgroups.of_parts(whole, [counts.at(one) for one in Outcome])
    return Table(
        By.OUTCOME,
        tuple(
            Row(outcome.value, (_share(counts.at(outcome), whole, level),))
            for outcome, level in zip(Outcome, levels, strict=True)
        ),
    )


def by_kind(by: By, sort: Sort, counted: Mapping[Kind, Counts], name: Callable[[Kind], Named]) -> Table:
    groups: dict[Named, Counts] = {}
    for kind, counts in counted.items():
        named = name(kind)
        groups[named] = groups.get(named, Counts()) + counts
    shown, small = smallgroups.together(groups, lambda: Named(OTHERS))
    together = sum_of(list(shown.values()))
    measures = wanted(sort, together)
    levels = smallgroups.of_table(together, list(shown.values()))
    rows = (
        Row(named.code, figures(counts, level, measures), named.name)
        for (named, counts), level in zip(shown.items(), levels, strict=True)
    )
    return Table(by, tuple(rows), small)


def compared(now: Counts, before: Counts, sort: Sort) -> tuple[Compared, ...]:
    """The rates that may be shown on both sides, and whether they differ."""
    levels = (smallgroups.of_all(now), smallgroups.of_all(before))
    found = []
    for measure in wanted(sort, now):
        if measure in COMPARED:
            here, there = (
                _figure(one, level, measure) for one, level in zip((now, before), levels, strict=True)
            )
            found.append(Compared(measure, _verdict(here, there, now, before), there))
    return tuple(found)


def _verdict(here: Figure, there: Figure, now: Counts, before: Counts) -> Verdict:
    if here.of is None or here.of is not there.of:
        return Verdict.TOO_FEW
    ours, theirs = now.of(here.of), before.of(here.of)
    if min(ours, theirs) < ENOUGH:
        return Verdict.TOO_FEW
    pooled = (here.value + there.value) / (ours + theirs)
    spread = sqrt(pooled * (1 - pooled) * (1 / ours + 1 / theirs))
    apart = here.value / ours - there.value / theirs
    if spread == 0 or abs(apart) <= _SURE * spread:
        return Verdict.SAME
    return Verdict.MORE if apart > 0 else Verdict.LESS


def _figure(counts: Counts, levels: Mapping[Measure, Shown], measure: Measure) -> Figure:
    if levels[measure] is not Shown.EXACT:
        return Figure(measure, levels[measure])
    value = counts.of(measure)
    if measure is Measure.PLANNED:
        return Figure(measure, Shown.EXACT, value)
    known = known_part(levels, measure)
    whole = counts.of(known)
    if levels[known] is not Shown.EXACT or not whole:
        return Figure(measure, Shown.EXACT, value)
    return Figure(measure, Shown.EXACT, value, round(100 * value / whole, 1), known)


def _share(value: int, whole: int, level: Shown) -> Figure:
    """Of one place where letters are, as a share of all."""
    if level is not Shown.EXACT:
        return Figure(Measure.PLANNED, level)
    percent = round(100 * value / whole, 1) if whole else None
    return Figure(Measure.PLANNED, level, value, percent, Measure.PLANNED if whole else None)
