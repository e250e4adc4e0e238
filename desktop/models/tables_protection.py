"""Tables of protection: lives of keys, words of password cards, wishes, storage and pick-ups.

Beside the tables that they belong to, not in them: a released database gets new tables
only, so that its old ones stay as they were written.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Text, text

from desktop.models.columns import Day, Json, Utc
from desktop.models.tables import kept, key, link, number, word

key_life = kept(
    "key_life",
    Column("key", Text, ForeignKey("public_key.id"), primary_key=True, nullable=False),
    word("trust", None),
    Column("capabilities", Json, nullable=False, server_default=text("'[]'")),
    Column("chain", LargeBinary, nullable=False),
    word("test_message"),
)

own_key_life = kept(
    "own_key_life",
    Column("fingerprint", Text, ForeignKey("identity.fingerprint"), primary_key=True, nullable=False),
    word("state", None),
    Column("revocation", LargeBinary, nullable=False),
    Column("chain", LargeBinary, nullable=False),
    Column("ended_at", Utc),
)

card_words = kept(
    "card_words",
    Column("person", Text, ForeignKey("person.id"), primary_key=True, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("words", LargeBinary, nullable=False),
)
"""The words of a card, sealed; `salt` names the card that they belong to."""

person_form = kept(
    "person_form",
    Column("person", Text, ForeignKey("person.id"), primary_key=True, nullable=False),
    word("form", None),
    rowid=False,
)
"""The form of locked file that somebody asked for."""

relay_onward = kept(
    "relay_onward",
    Column("relay", Text, ForeignKey("relay.id"), primary_key=True, nullable=False),
    word("how"),
    word("name"),
    word("value"),
    number("verifies"),
    Column("portal", Json),
)

storage = kept(
    "storage",
    key(),
    word("name", None),
    word("kind", None),
    word("url", None),
    word("user"),
    word("secret"),
    word("public_url", None),
    number("days", None),
    word("access_log"),
    word("ca_file"),
    Column("baa_counterparty", Text),
    Column("baa_signed", Day),
    Column("baa_expires", Day),
    Column("baa_scope", Text),
    Column("baa_reviewed", Day),
    Column("made_at", Utc, nullable=False),
    Column("retired_at", Utc),
)

pickup = kept(
    "pickup",
    key(),
    link("message", "message"),
    link("storage", "storage"),
    word("name", None),
    Column("made_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("revoked_at", Utc),
    Column("deleted_at", Utc),
    Column("picked_up_at", Utc),
    Column("put_at", Utc),
    word("trouble"),
    Column("content", LargeBinary, nullable=False),
)
"""`content` is the locked file until it has been put."""
Index("pickup_by_message", pickup.c.message)
Index("pickup_by_expiry", pickup.c.expires_at)
