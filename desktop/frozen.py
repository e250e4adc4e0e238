"""`dataclass(frozen=True)` that writes its methods when the first of them is needed.

The standard library's compiles six methods of every class while its module is imported. The rooms
hold a thousand kinds of values and a process makes a few dozen of them: a third of every start went
into methods that nobody called. Here a class has its fields at once, and its methods, which are the
standard library's own, from the first call of one on (docs/adr/0025-what-is-loaded-late.md).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Any, NoReturn

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool) -> Callable[[type], type]:
        """As `dataclasses.dataclass(frozen=True)`; what may change is made by that one itself."""
        if not frozen:
            raise TypeError("a class that may change is made by dataclasses.dataclass")
        return _with_late_methods


_WRITTEN = ("__init__", "__repr__", "__eq__", "__hash__")


def _with_late_methods(cls: type) -> type:
    # A class without a docstring would get its signature as one, which takes its methods to know.
    cls.__doc__ = cls.__doc__ or cls.__name__
    dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
    for name in _WRITTEN:
        if cls.__dict__.get(name) is None:  # a class with an `__eq__` of its own has None for `__hash__`
            setattr(cls, name, _Late(cls, name))
    cls.__setattr__ = _refuse_to_set  # type: ignore[method-assign, assignment] # as a frozen class does
    cls.__delattr__ = _refuse_to_delete  # type: ignore[method-assign, assignment]
    return cls


def _refuse_to_set(_: object, name: str, __: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


class _Late:
    """Stands in a class for one of its methods until somebody asks for any of them."""

    __slots__ = ("_name", "_owner")

    def __init__(self, owner: type, name: str) -> None:
        self._owner = owner
        self._name = name

    def __get__(self, instance: object, kind: type) -> object:
        method = _write_methods(self._owner)[self._name]
        return method if instance is None else method.__get__(instance, kind)


def _write_methods(cls: type) -> dict[str, FunctionType]:
    """Of a twin with the same fields: at no moment is the class itself without a method.

    Two threads may both come here; they write the same.
    """
    after = {"__post_init__": cls.__post_init__} if hasattr(cls, "__post_init__") else {}
    shape: list[tuple[str, Any, Any]] = [(one.name, one.type, one) for one in dataclasses.fields(cls)]
    twin = dataclasses.make_dataclass(cls.__name__, shape, namespace=after, frozen=True)
    methods = {name: twin.__dict__[name] for name in _WRITTEN}
    for name, method in methods.items():
        if isinstance(cls.__dict__[name], _Late):
            method.__qualname__ = f"{cls.__qualname__}.{name}"
            setattr(cls, name, method)
    return methods
