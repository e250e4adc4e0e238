"""The card index of the audit log: what filters ask of a record, beside it in columns.

The log's table holds each record as its canonical bytes and nothing beside it: a column of
its own could say something else than what is signed. Indexes over the body said the truth
by themselves, but each record had to touch six of them before its work could be committed.
So the card index lies apart and is written for a group of records at once; the records
behind it, fewer than `GROUP`, are read as they stand (`audit_queries.py`).

It finds records, it proves nothing: what is shown and handed out is the record. Checking
the log compares the two and makes the index anew where they differ. A body that is no JSON
(somebody altered the file) has a card without values.
"""

from __future__ import annotations

from sqlalchemy import text

from desktop.models.lanes import Tx

GROUP = 128
"""Records that are filed at once."""


def _value(path: str) -> str:
    return f"CASE WHEN json_valid(body) THEN json_extract(body, '$.{path}') END"


_TS = "CASE WHEN json_valid(body) AND json_type(body, '$.ts') = 'integer' THEN json_extract(body, '$.ts') END"
_NAMES = ("act", "actor", "obj", "outcome")
_COLUMNS = {"ts": _TS, **{name: _value(name) for name in _NAMES}, "person": _value("det.person")}
_CARD = ", ".join(("seq", *_COLUMNS))
_READ = ", ".join(("seq", *(f"{value} AS {name}" for name, value in _COLUMNS.items())))
_FILED = "(SELECT coalesce(max(seq), 0) FROM audit_card)"
_FILE = f"INSERT INTO audit_card ({_CARD}) SELECT {_READ} FROM audit_record WHERE seq > {_FILED}"  # noqa: S608

TAIL = f"tail AS MATERIALIZED (SELECT {_READ} FROM audit_record WHERE seq > {_FILED})"  # noqa: S608
"""For a WITH: the records that have no card yet, in the form of the cards."""


def file(tx: Tx, first: int, last: int) -> None:
    """After records `first` to `last` were appended: file what waits, where a group became full."""
    if last // GROUP != (first - 1) // GROUP:
        tx.driver.execute(_FILE)


def agrees(tx: Tx) -> bool:
    """Whether every card says what its record says, and none is there or missing without reason."""
    differs = " OR ".join(f"card.{name} IS NOT record.{name}" for name in _COLUMNS)
    query = text(
        f"SELECT 1 FROM audit_card card LEFT JOIN (SELECT {_READ} FROM audit_record) record "  # noqa: S608
        f"ON record.seq = card.seq WHERE record.seq IS NULL OR {differs} LIMIT 1"
    )
    if tx.connection.execute(query).first() is not None:
        return False
    counts = text(
        f"SELECT (SELECT count(*) FROM audit_card), count(*) FROM audit_record WHERE seq <= {_FILED}"  # noqa: S608
    )
    cards, records = tx.connection.execute(counts).one()
    return bool(cards == records)


def anew(tx: Tx) -> None:
    """Throw the cards away and file every record."""
    tx.driver.execute("DELETE FROM audit_card")
    tx.driver.execute(_FILE)


def forget(tx: Tx, first: int, last: int) -> None:
    """The cards of records that are destroyed after their time."""
    tx.driver.execute("DELETE FROM audit_card WHERE seq BETWEEN ? AND ?", (first, last))
