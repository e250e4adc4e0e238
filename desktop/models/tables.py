"""Tables of people, consent, keys and visits.

The other two groups are `tables_mail.py` and `tables_office.py`; all share `metadata`.
Triggers and the full-text index, which only SQLite has, are in `sqlite_only.py`. The
migrations in `migrations/` are frozen copies of what stands here: a test compares both.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from desktop.models.columns import Day, Json, Utc, Wall

metadata = MetaData()


def kept(name: str, *columns: Any, rowid: bool = True) -> Table:
    """A STRICT table; without `rowid` it is its own index (small rows found by key)."""
    return Table(name, metadata, *columns, sqlite_strict=True, sqlite_with_rowid=rowid)


def word(name: str, default: str | None = "") -> Column[str]:
    """A text that is never NULL."""
    return Column(
        name, Text, nullable=False, server_default=None if default is None else text(f"'{default}'")
    )


def number(name: str, default: int | None = 0) -> Column[int]:
    """An integer that is never NULL."""
    return Column(
        name, Integer, nullable=False, server_default=None if default is None else text(str(default))
    )


def key(name: str = "id") -> Column[str]:
    """The random id of a row."""
    return Column(name, Text, primary_key=True, nullable=False)


def link(name: str, target: str, *, optional: bool = False, primary: bool = False) -> Column[str]:
    """A reference to another row's id."""
    return Column(name, Text, ForeignKey(f"{target}.id"), nullable=optional, primary_key=primary)


import_batch = kept(
    "import_batch",
    key(),
    word("kind", None),
    word("file_hash", None),
    word("by", None),
    Column("at", Utc, nullable=False),
    number("created"),
    number("updated"),
    number("unchanged"),
    Column("undone_at", Utc),
    word("file_name"),
    word("format"),
    Column("mapping", Text),
    number("rejected"),
    Column("report", Json, nullable=False, server_default=text("'{}'")),
    Column("undone_by", Text),
    word("source_file"),
)
"""`report` holds grouped problems; `source_file` what became of the file in clear text."""

person = kept(
    "person",
    key(),
    word("kind", None),
    word("first_name"),
    word("last_name"),
    Column("birth_date", Day),
    word("language"),
    word("detail", None),
    word("status", None),
    word("consent", "unknown"),
    word("phone"),
    word("organisation"),
    Column("preferred_method", Text),
    Column("plain_wish", Utc),
    word("name_key", None),
    Column("custom", Json, nullable=False, server_default=text("'{}'")),
    link("import_id", "import_batch", optional=True),
    Column("merged_into", Text, ForeignKey("person.id")),
    Column("withdrawn_at", Utc),
    word("street"),
    word("city"),
    word("region"),
    word("zip"),
    word("sex"),
    Column("since", Day),
)
"""`merged_into` names who stands for this record now; `withdrawn_at` is when the import that brought it
was undone. Either is in no list and gets no mail. `since` is the day that the practice knows them from."""
Index("person_by_merged", person.c.merged_into, sqlite_where=person.c.merged_into.is_not(None))
Index("person_by_birth", person.c.birth_date)
Index("person_by_import", person.c.import_id)
Index("person_by_name", person.c.name_key)

external_id = kept(
    "external_id",
    Column("system", Text, primary_key=True, nullable=False),
    Column("value", Text, primary_key=True, nullable=False),
    link("person", "person"),
    rowid=False,
)
Index("external_id_by_person", external_id.c.person, external_id.c.system, unique=True)

mailbox = kept(
    "mailbox",
    Column("id", Integer, primary_key=True),
    word("address", None),
    Column("address_key", Text, nullable=False, unique=True),
    word("family"),
)
"""Its number stays inside `models/`: everybody else names a mailbox by its address."""

