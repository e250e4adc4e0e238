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

STATEMENTS: tuple[str, ...] = (
    PERSON_SEARCH,
    ENTRY_SEARCH,
    TASK_SEARCH,
    *(insert_only_trigger(table, verb) for table in INSERT_ONLY for verb in ("update", "delete")),
)
