"""Messages brought along their way, as a run of the dispatcher or the mailbox would."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

from desktop.models import messages
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import Label, MessageId, Reason, State
from desktop.office.api import Office
from desktop.office.values import LetterRequest
from tests.made_practice import MovedClock, import_visits, person_named
from tests.made_staff import desk_of
from tests.support.queued import queued


class Along:
    """Real rows of a real practice; only what a server would have answered is written by hand."""

    def __init__(self, office: Office, session: Session, clock: MovedClock) -> None:
        self.office = office
        self.session = session
        self.clock = clock

    def letter(self, name: str = "Zoraida") -> MessageId:
        person = person_named(self.office, self.session, name)
        request = LetterRequest(person, "About", "Dear Ms. Lopez", label=Label.ROUTINE)
        return queued(self.office.send_letter(self.session, request)).id

    def reminders(self) -> tuple[MessageId, ...]:
        import_visits(self.office, self.session, self.clock)
        return self.office.send_reminders(self.session).messages

    def to(self, id_: MessageId, *path: State, reason: str = "") -> None:
        def move(tx: Tx) -> None:
            at = self._state(tx, id_)
            for state in path:
                why = Reason(reason) if reason and state is path[-1] else None
                assert messages.move(tx, id_, at, state, reason=why)
                messages.add_attempt(tx, id_, self.clock.now(), state.value)
                at = state

        desk_of(self.office).opened().database.write(move)

    def _state(self, tx: Tx, id_: MessageId) -> State:
        row = messages.get(tx, id_)
        assert row is not None
        return row.state

    def lose(self, id_: MessageId) -> None:
        """Nobody knows what became of it."""
        self.to(id_, State.CLAIMED, State.DATA, State.UNCERTAIN, reason="no-receipt")

    def refuse(self, id_: MessageId) -> None:
        """The mail service does not know the address."""
        self.to(id_, State.CLAIMED, State.ENVELOPE, State.FAILED, reason="recipient-refused")

    def state(self, id_: MessageId) -> State:
        return desk_of(self.office).opened().database.read(lambda tx: self._state(tx, id_))

    def copies(self, id_: MessageId, number: int) -> None:
        """So many further messages like this one, each a second older."""

        def add(tx: Tx) -> None:
            row = messages.get(tx, id_)
            assert row is not None
            wire, trace = messages.wire(tx, id_), messages.trace(tx, id_)
            for at in range(1, number + 1):
                name = f"<{new_id()}@elmstreet.example.com>"
                bytes_ = wire.replace(row.message_id.encode(), name.encode())
                copy = replace(
                    row,
                    id=MessageId(new_id()),
                    message_id=name,
                    sha256=hashlib.sha256(bytes_).hexdigest(),
                    source="",
                    queued_at=row.queued_at - timedelta(seconds=at),
                )
                messages.insert(tx, copy, bytes_, trace)

        desk_of(self.office).opened().database.write(add)
