"""What somebody finds out who subtracts the numbers of a report from each other.

Of each number we keep between which values it must be; what is part of what, and rows that add up to
a total, narrow that until nothing new comes. A number between 1 and 10 that is narrowed to one value is
found out, though it is printed nowhere: also that of those who are left over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desktop.models.outcomes import PART_OF, Counts, Measure, Shown

LEAST = 11
"""Letters; fewer are a small group (CMS' own policy for its data: 1 to 10 are not shown)."""
_MOST = LEAST - 1
_NO_END = 1 << 40
_ROUNDS = 200
WHOLE = {
    Measure.ACCEPTED: (Measure.ARRIVED, Measure.BOUNCED),
    Measure.VISITS: (Measure.KEPT, Measure.MISSED),
}
"""What is nothing but these two."""
Levels = Mapping[Measure, Shown]


def known_part(levels: Levels, measure: Measure) -> Measure:
    """The nearest that `measure` is part of and that is shown as it is."""
    over = PART_OF.get(measure, Measure.PLANNED)
    while levels[over] is not Shown.EXACT and over in PART_OF:
        over = PART_OF[over]
    return over


def found_out(many: Sequence[Counts], levels: Sequence[Levels]) -> set[Measure]:
    """Which measures tell of a small group; the first of `many` is the sum of the others."""
    low: list[int] = []
    high: list[int] = []
    sums: list[tuple[int, list[int]]] = []
    places: list[dict[Measure, int]] = []
    measures: list[Measure] = []

    def add(measure: Measure, least: int, most: int) -> int:
        low.append(least)
        high.append(most)
        measures.append(measure)
        return len(low) - 1

    for row, (counts, level) in enumerate(zip(many, levels, strict=True)):
        at = {one: add(one, *_printed(counts, level, one, whole=row == 0)) for one in Measure}
        places.append(at)
        sums += [(at[part], [at[one], add(one, 0, _NO_END)]) for one, part in PART_OF.items()]
        sums += [(at[part], [at[one] for one in both]) for part, both in WHOLE.items()]
    if len(many) > 1:
        sums += [(places[0][one], [at[one] for at in places[1:]]) for one in Measure]
    for _ in range(_ROUNDS):
        if not _narrowed(low, high, sums):
            break
    pinned = zip(measures, low, high, strict=True)
    return {measure for measure, least, most in pinned if least == most and 0 < least < LEAST}


def _printed(counts: Counts, level: Levels, one: Measure, *, whole: bool) -> tuple[int, int]:
    match level[one]:
        case Shown.EXACT:
            return counts.of(one), counts.of(one)
        case Shown.FEW:
            return int(whole), _MOST
        case Shown.MOST:
            known = counts.of(known_part(level, one))
            return max(0, known - _MOST), known
        case _:
            return 0, _NO_END


def _narrowed(low: list[int], high: list[int], sums: Sequence[tuple[int, list[int]]]) -> bool:
    """Each sum once; whether anything was narrowed."""
    changed = False
    for whole, some in sums:
        least, most = sum(low[one] for one in some), sum(high[one] for one in some)
        if least > low[whole] or most < high[whole]:
            low[whole], high[whole], changed = max(least, low[whole]), min(most, high[whole]), True
        for one in some:
            up, down = low[whole] - (most - high[one]), high[whole] - (least - low[one])
            if up > low[one] or down < high[one]:
                new = max(up, low[one]), min(down, high[one])
                least, most = least + new[0] - low[one], most + new[1] - high[one]
                low[one], high[one], changed = *new, True
    return changed
