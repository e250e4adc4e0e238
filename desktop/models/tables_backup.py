"""Tables of backups: targets, what was made, where it lies, drills, and what a new computer still lacks."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Text

from desktop.models.columns import Day, Utc
from desktop.models.tables import kept, key, link, number, word

backup_target = kept(
    "backup_target",
    key(),
    word("name", None),
    word("kind", None),
    word("address", None),
    word("user"),
    word("secret"),
    word("host_key"),
    word("ca_file"),
    word("marker", None),
    number("every_hours"),
    number("own"),
    Column("baa_counterparty", Text),
    Column("baa_signed", Day),
    Column("baa_expires", Day),
    Column("baa_scope", Text),
    Column("baa_reviewed", Day),
    Column("made_at", Utc, nullable=False),
    Column("retired_at", Utc),
    Column("tried_at", Utc),
    word("trouble"),
)

backup = kept(
    "backup",
    key(),
    word("name", None),
    Column("made_at", Utc, nullable=False),
    Column("parent", Text),
    number("epoch", None),
    number("records", None),
    word("root", None),
    word("note", None),
    number("bytes", None),
    number("changed", None),
    word("sha256", None),
    Column("checked_at", Utc, nullable=False),
)
"""`parent` is no foreign key: a restored database does not know what was made after it."""
Index("backup_by_time", backup.c.made_at)

backup_copy = kept(
    "backup_copy",
    Column("backup", Text, ForeignKey("backup.id"), primary_key=True, nullable=False),
    Column("target", Text, ForeignKey("backup_target.id"), primary_key=True, nullable=False),
    Column("put_at", Utc, nullable=False),
    Column("removed_at", Utc),
)
Index("backup_copy_by_target", backup_copy.c.target, backup_copy.c.put_at)

restore_drill = kept(
    "restore_drill",
    key(),
    Column("at", Utc, nullable=False),
    link("by", "app_user"),
    link("target", "backup_target", optional=True),
    Column("backup", Text),
    number("ok", None),
    word("why"),
    number("seconds"),
    number("records"),
    number("sampled"),
    number("key_proven"),
    word("report"),
)
Index("restore_drill_by_time", restore_drill.c.at)

arrival_item = kept(
    "arrival_item",
    Column("item", Text, primary_key=True, nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("done_at", Utc),
    link("done_by", "app_user", optional=True),
)
"""What did not travel with a restored or moved practice, each to be done once on the new computer."""
