"""Every use case as it crosses the line: its arguments and its answer, from the door's type hints.

Nothing is written down a second time: a method that is added to `office.api.Office` can be
called from the next moment on.
"""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import Any, get_type_hints

from desktop.errors import DeliveryError, InputError, Refused, SealwellError, VaultError
from desktop.frozen import dataclass
from desktop.models.accounts import Session
from desktop.office.api import Office
from desktop.office.wire import Json, from_json, to_json

PROGRESS = "progress"
_KNOWN = {kind.__name__: kind for kind in (Refused, VaultError, InputError, DeliveryError, SealwellError)}


@dataclass(frozen=True)
class Shape:
    """One use case's hints."""

    name: str
    signature: inspect.Signature
    kinds: dict[str, Any]
    answer: Any

    @property
    def of_a_person(self) -> bool:
        """Whether its first argument is a session."""
        return next(iter(self.kinds.values()), None) is Session

    @property
    def has_progress(self) -> bool:
        return PROGRESS in self.signature.parameters

    def bind(self, *args: Any, **named: Any) -> inspect.BoundArguments:
        """The arguments of one call, all of them; TypeError where they do not fit."""
        bound = self.signature.bind(*args, **named)
        bound.apply_defaults()
        return bound

    def pack(self, bound: inspect.BoundArguments) -> list[Json]:
        """In order; the progress call stays at home."""
        return [to_json(value) for name, value in bound.arguments.items() if name != PROGRESS]

    def unpack(self, given: object) -> list[Any]:
        """Raises TypeError or ValueError where they are not what the use case takes."""
        if not isinstance(given, list) or len(given) != len(self.kinds):
            raise TypeError(self.name)
        return [from_json(kind, item) for kind, item in zip(self.kinds.values(), given, strict=True)]

    def pack_answer(self, value: object) -> Json:
        return to_json(value)

    def unpack_answer(self, given: Json) -> Any:
        return None if self.answer is type(None) else from_json(self.answer, given)


def names() -> tuple[str, ...]:
    """Every use case of the door."""
    return tuple(name for name, _ in inspect.getmembers(Office, inspect.isfunction) if name[0] != "_")


@lru_cache(maxsize=512)
def shape_of(name: str) -> Shape | None:
    """None where the door has no such use case."""
    method = None if name.startswith("_") else getattr(Office, name, None)
    if not inspect.isfunction(method):
        return None
    whole = inspect.signature(method)
    own = whole.replace(parameters=list(whole.parameters.values())[1:])
    hints = get_type_hints(method)
    answer = hints.pop("return")
    return Shape(name, own, {k: v for k, v in hints.items() if k != PROGRESS}, answer)


def pack_error(error: SealwellError) -> dict[str, Json]:
    """The nearest class that every end knows; what hangs on a closer one stays behind."""
    kind = next(each.__name__ for each in type(error).__mro__ if each.__name__ in _KNOWN)
    return {"class": kind, "code": error.code, "params": dict(error.params)}


def unpack_error(given: dict[str, Json]) -> SealwellError:
    """Raises TypeError, KeyError or ValueError where it is none."""
    params: dict[str, str | int] = from_json(dict[str, str | int], given["params"])
    return _KNOWN[given["class"]](str(given["code"]), **params)
