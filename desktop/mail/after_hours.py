"""The answer that goes out by itself while nobody is in the office (RFC 3834).

It says when somebody reads, whom to call, and what to do in an emergency; never a word of what was
asked, because anybody can claim a sender. Only people whom we know get it, at the address that we
have, once in a conversation and by a way that the policy finds safe; machines and lists never do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail import fieldvalues, threads
from desktop.mail.dates import day_in_words, time_in_words
from desktop.mail.letters import Draft, Letters, Prepared
from desktop.mail.outbox import Outbox
from desktop.mail.outgoing import Cancel, Frozen, Verdict
from desktop.mail.returned_values import Kind
from desktop.mail.sealing import AUTO_ANSWER
from desktop.mail.sender import Sender, load_sender
from desktop.mail.templates import Place, Template, compile_text
from desktop.models import afterhours, conversations, entries, people
from desktop.models.afterhours import Unanswered
from desktop.models.correspondence import AfterHours, ConversationState, Direction
from desktop.models.database import Tx
from desktop.models.delivery import ReceivedId
from desktop.models.names import address_key
from desktop.models.records import Label, Message, Reason, Status
from desktop.texts import Texts

MOST_A_DAY = 50
"""In all: a brake on two machines that answer each other."""
MOST_A_PERSON = 3
"""A day: who begins conversation after conversation is a machine, or knows by now."""
FRESH = timedelta(days=1)
"""What came before is answered by people; who turns this on does not answer the past."""
AT_ONCE = 5
"""In one look, which somebody who signs in waits for."""
TEXT_CHARS = 2_000
FIELDS = frozenset({"practice", "practice_phone", "date", "time"})
"""What the practice's own words may name; day and time are those of the next opening."""

_FOLD = re.compile(rb"\n[ \t]+")
_BY_MACHINES = re.compile(rb"list-[a-z-]+|x-auto-?(?:reply|respond|response-suppress)|feedback-id|x-loop")
_MANY = frozenset({b"bulk", b"list", b"junk", b"auto_reply"})
_NOBODY = re.compile(
    r"(?:no|do|does)-?_?(?:t|not)?[-_.]?reply.*|mailer-daemon|postmaster|bounces?\b.*|.*-request|owner-.*",
    re.IGNORECASE,
)

Opens = Callable[[Tx, datetime], datetime | None]
"""`now` where the office is open, else when it opens next, None where it never does."""


@dataclass(frozen=True)
class Worded:
    """An answer before it is sealed: to what, and in which words."""

    to: Unanswered
    prepared: Prepared
    subject: str = field(repr=False)
    text: str = field(repr=False)


def wants_no_answer(head: bytes) -> bool:
    """Whether a mail's header says that no person wrote it to us alone, or that it wants none back.

    Only the lines of the header are looked at, as bytes: nothing is decoded. A mail without one is
    answered by people.
    """
    block, found, _ = head.replace(b"\r\n", b"\n").partition(b"\n\n")
    if not found:
        return True
    for line in _FOLD.sub(b" ", block).split(b"\n"):
        name, _, value = (part.strip().lower() for part in line.partition(b":"))
        if _BY_MACHINES.fullmatch(name):
            return True
        if name == b"auto-submitted" and value.partition(b";")[0].strip() != b"no":
            return True
        if name == b"precedence" and value in _MANY:
            return True
        if name == b"return-path" and value.replace(b" ", b"") in (b"<>", b""):
            return True
    return False


def words(rules: AfterHours, sender: Sender, opens: datetime | None, language: str, *, urgent: bool) -> str:
    """The whole text: what to do in an emergency comes first where the mail's words are urgent."""
    texts = Texts(language)
    emergency = texts.say("mail.after-hours.emergency")
    said = _own(rules, sender, opens, texts.language) or _usual(sender, opens, texts)
    parts = (emergency, said) if urgent else (said, emergency)
    return "\n\n".join((*parts, texts.say("mail.after-hours.automatic")))


def check_text(text: str) -> Template:
    """Of the practice's own words. Raises InputError "after-hours-too-long", `template-...`."""
    if len(text) > TEXT_CHARS:
        raise InputError("after-hours-too-long", most=TEXT_CHARS)
    made = compile_text(text, Place.BODY)
    other = sorted(made.fields() - FIELDS)
    if other:
        raise InputError("template-field-unknown", field=other[0])
    return made


def _usual(sender: Sender, opens: datetime | None, texts: Texts) -> str:
    said = [texts.say("mail.after-hours.received", practice=sender.practice)]
    if opens is not None:
        said.append(texts.say("mail.after-hours.when", **_opening(sender, opens, texts.language)))
    if sender.phone:
        said.append(texts.say("mail.after-hours.call", phone=sender.phone))
    return " ".join(said)


