"""The file that was taken in: it goes only as it was read, because nobody has a copy of a newer one."""

from __future__ import annotations

from pathlib import Path

from desktop.errors import InputError
from desktop.office.values_imports import GONE, REMOVED
from desktop.texts import clean

Mark = tuple[int, int]
"""Size and time of change, as the file had them when it was read."""


def mark_of(path: Path) -> Mark | None:
    """None where it is gone."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_size, facts.st_mtime_ns


def remove_source(path: Path, mark: Mark | None) -> str:
    """REMOVED, or GONE where it was not there any more. Of a link, what it leads to is removed.

    Raises InputError "file-changed-since", "file-not-removed".
    """
    now = mark_of(path)
    if now is not None and now != mark:
        raise InputError("file-changed-since", file=clean(path.name, 80))
    try:
        path.resolve().unlink(missing_ok=True)
        path.unlink(missing_ok=True)
    except (OSError, RuntimeError):
        raise InputError("file-not-removed", file=clean(path.name, 80)) from None
    return REMOVED if now else GONE
