"""Where a sample practice lies while somebody looks around, and how nothing of it stays behind."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.bootstrap import SingleInstance
from desktop.clock import SystemClock
from desktop.errors import Refused

_PREFIX = "sealwell-sample-"
_HELD = "held.lock"
_BEGINS_WITHIN = 60.0
"""Seconds."""


@contextmanager
def temporary_place() -> Iterator[Path]:
    """A new private folder of the system's temporary ones, removed at the end.

    What a look around left behind that broke off is removed first.
    """
    sweep()
    root = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        with SingleInstance(root / _HELD):
            yield root
    finally:
        _remove(root)


def sweep() -> None:
    """Remove the folders of this account that no process holds any more."""
    for root in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            if not _is_ours(root) or _is_beginning(root):
                continue
            with SingleInstance(root / _HELD):
                pass
        except (Refused, OSError):
            continue  # somebody is looking around in it, or has just removed it
        _remove(root)


def _remove(root: Path) -> None:
    """Once nobody holds anything in it: Windows removes no file that is open."""
    shutil.rmtree(root, ignore_errors=True)  # what a slow program holds is swept next time


def _is_beginning(root: Path) -> bool:
    """Whether somebody may be about to take its lock."""
    if (root / _HELD).exists():
        return False
    return abs(SystemClock().now().timestamp() - root.stat().st_mtime) < _BEGINS_WITHIN


def _is_ours(root: Path) -> bool:
    """A real folder of this account: anybody may put a name into the folder for temporary things."""
    if root.is_symlink() or not root.is_dir():
        return False
    return sys.platform == "win32" or root.stat().st_uid == os.getuid()
