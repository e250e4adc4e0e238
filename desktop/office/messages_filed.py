"""Conversations for the chart: as a paper, as mail, or one received file; on record with their hash."""

from __future__ import annotations

import hashlib

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.fields import is_id
from desktop.clock import Clock
from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.mail import headers, mime
from desktop.mail.sender import load_sender
from desktop.models import entries, filings, people, received
from desktop.models.accounts import Session
from desktop.models.correspondence import Conversation, Entry, EntryId, Filing, FilingForm
from desktop.models.database import Tx
from desktop.models.documents import Printer
from desktop.models.ids import new_id
from desktop.models.records import Kind, PersonId
from desktop.office.conversations_shown import read_by, shown
from desktop.office.desk import Desk, Opened, Recorder
from desktop.office.reading import Reading
from desktop.office.transcript import Setting, paper, plain, setting
from desktop.office.values_messages import ConversationShown, FileOut, ToChart
from desktop.texts import Texts

_MOST_ENTRIES = 500
_MOST_BYTES = 64 * 1024 * 1024
"""Of the mails in one export, which is made in memory."""
_NO_ADDRESS = "practice@practice.invalid"
"""Of a practice that sends nothing yet (RFC 2606 2)."""


@dataclass(frozen=True)
class _Gathered:
    """What an export is made of, read at one moment."""

    shown: ConversationShown
    where: Setting
    sender: str
    mails: tuple[bytes, ...]


class Charts:
    """What is made here leaves the program's keeping: who took what is on record, with its hash."""

    def __init__(self, desk: Desk, clock: Clock, printer: Printer, reading: Reading) -> None:
        self._desk = desk
        self._reading = reading
        self._clock = clock
        self._printer = printer

    def export_conversation(self, session: Session, request: ToChart) -> FileOut:
        """With `person`, filed to their record too.

        Raises InputError `conversation-unknown`, `person-unknown`, `entry-unknown`, and
        what `save_file` raises;
        Refused `conversation-hidden`, `conversation-other-person`, `conversation-too-large`,
        `printing-unavailable`.
        """
        opened = self._desk.check(session, Action.EXPORT_CONVERSATION)
        try:
            made = self._made(opened, session, request)
        except Refused as refused:
            obj = request.conversation if is_id(request.conversation) else ""
            self._desk.note_refusal(session, Act.CONVERSATION_EXPORTED, refused, obj)
            raise
        content = hashlib.sha256(made.data).hexdigest()

        def note(tx: Tx, record: Recorder) -> None:
            row = _fileable(tx, session, request)
            det = {"filed": request.form.value, "content": content}
            record(Event(Act.CONVERSATION_EXPORTED, obj=row.id, det=det))
            if request.person is not None:
                one = self._filing(row, request, request.person, made.name, content, session)
                filings.add(tx, one)
                filed = {"person": request.person, "content": content}
                record(Event(Act.FILE_FILED, obj=one.entry or row.id, det=filed))

        self._desk.write(session, Action.EXPORT_CONVERSATION, note)
        return made

    def _filing(
        self, row: Conversation, request: ToChart, person: PersonId, name: str, content: str, session: Session
    ) -> Filing:
        whole = request.form is not FilingForm.FILE
        return Filing(
            id=new_id(),
            person=person,
            conversation=row.id,
            form=request.form,
            name=row.subject if whole else name,
            sha256=content,
            at=self._clock.now(),
            by=session.user,
            entry=None if whole else request.entry,
        )

    def _made(self, opened: Opened, session: Session, request: ToChart) -> FileOut:
        if request.form is FilingForm.FILE:
            opened.database.read(lambda tx: _fileable(tx, session, request))
            return self._file(session, request)
        held = opened.database.read(lambda tx: self._gathered(tx, session, request))
        day = held.where.made_at.astimezone(held.where.zone).date().isoformat()
        if request.form is FilingForm.PDF:
            data = self._printer.print_pdf(paper(held.shown, held.where))
        else:
            data = _mail(held)
        return FileOut(f"conversation-{day}.{request.form.value}", data)

    def _file(self, session: Session, request: ToChart) -> FileOut:
        """Only of the conversation that is named."""
        entry = request.entry or EntryId("")
        one, file = self._reading.file_of(
            session, Action.EXPORT_CONVERSATION, Act.CONVERSATION_EXPORTED, entry, request.part
        )
        if one.conversation != request.conversation:
            raise InputError("entry-unknown")
        return file

    def _gathered(self, tx: Tx, session: Session, request: ToChart) -> _Gathered:
        row, now = _fileable(tx, session, request), self._clock.now()
        mails: list[bytes] = []
        if request.form is FilingForm.EML:
            mails = _mails(tx, entries.of_conversation(tx, row.id, limit=_MOST_ENTRIES))
        return _Gathered(
            shown(tx, row, session, now, _MOST_ENTRIES),
            setting(tx, now, session.user_name),
            load_sender(tx).address,
            tuple(mails),
        )


def _fileable(tx: Tx, session: Session, request: ToChart) -> Conversation:
    """Only to the record of whom it is with; what a professional wrote, to that of any patient."""
    row = read_by(tx, request.conversation, session)
    if request.person is None:
        return row
    known = people.get_many(tx, [one for one in (request.person, row.person) if one is not None])
    if request.person not in known:
        raise InputError("person-unknown")
    theirs = known.get(row.person) if row.person is not None else None
    if row.person != request.person and (theirs is None or theirs.kind is not Kind.PROFESSIONAL):
        raise Refused("conversation-other-person")
    return row


def _mails(tx: Tx, said: list[Entry]) -> list[bytes]:
    """The received ones as they came, as far as they are kept."""
    found: list[bytes] = []
    size = 0
    for one in said:
        row = received.get(tx, one.received) if one.received is not None else None
        if row is not None and row.raw:
            size += len(row.raw)
            if size > _MOST_BYTES:
                raise Refused("conversation-too-large", most=_MOST_BYTES // (1024 * 1024))
            found.append(row.raw)
    return found


def _mail(held: _Gathered) -> bytes:
    """One message that every reader of mail opens: our text, and each mail as it came."""
    say = Texts(held.where.language).say
    subject = say("paper.conversation.mail", practice=held.where.practice)
    fields = (
        headers.date(held.where.made_at),
        headers.sender(held.where.practice, held.sender or _NO_ADDRESS),
        headers.unstructured("Subject", headers.one_line(subject)),
    )
    return mime.outer(fields, mime.gathered(plain(held.shown, held.where), held.mails))
