"""Thinning against a reference that is written the slow way, over random histories of chains."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.models.backupnames import container_name, parse_name
from desktop.models.safekeeping import BackupId
from desktop.sync.thinning import complete, keep, order_of_removal

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MOST = {"hour": 24, "day": 14, "week": 8, "month": 12, "year": 6}
FORMS = {"hour": "%Y%m%d%H", "day": "%Y%m%d", "week": "%G%V", "month": "%Y%m", "year": "%Y"}


def id_of(number: int) -> BackupId:
    return BackupId(f"{number:012x}{number:020x}")


def history(gaps: list[int], links: list[int], end: datetime = NOW) -> list[str]:
    """Backups `gaps` minutes apart that end at `end`; `links` says after how many a whole one begins."""
    times, at = [], end
    for gap in gaps:
        times.append(at)
        at -= timedelta(minutes=gap)
    names, left, parent = [], 0, None
    for number, time in enumerate(reversed(times), 1):
        if left == 0:
            left, parent = links[number % len(links)], None
        names.append(container_name(time, id_of(number), parent))
        parent, left = id_of(number), left - 1
    return names


def reference(names: list[str], now: datetime) -> set[str]:
    """Each rule walks the past from the newest on and marks; chains are followed afterwards."""
    known = {name: parsed for name in names if (parsed := parse_name(name))}
    by_id = {parsed.id: name for name, parsed in known.items()}

    def chain(name: str) -> list[str] | None:
        line = [name]
        while known[line[-1]].parent is not None:
            parent = by_id.get(known[line[-1]].parent or "")
            if parent is None:
                return None
            line.append(parent)
        return line

    whole = {name: line for name in known if (line := chain(name))}
    kept = set(names) - known.keys()
    past = sorted((n for n in whole if known[n].made_at <= now), key=lambda n: (known[n].made_at, n))
    for rule, form in FORMS.items():
        newest: dict[str, str] = {}
        for name in past:
            newest[known[name].made_at.strftime(form)] = name
        for bucket in sorted(newest)[-MOST[rule] :]:
            kept |= set(whole[newest[bucket]])
    for name, line in whole.items():
        if known[name].made_at > now:
            kept |= set(line)
    return kept


GAPS = st.lists(st.integers(1, 60 * 24 * 20), min_size=1, max_size=120)
LINKS = st.lists(st.integers(1, 25), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(GAPS, LINKS, st.integers(-3000, 3000))
def test_keeps_what_the_reference_keeps(gaps: list[int], links: list[int], ahead: int) -> None:
    names = [*history(gaps, links, NOW + timedelta(minutes=ahead)), "marker.txt"]
    assert keep(names, NOW) == reference(names, NOW)


@settings(max_examples=60, deadline=None)
@given(GAPS, LINKS)
def test_stopped_anywhere_every_kept_one_is_still_whole(gaps: list[int], links: list[int]) -> None:
    names = history(gaps, links)
    kept, there = keep(names, NOW), set(names)
    points = kept & complete(names)
    order = order_of_removal(names, kept)
    assert set(order) == there - kept
    was = complete(there)
    for name in order:
        there.remove(name)
        assert points <= complete(there)
        assert complete(there) == was & there, "nothing lost its chain before it went itself"


@settings(max_examples=60, deadline=None)
@given(GAPS, LINKS)
def test_thinning_twice_takes_nothing_more(gaps: list[int], links: list[int]) -> None:
    kept = keep(history(gaps, links), NOW)
    assert keep(kept, NOW) >= {name for name in kept if name == max(kept)}
    assert max(history(gaps, links)) in kept


def test_after_a_month_of_holidays_every_restore_point_is_still_there() -> None:
    names = history([60] * 60, [25])
    later = NOW + timedelta(days=31)
    assert keep(names, later) == keep(names, NOW)


def test_a_clock_that_ran_ahead_pushes_nothing_out() -> None:
    ahead = history([60] * 30, [1], NOW + timedelta(days=4000))
    names = history([60] * 30, [5])
    assert keep(names, NOW) <= keep([*names, *ahead], NOW)
    assert set(ahead) <= keep([*names, *ahead], NOW)


def test_what_lacks_its_chain_is_no_restore_point_and_goes() -> None:
    names = history([60] * 10, [10])
    orphans = names[1:]
    assert keep(orphans, NOW) == frozenset()
    assert set(order_of_removal(orphans, frozenset())) == set(orphans)


def test_names_that_go_round_in_a_circle_end() -> None:
    one, other = id_of(1), id_of(2)
    names = [container_name(NOW, one, other), container_name(NOW, other, one)]
    assert keep(names, NOW) == frozenset()
    assert len(order_of_removal(names, frozenset())) == 2


def test_a_year_of_ordinary_days_ends_with_what_the_rules_promise() -> None:
    names = history([240] * (6 * 365), [24])
    points = keep(names, NOW)
    times = sorted((parse_name(name).made_at for name in points), reverse=True)  # type: ignore[union-attr]
    assert times[0] == NOW
    assert len(points) < 400
    assert times[-1] < NOW - timedelta(days=320)
