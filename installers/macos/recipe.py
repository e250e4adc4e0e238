"""PyInstaller's recipe as it would be on a Mac, found out on any system.

The recipe is run with stand-ins for PyInstaller's names, which write down what they are given.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

from installers.build import ROOT

RECIPE = ROOT / "installers" / "sealwell.spec"


@dataclass
class Step:
    """One call of the recipe, and what a caller may read off it."""

    name: str
    given: tuple[Any, ...]
    named: dict[str, Any]
    binaries: list[Any] = field(default_factory=list)
    datas: list[Any] = field(default_factory=list)
    pure: list[Any] = field(default_factory=list)
    scripts: list[Any] = field(default_factory=list)


def evaluated(system: str = "darwin") -> dict[str, list[Step]]:
    """The recipe's steps by their names, as it goes on `system`."""
    steps: dict[str, list[Step]] = {}

    def stand_in(name: str) -> Any:
        def step(*given: Any, **named: Any) -> Step:
            made = Step(name, given, named)
            steps.setdefault(name, []).append(made)
            return made

        return step

    names = {name: stand_in(name) for name in ("Analysis", "PYZ", "EXE", "COLLECT", "BUNDLE")}
    hooks = ModuleType("PyInstaller.utils.hooks")
    for name in ("collect_data_files", "collect_submodules", "copy_metadata"):
        setattr(hooks, name, lambda *_, **__: [])
    packages = {
        "PyInstaller": ModuleType("PyInstaller"),
        "PyInstaller.utils": ModuleType("PyInstaller.utils"),
    }
    code = compile(RECIPE.read_text("utf-8"), str(RECIPE), "exec")
    with (
        patch.dict(sys.modules, {**packages, hooks.__name__: hooks}),
        patch.object(sys, "platform", system),
        patch.dict(os.environ, {"SEALWELL_BUILD": str(Path("build"))}),
    ):
        exec(code, {"__name__": "recipe", "SPECPATH": str(RECIPE.parent), **names})  # noqa: S102
    return steps
