"""The letters of a campaign that runs, made in portions shortly before they may leave.

`portion` reads and decides, `seal` computes without the database, `enqueue` writes in one transaction
whatever of it still holds; `recheck` asks the gate again for each message when it is about to leave.
Each step rests on what is kept alone, so that it can be taken up again wherever the one before broke
off: nobody gets two (the database refuses a second live message of the same campaign), and nobody is
lost (a row without a message is the next portion's).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.campaigns.content import content_hash
from desktop.campaigns.gate import AuthorizedPerson, Gate, Left
from desktop.campaigns.pacing import room
from desktop.campaigns.rehearsal import Practised, Script, practise, read_script, with_people
from desktop.clock import Clock
from desktop.errors import InputError, SealwellError, VaultError
from desktop.mail.decision import LEVEL_OF, RANK, read_trace
from desktop.mail.letterhead import load_letterhead
from desktop.mail.outbox import Cancel, Frozen, Keep, Outbox, Replace, Verdict
from desktop.mail.sealing import CAMPAIGN, Letter, Sealer
from desktop.mail.sender import Origin, load_sender
from desktop.mail.settling import is_unclear
from desktop.mail.unsubscribing import leave_fields
from desktop.models import campaignpeople, campaignruns, campaigns, messages, pauses, pickups
from desktop.models.campaigning import Campaign, CampaignId, CampaignPerson, CampaignState
from desktop.models.database import Tx
from desktop.models.delivery import EVERYTHING, Scope
from desktop.models.records import Detail, Label, Message, MessageId, Method, PersonId, Reason, State

FIRST = 1
PRIORITY = -10
"""Behind reminders (0) and letters."""
SENT_AGAIN_AFTER = timedelta(minutes=30)
"""Of what may have arrived, where a campaign asks for one repetition (SECURITY 5.3)."""
WEAKER, DIFFERS = "campaign-weaker", "campaign-differs"


@dataclass(frozen=True)
class Made:
    """One letter of a portion, decided and worded, not sealed yet."""

    to: AuthorizedPerson
    letter: Practised
    generation: int = FIRST


@dataclass(frozen=True)
class Portion:
    """What may be queued next of one campaign; `left` fell out when they were asked about."""

    campaign: Campaign
    label: Label
    script: Script = field(repr=False)
    made: tuple[Made, ...] = field(repr=False)
    left: tuple[Left, ...] = ()


@dataclass(frozen=True)
class Sealed:
    """A portion with its bytes."""

    campaign: CampaignId
    frozen: tuple[Frozen, ...] = field(repr=False)
    left: tuple[Left, ...]


def scope_of(campaign: CampaignId) -> Scope:
    return pauses.scope_of(pauses.SOURCE, campaign)


class Making:
    """`sealer` answers the open vault's own keys; it is asked only when something is sealed."""

    def __init__(
        self, clock: Clock, outbox: Outbox, audit: AuditLog, gate: Gate, sealer: Callable[[], Sealer]
    ) -> None:
        self._clock = clock
        self._outbox = outbox
        self._audit = audit
        self._gate = gate
        self._sealer = sealer
        self._scripts: dict[CampaignId, tuple[object, Script]] = {}

    def held(self, tx: Tx, one: Campaign) -> Reason | None:
        """Why nothing of it is made at the moment, though it runs; None where nothing holds it."""
        now = self._clock.now()
        known = {pause.scope: pause for pause in pauses.listing(tx, now)}
        scopes = (EVERYTHING, pauses.scope_of(pauses.KIND, CAMPAIGN), scope_of(one.id))
        pause = next((known[scope] for scope in scopes if scope in known), None)
        if pause is not None:
            return pause.reason
        if not one.content or content_hash(tx, one) != one.content:
            return Reason(DIFFERS)
        try:
            self._gate.terms(tx, one)
            self._script(tx, one)
        except SealwellError as error:
            return Reason(error.code, dict(error.params))
        return None

    def portion(self, tx: Tx) -> Portion | None:
        """The next letters that may be made, of the campaign that has waited longest; None where none may."""
        for one in campaigns.in_states(tx, frozenset({CampaignState.RUNNING})):
            if self.held(tx, one) is not None:
                continue
            again = self._unclear(tx, one)
            want = room(tx, one, self._clock.now())
            rows = campaignpeople.waiting(tx, one.id, want) if want > 0 else []
            if rows or again:
                return self._made(tx, one, rows, again)
        return None

    def _made(
        self, tx: Tx, one: Campaign, rows: Sequence[CampaignPerson], again: Sequence[Message]
    ) -> Portion:
        terms = self._gate.terms(tx, one)
        ledger = {row.person: row for row in rows}
        ledger |= campaignpeople.get_many(tx, one.id, (row.person for row in again))
        script = with_people(tx, self._script(tx, one), ledger)
        answer = self._gate.ask(tx, terms, {who: row.variant for who, row in ledger.items()})
        generations = {row.person: row.generation + 1 for row in again}
        made: list[Made] = []
        left = [each for each in answer.left if each.person not in generations]
        for person in answer.audience.people:
            who = person.known.person
            letter = self._letter(script, person, ledger[who.id])
            if isinstance(letter, Practised):
                made.append(Made(person, letter, generations.get(who.id, FIRST)))
            elif who.id not in generations:
                left.append(Left(who.id, letter))
        return Portion(one, terms.label, script, tuple(made), tuple(left))

    def _letter(self, script: Script, to: AuthorizedPerson, row: CampaignPerson) -> Practised | Reason:
        if is_weaker(to, row):
            return Reason(WEAKER)
        return practise(script, to.known.person, to.decision, to.variant)

    def seal(self, portion: Portion) -> Sealed:
        """The bytes of a portion, outside the database. Who cannot be sealed to falls out with the reason."""
        sealer = self._sealer()
        frozen: list[Frozen] = []
        left = list(portion.left)
        for made in portion.made:
            try:
                frozen.append(self._frozen(portion.script, portion.label, made, sealer))
            except (InputError, VaultError) as error:
                left.append(Left(made.to.known.person.id, Reason(error.code, dict(error.params))))
        return Sealed(portion.campaign.id, tuple(frozen), tuple(left))

    def enqueue(self, tx: Tx, sealed: Sealed) -> int:
        """Queue what still holds; how many. Nothing where the campaign does not run any more."""
        one = campaigns.get(tx, sealed.campaign)
        if one is None or one.state is not CampaignState.RUNNING:
            return 0
        who = [*(item.person for item in sealed.frozen), *(each.person for each in sealed.left)]
        ledger = campaignpeople.get_many(tx, one.id, who)
        fresh: list[Frozen] = []
        made: dict[PersonId, MessageId] = {}
        for item in sealed.frozen:
            row = ledger.get(item.person)
            if row is None or not row.included or row.late is not None:
                continue
            if item.generation == FIRST and row.message is None:
                fresh.append(item)
            elif item.generation > FIRST and row.message is not None:
                made |= self._again(tx, row.message, item)
        made |= {row.person: row.id for row in self._outbox.enqueue_all(tx, fresh, None)}
        late = {
            each.person: each.reason.code
            for each in sealed.left
            if each.person in ledger and ledger[each.person].message is None
        }
        campaignpeople.put_messages(tx, one.id, made)
        campaignpeople.put_late(tx, one.id, late)
        if made or late:
            det = {"queued": len(made), "excluded": len(late)}
            self._audit.record(tx, Event(Act.CAMPAIGN_QUEUED, one.id, det=det))
        return len(made)

    # --- at the claim --------------------------------------------------------------------

    def recheck(self, tx: Tx, rows: Sequence[Message]) -> list[Verdict]:
        """At the claim: is it still approved, may they still get it, and would we write the same?"""
        answers = self._gate.ask_again(tx, rows)
        traces = messages.traces(tx, [row.id for row in rows])
        gone = pickups.gone(tx, [row.id for row in rows], self._clock.now())
        scripts = self._scripts_of(tx, rows)
        verdicts: list[Verdict] = []
        for row in rows:
            answer = answers[row.id]
            if isinstance(answer, Reason):
                verdicts.append(Cancel(answer))
                continue
            (to,) = answer.people
            script = scripts[CampaignId(row.source)]
            if isinstance(script, Reason):
                verdicts.append(Cancel(script))
            else:
                verdicts.append(self._verdict(tx, row, to, script, traces[row.id], gone=row.id in gone))
        return verdicts

    def _verdict(
        self, tx: Tx, row: Message, to: AuthorizedPerson, script: Script, trace: str, *, gone: bool
    ) -> Verdict:
        ledger = campaignpeople.get_many(tx, script.campaign, (row.person,))
        letter = self._letter(script, to, ledger[row.person])
        if isinstance(letter, Reason):
            return Cancel(letter)
        relay, kept = script.sender.relay, read_trace(trace)
        same_way = relay is not None and relay.id == row.relay and to.decision.holds(kept.way)
        if same_way and kept.wording == letter.mark and not gone:
            return Keep()
        reason = Reason("link-expired" if gone else "wording-changed" if same_way else "way-changed")
        made = Made(to, letter, row.generation + 1)
        try:
            return Replace(self._frozen(script, row.label, made, self._sealer()), reason)
        except (InputError, VaultError) as error:
            return Cancel(Reason(error.code, dict(error.params)))

    def _scripts_of(self, tx: Tx, rows: Sequence[Message]) -> Mapping[CampaignId, Script | Reason]:
        found: dict[CampaignId, Script | Reason] = {}
        for id_ in dict.fromkeys(CampaignId(row.source) for row in rows):
            one = campaigns.get(tx, id_)
            try:
                script = self._script(tx, one) if one is not None else None
            except SealwellError as error:
                found[id_] = Reason(error.code, dict(error.params))
                continue
            theirs = [row.person for row in rows if row.source == id_]
            found[id_] = with_people(tx, script, theirs) if script is not None else Reason("campaign-gone")
        return found

    # --- inside --------------------------------------------------------------------------

    def _unclear(self, tx: Tx, one: Campaign) -> list[Message]:
        """What may have arrived and is repeated once, where the campaign asks for that."""
        if not one.schedule.resend_uncertain:
            return []
        quiet = campaignruns.last_tried(tx, one.id, self._clock.now() - SENT_AGAIN_AFTER)
        return [row for row in repeatable(tx, one) if row.id in quiet]

    def _again(self, tx: Tx, message: MessageId, item: Frozen) -> dict[PersonId, MessageId]:
        row = messages.get(tx, message)
        if row is None or not is_unclear(row) or row.generation != FIRST:
            return {}
        return {item.person: self._outbox.resend(tx, message, item, None).id}

    def _script(self, tx: Tx, one: Campaign) -> Script:
        """Laid out once, while what it is made of stays as it is."""
        now = self._clock.now()
        sender = load_sender(tx)
        head = load_letterhead(tx, now.astimezone(ZoneInfo(sender.zone)).date())
        key = one.content, sender, head
        known = self._scripts.get(one.id)
        if known is None or known[0] != key:
            known = key, read_script(tx, one, now)
            self._scripts[one.id] = known
        return known[1]

    def _frozen(self, script: Script, label: Label, made: Made, sealer: Sealer) -> Frozen:
        sender, decision, person = script.sender, made.letter.decision, made.to.known.person
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
            date=self._clock.now(),
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


def repeatable(tx: Tx, one: Campaign) -> list[Message]:
    """What may have arrived and was not sent a second time."""
    rows = campaignruns.live(tx, one.id, State.UNCERTAIN)
    return [row for row in rows if row.generation == FIRST and is_unclear(row)]


def is_weaker(to: AuthorizedPerson, row: CampaignPerson) -> bool:
    """Whether the letter would now be less protected than what was approved."""
    before = LEVEL_OF[row.method or Method.NONE]
    return RANK[LEVEL_OF[to.decision.method]] < RANK[before]


def _open_subject(label: Label, detail: Detail, subject: str) -> str:
    """What may stand in the open where the way is proven encrypted, unless least detail was wished."""
    return subject if label is Label.ROUTINE and detail is not Detail.MINIMAL else ""