def _own(rules: AfterHours, sender: Sender, opens: datetime | None, language: str) -> str:
    """'' where the practice wrote nothing in this language, or what it names is not known."""
    text = rules.text_es if language == "es" else rules.text_en
    values = fieldvalues.of_practice(sender)
    if opens is not None:
        values |= _opening(sender, opens, language)
    made = check_text(text)
    return "" if made.missing(values) else made.render(values, "").strip()


def _opening(sender: Sender, opens: datetime, language: str) -> dict[str, str]:
    here = opens.astimezone(ZoneInfo(sender.zone))
    return {"date": day_in_words(here, language), "time": time_in_words(here, language)}


class Answers:
    """Finds whom to answer, words it, and queues it. Sealing is between two transactions."""

    def __init__(self, clock: Clock, letters: Letters, outbox: Outbox, audit: AuditLog, opens: Opens) -> None:
        self._clock = clock
        self._letters = letters
        self._outbox = outbox
        self._audit = audit
        self._opens = opens

    def due(self, tx: Tx, but: Collection[ReceivedId]) -> list[Unanswered]:
        """What came while nobody was there, and nobody is there now; `but` was looked at before."""
        now = self._clock.now()
        if not afterhours.rules(tx).enabled or not self._is_closed(tx, now):
            return []
        room = MOST_A_DAY - afterhours.answered(tx, now - timedelta(days=1))
        return afterhours.unanswered(tx, now - FRESH, min(room, AT_ONCE), but) if room > 0 else []

    def worded(self, tx: Tx, one: Unanswered) -> Worded | None:
        """None where this mail gets no answer. Raises NotSendable and what `Letters.prepare` raises."""
        now = self._clock.now()
        person = people.get(tx, one.person)
        if person is None or person.status is not Status.ACTIVE or not self._may(tx, one, person.email, now):
            return None
        sender = load_sender(tx)
        subject = Texts(person.language).say("mail.after-hours.subject")
        text = words(afterhours.rules(tx), sender, self._opens(tx, now), person.language, urgent=one.urgent)
        reply_to, references = threads.reply_headers(tx, one.conversation, one.person)
        draft = Draft(
            one.person,
            subject,
            text,
            label=Label.ROUTINE,
            in_reply_to=one.message_id if one.message_id.startswith("<") else reply_to,
            references=references,
        )
        prepared = self._letters.prepare(tx, draft)
        letter = replace(prepared.letter, kind=AUTO_ANSWER)
        return Worded(one, replace(prepared, letter=letter), subject, text)

    def queue(self, tx: Tx, one: Worded, frozen: Frozen) -> Message | None:
        """In one transaction with the mark that this conversation was answered; None where it was."""
        found = conversations.get(tx, one.to.conversation)
        if found is None or found.auto_answered_at is not None or found.last is not Direction.IN:
            return None
        message = self._outbox.enqueue(tx, replace(frozen, kind=AUTO_ANSWER), None)
        threads.sent(
            tx,
            self._audit,
            message,
            subject=one.subject,
            text=one.text,
            author=None,
            conversation=found.id,
            about=None,
            now=self._clock.now(),
        )
        self._audit.record(tx, Event(Act.AUTO_ANSWERED, found.id))
        return message

    def recheck(self, tx: Tx, rows: Sequence[Message]) -> list[Verdict]:
        """As a letter; and not where somebody is in the office by now, or has answered."""
        still = self._is_closed(tx, self._clock.now())
        usual = self._letters.recheck(tx, rows)
        return [
            verdict if isinstance(verdict, Cancel) else self._verdict(tx, row, verdict, still=still)
            for row, verdict in zip(rows, usual, strict=True)
        ]

    def _verdict(self, tx: Tx, row: Message, verdict: Verdict, *, still: bool) -> Verdict:
        if not still:
            return Cancel(Reason("office-open-again"))
        said = entries.of_message(tx, row.id)
        found = conversations.get(tx, said.conversation) if said is not None else None
        if found is not None and (found.last is Direction.OUT or found.state is not ConversationState.OPEN):
            return Cancel(Reason("answered-meanwhile"))
        return verdict

    def _may(self, tx: Tx, one: Unanswered, address: str, now: datetime) -> bool:
        return (
            one.kind == Kind.MESSAGE.value
            and bool(address)
            and address_key(one.sender) == address_key(address)
            and not _NOBODY.fullmatch(address.partition("@")[0])
            and self._is_closed(tx, one.at)
            and not wants_no_answer(one.head)
            and afterhours.answered(tx, now - timedelta(days=1), one.person) < MOST_A_PERSON
        )

    def _is_closed(self, tx: Tx, moment: datetime) -> bool:
        return self._opens(tx, moment) != moment
