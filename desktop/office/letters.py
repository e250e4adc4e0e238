"""One letter to one person: explained before, sealed and queued with what was shown.

Each is an entry of a conversation, with its words, so that people see later what was written. An
answer names the turn that its writer saw; of two who answer at once, one is refused.
"""

from __future__ import annotations

from dataclasses import replace

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.fields import is_id
from desktop.clock import Clock
from desktop.config import CONTENT_LIMITS
from desktop.errors import InputError, Refused, SealwellError
from desktop.frozen import dataclass
from desktop.mail import threads
from desktop.mail.calls import CALL
from desktop.mail.content import check_content
from desktop.mail.content_letters import Judged, judge, letter_input, read_policy
from desktop.mail.content_values import ContentInput, Policy
from desktop.mail.content_values import Kind as Found
from desktop.mail.decision import Decision
from desktop.mail.letters import Draft, Prepared
from desktop.mail.mime import Attachment, media_type
from desktop.mail.sealing import Letter
from desktop.mail.sender import load_sender
from desktop.models import conversations, people, tasks
from desktop.models.accounts import Session, SessionId
from desktop.models.correspondence import Conversation, ConversationId, FileIn
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import Kind, Label, Message, Person, PersonId, Reason
from desktop.office.conversations_shown import read_by
from desktop.office.desk import Desk, Opened, Recorder
from desktop.office.protection import explained, found, sender_warnings
from desktop.office.values import CallOpened, Explained, FileOwned, LetterRequest, Queued

_OF_A_PATIENT = frozenset({Found.OTHER_NAME, Found.OTHER_PATIENT, Found.MRN})


@dataclass(frozen=True)
class _Looked:
    """A letter after its content was looked through."""

    message: ContentInput
    judged: Judged
    warnings: tuple[Reason, ...]
    person: Person
    about: Person | None
    """Of a letter to a professional: the patient."""
    unsaid: bool
    """It goes to a professional and tells of a patient whom it does not say that it is about."""


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
        text is not kept. Raises Refused `content-blocked`, `content-not-seen`, `about-missing`,
        `conversation-moved-on`, `conversation-hidden`, `conversation-other-person`; InputError
        `conversation-unknown`; and what `Letters.prepare` raises.
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
        if looked.unsaid:
            raise Refused("about-missing")
        if looked.judged.blocked is not None:
            raise Refused("content-blocked")
        if looked.judged.seen != request.seen and looked.judged.seen:
            raise Refused("content-not-seen")
        opened.looks.at_people((request.person,))

        def prepare(tx: Tx) -> Prepared:
            return opened.letters.prepare(tx, self._threaded(tx, session, request, looked))

        prepared = opened.database.read(prepare)
        frozen = opened.letters.seal(prepared, opened.own.sealer())

        def queue(tx: Tx, record: Recorder) -> Queued:
            if request.conversation is not None:
                _answered(tx, session, request.conversation, looked.person, looked.about)
                threads.check_turn(tx, request.conversation, request.turn)
            message = opened.outbox.enqueue(tx, frozen, session)
            record.written += 1
            said = self._said(tx, session, request, looked, prepared.letter, message)
            made = Queued(message.id, message.method, message.reasons, message.state, message.not_before)
            return replace(made, conversation=said.id)

        return self._desk.write(session, Action.SEND_LETTER, queue)

    def _threaded(self, tx: Tx, session: Session, request: LetterRequest, looked: _Looked) -> Draft:
        """What has moved on is found out before anything is sealed; again when it is queued."""
        draft = _draft(request, looked)
        if request.conversation is None:
            return draft
        _answered(tx, session, request.conversation, looked.person, looked.about)
        threads.check_turn(tx, request.conversation, request.turn)
        in_reply_to, references = threads.reply_headers(tx, request.conversation, request.person)
        return replace(draft, in_reply_to=in_reply_to, references=references)

    def _said(
        self,
        tx: Tx,
        session: Session,
        request: LetterRequest,
        looked: _Looked,
        letter: Letter,
        message: Message,
    ) -> Conversation:
        files = enumerate(letter.attachments)
        return threads.sent(
            tx,
            self._desk.audit,
            message,
            subject=letter.subject,
            text=letter.text,
            author=session.user,
            conversation=request.conversation,
            about=looked.about.id if looked.about is not None else None,
            now=self._clock.now(),
            files=[FileIn(one.name, media_type(one.name), len(one.data), part) for part, one in files],
        )

    def _call(self, session: Session, request: LetterRequest) -> CallOpened:
        def open_task(tx: Tx, record: Recorder) -> CallOpened:
            person = people.get(tx, request.person)
            if person is None:
                raise InputError("person-unknown")
            if request.conversation is not None:
                _answered(tx, session, request.conversation, person, _about(tx, request, person))
            task = tasks.Task(
                new_id(), CALL, self._clock.now(), person=person.id, conversation=request.conversation
            )
            tasks.add(tx, task)
            record(Event(Act.CALL_TASK_OPENED, obj=task.id, det={"person": person.id}))
            return CallOpened(task.id, person.id, Reason("label-no-email", {"name": person.name}))

        return self._desk.write(session, Action.SEND_LETTER, open_task)

    def _looked(self, opened: Opened, request: LetterRequest) -> _Looked:
        """Look through subject, text and files, outside the database's lanes."""

        def look(tx: Tx) -> tuple[Person, Person | None, Policy, tuple[Reason, ...]]:
            person = people.get(tx, request.person)
            if person is None:
                raise InputError("person-unknown")
            return person, _about(tx, request, person), read_policy(tx), sender_warnings(load_sender(tx))

        person, about, policy, warnings = opened.database.read(look)
        files = _files(request)
        message = letter_input(request.subject, request.text, files, opened.names.known(about or person))
        report = check_content(message, CONTENT_LIMITS, self._clock.mono, policy)
        judged = judge(message, report, policy)
        unsaid = person.kind is Kind.PROFESSIONAL and about is None and _names_patient(judged)
        if unsaid:
            warnings = (*warnings, Reason("about-missing"))
        return _Looked(message, judged, warnings, person, about, unsaid)


def _answered(
    tx: Tx, session: Session, conversation: ConversationId, person: Person, about: Person | None
) -> None:
    """Only those with whom it is are answered in it, and professionals about them.

    Raises InputError `conversation-unknown`; Refused `conversation-hidden`,
    `conversation-other-person`: also where nobody has said yet whose it is.
    """
    row = read_by(tx, conversation, session)
    allowed = {person.id, about.id if about is not None else None} - {None}
    if row.person not in allowed:
        raise Refused("conversation-other-person")


def _about(tx: Tx, request: LetterRequest, person: Person) -> Person | None:
    """The patient whom a letter to a professional is about: as it says, else whose conversation it is in."""
    if person.kind is not Kind.PROFESSIONAL:
        return None
    patient = request.about
    if patient is None and request.conversation is not None:
        row = conversations.get(tx, request.conversation)
        patient = row.person if row is not None and row.person != person.id else None
    if patient is None:
        return None
    found = people.get(tx, patient)
    if found is None:
        raise InputError("person-unknown")
    return found


def _names_patient(judged: Judged) -> bool:
    return any(hit.kind in _OF_A_PATIENT for hit, _ in judged.hits)


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
