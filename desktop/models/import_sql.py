"""The statements behind `imports.py`: SQLite's, over one table in memory.

`staged.id` is the known person a row means, or the id that a newcomer will have.
`verdict` is one of new, changed, same, ambiguous, duplicate, mixed-up.
"""

from __future__ import annotations

STAGE = (
    "DROP TABLE IF EXISTS temp.staged",
    """CREATE TEMP TABLE staged (
        line INTEGER PRIMARY KEY, last_name TEXT, first_name TEXT, birth_date TEXT, name_key TEXT,
        external_id TEXT, email TEXT, email_key TEXT, phone TEXT, organisation TEXT,
        kind TEXT, language TEXT, detail TEXT, status TEXT, method TEXT, consent TEXT,
        consent_at TEXT, consent_source TEXT,
        id TEXT, verdict TEXT NOT NULL DEFAULT 'new', lifts_refusal INTEGER NOT NULL DEFAULT 0)""",
)

FILL = """INSERT INTO temp.staged (line, last_name, first_name, birth_date, name_key,
    external_id, email, email_key, phone, organisation, kind, language, detail, status, method,
    consent, consent_at, consent_source) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"""

_NAMESAKE = """FROM person p LEFT JOIN external_id x ON x.person = p.id AND x.system = ''
    WHERE p.name_key = staged.name_key
      AND (staged.external_id = '' OR x.value IS NULL OR p.birth_date = staged.birth_date)
"""
# Who has the row's names, but for those whom a different external id tells apart.

_MATCH = (
    # An external id decides.
    """UPDATE temp.staged SET verdict = 'known', id =
            (SELECT x.person FROM external_id x WHERE x.system = '' AND x.value = staged.external_id)
        WHERE :anybody AND staged.external_id <> '' AND EXISTS
            (SELECT 1 FROM external_id x WHERE x.system = '' AND x.value = staged.external_id)""",
    # But not over another name and another birth date: then the number was mixed up.
    """UPDATE temp.staged SET verdict = 'mixed-up' WHERE verdict = 'known' AND EXISTS
            (SELECT 1 FROM person p WHERE p.id = staged.id AND p.birth_date <> staged.birth_date
                AND p.name_key <> staged.name_key)""",
    # Else the names and the birth date, if they fit one person who has no other external id.
    """UPDATE temp.staged SET
            id = (SELECT max(p.id) :namesake AND p.birth_date = staged.birth_date),
            verdict = CASE WHEN staged.birth_date IS NOT NULL AND 1 =
                (SELECT count(*) :namesake AND p.birth_date = staged.birth_date
                    AND (staged.external_id = '' OR x.value IS NULL)) AND 1 =
                (SELECT count(*) :namesake AND p.birth_date = staged.birth_date)
                THEN 'known' ELSE 'ambiguous' END
        WHERE :anybody AND verdict = 'new' AND EXISTS (SELECT 1 :namesake
            AND (p.birth_date = staged.birth_date OR p.birth_date IS NULL OR staged.birth_date IS NULL))""",
    # Without any birth date or external id, the same names at the same address are the same person.
    """UPDATE temp.staged SET verdict = 'known', id = (SELECT max(p.id) :namesake)
        WHERE :anybody AND verdict = 'ambiguous' AND birth_date IS NULL AND external_id = ''
          AND email_key <> '' AND 1 = (SELECT count(*) :namesake)
          AND EXISTS (SELECT 1 :namesake AND p.birth_date IS NULL AND x.value IS NULL AND EXISTS
            (SELECT 1 FROM person_mailbox m JOIN mailbox b ON b.id = m.mailbox
             WHERE m.person = p.id AND b.address_key = staged.email_key))""",
    # Twice in the file: by external id, by whom they mean, or by names without different ids.
    """UPDATE temp.staged SET verdict = 'duplicate' FROM
            (SELECT line, row_number() OVER (PARTITION BY external_id ORDER BY line) AS place
             FROM temp.staged WHERE external_id <> '' AND verdict IN ('new', 'known')) twice
        WHERE staged.line = twice.line AND twice.place > 1""",
    """UPDATE temp.staged SET verdict = 'duplicate' FROM
            (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) AS place
             FROM temp.staged WHERE verdict = 'known') twice
        WHERE staged.line = twice.line AND twice.place > 1""",
    """UPDATE temp.staged SET verdict = 'duplicate' FROM
            (SELECT line, external_id, row_number() OVER
                (PARTITION BY name_key, birth_date ORDER BY external_id = '', line) AS place
             FROM temp.staged WHERE verdict = 'new') twice
        WHERE staged.line = twice.line AND twice.place > 1 AND twice.external_id = ''""",
    # A newcomer without birth date and id may be the same-named one who has them.
    """UPDATE temp.staged SET verdict = 'ambiguous'
        WHERE verdict = 'new' AND birth_date IS NULL AND external_id = '' AND name_key IN
            (SELECT name_key FROM temp.staged
             WHERE verdict IN ('new', 'known', 'ambiguous') AND birth_date IS NOT NULL)""",
    # A refusal is lifted by the person, never by a file.
    """UPDATE temp.staged SET lifts_refusal = 1, consent = NULL
        WHERE verdict = 'known' AND consent = 'given'
          AND (SELECT p.consent FROM person p WHERE p.id = staged.id) = 'refused'""",
    # Nor does a file's everyday "active" bring back who was set to deceased, moved or discharged.
    """UPDATE temp.staged SET status = NULL
        WHERE verdict = 'known' AND status = 'active'
          AND (SELECT p.status FROM person p WHERE p.id = staged.id) <> 'active'""",
    # What the ledger says already is not entered again.
    """UPDATE temp.staged SET consent = NULL
        WHERE verdict = 'known' AND consent = (SELECT p.consent FROM person p WHERE p.id = staged.id)""",
    """UPDATE temp.staged SET verdict = CASE WHEN consent IS NULL AND EXISTS (
            SELECT 1 FROM person p LEFT JOIN person_mailbox m ON m.person = p.id AND m.preferred = 1
            LEFT JOIN mailbox b ON b.id = m.mailbox
            LEFT JOIN external_id x ON x.person = p.id AND x.system = ''
            WHERE p.id = staged.id AND p.last_name = staged.last_name AND p.first_name = staged.first_name
              AND p.birth_date IS coalesce(staged.birth_date, p.birth_date)
              AND (staged.external_id = '' OR x.value = staged.external_id)
              AND coalesce(b.address, '') = coalesce(staged.email, b.address, '')
              AND p.phone = coalesce(staged.phone, p.phone)
              AND p.organisation = coalesce(staged.organisation, p.organisation)
              AND p.kind = coalesce(staged.kind, p.kind)
              AND p.language = coalesce(staged.language, p.language)
              AND p.detail = coalesce(staged.detail, p.detail)
              AND p.status = coalesce(staged.status, p.status)
              AND p.preferred_method IS coalesce(staged.method, p.preferred_method))
            THEN 'same' ELSE 'changed' END
        WHERE verdict = 'known'""",
)

