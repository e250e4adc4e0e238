"""Lists that name people: one record with a count, and behind it whose names were shown.

A patient's own record of access must tell "appeared in a list of 60" too (45 CFR 164.312(b)).
The ids are kept under encryption, and the event's hash covers them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field

from desktop.audit.events import Act, Event
from desktop.audit.fields import Value
from desktop.audit.tokens import ids_hash, keep_ids
from desktop.frozen import dataclass
from desktop.models.database import Tx
from desktop.models.records import PersonId


@dataclass(frozen=True)
class Listed:
    """An event about a list, before it is recorded; `ids` in the order in which they were shown."""

    act: Act
    ids: tuple[PersonId, ...]
    det: Mapping[str, Value] = field(default_factory=dict)
    outcome: str = "ok"
    why: str = ""
    obj: str = ""

    def keep(self, tx: Tx, record: Callable[[Event], int], token_key: bytes, field_key: bytes) -> None:
        """Write the record and the sealed ids in the same transaction."""
        det = {**self.det, "ids": ids_hash(token_key, self.ids)}
        seq = record(Event(self.act, obj=self.obj, outcome=self.outcome, why=self.why, det=det))
        keep_ids(tx, field_key, seq, self.ids)
