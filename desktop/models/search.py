"""Searching people as one types, hits in the order of names (SQLite's FTS5).

The rows of the index are numbered by *rank*, a number that grows with the name and
leaves wide gaps. So the index itself yields hits in the order of names, the first page
costs the same for "ma" as for "martinez", and nothing is sorted at search time.
`search_entry` says which person a rank stands for.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.exc import IntegrityError

from desktop.models import import_sql, tasks
from desktop.models.lanes import Tx
from desktop.models.names import sort_key
from desktop.models.records import Person, PersonId

_GAP = 1 << 42
_END = 1 << 62
WORD = re.compile(r"[^\W_\u19b0-\u19c9\u1cf2\u1cf3]+")
"""A word as the index takes words apart; these signs were no letters yet in its Unicode 6.1."""
_DAY = re.compile(r"(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})")
_TELEPHONE = re.compile(r"[\d\s()+./-]+")
_WORDS_MAX = 8
_WORD_MAX = 64
_INDEXED_PREFIX = 3
"""Prefixes up to this length have an index of their own (`sqlite_only.PERSON_SEARCH`)."""

_DIGITS = "p.phone"
for _sign in (" ", "-", "(", ")", "+", ".", "/"):
    _DIGITS = f"replace({_DIGITS}, '{_sign}', '')"

# What is searchable of a person; a telephone number also by its last 10, 7 and 4 digits.
_INDEX = """
    INSERT INTO person_search (rowid, first, last, email, external, phone)
    SELECT e.rank, p.first_name, p.last_name || ' ' || p.organisation,
        coalesce((SELECT b.address FROM person_mailbox m JOIN mailbox b ON b.id = m.mailbox
                  WHERE m.person = p.id AND m.preferred = 1), ''),
        coalesce((SELECT group_concat(x.value, ' ') FROM external_id x WHERE x.person = p.id
                  OR x.person IN (SELECT g.id FROM person g WHERE g.merged_into = p.id)), '') || :also,
        :digits || ' ' || substr(:digits, -10) || ' ' || substr(:digits, -7) || ' ' || substr(:digits, -4)
    FROM search_entry e JOIN person p ON p.id = e.person :which ORDER BY e.rank
""".replace(":digits", _DIGITS).replace(":also", import_sql.ALSO)
_INDEX_SOME = _INDEX.replace(":which", "WHERE e.person IN (SELECT value FROM json_each(?))")
_INDEX_STAGED = import_sql.INDEX.replace(":digits", _DIGITS)
_INDEX_EVERYBODY = _INDEX.replace(":which", "")

# Newcomers to one gap share it evenly, between its low and its high end.
_PLACE = """
    INSERT INTO search_entry (rank, person, sort_key)
    WITH fresh AS (
        SELECT value ->> 0 AS person, value ->> 1 AS sort_key, coalesce((
            SELECT e.rank FROM search_entry e WHERE e.sort_key <= value ->> 1
            ORDER BY e.sort_key DESC, e.rank DESC LIMIT 1), 0) AS low
        FROM json_each(?1)),
    numbered AS (
        SELECT person, sort_key, low, row_number() OVER (PARTITION BY low ORDER BY sort_key) AS place,
            1 + count(*) OVER (PARTITION BY low) AS parts FROM fresh)
    SELECT low + place * ((coalesce(
        (SELECT min(rank) FROM search_entry WHERE rank > low), min(low + parts * ?2, ?3)
        ) - low) / parts), person, sort_key
    FROM numbered
"""


_GONE = """
    SELECT id FROM person WHERE id IN (SELECT value FROM json_each(?))
        AND (merged_into IS NOT NULL OR withdrawn_at IS NOT NULL)
