"""One received mail looked at more closely: opened where it is sealed, shown with its form, its files saved.

Bytes of strangers are parsed in a process of their own (`mail/reading_worker.py`), outside of any
transaction; what a person saw or took is on record before they get it. Nothing is ever opened by
the system's programs from here.
"""

from __future__ import annotations

import hashlib
from dataclasses import field, replace

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.mail import threads
from desktop.mail.asking import ask_of
from desktop.mail.beneath import beneath_kept
from desktop.mail.opened import STEP, MailOpener, OpenedMail, Words, Writer, in_use
from desktop.models import conversations, entries, keys, people, received
from desktop.models.accounts import Session
from desktop.models.correspondence import Entry, EntryId
from desktop.models.database import Tx
from desktop.models.records import Reason
from desktop.office.conversations_shown import read_by
from desktop.office.desk import Desk, Recorder
from desktop.office.entries_shown import entries_shown
from desktop.office.values_messages import EntryShown, FileOut, Formatted
from desktop.texts import clean, clean_lines

_TEXT_CHARS = 100_000
_SUBJECT_CHARS = 200
_CANNOT = (
    *("message-unopenable", "mail-altered", "mail-unreadable"),
    *("reply-unreadable", "reply-altered", "reply-other-person"),
)
"""What is wrong with the mail, or stands between it and us: said in its place, and no text is shown."""


@dataclass(frozen=True)
class _Mail:
    entry: Entry
    raw: bytes = field(repr=False)
    writer: Writer


class Reading:
    """Fulfils `ReadingDoor`. What is hidden from a role is refused, and that is recorded."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open_sealed(self, session: Session, entry: EntryId) -> EntryShown:
        """Its words are kept from now on, so that they are found. Of what fails its integrity check
        there is no text, only the reason (`trouble`).

        Raises InputError `entry-unknown`, `mail-gone` (its bytes were destroyed after their time);
        Refused `conversation-hidden`.
        """
        mail = self._mail(session, Action.OPEN_SEALED, Act.MAIL_OPENED, entry)
        try:
            opened = self._opener().open(mail.raw, mail.writer)
            words = self._opener().words(opened)
        except InputError as error:
            if error.code not in _CANNOT:
                raise
            return self._shut(session, mail.entry, error)

        def keep(tx: Tx, record: Recorder) -> EntryShown:
            now = _found(tx, session, entry).entry  # somebody may have said meanwhile whose it is
            kept = _read(now, opened, words)
            entries.update(tx, kept)
            conversations.changed(tx)
            if not now.opened:
                person = people.get(tx, kept.person) if kept.person is not None else None
                writer = person.name if person is not None else kept.sender
                asked = ask_of(kept.own, writer=writer, beside=beneath_kept(tx, kept).all)
                threads.unsealed(tx, kept, asked.reason, asked.urgency)
            record(Event(Act.MAIL_OPENED, obj=kept.id, det={"conversation": kept.conversation}))
            return entries_shown(tx, [kept], session)[0]

        return self._desk.write(session, Action.OPEN_SEALED, keep)

    def show_formatted(self, session: Session, entry: EntryId) -> Formatted:
        """The page as plain tags (`mail/display.py`). Raises as `open_sealed`, and InputError `page-gone`."""
        mail = self._mail(session, Action.SHOW_CONVERSATION, Act.MAIL_FORMATTED, entry)
        if not mail.entry.page or not mail.entry.opened:
            raise InputError("page-gone")
        data = mail.raw
        if mail.entry.sealed:
            data = self._opener().page_of(self._opener().open(mail.raw, mail.writer))
        page = self._opener().worker.page(data)
        told = Event(Act.MAIL_FORMATTED, obj=entry, det={"conversation": mail.entry.conversation})
        self._desk.write(session, Action.SHOW_CONVERSATION, lambda _, record: record(told))
        return Formatted(page.html, page.left_out)

    def save_file(self, session: Session, entry: EntryId, part: int) -> FileOut:
        """As it came, under a name that is safe on every system.

        Raises as `open_sealed`, and InputError `file-gone`.
        """
        one, file = self.file_of(session, Action.SAVE_FILE, Act.FILE_SAVED, entry, part)
        saved = {"conversation": one.conversation, "content": hashlib.sha256(file.data).hexdigest()}
        told = Event(Act.FILE_SAVED, obj=entry, det=saved)
        self._desk.write(session, Action.SAVE_FILE, lambda _, record: record(told))
        return file

    def file_of(
        self, session: Session, action: Action, act: Act, entry: EntryId, part: int
    ) -> tuple[Entry, FileOut]:
        """As `save_file`, for a use case that records by itself that it was handed out."""
        mail = self._mail(session, action, act, entry)
        if part not in [one.part for one in mail.entry.files if one.part >= 0]:
            raise InputError("file-gone")
        return mail.entry, FileOut(*self._file(mail, part))

    # --- inside ------------------------------------------------------------------------------

    def _opener(self) -> MailOpener:
        return self._desk.opened().mailboxes.reader.opener

    def _mail(self, session: Session, action: Action, act: Act, entry: EntryId) -> _Mail:
        database = self._desk.check(session, action).database
        try:
            return database.read(lambda tx: _found(tx, session, entry))
        except Refused as refused:
            self._desk.note_refusal(session, act, refused, entry)
            raise

    def _file(self, mail: _Mail, part: int) -> tuple[str, bytes]:
        if part < STEP:
            return self._opener().worker.file(mail.raw, part)
        return self._opener().file(self._opener().open(mail.raw, mail.writer), part)

    def _shut(self, session: Session, one: Entry, error: InputError) -> EntryShown:
        told = Event(
            Act.MAIL_OPENED,
            obj=one.id,
            outcome="failed",
            why=error.code,
            det={"conversation": one.conversation},
        )

        def note(tx: Tx, record: Recorder) -> EntryShown:
            record(told)
            shown = entries_shown(tx, [one], session)[0]
            return replace(shown, own="", rest="", opened=False, trouble=Reason(error.code))

        return self._desk.write(session, Action.OPEN_SEALED, note)


def _found(tx: Tx, session: Session, entry: EntryId) -> _Mail:
    one = entries.get(tx, entry)
    if one is None:
        raise InputError("entry-unknown")
    read_by(tx, one.conversation, session)
    row = received.get(tx, one.received) if one.received is not None else None
    if row is None or not row.raw:
        raise InputError("mail-gone")
    known = in_use(keys.live(tx, one.person), row.at) if one.person is not None else ()
    return _Mail(one, row.raw, Writer(one.sender, one.person, known))


def _read(one: Entry, opened: OpenedMail, words: Words) -> Entry:
    """What was in the open keeps its words as they are; only its signature was looked at."""
    if not opened.sealed and len(opened.layers) == 1:
        return replace(one, signature=opened.signature, opened=True)
    own, text = clean_lines(words.own, _TEXT_CHARS), clean_lines(words.text, _TEXT_CHARS)
    return replace(
        one,
        own=own,
        text="" if text == own else text,
        subject=clean(words.subject, _SUBJECT_CHARS) or one.subject,
        files=words.files,
        page=words.page,
        opened=True,
        signature=opened.signature,
    )
