"""How we know what somebody said: files and notes that a consent entry or a proxy stands on.

Rows are added and never changed. `sha256` is that of the file as it came, or of the canonical
words of what has no file, so that a later look can tell whether it is still the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, insert, select

from desktop.models.lanes import Tx
from desktop.models.rows import chunks
from desktop.models.standing import Evidence, EvidenceId, EvidenceKind
from desktop.models.tables_people import consent_evidence

_WITHOUT = tuple(column for column in consent_evidence.c if column.name != "data")


def keep(tx: Tx, one: Evidence) -> EvidenceId:
    """Add it under its own id and answer that."""
    tx.connection.execute(
        insert(consent_evidence).values(
            id=one.id,
            kind=one.kind.value,
            sha256=one.sha256,
            kept_at=one.kept_at,
            file_name=one.file_name,
            media_type=one.media_type,
            wording=one.wording,
            note=one.note,
            taken_on=one.taken_on,
            by=one.by,
            data=one.data,
        )
    )
    return one.id


def get(tx: Tx, id_: EvidenceId) -> Evidence | None:
    """With the file itself."""
    row = tx.connection.execute(select(consent_evidence).where(consent_evidence.c.id == id_)).one_or_none()
    return _evidence(row, row.data) if row is not None else None


def without_data(tx: Tx, ids: Iterable[str]) -> dict[EvidenceId, Evidence]:
    """Those of `ids` that exist, for lists: what they are, not what is in them."""
    found: dict[EvidenceId, Evidence] = {}
    for some in chunks(dict.fromkeys(ids)):
        for row in tx.connection.execute(select(*_WITHOUT).where(consent_evidence.c.id.in_(some))):
            found[EvidenceId(row.id)] = _evidence(row, None)
    return found


def with_file(tx: Tx, ids: Iterable[str]) -> frozenset[EvidenceId]:
    """Those of `ids` that have a file."""
    found: set[EvidenceId] = set()
    for some in chunks(dict.fromkeys(ids)):
        wanted = consent_evidence.c.id.in_(some), consent_evidence.c.data.is_not(None)
        found.update(tx.connection.execute(select(consent_evidence.c.id).where(*wanted)).scalars())
    return frozenset(found)


def _evidence(row: Row[Any], data: bytes | None) -> Evidence:
    return Evidence(
        id=EvidenceId(row.id),
        kind=EvidenceKind(row.kind),
        sha256=row.sha256,
        kept_at=row.kept_at,
        file_name=row.file_name,
        media_type=row.media_type,
        wording=row.wording,
        note=row.note,
        taken_on=row.taken_on,
        by=row.by,
        data=data,
    )
