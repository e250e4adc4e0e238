"""Handing the log to somebody outside: `jsonl` for machines, `csv` for spreadsheets.

Both are signed. The closing statement names format, range, last hash, verifier key and
the SHA-256 of every byte before it, and is signed by the log key over its RFC 8785 bytes.
In `jsonl` it is the last line; beside a `csv`, which has no room for it (RFC 4180), it is
the file `<name>.sig`. Base64 counts in its canonical spelling only.

A line of `jsonl` is `{"hash":"<leaf hash>","record":<the record's own bytes>}`, so that a
reader can recompute every hash from it. A record that was altered in the database into
something that is no JSON comes as `"text"` instead: what is wrong must come out too.
"""

from __future__ import annotations

import base64
import binascii
import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import rfc8785

from desktop.audit.chain import canonical, parse
from desktop.audit.logkey import LogKey, is_signed, write_vkey
from desktop.errors import InputError
from desktop.models.records import AuditRecord
from desktop.paths import write_private, write_private_parts

_DOMAIN = b"sealwell/audit-export/1\n"
_COLUMNS = (
    *("seq", "time", "act", "outcome", "why", "actor", "role", "sess", "obj", "det"),
    *("boot", "mono", "ts", "app", "v", "prev", "hash", "text"),
)
_FORMULA = frozenset("=+-@\t\r\n\0'\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet may take for a formula (ASVS 1.2.10), and our own mark for it."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Format(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


@dataclass(frozen=True)
class Closing:
    """The signed statement at the end of an export; times are UTC milliseconds."""

    format: Format
    records: int
    first: int
    last: int
    last_hash: str
    made: int
    sha256: str
    vkey: str

    def unsigned(self) -> dict[str, Any]:
        return {
            "v": 1,
            "format": self.format.value,
            "records": self.records,
            "first": self.first,
            "last": self.last,
            "last_hash": self.last_hash,
            "made": self.made,
            "sha256": self.sha256,
            "vkey": self.vkey,
        }


def signature_file(to: Path) -> Path:
    """Where the closing statement of a `csv` export lies."""
    return to.with_name(f"{to.name}.sig")


def export_log(
    records: Iterable[AuditRecord], to: Path, format_: Format, key: LogKey, now: datetime
) -> Closing:
    """Write every record to `to`, whole or not at all, readable by the owner only.

    Raises InputError("file-exists") rather than replace a file with content in it, and
    InputError("file-not-written") where the disk or the folder does not allow it.
    """
    targets = [to] if format_ is Format.JSONL else [to, signature_file(to)]
    for target in targets:
        if target.exists() and (not target.is_file() or target.stat().st_size > 0):
            raise InputError("file-exists", file=target.name)
    writing = _Writing(records, format_, key, now)
    try:
        write_private_parts(to, writing.parts())
        if format_ is Format.CSV:
            write_private(signature_file(to), writing.closing_line())
    except OSError:
        if format_ is Format.CSV:
            to.unlink(missing_ok=True)
        raise InputError("file-not-written", file=to.name) from None
    return writing.closing()


class _Writing:
    """One pass over the records: bytes out, hash and range kept."""

    def __init__(self, records: Iterable[AuditRecord], format_: Format, key: LogKey, now: datetime) -> None:
        self._records = records
        self._format = format_
        self._key = key
        self._made = int(now.timestamp() * 1000)
        self._sum = hashlib.sha256()
        self._count = self._first = self._last = 0
        self._last_hash = ""

    def parts(self) -> Iterator[bytes]:
        line = _json_line if self._format is Format.JSONL else _csv_line
        if self._format is Format.CSV:
            yield self._summed(_csv_row(_COLUMNS))
        for record in self._records:
            self._first = self._first or record.seq
            self._last, self._last_hash = record.seq, record.hash
            self._count += 1
            yield self._summed(line(record))
        if self._format is Format.JSONL:
            yield self.closing_line()

    def closing(self) -> Closing:
        return Closing(
            format=self._format,
            records=self._count,
            first=self._first,
            last=self._last,
            last_hash=self._last_hash,
            made=self._made,
            sha256=self._sum.hexdigest(),
            vkey=self._key.vkey,
        )

    def closing_line(self) -> bytes:
        statement = self.closing().unsigned()
        signature = self._key.sign(_DOMAIN + canonical(statement))
        signed = {**statement, "signature": base64.b64encode(signature).decode("ascii")}
        return canonical({"closing": signed}) + b"\n"

    def _summed(self, part: bytes) -> bytes:
        self._sum.update(part)
        return part


def verify_export(data: bytes, public_key: bytes, signature: bytes | None = None) -> Closing:
    """The closing statement of an export, if `public_key` (32 bytes) signed exactly these bytes.

    `signature` is the content of the `.sig` file beside a `csv`. Raises
    InputError("export-unsigned") where there is no closing statement, and
    InputError("export-altered") where anything differs from what was signed.
    """
    if signature is None:
        content, line = _split_last_line(data)
    else:
        content, line = data, signature
    closing, signed, mark = _read_closing(line)
    name = closing.vkey.partition("+")[0]
    if (
        (closing.format is Format.CSV) is not (signature is not None)
        or closing.sha256 != hashlib.sha256(content).hexdigest()
        or closing.vkey != write_vkey(name, public_key)
        or not is_signed(public_key, mark, _DOMAIN + canonical(signed))
    ):
        raise InputError("export-altered")
    return closing


def _split_last_line(data: bytes) -> tuple[bytes, bytes]:
    start = data.rfind(b"\n", 0, len(data) - 1) + 1
    return data[:start], data[start:]


def _read_closing(line: bytes) -> tuple[Closing, dict[str, Any], bytes]:
    try:
        outer = json.loads(line)
        statement = outer["closing"]
        signature = statement["signature"]
    except (ValueError, RecursionError, KeyError, TypeError):
        raise InputError("export-unsigned") from None
    try:
        mark = base64.b64decode(signature, validate=True)
        unsigned = {name: value for name, value in statement.items() if name != "signature"}
        closing = Closing(
            format=Format(unsigned["format"]),
            **{name: unsigned[name] for name in Closing.__dataclass_fields__ if name != "format"},
        )
        whole = canonical(outer) + b"\n" == line and canonical(closing.unsigned()) == canonical(unsigned)
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError, rfc8785.CanonicalizationError):
        raise InputError("export-altered") from None
    text = (closing.last_hash, closing.sha256, closing.vkey)
    numbers = (closing.records, closing.first, closing.last, closing.made)
    whole = whole and all(type(t) is str for t in text) and all(type(n) is int for n in numbers)
    if not whole or base64.b64encode(mark).decode("ascii") != signature:
        raise InputError("export-altered")
    return closing, unsigned, mark


def _json_line(record: AuditRecord) -> bytes:
    head = canonical({"hash": record.hash})[:-1]
    if parse(record.body) is not None:
        return head + b',"record":' + record.body.encode("utf-8") + b"}\n"
    return head + b',"text":' + json.dumps(record.body).encode("ascii") + b"}\n"


def _csv_line(record: AuditRecord) -> bytes:
    body = parse(record.body)
    if body is None:
        cells = {"seq": record.seq, "hash": record.hash, "text": record.body}
    else:
        det = canonical(body["det"]).decode("utf-8")
        cells = {**body, "det": det, "time": _time(body["ts"]), "hash": record.hash}
    return _csv_row([_safe(str(cells.get(column, ""))) for column in _COLUMNS])


def _time(milliseconds: int) -> str:
    """ISO 8601 in UTC; '' for a number that is no time (only an altered record holds one)."""
    try:
        return (_EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds")
    except OverflowError:
        return ""


def _safe(cell: str) -> str:
    """An apostrophe before what a spreadsheet might run; taking one off again restores the cell."""
    return f"'{cell}" if cell[:1] in _FORMULA and cell else cell


def _csv_row(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().encode("utf-8", "backslashreplace")
