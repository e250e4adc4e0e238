"""Reading the program's own source, for tests of its shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Module:
    """One file of the program, parsed; `name` is its path below the root."""

    name: str
    text: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Walked once: there are two million in the program."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def _calls(self) -> tuple[tuple[str, ast.Call], ...]:
        return tuple((called(node), node) for node in self.nodes if isinstance(node, ast.Call))

    def calls(self, *names: str) -> Iterator[ast.Call]:
        """Calls of a function or method of one of these names."""
        return (node for name, node in self._calls if name in names)

    def classes(self) -> Iterator[ast.ClassDef]:
        return (node for node in self.nodes if isinstance(node, ast.ClassDef))

    def constants(self) -> dict[str, str]:
        """The module's own names for strings."""
        return {
            target.id: node.value.value
            for node in self.tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def strings(self) -> Iterator[ast.Constant]:
        """Every string but docstrings."""
        docs = {
            id(node.body[0].value)
            for node in self.nodes
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in self.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                yield node


@lru_cache(maxsize=1)
def modules() -> tuple[Module, ...]:
    """All files of the program."""
    texts = {path: path.read_text("utf-8") for path in sorted((ROOT / "desktop").rglob("*.py"))}
    return tuple(
        Module(path.relative_to(ROOT).as_posix(), text, ast.parse(text)) for path, text in texts.items()
    )


def called(node: ast.Call) -> str:
    """The last name of what is called."""
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def first_words(node: ast.Call, constants: dict[str, str]) -> list[str]:
    """The strings that a call's first argument can be, as far as the source says."""
    if not node.args:
        return []
    first = node.args[0]
    branches = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
    found = [b.value for b in branches if isinstance(b, ast.Constant) and isinstance(b.value, str)]
    return found + [constants[b.id] for b in branches if isinstance(b, ast.Name) and b.id in constants]
