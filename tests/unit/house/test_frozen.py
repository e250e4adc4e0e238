"""A frozen value is what the standard library would have made; only its methods come later."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field
from typing import Any

import pytest

from desktop.frozen import dataclass


@dataclass(frozen=True)
class Spot:
    x: int
    label: str = field(default="here", repr=False)
    tags: tuple[str, ...] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("x")


@dataclass(frozen=True)
class Named(Spot):
    name: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class Nothing:
    """Has no fields."""


@dataclass(frozen=True)
class Loose:
    """Two are alike when they begin alike."""

    word: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Loose) and self.word[:1] == other.word[:1]

    def __hash__(self) -> int:
        return hash(self.word[:1])


def test_it_is_made_told_apart_and_shown_as_any_dataclass() -> None:
    assert repr(Spot(1)) == "Spot(x=1, tags=())"
    assert repr(Named(2, name="a")) == "Named(x=2, tags=(), name='a')"
    assert Spot(1) == Spot(1) != Spot(2)
    assert Spot(1) != Named(1)
    assert {Spot(1), Spot(1), Spot(2)} == {Spot(2), Spot(1)}
    assert Nothing() == Nothing()
    assert repr(Nothing()) == "Nothing()"
    assert Loose("ab") == Loose("ac")
    assert len({Loose("ab"), Loose("ac")}) == 1


def test_what_checks_itself_is_checked_in_a_child_too() -> None:
    with pytest.raises(ValueError, match="x"):
        Spot(-1)
    with pytest.raises(ValueError, match="x"):
        Named(-1, name="a")


def test_a_wrong_call_is_refused_from_the_first_on() -> None:
    @dataclass(frozen=True)
    class Fresh:
        x: int

    make: Callable[..., Fresh] = Fresh
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        make()
    with pytest.raises(TypeError, match="unexpected keyword"):
        make(1, y=2)


def test_nothing_in_it_is_changed() -> None:
    spot: Any = Spot(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        spot.x = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        spot.other = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del spot.x
    assert spot == Spot(1)


def test_the_standard_librarys_helpers_take_it() -> None:
    assert [one.name for one in dataclasses.fields(Named)] == ["x", "label", "tags", "name"]
    assert dataclasses.replace(Named(1, name="a"), x=3) == Named(3, name="a")
    assert dataclasses.asdict(Spot(1)) == {"x": 1, "label": "here", "tags": ()}
    assert copy.deepcopy(Spot(1)) == Spot(1)
    assert list(inspect.signature(Named).parameters) == ["x", "label", "tags", "name"]
    match Spot(4, "there"):
        case Spot(x, label):
            assert (x, label) == (4, "there")


def test_what_may_change_is_not_made_here() -> None:
    make: Any = dataclass
    with pytest.raises(TypeError, match="may change"):
        make(frozen=False)


def test_many_threads_meet_at_the_first_one() -> None:
    for _ in range(50):

        @dataclass(frozen=True)
        class Met:
            x: int

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(Met, range(64))) == [Met(number) for number in range(64)]


def test_what_nobody_makes_has_no_methods_yet() -> None:
    script = "from desktop.office.values_backups import TargetStep as T; print(vars(T)['__init__'])"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "_Late" in said.stdout
