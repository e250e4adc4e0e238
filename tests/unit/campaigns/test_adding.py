"""What is said of several reports is what somebody could say who has nothing but them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.campaigns import adding, results
from desktop.campaigns.adding import OTHERS
from desktop.campaigns.results import Named
from desktop.campaigns.subtracting import LEAST
from desktop.models.outcomes import By, Counts, Figure, Kind, Measure, Report, Row, Shown
from tests.unit.campaigns.test_smallgroups import letters, rows

M = Measure
NAMING = {By.DOMAIN: lambda kind: Named(kind.domain, kind.domain)}
domains = st.dictionaries(st.sampled_from("abc"), rows, max_size=3)


def of(**counts: Counts) -> Report:
    return results.report({Kind(domain=name): one for name, one in counts.items()}, NAMING)


def by_measure(figures: tuple[Figure, ...]) -> dict[Measure, Figure]:
    return {one.measure: one for one in figures}


@given(st.lists(domains, max_size=4))
def test_a_sum_is_exact_or_true_as_far_as_it_goes(units: list[dict[str, Counts]]) -> None:
    added = adding.added([of(**one) for one in units])
    whole = sum((counts for one in units for counts in one.values()), Counts())
    for figure in added.total:
        value = whole.of(figure.measure)
        if figure.shown is Shown.EXACT:
            assert figure.value == value
        elif figure.shown is Shown.AT_LEAST:
            assert LEAST <= figure.value <= value
        elif figure.shown is Shown.FEW:
            assert value < LEAST


@given(st.lists(domains, min_size=1, max_size=4))
def test_rows_are_no_more_than_their_sum(units: list[dict[str, Counts]]) -> None:
    added = adding.added([of(**one) for one in units])
    planned = sum(counts.of(M.PLANNED) for one in units for counts in one.values())
    for table in added.tables:
        assert sum(row.figures[0].value for row in table.rows) <= planned


def test_one_report_by_itself_is_shown_as_it_is() -> None:
    one = of(a=letters(374, 374, 3, 150, 90, 0, 0))
    assert adding.added([one]) == one


def test_large_ones_add_up_with_their_share() -> None:
    one = of(a=letters(100, 80, 20, 40, 0, 0, 0), b=letters(100, 80, 20, 40, 0, 0, 0))
    added = adding.added([one, one])
    total = by_measure(added.total)
    assert (total[M.PLANNED].value, total[M.ACCEPTED].value, total[M.ACCEPTED].percent) == (400, 320, 80.0)
    assert [row.figures[0].percent for row in added.tables[1].rows] == [50.0, 50.0]


def test_what_one_does_not_show_makes_the_sum_at_least() -> None:
    added = by_measure(
        adding.added([of(a=letters(300, 300, 3, 0, 0, 0, 0)), of(a=letters(200, 150, 40, 0, 0, 0, 0))]).total
    )
    assert (added[M.BOUNCED].shown, added[M.BOUNCED].value) == (Shown.AT_LEAST, 40)
    assert (added[M.ARRIVED].shown, added[M.ARRIVED].value) == (Shown.AT_LEAST, 290 + 110)
    assert added[M.ARRIVED].percent is None


def test_a_small_campaign_is_not_found_behind_a_large_one() -> None:
    """Before, the sum of a month less the report of the large one told of the small one."""
    large, small = of(a=letters(300, 300, 40, 0, 0, 0, 0)), of(a=letters(9, 9, 0, 0, 0, 0, 0))
    added = by_measure(adding.added([large, small]).total)
    assert (added[M.PLANNED].shown, added[M.PLANNED].value) == (Shown.AT_LEAST, 300)


def test_few_and_nobody_are_few() -> None:
    few, none = of(a=letters(300, 300, 3, 0, 0, 0, 0)), of(a=letters(300, 300, 0, 0, 0, 0, 0))
    assert by_measure(adding.added([few, none]).total)[M.BOUNCED].shown is Shown.FEW
    assert by_measure(adding.added([few, few]).total)[M.BOUNCED].shown is Shown.HIDDEN


def test_rows_under_fewer_names_keep_the_small_ones_together() -> None:
    one = of(
        a=letters(60, 60, 0, 0, 0, 0, 0),
        b=letters(50, 50, 0, 0, 0, 0, 0),
        c=letters(20, 20, 0, 0, 0, 0, 0),
        d=letters(12, 12, 0, 0, 0, 0, 0),
        e=letters(3, 3, 0, 0, 0, 0, 0),
    )
    made = results.regrouped(By.TEMPLATE, one.tables[1], lambda _: Row("all", ()), one.total[0])
    assert [(row.code, row.figures[0].value) for row in made.rows] == [("all", 130), (OTHERS, 15)]
