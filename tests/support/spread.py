"""Which tests stay together when several workers share the suite.

A file that makes something once for all its tests (`scope="module"`) makes it once per worker: it goes to
one of them. Files whose tests are long and whose share is cheap are dealt out one by one. (xdist's own
groups write a private field that pytest 9.2 no longer reads.)
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[2]
DEALT_OUT = frozenset({"tests/end2end/test_agent.py", "tests/end2end/test_restore_kill.py"})


class ByShare(LoadScopeScheduling):  # type: ignore[misc]
    """One unit of work is a test, or a file whose tests share something."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if shares(file) else nodeid


@cache
def shares(file: str) -> bool:
    """Whether the tests of this file, as node ids name it, go to one worker."""
    path = ROOT / file
    return file not in DEALT_OUT and path.is_file() and 'scope="module"' in path.read_text("utf-8")
