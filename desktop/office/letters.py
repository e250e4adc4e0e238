"""One letter to one person: explained before, sealed and queued with what was shown."""

from __future__ import annotations

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.fields import is_id
from desktop.clock import Clock
from desktop.errors import SealwellError
from desktop.mail.letters import Draft
from desktop.mail.mime import Attachment
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.records import Message
from desktop.office.desk import Desk, Recorder
from desktop.office.protection import explained
from desktop.office.values import Explained, LetterRequest, Queued


class Letters:
    """Reads, then computes, then writes: the lanes never wait for a key."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def explain_letter(self, session: Session, request: LetterRequest) -> Explained:
        room = self._desk.opened().letters
        decision = self._desk.read(
            session,
            Action.EXPLAIN_LETTER,
            lambda tx: room.explain(tx, _draft(request)),
            lambda made: Event(
                Act.PROTECTION_EXPLAINED, obj=request.person, det={"method": made.method.value}
            ),
        )
        return explained(request.person, decision)

    def send_letter(self, session: Session, request: LetterRequest) -> Queued:
        """Frozen and queued; it leaves after the hold. A refusal is recorded with its reason."""
        opened = self._desk.check(session, Action.SEND_LETTER)
        room = opened.letters
        person = request.person if is_id(request.person) else ""
        try:
            prepared = opened.database.read(lambda tx: room.prepare(tx, _draft(request)))
            frozen = room.seal(prepared, opened.own.sealer())

            def queue(tx: Tx, record: Recorder) -> Message:
                message = opened.outbox.enqueue(tx, frozen, session)
                record.written += 1
                return message

            message = self._desk.write(session, Action.SEND_LETTER, queue)
        except SealwellError as error:
            self._desk.note_refusal(session, Act.MESSAGE_REFUSED, error, person)
            raise
        return Queued(message.id, message.method, message.reasons, message.state, message.not_before)


def _draft(request: LetterRequest) -> Draft:
    return Draft(
        request.person,
        request.subject,
        request.text,
        tuple(Attachment(file.name, file.data) for file in request.attachments),
        request.label,
        request.wanted,
        expect=request.expect,
    )
