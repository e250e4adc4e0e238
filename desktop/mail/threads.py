"""Which conversation a mail belongs to, and how each conversation stands after something was said.

A mail answers what it names: the message of ours whose token it carries, else the mails of its
References and In-Reply-To (RFC 5322 3.6.4). Anybody can write such names, and a family shares an
address; so a conversation is joined only by whom it is with already. What a stranger forwards, or
another person answers, is a conversation of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.errors import InputError, Refused
from desktop.mail.answered import LATEST, SNIPPET_CHARS, counted, is_held, never_left, settled
from desktop.mail.returned_values import Understood
from desktop.models import conversations, entries, messages, people
from desktop.models.accounts import UserId
from desktop.models.correspondence import (
    Conversation,
    ConversationId,
    ConversationState,
    Direction,
    Entry,
    EntryId,
    FileIn,
    Urgency,
)
from desktop.models.database import Tx
from desktop.models.delivery import Received
from desktop.models.ids import new_id
from desktop.models.names import address_key
from desktop.models.records import Label, Message, Person, PersonId, Reason
from desktop.texts import clean, clean_lines

SUBJECT_CHARS = 200
WORDS_CHARS = 100_000
REFERENCES = 20
"""Message-IDs that an answer names; older ones are left out."""
_NAMED = 50
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,200}>")
_RANK = (Label.ROUTINE, Label.SENSITIVE, Label.DO_NOT_EMAIL, Label.VERY_SENSITIVE)
"""By who may read it (`access/fields.may_read`), not by what may leave."""


def arrived(
    tx: Tx,
    audit: AuditLog,
    one: Received,
    said: Understood,
    person: Person | None,
    now: datetime,
    *,
    label: Label,
    ask: Reason | None,
    urgency: Urgency,
) -> Entry:
    """Put a received mail, kept already, into its conversation, which is open and unseen from now on.

    `person` is whose words these are, None where that is not known. A conversation opened for the
    answer to a message of ours begins with that message.
    """
    answered = _answered(tx, one, person)
    whose = person.id if person is not None else None
    found, whose = _joined(tx, one, said, whose, answered)
    if found is None:
        found = _opened(tx, audit, one, said, whose, now)
    if answered is not None and entries.of_message(tx, answered.id) is None:
        entries.add(tx, _told(found.id, answered))
        found = replace(found, turn=found.turn + 1, label=_higher(found.label, answered.label))
    own = "" if not said.opened else clean_lines(said.own, WORDS_CHARS)
    whole = "" if not said.opened else clean_lines(said.text, WORDS_CHARS)
    kept = entries.add(
        tx,
        Entry(
            id=EntryId(new_id()),
            conversation=found.id,
            at=one.at,
            direction=Direction.IN,
            received=one.id,
            person=whose,
            label=label,
            sender_name=clean(said.sender_name, SNIPPET_CHARS),
            sender=clean(one.sender or said.sender, SNIPPET_CHARS),
            subject=clean(said.subject, SUBJECT_CHARS),
            own=own,
            text=whole if whole != own else "",
            files=said.files,
            sealed=said.sealed,
            opened=said.opened,
            signature=said.signature,
            page=said.page,
        ),
    )
    unanswered = found.state is ConversationState.OPEN or is_held(tx, found)
    found = replace(found, subject=found.subject or kept.subject)  # of what was destroyed, none is left
    conversations.put(tx, _heard(found, unanswered, own or whole, now, label, ask, urgency))
    return kept


def check_turn(tx: Tx, conversation: ConversationId, turn: int) -> Conversation:
    """The conversation, where nothing was said in it since its `turn`; for the queueing transaction.

    What was taken back before it left was not said. Raises InputError `conversation-unknown`;
    Refused `conversation-moved-on`.
    """
    found = conversations.get(tx, conversation)
    if found is None:
        raise InputError("conversation-unknown")
    missed = found.turn - turn
    latest = counted(tx, found.id)[-missed:] if 0 < missed <= LATEST else []
    if missed and (not latest or not all(never_left(tx, one) for one in latest)):
        raise Refused("conversation-moved-on")
    return found


def sent(
    tx: Tx,
    audit: AuditLog,
    message: Message,
    *,
    subject: str,
    text: str,
    author: UserId | None,
    conversation: ConversationId | None,
    about: PersonId | None,
    now: datetime,
    files: Sequence[FileIn] = (),
) -> Conversation:
    """Put a queued message into its conversation, or open one with it; how that stands now.

    What was asked stays on record for `withdrawn`; nobody is asked it while the conversation is not
    open. `about` is the patient to whom a letter to somebody else belongs. Without an `author` the
    program answered by itself: what came in waits for a person just as before. Raises InputError
    `conversation-unknown`.
    """
    found = _written_in(tx, audit, message, conversation, about, author, subject, now)
    entries.add(
        tx,
        Entry(
            id=EntryId(new_id()),
            conversation=found.id,
            at=now,
            direction=Direction.OUT,
            message=message.id,
            person=message.person,
            author=author,
            label=message.label,
            subject=clean(subject, SUBJECT_CHARS),
            own=clean_lines(text, WORDS_CHARS),
            files=tuple(files),
        ),
    )
    if author is None:
        stands = replace(found, auto_answered_at=now, label=_higher(found.label, message.label))
    else:
        stands = replace(
            settled(tx, found, now),
            subject=found.subject or clean(subject, SUBJECT_CHARS),
            changed_at=now,
            sent_at=now,
            turn=found.turn + 1,
            owner=author,
            answering=None,
            answering_until=None,
            destroyed_at=None,
            label=_higher(found.label, message.label),
            snippet=clean(text[: SNIPPET_CHARS * 2], SNIPPET_CHARS),
        )
    conversations.put(tx, stands)
    return stands


def reply_headers(
    tx: Tx, conversation: ConversationId, to: PersonId | None = None
) -> tuple[str, tuple[str, ...]]:
    """In-Reply-To and References of an answer to `to`, without it to whom the conversation is with.

    Only mails between us and that one recipient are named: a Message-ID of ours is a token that
    speaks for its message (`mail/correlate.py`), and is shown to nobody else. Of the names that
    others gave, only what is a name and no header of its own goes on.
    """
    found = conversations.get(tx, conversation)
    whom = to if to is not None or found is None else found.person
    wrote = entries.references(tx, conversation, whom, REFERENCES)
    named = [one for one in dict.fromkeys(wrote) if _MESSAGE_ID.fullmatch(one)]
    return (named[-1], tuple(named)) if named else ("", ())


def _answered(tx: Tx, one: Received, person: Person | None) -> Message | None:
    """The message of ours that its own reader answers."""
    if one.message is None or person is None:
        return None
    row = messages.get(tx, one.message)
    return row if row is not None and people.stands_for(tx, row.person) == person.id else None


def _joined(
    tx: Tx, one: Received, said: Understood, whose: PersonId | None, answered: Message | None
) -> tuple[Conversation | None, PersonId | None]:
    """The conversation that goes on, and who wrote, where that is known by it."""
    entry = entries.of_message(tx, answered.id) if answered is not None else None
    if entry is not None:
        return conversations.get(tx, entry.conversation), whose
    named = entries.threads_of(tx, [said.in_reply_to, *said.references[-_NAMED:]])
    there = conversations.get_many(tx, named)
    writers = {whose} if whose is not None else {who.id for who in people.at_address(tx, one.sender)}
    for id_ in named:
        known = {there[id_].person, *entries.persons(tx, id_)} - {None}
        met = writers & known
        if len(met) == 1:
            return there[id_], met.pop()
        if whose is None and not known and _wrote_before(tx, id_, one.sender):
            return there[id_], None
    return None, whose


def _wrote_before(tx: Tx, conversation: ConversationId, sender: str) -> bool:
    wrote = entries.senders(tx, conversation)
    return bool(sender) and address_key(sender) in {address_key(other) for other in wrote}


def _opened(
    tx: Tx, audit: AuditLog, one: Received, said: Understood, whose: PersonId | None, now: datetime
) -> Conversation:
    made = Conversation(
        id=ConversationId(new_id()),
        subject=clean(said.subject, SUBJECT_CHARS),
        state=ConversationState.OPEN,
        opened_at=now,
        changed_at=now,
        person=whose,
        account=one.account,
        label=Label.ROUTINE,
        sender="" if whose is not None else clean(f"{said.sender_name} {one.sender}", SUBJECT_CHARS),
    )
    conversations.add(tx, made)
    audit.record(tx, Event(Act.CONVERSATION_OPENED, made.id))
    return made


def _written_in(
    tx: Tx,
    audit: AuditLog,
    message: Message,
    conversation: ConversationId | None,
    about: PersonId | None,
    author: UserId | None,
    subject: str,
    now: datetime,
) -> Conversation:
    if conversation is not None:
        found = conversations.get(tx, conversation)
        if found is None:
            raise InputError("conversation-unknown")
        return found
    made = Conversation(
        id=ConversationId(new_id()),
        subject=clean(subject, SUBJECT_CHARS),
        state=ConversationState.DONE,
        opened_at=now,
        changed_at=now,
        person=about or message.person,
        label=message.label,
        started_by=author,
        last=Direction.OUT,
    )
    conversations.add(tx, made)
    audit.record(tx, Event(Act.CONVERSATION_OPENED, made.id))
    return made


def _told(conversation: ConversationId, message: Message) -> Entry:
    """What was answered; its words are sealed and shown by what they were about."""
    return Entry(
        id=EntryId(new_id()),
        conversation=conversation,
        at=message.queued_at,
        direction=Direction.OUT,
        message=message.id,
        person=message.person,
        label=message.label,
    )


def unsealed(tx: Tx, one: Entry, ask: Reason | None, urgency: Urgency) -> None:
    """What came sealed was opened, and `one` has its words: the lists say what it asks, as far as
    nobody has answered. The turn stays, for nothing was said anew."""
    found = conversations.get(tx, one.conversation)
    if found is None:
        return
    if entries.of_conversation(tx, found.id, limit=1)[-1].id == one.id:
        words = (one.own or one.text)[: SNIPPET_CHARS * 2]
        found = replace(found, snippet=clean(words, SNIPPET_CHARS))
    if found.subject.strip(". ") == "":
        found = replace(found, subject=one.subject)
    if found.state is ConversationState.OPEN and ask is not None and urgency >= found.urgency:
        found = replace(found, ask=ask, urgency=urgency)
    conversations.put(tx, found)


def _heard(
    found: Conversation,
    unanswered: bool,
    words: str,
    now: datetime,
    label: Label,
    ask: Reason | None,
    urgency: Urgency,
) -> Conversation:
    """The highest of what nobody has answered counts; what was settled before asks for nothing more."""
    before = found.urgency if unanswered else Urgency.PLAIN
    asked = found.ask if unanswered else None
    return replace(
        found,
        state=ConversationState.OPEN,
        changed_at=now,
        turn=found.turn + 1,
        unseen=True,
        last=Direction.IN,
        urgency=max(before, urgency),
        ask=ask if asked is None or (ask is not None and urgency >= before) else asked,
        label=_higher(found.label, label),
        snippet=clean(words[: SNIPPET_CHARS * 2], SNIPPET_CHARS),
        done_at=None,
        destroyed_at=None,
    )


def _higher(one: Label, other: Label) -> Label:
    return max(one, other, key=_RANK.index)
