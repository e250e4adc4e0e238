"""What was said in a conversation, as people see it: cleaned, with how far ours has come.

Names are read here, so whoever shows entries records whose conversation it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desktop.access.fields import visible
from desktop.access.roles import FieldGroup, hidden
from desktop.frozen import dataclass
from desktop.mail.received_files import MORE
from desktop.mail.sealing import REMINDER
from desktop.models import appointments, messages, people, users
from desktop.models.accounts import Session, UserId
from desktop.models.correspondence import Direction, Entry
from desktop.models.database import Tx
from desktop.models.names import address_key
from desktop.models.records import Appointment, AppointmentId, Message, MessageId, Person, PersonId
from desktop.office.values_messages import EntryShown
from desktop.texts import clean, clean_lines

RECEIVED = "received"
_KINDS = frozenset({"letter", "reminder", "campaign", "auto-answer"})
_TEXT_CHARS = 100_000
_ADDRESS_CHARS = 254


@dataclass(frozen=True)
class Around:
    """Everything that entries name, read once for all of them."""

    people: Mapping[PersonId, Person]
    users: Mapping[UserId, str]
    messages: Mapping[MessageId, Message]
    visits: Mapping[MessageId, Appointment]
    """Of reminders whose visit still stands where they said."""


def around(tx: Tx, entries: Sequence[Entry], session: Session) -> Around:
    known = people.get_many(tx, {one.person for one in entries if one.person is not None})
    rows = messages.get_many(tx, {one.message for one in entries if one.message is not None})
    return Around(
        {id_: visible(person, session.role) for id_, person in known.items()},
        {user.id: user.name for user in users.listing(tx)},
        rows,
        {} if FieldGroup.APPOINTMENT in hidden(session.role) else _visits(tx, rows),
    )


def _visits(tx: Tx, rows: Mapping[MessageId, Message]) -> dict[MessageId, Appointment]:
    found = {}
    for id_, row in rows.items():
        visit = appointments.get(tx, AppointmentId(row.source)) if row.kind == REMINDER else None
        if visit is not None and visit.occurrence == row.occurrence:
            found[id_] = visit
    return found


def entries_shown(tx: Tx, entries: Sequence[Entry], session: Session) -> tuple[EntryShown, ...]:
    """In the order of `entries`; for a role that may read them (`access/fields.may_read`)."""
    known = around(tx, entries, session)
    return tuple(entry_shown(one, known) for one in entries)


def entry_shown(one: Entry, known: Around) -> EntryShown:
    row = known.messages.get(one.message) if one.message is not None else None
    visit = known.visits.get(one.message) if one.message is not None else None
    own, rest = parted(one)
    return EntryShown(
        id=one.id,
        at=one.at,
        direction=one.direction,
        name=_name(one, known),
        address=clean(row.address if row is not None else one.sender, _ADDRESS_CHARS),
        subject=clean(one.subject),
        own=own,
        rest=rest,
        files=tuple(file for file in one.files if file.part != MORE),
        more_files=sum(file.size for file in one.files if file.part == MORE),
        sealed=one.sealed,
        opened=one.opened,
        signature=one.signature,
        page=one.page,
        kind=_kind(one, row),
        message=one.message,
        received=one.received,
        state=row.state if row is not None else None,
        elsewhere=_is_from_elsewhere(one, known),
        about=visit.start.isoformat(timespec="minutes") if visit is not None else "",
    )


def parted(one: Entry) -> tuple[str, str]:
    """What they wrote themselves, and the quotes around it; all of it where nothing was told apart."""
    own, text = clean_lines(one.own, _TEXT_CHARS), clean_lines(one.text, _TEXT_CHARS)
    if not own or not text:
        return own or text, ""
    before, found, after = text.partition(own)
    return (
        (own, "\n".join(part.strip("\n") for part in (before, after) if part.strip()))
        if found
        else (own, text)
    )


def _kind(one: Entry, row: Message | None) -> str:
    if one.direction is Direction.IN:
        return RECEIVED
    return row.kind if row is not None and row.kind in _KINDS else "letter"


def _is_from_elsewhere(one: Entry, known: Around) -> bool:
    """Where this role sees no address on record, nothing is said about it."""
    person = known.people.get(one.person) if one.direction is Direction.IN and one.person else None
    if person is None or not person.email or not one.sender:
        return False
    return address_key(one.sender) != address_key(person.email)


def _name(one: Entry, known: Around) -> str:
    """Who said it: a person whom we know, a user of ours, else what the mail claims."""
    if one.direction is Direction.OUT:
        return known.users.get(one.author, "") if one.author is not None else ""
    person = known.people.get(one.person) if one.person is not None else None
    if person is not None:
        return person.name or person.organisation
    return clean(one.sender_name or one.sender, _ADDRESS_CHARS)
