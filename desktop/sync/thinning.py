"""Which backups stay and which go, by their names alone.

Pure: names and the time in, names out, so that a target that knows nothing of our database is
thinned by the same rule. Buckets are counted as far as there are backups in them: a practice
that was closed for a month has lost none of its restore points when it comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from desktop.models.backupnames import BackupName, parse_name

_Bucket = Callable[[datetime], tuple[int, ...]]

RULES: tuple[tuple[int, _Bucket], ...] = (
    (24, lambda at: (at.year, at.month, at.day, at.hour)),
    (14, lambda at: (at.year, at.month, at.day)),
    (8, lambda at: tuple(at.isocalendar()[:2])),
    (12, lambda at: (at.year, at.month)),
    (6, lambda at: (at.year,)),
)
"""So many hours, days, ISO weeks, months and years of UTC keep the newest backup in them."""


def keep(names: Iterable[str], now: datetime) -> frozenset[str]:
    """What stays: the restore points, all that they go on from, and whatever is no backup's name.

    A restore point has its whole chain among `names`. One from the future (a clock that ran ahead)
    stays and takes nobody's place: otherwise it would push out what is made from now on.
    """
    given = frozenset(names)
    known = _known(given)
    chains = _chains(known)
    stays = given - known.keys()
    points = []
    for name, parsed in known.items():
        if name not in chains:
            continue
        if parsed.made_at > now:
            stays |= set(chains[name])
        else:
            points.append((parsed.made_at.astimezone(UTC), name))
    points.sort(reverse=True)
    for most, bucket in RULES:
        filled: set[tuple[int, ...]] = set()
        for at, name in points:
            if bucket(at) in filled:
                continue
            if len(filled) == most:
                break
            filled.add(bucket(at))
            stays |= set(chains[name])
    return stays


def order_of_removal(names: Iterable[str], kept: frozenset[str]) -> tuple[str, ...]:
    """What goes, children before what they go on from: stopped anywhere, what is left is whole."""
    known = _known(names)
    parents = _parents(known)
    goes = [name for name in known if name not in kept]
    return tuple(sorted(goes, key=lambda name: (-len(_line(name, parents)), known[name].made_at, name)))


def complete(names: Iterable[str]) -> frozenset[str]:
    """Those of `names` whose whole chain is among them."""
    return frozenset(_chains(_known(names)))


def _known(names: Iterable[str]) -> dict[str, BackupName]:
    return {name: parsed for name in names if (parsed := parse_name(name)) is not None}


def _parents(known: Mapping[str, BackupName]) -> dict[str, str]:
    """What each goes on from, as far as that is there."""
    by_id = {parsed.id: name for name, parsed in sorted(known.items(), reverse=True)}
    return {
        name: by_id[parsed.parent]
        for name, parsed in known.items()
        if parsed.parent is not None and parsed.parent in by_id
    }


def _line(name: str, parents: Mapping[str, str]) -> list[str]:
    """`name` and what it goes on from, as far as that is there; a forged circle ends."""
    line = [name]
    while (parent := parents.get(line[-1])) is not None and parent not in line:
        line.append(parent)
    return line


def _chains(known: Mapping[str, BackupName]) -> dict[str, list[str]]:
    """Of each complete one, itself and all that it goes on from."""
    parents = _parents(known)
    lines = {name: _line(name, parents) for name in known}
    return {name: line for name, line in lines.items() if known[line[-1]].parent is None}
