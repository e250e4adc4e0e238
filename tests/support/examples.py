"""Some value of every type that may cross the door, filled as deep as it goes."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from enum import Enum
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

_PLAIN = {
    str: "Zoë ✓\n",
    int: 7,
    bool: True,
    float: 1.5,
    bytes: b"\x00\xff",
    date: date(2026, 11, 24),
    datetime: datetime(2026, 11, 24, 14, 30, 0, 5, tzinfo=UTC),
    time: time(17, 45),
}


def example(kind: Any) -> Any:
    """The first of `examples`."""
    return next(examples(kind))


def examples(kind: Any) -> Iterator[Any]:
    """One value for each member of a union, each member of an enumeration, and nothing where it may be."""
    if isinstance(kind, NewType):
        yield from examples(kind.__supertype__)
        return
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        for member in sorted(get_args(kind), key=lambda each: each is type(None)):
            yield from (None,) if member is type(None) else examples(member)
    elif origin is tuple:
        yield from _tuples(get_args(kind))
    elif origin in (dict, Mapping):
        yield {example(get_args(kind)[0]): example(get_args(kind)[1])}
        yield {}
    elif isinstance(kind, type) and dataclasses.is_dataclass(kind):
        yield from _records(kind)
    elif isinstance(kind, type) and issubclass(kind, Enum):
        yield from reversed(list(kind))
    else:
        yield _PLAIN[kind]


def _tuples(members: tuple[Any, ...]) -> Iterator[Any]:
    if members[-1] is Ellipsis:
        yield (example(members[0]),) * 2
        yield ()
        for each in examples(members[0]):
            yield (each,)
    else:
        yield tuple(example(member) for member in members)


def _records(kind: Any) -> Iterator[Any]:
    """Each field in each of its forms, the others in their first."""
    hints = get_type_hints(kind)
    first = {field.name: example(hints[field.name]) for field in dataclasses.fields(kind)}
    yield kind(**first)
    for field in dataclasses.fields(kind):
        for value in list(examples(hints[field.name]))[1:]:
            yield kind(**{**first, field.name: value})
