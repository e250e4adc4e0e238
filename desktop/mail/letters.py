"""One letter to one person: decided, sealed and queued, with what people saw beside Send.

Three steps, so that the writing lane never waits for a key operation: `prepare` reads,
`seal` computes, `Outbox.enqueue` writes. The text is not kept after sealing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from desktop.clock import Clock
from desktop.config import LIMITS
from desktop.errors import InputError, Refused
from desktop.mail.decision import CARE, Decision, DecisionInput, Way, read_trace
from desktop.mail.mime import Attachment
from desktop.mail.outgoing import Cancel, Frozen, Keep, Verdict
from desktop.mail.policy import decide
from desktop.mail.sealing import LETTER, Letter, Sealer
from desktop.mail.sender import Origin, load_sender
from desktop.models import cards, keys, messages, people, relays
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import (
    Label,
    Level,
    Message,
    Method,
    PasswordCard,
    PersonId,
    PublicKey,
    Reason,
    Relay,
)
from desktop.texts import clean

SUBJECT_CHARS = 200
TEXT_CHARS = 200_000
FILE_NAME_CHARS = 120
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
    keys: tuple[PublicKey, ...] = field(repr=False)
    card: PasswordCard | None = field(repr=False)


class Letters:
    """The way of a single letter."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def explain(self, tx: Tx, draft: Draft) -> Decision:
        """How the draft would go and why; the same value that `prepare` rests on.

        Raises InputError `person-unknown`, and what `decide` raises.
        """
        return decide(self._input(tx, draft, load_sender(tx).relay))

    def prepare(self, tx: Tx, draft: Draft) -> Prepared:
        """Decide and gather; nothing is written.

        Raises NotSendable; Refused `decision-changed` where people saw another decision;
        InputError `person-unknown`, `letter-empty`, `letter-too-long`,
        `attachments-too-large`.
        """
        _check(draft)
        sender = load_sender(tx)
        request = self._input(tx, draft, sender.relay)
        decision = decide(request)
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
            language=request.person.language,
            kind=LETTER,
            message_id=sender.message_id(origin),
            date=self._clock.now(),
        )
        return Prepared(letter, decision, sender.relay, source, request.keys, request.card)

    @staticmethod
    def seal(prepared: Prepared, sealer: Sealer) -> Frozen:
        """The bytes, made once; touches no database."""
        sealed = sealer.seal(prepared.letter, prepared.decision, prepared.keys, prepared.card)
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
        verdicts: list[Verdict] = []
        for row in rows:
            kept = read_trace(traces[row.id])
            relay = relays.get(tx, row.relay) if row.relay else None
            draft = Draft(row.person, "", "", (), row.label, kept.wanted, kept.raise_to)
            verdicts.append(_verdict(self._input(tx, draft, relay), kept.way))
        return verdicts

    def _input(self, tx: Tx, draft: Draft, relay: Relay | None) -> DecisionInput:
        person = people.get(tx, draft.person)
        if person is None:
            raise InputError("person-unknown")
        return DecisionInput(
            person=person,
            keys=tuple(keys.live(tx, person.id)),
            card=cards.get(tx, person.id),
            relay=relay,
            label=draft.label,
            purpose=CARE,
            now=self._clock.now(),
            raise_to=draft.raise_to,
            wanted=draft.wanted,
        )


def _verdict(request: DecisionInput, sealed: Way) -> Verdict:
    try:
        decision = decide(request)
    except Refused as error:
        return Cancel(Reason(error.code))
    if decision.method is Method.NONE:
        return Cancel(decision.reasons[0])
    return Keep() if decision.way == sealed else Cancel(Reason("way-changed"))


def _check(draft: Draft) -> None:
    if not draft.text.strip() or not clean(draft.subject):
        raise InputError("letter-empty")
    if len(draft.text) > TEXT_CHARS:
        raise InputError("letter-too-long", limit=TEXT_CHARS)
    if sum(len(file.data) for file in draft.attachments) > LIMITS.attachment_bytes:
        raise InputError("attachments-too-large", limit=LIMITS.attachment_bytes // (1024 * 1024))


def _file_name(name: str) -> str:
    """The last part of a path of any system, on one line."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return clean(last, FILE_NAME_CHARS).strip(". ") or "file"
