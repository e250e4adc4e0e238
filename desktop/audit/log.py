"""Writing the log: one record, in the transaction of what it is about.

If the record cannot be written the work is not done (45 CFR 164.312(b); ASVS 16.5.3):
the caller's transaction ends with the exception that is raised here.
"""

from __future__ import annotations

from collections.abc import Sequence

from desktop.audit.chain import GENESIS, VERSION, canonical_record, leaf_hash
from desktop.audit.events import BadEventError, Event
from desktop.audit.fields import is_id
from desktop.clock import Clock
from desktop.models import audit as kept
from desktop.models.accounts import Role
from desktop.models.database import Tx
from desktop.models.records import AuditRecord

SYSTEM = "system"
"""Actor and role of what no person did: the dispatcher, the fold of failed sign-ins."""
_ROLES = frozenset((*Role, SYSTEM))


class AuditLog:
    """Appends records; it has no other verb."""

    def __init__(self, app_version: str, clock: Clock) -> None:
        self._app = app_version
        self._clock = clock

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
        seq, prev = (last.seq, last.hash) if last else (0, GENESIS)
        records: list[AuditRecord] = []
        for event in events:
            seq += 1
            body = canonical_record(
                {
                    "v": VERSION,
                    "seq": seq,
                    "ts": int(self._clock.now().timestamp() * 1000),
                    "boot": self._clock.boot_id(),
                    "mono": int(self._clock.mono() * 1000),
                    "actor": actor,
                    "role": role,
                    "sess": session,
                    "act": event.act.value,
                    "obj": event.obj,
                    "outcome": event.outcome,
                    "why": event.why,
                    "det": {name: _plain(value) for name, value in event.det.items()},
                    "app": self._app,
                    "prev": prev,
                }
            )
            records.append(AuditRecord(seq, body.decode("utf-8"), leaf_hash(body)))
            prev = records[-1].hash
        kept.append(tx, *records)
        return records


def _plain(value: str | int) -> str | int:
    """Members of a StrEnum become plain text, which is what JCS takes."""
    return str(value) if isinstance(value, str) else value
