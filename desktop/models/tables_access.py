"""Tables of getting in: what is known of an account, its factors, invitations, approvals."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Text, text

from desktop.models.columns import Json, Utc
from desktop.models.tables import kept, key, link, number, word

account = kept(
    "account",
    link("user", "app_user", primary=True),
    word("state", "active"),
    Column("added_at", Utc),
    Column("last_seen", Utc),
    number("must_change"),
    rowid=False,
)

recovery_code = kept(
    "recovery_code",
    key(),
    link("user", "app_user"),
    Column("hash", LargeBinary, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("used_at", Utc),
)
Index("recovery_code_by_user", recovery_code.c.user)

security_key = kept(
    "security_key",
    key(),
    link("user", "app_user"),
    Column("cred_id", LargeBinary, nullable=False, unique=True),
    word("rp_id", None),
    Column("public_key", LargeBinary, nullable=False),
    word("name"),
    Column("added_at", Utc, nullable=False),
    Column("last_used", Utc),
)
Index("security_key_by_user", security_key.c.user)

invitation = kept(
    "invitation",
    key(),
    link("user", "app_user"),
    word("kind", None),
    link("made_by", "app_user"),
    Column("made_at", Utc, nullable=False),
    Column("until", Utc, nullable=False),
    Column("ended_at", Utc),
    word("outcome"),
)
Index("invitation_by_user", invitation.c.user)

factor_day = kept(
    "factor_day",
    link("user", "app_user", primary=True),
    Column("computer", Text, primary_key=True, nullable=False),
    Column("proved_at", Utc, nullable=False),
    rowid=False,
)

approval = kept(
    "approval",
    key(),
    word("kind", None),
    word("subject"),
    Column("details", Json, nullable=False, server_default=text("'{}'")),
    word("reason"),
    link("asked_by", "app_user"),
    Column("asked_at", Utc, nullable=False),
    Column("not_before", Utc),
    word("state", "pending"),
    link("decided_by", "app_user", optional=True),
    Column("decided_at", Utc),
    Column("signature", LargeBinary),
)
Index("approval_by_state", approval.c.state, approval.c.kind)
