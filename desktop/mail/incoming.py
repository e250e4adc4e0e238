"""Mail of a mailbox is put on file: once each, tied to its message, with what follows from it.

What needs a person (a question, a doubt, an answer that is more than yes or no) stays `new`
with its bytes and goes into a conversation (`mail/filing.py`), as does what a stranger wrote to
us alone; of everything else only the fact is kept.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.mail import filing, optouts, replytext, visit_answers
from desktop.mail.asking import is_urgent
from desktop.mail.beneath import beneath
from desktop.mail.correlate import Doubt, Tied, tie
from desktop.mail.events import in_flight, note_all
from desktop.mail.mimetree import MAIL_BYTES
from desktop.mail.returned import is_leave_word
from desktop.mail.returned_parts import READ_BYTES
from desktop.mail.returned_values import Kind, Understood
from desktop.mail.sealing import REMINDER
from desktop.models import appointments, people, received, tokens
from desktop.models.database import Tx
from desktop.models.delivery import (
    BULK_KINDS,
    AccountId,
    DeliveryEvent,
    EventKind,
    Match,
    Received,
    ReceivedId,
    ReceivedState,
)
from desktop.models.ids import new_id
from desktop.models.records import AppointmentId, Message, MessageId, Person, PersonId, VisitStatus
from desktop.texts import clean

SOURCE = "mailbox"
_REPORTS = {
    Kind.DELAY: EventKind.DEFERRED,
    Kind.DELIVERED: EventKind.DELIVERED,
    Kind.COMPLAINT: EventKind.COMPLAINED,
    Kind.RECEIPT: EventKind.DELIVERED,
    Kind.AUTO_REPLY: EventKind.DELIVERED,
    Kind.UNSUBSCRIBE: EventKind.UNSUBSCRIBED,
    Kind.BOUNCE: EventKind.BOUNCED,
}
_ANSWERS = {
    replytext.CONFIRMED: EventKind.CONFIRMED,
    replytext.DECLINED: EventKind.DECLINED,
    "": EventKind.REPLIED,
}
_READ_BY_PEOPLE = frozenset({Kind.MESSAGE, Kind.UNSUBSCRIBE})
_BY_SERVERS = frozenset({Kind.BOUNCE, Kind.DELAY, Kind.DELIVERED, Kind.COMPLAINT})
"""No person's program writes these by itself; only these are ever deleted from a server."""
_NO_MESSAGE = "foreign"
_NAMED_FIELDS = re.compile(
    rb"^(?:date|subject)[ \t]*:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*", re.IGNORECASE | re.MULTILINE
)
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")
_WORDS = 200
"""Of the first line, for lists; what came encrypted is not repeated there."""


@dataclass(frozen=True)
class Arrived:
    """One mail as fetched and understood; `raw` may be cut (`MAIL_BYTES`), `size` is the whole."""

    uid: int
    at: datetime
    size: int
    understood: Understood
    raw: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """Its Message-ID, or what takes its place: the same mail has the same under every number."""
        return self.understood.message_id or f"sha256:{self.digest}"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


@dataclass
class Filed:
    """`upto` is the last UID that is done with; `tidy` were reports that are understood and matched."""

    upto: int
    counts: Counter[str] = field(default_factory=Counter)
    matched: int = 0
    tidy: list[int] = field(default_factory=list)


def file_all(
    tx: Tx,
    audit: AuditLog,
    account: AccountId,
    uid_validity: int,
    mails: Sequence[Arrived],
    now: datetime,
    *,
    known: frozenset[str] = frozenset(),
    patient: bool = True,
    since: datetime | None = None,
) -> Filed:
    """Put `mails` (by rising UID) on file, all in this transaction.

    `known` are names of mail that was read under other numbers. With `patient`, mail about a
    message that is being sent this moment ends the group: it is read again when that is known.
    `since` is given at the first look into a mailbox: of what strangers wrote before, only the fact
    is kept, for somebody has read it there.
    """
    filed = Filed(mails[0].uid - 1 if mails else 0)
    mails = [_not_our_own(tx, mail) for mail in mails]
    tied = tie(tx, [(mail.understood, mail.at) for mail in mails])
    known_people = people.meant(tx, (one.message.person for one in tied if one.message is not None))
    flying = in_flight(tx, [one.message.id for one in tied if one.message is not None])
    told: list[DeliveryEvent] = []
    noted: list[Event] = []
    refused: list[filing.Told] = []
    for mail, one in zip(mails, tied, strict=True):
        if patient and one.message is not None and one.message.id in flying:
            break
        filed.upto = mail.uid
        if mail.name in known or _is_on_file(tx, mail):
            continue
        writers = _writers(tx, mail.understood)
        person = _person(one, known_people, writers)
        answer = _answer(tx, mail, one, person)
        old = since is not None and mail.at < since
        row, event = _row(
            account,
            uid_validity,
            mail,
            one,
            person,
            answer,
            known=bool(writers),
            old=old,
            pressing=_presses(tx, mail.understood, one),
        )
        if not received.add(tx, row):
            continue
        said = filing.Told(row, mail.understood, one, answer, person, _written_to(one, known_people))
        filing.keep_answer(tx, audit, said)
        if row.raw:
            filing.file(tx, audit, said, now)
        elif answer == replytext.CONFIRMED:
            filing.add_plain_yes(tx, audit, said, now)
        refused += [said] if answer == replytext.DECLINED else []
        told += [event] if event is not None else []
        filed.counts[_said(row, one)] += 1
        filed.matched += row.matched is not Match.NOTHING
        if event is not None or row.state is ReceivedState.NEW:
            noted.append(Event(Act.MAIL_RECEIVED, row.id, det={"event": _said(row, one)}))
        if one.message is not None and row.state is ReceivedState.DONE and Kind(row.kind) in _BY_SERVERS:
            filed.tidy.append(mail.uid)
    audit.record_all(tx, noted)
    note_all(tx, audit, told, now)
    for said in refused:
        filing.join_refusal(tx, said)
    return filed


