"""One letter to one person: decided, sealed and queued, with what people saw beside Send.

Three steps, so that the writing lane never waits for a key operation: `prepare` reads,
`seal` computes, `Outbox.enqueue` writes. What was sealed is not opened again to show what was
written: whoever queues a letter keeps its words as an entry of a conversation (`mail/threads.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field
from datetime import datetime

from desktop.clock import Clock
from desktop.config import LIMITS
from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.mail import standby
from desktop.mail.decision import Decision, KeptTrace, read_trace
from desktop.mail.fields import FIELDS
from desktop.mail.gather import GONE, Gathered, Wishes, gather, gather_one
from desktop.mail.means import SealMeans
from desktop.mail.mime import Attachment
from desktop.mail.outgoing import Cancel, Frozen, Keep, Reroute, Verdict
from desktop.mail.policy import KEY_TEST, decide
from desktop.mail.sealing import LETTER, Letter, Sealer
from desktop.mail.sender import Origin, load_sender
from desktop.models import messages, pickups, relays
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.protection import Form
from desktop.models.records import (
    KeyId,
    Label,
    Level,
    Message,
    MessageId,
    Method,
    PersonId,
    Reason,
    Relay,
    RelayId,
)
from desktop.texts import clean

SUBJECT_CHARS = 200
TEXT_CHARS = 200_000
FILE_NAME_CHARS = 120
_UNFILLED = re.compile(rf"\[\[({'|'.join(FIELDS)}|custom\.[a-z0-9_-]{{1,60}})\]\]")
"""What a text block left for its writer to fill (`Template.marked`)."""
FIRST = 1
LETTER_PRIORITY = 10
"""Before reminders (0): somebody waits for it."""


@dataclass(frozen=True)
class Draft:
    """What a person wrote. `expect` is the hash of the decision that was shown, or ''."""

    person: PersonId
    subject: str = field(repr=False)
    text: str = field(repr=False)
    attachments: tuple[Attachment, ...] = ()
    label: Label = Label.SENSITIVE
    wanted: Method | None = None
    raise_to: Level | None = None
    expect: str = ""
    form: Form | None = None
    """What a locked file has to be made as, where somebody asked for it."""
    testing: KeyId | None = None
    """The key that this letter tries out."""
    content: tuple[Reason, ...] = ()
    """What the content check found that only the recipient may read."""
    trial: bool = False
    """As in `Wishes`."""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    """Of an answer: the mails that it answers (`threads.reply_headers`)."""

    @property
    def wishes(self) -> Wishes:
        return Wishes(self.wanted, self.raise_to, self.form, self.testing, self.content, self.trial)


class NotSendable(Refused):
    """No way is open for this letter; `decision` says why, way by way."""

    def __init__(self, decision: Decision) -> None:
        super().__init__("not-sendable")
        self.decision = decision


@dataclass(frozen=True)
class Prepared:
    """A letter and everything that sealing it needs."""

    letter: Letter
    decision: Decision
    relay: Relay
    source: str
    means: SealMeans = field(repr=False)


class Letters:
    """The way of a single letter."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def explain(self, tx: Tx, draft: Draft) -> Decision:
        """How the draft would go and why; the same value that `prepare` rests on.

        Raises InputError `person-unknown`, and what `decide` raises.
        """
        now = self._clock.now()
        known = gather_one(tx, draft.person, load_sender(tx).relay, now.date())
        return decide(known.asks(draft.label, now, draft.wishes))

    def prepare(self, tx: Tx, draft: Draft) -> Prepared:
        """Decide and gather; nothing is written.

        Raises NotSendable; Refused `decision-changed` where people saw another decision;
        InputError `person-unknown`, `letter-empty`, `letter-unfilled`, `letter-too-long`,
        `attachments-too-large`.
        """
        _check(draft)
        sender = load_sender(tx)
        now = self._clock.now()
        known = gather_one(tx, draft.person, sender.relay, now.date())
        decision = decide(known.asks(draft.label, now, draft.wishes))
        if draft.expect and decision.hash() != draft.expect:
            raise Refused("decision-changed")
        if decision.method is Method.NONE or sender.relay is None:
            raise NotSendable(decision)
        source = new_id()
        origin = Origin(LETTER, source, draft.person, 0, "", FIRST)
        letter = Letter(
            person=draft.person,
            address=decision.address,
            sender=sender.address,
            sender_name=sender.shown,
            subject=clean(draft.subject, SUBJECT_CHARS),
            text=draft.text,
            attachments=tuple(Attachment(_file_name(file.name), file.data) for file in draft.attachments),
            language=known.person.language,
            kind=LETTER,
            message_id=sender.message_id(origin),
            date=now,
            phone=sender.phone,
            phrase=sender.phrase,
            in_reply_to=draft.in_reply_to,
            references=draft.references,
        )
        return Prepared(letter, decision, sender.relay, source, known.means)

    @staticmethod
    def seal(prepared: Prepared, sealer: Sealer) -> Frozen:
        """The bytes, made once; touches no database."""
        sealed = sealer.seal(prepared.letter, prepared.decision, prepared.means)
        return Frozen(
            kind=LETTER,
            source=prepared.source,
            occurrence=0,
            window="",
            generation=FIRST,
            person=prepared.letter.person,
            decision=prepared.decision,
            label=prepared.decision.label,
            relay=prepared.relay.id,
            sealed=sealed,
            priority=LETTER_PRIORITY,
        )

    def recheck(self, tx: Tx, rows: Sequence[Message]) -> list[Verdict]:
        """At the claim: may it still leave just as it was sealed? If not, a person writes it again."""
        traces = messages.traces(tx, [row.id for row in rows])
        now = self._clock.now()
        gone = pickups.gone(tx, [row.id for row in rows if row.method is Method.ENVELOPE], now)
        known: dict[tuple[RelayId | None, PersonId], Gathered] = {}
        for relay in {row.relay for row in rows}:
            profile = relays.get(tx, relay) if relay else None
            theirs = [row.person for row in rows if row.relay == relay]
            found = gather(tx, theirs, profile, now.date())
            known |= {(relay, who): one for who, one in found.items()}
        verdicts: dict[MessageId, Verdict] = {
            row.id: Cancel(Reason("link-expired"))
            if row.id in gone
            else _verdict(known.get((row.relay, row.person)), row, read_trace(traces[row.id]), now)
            for row in rows
        }
        stay = [row for row in rows if isinstance(verdicts[row.id], Keep)]
        verdicts |= _by_standby(tx, stay, traces, now)
        return [verdicts[row.id] for row in rows]


