"""Importing a file of people: staged row by row, matched and stored as sets.

How the people room uses it, inside one `db.write` (or `db.rehearse` for a dry run):

    import_id = imports.begin(tx, "people", file_hash, by, at)
    imports.stage_people(tx, rows)             # an iterable of StagedPerson; may raise to cancel
    matched = imports.match_people(tx)         # what would happen, and which lines cannot be told
    imports.commit_people(tx, import_id, matched, defaults)

A row's None means "the file does not say": a known person keeps the value, a newcomer gets
the default. '' is a value. `match_people` never guesses: an external id decides, else last
and first name with the birth date; what fits several people, or a same-named person whose
birth date is missing on one side, is `ambiguous`; a person named twice in the file counts
once, later lines are `duplicate`; an external id that belongs to somebody with another
name and another birth date is `mixed_up`. None of these is stored. `refused` are lines that
would have lifted a refusal: everything but the consent is taken from them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import insert, select, update

from desktop.frozen import dataclass
from desktop.models import import_sql as sql
from desktop.models import names, search
from desktop.models.columns import utc_text
from desktop.models.ids import new_id, rising_ids
from desktop.models.lanes import Tx
from desktop.models.records import Consent, Detail, ImportId, Kind, Method, PersonId, Status
from desktop.models.tables import import_batch


class StagedPerson(NamedTuple):
    """One row of a file that passed every check of its own. `line` counts from the file's first.

    `consent` is given or refused with its date and source, or None; the people room has
    seen to that.
    """

    line: int
    last_name: str
    first_name: str
    birth_date: date | None = None
    external_id: str = ""
    email: str | None = None
    phone: str | None = None
    organisation: str | None = None
    kind: Kind | None = None
    language: str | None = None
    detail: Detail | None = None
    status: Status | None = None
    preferred_method: Method | None = None
    consent: Consent | None = None
    consent_at: datetime | None = None
    consent_source: str = ""
    street: str | None = None
    city: str | None = None
    region: str | None = None
    zip: str | None = None
    sex: str | None = None
    since: date | None = None
    sayings: tuple[tuple[str, str, datetime, str], ...] = ()
    """Of other purposes than care: purpose, state, when and where it is written."""
    custom: str | None = None
    """A JSON object; its fields are set, others stay."""


@dataclass(frozen=True)
class Defaults:
    """What a newcomer gets where the file says nothing."""

    language: str = "en"
    kind: Kind = Kind.PATIENT
    detail: Detail = Detail.STANDARD
    status: Status = Status.ACTIVE


@dataclass(frozen=True)
class Matched:
    """What `commit_people` will do. The tuples hold line numbers, in order."""

    created: int
    updated: int
    unchanged: int
    ambiguous: tuple[int, ...] = ()
    duplicate: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()
    mixed_up: tuple[int, ...] = ()
    """Lines whose external id belongs to somebody with another name and another birth date."""


def begin(tx: Tx, kind: str, file_hash: str, by: str, at: datetime) -> ImportId:
    """Open an import batch: everything that it brings carries its id, so that it can be undone."""
    import_id = ImportId(new_id())
    tx.connection.execute(
        insert(import_batch).values(id=import_id, kind=kind, file_hash=file_hash, by=by, at=at)
    )
    return import_id


def finish(tx: Tx, import_id: ImportId, *, created: int, updated: int, unchanged: int) -> None:
    """Write down what an import brought (`commit_people` does it for people)."""
    tx.connection.execute(
        update(import_batch)
        .where(import_batch.c.id == import_id)
        .values(created=created, updated=updated, unchanged=unchanged)
    )


def stage_people(tx: Tx, rows: Iterable[StagedPerson]) -> int:
    """Lay the rows aside in memory; answers how many. Each call starts anew."""
    for statement in sql.STAGE:
        tx.driver.execute(statement)
    said: list[tuple[Any, ...]] = []
    count = int(tx.driver.executemany(sql.FILL, _staged(rows, said)).rowcount)
    tx.driver.executemany(sql.SAID, said)
    return count


def match_people(tx: Tx) -> Matched:
    """Find out for every staged row whom it means and whether anything differs."""
    for statement in sql.MATCH:
        tx.driver.execute(statement)
    verdicts = dict(tx.driver.execute("SELECT verdict, count(*) FROM temp.staged GROUP BY verdict"))
    return Matched(
        created=verdicts.get("new", 0),
        updated=verdicts.get("changed", 0),
        unchanged=verdicts.get("same", 0),
        ambiguous=_lines(tx, "SELECT line FROM temp.staged WHERE verdict = 'ambiguous' ORDER BY line"),
        duplicate=_lines(tx, "SELECT line FROM temp.staged WHERE verdict = 'duplicate' ORDER BY line"),
        refused=_lines(tx, "SELECT line FROM temp.staged WHERE lifts_refusal = 1 ORDER BY line"),
        mixed_up=_lines(tx, "SELECT line FROM temp.staged WHERE verdict = 'mixed-up' ORDER BY line"),
    )


def commit_people(
    tx: Tx, import_id: ImportId, matched: Matched, defaults: Defaults | None = None, by: str = ""
) -> list[PersonId]:
    """Store the matched rows and clear the stage; answers who is new or changed.

    `by` stands in the consent ledger as the one who entered it.
    """
    given = defaults or Defaults()
    opened = tx.connection.execute(select(import_batch).where(import_batch.c.id == import_id)).one()
    values = {
        "import_id": import_id,
        "by": by,
        "at": utc_text(opened.at),
        "file_hash": opened.file_hash,
        "evidence": new_id(),
        "language": given.language,
        "kind": given.kind.value,
        "detail": given.detail.value,
        "status": given.status.value,
    }
    for statement in (sql.EVIDENCE, *sql.COMMIT):
        tx.driver.execute(statement, values)
    changed = [(person, names.sort_key(*of)) for person, *of in tx.driver.execute(sql.CHANGED)]
    if changed:
        search.put_all(tx, changed)
    search.put_staged(tx)
    finish(tx, import_id, created=matched.created, updated=matched.updated, unchanged=matched.unchanged)
    touched = [PersonId(person) for (person,) in tx.driver.execute(sql.TOUCHED)]
    for table in ("staged", "said", "placed"):
        tx.driver.execute(f"DROP TABLE temp.{table}")
    return touched


def keep_rejects(
    tx: Tx, import_id: ImportId, rows: Iterable[tuple[int, str, Mapping[str, Any], Iterable[str]]]
) -> None:
    """What the import left out: line, reason and its parameters, and the cells as the file has them."""
    kept = (
        (import_id, line, code, json.dumps(dict(params)), json.dumps(list(cells), ensure_ascii=False))
        for line, code, params, cells in rows
    )
    tx.driver.executemany(
        "INSERT OR IGNORE INTO import_reject (import_id, line, code, params, cells) VALUES (?,?,?,?,?)", kept
    )


def _lines(tx: Tx, query: str) -> tuple[int, ...]:
    return tuple(line for (line,) in tx.driver.execute(query))


def _staged(rows: Iterable[StagedPerson], said: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    keys = names.Keys().of
    for row, id_ in zip(rows, rising_ids(), strict=False):
        (line, last, first, birth, external, email, phone, organisation) = row[:8]
        (kind, language, detail, status, method, consent, consent_at, source) = row[8:16]
        (street, city, region, zip_, sex, since, sayings, custom) = row[16:]
        name_key, sort_key = keys(last, first, organisation or "")
        if sayings:
            said += [(line, use, state, utc_text(at), where) for use, state, at, where in sayings]
        yield (
            line,
            last,
            first,
            birth.isoformat() if birth else None,
            name_key,
            sort_key,
            external,
            email,
            None if email is None else names.address_key(email),
            phone,
            organisation,
            kind,
            language,
            detail,
            status,
            method,
            None if consent is Consent.UNKNOWN else consent,
            utc_text(consent_at) if consent_at else None,
            source,
            street,
            city,
            region,
            zip_,
            sex,
            since.isoformat() if since else None,
            custom,
            id_,
        )


def newest(tx: Tx) -> str:
    """What tells whether anything was imported since: the id of the newest import, or ''."""
    latest = select(import_batch.c.id).order_by(import_batch.c.at.desc(), import_batch.c.id).limit(1)
    return tx.connection.execute(latest).scalar() or ""