def _not_our_own(tx: Tx, mail: Arrived) -> Arrived:
    """Our own message that comes back, by a copy or a loop, is a report: nobody wrote it to us, and who
    may read its words was decided when it left.
    """
    said = mail.understood
    local, _, domain = said.message_id.strip("<>").lower().partition("@")
    if said.found.kind is not Kind.MESSAGE or said.sender.lower().rpartition("@")[2] != domain:
        return mail
    if not tokens.by_token(tx, (local,)):
        return mail
    return replace(mail, understood=replace(said, found=replace(said.found, kind=Kind.AUTO_REPLY)))


def _is_on_file(tx: Tx, mail: Arrived) -> bool:
    """The same mail under another number or from another mailbox: what was answered is not asked again.

    The words have to be the same too: some programs give many mails one Message-ID.
    """
    words = _body(mail.raw)
    return any(_body(raw) == words for raw in received.same_name(tx, mail.name, mail.understood.sender))


def _body(raw: bytes) -> tuple[bytes, ...]:
    """What servers on the way leave as it is."""
    head, *rest = _HEAD_ENDS.split(raw, 1)
    return (*_NAMED_FIELDS.findall(head), *rest)


def _row(
    account: AccountId,
    uid_validity: int,
    mail: Arrived,
    one: Tied,
    person: Person | None,
    answer: str,
    *,
    known: bool,
    old: bool,
    pressing: bool,
) -> tuple[Received, DeliveryEvent | None]:
    said, kind = mail.understood, mail.understood.found.kind
    event = _event(mail, one, answer, leaves=_leaves_by_word(said, one))
    wanted = pressing or _for_a_person(said, one, known, answer)
    words = {"doubt": one.doubt.value, "answer": answer, "sealed": said.sealed}
    details: dict[str, str | int] = {
        "size": mail.size,
        **{name: word for name, word in words.items() if word},
    }
    if said.broken:
        details["unreadable"] = 1
    if mail.size > len(mail.raw) >= MAIL_BYTES:
        details["cut"] = 1
    theirs = wanted and (kind in _READ_BY_PEOPLE or known)
    keeps = theirs or (not old and _by_a_stranger(said, one, known))
    if theirs and said.own and not said.sealed:
        details["words"] = clean(said.own.split("\n", 1)[0], _WORDS)
    row = Received(
        id=ReceivedId(new_id()),
        account=account,
        uid_validity=uid_validity,
        uid=mail.uid,
        at=mail.at,
        kind=kind.value,
        state=ReceivedState.NEW if wanted else ReceivedState.DONE,
        message=one.message.id if one.message is not None else None,
        matched=one.matched,
        person=person.id if person is not None else None,
        message_id=mail.name,
        in_reply_to=said.in_reply_to if keeps else "",
        sender=said.sender if keeps else "",
        details=details,
        raw=mail.raw if keeps else b"",
    )
    return row, event


def _for_a_person(said: Understood, one: Tied, known: bool, answer: str) -> bool:
    """Everything that somebody we know wrote to us, and every doubt; a plain yes is settled."""
    kind = said.found.kind
    if one.message is not None and one.doubt and kind is not Kind.AUTO_REPLY:
        return True
    if kind is Kind.UNSUBSCRIBE:
        return one.message is None or not _only_leaves(said, one.message)
    if kind in _BY_SERVERS:
        return known
    ours = known or one.message is not None
    return kind is Kind.MESSAGE and (ours or said.broken) and answer != replytext.CONFIRMED


