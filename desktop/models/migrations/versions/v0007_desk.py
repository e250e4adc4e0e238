"""Conversations and what was said in them, tasks with notes, snippets, and what was filed.

No released program wrote a conversation, so that table is made anew; tasks are carried over.
Frozen: a released database holds this.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENTS = (
    "DROP TABLE conversation",
    """CREATE TABLE conversation ( id TEXT NOT NULL, person TEXT, account TEXT, subject TEXT DEFAULT '' NOT
    NULL, state TEXT NOT NULL, owner TEXT, label TEXT NOT NULL, urgency INTEGER DEFAULT 0 NOT NULL, ask
    TEXT, retention TEXT DEFAULT 'standard' NOT NULL, turn INTEGER DEFAULT 0 NOT NULL, unseen INTEGER
    DEFAULT 0 NOT NULL, answering TEXT, answering_until TEXT, started_by TEXT, sender TEXT DEFAULT ''
    NOT NULL, snippet TEXT DEFAULT '' NOT NULL, last TEXT NOT NULL, opened_at TEXT NOT NULL, changed_at
    TEXT NOT NULL, sent_at TEXT, auto_answered_at TEXT, done_at TEXT, destroyed_at TEXT, PRIMARY KEY
    (id), FOREIGN KEY(person) REFERENCES person (id), FOREIGN KEY(account) REFERENCES mail_account (id),
    FOREIGN KEY(owner) REFERENCES app_user (id), FOREIGN KEY(answering) REFERENCES app_user (id),
    FOREIGN KEY(started_by) REFERENCES app_user (id) ) STRICT""",
    """CREATE INDEX conversation_by_end ON conversation (retention, done_at)
    WHERE destroyed_at IS NULL""",
    "CREATE INDEX conversation_by_label ON conversation (label)",
    "CREATE INDEX conversation_by_owner ON conversation (owner, state, changed_at)",
    "CREATE INDEX conversation_by_person ON conversation (person, changed_at)",
    """CREATE INDEX conversation_by_starter ON conversation (started_by)
    WHERE started_by IS NOT NULL""",
    "CREATE INDEX conversation_by_state ON conversation (state, changed_at)",
    """CREATE INDEX conversation_inbox ON conversation (state, urgency, changed_at, unseen, person)
    WHERE person IS NOT NULL""",
    "CREATE INDEX conversation_sent ON conversation (sent_at) WHERE sent_at IS NOT NULL",
    """CREATE INDEX conversation_unknown ON conversation (state, urgency, changed_at, unseen, person)
    WHERE person IS NULL""",
    """CREATE TABLE entry ( seq INTEGER NOT NULL, id TEXT NOT NULL, conversation TEXT NOT NULL, at TEXT NOT
    NULL, direction TEXT NOT NULL, received TEXT, message TEXT, person TEXT, author TEXT, label TEXT NOT
    NULL, signature TEXT DEFAULT '' NOT NULL, sealed TEXT DEFAULT '' NOT NULL, opened INTEGER DEFAULT 1
    NOT NULL, page INTEGER DEFAULT 0 NOT NULL, sender_name TEXT DEFAULT '' NOT NULL, sender TEXT DEFAULT
    '' NOT NULL, subject TEXT DEFAULT '' NOT NULL, files TEXT DEFAULT '[]' NOT NULL, own TEXT DEFAULT ''
    NOT NULL, text TEXT DEFAULT '' NOT NULL, PRIMARY KEY (seq), UNIQUE (id), FOREIGN KEY(conversation)
    REFERENCES conversation (id), FOREIGN KEY(received) REFERENCES received (id), FOREIGN KEY(message)
    REFERENCES message (id), FOREIGN KEY(person) REFERENCES person (id), FOREIGN KEY(author) REFERENCES
    app_user (id) ) STRICT""",
    "CREATE INDEX entry_by_conversation ON entry (conversation, seq)",
    "CREATE INDEX entry_by_message ON entry (message)",
    "CREATE INDEX entry_by_person ON entry (person, seq)",
    "CREATE INDEX entry_by_received ON entry (received)",
    "CREATE INDEX entry_by_time ON entry (at)",
    "CREATE INDEX entry_hits ON entry (seq, conversation, at)",
    "CREATE INDEX received_by_message_id ON received (message_id)",
    "DROP INDEX task_by_state",
    "ALTER TABLE task RENAME TO task_before",
    """CREATE TABLE task ( id TEXT NOT NULL, kind TEXT NOT NULL, source TEXT DEFAULT '' NOT NULL, person
    TEXT, conversation TEXT, details TEXT DEFAULT '{}' NOT NULL, state TEXT NOT NULL, owner TEXT,
    opened_at TEXT NOT NULL, due_at TEXT, closed_at TEXT, closed_by TEXT, result TEXT DEFAULT '' NOT
    NULL, note TEXT DEFAULT '' NOT NULL, PRIMARY KEY (id), FOREIGN KEY(person) REFERENCES person (id),
    FOREIGN KEY(conversation) REFERENCES conversation (id), FOREIGN KEY(owner) REFERENCES app_user (id),
    FOREIGN KEY(closed_by) REFERENCES app_user (id) ) STRICT""",
    """INSERT INTO task (id, kind, source, person, details, state, owner, opened_at, due_at, closed_at)
    SELECT id, kind, source, person, details, state, owner, opened_at, due_at, closed_at
    FROM task_before""",
    "DROP TABLE task_before",
    "CREATE INDEX task_by_conversation ON task (conversation)",
    "CREATE INDEX task_by_kind ON task (kind, source)",
    "CREATE INDEX task_by_person ON task (person)",
    "CREATE INDEX task_by_state ON task (state, due_at)",
    """CREATE TABLE task_entry ( seq INTEGER NOT NULL, task TEXT NOT NULL, PRIMARY KEY (seq), UNIQUE
    (task), FOREIGN KEY(task) REFERENCES task (id) ) STRICT""",
    "INSERT INTO task_entry (task) SELECT id FROM task ORDER BY opened_at",
    """CREATE TABLE snippet ( id TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, subject TEXT
    DEFAULT '' NOT NULL, text TEXT DEFAULT '' NOT NULL, language TEXT NOT NULL, owner TEXT, changed_at
    TEXT NOT NULL, retired_at TEXT, PRIMARY KEY (id), FOREIGN KEY(owner) REFERENCES app_user (id) )
    STRICT""",
    """CREATE TABLE filing ( id TEXT NOT NULL, person TEXT NOT NULL, conversation TEXT NOT NULL, entry
    TEXT, form TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL, at TEXT NOT NULL, "by" TEXT NOT
    NULL, PRIMARY KEY (id), FOREIGN KEY(person) REFERENCES person (id), FOREIGN KEY(conversation)
    REFERENCES conversation (id), FOREIGN KEY(entry) REFERENCES entry (id), FOREIGN KEY("by") REFERENCES
    app_user (id) ) STRICT""",
    "CREATE INDEX filing_by_conversation ON filing (conversation)",
    "CREATE INDEX filing_by_person ON filing (person, at)",
    """CREATE VIRTUAL TABLE entry_search USING fts5(who, subject, words, content='', contentless_delete=1,
    detail=none, prefix='2 3 4', tokenize='unicode61 remove_diacritics 2')""",
    """CREATE VIRTUAL TABLE task_search USING fts5(who, words, content='', contentless_delete=1,
    detail=none, tokenize='unicode61 remove_diacritics 2')""",
    """INSERT INTO task_search (rowid, who, words) SELECT e.seq, coalesce(p.first_name || ' ' || p.last_name
    || ' ' || p.organisation, ''), '' FROM task_entry e JOIN task t ON t.id = e.task
    LEFT JOIN person p ON p.id = t.person""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
