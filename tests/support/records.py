"""Audit records for tests, with any field as wanted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop.audit.chain import canonical, leaf_hash
from desktop.audit.events import Act, Event
from desktop.audit.fields import Value
from desktop.audit.log import AuditLog
from desktop.audit.tokens import ids_hash, keep_ids
from desktop.models import users
from desktop.models.accounts import Role, User, UserId
from desktop.models.database import Database
from desktop.models.records import AuditRecord
from tests.support.clock import ManualClock

USER = "a" * 32
PERSON = "b" * 32
START = 1_795_248_903_120
"""2026-11-21 08:15:03.120 UTC."""


def audit_record(seq: int = 1, **fields: Any) -> AuditRecord:
    body = canonical(
        {
            "v": 1,
            "seq": seq,
            "ts": START,
            "boot": "boot",
            "mono": seq,
            "actor": USER,
            "role": "front-desk",
            "sess": "c" * 32,
            "act": "people.shown",
            "obj": PERSON,
            "outcome": "ok",
            "why": "",
            "det": {},
            "app": "0.3",
            "prev": "0" * 64,
            **fields,
        }
    )
    return AuditRecord(seq, body.decode("utf-8"), leaf_hash(body))


def damaged_record(seq: int) -> AuditRecord:
    """What somebody with a hex editor leaves: no JSON, a formula, a line feed."""
    return AuditRecord(seq, '=cmd|"x"]\n{"ts":', f"{seq:064x}")


TOKEN_KEY, FIELD_KEY = b"t" * 32, b"f" * 32


class Logbook:
    """A real database with the real log over it; the clock goes on by a minute with every record."""

    def __init__(self, path: Path, clock: ManualClock) -> None:
        self.database = Database.create(path, b"k" * 32, b"s" * 16, b"v" * 16, 1)
        self.clock = clock
        self._log = AuditLog("0.3", clock)

    def note(self, event: Event, actor: str = USER) -> AuditRecord:
        """One record, as of now."""
        self.clock.advance(60)
        role = "system" if actor == "system" else "front-desk"
        return self.database.write(lambda tx: self._log.record(tx, event, actor, role))

    def listed(self, act: Act, ids: Sequence[str], *, keep: bool = True, shown: Sequence[str] = ()) -> int:
        """A record of a list; `shown` is what is really kept beside it, if not `ids`."""
        det: dict[str, Value] = {"count": len(ids), "ids": ids_hash(TOKEN_KEY, ids)}
        record = self.note(Event(act, det=det))
        if keep:
            self.database.write(lambda tx: keep_ids(tx, FIELD_KEY, record.seq, shown or ids))
        return record.seq

    def add_user(self, name: str) -> None:
        """The one who acts in all of these records."""
        user = User(UserId(USER), name, Role.FRONT_DESK, added_at=self.clock.now())
        self.database.write(lambda tx: users.add(tx, user, ""))
