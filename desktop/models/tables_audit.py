"""Tables beside the audit log: a mark of every record, signed checkpoints, the card index."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Text, text

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

audit_card = kept(
    "audit_card",
    Column("seq", Integer, primary_key=True),
    Column("ts", Integer),
    *(Column(name, Text) for name in ("act", "actor", "obj", "outcome", "person")),
)
"""What filters ask of a record; filled and compared by `audit_filing.py`."""
_CARD = audit_card.c
Index("audit_card_by_time", _CARD.ts, _CARD.outcome)
Index("audit_card_by_act", _CARD.act, _CARD.ts, _CARD.outcome)
Index("audit_card_by_actor", _CARD.actor, _CARD.act, _CARD.ts, _CARD.outcome)
Index("audit_card_by_object", _CARD.obj, _CARD.ts, sqlite_where=text("obj <> ''"))
Index("audit_card_by_person", _CARD.person, _CARD.ts, sqlite_where=text("person IS NOT NULL"))
Index(
    "audit_card_by_outcome",
    _CARD.outcome,
    _CARD.ts,
    _CARD.act,
    _CARD.actor,
    sqlite_where=text("outcome <> 'ok'"),
)
