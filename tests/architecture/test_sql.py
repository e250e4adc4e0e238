"""SQL has one home."""

from __future__ import annotations

import re

from tests.support.source import Module, called, modules

STATEMENT = re.compile(
    r"^\s*(select\s.+\sfrom\s|insert\s+(or\s+\w+\s+)?into\s|update\s+\w+\s+set\s|delete\s+from\s|pragma\s+\w+"
    r"|(create|drop|alter)\s+(table|index|trigger|view|virtual)|begin\s+immediate)",
    re.IGNORECASE | re.DOTALL,
)


def outside() -> list[Module]:
    return [module for module in modules() if not module.name.startswith("desktop/models/")]


def test_the_pattern_knows_sql_from_words() -> None:
    assert STATEMENT.match("select id\n from person")
    assert STATEMENT.match("PRAGMA cipher_version")
    assert not STATEMENT.match("Update the address")
    assert not STATEMENT.match("Create a practice")


def test_no_statement_stands_outside_models() -> None:
    found = [
        f"{module.name}:{text.lineno}"
        for module in outside()
        for text in module.strings()
        if STATEMENT.match(str(text.value))
    ]
    assert found == []


def test_nobody_else_executes() -> None:
    found = [
        f"{module.name}:{node.lineno} {called(node)}"
        for module in outside()
        for node in module.calls("execute", "executemany", "executescript", "exec_driver_sql")
    ]
    assert found == []
