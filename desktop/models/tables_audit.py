"""Tables of what proves the audit log: a mark of every record, and signed checkpoints."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text

from desktop.models.columns import Utc

proofs = MetaData()

audit_mac = Table(
    "audit_mac",
    proofs,
    Column("seq", Integer, primary_key=True),
    Column("mac", LargeBinary, nullable=False),
    sqlite_strict=True,
)

audit_checkpoint = Table(
    "audit_checkpoint",
    proofs,
    Column("size", Integer, primary_key=True),
    Column("note", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("step", Integer, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    sqlite_strict=True,
)
