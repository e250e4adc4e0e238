"""Templates, pictures, times of reminders, campaigns and their ledgers, answers about visits.

Reminders of before are about the one visit that they name. Frozen: a released database holds this.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE free_slot ( day TEXT NOT NULL, type_key TEXT NOT NULL, count INTEGER NOT NULL,
    changed_at TEXT NOT NULL, PRIMARY KEY (day, type_key) ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE template ( id TEXT NOT NULL, code TEXT DEFAULT '' NOT NULL, name TEXT NOT NULL, "group"
    TEXT NOT NULL, purpose TEXT NOT NULL, answers TEXT DEFAULT '{}' NOT NULL, payer TEXT DEFAULT '' NOT
    NULL, layout TEXT NOT NULL, visit INTEGER DEFAULT 0 NOT NULL, version INTEGER DEFAULT 1 NOT NULL,
    "by" TEXT NOT NULL, made_at TEXT NOT NULL, changed_at TEXT NOT NULL, retired_at TEXT, PRIMARY KEY
    (id), FOREIGN KEY("by") REFERENCES app_user (id) ) STRICT""",
    """CREATE TABLE campaign ( id TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, version INTEGER
    DEFAULT 1 NOT NULL, purpose TEXT NOT NULL, answers TEXT DEFAULT '{}' NOT NULL, payer TEXT DEFAULT ''
    NOT NULL, segment TEXT, segment_version INTEGER DEFAULT 0 NOT NULL, without TEXT DEFAULT '[]' NOT
    NULL, template TEXT, template_version INTEGER DEFAULT 0 NOT NULL, variants TEXT DEFAULT '[]' NOT
    NULL, schedule TEXT DEFAULT '{}' NOT NULL, content TEXT DEFAULT '' NOT NULL, audience TEXT DEFAULT
    '' NOT NULL, approval TEXT, "by" TEXT NOT NULL, made_at TEXT NOT NULL, changed_at TEXT NOT NULL,
    checked_at TEXT, approved_at TEXT, started_at TEXT, started_by TEXT, ended_at TEXT, ended_why TEXT
    DEFAULT '' NOT NULL, PRIMARY KEY (id), FOREIGN KEY(segment) REFERENCES segment (id), FOREIGN
    KEY(template) REFERENCES template (id), FOREIGN KEY(approval) REFERENCES approval (id), FOREIGN
    KEY("by") REFERENCES app_user (id), FOREIGN KEY(started_by) REFERENCES app_user (id) ) STRICT""",
    "CREATE INDEX campaign_by_state ON campaign (state, changed_at)",
    """CREATE TABLE reminder_window ( id TEXT NOT NULL, type_key TEXT DEFAULT '' NOT NULL, kind TEXT NOT
    NULL, minutes INTEGER NOT NULL, template TEXT, code TEXT DEFAULT '' NOT NULL, "by" TEXT, changed_at
    TEXT NOT NULL, retired_at TEXT, PRIMARY KEY (id), FOREIGN KEY(template) REFERENCES template (id),
    FOREIGN KEY("by") REFERENCES app_user (id) ) STRICT""",
    "CREATE INDEX reminder_window_by_type ON reminder_window (type_key)",
    """CREATE TABLE template_text ( template TEXT NOT NULL, number INTEGER NOT NULL, language TEXT NOT
    NULL, subject TEXT NOT NULL, preview TEXT DEFAULT '' NOT NULL, body TEXT NOT NULL, PRIMARY KEY
    (template, number, language), FOREIGN KEY(template) REFERENCES template (id) ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE template_version ( template TEXT NOT NULL, number INTEGER NOT NULL, sha256 TEXT NOT
    NULL, "by" TEXT NOT NULL, at TEXT NOT NULL, approved_by TEXT, approved_at TEXT, signature BLOB,
    PRIMARY KEY (template, number), FOREIGN KEY(template) REFERENCES template (id), FOREIGN KEY("by")
    REFERENCES app_user (id), FOREIGN KEY(approved_by) REFERENCES app_user (id) ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE picture ( name TEXT NOT NULL, kind TEXT NOT NULL, sha256 TEXT NOT NULL, width INTEGER
    NOT NULL, height INTEGER NOT NULL, alt TEXT DEFAULT '' NOT NULL, data BLOB NOT NULL, authorization
    TEXT, "by" TEXT NOT NULL, at TEXT NOT NULL, retired_at TEXT, PRIMARY KEY (name), FOREIGN
    KEY(authorization) REFERENCES authorization (id), FOREIGN KEY("by") REFERENCES app_user (id) )
    STRICT""",
    """CREATE TABLE campaign_person ( campaign TEXT NOT NULL, person TEXT NOT NULL, included INTEGER NOT
    NULL, code TEXT DEFAULT '' NOT NULL, params TEXT DEFAULT '{}' NOT NULL, variant TEXT DEFAULT '' NOT
    NULL, method TEXT DEFAULT '' NOT NULL, rehearsed TEXT DEFAULT '' NOT NULL, message TEXT, late_code
    TEXT DEFAULT '' NOT NULL, PRIMARY KEY (campaign, person), FOREIGN KEY(campaign) REFERENCES campaign
    (id), FOREIGN KEY(person) REFERENCES person (id), FOREIGN KEY(message) REFERENCES message (id) )
    WITHOUT ROWID, STRICT""",
    "CREATE INDEX campaign_person_by_message ON campaign_person (message)",
    "CREATE INDEX campaign_person_by_person ON campaign_person (person)",
    """CREATE TABLE reminder_visit ( message TEXT NOT NULL, appointment TEXT NOT NULL, occurrence INTEGER
    DEFAULT 0 NOT NULL, window TEXT NOT NULL, live INTEGER DEFAULT 1 NOT NULL, PRIMARY KEY (message,
    appointment), FOREIGN KEY(message) REFERENCES message (id), FOREIGN KEY(appointment) REFERENCES
    appointment (id) ) WITHOUT ROWID, STRICT""",
    """CREATE UNIQUE INDEX reminder_visit_one_live ON reminder_visit (appointment, occurrence, window)
    WHERE live = 1""",
    """CREATE TABLE test_send ( message TEXT NOT NULL, source TEXT NOT NULL, "by" TEXT NOT NULL, at TEXT
    NOT NULL, PRIMARY KEY (message), FOREIGN KEY(message) REFERENCES message (id), FOREIGN KEY("by")
    REFERENCES app_user (id) ) STRICT""",
    """CREATE TABLE visit_answer ( appointment TEXT NOT NULL, occurrence INTEGER NOT NULL, answer TEXT NOT
    NULL, at TEXT NOT NULL, message TEXT, "by" TEXT, entered_at TEXT, entered_by TEXT, PRIMARY KEY
    (appointment, occurrence), FOREIGN KEY(appointment) REFERENCES appointment (id), FOREIGN
    KEY(message) REFERENCES message (id), FOREIGN KEY("by") REFERENCES app_user (id), FOREIGN
    KEY(entered_by) REFERENCES app_user (id) ) WITHOUT ROWID, STRICT""",
    "ALTER TABLE message ADD COLUMN purpose TEXT DEFAULT '' NOT NULL",
    """CREATE UNIQUE INDEX message_one_of_a_campaign ON message (source, person) WHERE kind = 'campaign'
    AND superseded = 0""",
    """CREATE TRIGGER template_text_no_update BEFORE UPDATE ON template_text BEGIN SELECT RAISE(ABORT,
    'template_text is insert-only'); END""",
    """CREATE TRIGGER template_text_no_delete BEFORE DELETE ON template_text BEGIN SELECT RAISE(ABORT,
    'template_text is insert-only'); END""",
    """CREATE TRIGGER template_version_no_delete BEFORE DELETE ON template_version BEGIN SELECT
    RAISE(ABORT, 'template_version is insert-only'); END""",
    """CREATE TRIGGER template_version_no_update BEFORE UPDATE ON template_version WHEN OLD.approved_at IS
    NOT NULL OR (OLD.template, OLD.number, OLD.sha256, OLD.by, OLD.at) IS NOT (NEW.template, NEW.number,
    NEW.sha256, NEW.by, NEW.at) BEGIN SELECT RAISE(ABORT, 'a version changes by its approval alone');
    END""",
    """CREATE TRIGGER message_reminds_no_more AFTER UPDATE OF superseded ON message WHEN NEW.superseded = 1
    AND NEW.kind = 'reminder' BEGIN UPDATE reminder_visit SET live = 0 WHERE message = NEW.id; END""",
    """INSERT INTO reminder_visit (message, appointment, occurrence, "window") SELECT m.id, m.source,
    m.occurrence, m."window" FROM message m JOIN appointment a ON a.id = m.source WHERE m.kind =
    'reminder' AND m.superseded = 0""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