person_mailbox = kept(
    "person_mailbox",
    link("person", "person", primary=True),
    Column("mailbox", Integer, ForeignKey("mailbox.id"), primary_key=True, nullable=False),
    number("preferred", 1),
    word("reader", "self"),
    word("reader_name"),
    Column("reader_person", Text, ForeignKey("person.id")),
    Column("document", Text, ForeignKey("consent_evidence.id")),
    number("confidential"),
    Column("since", Utc),
    Column("ended_at", Utc),
    rowid=False,
)
Index("person_mailbox_by_mailbox", person_mailbox.c.mailbox)
Index(
    "person_mailbox_one_preferred",
    person_mailbox.c.person,
    unique=True,
    sqlite_where=person_mailbox.c.preferred == 1,
)

consent_entry = kept(
    "consent_entry",
    Column("seq", Integer, primary_key=True),
    link("person", "person"),
    word("state", None),
    Column("at", Utc, nullable=False),
    word("source", None),
    word("basis"),
    word("by", None),
    word("scope"),
    link("import_id", "import_batch", optional=True),
    word("how"),
    word("wording"),
    Column("evidence", Text, ForeignKey("consent_evidence.id")),
    Column("expires", Utc),
    Column("batch", Text, ForeignKey("consent_batch.id")),
    Column("authorization", Text, ForeignKey("authorization.id")),
)
"""`scope` is the purpose (`standing.Use`); entries of before it was kept are about care."""
Index("consent_entry_by_person", consent_entry.c.person)
Index("consent_entry_by_import", consent_entry.c.import_id)
Index("consent_entry_by_batch", consent_entry.c.batch)

public_key = kept(
    "public_key",
    key(),
    link("person", "person"),
    word("kind", None),
    word("fingerprint", None),
    Column("addresses", Json, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("expires", Utc),
    word("source", None),
    Column("confirmed_at", Utc, nullable=False),
    Column("revoked_at", Utc),
)
Index("public_key_by_person", public_key.c.person)

password_card = kept(
    "password_card",
    Column("person", Text, ForeignKey("person.id"), primary_key=True, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    number("rounds", None),
    Column("key", LargeBinary, nullable=False),
    word("handed_over", None),
    word("how", None),
    Column("made_at", Utc, nullable=False),
)

evidence = kept(
    "evidence",
    key(),
    word("subject_kind", None),
    word("subject", None),
    word("kind", None),
    word("source", None),
    Column("details", Json, nullable=False, server_default=text("'{}'")),
    Column("seen_at", Utc, nullable=False),
    Column("valid_until", Utc),
)
Index("evidence_by_subject", evidence.c.subject_kind, evidence.c.subject, evidence.c.kind)

appointment = kept(
    "appointment",
    key(),
    link("person", "person"),
    word("external_id"),
    Column("start", Wall, nullable=False),
    word("zone", None),
    Column("start_utc", Utc, nullable=False),
    number("occurrence"),
    word("status", None),
    word("visit_type"),
    word("provider"),
    word("location"),
    link("import_id", "import_batch", optional=True),
    word("note"),
)
Index(
    "appointment_by_external",
    appointment.c.external_id,
    unique=True,
    sqlite_where=appointment.c.external_id != "",
)
Index("appointment_by_start", appointment.c.start, appointment.c.status, appointment.c.person)
Index("appointment_by_start_utc", appointment.c.start_utc)
Index("appointment_by_person", appointment.c.person, appointment.c.start, appointment.c.status)

schedule = kept(
    "schedule",
    key(),
    Column("day", Day, nullable=False),
    word("provider"),
    Column("exported_at", Utc),
    Column("recorded_at", Utc, nullable=False),
    number("visits"),
    link("import_id", "import_batch", optional=True),
    UniqueConstraint("day", "provider", "recorded_at"),
)

search_entry = kept(
    "search_entry",
    Column("rank", Integer, primary_key=True),
    Column("person", Text, ForeignKey("person.id"), nullable=False, unique=True),
    word("sort_key", None),
)
Index("search_entry_by_name", search_entry.c.sort_key, search_entry.c.rank)
