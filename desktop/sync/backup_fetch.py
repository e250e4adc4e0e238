"""A backup and all that it goes on from, brought out of a target into a scratch folder.

Nothing is opened here: names alone tell the chain (`models/backupnames.py`), and what came is
judged by whoever assembles it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from desktop.models.documents import Progress


class Source(Protocol):
    """What of a reached target is needed to read from it."""

    def names(self) -> list[tuple[str, int]]: ...
    def fetch(self, name: str, to: Path, progress: Progress) -> None: ...


def fetch_chain(reached: Source, name: str, scratch: Path, progress: Progress) -> tuple[Path, ...]:
    """The files of the chain that ends with `name`, the whole one first.

    `progress` counts bytes; where it answers False, Refused("cancelled"). Raises VaultError
    "backup-missing" and "backup-chain-broken", and what reaching the target raises.
    """
    raise NotImplementedError
