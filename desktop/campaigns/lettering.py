"""One letter of a campaign as it is sealed and queued: what stands in it, in its head, and in its row."""

from __future__ import annotations

from datetime import datetime

from desktop.campaigns.gate import AuthorizedPerson
from desktop.campaigns.rehearsal import Practised, Script
from desktop.frozen import dataclass
from desktop.mail.outgoing import Frozen
from desktop.mail.sealing import CAMPAIGN, Letter, Sealer
from desktop.mail.sender import Origin, Sender
from desktop.mail.unsubscribing import leave_fields
from desktop.models.records import Detail, Label

FIRST = 1
PRIORITY = -10
"""Behind reminders (0) and letters."""


@dataclass(frozen=True)
class Made:
    """One letter of a portion, decided and worded, not sealed yet."""

    to: AuthorizedPerson
    letter: Practised
    sender: Sender
    generation: int = FIRST


def frozen_of(script: Script, label: Label, made: Made, sealer: Sealer, now: datetime) -> Frozen:
    """Sealed as it was decided. Raises what `Sealer.seal` raises."""
    sender, decision, person = made.sender, made.letter.decision, made.to.known.person
    if sender.relay is None:
        raise ValueError("a way was found without a relay")
    origin = Origin(CAMPAIGN, script.campaign, person.id, 0, "", made.generation)
    name, words = sender.message_id(origin), made.letter.letter
    letter = Letter(
        person=person.id,
        address=decision.address,
        sender=sender.address,
        sender_name=sender.shown,
        subject=words.subject,
        text=words.text,
        attachments=(),
        language=made.letter.language,
        kind=CAMPAIGN,
        message_id=name,
        date=now,
        open_subject=_open_subject(label, person.detail, words.subject),
        phone=sender.phone,
        phrase=sender.phrase,
        html=words.html,
        pictures=tuple(script.pictures[shown] for shown in words.pictures),
        leaving=leave_fields(sender.address, name) if script.commercial else (),
    )
    return Frozen(
        kind=CAMPAIGN,
        source=script.campaign,
        occurrence=0,
        window="",
        generation=made.generation,
        person=person.id,
        decision=decision,
        label=label,
        relay=sender.relay.id,
        sealed=sealer.seal(letter, decision, made.to.known.means),
        priority=PRIORITY,
        wording=made.letter.mark,
        purpose=script.purpose.value,
    )


def _open_subject(label: Label, detail: Detail, subject: str) -> str:
    """What may stand in the open where the way is proven encrypted, unless least detail was wished."""
    return subject if label is Label.ROUTINE and detail is not Detail.MINIMAL else ""
