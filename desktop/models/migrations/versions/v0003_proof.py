"""What proves and watches the audit log: marks, checkpoints, witnesses, alerts, sealed years.

Frozen: a released database holds this.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE alert ( id TEXT NOT NULL, rule TEXT NOT NULL, severity TEXT NOT NULL, subject TEXT
    DEFAULT '' NOT NULL, first_at TEXT NOT NULL, last_at TEXT NOT NULL, count INTEGER DEFAULT 1 NOT
    NULL, seqs TEXT DEFAULT '[]' NOT NULL, incident TEXT DEFAULT '' NOT NULL, seen_by TEXT, seen_at
    TEXT, PRIMARY KEY (id), FOREIGN KEY(seen_by) REFERENCES app_user (id) ) STRICT""",
    "CREATE INDEX alert_by_rule ON alert (rule, subject, last_at)",
    """CREATE TABLE alert_rule ( rule TEXT NOT NULL, least INTEGER NOT NULL, minutes INTEGER NOT NULL,
    changed_by TEXT NOT NULL, changed_at TEXT NOT NULL, PRIMARY KEY (rule), FOREIGN KEY(changed_by)
    REFERENCES app_user (id) ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE audit_checkpoint ( size INTEGER NOT NULL, note TEXT NOT NULL, made_at TEXT NOT NULL,
    step INTEGER NOT NULL, frontier BLOB NOT NULL, PRIMARY KEY (size) ) STRICT""",
    "CREATE TABLE audit_mac ( seq INTEGER NOT NULL, mac BLOB NOT NULL, PRIMARY KEY (seq) ) STRICT",
    """CREATE TABLE audit_segment ( year INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    root TEXT NOT NULL, file TEXT NOT NULL, sha256 TEXT NOT NULL, sealed_at TEXT NOT NULL, purged_at
    TEXT, certificate TEXT DEFAULT '{}' NOT NULL, PRIMARY KEY (year) ) STRICT""",
    """CREATE TABLE witness_mark ( kind TEXT NOT NULL, size INTEGER NOT NULL, note TEXT NOT NULL, at TEXT
    NOT NULL, PRIMARY KEY (kind) ) WITHOUT ROWID, STRICT""",
    """CREATE INDEX audit_record_by_time ON audit_record (CASE WHEN json_valid(body) THEN
    json_extract(body, '$.ts') END, CASE WHEN json_valid(body) THEN json_extract(body, '$.outcome') END)""",
    """CREATE INDEX audit_record_by_act ON audit_record (CASE WHEN json_valid(body) THEN json_extract(body,
    '$.act') END, CASE WHEN json_valid(body) THEN json_extract(body, '$.ts') END, CASE WHEN
    json_valid(body) THEN json_extract(body, '$.outcome') END)""",
    """CREATE INDEX audit_record_by_actor ON audit_record (CASE WHEN json_valid(body) THEN
    json_extract(body, '$.actor') END, CASE WHEN json_valid(body) THEN json_extract(body, '$.act') END,
    CASE WHEN json_valid(body) THEN json_extract(body, '$.ts') END, CASE WHEN json_valid(body) THEN
    json_extract(body, '$.outcome') END)""",
    """CREATE INDEX audit_record_by_object ON audit_record (CASE WHEN json_valid(body) THEN
    json_extract(body, '$.obj') END, CASE WHEN json_valid(body) THEN json_extract(body, '$.ts') END)
    WHERE CASE WHEN json_valid(body) THEN json_extract(body, '$.obj') END <> ''""",
    """CREATE INDEX audit_record_by_person ON audit_record (CASE WHEN json_valid(body) THEN
    json_extract(body, '$.det.person') END, CASE WHEN json_valid(body) THEN json_extract(body, '$.ts')
    END) WHERE CASE WHEN json_valid(body) THEN json_extract(body, '$.det.person') END IS NOT NULL""",
    """CREATE INDEX audit_record_by_outcome ON audit_record (CASE WHEN json_valid(body) THEN
    json_extract(body, '$.outcome') END, CASE WHEN json_valid(body) THEN json_extract(body, '$.ts') END,
    CASE WHEN json_valid(body) THEN json_extract(body, '$.act') END, CASE WHEN json_valid(body) THEN
    json_extract(body, '$.actor') END) WHERE CASE WHEN json_valid(body) THEN json_extract(body,
    '$.outcome') END <> 'ok'""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
