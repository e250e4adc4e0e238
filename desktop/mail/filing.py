"""A received mail goes into its conversation, with what it asks and what follows from that.

What follows rests on who wrote: only the reader of our message, from the address that it went to,
has a visit moved to the list of tasks or an address stopped by words alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

from desktop.audit.log import AuditLog
from desktop.frozen import dataclass
from desktop.mail import moves, optin, optouts, threads, visit_answers, wrong_person
from desktop.mail.asking import ASK_WRONG_PERSON, Asked, ask_of, declined
from desktop.mail.beneath import Beneath, beneath
from desktop.mail.correlate import Tied, same_mailbox
from desktop.mail.replytext import DECLINED, own_words
from desktop.mail.returned_values import Kind, Understood
from desktop.mail.sealing import REMINDER
from desktop.models import appointments, conversations, entries, people
from desktop.models.campaigning import VisitAnswer
from desktop.models.correspondence import ConversationState, Entry
from desktop.models.database import Tx
from desktop.models.delivery import Received
from desktop.models.records import (
    Appointment,
    AppointmentId,
    Label,
    Message,
    MessageId,
    Person,
    PersonId,
    VisitStatus,
)
from desktop.texts import clean

_ANSWER = ("re:", "aw:", "rv:", "fw:", "fwd:", "res:")
"""Such a subject is ours, or that of what is passed on."""
_NAME_CHARS = 100
_SPOKEN = frozenset({Kind.MESSAGE, Kind.UNSUBSCRIBE})


@dataclass(frozen=True)
class Told:
    """One mail on file. `person` wrote it, where that is known; `reader` is whom our message was for."""

    row: Received
    said: Understood
    tied: Tied
    answer: str = ""
    """`confirmed` or `declined` where it was that and nothing else (`replytext.answer`)."""
    person: Person | None = None
    reader: Person | None = None

    @property
    def answered(self) -> Message | None:
        """The message of ours, where this comes from the very address that it went to."""
        message = self.tied.message
        by_reader = message is not None and same_mailbox(self.said.sender, message.address)
        return message if by_reader and not self.tied.doubt else None

    @property
    def writer(self) -> Person | None:
        """Who showed our token and writes from elsewhere is nobody."""
        return self.person if self.tied.message is None or self.answered is not None else None


def file(tx: Tx, audit: AuditLog, one: Told, now: datetime) -> Entry:
    """Into its conversation, which is open from now on; what it asks becomes a task where that helps."""
    visit = _visit(tx, one)
    asked = _asked(one, visit, beneath(tx, one.said, one.tied.message))
    entry = _arrived(tx, audit, one, asked, now)
    if one.answered is not None and one.said.found.kind is Kind.MESSAGE:
        raw_hash = hashlib.sha256(one.row.raw).hexdigest()
        optin.answered(tx, audit, one.answered.person, one.said.sender, entry.own, raw_hash, now)
    if entry.person is not None and one.said.found.kind is Kind.MESSAGE:
        optouts.suggest(tx, entry.person, entry.own, entry.conversation, now)
    if one.answered is not None and ASK_WRONG_PERSON in asked.codes and not _is_family(tx, one, asked):
        wrong_person.report(tx, audit, one.answered, now, None, conversation=entry.conversation)
    elif visit is not None and entry.person is not None and one.answer != DECLINED:
        moves.asked(tx, audit, asked.codes, visit, entry.person, entry.conversation, now)
        if asked.codes & moves.ASKS:
            message = one.answered.id if one.answered is not None else None
            visit_answers.said(tx, audit, visit, VisitAnswer.DECLINED, one.row.at, message)
    return entry


def _arrived(tx: Tx, audit: AuditLog, one: Told, asked: Asked, now: datetime) -> Entry:
    return threads.arrived(
        tx,
        audit,
        one.row,
        one.said,
        one.writer,
        now,
        label=_label(one),
        ask=asked.reason,
        urgency=asked.urgency,
    )


def _is_family(tx: Tx, one: Told, asked: Asked) -> bool:
    """Where a household writes by one address, a person decides whether it is the wrong one."""
    return asked.family or len(people.at_address(tx, one.said.sender)) > 1


def add_plain_yes(tx: Tx, audit: AuditLog, one: Told, now: datetime) -> None:
    """To the history of a conversation about that reminder, which stays as it stands; else nowhere."""
    message = one.tied.message
    there = entries.of_message(tx, message.id) if message is not None else None
    before = conversations.get(tx, there.conversation) if there is not None else None
    if before is None:
        return
    entry = _arrived(tx, audit, one, Asked(), now)
    after = conversations.get(tx, entry.conversation)
    if after is not None and after.id == before.id and before.state is not ConversationState.OPEN:
        stays = replace(after, state=before.state, unseen=before.unseen, done_at=before.done_at)
        conversations.put(tx, stays)


def keep_answer(tx: Tx, audit: AuditLog, one: Told) -> None:
    """A plain yes or no is one about the visits that the reminder named."""
    if one.answer and one.tied.message is not None:
        visit_answers.answered(tx, audit, one.tied.message, VisitAnswer(one.answer), one.row.at)


def join_refusal(tx: Tx, one: Told) -> None:
    """The task of a plain "no" stands beside the words, and ends when the schedule says so."""
    message, entry = one.tied.message, entries.of_received(tx, one.row.id)
    if message is not None and entry is not None:
        moves.belongs(tx, MessageId(message.id), _visit(tx, one), entry.conversation)


def _asked(one: Told, visit: Appointment | None, besides: Beneath) -> Asked:
    """Of what is still sealed, what stands in the open beside it; of a notice passed on, all its words."""
    said = one.said
    reader = one.reader.name if one.reader is not None else ""
    words = [_subject(one), own_words(said.text)]
    if said.opened and said.found.kind in _SPOKEN:
        words = [_subject(one), said.own or said.under, own_words(said.beside_text)]
    asked = ask_of(
        "\n\n".join(word for word in words if word), reader, visit, writer=_writer(one), beside=besides.all
    )
    return declined(_writer(one), visit) if one.answer == DECLINED and not asked.codes else asked


def _subject(one: Told) -> str:
    """Where it is their own: many write there all that they want."""
    subject = one.said.subject.strip()
    answers = one.tied.message is not None or subject.lower().startswith(_ANSWER)
    return "" if answers else subject


def _writer(one: Told) -> str:
    name = one.writer.name or one.writer.organisation if one.writer is not None else ""
    return name or clean(one.said.sender_name or one.said.sender, _NAME_CHARS)


def _label(one: Told) -> Label:
    """As sensitive as what it answers; what nobody has weighed yet is sensitive."""
    message = one.tied.message
    if message is None or (one.tied.doubt and message.label is Label.ROUTINE):
        return Label.SENSITIVE
    return message.label


def _visit(tx: Tx, one: Told) -> Appointment | None:
    """The one that the reminder was about, where it stands as it was told; else the only one to come."""
    if one.writer is None:
        return None
    if one.answered is not None and one.answered.kind == REMINDER:
        return _reminded(tx, one.answered, one.row.at)
    return _only(tx, one.writer.id, one.row.at)


def _reminded(tx: Tx, message: Message, at: datetime) -> Appointment | None:
    visit = appointments.get(tx, AppointmentId(message.source))
    if visit is None or visit.occurrence != message.occurrence:
        return None  # what they cannot come to is gone already: the new time is not to be given up for it
    return visit if _stands(visit, at) else None


def _only(tx: Tx, person: PersonId, at: datetime) -> Appointment | None:
    coming = [visit for visit in appointments.of_person(tx, person) if _stands(visit, at)]
    return coming[0] if len(coming) == 1 else None


def _stands(visit: Appointment, at: datetime) -> bool:
    return visit.status is VisitStatus.BOOKED and visit.start_utc > at
