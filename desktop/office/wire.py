"""Requests and answers as JSON and back, by their type hints.

The agent stands behind a socket; a value that does not survive this round trip
cannot cross the door. Bytes are base64, dates and times are ISO 8601, tuples are lists.
"""

from __future__ import annotations

import base64
import dataclasses
import types
from collections.abc import Mapping
from datetime import date, datetime, time
from enum import Enum
from functools import lru_cache
from typing import Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Json = Any


def to_json(value: object) -> Json:
    """Only what `json.dumps` takes; raises TypeError for a type that may not cross."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, date | time):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(to_json(key)): to_json(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    raise TypeError(type(value).__name__)


def from_json(kind: type[T], data: Json) -> T:
    """A value of `kind`; raises TypeError or ValueError where `data` is not of its shape."""
    result: T = _read(kind, data)
    return result


@lru_cache(maxsize=256)
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, data: Json) -> Any:
    if isinstance(kind, NewType):
        return _read(kind.__supertype__, data)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _read_union(get_args(kind), data)
    if origin is tuple:
        return _read_tuple(get_args(kind), _expect(list, data))
    if origin in (dict, Mapping):
        key, item = get_args(kind)
        return {_read(key, k): _read(item, v) for k, v in _expect(dict, data).items()}
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        given = _expect(dict, data)
        hints = _hints(kind)
        if not given.keys() <= hints.keys():
            raise TypeError(kind.__name__)
        return kind(**{name: _read(hints[name], item) for name, item in given.items()})
    return _read_plain(kind, data)


def _read_tuple(kinds: tuple[Any, ...], data: list[Json]) -> tuple[Any, ...]:
    if kinds[-1] is Ellipsis:
        return tuple(_read(kinds[0], item) for item in data)
    return tuple(_read(kind, item) for kind, item in zip(kinds, data, strict=True))


def _read_union(kinds: tuple[Any, ...], data: Json) -> Any:
    if data is None and type(None) in kinds:
        return None
    rest = [kind for kind in kinds if kind is not type(None)]
    if len(rest) == 1:
        return _read(rest[0], data)
    for kind in rest:
        if type(data) is kind or (isinstance(data, dict) and _has_fields(kind, data)):
            return _read(kind, data)
    raise TypeError(str(kinds))


def _has_fields(kind: Any, data: dict[str, Json]) -> bool:
    """Two dataclasses of a union are told apart by the names of their fields."""
    return isinstance(kind, type) and dataclasses.is_dataclass(kind) and _hints(kind).keys() == data.keys()


def _read_plain(kind: Any, data: Json) -> Any:
    if kind is bytes:
        return base64.b64decode(_expect(str, data), validate=True)
    if kind is datetime:
        return datetime.fromisoformat(_expect(str, data))
    if kind is date or kind is time:
        return kind.fromisoformat(_expect(str, data))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    if kind is float and type(data) is int:
        return float(data)
    return _expect(kind, data)


def _expect(kind: Any, data: Json) -> Any:
    if type(data) is not kind:
        raise TypeError(f"{kind.__name__} wanted")
    return data
