"""The wheel's build step: the sentences are compiled before the files are gathered."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles `resources/translations/*.po`, with the function that `dev.py` uses."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        runpy.run_path(str(Path(self.root) / "catalogues.py"))["compile_all"]()
