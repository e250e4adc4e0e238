"""Which numbers of a report may be shown: nothing under eleven, nor what could be subtracted to find it.

A number is exact only if it and what is left of the number that it is part of are both at least
`LEAST` letters (or nothing at all). In a table whose sum is known, what is left for the rows that are
not exact has to be at least that much too, and has to leave open what each of them is: else the column
is not shown. Groups that are small stand together in one row. CMS' rule for its own data is the same
number (cell size suppression policy: 1 to 10 are not shown).

All this is of one unit: a month's reminders, or one campaign. No letter is in two units, and what is said
of several is added up from what each of them shows (`campaigns/adding.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from desktop.campaigns.subtracting import LEAST, Levels, found_out, known_part
from desktop.frozen import dataclass
from desktop.models.outcomes import PART_OF, Counts, Measure, Shown

T = TypeVar("T")
SPREAD = 5
"""How many values a number that is not shown could have at least, for all that its column tells."""
_MOST = LEAST - 1
_BESIDE = {
    one: frozenset(
        other
        for other in Measure
        if other is not Measure.PLANNED
        and (PART_OF.get(other) in (one, PART_OF[one]) or other in (one, PART_OF[one]))
    )
    for one in PART_OF
}
"""What a measure is part of, what is part of it, and what stands beside it."""
_NEAR = {
    Measure.ACCEPTED: Measure.BOUNCED,
    Measure.BOUNCED: Measure.ARRIVED,
    Measure.ARRIVED: Measure.BOUNCED,
    Measure.VISITS: Measure.MISSED,
    Measure.MISSED: Measure.KEPT,
    Measure.KEPT: Measure.MISSED,
}
"""What tells of a measure first, because two of the three make the third."""


def of_all(counts: Counts) -> dict[Measure, Shown]:
    """How the numbers of a whole report are shown: nobody and everybody are no small groups."""
    levels = _levels(counts, whole=True)
    while told := found_out([counts], [levels]):
        _hide([counts], [levels], told)
    return levels


def of_row(counts: Counts) -> dict[Measure, Shown]:
    """As `of_all`, of one row among others: nobody is fewer than eleven."""
    return _levels(counts, whole=False)


def of_table(total: Counts, rows: Sequence[Counts]) -> list[dict[Measure, Shown]]:
    """How the rows of a table are shown whose sum is shown as `of_all` says."""
    above = of_all(total)
    made = [of_row(row) for row in rows]
    for measure in Measure:
        part = PART_OF.get(measure)
        if part is not None and total.of(measure) == total.of(part):
            column = [level[part] for level in made]
        else:
            column = [level[measure] for level in made]
            if above[measure] is Shown.EXACT:
                column = _closed(column, [_bounded(measure, *one) for one in zip(rows, made, strict=True)])
        for level, shown in zip(made, column, strict=True):
            level[measure] = shown
    if any(level[Measure.PLANNED] is Shown.HIDDEN for level in made):
        return [dict.fromkeys(Measure, Shown.HIDDEN) for _ in rows]
    _settle(rows, made)
    while told := found_out([total, *rows], [above, *made]):
        _hide(rows, made, told)
    return made


def of_parts(whole: int, first: Shown, values: Sequence[int]) -> list[Shown]:
    """As `of_table`, of numbers that are the parts of `whole`; the first of them stands elsewhere too, and
    is shown here as it is there."""
    if whole < LEAST:
        return [Shown.EXACT if whole == 0 else Shown.FEW] * len(values)
    column = [first, *(_of_part(whole, value) for value in values[1:])]
    cells = [_part(whole, value, shown) for value, shown in zip(values, column, strict=True)]
    return [first, *_closed(column, cells, fixed=1)[1:]]


def _of_part(whole: int, value: int) -> Shown:
    return Shown.FEW if value < LEAST else Shown.MOST if whole - value < LEAST else Shown.EXACT


def _part(whole: int, value: int, shown: Shown) -> _Cell:
    match shown:
        case Shown.FEW:
            return _Cell(value, whole, 0, _MOST)
        case Shown.MOST:
            return _Cell(value, whole, whole - _MOST, whole)
        case _:
            return _Cell(value, whole, min(value, LEAST), max(value, whole - LEAST))


def together(groups: Mapping[T, Counts], others: T) -> dict[T, Counts]:
    """The groups with at least `LEAST` letters, largest first, and the small ones in one row `others`."""
    by_size = sorted(groups.items(), key=lambda item: -item[1].of(Measure.PLANNED))
    kept = [item for item in by_size if item[1].of(Measure.PLANNED) >= LEAST]
    small = by_size[len(kept) :]
    while small and kept and sum(one.of(Measure.PLANNED) for _, one in small) < LEAST:
        small.append(kept.pop())
    found = dict(kept)
    if small:
        found[others] = sum((one for _, one in small), Counts())
    return found


def _levels(counts: Counts, *, whole: bool) -> dict[Measure, Shown]:
    planned = counts.of(Measure.PLANNED)
    if planned < LEAST:
        nothing = whole and planned == 0
        return dict.fromkeys(Measure, Shown.EXACT if nothing else Shown.FEW)
    levels = {Measure.PLANNED: Shown.EXACT}
    for measure in Measure:
        if measure is not Measure.PLANNED:
            levels[measure] = _level(counts, measure, levels, whole=whole)
    return levels


def _hide(rows: Sequence[Counts], made: Sequence[dict[Measure, Shown]], told: set[Measure]) -> None:
    """The columns that tell, then what they are made of, then those around them; at last nothing is left."""
    near = {_NEAR[one] for one in told if one in _NEAR}
    around = {beside for one in told for beside in _BESIDE.get(one, frozenset({one}))}
    shown = {one for one in Measure if any(level[one] is not Shown.HIDDEN for level in made)}
    for columns in (told & shown, near & shown, around & shown, shown):
        columns = columns - {Measure.PLANNED} if columns != {Measure.PLANNED} else columns
        if columns:
            for level in made:
                level.update(dict.fromkeys(columns, Shown.HIDDEN))
            break
    _settle(rows, made)


def _settle(rows: Sequence[Counts], made: Sequence[dict[Measure, Shown]]) -> None:
    """All but a few of what is shown no more is said of nothing."""
    for row, level in zip(rows, made, strict=True):
        for one in Measure:
            if level[one] is Shown.MOST and row.of(known_part(level, one)) - row.of(one) >= LEAST:
                level[one] = Shown.HIDDEN


def _level(counts: Counts, measure: Measure, levels: Levels, *, whole: bool) -> Shown:
    value = counts.of(measure)
    if value < LEAST:
        return Shown.EXACT if whole and value == 0 else Shown.FEW
    known, part = known_part(levels, measure), PART_OF[measure]
    left = counts.of(known) - value
    if left == 0:
        return Shown.EXACT if whole else Shown.MOST
    if left < LEAST:
        return Shown.MOST
    if known is not part and counts.of(part) - value < LEAST and 2 * _MOST - left + 1 < SPREAD:
        return Shown.HIDDEN
    return Shown.EXACT


@dataclass(frozen=True)
class _Cell:
    """One number of a column: what it is, what it is part of, and between what everybody knows it to be."""

    value: int
    part: int
    least: int
    most: int


def _bounded(measure: Measure, row: Counts, level: Levels) -> _Cell:
    value, part = row.of(measure), row.of(PART_OF.get(measure, Measure.PLANNED))
    if level[measure] is Shown.FEW:
        return _Cell(value, part, 0, _MOST)
    if level[measure] is Shown.MOST:
        known = row.of(known_part(level, measure))
        return _Cell(value, part, max(0, known - _MOST), known)
    return _Cell(value, part, min(value, LEAST), max(value, row.of(Measure.PLANNED) - LEAST))


def _closed(column: Sequence[Shown], cells: Sequence[_Cell], fixed: int = 0) -> list[Shown]:
    """The column of a sum that is known, with as many more numbers left out as the small ones need; the
    first `fixed` of it stay."""
    shown = list(column)
    open_ = {place for place, one in enumerate(shown) if one is not Shown.EXACT}
    if open_ and not any(cells[place].value for place in open_):
        return [Shown.EXACT] * len(shown)
    while open_ and not _bears([cells[place] for place in open_]):
        more = [place for place in range(fixed, len(shown)) if place not in open_]
        if not more:
            return [Shown.HIDDEN] * len(shown)
        least = min(more, key=lambda place: cells[place].value)
        open_.add(least)
        shown[least] = Shown.HIDDEN
    return shown


def _bears(open_: Sequence[_Cell]) -> bool:
    """Whether what the sum leaves for these together is no small group, and leaves open what each is."""
    left = sum(one.value for one in open_)
    beside = sum(one.part for one in open_) - left
    if left < LEAST or 0 < beside < LEAST:
        return False
    low, high = sum(one.least for one in open_), sum(one.most for one in open_)
    return all(
        min(one.most, left - (low - one.least)) - max(one.least, left - (high - one.most)) + 1 >= SPREAD
        for one in open_
    )
