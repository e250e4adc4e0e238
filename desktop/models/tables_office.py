"""Tables of the practice itself: the vault's mark, users, settings, own keys, audit."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Text

from desktop.models.columns import Utc
from desktop.models.tables import kept, key, number, word

vault = kept(
    "vault",
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True),
    Column("vault_id", LargeBinary, nullable=False),
    number("epoch", None),
)

app_user = kept(
    "app_user",
    key(),
    word("name", None),
    Column("name_key", Text, nullable=False, unique=True),
    word("role", None),
    word("totp_secret", None),
    number("totp_last_step"),
    Column("disabled_at", Utc),
)

setting = kept(
    "setting",
    Column("key", Text, primary_key=True, nullable=False),
    word("value", None),
    rowid=False,
)

vault_key = kept(
    "vault_key",
    Column("name", Text, primary_key=True, nullable=False),
    Column("value", LargeBinary, nullable=False),
    rowid=False,
)

identity = kept(
    "identity",
    Column("fingerprint", Text, primary_key=True, nullable=False),
    word("kind", None),
    word("address", None),
    Column("secret", LargeBinary, nullable=False),
    Column("public", LargeBinary, nullable=False),
    Column("made_at", Utc, nullable=False),
)
Index("identity_by_kind", identity.c.kind, identity.c.made_at)

audit_record = kept(
    "audit_record",
    Column("seq", Integer, primary_key=True),
    word("body", None),
    word("hash", None),
)

audit_reason = kept(
    "audit_reason",
    key(),
    word("text", None),
    rowid=False,
)

audit_ids = kept(
    "audit_ids",
    Column("event_seq", Integer, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
