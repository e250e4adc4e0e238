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
from desktop.errors import Refused

_PREFIX = "sealwell-sample-"
_HELD = "held.lock"


@contextmanager
def temporary_place() -> Iterator[Path]:
    """A new private folder of the system's temporary ones, removed at the end.

    What a look around left behind that broke off is removed first.
    """
    sweep()
    root = Path(tempfile.mkdtemp(prefix=_PREFIX))
    with SingleInstance(root / _HELD):
        try:
            yield root
        finally:
            shutil.rmtree(root, ignore_errors=True)  # what a slow program holds is swept next time


def sweep() -> None:
    """Remove the folders of this account that no process holds any more."""
    for root in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if not _is_ours(root):
            continue
        try:
            with SingleInstance(root / _HELD):
                shutil.rmtree(root, ignore_errors=True)
        except (Refused, OSError):
            continue  # somebody is looking around in it


def _is_ours(root: Path) -> bool:
    """A real folder of this account: anybody may put a name into the folder for temporary things."""
    if root.is_symlink() or not root.is_dir():
        return False
    return sys.platform == "win32" or root.stat().st_uid == os.getuid()
