"""Pauses, rates, sign-ins to relays and mailboxes, received mail, receipts, suppression, checks.

Frozen: a released database holds this.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE pause ( scope TEXT NOT NULL, reason TEXT NOT NULL, "by" TEXT, at TEXT NOT NULL, until
    TEXT, PRIMARY KEY (scope), FOREIGN KEY("by") REFERENCES app_user (id) ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE bucket ( name TEXT NOT NULL, milli INTEGER NOT NULL, at TEXT NOT NULL, PRIMARY KEY
    (name) ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE relay_sending ( relay TEXT NOT NULL, per_minute INTEGER DEFAULT 0 NOT NULL, per_hour
    INTEGER DEFAULT 0 NOT NULL, per_day INTEGER DEFAULT 0 NOT NULL, connections INTEGER DEFAULT 1 NOT
    NULL, standby INTEGER DEFAULT 0 NOT NULL, office_mailbox INTEGER DEFAULT 0 NOT NULL, auth TEXT
    DEFAULT 'password' NOT NULL, pin TEXT DEFAULT '' NOT NULL, own_return_path INTEGER DEFAULT 0 NOT
    NULL, return_address TEXT DEFAULT '' NOT NULL, PRIMARY KEY (relay), FOREIGN KEY(relay) REFERENCES
    relay (id) ) STRICT""",
    """CREATE TABLE sign_in_grant ( owner TEXT NOT NULL, provider TEXT NOT NULL, tenant TEXT DEFAULT '' NOT
    NULL, client_id TEXT NOT NULL, client_secret TEXT DEFAULT '' NOT NULL, account TEXT DEFAULT '' NOT
    NULL, refresh_token TEXT DEFAULT '' NOT NULL, access_token TEXT DEFAULT '' NOT NULL, access_until
    TEXT, state TEXT NOT NULL, made_at TEXT NOT NULL, PRIMARY KEY (owner) ) STRICT""",
    """CREATE TABLE mail_account ( id TEXT NOT NULL, name TEXT NOT NULL, host TEXT NOT NULL, port INTEGER
    NOT NULL, security TEXT NOT NULL, ca_file TEXT DEFAULT '' NOT NULL, user TEXT DEFAULT '' NOT NULL,
    password TEXT DEFAULT '' NOT NULL, auth TEXT DEFAULT 'password' NOT NULL, address TEXT NOT NULL,
    folder TEXT DEFAULT 'INBOX' NOT NULL, sent_folder TEXT DEFAULT '' NOT NULL, minutes INTEGER DEFAULT
    5 NOT NULL, tidy INTEGER DEFAULT 0 NOT NULL, baa_counterparty TEXT, baa_signed TEXT, baa_expires
    TEXT, baa_scope TEXT, baa_reviewed TEXT, uid_validity INTEGER DEFAULT 0 NOT NULL, last_uid INTEGER
    DEFAULT 0 NOT NULL, polled_at TEXT, trouble TEXT, made_at TEXT NOT NULL, retired_at TEXT, PRIMARY
    KEY (id) ) STRICT""",
    """CREATE TABLE received ( id TEXT NOT NULL, account TEXT NOT NULL, uid_validity INTEGER NOT NULL, uid
    INTEGER NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, message TEXT, matched
    TEXT DEFAULT '' NOT NULL, person TEXT, message_id TEXT DEFAULT '' NOT NULL, in_reply_to TEXT DEFAULT
    '' NOT NULL, sender TEXT DEFAULT '' NOT NULL, details TEXT DEFAULT '{}' NOT NULL, raw BLOB NOT NULL,
    PRIMARY KEY (id), UNIQUE (account, uid_validity, uid), FOREIGN KEY(account) REFERENCES mail_account
    (id), FOREIGN KEY(message) REFERENCES message (id), FOREIGN KEY(person) REFERENCES person (id) )
    STRICT""",
    "CREATE INDEX received_by_message ON received (message)",
    "CREATE INDEX received_by_state ON received (state, at)",
    """CREATE TABLE receipt ( message TEXT NOT NULL, relay_ref TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (message), FOREIGN KEY(message) REFERENCES message (id) ) STRICT""",
    "CREATE INDEX receipt_by_ref ON receipt (relay_ref)",
    """CREATE TABLE event_ref ( source TEXT NOT NULL, ref TEXT NOT NULL, event INTEGER NOT NULL, PRIMARY
    KEY (source, ref), FOREIGN KEY(event) REFERENCES event (seq) ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE suppression ( id TEXT NOT NULL, address_key TEXT NOT NULL, kind TEXT NOT NULL, message
    TEXT, at TEXT NOT NULL, lifted_at TEXT, lifted_by TEXT, how TEXT DEFAULT '' NOT NULL, PRIMARY KEY
    (id), FOREIGN KEY(message) REFERENCES message (id), FOREIGN KEY(lifted_by) REFERENCES app_user (id)
    ) STRICT""",
    "CREATE INDEX suppression_by_address ON suppression (address_key)",
    """CREATE TABLE silence ( message TEXT NOT NULL, due_at TEXT NOT NULL, ended_at TEXT, how TEXT DEFAULT
    '' NOT NULL, PRIMARY KEY (message), FOREIGN KEY(message) REFERENCES message (id) ) STRICT""",
    "CREATE INDEX silence_by_due ON silence (ended_at, due_at)",
    """CREATE TABLE staff_account ( id TEXT NOT NULL, address TEXT NOT NULL, provider TEXT NOT NULL, device
    TEXT DEFAULT '' NOT NULL, person TEXT, retired_at TEXT, PRIMARY KEY (id), FOREIGN KEY(person)
    REFERENCES person (id) ) STRICT""",
    """CREATE TABLE delivery_check ( id TEXT NOT NULL, round TEXT NOT NULL, relay TEXT NOT NULL, account
    TEXT NOT NULL, form TEXT NOT NULL, message_id TEXT NOT NULL, sha256 TEXT NOT NULL, at TEXT NOT NULL,
    placed TEXT DEFAULT '' NOT NULL, opened TEXT DEFAULT '' NOT NULL, changes TEXT, ticked_at TEXT,
    ticked_by TEXT, PRIMARY KEY (id), FOREIGN KEY(relay) REFERENCES relay (id), FOREIGN KEY(account)
    REFERENCES staff_account (id), FOREIGN KEY(ticked_by) REFERENCES app_user (id) ) STRICT""",
    "CREATE INDEX delivery_check_by_round ON delivery_check (round)",
    """CREATE TABLE feed ( relay TEXT NOT NULL, adapter TEXT NOT NULL, url TEXT NOT NULL, secret TEXT
    DEFAULT '' NOT NULL, cursor TEXT DEFAULT '' NOT NULL, enabled INTEGER DEFAULT 0 NOT NULL, ca_file
    TEXT DEFAULT '' NOT NULL, polled_at TEXT, trouble TEXT, PRIMARY KEY (relay), FOREIGN KEY(relay)
    REFERENCES relay (id) ) STRICT""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
