"""A message that left is sealed anew and queued: in another form, another way, or under new words.

Three steps, so that nobody waits for a key: what shall be is tried out in a transaction
that is undone, sealed outside, and written in one transaction. A crash before it leaves
everything as it was; after it nothing is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from desktop.errors import Refused, SealwellError
from desktop.frozen import dataclass
from desktop.mail.cardwords import words_of
from desktop.mail.decision import read_trace
from desktop.mail.letters import Draft, Prepared
from desktop.mail.outgoing import Frozen
from desktop.mail.reopening import Reopened, reopen
from desktop.mail.states import IN_FLIGHT, WAITING
from desktop.models import cards, entries, messages, people
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.protection import Form
from desktop.models.records import Message, MessageId, Method, Reason, State
from desktop.office.api import Progress
from desktop.office.desk import Opened, Recorder

ON_ITS_WAY = IN_FLIGHT | {State.ACCEPTED, State.UNCERTAIN}
SENDABLE = ON_ITS_WAY | WAITING
"""What may be sealed anew; what failed or came back wants a look at the address first."""
SENT_OTHERWISE = "sent-otherwise"


@dataclass(frozen=True)
class Anew:
    """One message and what is wanted instead of it."""

    old: MessageId
    draft: Draft


def reopened(tx: Tx, message: Message) -> Reopened:
    """What it said; see `mail.reopening.reopen` for what is raised."""
    wire = messages.wires(tx, (message.id,)).get(message.id, b"")
    card = cards.get(tx, message.person)
    words = words_of(tx, card) if card is not None else None
    person = people.get(tx, message.person)
    return reopen(wire, message.method, card, words, person.birth_date if person else None)


def anew(tx: Tx, message: Message, wanted: Method, form: Form | None = None) -> Anew:
    """The same content to the same person by `wanted`, as `form`; raises what `reopened` raises."""
    kept = reopened(tx, message)
    draft = Draft(
        message.person,
        kept.subject,
        kept.text,
        kept.attachments,
        message.label,
        wanted,
        read_trace(messages.trace(tx, message.id)).raise_to,
        form=form,
        in_reply_to=kept.in_reply_to,
        references=kept.references,
    )
    return Anew(message.id, draft)


def sealed_anew(
    opened: Opened,
    change: Callable[[Tx], None],
    wanted: Sequence[Anew],
    progress: Progress | None = None,
) -> tuple[list[tuple[MessageId, Frozen]], list[tuple[MessageId, SealwellError]]]:
    """Decided as if `change` had been made, and sealed; and those for which no way is open, with why.

    Raises Refused `cancelled` where `progress` says stop: nothing has happened then.
    """

    def try_out(tx: Tx) -> list[Prepared | SealwellError]:
        change(tx)
        return [_prepared(opened, tx, one.draft) for one in wanted]

    done: list[tuple[MessageId, Frozen]] = []
    shut: list[tuple[MessageId, SealwellError]] = []
    for number, (one, made) in enumerate(zip(wanted, opened.database.rehearse(try_out), strict=True)):
        if progress is not None and not progress(number, len(wanted)):
            raise Refused("cancelled")
        if isinstance(made, SealwellError):
            shut.append((one.old, made))
            continue
        frozen = opened.letters.seal(made, opened.own.sealer())
        done.append((one.old, replace(frozen, source=one.old)))
    return done, shut


def queue_anew(
    opened: Opened,
    tx: Tx,
    record: Recorder,
    sealed: Sequence[tuple[MessageId, Frozen]],
    session: Session,
) -> list[Message]:
    """Each takes the place of its old one, which is stopped where it still waits."""
    queued = []
    for old, frozen in sealed:
        new = opened.outbox.enqueue(tx, frozen, session)
        entries.follow(tx, old, new.id)  # before the old one is cancelled: its answer was not taken back
        opened.outbox.cancel(tx, old, Reason(SENT_OTHERWISE), session)
        queued.append(new)
        record.written += 1
    return queued


def _prepared(opened: Opened, tx: Tx, draft: Draft) -> Prepared | SealwellError:
    try:
        return opened.letters.prepare(tx, draft)
    except SealwellError as error:
        return error
