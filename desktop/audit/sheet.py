"""The log as a table for spreadsheets, and the signature that lies beside it.

RFC 4180 has no room for a signature, so the closing statement is a file of its own,
`<name>.sig`: format, range, last hash, verifier key and the SHA-256 of the whole table,
signed by the log key over its RFC 8785 bytes. Base64 counts in its canonical spelling only.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import rfc8785

from desktop.audit.chain import canonical, parse
from desktop.audit.logkey import LogKey, is_signed, write_vkey
from desktop.audit.tables import csv_row
from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models.records import AuditRecord

_DOMAIN = b"sealwell/audit-export/1\n"
_FORMAT = "csv"
_COLUMNS = ("seq", "time", "act", "outcome", "why", "actor", "role", "obj", "det", "hash", "text")
"""What a reader needs (45 CFR 164.502(b), minimum necessary); JSON Lines hold every field."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Closing:
    """The signed statement beside a table; times are UTC milliseconds."""

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
            "format": _FORMAT,
            "records": self.records,
            "first": self.first,
            "last": self.last,
            "last_hash": self.last_hash,
            "made": self.made,
            "sha256": self.sha256,
            "vkey": self.vkey,
        }


class Sheet:
    """One pass over the records: rows out, hash and range kept."""

    def __init__(self, records: Iterable[AuditRecord], key: LogKey, now: datetime) -> None:
        self._records = records
        self._key = key
        self._made = int(now.timestamp() * 1000)
        self._sum = hashlib.sha256()
        self.shown = self.first = self.last = 0
        self._last_hash = ""

    def parts(self) -> Iterator[bytes]:
        yield self._summed(csv_row(_COLUMNS))
        for record in self._records:
            self.first = self.first or record.seq
            self.last, self._last_hash = record.seq, record.hash
            self.shown += 1
            yield self._summed(_csv_line(record))

    def closing(self) -> Closing:
        return Closing(
            records=self.shown,
            first=self.first,
            last=self.last,
            last_hash=self._last_hash,
            made=self._made,
            sha256=self._sum.hexdigest(),
            vkey=self._key.vkey,
        )

    def closing_line(self) -> bytes:
        """What belongs into the file beside the table."""
        statement = self.closing().unsigned()
        signature = self._key.sign(_DOMAIN + canonical(statement))
        signed = {**statement, "signature": base64.b64encode(signature).decode("ascii")}
        return canonical({"closing": signed}) + b"\n"

    def _summed(self, part: bytes) -> bytes:
        self._sum.update(part)
        return part


def verify_sheet(table: bytes, signature: bytes, public_key: bytes) -> Closing:
    """The closing statement in `signature`, if `public_key` (32 bytes) signed exactly this table.

    Raises InputError("export-unsigned") where there is no closing statement, and
    InputError("export-altered") where anything differs from what was signed.
    """
    closing, signed, mark = _read_closing(signature)
    name = closing.vkey.partition("+")[0]
    if (
        closing.sha256 != hashlib.sha256(table).hexdigest()
        or closing.vkey != write_vkey(name, public_key)
        or not is_signed(public_key, mark, _DOMAIN + canonical(signed))
    ):
        raise InputError("export-altered")
    return closing


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
        closing = Closing(**{name: unsigned[name] for name in Closing.__dataclass_fields__})
        whole = canonical(outer) + b"\n" == line and canonical(closing.unsigned()) == canonical(unsigned)
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError, rfc8785.CanonicalizationError):
        raise InputError("export-altered") from None
    text = (closing.last_hash, closing.sha256, closing.vkey)
    numbers = (closing.records, closing.first, closing.last, closing.made)
    whole = whole and all(type(t) is str for t in text) and all(type(n) is int for n in numbers)
    if not whole or base64.b64encode(mark).decode("ascii") != signature:
        raise InputError("export-altered")
    return closing, unsigned, mark


def _csv_line(record: AuditRecord) -> bytes:
    body = parse(record.body)
    if body is None:
        cells = {"seq": record.seq, "hash": record.hash, "text": record.body}
    else:
        det = canonical(body["det"]).decode("utf-8")
        cells = {**body, "det": det, "time": _time(body["ts"]), "hash": record.hash}
    return csv_row(str(cells.get(column, "")) for column in _COLUMNS)


def _time(milliseconds: int) -> str:
    """ISO 8601 in UTC; '' for a number that is no time (only an altered record holds one)."""
    try:
        return (_EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds")
    except OverflowError:
        return ""
