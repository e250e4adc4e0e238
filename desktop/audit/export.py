"""Handing the log to somebody outside: `jsonl` proves itself, `csv` is for reading.

What the files hold stands in `lines.py` and `sheet.py`; here they are written, whole or
not at all, and never over something else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from desktop.audit.lines import Lines, Proofs, Scope
from desktop.audit.logkey import LogKey
from desktop.audit.sheet import Sheet
from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models.records import AuditRecord
from desktop.paths import write_private, write_private_parts


class Format(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


@dataclass(frozen=True)
class Exported:
    """What was written: records shown, the numbers of the first and the last of them, and what proves it.

    `checkpoint` is the signed note over the whole log (`jsonl` only): a witness for later.
    """

    records: int
    first: int
    last: int
    checkpoint: str


def signature_file(to: Path) -> Path:
    """Where the closing statement of a `csv` export lies."""
    return to.with_name(f"{to.name}.sig")


def export_log(
    records: Iterable[AuditRecord],
    to: Path,
    format_: Format,
    key: LogKey,
    now: datetime,
    scope: Scope | None = None,
    proofs: Proofs | None = None,
) -> Exported:
    """Write the log to `to`, whole or not at all, readable by the owner only.

    `records` are all of them, oldest first, whatever the `scope` shows. Raises
    InputError("file-exists") rather than replace a file with content in it, and
    InputError("file-not-written") where the disk or the folder does not allow it.
    """
    targets = [to] if format_ is Format.JSONL else [to, signature_file(to)]
    for target in targets:
        if target.exists() and (not target.is_file() or target.stat().st_size > 0):
            raise InputError("file-exists", file=target.name)
    scope = scope or Scope()
    if format_ is Format.JSONL:
        return _write_lines(to, Lines(records, key, now, scope, proofs or Proofs()))
    return _write_sheet(to, Sheet((record for record in records if scope.shows(record)), key, now))


def _write_lines(to: Path, lines: Lines) -> Exported:
    try:
        write_private_parts(to, lines.parts())
    except OSError:
        raise InputError("file-not-written", file=to.name) from None
    return Exported(lines.shown, lines.first, lines.last, lines.checkpoint)


def _write_sheet(to: Path, sheet: Sheet) -> Exported:
    try:
        write_private_parts(to, sheet.parts())
        write_private(signature_file(to), sheet.closing_line())
    except OSError:
        to.unlink(missing_ok=True)
        raise InputError("file-not-written", file=to.name) from None
    return Exported(sheet.shown, sheet.first, sheet.last, "")
