"""What only SQLite can do: insert-only triggers and the full-text index, as statements.

A database of another make gets the same promises in its own words; nothing outside
this file, `search.py`, `mailsearch.py`, `imports.py`, `database.py` and the migrations depends on them.
"""

from __future__ import annotations

INSERT_ONLY = ("audit_record", "audit_reason", "audit_ids", "consent_entry")
"""Rows of these tables stay as written, even if the Python is wrong."""


def insert_only_trigger(table: str, verb: str) -> str:
    """A guard rail, not security: whoever holds the key can drop it (see the audit chain)."""
    return (
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
    )


GIVEN_WITH_EVIDENCE = (
    "CREATE TRIGGER consent_entry_given BEFORE INSERT ON consent_entry "
    "WHEN NEW.state = 'given' AND NOT EXISTS (SELECT 1 FROM consent_evidence WHERE id = NEW.evidence) "
    "BEGIN SELECT RAISE(ABORT, 'a given consent needs its evidence'); END"
)
"""Whichever way an entry comes: by hand, from a file, by a merge or an undo."""

PERSON_SEARCH = (
    "CREATE VIRTUAL TABLE person_search USING fts5("
    "first, last, email, external, phone, "
    "content='', contentless_delete=1, detail=none, prefix='1 2 3', "
    "tokenize='unicode61 remove_diacritics 2')"
)
"""Row ids are the ranks of `search_entry`, so hits come in the order of names."""

ENTRY_SEARCH = (
    "CREATE VIRTUAL TABLE entry_search USING fts5("
    "who, subject, words, "
    "content='', contentless_delete=1, detail=none, prefix='2 3 4', "
    "tokenize='unicode61 remove_diacritics 2')"
)
"""Row ids are `entry.seq`, so the newest is found first."""

TASK_SEARCH = (
    "CREATE VIRTUAL TABLE task_search USING fts5("
    "who, words, "
    "content='', contentless_delete=1, detail=none, "
    "tokenize='unicode61 remove_diacritics 2')"
)
"""Row ids are `task_entry.seq`."""

_CHANGES = (
    ("person", "insert", "NEW.id"),
    ("person", "update", "NEW.id"),
    ("person_mailbox", "insert", "NEW.person"),
    ("person_mailbox", "update", "NEW.person"),
    ("consent_state", "insert", "NEW.person"),
    ("consent_state", "update", "NEW.person"),
    ("appointment", "insert", "NEW.person"),
    ("appointment", "update", "NEW.person"),
    ("appointment", "delete", "OLD.person"),
    ("person_mailbox", "delete", "OLD.person"),
    ("event", "insert", "NEW.person"),
    ("public_key", "insert", "NEW.person"),
    ("public_key", "update", "NEW.person"),
    ("password_card", "insert", "NEW.person"),
    ("password_card", "delete", "OLD.person"),
)


def segment_trigger(table: str, verb: str, person: str) -> str:
    """Notes whose segments have to be worked out again; costs nothing where no rule is kept.

    Not by OR IGNORE: in a trigger the conflict clause of the upsert that set it off takes its place.
    """
    return (
        f"CREATE TRIGGER {table}_segments_{verb} AFTER {verb.upper()} ON {table} "  # noqa: S608 - our own names
        f"WHEN {person} IS NOT NULL AND EXISTS (SELECT 1 FROM segment WHERE kind = 'rule') "
        f"BEGIN INSERT INTO segment_dirty (person) SELECT {person} WHERE NOT EXISTS "
        f"(SELECT 1 FROM segment_dirty WHERE person = {person}); END"
    )


_WRITTEN_TO = (
    "CREATE TRIGGER message_segments_update AFTER UPDATE OF state ON message "
    "WHEN NEW.state = 'accepted' AND EXISTS (SELECT 1 FROM segment WHERE kind = 'rule') "
    "BEGIN INSERT INTO segment_dirty (person) SELECT NEW.person WHERE NOT EXISTS "
    "(SELECT 1 FROM segment_dirty WHERE person = NEW.person); END"
)
_STOPPED = tuple(
    f"CREATE TRIGGER suppression_segments_{verb} AFTER {verb.upper()} ON suppression "  # noqa: S608 - as above
    "WHEN EXISTS (SELECT 1 FROM segment WHERE kind = 'rule') "
    "BEGIN INSERT INTO segment_dirty (person) SELECT DISTINCT o.person FROM mailbox b "
    "JOIN person_mailbox o ON o.mailbox = b.id WHERE b.address_key = NEW.address_key "
    "AND o.person NOT IN (SELECT person FROM segment_dirty); END"
    for verb in ("insert", "update")
)
_FORGOTTEN = (
    "CREATE TRIGGER person_segments_delete BEFORE DELETE ON person BEGIN "
    "DELETE FROM segment_dirty WHERE person = OLD.id; DELETE FROM segment_member WHERE person = OLD.id; END"
)
"""Groups hold nobody who is deleted."""

_TEMPLATES = (
    insert_only_trigger("template_text", "update"),
    insert_only_trigger("template_text", "delete"),
    insert_only_trigger("template_version", "delete"),
    (
        "CREATE TRIGGER template_version_no_update BEFORE UPDATE ON template_version "
        "WHEN OLD.approved_at IS NOT NULL OR (OLD.template, OLD.number, OLD.sha256, OLD.by, OLD.at) "
        "IS NOT (NEW.template, NEW.number, NEW.sha256, NEW.by, NEW.at) "
        "BEGIN SELECT RAISE(ABORT, 'a version changes by its approval alone'); END"
    ),
)
_REMINDED = (
    "CREATE TRIGGER message_reminds_no_more AFTER UPDATE OF superseded ON message "
    "WHEN NEW.superseded = 1 AND NEW.kind = 'reminder' "
    "BEGIN UPDATE reminder_visit SET live = 0 WHERE message = NEW.id; END"
)
"""The next generation of a reminder takes the place of the one before it in `reminder_visit_one_live`."""

STATEMENTS: tuple[str, ...] = (
    PERSON_SEARCH,
    ENTRY_SEARCH,
    TASK_SEARCH,
    *(insert_only_trigger(table, verb) for table in INSERT_ONLY for verb in ("update", "delete")),
    GIVEN_WITH_EVIDENCE,
    *(segment_trigger(*change) for change in _CHANGES),
    _WRITTEN_TO,
    *_STOPPED,
    _FORGOTTEN,
    *_TEMPLATES,
    _REMINDED,
)
