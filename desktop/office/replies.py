"""A patient's answer to a locked file, opened for staff."""

from __future__ import annotations

from desktop.access.fields import visible
from desktop.access.roles import Action, FieldGroup, hidden
from desktop.audit.events import Act, Event
from desktop.crypto.envelope import file_id
from desktop.errors import InputError, Refused, SealwellError
from desktop.mail import replies
from desktop.mail.reopening import locked_page
from desktop.models import cards, messages, people
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.records import Label, Message, Method, PersonId
from desktop.office.desk import Desk, Recorder
from desktop.office.values_protection import ReplyShown


class Replies:
    """What the page seals arrives as a file or in a mail; nothing of it is kept."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open_reply(self, session: Session, data: bytes) -> ReplyShown:
        """Raises InputError `reply-unreadable`, `reply-altered`; Refused `reply-not-yours`."""
        self._desk.check(session, Action.HELP_PATIENT)
        try:
            return self._desk.write(
                session, Action.HELP_PATIENT, lambda tx, record: _open(tx, record, session, data)
            )
        except (InputError, Refused) as error:
            self._refused(session, error)
            raise

    def _refused(self, session: Session, error: SealwellError) -> None:
        if error.code in _OWN:
            self._desk.note_refusal(session, Act.FILE_REFUSED, error)


_OWN = ("reply-unreadable", "reply-altered", "reply-not-yours")


def _open(tx: Tx, record: Recorder, session: Session, data: bytes) -> ReplyShown:
    reply, who = replies.opened(tx, data)
    person = people.get(tx, who)
    born = person.birth_date if person else None
    read, proven = replies.comes_from_reader(reply, cards.get(tx, who), born)
    message = _answered(tx, who, reply.file)
    sensitive = proven or (message is not None and message.label is Label.VERY_SENSITIVE)
    read = read and (proven or not sensitive)  # the words alone do not open such a page
    if sensitive and FieldGroup.CLINICAL in hidden(session.role):
        raise Refused("reply-not-yours")
    record(Event(Act.REPLY_OPENED, obj=who, det={"reader": "yes" if read else "no"}))
    return ReplyShown(
        person=person.id if person else None,
        name=visible(person, session.role).name if person else "",
        text=reply.text,
        message=message.id if message else None,
        from_reader=read,
    )


def _answered(tx: Tx, who: PersonId, file: bytes) -> Message | None:
    """The message that carried this page: among the newest to this person, or none.

    A page behind a link is not in its mail, and old mail is destroyed after its time.
    """
    rows = [one for one in messages.of_person(tx, who) if one.method is Method.ENVELOPE]
    wires = messages.wires(tx, [one.id for one in rows])
    return next((one for one in rows if _file_of(wires.get(one.id, b"")) == file), None)


def _file_of(wire: bytes) -> bytes | None:
    page = locked_page(wire)
    try:
        return file_id(page) if page else None
    except InputError:
        return None