def _presses(tx: Tx, said: Understood, one: Tied) -> bool:
    """One word above a quote ends the news; somebody in need may have written under it."""
    leaves = said.found.kind is Kind.UNSUBSCRIBE and one.message is not None
    return leaves and is_urgent(beneath(tx, said, one.message).all)


def _by_a_stranger(said: Understood, one: Tied, known: bool) -> bool:
    """Somebody whom we do not know wrote to us, and no list or program did."""
    return said.found.kind is Kind.MESSAGE and not (said.bulk or known or one.message is not None)


def _written_to(one: Tied, known: dict[PersonId, Person]) -> Person | None:
    return known.get(one.message.person) if one.message is not None else None


def _only_leaves(said: Understood, message: Message) -> bool:
    """Nothing but the wish to get no more of what is sent to many: care goes on, and "stop" may mean it."""
    silent = replytext.says_nothing(said.own) or is_leave_word(said.own)
    return message.kind in BULK_KINDS and silent and not said.other_parts


def _writers(tx: Tx, said: Understood) -> list[Person]:
    """Whose address a mail claims to be from: a mother's and her child's, perhaps."""
    if said.found.kind not in _READ_BY_PEOPLE | _BY_SERVERS or not said.sender:
        return []
    return people.at_address(tx, said.sender)


def _person(one: Tied, known: dict[PersonId, Person], writers: list[Person]) -> Person | None:
    """Of a matched mail the message's person; else who alone has the address."""
    if one.message is not None:
        return known.get(one.message.person) if one.doubt is not Doubt.OTHER_SENDER else None
    return writers[0] if len(writers) == 1 else None


def _answer(tx: Tx, mail: Arrived, one: Tied, person: Person | None) -> str:
    """A plain yes or no to a reminder whose visit still stands as it was told."""
    row, said = one.message, mail.understood
    if len(mail.raw) >= READ_BYTES:
        return ""  # what was not fetched may say "but"
    if row is None or person is None or one.doubt or said.found.kind is not Kind.MESSAGE:
        return ""
    if row.kind != REMINDER or said.other_parts or not _still_on(tx, row, mail.at):
        return ""
    answer = replytext.answer(said.own, (person.first_name, person.name))
    if answer == replytext.CONFIRMED and beneath(tx, said, row, urgent_only=False).needs_reading:
        return ""
    if answer == replytext.DECLINED and visit_answers.is_of_family(tx, row):
        return ""
    return answer


def _still_on(tx: Tx, row: Message, at: datetime) -> bool:
    if row.superseded:
        return False
    visit = appointments.get(tx, AppointmentId(row.source))
    return (
        visit is not None
        and visit.status is VisitStatus.BOOKED
        and visit.occurrence == row.occurrence
        and visit.start_utc > at
    )


def _leaves_by_word(said: Understood, one: Tied) -> bool:
    """One of the words on a line of its own, in its reader's answer to a letter to many; somebody reads
    whatever stands beside it."""
    row = one.message
    if row is None or one.doubt or said.found.kind is not Kind.MESSAGE or row.kind not in BULK_KINDS:
        return False
    return optouts.says_stop(said.own)


def _event(mail: Arrived, one: Tied, answer: str, *, leaves: bool) -> DeliveryEvent | None:
    row, found = one.message, mail.understood.found
    if row is None or one.doubt:
        return None
    kind = EventKind.UNSUBSCRIBED if leaves else _REPORTS.get(found.kind) or _ANSWERS[answer]
    details: dict[str, str | int] = {"how": one.matched.value}
    if found.kind in (Kind.RECEIPT, Kind.AUTO_REPLY):
        details["by"] = found.kind.value
    if one.recipient is not None:
        details |= {"status": one.recipient.status, "action": one.recipient.action}
    if kind is EventKind.BOUNCED:
        # Without a recipient of ours in the report, the mail failed, but nothing is said of the address.
        details["hard"] = int(one.recipient is not None and one.recipient.hard)
    if kind in (EventKind.CONFIRMED, EventKind.DECLINED):
        details["appointment"] = row.source
    return DeliveryEvent(kind, mail.at, SOURCE, mail.digest, MessageId(row.id), PersonId(row.person), details)


def _said(row: Received, one: Tied) -> str:
    """For counts and the log: `foreign` is a report about no message of ours."""
    report = Kind(row.kind) not in _READ_BY_PEOPLE and row.kind != Kind.AUTO_REPLY
    kind = Kind.DELAY if row.kind == Kind.DELIVERED else Kind(row.kind)
    return _NO_MESSAGE if report and (one.message is None or one.doubt) else kind.value
