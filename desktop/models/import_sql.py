"""The statements behind `imports.py`: SQLite's, over one table in memory.

`staged.id` is the known person a row means, or the id that a newcomer will have.
`verdict` is one of new, changed, same, ambiguous, duplicate, mixed-up.
"""

from __future__ import annotations

STAGE = (
    "DROP TABLE IF EXISTS temp.staged",
    "DROP TABLE IF EXISTS temp.said",
    "DROP TABLE IF EXISTS temp.placed",
    """CREATE TEMP TABLE staged (
        line INTEGER PRIMARY KEY, last_name TEXT, first_name TEXT, birth_date TEXT, name_key TEXT,
        sort_key TEXT, external_id TEXT, email TEXT, email_key TEXT, phone TEXT, organisation TEXT,
        kind TEXT, language TEXT, detail TEXT, status TEXT, method TEXT, consent TEXT,
        consent_at TEXT, consent_source TEXT, street TEXT, city TEXT, region TEXT, zip TEXT, sex TEXT,
        since TEXT, custom TEXT,
        id TEXT, verdict TEXT NOT NULL DEFAULT 'new', lifts_refusal INTEGER NOT NULL DEFAULT 0)""",
    """CREATE TEMP TABLE said (line INTEGER, purpose TEXT, state TEXT, at TEXT, source TEXT,
        PRIMARY KEY (line, purpose)) WITHOUT ROWID""",
)

FILL = f"""INSERT INTO temp.staged (line, last_name, first_name, birth_date, name_key, sort_key,
    external_id, email, email_key, phone, organisation, kind, language, detail, status, method,
    consent, consent_at, consent_source, street, city, region, zip, sex, since, custom, id)
    VALUES ({",".join("?" * 27)})"""  # noqa: S608 - no values in it

SAID = "INSERT INTO temp.said (line, purpose, state, at, source) VALUES (?,?,?,?,?)"
"""What rows say of other purposes than care."""

_NAMESAKE = """FROM person q JOIN person p ON p.id = coalesce(q.merged_into, q.id)
    LEFT JOIN external_id x ON x.person = p.id AND x.system = ''
    WHERE q.name_key = staged.name_key
      AND (staged.external_id = '' OR x.value IS NULL OR q.birth_date = staged.birth_date)
"""
# Who has, or had before a merge, the row's names, but for those whom a different external id tells apart.

_NEWER = """EXISTS (SELECT 1 FROM consent_entry e WHERE e.person = {person} AND e.scope = {scope}
            AND e.at >= {at} AND (e.state = 'refused' OR (e.state = 'given' AND e.expires IS NOT NULL)
                OR (e.state = 'unknown' AND e.how NOT IN ('undo', 'merge', 'expired'))))"""
"""A word of the person's own that is no older than the row's yes: a no, one that had an end, or neither."""

