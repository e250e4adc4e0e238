"""Every kind of task that code opens stands in the closed list, with words for its title."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from desktop.office.task_kinds import KINDS, known
from desktop.office.values_messages import TASK_GROUPS
from desktop.texts import LANGUAGES, Texts
from tests.support.source import Module, modules

PREFIXED = {"notice-"}


@cache
def _by_path() -> dict[str, Module]:
    return {module.name: module for module in modules()}


def _imported(module: Module) -> dict[str, str]:
    """Constants of other modules by the name that they have here."""
    found: dict[str, str] = {}
    for node in module.nodes:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("desktop"):
            other = _by_path().get(node.module.replace(".", "/") + ".py")
            for one in node.names:
                value = _constants(other).get(one.name) if other is not None else None
                if value is not None:
                    found[one.asname or one.name] = value
    return found


def _constants(module: Module) -> dict[str, str]:
    found = dict(module.constants())
    for node in module.tree.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Tuple):
            continue
        for target in node.targets:
            if isinstance(target, ast.Tuple) and len(target.elts) == len(node.value.elts):
                for name, value in zip(target.elts, node.value.elts, strict=True):
                    if isinstance(name, ast.Name) and isinstance(value, ast.Constant):
                        found[name.id] = str(value.value)
    return found


def _kinds(
    node: ast.expr, names: dict[str, str], module: Module, function: ast.AST | None
) -> set[str | None]:
    """What an expression can be; None where the source does not say."""
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    if isinstance(node, ast.IfExp):
        return _kinds(node.body, names, module, function) | _kinds(node.orelse, names, module, function)
    if isinstance(node, ast.BinOp):
        (left,) = _kinds(node.left, names, module, function)
        return {left if left in PREFIXED else None}
    if not isinstance(node, ast.Name):
        return {None}
    if node.id in names:
        return {names[node.id]}
    if not isinstance(function, ast.FunctionDef):
        return {None}
    if node.id not in [one.arg for one in function.args.args]:
        return _by_table(node.id, names, module, function)
    position = [one.arg for one in function.args.args].index(node.id)
    given = [call.args[position] for call in module.calls(function.name) if len(call.args) > position]
    return {kind for one in given for kind in _kinds(one, names, module, None)}


def _by_table(name: str, names: dict[str, str], module: Module, function: ast.FunctionDef) -> set[str | None]:
    """Taken out of a table of the module: everything that stands in it."""
    tables = {
        target.id: [one for part in ast.walk(node) if isinstance(part, ast.Dict) for one in part.values]
        for node in module.tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    taken = [
        part.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
        for part in ast.walk(node.value)
        if isinstance(part, ast.Name) and tables.get(part.id)
    ]
    found = {
        kind for table in taken for value in tables[table] for kind in _kinds(value, names, module, None)
    }
    return found or {None}


def _opened(module: Module) -> Iterator[tuple[str, str | None]]:
    names = {**_imported(module), **_constants(module)}
    functions = [node for node in module.nodes if isinstance(node, ast.FunctionDef)]
    for call in module.calls("Task"):
        kind = next((one.value for one in call.keywords if one.arg == "kind"), None)
        kind = call.args[1] if kind is None and len(call.args) > 1 else kind
        if kind is None:  # of a thread, or read back from the database
            continue
        around = next((one for one in reversed(functions) if call in set(ast.walk(one))), None)
        for found in _kinds(kind, names, module, around):
            yield f"{module.name}:{call.lineno} {ast.unparse(kind)}", found


@pytest.fixture(scope="module")
def opened() -> list[tuple[str, str | None]]:
    """Where tasks are opened, and of which kind."""
    return [
        pair
        for module in modules()
        if module.name != "desktop/models/tasks.py" and "desktop.models" in module.text
        for pair in _opened(module)
    ]


def test_the_search_finds_what_is_known_to_be_opened(opened: list[tuple[str, str | None]]) -> None:
    found = {kind for _, kind in opened}
    assert {"call", "failed-delivery", "key-expiring", "access-review", "log-review", "own"} <= found
    assert {"rotation-due", "identity-check", "address-check", "notice-", "notice-factor"} <= found


def test_every_kind_that_code_opens_is_in_the_closed_list(opened: list[tuple[str, str | None]]) -> None:
    assert [where for where, kind in opened if kind is None] == [], "name the kind by a constant"
    unknown = [f"{where}: {kind}" for where, kind in opened if kind is not None and not known(kind)]
    assert unknown == [], "not in office/task_kinds.py"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_a_group_roles_and_words(language: str) -> None:
    say = Texts(language)
    for code, one in KINDS.items():
        assert one.group in TASK_GROUPS, code
        assert one.roles, code
        assert say.has(f"reason.{one.title}"), code
