"""Finding records of the audit log by who, what, whom and when, over a million of them.

Filters ask the card index (`audit_filing.py`) and, as they stand, the few records behind
it. A body that is no JSON (somebody altered the file) has no values there, and is still
shown by the unfiltered page and found by verification.

A filtered page is in the order of time, then of sequence; where the clock never went back
that is the order of the log. Every query is a few walks along one index each, which stop
as soon as the page is full: an act or an actor that is rare costs no scan.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from desktop.models import audit
from desktop.models.audit_filing import TAIL
from desktop.models.filters import AuditCount, AuditFilter
from desktop.models.lanes import Tx
from desktop.models.records import AuditRecord
from desktop.models.rows import chunks

COUNT_LIMIT = 10_000
"""Beyond this a count says "more than"."""


_COMMON = "ok"


@dataclass(frozen=True)
class _Walk:
    """Conditions of one walk along one index, and their values.

    `{ts}` and its like stand for the columns, `{p_name}` for the value `name`.
    """

    conditions: list[str]
    values: dict[str, Any]


@dataclass
class _Plan:
    """Walks that together find every record."""

    walks: list[_Walk] = field(default_factory=list)
    few: bool = False
    """What they find is little, may be found twice, and is sorted afterwards. Otherwise no two
    walks find the same, and each goes along the times."""

    def of(self, conditions: list[str], values: dict[str, Any]) -> None:
        self.walks.append(_Walk(conditions, values))


def page(tx: Tx, wanted: AuditFilter, before: int | None, limit: int) -> list[AuditRecord]:
    """At most `limit` records, newest first, behind the one numbered `before` (None: from the newest)."""
    if wanted == AuditFilter():
        return audit.page(tx, before, limit)
    extra: list[str] = []
    values: dict[str, Any] = {"limit": limit}
    if before is not None:
        ts = tx.connection.execute(
            text(
                f"WITH {TAIL} SELECT ts FROM audit_card WHERE seq = :seq "  # noqa: S608 - constants only
                "UNION ALL SELECT ts FROM tail WHERE seq = :seq"
            ),
            {"seq": before},
        ).scalar_one_or_none()
        if ts is None:
            return []
        extra = ["{ts} <= :cursor_ts", "({ts} < :cursor_ts OR seq < :cursor_seq)"]
        values |= {"cursor_ts": ts, "cursor_seq": before}
    plan = _plan(tx, wanted)
    end = "" if plan.few else "ORDER BY ts DESC, seq DESC LIMIT :limit"
    found = _found(plan, extra, values, end)
    rows = tx.connection.execute(
        text(
            f"WITH {TAIL} SELECT r.seq, r.body, r.hash "  # noqa: S608
            f"FROM ({found} ORDER BY ts DESC, seq DESC LIMIT :limit) f "
            "CROSS JOIN audit_record r ON r.seq = f.seq ORDER BY f.ts DESC, f.seq DESC"
        ),
        values,
    )
    return [AuditRecord(row.seq, row.body, row.hash) for row in rows]


def count(tx: Tx, wanted: AuditFilter, limit: int = COUNT_LIMIT) -> AuditCount:
    """How many there are, without counting further than `limit`."""
    if wanted == AuditFilter():
        last = audit.last(tx)
        return AuditCount(last.seq if last else 0, whole=True)
    values: dict[str, Any] = {"limit": limit + 1}
    found = _found(_plan(tx, wanted), [], values, "")
    number: int = tx.connection.execute(
        text(f"WITH {TAIL} SELECT count(*) FROM (SELECT 1 FROM ({found}) LIMIT :limit)"),  # noqa: S608
        values,
    ).scalar_one()
    return AuditCount(min(number, limit), whole=number <= limit)


def size(tx: Tx, wanted: AuditFilter) -> int:
    """How many there are, counted to the end: for the progress of an export."""
    return audit.count(tx) if wanted == AuditFilter() else len(matching(tx, wanted))


def records(tx: Tx, wanted: AuditFilter) -> Iterator[AuditRecord]:
    """All of them in the order of the log, for exports; eight bytes of memory for each."""
    if wanted == AuditFilter():
        yield from audit.records(tx)
        return
    yield from numbered(tx, matching(tx, wanted))


def matching(tx: Tx, wanted: AuditFilter) -> array[int]:
    """The sequence numbers, ascending."""
    values: dict[str, Any] = {}
    found = _found(_plan(tx, wanted), [], values, "")
    rows = tx.connection.execute(text(f"WITH {TAIL} {found}"), values)
    return array("q", sorted(array("q", (row.seq for row in rows))))


def numbered(tx: Tx, seqs: Iterable[int]) -> Iterator[AuditRecord]:
    """The records of these ascending numbers."""
    for some in chunks(seqs):
        yield from _at(tx, some)


def _at(tx: Tx, seqs: list[int]) -> Iterator[AuditRecord]:
    listed = ",".join(str(int(seq)) for seq in seqs)
    query = text(f"SELECT seq, body, hash FROM audit_record WHERE seq IN ({listed}) ORDER BY seq")  # noqa: S608
    for row in tx.connection.execute(query):
        yield AuditRecord(row.seq, row.body, row.hash)


def _found(plan: _Plan, extra: list[str], values: dict[str, Any], end: str) -> str:
    """One SELECT of (seq, ts) over all walks; `values` takes what they bind."""
    hidden = "+" if plan.few else ""  # the sign keeps the planner off the indexes of times and outcomes
    names = {name: name for name in ("act", "actor", "obj", "person")}
    cards = names | {"ts": f"{hidden}ts", "outcome": f"{hidden}outcome"}
    parts = []
    for number, walk in enumerate(plan.walks):
        bound = {f"p_{name}": f":{name}_{number}" for name in walk.values}
        values.update((f"{name}_{number}", value) for name, value in walk.values.items())
        where = " AND ".join([*walk.conditions, *extra]).format(**cards, **bound)
        parts += [
            f"SELECT seq, ts FROM (SELECT seq, ts FROM {table} WHERE {where} {end})"  # noqa: S608
            for table in ("audit_card", "tail")
        ]
    if not parts:
        return "SELECT seq, seq AS ts FROM audit_card WHERE 0"
    return f"SELECT seq, ts FROM ({(' UNION ' if plan.few else ' UNION ALL ').join(parts)})"  # noqa: S608


def _plan(tx: Tx, wanted: AuditFilter) -> _Plan:
    """The index that leads to the fewest records comes first; the rest is asked of each."""
    plan = _Plan()
    base, values = _range(wanted)
    rest, named = _who_and_what(wanted)
    if wanted.message is not None:
        _by_object(plan, wanted, [*base, *rest], values | named)
    elif wanted.person is not None:
        _by_person(plan, wanted, [*base, *rest], values | named)
    elif wanted.outcome not in (None, _COMMON):
        plan.of([f"{{outcome}} <> '{_COMMON}'", *base, *rest], values | named)
    elif wanted.actor is not None:
        for act in wanted.acts or _acts_of(tx, wanted.actor):
            walk = {**values, "actor": wanted.actor, "act": act}
            plan.of(["{actor} = {p_actor}", "{act} = {p_act}", *base], walk)
    elif wanted.acts:
        for act in dict.fromkeys(wanted.acts):
            plan.of(["{act} = {p_act}", *base], {**values, "act": act})
    else:
        plan.of(base, values)
    return plan


def _range(wanted: AuditFilter) -> tuple[list[str], dict[str, Any]]:
    """Time and outcome."""
    conditions, values = ["{ts} IS NOT NULL"], dict[str, Any]()
    if wanted.since is not None:
        conditions.append("{ts} >= {p_since}")
        values["since"] = round(wanted.since.timestamp() * 1000)
    if wanted.until is not None:
        conditions.append("{ts} < {p_until}")
        values["until"] = round(wanted.until.timestamp() * 1000)
    if wanted.outcome is not None:
        conditions.append("{outcome} = {p_outcome}")
        values["outcome"] = wanted.outcome
    return conditions, values


def _who_and_what(wanted: AuditFilter) -> tuple[list[str], dict[str, Any]]:
    """Actor and acts as conditions beside a stronger one."""
    conditions, values = [], dict[str, Any]()
    if wanted.actor is not None:
        conditions.append("{actor} = {p_actor}")
        values["actor"] = wanted.actor
    if wanted.acts:
        acts = {f"act{place}": act for place, act in enumerate(wanted.acts)}
        conditions.append("{act} IN (" + ", ".join(f"{{p_{name}}}" for name in acts) + ")")
        values |= acts
    return conditions, values


def _by_object(plan: _Plan, wanted: AuditFilter, rest: list[str], values: dict[str, Any]) -> None:
    plan.few = True
    values = {**values, "message": wanted.message}
    lead = ["{obj} = {p_message}", "{obj} <> ''"]
    if wanted.person is not None:
        lead.append("EXISTS (SELECT 1 FROM message WHERE id = {p_message} AND person = {p_person})")
        values["person"] = wanted.person
    plan.of([*lead, *rest], values)


def _by_person(plan: _Plan, wanted: AuditFilter, rest: list[str], values: dict[str, Any]) -> None:
    """As object, as the person that the details name, as the one to whom the object was written, and
    as whose conversation or task it is, or stands in.
    """
    plan.few = True
    values = {**values, "person": wanted.person}
    plan.of(["{obj} = {p_person}", "{obj} <> ''", *rest], values)
    plan.of(["{person} = {p_person}", "{person} IS NOT NULL", *rest], values)
    written = "SELECT +id FROM message WHERE person = {p_person}"  # the bare value fits the index
    talks = (
        "SELECT +id FROM conversation WHERE person = {p_person} "
        "UNION ALL SELECT +id FROM task WHERE person = {p_person} "
        "UNION ALL SELECT +entry.id FROM entry JOIN conversation ON conversation.id = entry.conversation "
        "WHERE conversation.person = {p_person}"
    )
    for theirs in (written, talks):
        plan.of([f"{{obj}} IN ({theirs})", "{obj} <> ''", *rest], values)


def _acts_of(tx: Tx, actor: str) -> list[str]:
    """What this actor ever did, found by leaping along the index from one act to the next."""
    step = "SELECT min(act) FROM audit_card WHERE actor = :actor"
    rows = tx.connection.execute(
        text(
            f"WITH RECURSIVE {TAIL}, known(act) AS ({step} UNION ALL "  # noqa: S608
            f"SELECT ({step} AND act > known.act) FROM known WHERE known.act IS NOT NULL) "
            "SELECT act FROM known WHERE act IS NOT NULL "
            "UNION SELECT act FROM tail WHERE actor = :actor AND act IS NOT NULL"
        ),
        {"actor": actor},
    )
    return [row.act for row in rows]


def first_behind(tx: Tx, seq: int, without: Sequence[str]) -> AuditRecord | None:
    """The first record after the one numbered `seq` whose act is none of `without`.

    Along the numbers, so that what is looked at ends with what is found.
    """
    names = ", ".join(f":act{place}" for place in range(len(without)))
    wanted = f"seq > :seq AND (act IS NULL OR act NOT IN ({names}))"
    found = tx.connection.execute(
        text(
            f"WITH {TAIL} SELECT min(seq) FROM ("  # noqa: S608 - constants only
            f"SELECT * FROM (SELECT seq FROM audit_card WHERE {wanted} ORDER BY seq LIMIT 1) "
            f"UNION ALL SELECT * FROM (SELECT seq FROM tail WHERE {wanted} ORDER BY seq LIMIT 1))"
        ),
        {"seq": seq, **{f"act{place}": act for place, act in enumerate(without)}},
    ).scalar_one()
    return None if found is None else next(iter(_at(tx, [found])))