_MATCH = (
    # An external id decides.
    """UPDATE temp.staged SET verdict = 'known', id =
            (SELECT coalesce(p.merged_into, p.id) FROM external_id x JOIN person p ON p.id = x.person
             WHERE x.system = '' AND x.value = staged.external_id)
        WHERE :anybody AND staged.external_id <> '' AND EXISTS
            (SELECT 1 FROM external_id x WHERE x.system = '' AND x.value = staged.external_id)""",
    # But not over another name and another birth date: then the number was mixed up.
    """UPDATE temp.staged SET verdict = 'mixed-up' WHERE verdict = 'known' AND EXISTS
            (SELECT 1 FROM person p WHERE p.id = staged.id AND p.birth_date <> staged.birth_date
                AND p.name_key <> staged.name_key)
            AND NOT EXISTS (SELECT 1 FROM person g WHERE g.merged_into = staged.id
                AND (g.birth_date IS staged.birth_date OR g.name_key = staged.name_key))""",
    # Else the names and the birth date, if they fit one person who has no other external id.
    """UPDATE temp.staged SET
            id = (SELECT max(p.id) :namesake AND q.birth_date = staged.birth_date),
            verdict = CASE WHEN staged.birth_date IS NOT NULL AND 1 =
                (SELECT count(DISTINCT p.id) :namesake AND q.birth_date = staged.birth_date
                    AND (staged.external_id = '' OR x.value IS NULL)) AND 1 =
                (SELECT count(DISTINCT p.id) :namesake AND q.birth_date = staged.birth_date)
                THEN 'known' ELSE 'ambiguous' END
        WHERE :anybody AND verdict = 'new' AND EXISTS (SELECT 1 :namesake
            AND (q.birth_date = staged.birth_date OR q.birth_date IS NULL OR staged.birth_date IS NULL))""",
    # Without any birth date or external id, the same names at the same address are the same person.
    """UPDATE temp.staged SET verdict = 'known', id = (SELECT max(p.id) :namesake)
        WHERE :anybody AND verdict = 'ambiguous' AND birth_date IS NULL AND external_id = ''
          AND email_key <> '' AND 1 = (SELECT count(DISTINCT p.id) :namesake)
          AND EXISTS (SELECT 1 :namesake AND q.birth_date IS NULL AND x.value IS NULL AND EXISTS
            (SELECT 1 FROM person_mailbox m JOIN mailbox b ON b.id = m.mailbox
             WHERE m.person = p.id AND b.address_key = staged.email_key))""",
    # Who goes by number or names of a merged record keeps the names of the one that stands for it.
    """UPDATE temp.staged SET last_name = p.last_name, first_name = p.first_name, name_key = p.name_key
        FROM person p WHERE verdict = 'known' AND p.id = staged.id AND p.name_key <> staged.name_key
          AND EXISTS (SELECT 1 FROM person g WHERE g.merged_into = p.id AND g.name_key = staged.name_key)""",
    """UPDATE temp.staged SET external_id = '' WHERE verdict = 'known' AND external_id <> '' AND EXISTS
            (SELECT 1 FROM external_id x WHERE x.system = '' AND x.value = staged.external_id
                AND x.person <> staged.id)""",
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
    """UPDATE temp.staged SET lifts_refusal = 1 WHERE verdict = 'known' AND EXISTS
            (SELECT 1 FROM temp.said d JOIN consent_state c ON c.purpose = d.purpose
             WHERE d.line = staged.line AND c.person = staged.id AND d.state = 'given'
               AND c.state = 'refused')""",
    # Nor does a file's everyday "active" bring back who was set to deceased, moved or discharged.
    """UPDATE temp.staged SET status = NULL
        WHERE verdict = 'known' AND status = 'active'
          AND (SELECT p.status FROM person p WHERE p.id = staged.id) <> 'active'""",
    # Nor does it name a way for who wants no mail at all.
    """UPDATE temp.staged SET method = NULL WHERE verdict = 'known' AND method IS NOT NULL
          AND (SELECT p.preferred_method FROM person p WHERE p.id = staged.id) = 'none'""",
    # An address that somebody gave up, or that a confidential one stands for, is not taken from a list.
    """UPDATE temp.staged SET email = NULL, email_key = NULL
        WHERE verdict = 'known' AND email_key <> '' AND EXISTS
            (SELECT 1 FROM person_mailbox m JOIN mailbox b ON b.id = m.mailbox WHERE m.person = staged.id
               AND ((m.confidential = 1 AND m.ended_at IS NULL)
                 OR (m.ended_at IS NOT NULL AND b.address_key = staged.email_key)))""",
    # What the ledger says already is not entered again.
    """UPDATE temp.staged SET consent = NULL
        WHERE verdict = 'known' AND consent = (SELECT p.consent FROM person p WHERE p.id = staged.id)""",
    """DELETE FROM temp.said WHERE EXISTS
            (SELECT 1 FROM temp.staged s JOIN consent_state c ON c.person = s.id
             WHERE s.line = said.line AND s.verdict = 'known' AND c.purpose = said.purpose
               AND c.state = said.state)""",
    # Nor does a list that is read again and again renew a yes that has ended or was taken back since.
    f"""UPDATE temp.staged SET consent = NULL WHERE verdict = 'known' AND consent = 'given'
          AND {_NEWER.format(person="staged.id", scope="'care'", at="staged.consent_at")}""",  # noqa: S608
    f"""DELETE FROM temp.said WHERE state = 'given' AND EXISTS
            (SELECT 1 FROM temp.staged s WHERE s.line = said.line AND s.verdict = 'known'
               AND {_NEWER.format(person="s.id", scope="said.purpose", at="said.at")})""",  # noqa: S608
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
              AND p.preferred_method IS coalesce(staged.method, p.preferred_method)
              AND p.street = coalesce(staged.street, p.street) AND p.city = coalesce(staged.city, p.city)
              AND p.region = coalesce(staged.region, p.region) AND p.zip = coalesce(staged.zip, p.zip)
              AND p.sex = coalesce(staged.sex, p.sex) AND p.since IS coalesce(staged.since, p.since)
              AND (staged.custom IS NULL OR json_patch(p.custom, staged.custom) = json(p.custom))
              AND p.withdrawn_at IS NULL)
            AND NOT EXISTS (SELECT 1 FROM temp.said d WHERE d.line = staged.line)
            THEN 'same' ELSE 'changed' END
        WHERE verdict = 'known'""",
)

MATCH = tuple(
    # The second saves a first import every look-up.
    statement.replace(":namesake", _NAMESAKE).replace(":anybody", "EXISTS (SELECT 1 FROM person)")
    for statement in _MATCH
)

_IMAGE = """json_object('kind', p.kind, 'last_name', p.last_name, 'first_name', p.first_name,
    'name_key', p.name_key,
    'birth_date', p.birth_date, 'language', p.language, 'detail', p.detail, 'status', p.status,
    'phone', p.phone, 'organisation', p.organisation, 'preferred_method', p.preferred_method,
    'street', p.street, 'city', p.city, 'region', p.region, 'zip', p.zip, 'sex', p.sex, 'since', p.since,
    'withdrawn_at', p.withdrawn_at, 'custom', json(p.custom), 'email', coalesce((
        SELECT b.address FROM person_mailbox m JOIN mailbox b ON b.id = m.mailbox
        WHERE m.person = p.id AND m.preferred = 1), ''), 'external_id', coalesce((
        SELECT x.value FROM external_id x WHERE x.person = p.id AND x.system = ''), ''))"""
IMAGE = f"SELECT {_IMAGE} FROM person p WHERE p.id = ?"  # noqa: S608 - no values in it
"""What an import may change of a person, as JSON."""

EVIDENCE = """INSERT INTO consent_evidence (id, kind, sha256, note, "by", kept_at)
    SELECT :evidence, 'import-row', :file_hash, :import_id,
        (SELECT u.id FROM app_user u WHERE u.id = :by), :at
    WHERE EXISTS (SELECT 1 FROM temp.staged WHERE verdict IN ('new', 'changed') AND consent = 'given')
       OR EXISTS (SELECT 1 FROM temp.said d JOIN temp.staged s ON s.line = d.line
                  WHERE s.verdict IN ('new', 'changed') AND d.state = 'given')"""
"""One for the file: each entry that stands on it has the row's own date and source."""

