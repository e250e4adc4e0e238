"""People: evidence and purposes of consent, households, imports that can be undone, merges, segments.

Consent of before is about care: nobody has ever asked for more in its name. A yes of before stands on
one evidence that says so; `sha256` is that of its note. Frozen: a released
database holds this.
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE custom_field ( id TEXT NOT NULL, name TEXT NOT NULL, label TEXT NOT NULL, kind TEXT NOT
    NULL, class TEXT NOT NULL, choices TEXT DEFAULT '[]' NOT NULL, place INTEGER DEFAULT 0 NOT NULL,
    made_at TEXT NOT NULL, retired_at TEXT, PRIMARY KEY (id) ) STRICT""",
    "CREATE UNIQUE INDEX custom_field_by_name ON custom_field (name)",
    """CREATE TABLE practice_location ( id TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL,
    address TEXT DEFAULT '' NOT NULL, phone TEXT DEFAULT '' NOT NULL, directions TEXT DEFAULT '' NOT
    NULL, hours TEXT DEFAULT '{}' NOT NULL, booking_link TEXT DEFAULT '' NOT NULL, portal_link TEXT
    DEFAULT '' NOT NULL, retired_at TEXT, PRIMARY KEY (id) ) STRICT""",
    """CREATE TABLE visit_rule ( type_key TEXT NOT NULL, name TEXT NOT NULL, arrive_early INTEGER DEFAULT 0
    NOT NULL, instructions TEXT DEFAULT '{}' NOT NULL, patient_only INTEGER DEFAULT 0 NOT NULL, remind
    INTEGER DEFAULT 1 NOT NULL, changed_at TEXT NOT NULL, PRIMARY KEY (type_key) ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE consent_evidence ( id TEXT NOT NULL, kind TEXT NOT NULL, file_name TEXT DEFAULT '' NOT
    NULL, media_type TEXT DEFAULT '' NOT NULL, sha256 TEXT NOT NULL, data BLOB, wording TEXT DEFAULT ''
    NOT NULL, note TEXT DEFAULT '' NOT NULL, taken_on TEXT, "by" TEXT, kept_at TEXT NOT NULL, PRIMARY
    KEY (id), FOREIGN KEY("by") REFERENCES app_user (id) ) STRICT""",
    """CREATE TABLE import_change ( import_id TEXT NOT NULL, kind TEXT NOT NULL, obj TEXT NOT NULL,
    "before" TEXT NOT NULL, "after" TEXT NOT NULL, PRIMARY KEY (import_id, kind, obj), FOREIGN
    KEY(import_id) REFERENCES import_batch (id) ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE import_mapping ( id TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, signature
    TEXT NOT NULL, columns TEXT NOT NULL, options TEXT DEFAULT '{}' NOT NULL, made_at TEXT NOT NULL,
    "by" TEXT NOT NULL, used_at TEXT, retired_at TEXT, PRIMARY KEY (id), FOREIGN KEY("by") REFERENCES
    app_user (id) ) STRICT""",
    "CREATE INDEX import_mapping_by_signature ON import_mapping (signature)",
    """CREATE TABLE import_reject ( import_id TEXT NOT NULL, line INTEGER NOT NULL, code TEXT NOT NULL,
    params TEXT DEFAULT '{}' NOT NULL, cells TEXT DEFAULT '[]' NOT NULL, PRIMARY KEY (import_id, line),
    FOREIGN KEY(import_id) REFERENCES import_batch (id) ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE segment ( id TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, rule TEXT DEFAULT
    '{}' NOT NULL, clinical INTEGER DEFAULT 0 NOT NULL, version INTEGER DEFAULT 1 NOT NULL, "by" TEXT
    NOT NULL, made_at TEXT NOT NULL, changed_at TEXT NOT NULL, evaluated_at TEXT, evaluated_on TEXT,
    retired_at TEXT, PRIMARY KEY (id), FOREIGN KEY("by") REFERENCES app_user (id) ) STRICT""",
    """CREATE TABLE authorization ( id TEXT NOT NULL, person TEXT NOT NULL, purpose TEXT NOT NULL, what
    TEXT NOT NULL, discloser TEXT NOT NULL, recipient TEXT NOT NULL, aim TEXT NOT NULL, expires_on TEXT,
    expires_event TEXT DEFAULT '' NOT NULL, signed_on TEXT, signed_by TEXT DEFAULT '' NOT NULL,
    authority TEXT DEFAULT '' NOT NULL, paid INTEGER DEFAULT 0 NOT NULL, payer TEXT DEFAULT '' NOT NULL,
    copy_given INTEGER DEFAULT 0 NOT NULL, form TEXT DEFAULT '' NOT NULL, evidence TEXT, "by" TEXT NOT
    NULL, kept_at TEXT NOT NULL, revoked_on TEXT, revoked_at TEXT, revoked_how TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (id), FOREIGN KEY(person) REFERENCES person (id), FOREIGN KEY(evidence) REFERENCES
    consent_evidence (id), FOREIGN KEY("by") REFERENCES app_user (id) ) STRICT""",
    "CREATE INDEX authorization_by_person ON authorization (person)",
    """CREATE TABLE consent_batch ( id TEXT NOT NULL, kind TEXT NOT NULL, purpose TEXT NOT NULL, wording
    TEXT DEFAULT '' NOT NULL, evidence TEXT, "by" TEXT NOT NULL, at TEXT NOT NULL, count INTEGER DEFAULT
    0 NOT NULL, content TEXT NOT NULL, signature BLOB, undone_at TEXT, undone_by TEXT, PRIMARY KEY (id),
    FOREIGN KEY(evidence) REFERENCES consent_evidence (id), FOREIGN KEY("by") REFERENCES app_user (id),
    FOREIGN KEY(undone_by) REFERENCES app_user (id) ) STRICT""",
    """CREATE TABLE consent_state ( person TEXT NOT NULL, purpose TEXT NOT NULL, state TEXT NOT NULL,
    expires TEXT, entry INTEGER NOT NULL, PRIMARY KEY (person, purpose), FOREIGN KEY(person) REFERENCES
    person (id) ) WITHOUT ROWID, STRICT""",
    "CREATE INDEX consent_state_by_purpose ON consent_state (purpose, state)",
    """CREATE TABLE duplicate_pair ( first TEXT NOT NULL, second TEXT NOT NULL, score INTEGER NOT NULL,
    reasons TEXT DEFAULT '[]' NOT NULL, found_at TEXT NOT NULL, decision TEXT DEFAULT '' NOT NULL,
    decided_at TEXT, decided_by TEXT, PRIMARY KEY (first, second), FOREIGN KEY(first) REFERENCES person
    (id), FOREIGN KEY(second) REFERENCES person (id), FOREIGN KEY(decided_by) REFERENCES app_user (id) )
    WITHOUT ROWID, STRICT""",
    "CREATE INDEX duplicate_pair_by_decision ON duplicate_pair (decision, score)",
    """CREATE TABLE person_merge ( id TEXT NOT NULL, kept TEXT NOT NULL, gone TEXT NOT NULL, "before" TEXT
    NOT NULL, "after" TEXT NOT NULL, "by" TEXT NOT NULL, at TEXT NOT NULL, undone_at TEXT, undone_by
    TEXT, PRIMARY KEY (id), FOREIGN KEY(kept) REFERENCES person (id), FOREIGN KEY(gone) REFERENCES
    person (id), FOREIGN KEY("by") REFERENCES app_user (id), FOREIGN KEY(undone_by) REFERENCES app_user
    (id) ) STRICT""",
    "CREATE INDEX person_merge_by_kept ON person_merge (kept)",
    """CREATE TABLE segment_dirty ( person TEXT NOT NULL, PRIMARY KEY (person), FOREIGN KEY(person)
    REFERENCES person (id) ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE segment_member ( segment TEXT NOT NULL, person TEXT NOT NULL, since TEXT NOT NULL,
    PRIMARY KEY (segment, person), FOREIGN KEY(segment) REFERENCES segment (id), FOREIGN KEY(person)
    REFERENCES person (id) ) WITHOUT ROWID, STRICT""",
    "CREATE INDEX segment_member_by_person ON segment_member (person)",
    """CREATE TABLE watched_folder ( id TEXT NOT NULL, path TEXT NOT NULL, kind TEXT NOT NULL, mapping
    TEXT, minutes INTEGER DEFAULT 15 NOT NULL, "by" TEXT NOT NULL, made_at TEXT NOT NULL, looked_at
    TEXT, trouble TEXT DEFAULT '' NOT NULL, retired_at TEXT, PRIMARY KEY (id), FOREIGN KEY(mapping)
    REFERENCES import_mapping (id), FOREIGN KEY("by") REFERENCES app_user (id) ) STRICT""",
    """CREATE TABLE watched_file ( folder TEXT NOT NULL, sha256 TEXT NOT NULL, name TEXT NOT NULL, taken_at
    TEXT NOT NULL, import_id TEXT, trouble TEXT DEFAULT '' NOT NULL, PRIMARY KEY (folder, sha256),
    FOREIGN KEY(folder) REFERENCES watched_folder (id), FOREIGN KEY(import_id) REFERENCES import_batch
    (id) ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE opt_in ( id TEXT NOT NULL, person TEXT NOT NULL, purpose TEXT NOT NULL, address TEXT
    NOT NULL, code_key TEXT NOT NULL, wording TEXT NOT NULL, message TEXT, "by" TEXT NOT NULL, asked_at
    TEXT NOT NULL, until TEXT NOT NULL, answered_at TEXT, answer TEXT DEFAULT '' NOT NULL, PRIMARY KEY
    (id), FOREIGN KEY(person) REFERENCES person (id), FOREIGN KEY(message) REFERENCES message (id),
    FOREIGN KEY("by") REFERENCES app_user (id) ) STRICT""",
    "CREATE UNIQUE INDEX opt_in_by_code ON opt_in (code_key)",
    "CREATE INDEX opt_in_by_person ON opt_in (person)",
    "ALTER TABLE import_batch ADD COLUMN file_name TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE import_batch ADD COLUMN format TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE import_batch ADD COLUMN mapping TEXT",
    "ALTER TABLE import_batch ADD COLUMN rejected INTEGER DEFAULT 0 NOT NULL",
    "ALTER TABLE import_batch ADD COLUMN report TEXT DEFAULT '{}' NOT NULL",
    "ALTER TABLE import_batch ADD COLUMN undone_by TEXT",
    "ALTER TABLE import_batch ADD COLUMN source_file TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE person ADD COLUMN merged_into TEXT REFERENCES person (id)",
    "ALTER TABLE person ADD COLUMN withdrawn_at TEXT",
    "ALTER TABLE person ADD COLUMN street TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE person ADD COLUMN city TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE person ADD COLUMN region TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE person ADD COLUMN zip TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE person ADD COLUMN sex TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE person ADD COLUMN since TEXT",
    "ALTER TABLE mailbox ADD COLUMN family TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE person_mailbox ADD COLUMN reader TEXT DEFAULT 'self' NOT NULL",
    "ALTER TABLE person_mailbox ADD COLUMN reader_name TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE person_mailbox ADD COLUMN reader_person TEXT REFERENCES person (id)",
    "ALTER TABLE person_mailbox ADD COLUMN document TEXT REFERENCES consent_evidence (id)",
    "ALTER TABLE person_mailbox ADD COLUMN confidential INTEGER DEFAULT 0 NOT NULL",
    "ALTER TABLE person_mailbox ADD COLUMN since TEXT",
    "ALTER TABLE person_mailbox ADD COLUMN ended_at TEXT",
    "ALTER TABLE consent_entry ADD COLUMN how TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE consent_entry ADD COLUMN wording TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE consent_entry ADD COLUMN evidence TEXT REFERENCES consent_evidence (id)",
    "ALTER TABLE consent_entry ADD COLUMN expires TEXT",
    "ALTER TABLE consent_entry ADD COLUMN batch TEXT REFERENCES consent_batch (id)",
    "ALTER TABLE consent_entry ADD COLUMN authorization TEXT REFERENCES authorization (id)",
    "ALTER TABLE appointment ADD COLUMN note TEXT DEFAULT '' NOT NULL",
    "CREATE INDEX person_by_birth ON person (birth_date)",
    "CREATE INDEX person_by_import ON person (import_id)",
    "CREATE INDEX person_by_merged ON person (merged_into) WHERE merged_into IS NOT NULL",
    "CREATE INDEX consent_entry_by_batch ON consent_entry (batch)",
    "CREATE INDEX consent_entry_by_import ON consent_entry (import_id)",
    "CREATE INDEX event_by_person ON event (person, kind, at)",
    "CREATE INDEX event_by_kind ON event (kind, at, person)",
    "DROP INDEX appointment_by_start",
    "CREATE INDEX appointment_by_start ON appointment (start, status, person)",
    "DROP INDEX appointment_by_person",
    "CREATE INDEX appointment_by_person ON appointment (person, start, status)",
    "DROP TRIGGER consent_entry_no_update",
    "UPDATE consent_entry SET scope = 'care' WHERE scope = ''",
    """INSERT INTO consent_entry (person, state, at, source, "by", scope) SELECT id, 'given', plain_wish,
    'by-hand', '', 'plain' FROM person WHERE plain_wish IS NOT NULL ORDER BY id""",
    """INSERT INTO consent_evidence (id, kind, sha256, note, kept_at) SELECT
    '00000000000000000000000000000009', 'spoken',
    '5b9671336865cb33982e6b6daad8c69e6fcd8109cd47e3503f3defa0b4306737',
    'Kept before version 9: where it is written and who took it stand in each entry.', max(at)
    FROM consent_entry WHERE state = 'given' HAVING count(*) > 0""",
    """UPDATE consent_entry SET evidence = '00000000000000000000000000000009' WHERE state = 'given'""",
    """CREATE TRIGGER consent_entry_given BEFORE INSERT ON consent_entry WHEN NEW.state = 'given' AND NOT
    EXISTS (SELECT 1 FROM consent_evidence WHERE id = NEW.evidence) BEGIN SELECT RAISE(ABORT, 'a given
    consent needs its evidence'); END""",
    """CREATE TRIGGER consent_entry_no_update BEFORE UPDATE ON consent_entry BEGIN SELECT RAISE(ABORT,
    'consent_entry is insert-only'); END""",
    """INSERT INTO consent_state (person, purpose, state, entry) SELECT person, scope, state, seq FROM
    consent_entry WHERE seq IN (SELECT max(seq) FROM consent_entry GROUP BY person, scope)""",
    """CREATE TRIGGER person_segments_insert AFTER INSERT ON person WHEN NEW.id IS NOT NULL AND EXISTS
    (SELECT 1 FROM segment WHERE kind = 'rule') BEGIN INSERT INTO segment_dirty (person) SELECT NEW.id
    WHERE NOT EXISTS (SELECT 1 FROM segment_dirty WHERE person = NEW.id); END""",
    """CREATE TRIGGER person_segments_update AFTER UPDATE ON person WHEN NEW.id IS NOT NULL AND EXISTS
    (SELECT 1 FROM segment WHERE kind = 'rule') BEGIN INSERT INTO segment_dirty (person) SELECT NEW.id
    WHERE NOT EXISTS (SELECT 1 FROM segment_dirty WHERE person = NEW.id); END""",
    """CREATE TRIGGER person_mailbox_segments_insert AFTER INSERT ON person_mailbox WHEN NEW.person IS NOT
    NULL AND EXISTS (SELECT 1 FROM segment WHERE kind = 'rule') BEGIN INSERT INTO segment_dirty (person)
    SELECT NEW.person WHERE NOT EXISTS (SELECT 1 FROM segment_dirty WHERE person = NEW.person); END""",
    """CREATE TRIGGER person_mailbox_segments_update AFTER UPDATE ON person_mailbox WHEN NEW.person IS NOT
    NULL AND EXISTS (SELECT 1 FROM segment WHERE kind = 'rule') BEGIN INSERT INTO segment_dirty (person)
    SELECT NEW.person WHERE NOT EXISTS (SELECT 1 FROM segment_dirty WHERE person = NEW.person); END""",
    """CREATE TRIGGER consent_state_segments_insert AFTER INSERT ON consent_state WHEN NEW.person IS NOT
    NULL AND EXISTS (SELECT 1 FROM segment WHERE kind = 'rule') BEGIN INSERT INTO segment_dirty (person)
    SELECT NEW.person WHERE NOT EXISTS (SELECT 1 FROM segment_dirty WHERE person = NEW.person); END""",
    """CREATE TRIGGER consent_state_segments_update AFTER UPDATE ON consent_state WHEN NEW.person IS NOT
    NULL AND EXISTS (SELECT 1 FROM segment WHERE kind = 'rule') BEGIN INSERT INTO segment_dirty (person)
    SELECT NEW.person WHERE NOT EXISTS (SELECT 1 FROM segment_dirty WHERE person = NEW.person); END""",
    """CREATE TRIGGER appointment_segments_insert AFTER INSERT ON appointment WHEN NEW.person IS NOT NULL
    AND EXISTS (SELECT 1 FROM segment WHERE kind = 'rule') BEGIN INSERT INTO segment_dirty (person)
    SELECT NEW.person WHERE NOT EXISTS (SELECT 1 FROM segment_dirty WHERE person = NEW.person); END""",
    """CREATE TRIGGER appointment_segments_update AFTER UPDATE ON appointment WHEN NEW.person IS NOT NULL
    AND EXISTS (SELECT 1 FROM segment WHERE kind = 'rule') BEGIN INSERT INTO segment_dirty (person)
    SELECT NEW.person WHERE NOT EXISTS (SELECT 1 FROM segment_dirty WHERE person = NEW.person); END""",
    """CREATE TRIGGER event_segments_insert AFTER INSERT ON event WHEN NEW.person IS NOT NULL AND EXISTS
    (SELECT 1 FROM segment WHERE kind = 'rule') BEGIN INSERT INTO segment_dirty (person) SELECT
    NEW.person WHERE NOT EXISTS (SELECT 1 FROM segment_dirty WHERE person = NEW.person); END""",
    """CREATE TRIGGER appointment_segments_delete AFTER DELETE ON appointment WHEN OLD.person IS NOT NULL
    AND EXISTS (SELECT 1 FROM segment WHERE kind = 'rule') BEGIN INSERT INTO segment_dirty (person)
    SELECT OLD.person WHERE NOT EXISTS (SELECT 1 FROM segment_dirty WHERE person = OLD.person); END""",
    """CREATE TRIGGER person_mailbox_segments_delete AFTER DELETE ON person_mailbox WHEN OLD.person IS NOT
    NULL AND EXISTS (SELECT 1 FROM segment WHERE kind = 'rule') BEGIN INSERT INTO segment_dirty (person)
    SELECT OLD.person WHERE NOT EXISTS (SELECT 1 FROM segment_dirty WHERE person = OLD.person); END""",
    """CREATE TRIGGER public_key_segments_insert AFTER INSERT ON public_key WHEN NEW.person IS NOT NULL AND
    EXISTS (SELECT 1 FROM segment WHERE kind = 'rule') BEGIN INSERT INTO segment_dirty (person) SELECT
    NEW.person WHERE NOT EXISTS (SELECT 1 FROM segment_dirty WHERE person = NEW.person); END""",
    """CREATE TRIGGER public_key_segments_update AFTER UPDATE ON public_key WHEN NEW.person IS NOT NULL AND
    EXISTS (SELECT 1 FROM segment WHERE kind = 'rule') BEGIN INSERT INTO segment_dirty (person) SELECT
    NEW.person WHERE NOT EXISTS (SELECT 1 FROM segment_dirty WHERE person = NEW.person); END""",
    """CREATE TRIGGER password_card_segments_insert AFTER INSERT ON password_card WHEN NEW.person IS NOT
    NULL AND EXISTS (SELECT 1 FROM segment WHERE kind = 'rule') BEGIN INSERT INTO segment_dirty (person)
    SELECT NEW.person WHERE NOT EXISTS (SELECT 1 FROM segment_dirty WHERE person = NEW.person); END""",
    """CREATE TRIGGER password_card_segments_delete AFTER DELETE ON password_card WHEN OLD.person IS NOT
    NULL AND EXISTS (SELECT 1 FROM segment WHERE kind = 'rule') BEGIN INSERT INTO segment_dirty (person)
    SELECT OLD.person WHERE NOT EXISTS (SELECT 1 FROM segment_dirty WHERE person = OLD.person); END""",
    """CREATE TRIGGER message_segments_update AFTER UPDATE OF state ON message WHEN NEW.state = 'accepted'
    AND EXISTS (SELECT 1 FROM segment WHERE kind = 'rule') BEGIN INSERT INTO segment_dirty (person)
    SELECT NEW.person WHERE NOT EXISTS (SELECT 1 FROM segment_dirty WHERE person = NEW.person); END""",
    """CREATE TRIGGER suppression_segments_insert AFTER INSERT ON suppression WHEN EXISTS (SELECT 1 FROM
    segment WHERE kind = 'rule') BEGIN INSERT INTO segment_dirty (person) SELECT DISTINCT o.person FROM
    mailbox b JOIN person_mailbox o ON o.mailbox = b.id WHERE b.address_key = NEW.address_key AND
    o.person NOT IN (SELECT person FROM segment_dirty); END""",
    """CREATE TRIGGER suppression_segments_update AFTER UPDATE ON suppression WHEN EXISTS (SELECT 1 FROM
    segment WHERE kind = 'rule') BEGIN INSERT INTO segment_dirty (person) SELECT DISTINCT o.person FROM
    mailbox b JOIN person_mailbox o ON o.mailbox = b.id WHERE b.address_key = NEW.address_key AND
    o.person NOT IN (SELECT person FROM segment_dirty); END""",
    """CREATE TRIGGER person_segments_delete BEFORE DELETE ON person BEGIN DELETE FROM segment_dirty WHERE
    person = OLD.id; DELETE FROM segment_member WHERE person = OLD.id; END""",
    "INSERT INTO person_search (person_search) VALUES ('delete-all')",
    """INSERT INTO person_search (rowid, first, last, email, external, phone) SELECT e.rank, p.first_name,
    p.last_name || ' ' || p.organisation, coalesce((SELECT b.address FROM person_mailbox m JOIN mailbox
    b ON b.id = m.mailbox WHERE m.person = p.id AND m.preferred = 1), ''), coalesce((SELECT
    group_concat(x.value, ' ') FROM external_id x WHERE x.person = p.id OR x.person IN (SELECT g.id FROM
    person g WHERE g.merged_into = p.id)), '') || ' ' || replace(coalesce(p.birth_date, ''), '-', '') ||
    ' ' || coalesce(p.street, '') || ' ' || coalesce(p.city, '') || ' ' || coalesce(p.zip, ''),
    replace(replace(replace(replace(replace(replace(replace(p.phone, ' ', ''), '-', ''), '(', ''), ')',
    ''), '+', ''), '.', ''), '/', '') || ' ' ||
    substr(replace(replace(replace(replace(replace(replace(replace(p.phone, ' ', ''), '-', ''), '(',
    ''), ')', ''), '+', ''), '.', ''), '/', ''), -10) || ' ' ||
    substr(replace(replace(replace(replace(replace(replace(replace(p.phone, ' ', ''), '-', ''), '(',
    ''), ')', ''), '+', ''), '.', ''), '/', ''), -7) || ' ' ||
    substr(replace(replace(replace(replace(replace(replace(replace(p.phone, ' ', ''), '-', ''), '(',
    ''), ')', ''), '+', ''), '.', ''), '/', ''), -4) FROM search_entry e JOIN person p ON p.id =
    e.person ORDER BY e.rank""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
