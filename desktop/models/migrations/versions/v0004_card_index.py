"""The audit log's card index takes the place of indexes that every record had to touch.

Frozen: a released database holds this.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_READ = "CASE WHEN json_valid(body) THEN json_extract(body, '$.{}') END"

STATEMENTS = (
    "DROP TRIGGER audit_record_no_update",
    "DROP TRIGGER audit_record_no_delete",
    "ALTER TABLE audit_record RENAME TO audit_record_indexed",
    """CREATE TABLE audit_record ( seq INTEGER NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (seq) ) STRICT""",
    "INSERT INTO audit_record SELECT seq, body, hash FROM audit_record_indexed ORDER BY seq",
    "DROP TABLE audit_record_indexed",
    """CREATE TRIGGER audit_record_no_update BEFORE UPDATE ON audit_record
    BEGIN SELECT RAISE(ABORT, 'audit_record is insert-only'); END""",
    """CREATE TRIGGER audit_record_no_delete BEFORE DELETE ON audit_record
    BEGIN SELECT RAISE(ABORT, 'audit_record is insert-only'); END""",
    """CREATE TABLE audit_card ( seq INTEGER NOT NULL, ts INTEGER, act TEXT, actor TEXT, obj TEXT, outcome
    TEXT, person TEXT, PRIMARY KEY (seq) ) STRICT""",
    f"""INSERT INTO audit_card SELECT seq, CASE WHEN json_valid(body) AND json_type(body, '$.ts') = 'integer'
    THEN json_extract(body, '$.ts') END, {_READ.format("act")}, {_READ.format("actor")},
    {_READ.format("obj")}, {_READ.format("outcome")}, {_READ.format("det.person")} FROM audit_record""",  # noqa: S608
    "CREATE INDEX audit_card_by_time ON audit_card (ts, outcome)",
    "CREATE INDEX audit_card_by_act ON audit_card (act, ts, outcome)",
    "CREATE INDEX audit_card_by_actor ON audit_card (actor, act, ts, outcome)",
    "CREATE INDEX audit_card_by_object ON audit_card (obj, ts) WHERE obj <> ''",
    "CREATE INDEX audit_card_by_person ON audit_card (person, ts) WHERE person IS NOT NULL",
    """CREATE INDEX audit_card_by_outcome ON audit_card (outcome, ts, act, actor) WHERE outcome <> 'ok'""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
