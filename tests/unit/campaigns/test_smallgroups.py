"""Nothing under eleven is shown, nor what could be subtracted to find it: tried by somebody who subtracts."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from desktop.campaigns import smallgroups
from desktop.campaigns.subtracting import LEAST, known_part
from desktop.models.outcomes import PART_OF, Counts, Measure, Shown

M = Measure
Levels = dict[Measure, Shown]


def letters(
    planned: int, accepted: int, bounced: int, answered: int, confirmed: int, over: int, missed: int
) -> Counts:
    """Each a part of the one before, however the numbers come."""
    accepted = min(accepted, planned)
    bounced = min(bounced, accepted)
    answered = min(answered, accepted - bounced)
    over = min(over, planned)
    missed = min(missed, over)
    return Counts.made(
        {
            M.PLANNED: planned,
            M.ACCEPTED: accepted,
            M.BOUNCED: bounced,
            M.ARRIVED: accepted - bounced,
            M.ANSWERED: answered,
            M.CONFIRMED: min(confirmed, answered),
            M.VISITS: over,
            M.KEPT: over - missed,
            M.MISSED: missed,
        }
    )


size = st.one_of(st.integers(0, 14), st.integers(0, 60), st.integers(100, 120))
rows = st.builds(letters, size, size, size, size, size, size, size)
tables = st.lists(rows.filter(lambda one: one.of(M.PLANNED) > 0), min_size=1, max_size=4)

UNDER = {part: [one for one in M if PART_OF.get(one) is part] for part in M}
CHILDREN = {M.ACCEPTED: (M.ARRIVED, M.BOUNCED), M.VISITS: (M.KEPT, M.MISSED)}


class Subtracting:
    """Who knows what is printed and how this program leaves out, and subtracts until nothing new comes.

    Holds for each number between what it must be; and of each number with what it is part of the rest.
    """

    def __init__(self, total: Counts, many: list[Counts]) -> None:
        self.between: dict[tuple[int, str], list[int]] = {}
        self.sums: list[tuple[tuple[int, str], list[tuple[int, str]]]] = []
        levels = [smallgroups.of_all(total), *smallgroups.of_table(total, many)]
        for place, (counts, level) in enumerate(zip([total, *many], levels, strict=True)):
            for one in M:
                self.between[place, one.value] = self._printed(counts, level, one, whole=place == 0)
            for one, part in PART_OF.items():
                rest = (place, f"{one.value} rest")
                self.between[rest] = [0, 10**6]
                self.sums.append(((place, part.value), [(place, one.value), rest]))
            for part, both in CHILDREN.items():
                self.sums.append(((place, part.value), [(place, one.value) for one in both]))
        for one in M:
            below = [(place, one.value) for place in range(1, len(levels))]
            self.sums.append(((0, one.value), below))
        while self._subtract():
            pass

    @staticmethod
    def _printed(counts: Counts, level: Levels, one: Measure, *, whole: bool) -> list[int]:
        if level[one] is Shown.EXACT:
            return [counts.of(one)] * 2
        if level[one] is Shown.FEW:
            return [1 if whole else 0, LEAST - 1]
        if level[one] is Shown.MOST:
            known = counts.of(known_part(level, one))
            return [max(0, known - LEAST + 1), known]
        return [0, 10**6]

    def _subtract(self) -> bool:
        changed = False
        for whole, some in self.sums:
            for one in (whole, *some):
                low, high = self.between[one]
                if one == whole:
                    new = [
                        sum(self.between[each][0] for each in some),
                        sum(self.between[each][1] for each in some),
                    ]
                else:
                    others = [each for each in some if each != one]
                    new = [
                        self.between[whole][0] - sum(self.between[each][1] for each in others),
                        self.between[whole][1] - sum(self.between[each][0] for each in others),
                    ]
                tighter = [max(low, new[0]), min(high, new[1])]
                assert tighter[0] <= tighter[1]
                if tighter != [low, high]:
                    self.between[one], changed = tighter, True
        return changed

    def found(self) -> list[tuple[tuple[int, str], int]]:
        """The small groups that are known to the letter."""
        return [(name, low) for name, (low, high) in self.between.items() if low == high and 0 < low < LEAST]


@given(tables)
def test_nobody_who_subtracts_finds_a_small_group(many: list[Counts]) -> None:
    total = sum(many, Counts())
    assert Subtracting(total, many).found() == []


@given(tables)
def test_what_is_shown_is_no_small_number(many: list[Counts]) -> None:
    total = sum(many, Counts())
    for counts, level in zip(many, smallgroups.of_table(total, many), strict=True):
        for one in M:
            assert level[one] is not Shown.EXACT or not 0 < counts.of(one) < LEAST


@given(st.lists(size, min_size=1, max_size=6))
def test_parts_of_a_whole_do_not_tell_each_other(values: list[int]) -> None:
    whole = sum(values)
    accepted = smallgroups.of_all(letters(whole, values[0], 0, 0, 0, 0, 0))[M.ACCEPTED]
    levels = smallgroups.of_parts(whole, accepted, values)
    assert levels[0] is accepted or whole < LEAST
    open_ = [value for value, level in zip(values, levels, strict=True) if level is not Shown.EXACT]
    assert whole < LEAST or not open_ or sum(open_) >= LEAST
    assert not [v for v, level in zip(values, levels, strict=True) if level is Shown.EXACT and 0 < v < LEAST]


@given(st.dictionaries(st.text(min_size=1, max_size=3), rows, max_size=8))
def test_small_groups_stand_together_and_the_sum_stays(groups: dict[str, Counts]) -> None:
    shown = smallgroups.together(groups, "others")
    assert sum(shown.values(), Counts()) == sum(groups.values(), Counts())
    sizes = [one.of(M.PLANNED) for one in shown.values()]
    assert len(sizes) <= 1 or min(sizes) >= LEAST
    assert set(shown) <= {*groups, "others"}
    named = [one.of(M.PLANNED) for key, one in shown.items() if key != "others"]
    assert all(first >= second for first, second in pairwise(named))


def test_a_campaign_of_everyday_is_shown_whole() -> None:
    levels = smallgroups.of_all(letters(374, 340, 20, 150, 90, 0, 0))
    assert {levels[one] for one in (M.PLANNED, M.ACCEPTED, M.BOUNCED, M.ARRIVED, M.CONFIRMED)} == {
        Shown.EXACT
    }


def test_three_that_came_back_are_fewer_than_eleven_and_those_that_arrived_do_not_tell_them() -> None:
    levels = smallgroups.of_all(letters(374, 374, 3, 150, 90, 0, 0))
    assert levels[M.ACCEPTED] is Shown.EXACT
    assert levels[M.BOUNCED] is Shown.FEW
    assert levels[M.ARRIVED] is Shown.MOST
    assert levels[M.ANSWERED] is Shown.EXACT


def test_what_tells_of_eight_refused_is_left_out_and_nothing_else() -> None:
    levels = smallgroups.of_all(letters(240, 232, 12, 64, 0, 137, 22))
    assert {one for one in M if levels[one] is Shown.HIDDEN} == {M.ACCEPTED, M.BOUNCED}
    assert levels[M.ARRIVED] is levels[M.VISITS] is levels[M.MISSED] is Shown.EXACT


def test_nobody_is_no_small_group() -> None:
    levels = smallgroups.of_all(letters(374, 374, 0, 0, 0, 0, 0))
    assert levels[M.BOUNCED] is levels[M.ANSWERED] is levels[M.ARRIVED] is Shown.EXACT


def test_of_ten_letters_nothing_is_told() -> None:
    assert set(smallgroups.of_all(letters(10, 10, 0, 5, 5, 0, 0)).values()) == {Shown.FEW}
