"""One letter to one person: explained before, sealed and queued with what was shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.fields import is_id
from desktop.clock import Clock
from desktop.config import CONTENT_LIMITS
from desktop.errors import InputError, Refused, SealwellError
from desktop.mail.content import check_content
from desktop.mail.content_letters import Judged, judge, letter_input, read_policy
from desktop.mail.content_values import ContentInput, Policy
from desktop.mail.decision import Decision
from desktop.mail.letters import Draft
from desktop.mail.mime import Attachment
from desktop.mail.sender import load_sender
from desktop.models import people, tasks
from desktop.models.accounts import Session, SessionId
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import Label, Message, Person, PersonId, Reason
from desktop.office.desk import Desk, Opened, Recorder
from desktop.office.protection import explained, found, sender_warnings
from desktop.office.values import CallOpened, Explained, FileOwned, LetterRequest, Queued

CALL = "call"
"""The kind of a task to phone somebody."""


@dataclass(frozen=True)
class _Looked:
    """A letter after its content was looked through."""

    message: ContentInput
    judged: Judged
    warnings: tuple[Reason, ...]


class Letters:
    """Reads, then computes, then writes: the lanes never wait for a key or a file."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._told: tuple[SessionId, PersonId, str] | None = None

    def explain_letter(self, session: Session, request: LetterRequest) -> Explained:
        """How it would go and why, and what its content gives away, hit by hit.

        Asked at each pause of typing: on record is the first answer about a person, then each
        that differs from the one before.
        """
        opened = self._desk.check(session, Action.EXPLAIN_LETTER)
        looked = self._looked(opened, request)
        opened.looks.at_people((request.person,))
        decision = self._desk.read(
            session,
            Action.EXPLAIN_LETTER,
            lambda tx: opened.letters.explain(tx, _draft(request, looked)),
            lambda made: self._news(session, request, made),
        )
        self._told = (session.id, request.person, decision.hash())
        return with_content(request, decision, looked.message, looked.judged, looked.warnings)

    def _news(self, session: Session, request: LetterRequest, made: Decision) -> Event | None:
        if self._told == (session.id, request.person, made.hash()):
            return None
        return Event(Act.PROTECTION_EXPLAINED, obj=request.person, det={"method": made.method.value})

    def send_letter(self, session: Session, request: LetterRequest) -> Queued | CallOpened:
        """Frozen and queued; it leaves after the hold. A refusal is recorded with its reason.

        What is labelled `do-not-email` becomes a task to phone instead: nothing is sealed, its
        text is not kept. Raises Refused `content-blocked`, `content-not-seen` beside what
        `Letters.prepare` raises.
        """
        opened = self._desk.check(session, Action.SEND_LETTER)
        person = request.person if is_id(request.person) else ""
        try:
            if request.label is Label.DO_NOT_EMAIL:
                return self._call(session, request)
            return self._queue(session, opened, request)
        except SealwellError as error:
            self._desk.note_refusal(session, Act.MESSAGE_REFUSED, error, person)
            raise

    def _queue(self, session: Session, opened: Opened, request: LetterRequest) -> Queued:
        looked = self._looked(opened, request)
        if looked.judged.blocked is not None:
            raise Refused("content-blocked")
        if looked.judged.seen != request.seen and looked.judged.seen:
            raise Refused("content-not-seen")
        opened.looks.at_people((request.person,))
        prepared = opened.database.read(lambda tx: opened.letters.prepare(tx, _draft(request, looked)))
        frozen = opened.letters.seal(prepared, opened.own.sealer())

        def queue(tx: Tx, record: Recorder) -> Message:
            message = opened.outbox.enqueue(tx, frozen, session)
            record.written += 1
            return message

        message = self._desk.write(session, Action.SEND_LETTER, queue)
        return Queued(message.id, message.method, message.reasons, message.state, message.not_before)

    def _call(self, session: Session, request: LetterRequest) -> CallOpened:
        def open_task(tx: Tx, record: Recorder) -> CallOpened:
            person = people.get(tx, request.person)
            if person is None:
                raise InputError("person-unknown")
            task = tasks.Task(new_id(), CALL, self._clock.now(), person=person.id)
            tasks.add(tx, task)
            record(Event(Act.CALL_TASK_OPENED, obj=task.id, det={"person": person.id}))
            return CallOpened(task.id, person.id, Reason("label-no-email", {"name": person.name}))

        return self._desk.write(session, Action.SEND_LETTER, open_task)

    def _looked(self, opened: Opened, request: LetterRequest) -> _Looked:
        """Look through subject, text and files, outside the database's lanes."""

        def look(tx: Tx) -> tuple[Person, Policy, tuple[Reason, ...]]:
            person = people.get(tx, request.person)
            if person is None:
                raise InputError("person-unknown")
            return person, read_policy(tx), sender_warnings(load_sender(tx))

        person, policy, warnings = opened.database.read(look)
        files = _files(request)
        message = letter_input(request.subject, request.text, files, opened.names.known(person))
        report = check_content(message, CONTENT_LIMITS, self._clock.mono, policy)
        return _Looked(message, judge(message, report, policy), warnings)


def with_content(
    request: LetterRequest,
    decision: Decision,
    message: ContentInput,
    judged: Judged,
    warnings: tuple[Reason, ...],
) -> Explained:
    """The decision as a value of the door, with what was found in the content."""
    return replace(
        explained(request.person, decision),
        hits=found(message, judged),
        seen=judged.seen,
        warnings=warnings,
        files=tuple(FileOwned(one.name, one.birth_date) for one in judged.owned),
    )


def _files(request: LetterRequest) -> tuple[Attachment, ...]:
    return tuple(Attachment(file.name, file.data) for file in request.attachments)


def _draft(request: LetterRequest, looked: _Looked) -> Draft:
    return Draft(
        request.person,
        request.subject,
        request.text,
        _files(request),
        request.label,
        request.wanted,
        request.raise_to,
        expect=request.expect,
        content=looked.judged.raises,
    )
