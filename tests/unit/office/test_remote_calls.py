"""Every use case of the door crosses the line: each argument and each answer comes out as it went in."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from typing import Any

import pytest

from desktop.errors import DeliveryError, InputError, Refused, SealwellError, VaultError
from desktop.models.accounts import Session
from desktop.office.local import LocalOffice
from desktop.office.remote_calls import PROGRESS, Shape, names, pack_error, shape_of, unpack_error
from desktop.sync.relay import TransferError
from tests.made_practice import Practice
from tests.support.examples import example, examples


def shape(name: str) -> Shape:
    found = shape_of(name)
    assert found is not None
    return found


def through(value: Any) -> Any:
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("name", names())
def test_arguments_and_answer_survive(name: str) -> None:
    one = shape(name)
    for parameter, kind in one.kinds.items():
        for value in examples(kind):
            given = {each: example(other) for each, other in one.kinds.items()} | {parameter: value}
            assert one.unpack(through(one.pack(one.bind(**given)))) == list(given.values())
    for value in [None] if one.answer is type(None) else examples(one.answer):
        assert one.unpack_answer(through(one.pack_answer(value))) == value


@pytest.mark.parametrize("name", names())
def test_a_session_is_always_the_first_argument_or_none(name: str) -> None:
    kinds = list(shape(name).kinds.values())
    assert Session not in kinds[1:]


def test_the_office_takes_them_in_the_order_of_the_door(practice: Practice) -> None:
    office = practice.office()
    assert isinstance(office, LocalOffice)
    for name in names():
        ours, theirs = list(shape(name).signature.parameters), _parameters(getattr(office, name))
        assert len(ours) <= len(theirs), name
        assert [each for each in ours if each in theirs] == [each for each in theirs if each in ours], name
        assert PROGRESS not in ours or ours.index(PROGRESS) == theirs.index(PROGRESS), name


def _parameters(method: Any) -> list[str]:
    bound = inspect.ismethod(method)
    code = (method.__func__ if bound else method).__code__
    return list(code.co_varnames[bound : code.co_argcount])


@pytest.mark.parametrize("name", ["", "_close", "__init__", "no_such", "left", "at_rest"])
def test_nothing_else_can_be_called(name: str) -> None:
    assert shape_of(name) is None


@pytest.mark.parametrize(
    "given", [None, {}, "ana", [], [1], [{"user": "ana"}], [{"user": "a", "x": 1}], [[]]]
)
def test_arguments_of_another_shape_are_refused(given: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        shape("sign_in").unpack(given)


@pytest.mark.parametrize("kind", [SealwellError, Refused, VaultError, InputError, DeliveryError])
def test_a_known_error_keeps_class_code_and_parameters(kind: type[SealwellError]) -> None:
    error = unpack_error(through(pack_error(kind("too-many-tries", seconds=30, user="ana"))))
    assert type(error) is kind
    assert (error.code, error.params) == ("too-many-tries", {"seconds": 30, "user": "ana"})


def test_a_closer_error_arrives_as_what_both_ends_know() -> None:
    assert TransferError.__mro__[1] is DeliveryError
    made = DeliveryError.__new__(TransferError)
    SealwellError.__init__(made, "relay-gone")
    assert type(unpack_error(pack_error(made))) is DeliveryError


def test_the_callers_side_loads_neither_database_nor_cryptography() -> None:
    """The window and its first page come before the rest; a command through a service needs none of it."""
    script = (
        "import sys; import desktop.app, desktop.office.remote, desktop.cli.main\n"
        "from desktop.office.remote_calls import names, shape_of\n"
        "assert all(shape_of(name) for name in names())\n"
        "heavy = {'sqlalchemy', 'alembic', 'cryptography', 'keyring', 'sqlcipher3', 'PySide6'}\n"
        "sys.exit(', '.join(sorted(heavy & sys.modules.keys())) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
