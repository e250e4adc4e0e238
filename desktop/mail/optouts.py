"""Somebody wants no more news, offers or requests for gifts: taken at once, and nothing of care ends.

16 CFR 316.5 and 15 USC 7704(a)(4), 45 CFR 164.514(f)(2)(iv). What says so is the address in a
message's own header with its token, one of four words alone on a line of an answer's own text, or
somebody at the desk. A word in what is quoted or passed on is none, nor is one from an address that
the letter did not go to; whatever fetches links ahead of a reader opts nobody out, because no link
does. Other words are shown to staff as what they may mean.
"""

from __future__ import annotations

from datetime import datetime

from desktop.audit.events import Act, Event
from desktop.frozen import dataclass
from desktop.mail.replytext import plain
from desktop.mail.states import WAITING, check
from desktop.models import consents, lettersto, messages, proofs, tasks
from desktop.models.correspondence import ConversationId
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.purposes import BASES, MailPurpose
from desktop.models.records import Attempt, Consent, ConsentEntry, MessageId, PersonId, Reason, State
from desktop.models.standing import BELOW_MARKETING, Evidence, EvidenceId, EvidenceKind, Use

SUGGESTED = "opt-out-suggested"
"""A task: somebody may want no more of it, and staff decide."""
WORDS = frozenset({"stop", "alto", "unsubscribe", "baja"})
WHY = {Use.MARKETING: "no-marketing", Use.GIFTS: "no-gifts"}
ENDS = {
    Use.MARKETING: frozenset(purpose for purpose, basis in BASES.items() if basis.commercial),
    Use.GIFTS: frozenset({MailPurpose.FUNDRAISING}),
}
"""What a refusal ends; care, bills and the practice's running go on."""
_STOPPABLE = WAITING | {State.CLAIMED}
_FREE = (
    *(
        "no more emails",
        "no more mail",
        "no more newsletters",
        "stop sending",
        "stop emailing",
        "stop writing",
    ),
    *("take me off", "remove me", "unsubscribe", "opt out", "do not email", "dont email", "off your list"),
    *("no mas correos", "no mas mensajes", "no quiero recibir", "dejen de enviar", "deje de enviar"),
    *("no me envien", "no me escriban", "darme de baja", "dar de baja", "quitenme", "borrenme"),
)
"""Parts of sentences, as `replytext.plain` spells them."""


@dataclass(frozen=True)
class OptOut:
    """Who said it, when and how. `proof` is the hash of the mail that says so, '' where none does."""

    person: PersonId
    at: datetime
    source: str
    by: str
    how: str = "by-mail"
    proof: str = ""
    use: Use = Use.MARKETING


@dataclass(frozen=True)
class Taken:
    """`new`: they had not said so before. `events` are the records that the caller writes."""

    new: bool
    pulled: int
    events: tuple[Event, ...]


def ended_by(tx: Tx, letter: MessageId) -> Use:
    """What a no to this very letter is a no to: of one that asks for gifts, to being asked for them."""
    return Use.GIFTS if lettersto.purpose_of(tx, letter) is MailPurpose.FUNDRAISING else Use.MARKETING


def says_stop(own: str) -> bool:
    """Whether one of the words stands alone on a line of what somebody wrote themselves."""
    return any(plain(line) in WORDS for line in own.split("\n"))


def may_mean_it(own: str) -> bool:
    """Whether other words sound like it: for staff to decide."""
    said = f" {' '.join(plain(own).split())} "
    return any(f" {words} " in said for words in _FREE)


def suggest(tx: Tx, person: PersonId, own: str, conversation: ConversationId, now: datetime) -> None:
    """Leave a task where somebody may want no more of it and has not said so plainly."""
    if not may_mean_it(own) or person in consents.no_marketing(tx, (person,)):
        return
    if all(one.person != person for one in tasks.open_ones(tx, SUGGESTED)):
        tasks.add(tx, tasks.Task(new_id(), SUGGESTED, now, person=person, conversation=conversation))


def take(tx: Tx, said: OptOut) -> Taken:
    """Enter it with its evidence, and pull what waits, in the caller's transaction."""
    standing = consents.standing(tx, said.person, said.at)
    said_before = {said.use, *((Use.MARKETING,) if said.use in BELOW_MARKETING else ())}
    new = all(standing.own(use) is not Consent.REFUSED for use in said_before)
    events: list[Event] = []
    if new:
        consents.enter(tx, _entry(tx, said))
        det: dict[str, str | int] = {"consent": Consent.REFUSED, "use": said.use}
        events.append(Event(Act.CONSENT_RECORDED, said.person, det=det))
        events.append(Event(Act.OPT_OUT_TAKEN, said.person, det={"use": said.use}))
    for one in tasks.open_ones(tx, SUGGESTED):
        if one.person == said.person:
            tasks.close(tx, one.id, tasks.TaskState.DONE, said.at)
    pulled = pull(tx, said.person, said.use, said.at)
    return Taken(new, len(pulled), (*events, *pulled))


def _entry(tx: Tx, said: OptOut) -> ConsentEntry:
    evidence = None
    if said.proof:
        proof = Evidence(
            EvidenceId(new_id()), EvidenceKind.REPLY, said.proof, said.at, taken_on=said.at.date()
        )
        evidence = proofs.keep(tx, proof)
    return ConsentEntry(
        said.person,
        Consent.REFUSED,
        said.at,
        said.source,
        said.by,
        scope=said.use,
        how=said.how,
        evidence=evidence,
    )


def pull(tx: Tx, person: PersonId, use: Use, at: datetime) -> list[Event]:
    """Letters of such purposes that wait for them; what is on its way has left."""
    if use not in ENDS:
        return []
    events: list[Event] = []
    why = WHY[use]
    for row in lettersto.of_purposes(tx, person, ENDS[use], _STOPPABLE):
        check(row.state, State.CANCELLED)
        if not messages.move(tx, row.id, row.state, State.CANCELLED, reason=Reason(why)):
            raise RuntimeError("a message moved inside one transaction")
        messages.add_attempts(tx, [Attempt(row.id, at, State.CANCELLED.value)])
        events.append(Event(Act.MESSAGE_CANCELLED, row.id, why=why))
    return events