"""


def put(tx: Tx, person: Person) -> None:
    """Index a person anew after any change of what is searchable."""
    put_all(tx, [(person.id, sort_key(person.last_name, person.first_name, person.organisation))])


def put_all(tx: Tx, people: list[tuple[str, str]]) -> None:
    """Index people anew, given as (id, `names.sort_key`). Who was merged or withdrawn is found no more."""
    those = _json([person for person, _ in people])
    gone = {row.id for row in _do(tx, _GONE, those)}
    here = [one for one in people if one[0] not in gone]
    forget(tx, [person for person, _ in people])
    try:
        _do(tx, _PLACE, _json(here), _GAP, _END)
    except IntegrityError:  # a gap is used up
        respread(tx)
        _do(tx, _PLACE, _json(here), _GAP, _END)
    _do(tx, _INDEX_SOME, those)
    tasks.renamed(tx, [person for person, _ in people])


def forget(tx: Tx, people: Sequence[str]) -> None:
    """They are found no more."""
    those = _json(list(people))
    _do(
        tx,
        "DELETE FROM person_search WHERE rowid IN (SELECT rank FROM search_entry "
        "WHERE person IN (SELECT value FROM json_each(?)))",
        those,
    )
    _do(tx, "DELETE FROM search_entry WHERE person IN (SELECT value FROM json_each(?))", those)


def put_staged(tx: Tx) -> None:
    """Index the newcomers of an import, who stand in `temp.staged` (`import_sql.py`)."""
    try:
        _place_staged(tx)
    except IntegrityError:  # a gap is used up
        respread(tx)
        _place_staged(tx)
    _do(tx, _INDEX_STAGED)


def _place_staged(tx: Tx) -> None:
    forget, make, fill = import_sql.RANK
    _do(tx, forget)
    _do(tx, make)
    tx.connection.exec_driver_sql(fill, {"gap": _GAP, "end": _END})
    _do(tx, import_sql.PLACE)


def respread(tx: Tx) -> None:
    """Number everybody anew with even gaps. Takes a second for 100,000 people; rarely needed."""
    _do(tx, "INSERT INTO person_search (person_search) VALUES ('delete-all')")
    _do(
        tx,
        "CREATE TEMP TABLE spread AS SELECT row_number() OVER (ORDER BY sort_key, rank) AS place, "
        "person, sort_key FROM search_entry",
    )
    _do(tx, "DELETE FROM search_entry")
    _do(
        tx,
        "INSERT INTO search_entry (rank, person, sort_key) "
        "SELECT place * min(?, ? / (SELECT count(*) + 1 FROM spread)), person, sort_key FROM spread",
        _GAP,
        _END,
    )
    _do(tx, "DROP TABLE temp.spread")
    _do(tx, _INDEX_EVERYBODY)


def expression(text: str) -> str:
    """What FTS5 looks for: every word as a prefix; '' when there is no word to look for.

    In an address all words but the last are whole, as they were typed. Of an unfinished
    domain the first letters are enough: the prefix of a name that half of all addresses
    have is slow to look for, whole words and short prefixes are not.
    """
    wanted = [word for token in unicodedata.normalize("NFC", text).split() for word in _wanted(token)]
    sought = " ".join(wanted[:_WORDS_MAX])
    days = _days(text.strip())
    if days:
        return " OR ".join(f'"{day}"' for day in days)
    digits = WORD.findall(text)[:_WORDS_MAX]
    if len(digits) > 1 and _TELEPHONE.fullmatch(text):
        return f'({sought}) OR "{"".join(digits)}"*'
    return sought


def _days(text: str) -> list[str]:
    """A whole date as the index writes it, in each order in which it can be read."""
    found = _DAY.fullmatch(text)
    if found is None:
        return []
    first, second, third = found.groups()
    orders = [(first, second, third)] if len(first) == 4 else [(third, first, second), (third, second, first)]
    read = (
        f"{year}{int(month):02}{int(day):02}"
        for year, month, day in orders
        if len(year) == 4 and 1 <= int(month) <= 12 and 1 <= int(day) <= 31
    )
    return list(dict.fromkeys(read))


def _wanted(token: str) -> list[str]:
    local, _, domain = token.rpartition("@")
    before, after = WORD.findall(local), WORD.findall(domain)
    if before and after:
        whole = [f'"{word}"' for word in (*before, *after[:-1])]
        return [*whole, f'"{after[-1][:_INDEXED_PREFIX]}"*']
    return [f'"{word[:_WORD_MAX]}"*' for word in (*before, *after)]


def ids(tx: Tx, text: str, limit: int, offset: int = 0) -> list[PersonId]:
    """Who is found, by name; '' finds everybody, a text without a word nobody."""
    if not text.strip():
        rows = _do(tx, "SELECT person FROM search_entry ORDER BY rank LIMIT ? OFFSET ?", limit, offset)
        return [PersonId(row.person) for row in rows]
    wanted = expression(text)
    if not wanted:
        return []
    rows = _do(
        tx,
        "SELECT e.person FROM person_search f JOIN search_entry e ON e.rank = f.rowid "
        "WHERE person_search MATCH ? ORDER BY f.rowid LIMIT ? OFFSET ?",
        wanted,
        limit,
        offset,
    )
    return [PersonId(row.person) for row in rows]


def count(tx: Tx, text: str) -> int:
    """How many `ids` would find without a limit."""
    if not text.strip():
        return int(_do(tx, "SELECT count(*) FROM search_entry").scalar_one())
    wanted = expression(text)
    if not wanted:
        return 0
    return int(_do(tx, "SELECT count(*) FROM person_search WHERE person_search MATCH ?", wanted).scalar_one())


def _json(values: list[Any]) -> str:
    return json.dumps(values, ensure_ascii=False)


def _do(tx: Tx, statement: str, *values: str | int) -> CursorResult[Any]:
    return tx.connection.exec_driver_sql(statement, values)
