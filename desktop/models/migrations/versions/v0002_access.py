"""Accounts, recovery codes, security keys, invitations, approvals.

Frozen: a released database holds this.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE account ( user TEXT NOT NULL, state TEXT DEFAULT 'active' NOT NULL, added_at TEXT,
    last_seen TEXT, must_change INTEGER DEFAULT 0 NOT NULL, PRIMARY KEY (user), FOREIGN KEY(user)
    REFERENCES app_user (id) ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE approval ( id TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT DEFAULT '' NOT NULL,
    details TEXT DEFAULT '{}' NOT NULL, reason TEXT DEFAULT '' NOT NULL, asked_by TEXT NOT NULL,
    asked_at TEXT NOT NULL, not_before TEXT, state TEXT DEFAULT 'pending' NOT NULL, decided_by TEXT,
    decided_at TEXT, signature BLOB, PRIMARY KEY (id), FOREIGN KEY(asked_by) REFERENCES app_user (id),
    FOREIGN KEY(decided_by) REFERENCES app_user (id) ) STRICT""",
    "CREATE INDEX approval_by_state ON approval (state, kind)",
    """CREATE TABLE factor_day ( user TEXT NOT NULL, computer TEXT NOT NULL, proved_at TEXT NOT NULL,
    PRIMARY KEY (user, computer), FOREIGN KEY(user) REFERENCES app_user (id) ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE invitation ( id TEXT NOT NULL, user TEXT NOT NULL, kind TEXT NOT NULL, made_by TEXT NOT
    NULL, made_at TEXT NOT NULL, until TEXT NOT NULL, ended_at TEXT, outcome TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (id), FOREIGN KEY(user) REFERENCES app_user (id), FOREIGN KEY(made_by) REFERENCES
    app_user (id) ) STRICT""",
    "CREATE INDEX invitation_by_user ON invitation (user)",
    """CREATE TABLE recovery_code ( id TEXT NOT NULL, user TEXT NOT NULL, hash BLOB NOT NULL, made_at TEXT
    NOT NULL, used_at TEXT, PRIMARY KEY (id), FOREIGN KEY(user) REFERENCES app_user (id) ) STRICT""",
    "CREATE INDEX recovery_code_by_user ON recovery_code (user)",
    """CREATE TABLE security_key ( id TEXT NOT NULL, user TEXT NOT NULL, cred_id BLOB NOT NULL, rp_id TEXT
    NOT NULL, public_key BLOB NOT NULL, name TEXT DEFAULT '' NOT NULL, added_at TEXT NOT NULL, last_used
    TEXT, PRIMARY KEY (id), FOREIGN KEY(user) REFERENCES app_user (id), UNIQUE (cred_id) ) STRICT""",
    "CREATE INDEX security_key_by_user ON security_key (user)",
    # Who was disabled before there were accounts has left.
    """INSERT INTO account (user, state) SELECT id, CASE WHEN disabled_at IS NULL THEN 'active' ELSE
    'left' END FROM app_user""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
