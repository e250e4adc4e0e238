"""A practice reduced to what sending needs: a real database with a fixed key, and an outbox.

Rows are put in through the lower rooms, so that a child process can open the same file
without a password.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from desktop.audit.log import AuditLog
from desktop.clock import Clock, SystemClock
from desktop.mail.outbox import Cancel, Keep, Outbox, Recheck, Verdict
from desktop.models import messages, people, relays
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.records import (
    Consent,
    Detail,
    Kind,
    Label,
    Message,
    MessageId,
    Method,
    Person,
    PersonId,
    Reason,
    Relay,
    State,
    Status,
)

KEY, SALT, VAULT = b"\x17" * 32, b"\x2a" * 16, b"\x01" * 16
PERSON = PersonId("c" * 32)


class BarePractice:
    """Opens the database in `folder`, or makes it."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        folder.mkdir(exist_ok=True)
        path = folder / "practice.db"
        made = not path.exists()
        self.database = (
            Database.create(path, KEY, SALT, VAULT, 1) if made else Database.open(path, KEY, SALT, VAULT, 1)
        )
        self.audit = AuditLog("test", self.clock)
        self.outbox = Outbox(self.clock, self.audit)
        self.cancelled: set[MessageId] = set()
        """Rows that the recheck refuses from now on."""
        if made:
            self.database.write(self._add_person)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.database.close()

    @property
    def rechecks(self) -> dict[str, Recheck]:
        def recheck(_tx: Tx, rows: Sequence[Message]) -> list[Verdict]:
            no = Cancel(Reason("visit-cancelled"))
            return [no if row.id in self.cancelled else Keep() for row in rows]

        return dict.fromkeys(("letter", "reminder", "campaign"), recheck)

    def add_relay(self, relay: Relay, password: str) -> None:
        self.database.write(lambda tx: relays.add(tx, relay, password))

    def queue(self, relay: Relay, count: int, *, text: str = "", **changes: object) -> list[Message]:
        """Queue `count` letters that are due now; `changes` go into each `Message`.

        Each letter of a campaign is somebody else's: nobody gets two of one.
        """
        rows = [self._message(relay, number, text, changes) for number in range(count)]

        def insert(tx: Tx) -> None:
            for row, wire in rows:
                if row.person != PERSON:
                    self._add_person(tx, row.person)
                messages.insert(tx, row, wire, "{}")

        self.database.write(insert)
        return [row for row, _ in rows]

    def states(self) -> dict[MessageId, State]:
        return {row.id: row.state for row in self.rows()}

    def rows(self) -> list[Message]:
        return self.database.read(lambda tx: messages.listing(tx, limit=100_000))

    def row(self, message: MessageId) -> Message:
        found = self.database.read(lambda tx: messages.get(tx, message))
        if found is None:
            raise LookupError(message)
        return found

    def _message(
        self, relay: Relay, number: int, text: str, changes: dict[str, object]
    ) -> tuple[Message, bytes]:
        now = self.clock.now()
        token = new_id()
        wire = (
            f"From: <{relay.sender}>\r\nTo: <patient{number}@mail.example>\r\n"
            f"Message-ID: <{token}@clinic.example>\r\n\r\nSealed words {token}\r\n.\r\n"
            + text.replace("\n", "\r\n")
        ).encode("ascii")
        fields: dict[str, object] = {
            "id": MessageId(new_id()),
            "kind": "letter",
            "source": new_id() if changes.get("kind") in ("reminder", "campaign") else "",
            "occurrence": 0,
            "generation": 0,
            "person": PersonId(new_id()) if changes.get("kind") == "campaign" else PERSON,
            "address": f"patient{number}@mail.example",
            "method": Method.TLS,
            "state": State.QUEUED,
            "label": Label.ROUTINE,
            "relay": relay.id,
            "message_id": f"<{token}@clinic.example>",
            "sha256": hashlib.sha256(wire).hexdigest(),
            "decision_hash": "0" * 64,
            "reasons": (),
            "queued_at": now,
            "not_before": now - timedelta(seconds=1),
            "useless_after": None,
        }
        return Message(**{**fields, **changes}), wire  # type: ignore[arg-type]

    def _add_person(self, tx: Tx, id_: PersonId = PERSON) -> None:
        person = Person(
            id=id_,
            kind=Kind.PATIENT,
            first_name="Maria",
            last_name="Lopez",
            birth_date=None,
            email="maria@mail.example",
            language="en",
            detail=Detail.STANDARD,
            status=Status.ACTIVE,
            consent=Consent.UNKNOWN,
        )
        people.insert(tx, person)