COMMIT = (
    f"""INSERT INTO import_change (import_id, kind, obj, before, after)
        SELECT :import_id, 'person', p.id, {_IMAGE}, '{{}}'
        FROM temp.staged s JOIN person p ON p.id = s.id WHERE s.verdict = 'changed' ORDER BY p.id""",  # noqa: S608
    """INSERT INTO person (id, kind, first_name, last_name, birth_date, language, detail, status,
            consent, phone, organisation, preferred_method, name_key, import_id, street, city, region,
            zip, sex, since, custom)
        SELECT id, coalesce(kind, :kind), first_name, last_name, birth_date, coalesce(language, :language),
            coalesce(detail, :detail), coalesce(status, :status), coalesce(consent, 'unknown'),
            coalesce(phone, ''), coalesce(organisation, ''), method, name_key, :import_id,
            coalesce(street, ''), coalesce(city, ''), coalesce(region, ''), coalesce(zip, ''),
            coalesce(sex, ''), since, coalesce(custom, '{}')
        FROM temp.staged WHERE verdict = 'new' ORDER BY line""",
    """UPDATE person SET kind = coalesce(s.kind, person.kind), first_name = s.first_name,
            last_name = s.last_name, birth_date = coalesce(s.birth_date, person.birth_date),
            language = coalesce(s.language, person.language), detail = coalesce(s.detail, person.detail),
            status = coalesce(s.status, person.status), consent = coalesce(s.consent, person.consent),
            phone = coalesce(s.phone, person.phone),
            organisation = coalesce(s.organisation, person.organisation),
            preferred_method = coalesce(s.method, person.preferred_method), name_key = s.name_key,
            street = coalesce(s.street, person.street), city = coalesce(s.city, person.city),
            region = coalesce(s.region, person.region), zip = coalesce(s.zip, person.zip),
            sex = coalesce(s.sex, person.sex), since = coalesce(s.since, person.since),
            custom = CASE WHEN s.custom IS NULL THEN person.custom
                ELSE json_patch(person.custom, s.custom) END,
            withdrawn_at = NULL
        FROM temp.staged s WHERE s.verdict = 'changed' AND s.id = person.id""",
    """UPDATE person SET plain_wish = NULL WHERE plain_wish IS NOT NULL AND id IN
            (SELECT s.id FROM temp.staged s JOIN temp.said d ON d.line = s.line
             WHERE s.verdict = 'changed' AND d.purpose = 'plain' AND d.state = 'refused')""",
    """INSERT INTO consent_entry (person, state, at, source, "by", import_id, scope, how, evidence)
        SELECT id, consent, consent_at, consent_source, :by, :import_id, 'care', 'import',
            CASE consent WHEN 'given' THEN :evidence END FROM temp.staged
        WHERE verdict IN ('new', 'changed') AND consent IS NOT NULL ORDER BY line""",
    """INSERT INTO consent_entry (person, state, at, source, "by", import_id, scope, how, evidence)
        SELECT s.id, d.state, d.at, d.source, :by, :import_id, d.purpose, 'import',
            CASE d.state WHEN 'given' THEN :evidence END
        FROM temp.said d JOIN temp.staged s ON s.line = d.line
        WHERE s.verdict IN ('new', 'changed') ORDER BY d.line""",
    """INSERT INTO consent_state (person, purpose, state, entry)
        SELECT person, scope, state, seq FROM consent_entry WHERE import_id = :import_id
        ON CONFLICT (person, purpose) DO UPDATE SET state = excluded.state, expires = NULL,
            entry = excluded.entry""",
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
    """INSERT INTO person_mailbox (person, mailbox, preferred, since)
        SELECT s.id, b.id, 1, :at FROM temp.staged s JOIN mailbox b ON b.address_key = s.email_key
        WHERE s.verdict IN ('new', 'changed') AND s.email_key <> ''
        ORDER BY s.id
        ON CONFLICT (person, mailbox) DO UPDATE SET preferred = 1""",
    f"""UPDATE import_change SET after = {_IMAGE} FROM person p
        WHERE import_change.import_id = :import_id AND p.id = import_change.obj""",  # noqa: S608
)

