"""Rows of a damaged database: everything that can be read, and a count of what cannot.

SQLCipher seals each page. Once a connection has met a page with a broken seal it refuses every page
that it does not hold yet, so that each failure costs a new connection. A table is therefore read from
both ends, and what lies between two failures is halved until single rows are left. No index is ever
asked, so that a damaged one loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Row

Keep = Callable[[Row[Any]], bool]


@dataclass(frozen=True)
class Found:
    """Rows of one table. `lost` is how many could not be read, at most; 0 where all were."""

    rows: tuple[Row[Any], ...]
    lost: int


class Salvage:
    """Reads the file at `path`; nothing is written, and no key is kept longer than this object."""

    def __init__(self, path: Path, key32: bytes, salt16: bytes, *, immutable: bool = True) -> None:
        """`immutable` where nobody has it open: then SQLite touches nothing beside the file."""
        raise NotImplementedError

    def broken_pages(self) -> tuple[int, ...]:
        """Pages whose seal is broken, and the first one that is missing; () where all are whole."""
        raise NotImplementedError

    def rows(self, *columns: Column[Any], keep: Keep | None = None) -> Found:
        """These columns of one table's rows; only those that `keep` wants."""
        raise NotImplementedError
