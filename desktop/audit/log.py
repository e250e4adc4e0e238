"""Writing the log: one record, in the transaction of what it is about.

If the record cannot be written the work is not done (45 CFR 164.312(b); ASVS 16.5.3):
the caller's transaction ends with the exception that is raised here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from desktop.audit.chain import GENESIS, VERSION, canonical_record, clock_went_back, leaf_hash, parse
from desktop.audit.events import Act, BadEventError, Event
from desktop.audit.fields import is_id
from desktop.clock import Clock
from desktop.models import audit as kept
from desktop.models.accounts import Role
from desktop.models.database import Tx
from desktop.models.records import AuditRecord

SYSTEM = "system"
"""Actor and role of what no person did: the dispatcher, the fold of failed sign-ins."""
_ROLES = frozenset((*Role, SYSTEM))


class Follower(Protocol):
    """Who adds its own mark to every record in the same transaction (`audit/proving.py`)."""

    def follow(self, tx: Tx, records: Sequence[AuditRecord]) -> None: ...


class AuditLog:
    """Appends records; it has no other verb."""

    def __init__(self, app_version: str, clock: Clock, follower: Follower | None = None) -> None:
        self._app = app_version
        self._clock = clock
        self.follower = follower
        self._newest: tuple[str, dict[str, Any]] | None = None

    def record(
        self, tx: Tx, event: Event, actor: str = SYSTEM, role: str = SYSTEM, session: str = ""
    ) -> AuditRecord:
        """Append `event` inside `tx` and answer the record as kept.

        `actor` is a user's id or `system`, `session` a session's id or ''. The previous
        record is read in the same transaction, so that two processes cannot fork the chain.
        """
        return self.record_all(tx, (event,), actor, role, session)[0]

    def record_all(
        self,
        tx: Tx,
        events: Sequence[Event],
        actor: str = SYSTEM,
        role: str = SYSTEM,
        session: str = "",
    ) -> list[AuditRecord]:
        """As `record`, several in a row: one look at the head of the chain, one statement."""
        if (
            not (actor == SYSTEM or is_id(actor))
            or role not in _ROLES
            or not (session == "" or is_id(session))
        ):
            raise BadEventError("actor, role or session has the wrong form")
        if not events:
            return []
        last = kept.last(tx)
        head = self._said_when_back(last, *self._times()) if last else None
        records = [head] if head else []
        seq, prev = (last.seq, last.hash) if last else (0, GENESIS)
        for event in events:
            if records:
                seq, prev = records[-1].seq, records[-1].hash
            records.append(self._made(event, seq + 1, prev, self._times(), (actor, role, session)))
        kept.append(tx, *records)
        if self.follower is not None:
            self.follower.follow(tx, records)
        return records[1:] if head else records

    def _times(self) -> tuple[int, str, int]:
        clock = self._clock
        return int(clock.now().timestamp() * 1000), clock.boot_id(), int(clock.mono() * 1000)

    def _said_when_back(self, last: AuditRecord, ts: int, boot: str, mono: int) -> AuditRecord | None:
        """A record of its own where the clock went back: one that goes back unsaid was forged."""
        newest = self._newest
        before = newest[1] if newest is not None and newest[0] == last.hash else parse(last.body)
        if before is None or not clock_went_back(before, ts, boot, mono):
            return None
        event = Event(Act.CLOCK_ANOMALY, det={"before": max(0, before["ts"]), "after": ts})
        return self._made(event, last.seq + 1, last.hash, (ts, boot, mono), (SYSTEM, SYSTEM, ""))

    def _made(
        self, event: Event, seq: int, prev: str, times: tuple[int, str, int], by: tuple[str, str, str]
    ) -> AuditRecord:
        record = {
            "v": VERSION,
            "seq": seq,
            "ts": times[0],
            "boot": times[1],
            "mono": times[2],
            "actor": by[0],
            "role": by[1],
            "sess": by[2],
            "act": event.act.value,
            "obj": event.obj,
            "outcome": event.outcome,
            "why": event.why,
            "det": {name: _plain(value) for name, value in event.det.items()},
            "app": self._app,
            "prev": prev,
        }
        body = canonical_record(record)
        made = AuditRecord(seq, body.decode("utf-8"), leaf_hash(body))
        self._newest = made.hash, record
        return made


def _plain(value: str | int) -> str | int:
    """Members of a StrEnum become plain text, which is what JCS takes."""
    return str(value) if isinstance(value, str) else value
