"""What may be said of several reports together: what somebody finds who has nothing but these reports.

Each letter is in one report: a reminder in that of its month, a campaign's letter in that of its campaign.
A year, or the campaigns of a month, are added up from what those reports show and never from the counts
behind them. So nothing can be subtracted from a sum but what stood in a report before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from desktop.campaigns.subtracting import LEAST, WHOLE, known_part
from desktop.frozen import dataclass
from desktop.models.outcomes import PART_OF, By, Figure, Measure, Report, Row, Shown, Table

OTHERS = "others"
"""The code of the row of what is small by itself."""


@dataclass(frozen=True)
class Part:
    """One number as it is shown, and the least that it can be."""

    shown: Shown
    value: int
    least: int


def figures(cells: Mapping[Measure, tuple[Shown, int]], whole: Figure | None = None) -> tuple[Figure, ...]:
    """With what each is a share of: of what is planned that is `whole`, where it is a part of one."""
    levels = {measure: shown for measure, (shown, _) in cells.items()}
    made = []
    for measure, (shown, value) in cells.items():
        figure = Figure(measure, shown, value if shown in (Shown.EXACT, Shown.AT_LEAST) else 0)
        if measure is Measure.PLANNED:
            part = whole
        else:
            of = known_part(levels, measure)
            part = Figure(of, *cells[of])
        made.append(_shared(figure, part))
    return tuple(made)


def _shared(figure: Figure, part: Figure | None) -> Figure:
    if part is None or figure.shown is not Shown.EXACT or part.shown is not Shown.EXACT or not part.value:
        return figure
    return replace(figure, percent=round(100 * figure.value / part.value, 1), of=part.measure)


def added(reports: Sequence[Report]) -> Report:
    """The sum of reports over different letters; rows of one code are one row, in the order of their size."""
    total = sums([(report.total, None) for report in reports])
    tables = {table.by: None for report in reports for table in report.tables}
    return Report(total, tuple(_table(by, reports, total[0]) for by in tables))


def _table(by: By, reports: Iterable[Report], whole: Figure) -> Table:
    found: dict[str, list[tuple[Row, Figure]]] = {}
    for report in reports:
        for table in report.tables:
            for row in table.rows if table.by is by else ():
                found.setdefault(row.code, []).append((row, report.total[0]))
    rows = [
        replace(rows[0][0], figures=sums([(row.figures, of) for row, of in rows], whole))
        for rows in found.values()
    ]
    return Table(by, tuple(rows if by is By.OUTCOME else by_size(rows)))


def by_size(rows: Iterable[Row]) -> list[Row]:
    """The largest first, small ones together last."""
    return sorted(rows, key=lambda row: (row.code == OTHERS, -row.figures[0].value))


def sums(
    many: Sequence[tuple[tuple[Figure, ...], Figure | None]], whole: Figure | None = None
) -> tuple[Figure, ...]:
    """Of figures over different letters, each with what their planned ones are a part of; likewise `whole`.

    A measure that one of them does not speak of is 0 there.
    """
    spoken = {figure.measure for row, _ in many for figure in row}
    parts = [_parts(row, of) for row, of in many]
    cells = {
        measure: _sum([one[measure] for one in parts])
        for measure in Measure
        if measure in spoken or measure is Measure.PLANNED
    }
    return figures(cells, whole)


def _parts(row: tuple[Figure, ...], whole: Figure | None) -> dict[Measure, Part]:
    """Nothing is less than what is known to be a part of it."""
    levels = {one.measure: one.shown for one in row}
    shown = {one.measure: one for one in row}
    found: dict[Measure, Part] = {}
    for measure in reversed(Measure):
        figure = shown.get(measure, Figure(measure, Shown.EXACT))
        least = figure.value
        if figure.shown is Shown.MOST:
            known = whole if measure is Measure.PLANNED else shown[known_part(levels, measure)]
            if known is not None and known.shown in (Shown.EXACT, Shown.AT_LEAST):
                least = max(0, known.value - LEAST + 1)
        below = [found[one].least for one, part in PART_OF.items() if part is measure]
        made_of = sum(found[one].least for one in WHOLE.get(measure, ()))
        found[measure] = Part(figure.shown, figure.value, max(least, made_of, *below, 0))
    return found


def _sum(parts: Sequence[Part]) -> tuple[Shown, int]:
    """Exact where all are; few where the rest is nobody; else what it is at least."""
    if len(parts) == 1:
        return parts[0].shown, parts[0].value
    if all(one.shown is Shown.EXACT for one in parts):
        return Shown.EXACT, sum(one.value for one in parts)
    somebody = [one.shown for one in parts if one != Part(Shown.EXACT, 0, 0)]
    if somebody == [Shown.FEW]:
        return Shown.FEW, 0
    least = sum(one.least for one in parts)
    return (Shown.AT_LEAST, least) if least >= LEAST else (Shown.HIDDEN, 0)
