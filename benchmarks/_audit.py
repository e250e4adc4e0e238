"""An invented audit log: a practice of nine people over six years, as canonical records."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from desktop.audit.chain import GENESIS, VERSION, canonical_record, leaf_hash
from desktop.audit.tokens import ids_hash
from desktop.models import audit
from desktop.models.database import Database
from desktop.models.records import AuditRecord

START = 1_574_000_000_000
SIX_YEARS = 6 * 365 * 24 * 3_600_000
_CHUNK = 5000
_OFTEN = (
    ("people.shown", 300),
    ("people.searched", 200),
    ("message.queued", 150),
    ("message.accepted", 145),
    ("outbox.listed", 100),
    ("audit.viewed", 30),
    ("signin.ok", 30),
    ("people.changed", 30),
    ("guard.refused", 10),
    ("message.failed", 4),
    ("audit.exported", 1),
)


@dataclass
class Log:
    """Makes the records of one seed; `users` and `persons` are who appears in them.

    With a `token_key` every search has a real list of sixty people in `lists`, by its number.
    """

    count: int
    seed: int = 20261121
    token_key: bytes = b""
    lists: dict[int, list[str]] = field(default_factory=dict)
    users: list[str] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pick = random.Random(self.seed)
        self.users = [self.id() for _ in range(9)]
        self.persons = [self.id() for _ in range(max(100, self.count // 50))]
        self._messages: list[str] = []
        self._prev = GENESIS
        self._seq = 0
        self._step = SIX_YEARS // self.count

    def id(self) -> str:
        return f"{self.pick.getrandbits(128):032x}"

    def records(self, count: int | None = None) -> Iterator[AuditRecord]:
        for _ in range(self.count if count is None else count):
            self._seq += 1
            body = canonical_record(self._body())
            record = AuditRecord(self._seq, body.decode("utf-8"), leaf_hash(body))
            self._prev = record.hash
            yield record

    def _body(self) -> dict[str, object]:
        act = self.pick.choices([a for a, _ in _OFTEN], [n for _, n in _OFTEN])[0]
        obj, outcome, det = "", "ok", dict[str, object]()
        system = act in ("message.accepted", "message.failed")
        if act in ("people.shown", "people.changed"):
            obj = self.pick.choice(self.persons)
        elif act == "message.queued":
            obj = self.id()
            self._messages.append(obj)
            det = {"person": self.pick.choice(self.persons), "kind": "reminder", "method": "openpgp"}
            det |= {"decision": "a" * 64, "content": "b" * 64}
        elif system:
            obj = self._messages.pop() if self._messages else self.id()
            det = {"attempts": 1}
        elif act == "guard.refused":
            obj, outcome = "audit.export", "refused"
        elif act == "people.searched" and self.token_key:
            self.lists[self._seq] = self.pick.sample(self.persons, 60)
            det = {"count": 60, "ids": ids_hash(self.token_key, self.lists[self._seq])}
        elif act in ("people.searched", "outbox.listed"):
            det = {"count": 50, "ids": "c" * 64}
        if act == "message.failed":
            outcome = "failed"
        return {
            "v": VERSION,
            "seq": self._seq,
            "ts": START + self._seq * self._step + self.pick.randrange(self._step),
            "boot": "5d4aa3cc-6f0e-4b5b-9a43-0f4f3c1d2a10",
            "mono": self._seq * self._step,
            "actor": "system" if system else self.pick.choice(self.users),
            "role": "system" if system else "front-desk",
            "sess": "" if system else "d" * 32,
            "act": act,
            "obj": obj,
            "outcome": outcome,
            "why": "" if outcome == "ok" else "not-allowed",
            "det": det,
            "app": "0.3.0",
            "prev": self._prev,
        }


def fill(database: Database, log: Log) -> None:
    """Append the whole log, in large transactions."""
    stream = log.records()
    for _ in range(0, log.count, _CHUNK):
        some = list(islice(stream, _CHUNK))
        database.write(lambda tx, some=some: audit.append(tx, *some))  # type: ignore[misc]
