"""Tables of what proves the audit log: a mark of every record, and signed checkpoints."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary

from desktop.models.columns import Utc
from desktop.models.tables import kept, number, word

audit_mac = kept(
    "audit_mac",
    Column("seq", Integer, primary_key=True),
    Column("mac", LargeBinary, nullable=False),
)

audit_checkpoint = kept(
    "audit_checkpoint",
    Column("size", Integer, primary_key=True),
    word("note", None),
    Column("made_at", Utc, nullable=False),
    number("step", None),
    Column("frontier", LargeBinary, nullable=False),
)