def _by_standby(
    tx: Tx, rows: Sequence[Message], traces: dict[MessageId, str], now: datetime
) -> dict[MessageId, Verdict]:
    """Letters whose relay is stood in for: the same bytes by the other, where it comes to the same
    decision for it and writes under the same address. The others wait for their own."""
    found = standby.current(tx)
    moving = [row for row in rows if found is not None and row.relay == found.first]
    if found is None or not moving:
        return {}
    first, by = relays.get(tx, found.first), relays.get(tx, found.by)
    if first is None or by is None or first.sender != by.sender:
        return {}
    known = gather(tx, [row.person for row in moving], by, now.date())
    verdicts: dict[MessageId, Verdict] = {}
    for row in moving:
        kept = read_trace(traces[row.id])
        decision = _decided(known[row.person], row, kept, now)
        if isinstance(decision, Decision) and decision.holds(kept.way) and kept.way.form is not Form.LINK:
            verdicts[row.id] = Reroute(by.id, Reason(standby.REASON))
    return verdicts


def _verdict(known: Gathered | None, row: Message, kept: KeptTrace, now: datetime) -> Verdict:
    if known is None:
        return Cancel(Reason(GONE))
    decision = _decided(known, row, kept, now)
    if isinstance(decision, Reason):
        return Cancel(decision)
    return Keep() if decision.holds(kept.way) else Cancel(Reason("way-changed"))


def _decided(known: Gathered, row: Message, kept: KeptTrace, now: datetime) -> Decision | Reason:
    """The form that it was sealed in and the key that it tries out are asked for again."""
    testing = None
    if KEY_TEST in kept.way.grounds:
        testing = next((key.id for key in known.keys if key.fingerprint == kept.way.key), None)
    wishes = Wishes(kept.wanted, kept.raise_to, kept.way.form, testing)
    try:
        decision = decide(known.asks(row.label, now, wishes))
    except Refused as error:
        return Reason(error.code)
    return decision.reasons[0] if decision.method is Method.NONE else decision


def _check(draft: Draft) -> None:
    if not draft.text.strip() or not clean(draft.subject):
        raise InputError("letter-empty")
    unfilled = _UNFILLED.search(f"{draft.subject}\n{draft.text}")
    if unfilled is not None:
        raise InputError("letter-unfilled", field=unfilled[1])
    if len(draft.text) > TEXT_CHARS:
        raise InputError("letter-too-long", limit=TEXT_CHARS)
    if sum(len(file.data) for file in draft.attachments) > LIMITS.attachment_bytes:
        raise InputError("attachments-too-large", limit=LIMITS.attachment_bytes // (1024 * 1024))


def _file_name(name: str) -> str:
    """The last part of a path of any system, on one line."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return clean(last, FILE_NAME_CHARS).strip(". ") or "file"
