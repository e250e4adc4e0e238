"""Every value of the door passes through JSON and back unchanged."""

from __future__ import annotations

import dataclasses
import inspect
import json
from typing import get_type_hints

import pytest

from desktop.models import correspondence, outcomes, records
from desktop.office import (
    api,
    values,
    values_delivery,
    values_entry,
    values_messages,
    values_practice,
    values_protection,
    values_results,
    values_segments,
)
from desktop.office.wire import from_json, to_json
from tests.support.examples import example

CLASSES = [
    item
    for module in (
        *(values, values_entry, values_practice, values_messages, values_delivery, values_protection),
        *(values_segments, values_results, outcomes, records, correspondence),
    )
    for item in vars(module).values()
    if isinstance(item, type) and dataclasses.is_dataclass(item) and item.__module__ == module.__name__
]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_value_survives_json(kind: type) -> None:
    value = example(kind)
    assert from_json(kind, json.loads(json.dumps(to_json(value)))) == value


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_value_is_frozen(kind: type) -> None:
    value = example(kind)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, dataclasses.fields(value)[0].name, None)


def test_every_use_case_takes_and_gives_only_such_values() -> None:
    """A door method's hints may name only values, records, plain types, and the progress call."""
    doors = [
        item for item in vars(api).values() if isinstance(item, type) and item.__module__ == api.__name__
    ]
    for door in doors:
        for name, method in inspect.getmembers(door, inspect.isfunction):
            if name.startswith("_"):
                continue
            for parameter, kind in get_type_hints(method).items():
                if parameter in ("progress", "return") and (kind is type(None) or parameter == "progress"):
                    continue
                assert from_json(kind, json.loads(json.dumps(to_json(example(kind))))) == example(kind)


def test_no_use_case_takes_its_values_by_name_alone() -> None:
    """They cross the line by their places: the service could not hand over the others."""
    named = [
        f"{name}({parameter.name})"
        for name, method in inspect.getmembers(api.Office, inspect.isfunction)
        if not name.startswith("_")
        for parameter in inspect.signature(method).parameters.values()
        if parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD
    ]
    assert not named


def test_secrets_do_not_show_in_repr() -> None:
    new = values_entry.NewPractice("Elm", "America/Denver", "ana", password="hidden-word")
    assert "hidden-word" not in repr(new)
    assert "hidden-word" not in repr(values_entry.Credentials("ana", "hidden-word", "123456"))


@pytest.mark.parametrize("bad", ["1", None, [], {"user": 1, "password": "p", "code": "c"}, {"nobody": "x"}])
def test_a_wrong_shape_is_refused(bad: object) -> None:
    with pytest.raises(TypeError):
        from_json(values_entry.Credentials, bad)


def test_a_pair_keeps_both_its_types_and_its_length() -> None:
    assert from_json(tuple[str, int], to_json(("a", 1))) == ("a", 1)
    with pytest.raises(ValueError):
        from_json(tuple[str, int], ["a"])


def test_an_unknown_type_may_not_cross() -> None:
    with pytest.raises(TypeError):
        to_json(object())
