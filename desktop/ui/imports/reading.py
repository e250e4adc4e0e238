"""A file of this computer as the office takes it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from desktop.office.values import ImportRequest
from desktop.ui.files import read


def import_request(path: Path, limit: int) -> ImportRequest:
    """Called off the window's thread. Raises what `read` raises."""
    data = read(path, limit)
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return ImportRequest(path.name, data=data, modified=modified)
