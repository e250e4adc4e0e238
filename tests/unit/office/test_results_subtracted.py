"""Whoever holds every report that a practice can be shown, and subtracts them, finds no small group."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import insert

from desktop.campaigns.adding import OTHERS
from desktop.campaigns.subtracting import LEAST
from desktop.models.campaigning import CampaignId
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.outcomes import By, Counts, Figure, Measure, Outcome, Shown, Sort, Span
from desktop.models.tables_campaigns import reminder_window
from desktop.office.values_results import ResultsQuery, ResultsShown
from tests.made_practice import Practice
from tests.made_staff import desk_of
from tests.support import histories
from tests.support.histories import Letter

PRIME = 2**31 - 1
LOOKS = (
    *(("queued", "", ""), ("failed", "", ""), ("bounced", "", ""), ("accepted", "", "")),
    *(("accepted", "replied", ""), ("accepted", "confirmed", ""), ("accepted", "", "kept")),
    ("accepted", "", "missed"),
)
METHODS, DOMAINS, WINDOWS = ("tls", "envelope"), ("a.org", "b.org"), {"w1": 60, "w2": 120}
MANY = (0, 0, 0, 0, 0, 0, 1, 2, 5)


@dataclass(frozen=True)
class Alike:
    """`many` letters that no report tells apart; how many there are is what is looked for."""

    unit: str
    letter: Letter
    counts: Counts
    many: int


class Known:
    """Which sums follow from others, by elimination in a field: nothing is rounded."""

    def __init__(self) -> None:
        self._rows: dict[int, list[int]] = {}

    def rest(self, sum_: list[int]) -> list[int]:
        for pivot, row in self._rows.items():
            if times := sum_[pivot]:
                sum_ = [(one - times * other) % PRIME for one, other in zip(sum_, row, strict=True)]
        return sum_

    def learn(self, sum_: list[int]) -> None:
        rest = self.rest(sum_)
        pivot = next((at for at, one in enumerate(rest) if one), None)
        if pivot is not None:
            inverse = pow(rest[pivot], -1, PRIME)
            self._rows[pivot] = [one * inverse % PRIME for one in rest]

    def knows(self, sum_: list[int]) -> bool:
        return not any(self.rest(sum_))


@dataclass
class Holder:
    """Everything that was shown: of each unit its report, and those over several."""

    units: dict[str, ResultsShown]
    over: list[ResultsShown]
    letters: list[Alike]
    groups: dict[str, str]

    def figures(self) -> Iterator[tuple[tuple[str, ...], Figure, list[int]]]:
        """What is shown, with what it is the sum of."""
        for name, report in [*self.units.items(), *(("", one) for one in self.over)]:
            kind = "reminder" if report.sort is Sort.REMINDERS else "campaign"
            inside = [one.letter.kind == kind and name in ("", one.unit) for one in self.letters]
            yield from (
                ((name, "total"), figure, self._sum(figure.measure, inside)) for figure in report.total
            )
            for table in report.tables:
                places = [
                    self._place(table.by, one, whole=not name) if within else None
                    for one, within in zip(self.letters, inside, strict=True)
                ]
                for row in table.rows:
                    within = [place == row.code for place in places]
                    yield from (
                        ((name, table.by, row.code), figure, self._sum(figure.measure, within))
                        for figure in row.figures
                    )

    def _place(self, by: By, one: Alike, *, whole: bool) -> str:
        """The code of the row that letters stand in; over several units, where their own report has them."""
        letter = one.letter
        match by:
            case By.TIME:
                return f"{letter.at:%Y-%m}" if whole else letter.at.date().isoformat()
            case By.OUTCOME:
                return next(where.value for where in Outcome if one.counts.at(where))
            case By.CAMPAIGN:
                return one.unit
            case By.GROUP:
                return self.groups[one.unit]
            case By.TEMPLATE if letter.window:
                small = self._place(By.WINDOW, one, whole=whole) == OTHERS
                return OTHERS if small else "plain"
            case By.TEMPLATE:
                code = ":0"
            case By.WINDOW:
                code = f"reminder:{WINDOWS[letter.window]}"
            case _:
                code = letter.method if by is By.METHOD else letter.domain
        own = {row.code for table in self.units[one.unit].tables if table.by is by for row in table.rows}
        return code if code in own else OTHERS

    def _sum(self, measure: Measure, within: list[bool]) -> list[int]:
        return [
            one.counts.of(measure) if inside else 0 for one, inside in zip(self.letters, within, strict=True)
        ]

    def value(self, sum_: list[int]) -> int:
        return sum(times * one.many for times, one in zip(sum_, self.letters, strict=True))


def alike(rng: random.Random, unit: str, letter: Letter, many: tuple[int, ...]) -> Iterator[Alike]:
    """Every sort of letter that there could be in a unit, of most of them none."""
    for method, domain, (state, told, visit) in product(METHODS, DOMAINS, LOOKS):
        one = replace(letter, state=state, method=method, domain=domain)
        one.told, one.visits = frozenset({told} if told else ()), (visit,) if visit else ()
        counts = sum(histories.counted([one]).values(), Counts())
        yield Alike(unit, one, counts, rng.choice(many))


def held(practice: Practice, rng: random.Random) -> Holder:
    office, session = practice.signed_in()
    now = practice.clock.now()
    months = [datetime(now.year, number, 1, 18, tzinfo=UTC) for number in (now.month, now.month - 1)]

    def make(tx: Tx) -> tuple[list[Alike], dict[str, str]]:
        rows = [
            {"id": name, "kind": "reminder", "minutes": minutes, "changed_at": now}
            for name, minutes in WINDOWS.items()
        ]
        tx.connection.execute(insert(reminder_window), rows)
        letters: list[Alike] = []
        for month, day, window in product(months, (0, 1), WINDOWS):
            letter = Letter("reminder", month + timedelta(days=day), "", "", "", window=window)
            letters += alike(rng, f"{month:%Y-%m}", letter, MANY)
        group = histories.a_group(tx, by=session.user)
        groups = {}
        for number, many in enumerate((MANY, MANY, (0, 0, 0, 1))):
            at = months[number % 2]
            fields = {"by": session.user, "made_at": at, "changed_at": at, "started_at": at}
            campaign = histories.a_campaign(tx, str(number), segment=group if number else None, **fields)
            groups[campaign] = group if number else "unknown"
            letters += alike(rng, campaign, Letter("campaign", at, "", "", "", source=campaign), many)
        histories.keep(tx, [replace(one.letter, id=new_id()) for one in letters for _ in range(one.many)])
        return letters, groups

    letters, groups = desk_of(office).opened().database.write(make)
    units = {
        f"{month:%Y-%m}": office.show_results(session, ResultsQuery(back=back))
        for back, month in enumerate(months)
    }
    units |= {one: office.show_campaign_results(session, CampaignId(one)).results for one in groups}
    over = [office.show_results(session, ResultsQuery(sort, Span.YEAR)) for sort in Sort]
    return Holder(units, over, letters, groups)


@pytest.mark.parametrize("seed", range(2))
def test_of_everything_that_is_ever_shown_together(practice: Practice, seed: int) -> None:
    holder = held(practice, random.Random(seed))
    known, told = Known(), []
    for where, figure, sum_ in holder.figures():
        if figure.shown is Shown.EXACT:
            assert figure.value == holder.value(sum_), where
            known.learn(sum_)
        if figure.shown is Shown.AT_LEAST:
            assert figure.value <= holder.value(sum_)
        told.append(sum_)
    small = [sum_ for sum_ in told if 0 < holder.value(sum_) < LEAST]
    assert len(small) > 50
    assert [holder.value(sum_) for sum_ in small if known.knows(sum_)] == []
