"""Searching what was said, and tasks: every word by its beginning, the newest first (SQLite's FTS5).

The index yields hits by falling `seq`, so the first page costs little for a common word. What the
filters leave is pushed into the same query, or a page of a role that may not read everything would
come short. A rare filter is turned round: its few conversations are gathered first, and the hits
of the index are held against them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import field, replace
from typing import Any

from sqlalchemy import CursorResult

from desktop.frozen import dataclass
from desktop.models import conversations, entries, tasks
from desktop.models.accounts import UserId
from desktop.models.columns import utc_text
from desktop.models.correspondence import Conversation, ConversationState, Entry, MailQuery
from desktop.models.lanes import Tx
from desktop.models.records import Label
from desktop.models.search import WORD
from desktop.models.tasks import Task, TaskState

PAGE = 500
"""No page is longer."""
_WORDS = 12
_LETTERS = 64
_FEW = 5_000
"""A filter that leaves fewer conversations than this is asked first."""
_AROUND = 160
_BEFORE = 40
_TASK_STATES = {ConversationState.OPEN: (TaskState.OPEN,), ConversationState.DONE: (TaskState.DONE,)}

_FOUND = "f.entry_search MATCH :words AND f.rowid BETWEEN :first AND :last"
_PAGE = "ORDER BY 1 DESC LIMIT :limit OFFSET :offset"
_SAID = """
    FROM entry e INDEXED BY entry_hits CROSS JOIN conversation c ON c.id = e.conversation
    WHERE e.seq BETWEEN :first AND :last AND """
_FOUND_SAID = """
    FROM entry_search f CROSS JOIN entry e INDEXED BY entry_hits ON e.seq = f.rowid
    CROSS JOIN conversation c ON c.id = e.conversation WHERE """
_OF_FEW = """
    FROM ({few}) few CROSS JOIN conversation c ON c.rowid = few.rowid
    CROSS JOIN entry e INDEXED BY entry_by_conversation ON e.conversation = c.id
    WHERE e.seq BETWEEN :first AND :last AND """
_DRIVERS = {
    "person": "SELECT rowid FROM conversation WHERE person = :person",
    "state": "SELECT rowid FROM conversation WHERE state = :state",
    "label": "SELECT rowid FROM conversation WHERE label = :label",
    "own": "SELECT rowid FROM conversation WHERE owner = :user "
    "UNION SELECT rowid FROM conversation WHERE started_by = :user",
}


@dataclass(frozen=True)
class Readable:
    """Whose words may be found: conversations of `labels`, and of `own_labels` those of `user`.

    Theirs are those that they began or that were given to them.
    """

    labels: frozenset[Label] = frozenset(Label)
    own_labels: frozenset[Label] = frozenset()
    user: UserId | None = None


@dataclass(frozen=True)
class Hit:
    """Something said that was found, and some words around the first one that was looked for."""

    entry: Entry
    conversation: Conversation
    snippet: str = field(repr=False)


@dataclass(frozen=True)
class Found:
    """`hidden` of the newest `limit` that the filters leave may not be read and were left out, whatever
    their words are: how many of them have a word would tell it. Told with the first page."""

    hits: tuple[Hit, ...] = ()
    more: bool = False
    hidden: int = 0


class _Filter:
    """The conditions of one search as SQL, and the values that they name."""

    def __init__(self, query: MailQuery, readable: Readable | None) -> None:
        self.values: dict[str, Any] = {}
        self.terms: list[str] = []
        self.drivers: list[str] = []
        for name, value in (("person", query.person), ("state", query.state), ("label", query.label)):
            if value is not None:
                self._add(f"c.{name} = :{name}", name, {name: str(value)})
        if query.since is not None:
            self._add("e.at >= :since", "", {"since": utc_text(query.since)})
        if query.until is not None:
            self._add("e.at < :until", "", {"until": utc_text(query.until)})
        if readable is not None and readable.labels != frozenset(Label):
            self._add_readable(readable)
        self.where = " AND ".join(self.terms) or "1"

    def _add(self, term: str, driver: str, values: dict[str, Any]) -> None:
        self.terms.append(term)
        self.drivers += [driver] if driver else []
        self.values |= values

    def _add_readable(self, one: Readable) -> None:
        """Spelled by the closed words of `Label`; the user alone is a value."""
        whole, own = (
            ", ".join(f"'{label.value}'" for label in some) for some in (one.labels, one.own_labels)
        )
        theirs = f"((c.owner = :user OR c.started_by = :user) AND c.label IN ({own}))"
        self._add(f"(c.label IN ({whole}) OR {theirs})", "" if whole else "own", {"user": one.user})


EVERYTHING = Readable()


def find(tx: Tx, query: MailQuery, readable: Readable = EVERYTHING) -> Found:
    """One page of what was said and may be read; '' finds everything that the filters leave.

    `since` is the first moment that counts, `until` the first that does not. A text without any
    word finds nothing.
    """
    limit = max(1, min(query.limit, PAGE))
    seqs = _seqs(tx, query, readable, limit + 1, max(0, query.offset))
    hidden: set[int] = set()
    if query.offset <= 0 and readable.labels != frozenset(Label):
        every = replace(query, text="")
        hidden = {*_seqs(tx, every, None, limit, 0)}.difference(_seqs(tx, every, readable, limit, 0))
    said = entries.by_seq(tx, seqs[:limit])
    there = conversations.get_many(tx, (one.conversation for one in said.values()))
    wanted = words_in(query.text)
    hits = [Hit(said[seq], there[said[seq].conversation], around(said[seq], wanted)) for seq in seqs[:limit]]
    return Found(tuple(hits), len(seqs) > limit, len(hidden))


def find_tasks(tx: Tx, query: MailQuery, kinds: Collection[str] | None = None) -> list[Task]:
    """Tasks by name and note, the newest first; of `kinds` only, where they are given.

    A task has no label and never waits: a query for one finds no task.
    """
    states = _TASK_STATES.get(query.state, ()) if query.state is not None else tuple(TaskState)
    words = words_in(query.text)
    if query.label is not None or not states or (query.text.strip() and not words):
        return []
    values: dict[str, Any] = {"limit": max(1, min(query.limit, PAGE)), "offset": max(0, query.offset)}
    terms = [_one_of("t.state", [one.value for one in states], values)]
    if kinds is not None:
        terms.append(_one_of("t.kind", list(kinds), values))
    for term, name, value in (
        ("t.person = :person", "person", query.person),
        ("t.opened_at >= :since", "since", utc_text(query.since) if query.since else None),
        ("t.opened_at < :until", "until", utc_text(query.until) if query.until else None),
    ):
        if value is not None:
            terms.append(term)
            values[name] = value
    if words:
        terms.append("e.seq IN (SELECT rowid FROM task_search WHERE task_search MATCH :words)")
        values["words"] = _expression(words)
    found = _do(
        tx,
        f"SELECT t.id FROM task_entry e JOIN task t ON t.id = e.task WHERE {' AND '.join(terms)} "  # noqa: S608
        "ORDER BY e.seq DESC LIMIT :limit OFFSET :offset",
        values,
    ).scalars()
    ids = list(found)
    there = tasks.get_many(tx, ids)
    return [there[id_] for id_ in ids]


def words_in(text: str) -> list[str]:
    """What is looked for: at most a dozen words, each by its first letters."""
    normal = unicodedata.normalize("NFC", text[: _WORDS * _LETTERS * 4])
    return [word[:_LETTERS] for word in WORD.findall(normal)[:_WORDS]]


def around(one: Entry, words: Sequence[str]) -> str:
    """The words of an entry around the first of `words`, or its first ones; one line."""
    text = one.text or one.own
    plain = text.lower()
    found = [at for at in (plain.find(word.lower()) for word in words) if at >= 0]
    start = max(0, min(found, default=0) - _BEFORE)
    cut = text[start : start + _AROUND]
    return " ".join((cut.partition(" ")[2] if start else cut).split())


def _seqs(tx: Tx, query: MailQuery, readable: Readable | None, limit: int, offset: int) -> list[int]:
    words = words_in(query.text)
    made = _Filter(query, readable)
    bounds = _bounds(tx, made)
    if bounds is None or (query.text.strip() and not words):
        return []
    values = {**made.values, "first": bounds[0], "last": bounds[1], "limit": limit, "offset": offset}
    few = _few(tx, made)
    source = _SAID if few is None else _OF_FEW.format(few=few)
    statement = f"SELECT e.seq {source} {made.where} {_PAGE}"
    if words:
        values["words"] = _expression(words)
        statement = (
            f"SELECT f.rowid {_FOUND_SAID} {_FOUND} AND {made.where} {_PAGE}"
            if few is None
            else f"SELECT f.rowid FROM entry_search f WHERE {_FOUND} "  # noqa: S608
            f"AND +f.rowid IN (SELECT e.seq {source} {made.where}) {_PAGE}"
        )
    return [int(seq) for seq in _do(tx, statement, values).scalars()]


def _bounds(tx: Tx, made: _Filter) -> tuple[int, int] | None:
    """Between which rows the time lies: what was fetched late stands later than it was written."""
    times = [term for term in made.terms if term.startswith("e.at ")]
    if not times:
        return 0, (1 << 63) - 1
    statement = f"SELECT min(seq), max(seq) FROM entry e INDEXED BY entry_by_time WHERE {' AND '.join(times)}"  # noqa: S608
    first, last = tuple[Any, ...](_do(tx, statement, made.values).one())
    return None if first is None else (first, last)


def _few(tx: Tx, made: _Filter) -> str | None:
    """The filter that leaves fewest conversations, if they are few."""
    best, least = None, _FEW
    for driver in (_DRIVERS[name] for name in made.drivers):
        count = f"SELECT count(*) FROM ({driver} LIMIT {least})"  # noqa: S608
        number = int(_do(tx, count, made.values).scalar_one())
        if number < least:
            best, least = driver, number
    return best


def _expression(words: Sequence[str]) -> str:
    return " ".join(f'"{word}"*' for word in words)


def _one_of(column: str, wanted: Sequence[str], values: dict[str, Any]) -> str:
    names = [f"{column[2:]}{number}" for number in range(len(wanted))]
    values |= dict(zip(names, wanted, strict=True))
    return f"{column} IN ({', '.join(f':{name}' for name in names)})"


def _do(tx: Tx, statement: str, values: dict[str, Any]) -> CursorResult[Any]:
    return tx.connection.exec_driver_sql(statement, values)
