"""The first schema: people, consent, keys, visits, outbox, audit, and what later rooms need.

Frozen: this is what the first released databases hold. Later changes are later files.
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSERT_ONLY = ("audit_record", "audit_reason", "audit_ids", "consent_entry")

STATEMENTS = (
    """CREATE TABLE app_user (id TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL, role TEXT NOT
    NULL, totp_secret TEXT NOT NULL, totp_last_step INTEGER DEFAULT 0 NOT NULL, disabled_at TEXT,
    PRIMARY KEY (id), UNIQUE (name_key)) STRICT""",
    """CREATE TABLE audit_ids (event_seq INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (event_seq))
    STRICT""",
    """CREATE TABLE audit_reason (id TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (id)) WITHOUT ROWID,
    STRICT""",
    """CREATE TABLE audit_record (seq INTEGER NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY
    (seq), UNIQUE (hash)) STRICT""",
    """CREATE TABLE evidence (id TEXT NOT NULL, subject_kind TEXT NOT NULL, subject TEXT NOT NULL, kind
    TEXT NOT NULL, source TEXT NOT NULL, details TEXT DEFAULT '{}' NOT NULL, seen_at TEXT NOT NULL,
    valid_until TEXT, PRIMARY KEY (id)) STRICT""",
    "CREATE INDEX evidence_by_subject ON evidence (subject_kind, subject, kind)",
    """CREATE TABLE identity (fingerprint TEXT NOT NULL, kind TEXT NOT NULL, address TEXT NOT NULL, secret
    BLOB NOT NULL, public BLOB NOT NULL, made_at TEXT NOT NULL, PRIMARY KEY (fingerprint)) STRICT""",
    "CREATE INDEX identity_by_kind ON identity (kind, made_at)",
    """CREATE TABLE import_batch (id TEXT NOT NULL, kind TEXT NOT NULL, file_hash TEXT NOT NULL, "by" TEXT
    NOT NULL, at TEXT NOT NULL, created INTEGER DEFAULT 0 NOT NULL, updated INTEGER DEFAULT 0 NOT NULL,
    unchanged INTEGER DEFAULT 0 NOT NULL, undone_at TEXT, PRIMARY KEY (id)) STRICT""",
    """CREATE TABLE incident (id TEXT NOT NULL, kind TEXT NOT NULL, source TEXT DEFAULT '' NOT NULL,
    opened_at TEXT NOT NULL, state TEXT NOT NULL, details TEXT DEFAULT '{}' NOT NULL, closed_at TEXT,
    PRIMARY KEY (id)) STRICT""",
    "CREATE INDEX incident_by_state ON incident (state)",
    """CREATE TABLE lease (name TEXT NOT NULL, holder TEXT NOT NULL, boot TEXT NOT NULL, until TEXT NOT
    NULL, PRIMARY KEY (name)) WITHOUT ROWID, STRICT""",
    """CREATE TABLE mailbox (id INTEGER NOT NULL, address TEXT NOT NULL, address_key TEXT NOT NULL, PRIMARY
    KEY (id), UNIQUE (address_key)) STRICT""",
    """CREATE TABLE relay (id TEXT NOT NULL, name TEXT NOT NULL, host TEXT NOT NULL, port INTEGER NOT NULL,
    security TEXT NOT NULL, ca_file TEXT DEFAULT '' NOT NULL, user TEXT DEFAULT '' NOT NULL, password
    TEXT DEFAULT '' NOT NULL, sender TEXT NOT NULL, baa_counterparty TEXT, baa_signed TEXT, baa_expires
    TEXT, baa_scope TEXT, baa_reviewed TEXT, required_tls TEXT DEFAULT '' NOT NULL, required_tls_at
    TEXT, enforces TEXT DEFAULT '[]' NOT NULL, requiretls_seen TEXT, requiretls INTEGER DEFAULT 0 NOT
    NULL, retired_at TEXT, PRIMARY KEY (id)) STRICT""",
    """CREATE TABLE setting ("key" TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY ("key")) WITHOUT ROWID,
    STRICT""",
    """CREATE TABLE vault (id INTEGER NOT NULL CHECK (id = 1), vault_id BLOB NOT NULL, epoch INTEGER NOT
    NULL, PRIMARY KEY (id)) STRICT""",
    """CREATE TABLE vault_key (name TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (name)) WITHOUT ROWID,
    STRICT""",
    """CREATE TABLE forced_tls (relay TEXT NOT NULL, domain TEXT NOT NULL, until TEXT NOT NULL, PRIMARY KEY
    (relay, domain), FOREIGN KEY(relay) REFERENCES relay (id)) WITHOUT ROWID, STRICT""",
    """CREATE TABLE person (id TEXT NOT NULL, kind TEXT NOT NULL, first_name TEXT DEFAULT '' NOT NULL,
    last_name TEXT DEFAULT '' NOT NULL, birth_date TEXT, language TEXT DEFAULT '' NOT NULL, detail TEXT
    NOT NULL, status TEXT NOT NULL, consent TEXT DEFAULT 'unknown' NOT NULL, phone TEXT DEFAULT '' NOT
    NULL, organisation TEXT DEFAULT '' NOT NULL, preferred_method TEXT, plain_wish TEXT, name_key TEXT
    NOT NULL, custom TEXT DEFAULT '{}' NOT NULL, import_id TEXT, PRIMARY KEY (id), FOREIGN
    KEY(import_id) REFERENCES import_batch (id)) STRICT""",
    "CREATE INDEX person_by_name ON person (name_key)",
    """CREATE TABLE schedule (id TEXT NOT NULL, day TEXT NOT NULL, provider TEXT DEFAULT '' NOT NULL,
    exported_at TEXT, recorded_at TEXT NOT NULL, visits INTEGER DEFAULT 0 NOT NULL, import_id TEXT,
    PRIMARY KEY (id), UNIQUE (day, provider, recorded_at), FOREIGN KEY(import_id) REFERENCES
    import_batch (id)) STRICT""",
    """CREATE TABLE appointment (id TEXT NOT NULL, person TEXT NOT NULL, external_id TEXT DEFAULT '' NOT
    NULL, start TEXT NOT NULL, zone TEXT NOT NULL, start_utc TEXT NOT NULL, occurrence INTEGER DEFAULT 0
    NOT NULL, status TEXT NOT NULL, visit_type TEXT DEFAULT '' NOT NULL, provider TEXT DEFAULT '' NOT
    NULL, location TEXT DEFAULT '' NOT NULL, import_id TEXT, PRIMARY KEY (id), FOREIGN KEY(person)
    REFERENCES person (id), FOREIGN KEY(import_id) REFERENCES import_batch (id)) STRICT""",
    "CREATE UNIQUE INDEX appointment_by_external ON appointment (external_id) WHERE external_id != ''",
    "CREATE INDEX appointment_by_person ON appointment (person)",
    "CREATE INDEX appointment_by_start ON appointment (start)",
    "CREATE INDEX appointment_by_start_utc ON appointment (start_utc)",
    """CREATE TABLE consent_entry (seq INTEGER NOT NULL, person TEXT NOT NULL, state TEXT NOT NULL, at TEXT
    NOT NULL, source TEXT NOT NULL, basis TEXT DEFAULT '' NOT NULL, "by" TEXT NOT NULL, scope TEXT
    DEFAULT '' NOT NULL, import_id TEXT, PRIMARY KEY (seq), FOREIGN KEY(person) REFERENCES person (id),
    FOREIGN KEY(import_id) REFERENCES import_batch (id)) STRICT""",
    "CREATE INDEX consent_entry_by_person ON consent_entry (person)",
    """CREATE TABLE conversation (id TEXT NOT NULL, person TEXT, mailbox INTEGER, subject TEXT DEFAULT ''
    NOT NULL, state TEXT NOT NULL, owner TEXT, opened_at TEXT NOT NULL, changed_at TEXT NOT NULL,
    PRIMARY KEY (id), FOREIGN KEY(person) REFERENCES person (id), FOREIGN KEY(mailbox) REFERENCES
    mailbox (id), FOREIGN KEY(owner) REFERENCES app_user (id)) STRICT""",
    "CREATE INDEX conversation_by_person ON conversation (person)",
    """CREATE TABLE external_id (system TEXT NOT NULL, value TEXT NOT NULL, person TEXT NOT NULL, PRIMARY
    KEY (system, value), FOREIGN KEY(person) REFERENCES person (id)) WITHOUT ROWID, STRICT""",
    "CREATE UNIQUE INDEX external_id_by_person ON external_id (person, system)",
    """CREATE TABLE password_card (person TEXT NOT NULL, salt BLOB NOT NULL, rounds INTEGER NOT NULL, "key"
    BLOB NOT NULL, handed_over TEXT NOT NULL, how TEXT NOT NULL, made_at TEXT NOT NULL, PRIMARY KEY
    (person), FOREIGN KEY(person) REFERENCES person (id)) STRICT""",
    """CREATE TABLE person_mailbox (person TEXT NOT NULL, mailbox INTEGER NOT NULL, preferred INTEGER
    DEFAULT 1 NOT NULL, PRIMARY KEY (person, mailbox), FOREIGN KEY(person) REFERENCES person (id),
    FOREIGN KEY(mailbox) REFERENCES mailbox (id)) WITHOUT ROWID, STRICT""",
    "CREATE INDEX person_mailbox_by_mailbox ON person_mailbox (mailbox)",
    "CREATE UNIQUE INDEX person_mailbox_one_preferred ON person_mailbox (person) WHERE preferred = 1",
    """CREATE TABLE public_key (id TEXT NOT NULL, person TEXT NOT NULL, kind TEXT NOT NULL, fingerprint
    TEXT NOT NULL, addresses TEXT NOT NULL, data BLOB NOT NULL, expires TEXT, source TEXT NOT NULL,
    confirmed_at TEXT NOT NULL, revoked_at TEXT, PRIMARY KEY (id), FOREIGN KEY(person) REFERENCES person
    (id)) STRICT""",
    "CREATE INDEX public_key_by_person ON public_key (person)",
    """CREATE TABLE search_entry (rank INTEGER NOT NULL, person TEXT NOT NULL, sort_key TEXT NOT NULL,
    PRIMARY KEY (rank), UNIQUE (person), FOREIGN KEY(person) REFERENCES person (id)) STRICT""",
    "CREATE INDEX search_entry_by_name ON search_entry (sort_key, rank)",
    """CREATE TABLE task (id TEXT NOT NULL, kind TEXT NOT NULL, source TEXT DEFAULT '' NOT NULL, person
    TEXT, details TEXT DEFAULT '{}' NOT NULL, state TEXT NOT NULL, owner TEXT, opened_at TEXT NOT NULL,
    due_at TEXT, closed_at TEXT, PRIMARY KEY (id), FOREIGN KEY(person) REFERENCES person (id), FOREIGN
    KEY(owner) REFERENCES app_user (id)) STRICT""",
    "CREATE INDEX task_by_state ON task (state, due_at)",
    """CREATE TABLE draft (id TEXT NOT NULL, owner TEXT NOT NULL, person TEXT, conversation TEXT, subject
    TEXT DEFAULT '' NOT NULL, body TEXT DEFAULT '' NOT NULL, details TEXT DEFAULT '{}' NOT NULL,
    changed_at TEXT NOT NULL, PRIMARY KEY (id), FOREIGN KEY(owner) REFERENCES app_user (id), FOREIGN
    KEY(person) REFERENCES person (id), FOREIGN KEY(conversation) REFERENCES conversation (id)) STRICT""",
    """CREATE TABLE message (id TEXT NOT NULL, kind TEXT NOT NULL, source TEXT DEFAULT '' NOT NULL,
    occurrence INTEGER DEFAULT 0 NOT NULL, window TEXT DEFAULT '' NOT NULL, generation INTEGER DEFAULT 0
    NOT NULL, person TEXT NOT NULL, address TEXT NOT NULL, method TEXT NOT NULL, state TEXT NOT NULL,
    label TEXT NOT NULL, relay TEXT, message_id TEXT NOT NULL, sha256 TEXT NOT NULL, decision_hash TEXT
    NOT NULL, trace TEXT NOT NULL, reasons TEXT NOT NULL, queued_at TEXT NOT NULL, not_before TEXT NOT
    NULL, useless_after TEXT, attempts INTEGER DEFAULT 0 NOT NULL, reply TEXT DEFAULT '' NOT NULL,
    superseded INTEGER DEFAULT 0 NOT NULL, priority INTEGER DEFAULT 0 NOT NULL, reason TEXT, next_try
    TEXT, conversation TEXT, PRIMARY KEY (id), FOREIGN KEY(person) REFERENCES person (id), FOREIGN
    KEY(relay) REFERENCES relay (id), UNIQUE (message_id), FOREIGN KEY(conversation) REFERENCES
    conversation (id)) STRICT""",
    "CREATE INDEX message_by_person ON message (person)",
    "CREATE INDEX message_by_state ON message (state, priority, not_before)",
    "CREATE INDEX message_by_time ON message (queued_at)",
    """CREATE UNIQUE INDEX message_one_live_reminder ON message (source, occurrence, window) WHERE kind =
    'reminder' AND superseded = 0""",
    """CREATE TABLE attempt (seq INTEGER NOT NULL, message TEXT NOT NULL, at TEXT NOT NULL, phase TEXT NOT
    NULL, reply TEXT DEFAULT '' NOT NULL, PRIMARY KEY (seq), FOREIGN KEY(message) REFERENCES message
    (id)) STRICT""",
    "CREATE INDEX attempt_by_message ON attempt (message)",
    """CREATE TABLE event (seq INTEGER NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL, source TEXT DEFAULT
    '' NOT NULL, message TEXT, person TEXT, details TEXT DEFAULT '{}' NOT NULL, PRIMARY KEY (seq),
    FOREIGN KEY(message) REFERENCES message (id), FOREIGN KEY(person) REFERENCES person (id)) STRICT""",
    "CREATE INDEX event_by_message ON event (message)",
    """CREATE TABLE message_body (message TEXT NOT NULL, wire BLOB NOT NULL, PRIMARY KEY (message), FOREIGN
    KEY(message) REFERENCES message (id)) STRICT""",
    """CREATE VIRTUAL TABLE person_search USING fts5(first, last, email, external, phone, content='',
    contentless_delete=1, detail=none, prefix='1 2 3', tokenize='unicode61 remove_diacritics 2')""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for table in INSERT_ONLY:
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
            )