TOUCHED = "SELECT id FROM temp.staged WHERE verdict IN ('new', 'changed') ORDER BY line"
CHANGED = """SELECT p.id, p.last_name, p.first_name, p.organisation
    FROM temp.staged s JOIN person p ON p.id = s.id WHERE s.verdict = 'changed'"""

# Newcomers to one gap share it evenly, between its low and its high end (as in `search.py`), and are
# indexed from the stage: what was written a moment ago is not read and deciphered again.
RANK = (
    "DROP TABLE IF EXISTS temp.placed",
    "CREATE TEMP TABLE placed (rank INTEGER PRIMARY KEY, line INTEGER NOT NULL)",
    """INSERT INTO temp.placed (rank, line)
    WITH fresh AS (SELECT line, sort_key, coalesce((
            SELECT e.rank FROM search_entry e WHERE e.sort_key <= staged.sort_key
            ORDER BY e.sort_key DESC, e.rank DESC LIMIT 1), 0) AS low
        FROM temp.staged WHERE verdict = 'new'),
    numbered AS (SELECT line, low, row_number() OVER (PARTITION BY low ORDER BY sort_key) AS place,
            1 + count(*) OVER (PARTITION BY low) AS parts FROM fresh)
    SELECT n.low + n.place * ((coalesce(
        (SELECT min(rank) FROM search_entry WHERE rank > n.low), min(n.low + n.parts * :gap, :end)
        ) - n.low) / n.parts), n.line
    FROM numbered n""",
)
PLACE = """INSERT INTO search_entry (rank, person, sort_key)
    SELECT o.rank, s.id, s.sort_key FROM temp.placed o CROSS JOIN temp.staged s ON s.line = o.line
    ORDER BY o.rank"""
ALSO = """' ' || replace(coalesce(p.birth_date, ''), '-', '') || ' ' || coalesce(p.street, '') || ' ' ||
            coalesce(p.city, '') || ' ' || coalesce(p.zip, '')"""
"""What else a person is found by: the day of birth as one word of eight digits, and where they live."""
INDEX = """INSERT INTO person_search (rowid, first, last, email, external, phone)
    SELECT o.rank, p.first_name, p.last_name || ' ' || coalesce(p.organisation, ''),
        coalesce(p.email, ''), p.external_id || :also,
        coalesce(:digits || ' ' || substr(:digits, -10) || ' ' || substr(:digits, -7) || ' ' ||
            substr(:digits, -4), '')
    FROM temp.placed o CROSS JOIN temp.staged p ON p.line = o.line ORDER BY o.rank""".replace(":also", ALSO)
