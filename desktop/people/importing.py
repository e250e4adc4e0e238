"""Taking a list of people in: every row that passes, or none, in the caller's transaction.

A person is matched by external id, else by last and first name with the birth date, never
by the address alone; the matching is done over the whole file at once (`models/imports.py`).
A file adds and changes and never empties: a blank cell says nothing. It may add a refusal
and never takes one back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models import imports, people, settings
from desktop.models.database import Tx
from desktop.models.records import ImportId, Reason
from desktop.people.parsing import ParsedPeople, parse_people
from desktop.people.personrows import PersonRow, PersonRows
from desktop.people.tabular import Rejected

__all__ = ["ImportResult", "import_people", "parse_people"]

IMPORT_SOURCE = "import"
"""Where a refusal is written whose file names no source."""
DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True)
class ImportResult:
    """`rejected` are rows that were left out, in the order of the file."""

    id: ImportId
    created: int
    updated: int
    unchanged: int
    rejected: tuple[Rejected, ...]


def import_people(tx: Tx, parsed: ParsedPeople, *, by: str, now: datetime, strict: bool) -> ImportResult:
    """Store the rows of a file. A rehearsal is the same work in a transaction that is undone.

    Raises InputError("rows-rejected") when `strict` and any row fails; the caller's
    transaction then ends without a trace.
    """
    rejected = list(parsed.rejected)
    matched = _match(tx, parsed.rows, rejected, now)
    if strict and rejected:
        raise InputError("rows-rejected", count=len(rejected), line=min(row.line for row in rejected))
    import_id = imports.begin(tx, "people", parsed.file_hash, by, now)
    defaults = imports.Defaults(language=settings.get(tx, "language") or DEFAULT_LANGUAGE)
    imports.commit_people(tx, import_id, matched, defaults, by)
    rejected.sort(key=lambda left_out: left_out.line)
    imports.keep_rejects(
        tx, import_id, ((one.line, one.reason.code, one.reason.params, one.cells) for one in rejected)
    )
    return ImportResult(import_id, matched.created, matched.updated, matched.unchanged, tuple(rejected))


def _match(tx: Tx, rows: PersonRows, rejected: list[Rejected], now: datetime) -> imports.Matched:
    """Match what is left, anew without the rows that would lift a refusal, until none does."""
    without: set[int] = set()
    while True:
        imports.stage_people(tx, _staged(_with_names(tx, rows, without, rejected), now))
        matched = imports.match_people(tx)
        if not matched.refused:
            break
        rejected += [Rejected(line, Reason("consent-refused-before")) for line in matched.refused]
        without.update(matched.refused)
    for code, lines in (
        ("ambiguous", matched.ambiguous),
        ("duplicate", matched.duplicate),
        ("external-id-of-another", matched.mixed_up),
    ):
        rejected += [Rejected(line, Reason(code)) for line in lines]
    return matched


def _with_names(tx: Tx, rows: PersonRows, without: set[int], rejected: list[Rejected]) -> Iterator[PersonRow]:
    """Rows that go by the number alone take the names that are known; nobody is made without any.

    The lines that are left out, here too, stand in `without`.
    """
    for row in rows:
        if row.line in without:
            continue
        if row.external_id and not (row.last_name and row.first_name):
            known = people.by_number(tx, row.external_id)
            if known is None and not row.nameable:
                without.add(row.line)
                rejected.append(Rejected(row.line, Reason("name-missing")))
                continue
            if known is not None:
                row = row._replace(
                    last_name=row.last_name or known.last_name, first_name=row.first_name or known.first_name
                )
        yield row


def _staged(rows: Iterable[PersonRow], now: datetime) -> Iterator[imports.StagedPerson]:
    for row in rows:
        yield imports.StagedPerson(
            row.line,
            row.last_name,
            row.first_name,
            row.birth_date,
            row.external_id,
            row.email or None,
            row.phone or None,
            row.organisation or None,
            row.kind,
            row.language,
            row.detail,
            row.status,
            row.preferred_method,
            row.consent,
            min(row.consent_at or now, now) if row.consent else None,
            row.consent_source or (IMPORT_SOURCE if row.consent else ""),
            row.street or None,
            row.city or None,
            row.region or None,
            row.zip or None,
            row.sex or None,
            row.since,
            tuple(
                (one.use, one.state, min(one.at or now, now), one.source or IMPORT_SOURCE)
                for one in row.sayings
            ),
            row.custom or None,
        )
