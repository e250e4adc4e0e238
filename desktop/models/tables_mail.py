"""Tables of relays, outgoing messages, drafts, incidents and events; conversations and tasks beside them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Text, and_, text

from desktop.models.columns import Day, Json, Utc
from desktop.models.tables import kept, key, link, number, word

relay = kept(
    "relay",
    key(),
    word("name", None),
    word("host", None),
    number("port", None),
    word("security", None),
    word("ca_file"),
    word("user"),
    word("password"),
    word("sender", None),
    Column("baa_counterparty", Text),
    Column("baa_signed", Day),
    Column("baa_expires", Day),
    Column("baa_scope", Text),
    Column("baa_reviewed", Day),
    word("required_tls"),
    Column("required_tls_at", Utc),
    Column("enforces", Json, nullable=False, server_default=text("'[]'")),
    Column("requiretls_seen", Utc),
    number("requiretls"),
    Column("retired_at", Utc),
)

forced_tls = kept(
    "forced_tls",
    link("relay", "relay", primary=True),
    Column("domain", Text, primary_key=True, nullable=False),
    Column("until", Day, nullable=False),
    rowid=False,
)

message = kept(
    "message",
    key(),
    word("kind", None),
    word("source"),
    number("occurrence"),
    word("window"),
    number("generation"),
    link("person", "person"),
    word("address", None),
    word("method", None),
    word("state", None),
    word("label", None),
    link("relay", "relay", optional=True),
    Column("message_id", Text, nullable=False, unique=True),
    word("sha256", None),
    word("decision_hash", None),
    Column("trace", Text, nullable=False),
    Column("reasons", Json, nullable=False),
    Column("queued_at", Utc, nullable=False),
    Column("not_before", Utc, nullable=False),
    Column("useless_after", Utc),
    number("attempts"),
    word("reply"),
    number("superseded"),
    number("priority"),
    Column("reason", Json),
    Column("next_try", Utc),
    link("conversation", "conversation", optional=True),
    word("purpose"),
)
"""`purpose` is that of a message to many (`purposes.MailPurpose`); '' of what concerns one person's care."""
Index("message_by_state", message.c.state, message.c.priority, message.c.not_before)
Index("message_by_person", message.c.person)
Index("message_by_time", message.c.queued_at)
Index(
    "message_one_live_reminder",
    message.c.source,
    message.c.occurrence,
    message.c.window,
    unique=True,
    sqlite_where=and_(message.c.kind == "reminder", message.c.superseded == 0),
)

Index(
    "message_one_of_a_campaign",
    message.c.source,
    message.c.person,
    unique=True,
    sqlite_where=and_(message.c.kind == "campaign", message.c.superseded == 0),
)
"""Nobody gets a campaign twice, whatever the Python does."""

message_body = kept(
    "message_body",
    Column("message", Text, ForeignKey("message.id"), primary_key=True, nullable=False),
    Column("wire", LargeBinary, nullable=False),
)

attempt = kept(
    "attempt",
    Column("seq", Integer, primary_key=True),
    link("message", "message"),
    Column("at", Utc, nullable=False),
    word("phase", None),
    word("reply"),
)
Index("attempt_by_message", attempt.c.message)

lease = kept(
    "lease",
    Column("name", Text, primary_key=True, nullable=False),
    word("holder", None),
    word("boot", None),
    Column("until", Utc, nullable=False),
    rowid=False,
)

draft = kept(
    "draft",
    key(),
    link("owner", "app_user"),
    link("person", "person", optional=True),
    link("conversation", "conversation", optional=True),
    word("subject"),
    word("body"),
    Column("details", Json, nullable=False, server_default=text("'{}'")),
    Column("changed_at", Utc, nullable=False),
)

incident = kept(
    "incident",
    key(),
    word("kind", None),
    word("source"),
    Column("opened_at", Utc, nullable=False),
    word("state", None),
    Column("details", Json, nullable=False, server_default=text("'{}'")),
    Column("closed_at", Utc),
)
Index("incident_by_state", incident.c.state)

event = kept(
    "event",
    Column("seq", Integer, primary_key=True),
    Column("at", Utc, nullable=False),
    word("kind", None),
    word("source"),
    link("message", "message", optional=True),
    link("person", "person", optional=True),
    Column("details", Json, nullable=False, server_default=text("'{}'")),
)
Index("event_by_message", event.c.message)
Index("event_by_person", event.c.person, event.c.kind, event.c.at)
Index("event_by_kind", event.c.kind, event.c.at, event.c.person)
