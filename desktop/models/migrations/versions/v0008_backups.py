"""Backups: targets, what was made and where it lies, drills, what a new computer still lacks.

Frozen: a released database holds this.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE backup_target ( id TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, address TEXT
    NOT NULL, user TEXT DEFAULT '' NOT NULL, secret TEXT DEFAULT '' NOT NULL, host_key TEXT DEFAULT ''
    NOT NULL, ca_file TEXT DEFAULT '' NOT NULL, marker TEXT NOT NULL, every_hours INTEGER DEFAULT 0 NOT
    NULL, own INTEGER DEFAULT 0 NOT NULL, baa_counterparty TEXT, baa_signed TEXT, baa_expires TEXT,
    baa_scope TEXT, baa_reviewed TEXT, made_at TEXT NOT NULL, retired_at TEXT, tried_at TEXT, trouble
    TEXT DEFAULT '' NOT NULL, PRIMARY KEY (id) ) STRICT""",
    """CREATE TABLE backup ( id TEXT NOT NULL, name TEXT NOT NULL, made_at TEXT NOT NULL, parent TEXT,
    epoch INTEGER NOT NULL, records INTEGER NOT NULL, root TEXT NOT NULL, note TEXT NOT NULL, bytes
    INTEGER NOT NULL, changed INTEGER NOT NULL, sha256 TEXT NOT NULL, checked_at TEXT NOT NULL, PRIMARY
    KEY (id) ) STRICT""",
    "CREATE INDEX backup_by_time ON backup (made_at)",
    """CREATE TABLE backup_copy ( backup TEXT NOT NULL, target TEXT NOT NULL, put_at TEXT NOT NULL,
    removed_at TEXT, PRIMARY KEY (backup, target), FOREIGN KEY(backup) REFERENCES backup (id), FOREIGN
    KEY(target) REFERENCES backup_target (id) ) STRICT""",
    "CREATE INDEX backup_copy_by_target ON backup_copy (target, put_at)",
    """CREATE TABLE restore_drill ( id TEXT NOT NULL, at TEXT NOT NULL, "by" TEXT NOT NULL, target TEXT,
    backup TEXT, ok INTEGER NOT NULL, why TEXT DEFAULT '' NOT NULL, seconds INTEGER DEFAULT 0 NOT NULL,
    records INTEGER DEFAULT 0 NOT NULL, sampled INTEGER DEFAULT 0 NOT NULL, key_proven INTEGER DEFAULT 0
    NOT NULL, report TEXT DEFAULT '' NOT NULL, PRIMARY KEY (id), FOREIGN KEY("by") REFERENCES app_user
    (id), FOREIGN KEY(target) REFERENCES backup_target (id) ) STRICT""",
    "CREATE INDEX restore_drill_by_time ON restore_drill (at)",
    """CREATE TABLE arrival_item ( item TEXT NOT NULL, opened_at TEXT NOT NULL, done_at TEXT, done_by TEXT,
    PRIMARY KEY (item), FOREIGN KEY(done_by) REFERENCES app_user (id) ) STRICT""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