MATCH = tuple(
    # The second saves a first import every look-up.
    statement.replace(":namesake", _NAMESAKE).replace(":anybody", "EXISTS (SELECT 1 FROM person)")
    for statement in _MATCH
)

COMMIT = (
    "UPDATE temp.staged SET id = lower(hex(randomblob(16))) WHERE verdict = 'new'",
    """INSERT INTO person (id, kind, first_name, last_name, birth_date, language, detail, status,
            consent, phone, organisation, preferred_method, name_key, import_id)
        SELECT id, coalesce(kind, :kind), first_name, last_name, birth_date, coalesce(language, :language),
            coalesce(detail, :detail), coalesce(status, :status), coalesce(consent, 'unknown'),
            coalesce(phone, ''), coalesce(organisation, ''), method, name_key, :import_id
        FROM temp.staged WHERE verdict = 'new' ORDER BY line""",
    """UPDATE person SET kind = coalesce(s.kind, person.kind), first_name = s.first_name,
            last_name = s.last_name, birth_date = coalesce(s.birth_date, person.birth_date),
            language = coalesce(s.language, person.language), detail = coalesce(s.detail, person.detail),
            status = coalesce(s.status, person.status), consent = coalesce(s.consent, person.consent),
            phone = coalesce(s.phone, person.phone),
            organisation = coalesce(s.organisation, person.organisation),
            preferred_method = coalesce(s.method, person.preferred_method), name_key = s.name_key
        FROM temp.staged s WHERE s.verdict = 'changed' AND s.id = person.id""",
    """INSERT INTO consent_entry (person, state, at, source, "by", import_id)
        SELECT id, consent, consent_at, consent_source, :by, :import_id FROM temp.staged
        WHERE verdict IN ('new', 'changed') AND consent IS NOT NULL ORDER BY line""",
    """INSERT INTO external_id (system, value, person)
        SELECT '', external_id, id FROM temp.staged
        WHERE verdict IN ('new', 'changed') AND external_id <> '' ORDER BY external_id
        ON CONFLICT DO NOTHING""",
    """INSERT INTO mailbox (address, address_key)
        SELECT email, email_key FROM temp.staged
        WHERE verdict IN ('new', 'changed') AND email_key <> '' ORDER BY line
        ON CONFLICT (address_key) DO UPDATE SET address = excluded.address
            WHERE address <> excluded.address""",
    """UPDATE person_mailbox SET preferred = 0 WHERE preferred = 1 AND person IN
            (SELECT id FROM temp.staged WHERE verdict = 'changed' AND email IS NOT NULL)""",
    """INSERT INTO person_mailbox (person, mailbox, preferred)
        SELECT s.id, b.id, 1 FROM temp.staged s JOIN mailbox b ON b.address_key = s.email_key
        WHERE s.verdict IN ('new', 'changed') AND s.email_key <> ''
        ORDER BY s.id
        ON CONFLICT (person, mailbox) DO UPDATE SET preferred = 1""",
)

TOUCHED = """SELECT p.id, p.last_name, p.first_name, p.organisation
    FROM temp.staged s JOIN person p ON p.id = s.id WHERE s.verdict IN ('new', 'changed')"""
