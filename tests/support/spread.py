"""Which tests stay together when several workers share the suite.

A file that makes something once for all its tests (`scope="module"`) makes it once per worker: it goes to
one of them. So do all files that read the program's own source: parsing it takes seconds. Files whose tests
are long and whose share is cheap are dealt out one by one. (xdist's own groups write a private field that
pytest 9.2 no longer reads.)
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

ROOT = Path(__file__).resolve().parents[2]
READS_SOURCE = re.compile(r"from tests\.support\.source import .*\bmodules\b")
DEALT_OUT = frozenset({"tests/end2end/test_agent.py", "tests/end2end/test_restore_kill.py"})


class ByShare(LoadScopeScheduling):  # type: ignore[misc]
    """One unit of work is a test, or a file whose tests share something."""

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        """Done units are forgotten: xdist counts through all that a worker ever had, after every test."""
        super().mark_test_complete(node, item_index, duration)
        units = self.assigned_work[node]
        for unit in [unit for unit, tests in units.items() if all(tests.values())]:
            del units[unit]

    def _split_scope(self, nodeid: str) -> str:
        return shared(nodeid.partition("::")[0]) or nodeid


@cache
def shared(file: str) -> str:
    """The name of what this file's tests share, so that they go to one worker; "" where it is nothing."""
    path = ROOT / file
    if file in DEALT_OUT or not path.is_file():
        return ""
    text = path.read_text("utf-8")
    if READS_SOURCE.search(text):
        return "the program's source"
    return file if 'scope="module"' in text else ""
