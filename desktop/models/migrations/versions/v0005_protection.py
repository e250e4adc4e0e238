"""Lives of keys, words of password cards, forms of locked files, storage and pick-ups.

Frozen: a released database holds this.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE key_life ( "key" TEXT NOT NULL, trust TEXT NOT NULL, capabilities TEXT DEFAULT '[]' NOT
    NULL, chain BLOB NOT NULL, test_message TEXT DEFAULT '' NOT NULL, PRIMARY KEY ("key"), FOREIGN
    KEY("key") REFERENCES public_key (id) ) STRICT""",
    """CREATE TABLE own_key_life ( fingerprint TEXT NOT NULL, state TEXT NOT NULL, revocation BLOB NOT
    NULL, chain BLOB NOT NULL, ended_at TEXT, PRIMARY KEY (fingerprint), FOREIGN KEY(fingerprint)
    REFERENCES identity (fingerprint) ) STRICT""",
    """CREATE TABLE card_words ( person TEXT NOT NULL, salt BLOB NOT NULL, words BLOB NOT NULL, PRIMARY KEY
    (person), FOREIGN KEY(person) REFERENCES person (id) ) STRICT""",
    """CREATE TABLE person_form ( person TEXT NOT NULL, form TEXT NOT NULL, PRIMARY KEY (person), FOREIGN
    KEY(person) REFERENCES person (id) ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE relay_onward ( relay TEXT NOT NULL, how TEXT DEFAULT '' NOT NULL, name TEXT DEFAULT ''
    NOT NULL, value TEXT DEFAULT '' NOT NULL, verifies INTEGER DEFAULT 0 NOT NULL, portal TEXT, PRIMARY
    KEY (relay), FOREIGN KEY(relay) REFERENCES relay (id) ) STRICT""",
    """CREATE TABLE storage ( id TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, url TEXT NOT NULL,
    user TEXT DEFAULT '' NOT NULL, secret TEXT DEFAULT '' NOT NULL, public_url TEXT NOT NULL, days
    INTEGER NOT NULL, access_log TEXT DEFAULT '' NOT NULL, ca_file TEXT DEFAULT '' NOT NULL,
    baa_counterparty TEXT, baa_signed TEXT, baa_expires TEXT, baa_scope TEXT, baa_reviewed TEXT, made_at
    TEXT NOT NULL, retired_at TEXT, PRIMARY KEY (id) ) STRICT""",
    """CREATE TABLE pickup ( id TEXT NOT NULL, message TEXT NOT NULL, storage TEXT NOT NULL, name TEXT NOT
    NULL, made_at TEXT NOT NULL, expires_at TEXT NOT NULL, revoked_at TEXT, deleted_at TEXT,
    picked_up_at TEXT, put_at TEXT, trouble TEXT DEFAULT '' NOT NULL, content BLOB NOT NULL, PRIMARY KEY
    (id), FOREIGN KEY(message) REFERENCES message (id), FOREIGN
    KEY(storage) REFERENCES storage (id) ) STRICT""",
    "CREATE INDEX pickup_by_expiry ON pickup (expires_at)",
    "CREATE INDEX pickup_by_message ON pickup (message)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
