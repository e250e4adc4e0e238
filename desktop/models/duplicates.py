"""Pairs of records that may be one person, and what somebody said about each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, delete, func, select
from sqlalchemy.dialects.sqlite import insert as sql_insert

from desktop.frozen import dataclass
from desktop.models.lanes import Tx
from desktop.models.records import PersonId, Reason
from desktop.models.rows import chunks
from desktop.models.tables import person as people
from desktop.models.tables_people import duplicate_pair

APART = "apart"
SAME = "same"

_COMPARED = """
    SELECT p.id, p.first_name, p.last_name, p.birth_date, p.phone, p.sex, p.zip, p.street,
        coalesce(b.address_key, ''), coalesce(x.value, '')
    FROM person p
    LEFT JOIN person_mailbox m ON m.person = p.id AND m.preferred = 1
    LEFT JOIN mailbox b ON b.id = m.mailbox
    LEFT JOIN external_id x ON x.person = p.id AND x.system = ''
    WHERE p.kind = 'patient' AND p.merged_into IS NULL AND p.withdrawn_at IS NULL :which
    ORDER BY p.id
"""


class Compared(NamedTuple):
    """What of a patient is compared; `birth_date` as it is kept, `YYYY-MM-DD` or ''."""

    id: PersonId
    first_name: str
    last_name: str
    birth_date: str
    phone: str
    sex: str
    zip: str
    street: str
    address: str
    external_id: str


@dataclass(frozen=True)
class Pair:
    """`first` < `second`; `score` is 0 to 100."""

    first: PersonId
    second: PersonId
    score: int
    reasons: tuple[Reason, ...]
    found_at: datetime | None = None


def compared(tx: Tx, ids: tuple[PersonId, ...] = ()) -> Iterator[Compared]:
    """Every patient who is in lists, or of `ids` those who are; one query, because all are wanted."""
    which = "AND p.id IN (SELECT value FROM json_each(?))" if ids else ""
    for row in tx.driver.execute(_COMPARED.replace(":which", which), (json.dumps(ids),) if ids else ()):
        yield Compared(row[0], row[1], row[2], row[3] or "", *row[4:])


def put(tx: Tx, pairs: Iterable[Pair], now: datetime) -> int:
    """These are the pairs that nobody has decided about; answers how many of them are new.

    A pair that was decided stays so; one that is alike no more goes, and who was deleted since they
    were compared is in none.
    """
    before = set(_open_keys(tx))
    found = _of_those_here(tx, {(one.first, one.second): one for one in pairs})
    for first, second in before - found.keys():
        tx.connection.execute(delete(duplicate_pair).where(_is(first, second)))
    for one in found.values():
        kept = {"score": one.score, "reasons": [[why.code, why.params] for why in one.reasons]}
        row = sql_insert(duplicate_pair).values(first=one.first, second=one.second, found_at=now, **kept)
        undecided = duplicate_pair.c.decision == ""
        tx.connection.execute(
            row.on_conflict_do_update(index_elements=["first", "second"], set_=kept, where=undecided)
        )
    return len(set(_open_keys(tx)) - before)


def waiting(tx: Tx, limit: int, offset: int = 0) -> list[Pair]:
    """Undecided pairs of people who are both in lists, the most alike first."""
    order = (duplicate_pair.c.score.desc(), duplicate_pair.c.first, duplicate_pair.c.second)
    rows = tx.connection.execute(_waiting(duplicate_pair).order_by(*order).limit(limit).offset(offset))
    return [
        Pair(
            PersonId(row.first),
            PersonId(row.second),
            row.score,
            tuple(Reason(code, dict(params)) for code, params in row.reasons),
            row.found_at,
        )
        for row in rows
    ]


def count(tx: Tx) -> int:
    found: int = tx.connection.execute(_waiting(func.count())).scalar_one()
    return found


def decide(tx: Tx, one: PersonId, other: PersonId, decision: str, by: str, now: datetime) -> None:
    """Keep what somebody said about two records, whether they had been found alike or not."""
    first, second = sorted((one, other))
    said = {"decision": decision, "decided_at": now, "decided_by": by}
    row = sql_insert(duplicate_pair).values(first=first, second=second, score=0, found_at=now, **said)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["first", "second"], set_=said))


def forget_gone(tx: Tx, person: PersonId) -> None:
    """Undecided pairs of a record that is in no list any more."""
    theirs = (duplicate_pair.c.first == person) | (duplicate_pair.c.second == person)
    tx.connection.execute(delete(duplicate_pair).where(theirs, duplicate_pair.c.decision == ""))


def last_visits(tx: Tx, persons: Iterable[PersonId]) -> dict[PersonId, tuple[int, date | None, int]]:
    """Of each: how many visits, the latest one's day, and how many messages."""
    found = {}
    for person in persons:
        visits, last, messages = tx.driver.execute(
            "SELECT (SELECT count(*) FROM appointment WHERE person = ?1), "
            "(SELECT max(start) FROM appointment WHERE person = ?1 AND status <> 'cancelled'), "
            "(SELECT count(*) FROM message WHERE person = ?1)",
            (person,),
        ).fetchone()
        found[person] = (visits, date.fromisoformat(last[:10]) if last else None, messages)
    return found


def _of_those_here(
    tx: Tx, found: dict[tuple[PersonId, PersonId], Pair]
) -> dict[tuple[PersonId, PersonId], Pair]:
    here: set[str] = set()
    for some in chunks(dict.fromkeys(who for key in found for who in key)):
        here.update(tx.connection.execute(select(people.c.id).where(people.c.id.in_(some))).scalars())
    return {key: one for key, one in found.items() if here.issuperset(key)}


def _is(first: str, second: str) -> Any:
    return and_(duplicate_pair.c.first == first, duplicate_pair.c.second == second)


def _open_keys(tx: Tx) -> Iterator[tuple[str, str]]:
    query = select(duplicate_pair.c.first, duplicate_pair.c.second).where(duplicate_pair.c.decision == "")
    return ((row.first, row.second) for row in tx.connection.execute(query))


def _waiting(*wanted: Any) -> Select[Any]:
    one, other = people.alias("one"), people.alias("other")
    here = [who.c[name].is_(None) for who in (one, other) for name in ("merged_into", "withdrawn_at")]
    return (
        select(*wanted)
        .select_from(duplicate_pair)
        .join(one, one.c.id == duplicate_pair.c.first)
        .join(other, other.c.id == duplicate_pair.c.second)
        .where(duplicate_pair.c.decision == "", *here)
    )
