"""Batches of consent: many entries that one administrator signed together, and when one was undone."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from desktop.frozen import dataclass
from desktop.models.lanes import Tx
from desktop.models.standing import BatchId, EvidenceId, Use
from desktop.models.tables_people import consent_batch


@dataclass(frozen=True)
class ConsentBatch:
    """`content` is the SHA-256 that `signature` covers (a public key, then the signature)."""

    id: BatchId
    kind: str
    use: Use
    wording: str
    evidence: EvidenceId
    by: str
    at: datetime
    count: int
    content: str
    signature: bytes = field(repr=False)
    undone_at: datetime | None = None
    undone_by: str = ""


def add(tx: Tx, one: ConsentBatch) -> None:
    tx.connection.execute(
        insert(consent_batch).values(
            id=one.id,
            kind=one.kind,
            purpose=one.use.value,
            wording=one.wording,
            evidence=one.evidence,
            by=one.by,
            at=one.at,
            count=one.count,
            content=one.content,
            signature=one.signature,
        )
    )


def get(tx: Tx, id_: str) -> ConsentBatch | None:
    row = tx.connection.execute(select(consent_batch).where(consent_batch.c.id == id_)).one_or_none()
    return _batch(row) if row is not None else None


def listing(tx: Tx) -> list[ConsentBatch]:
    """Newest first."""
    wanted = select(consent_batch).order_by(consent_batch.c.at.desc(), consent_batch.c.id)
    return [_batch(row) for row in tx.connection.execute(wanted)]


def undo(tx: Tx, id_: BatchId, at: datetime, by: str) -> bool:
    """False where it was undone before."""
    live = consent_batch.c.id == id_, consent_batch.c.undone_at.is_(None)
    values = {"undone_at": at, "undone_by": by}
    return tx.connection.execute(update(consent_batch).where(*live).values(**values)).rowcount == 1


def _batch(row: Row[Any]) -> ConsentBatch:
    return ConsentBatch(
        id=BatchId(row.id),
        kind=row.kind,
        use=Use(row.purpose),
        wording=row.wording,
        evidence=EvidenceId(row.evidence or ""),
        by=row.by,
        at=row.at,
        count=row._mapping[consent_batch.c.count],
        content=row.content,
        signature=row.signature or b"",
        undone_at=row.undone_at,
        undone_by=row.undone_by or "",
    )
