"""Tables of who watches the log: alerts and their rules, witnesses, sealed years."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Text, text

from desktop.models.columns import Json, Utc
from desktop.models.tables import kept, key, link, number, word

alert = kept(
    "alert",
    key(),
    word("rule", None),
    word("severity", None),
    word("subject"),
    Column("first_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    number("count", 1),
    Column("seqs", Json, nullable=False, server_default=text("'[]'")),
    word("incident"),
    link("seen_by", "app_user", optional=True),
    Column("seen_at", Utc),
)
Index("alert_by_rule", alert.c.rule, alert.c.subject, alert.c.last_at)

alert_rule = kept(
    "alert_rule",
    Column("rule", Text, primary_key=True, nullable=False),
    number("least", None),
    number("minutes", None),
    link("changed_by", "app_user"),
    Column("changed_at", Utc, nullable=False),
    rowid=False,
)

witness_mark = kept(
    "witness_mark",
    Column("kind", Text, primary_key=True, nullable=False),
    number("size", None),
    word("note", None),
    Column("at", Utc, nullable=False),
    rowid=False,
)

audit_segment = kept(
    "audit_segment",
    Column("year", Integer, primary_key=True),
    number("first", None),
    number("last", None),
    word("root", None),
    word("file", None),
    word("sha256", None),
    Column("sealed_at", Utc, nullable=False),
    Column("purged_at", Utc),
    Column("certificate", Json, nullable=False, server_default=text("'{}'")),
)
