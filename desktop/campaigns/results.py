"""From counts to what a report shows: rates with what they are of, rows by what letters have in common,
and whether two rates differ by more than chance.

Pure: counts in, frozen values out. Every number passes `smallgroups`; what is about several units is made
of what was shown of each (`adding`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from math import sqrt

from desktop.campaigns import adding, smallgroups
from desktop.frozen import dataclass
from desktop.models.outcomes import (
    ONLY_WITH,
    By,
    Compared,
    Counts,
    Figure,
    Kind,
    Measure,
    Outcome,
    Report,
    Row,
    Shown,
    Span,
    Table,
    Verdict,
)

COMPARED = (Measure.ARRIVED, Measure.ANSWERED, Measure.CONFIRMED, Measure.KEPT, Measure.UNSUBSCRIBED)
ENOUGH = 30
"""Letters on both sides, below which a difference is not spoken of."""
_SURE = 1.96
"""Of a hundred differences that are chance, five are called more than that."""


@dataclass(frozen=True)
class Named:
    """A row's code and, of what people named themselves, its name."""

    code: str
    name: str = ""


Naming = Callable[[Kind], Named]


def sum_of(many: Iterable[Counts]) -> Counts:
    return sum(many, Counts())


def period(span: Span, back: int, today: date) -> tuple[date, date]:
    """The first day of a span and the first behind it."""
    if span is Span.MONTH:
        since = month(today, -back)
        return since, month(since, 1)
    return date(today.year - back, 1, 1), date(today.year - back + 1, 1, 1)


def days(since: date, until: date) -> list[date]:
    return [since + timedelta(days=number) for number in range((until - since).days)]


def month(day: date, by: int = 0) -> date:
    """The first day of a month, so many after that of `day`."""
    number = day.year * 12 + day.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


# --- one month's reminders, or one campaign -------------------------------------------------


def report(counted: Mapping[Kind, Counts], naming: Mapping[By, Naming]) -> Report:
    """What is shown of one unit: its sum and its tables, nothing of which tells of a small group."""
    counts = sum_of(counted.values())
    levels = smallgroups.of_all(counts)
    total = adding.figures(_cells(counts, levels))
    if not counts.of(Measure.PLANNED):
        return Report(total)
    kinds = (_by_kind(by, counted, name, total[0]) for by, name in naming.items())
    return Report(total, (_by_outcome(counts, levels[Measure.ACCEPTED], total[0]), *kinds))


def by_day(rows: Mapping[date, Counts]) -> Table:
    """The days of a month that is one unit, in the order of time; each is a row, though it is small."""
    total = sum_of(rows.values())
    levels = smallgroups.of_table(total, list(rows.values()))
    return Table(
        By.TIME,
        tuple(
            Row(day.isoformat(), adding.figures(_cells(counts, level, total)), since=day)
            for (day, counts), level in zip(rows.items(), levels, strict=True)
        ),
    )


def _by_outcome(counts: Counts, accepted: Shown, whole: Figure) -> Table:
    """Where the letters are; each stands in one row."""
    values = [counts.at(one) for one in Outcome]
    levels = smallgroups.of_parts(counts.of(Measure.PLANNED), accepted, values)
    return Table(
        By.OUTCOME,
        tuple(
            Row(outcome.value, adding.figures({Measure.PLANNED: (level, value)}, whole))
            for outcome, level, value in zip(Outcome, levels, values, strict=True)
        ),
    )


def _by_kind(by: By, counted: Mapping[Kind, Counts], name: Naming, whole: Figure) -> Table:
    groups: dict[Named, Counts] = {}
    for kind, counts in counted.items():
        named = name(kind)
        groups[named] = groups.get(named, Counts()) + counts
    total = sum_of(groups.values())
    shown = smallgroups.together(groups, Named(adding.OTHERS))
    levels = smallgroups.of_table(total, list(shown.values()))
    rows = (
        Row(named.code, adding.figures(_cells(counts, level, total), whole), named.name)
        for (named, counts), level in zip(shown.items(), levels, strict=True)
    )
    return Table(by, tuple(rows))


def _cells(
    counts: Counts, levels: Mapping[Measure, Shown], total: Counts | None = None
) -> dict[Measure, tuple[Shown, int]]:
    """What a report speaks of: of what only some practices learn, where there is any."""
    known = total or counts
    return {
        one: (levels[one], counts.of(one))
        for one in Measure
        if one not in ONLY_WITH or known.of(ONLY_WITH[one])
    }


# --- several of them ------------------------------------------------------------------------


def grouped(by: By, reports: Sequence[tuple[Row, Report]], whole: Figure | None = None) -> Table:
    """A row for each, those of one code together: `Row` says how it is called."""
    found: dict[str, list[tuple[Row, Report]]] = {}
    for row, one in reports:
        found.setdefault(row.code, []).append((row, one))
    rows = [
        replace(many[0][0], figures=adding.sums([(one.total, None) for _, one in many], whole))
        for many in found.values()
    ]
    return Table(by, tuple(rows if by is By.TIME else adding.by_size(rows)))


def regrouped(by: By, table: Table, name: Callable[[Row], Row], whole: Figure) -> Table:
    """The rows of a table of one report under fewer names; the row of small ones stays."""
    others = [row for row in table.rows if row.code == adding.OTHERS]
    rows = [(name(row), Report(row.figures)) for row in table.rows if row not in others]
    return grouped(by, [*rows, *((row, Report(row.figures)) for row in others)], whole)


def compared(now: Sequence[Figure], before: Sequence[Figure]) -> tuple[Compared, ...]:
    """The rates that are shown on both sides, and whether they differ."""
    ours, theirs = ({one.measure: one for one in side} for side in (now, before))
    return tuple(
        Compared(measure, _verdict(measure, ours, theirs), theirs[measure])
        for measure in COMPARED
        if measure in ours and measure in theirs
    )


Side = Mapping[Measure, Figure]


def _verdict(measure: Measure, ours: Side, theirs: Side) -> Verdict:
    here, there = ours[measure], theirs[measure]
    if here.of is None or here.of is not there.of:
        return Verdict.TOO_FEW
    of, before = ours[here.of].value, theirs[here.of].value
    if min(of, before) < ENOUGH:
        return Verdict.TOO_FEW
    pooled = (here.value + there.value) / (of + before)
    spread = sqrt(pooled * (1 - pooled) * (1 / of + 1 / before))
    apart = here.value / of - there.value / before
    if spread == 0 or abs(apart) <= _SURE * spread:
        return Verdict.SAME
    return Verdict.MORE if apart > 0 else Verdict.LESS
