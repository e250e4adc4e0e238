"""Tables of delivery: pauses, rates, sign-ins to relays and mailboxes, what came back.

Beside the tables that they belong to, as in `tables_protection.py`.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint, text

from desktop.models.columns import Day, Json, Utc
from desktop.models.tables import kept, key, link, number, word

pause = kept(
    "pause",
    Column("scope", Text, primary_key=True, nullable=False),
    Column("reason", Json, nullable=False),
    link("by", "app_user", optional=True),
    Column("at", Utc, nullable=False),
    Column("until", Utc),
    rowid=False,
)
"""What does not leave for now: `all`, `kind:…`, `relay:…`, `source:…` (a campaign) or `message:…`."""

bucket = kept(
    "bucket",
    Column("name", Text, primary_key=True, nullable=False),
    number("milli", None),
    Column("at", Utc, nullable=False),
    rowid=False,
)
"""Token buckets: thousandths of a message that may still leave, as of `at`."""

relay_sending = kept(
    "relay_sending",
    Column("relay", Text, ForeignKey("relay.id"), primary_key=True, nullable=False),
    number("per_minute"),
    number("per_hour"),
    number("per_day"),
    number("connections", 1),
    number("standby"),
    number("office_mailbox"),
    word("auth", "password"),
    word("pin"),
    number("own_return_path"),
    word("return_address"),
)
"""How a relay may be used; a relay without a row has the defaults."""

grant = kept(
    "sign_in_grant",
    Column("owner", Text, primary_key=True, nullable=False),
    word("provider", None),
    word("tenant"),
    word("client_id", None),
    word("client_secret"),
    word("account"),
    word("refresh_token"),
    word("access_token"),
    Column("access_until", Utc),
    word("state", None),
    Column("made_at", Utc, nullable=False),
)
"""What a provider of mail granted (RFC 6749): `owner` is `relay:<id>` or `mailbox:<id>`."""

mail_account = kept(
    "mail_account",
    key(),
    word("name", None),
    word("host", None),
    number("port", None),
    word("security", None),
    word("ca_file"),
    word("user"),
    word("password"),
    word("auth", "password"),
    word("address", None),
    word("folder", "INBOX"),
    word("sent_folder"),
    number("minutes", 5),
    number("tidy"),
    Column("baa_counterparty", Text),
    Column("baa_signed", Day),
    Column("baa_expires", Day),
    Column("baa_scope", Text),
    Column("baa_reviewed", Day),
    number("uid_validity"),
    number("last_uid"),
    Column("polled_at", Utc),
    Column("trouble", Json),
    Column("made_at", Utc, nullable=False),
    Column("retired_at", Utc),
)
"""A mailbox that is read; `tidy` is 1 where reports that were understood may be deleted there."""

received = kept(
    "received",
    key(),
    link("account", "mail_account"),
    number("uid_validity", None),
    number("uid", None),
    Column("at", Utc, nullable=False),
    word("kind", None),
    word("state", None),
    link("message", "message", optional=True),
    word("matched"),
    link("person", "person", optional=True),
    word("message_id"),
    word("in_reply_to"),
    word("sender"),
    Column("details", Json, nullable=False, server_default=text("'{}'")),
    Column("raw", LargeBinary, nullable=False),
    UniqueConstraint("account", "uid_validity", "uid"),
)
Index("received_by_state", received.c.state, received.c.at)
Index("received_by_message", received.c.message)
Index("received_by_message_id", received.c.message_id)

receipt = kept(
    "receipt",
    Column("message", Text, ForeignKey("message.id"), primary_key=True, nullable=False),
    word("relay_ref"),
    Column("at", Utc, nullable=False),
)
"""The relay's own name for what it accepted, from its 250."""
Index("receipt_by_ref", receipt.c.relay_ref)

event_ref = kept(
    "event_ref",
    Column("source", Text, primary_key=True, nullable=False),
    Column("ref", Text, primary_key=True, nullable=False),
    Column("event", Integer, ForeignKey("event.seq"), nullable=False),
    rowid=False,
)
"""Each outside event counts once, however often its source tells of it."""

suppression = kept(
    "suppression",
    key(),
    word("address_key", None),
    word("kind", None),
    link("message", "message", optional=True),
    Column("at", Utc, nullable=False),
    Column("lifted_at", Utc),
    link("lifted_by", "app_user", optional=True),
    word("how"),
)
Index("suppression_by_address", suppression.c.address_key)

silence = kept(
    "silence",
    Column("message", Text, ForeignKey("message.id"), primary_key=True, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("ended_at", Utc),
    word("how"),
)
"""The clock of a sensitive message: without a sign until `due_at`, somebody calls."""
Index("silence_by_due", silence.c.ended_at, silence.c.due_at)

staff_account = kept(
    "staff_account",
    key(),
    word("address", None),
    word("provider", None),
    word("device"),
    link("person", "person", optional=True),
    Column("retired_at", Utc),
)

delivery_check = kept(
    "delivery_check",
    key(),
    word("round", None),
    link("relay", "relay"),
    link("account", "staff_account"),
    word("form", None),
    word("message_id", None),
    word("sha256", None),
    Column("at", Utc, nullable=False),
    word("placed"),
    word("opened"),
    Column("changes", Json),
    Column("ticked_at", Utc),
    link("ticked_by", "app_user", optional=True),
)
Index("delivery_check_by_round", delivery_check.c.round)

feed = kept(
    "feed",
    Column("relay", Text, ForeignKey("relay.id"), primary_key=True, nullable=False),
    word("adapter", None),
    word("url", None),
    word("secret"),
    word("cursor"),
    number("enabled"),
    word("ca_file"),
    Column("polled_at", Utc),
    Column("trouble", Json),
)
"""Where a relay tells of events; off until it is turned on."""
