"""The letters of a campaign that runs, made in portions shortly before they may leave.

`portion` reads and decides, `seal` computes without the database, `enqueue` writes in one transaction
whatever of it still holds; `recheck` asks the gate again for each message when it is about to leave.
Each step rests on what is kept alone, so that it can be taken up again wherever the one before broke
off: nobody gets two (the database refuses a second live message of the same campaign), and nobody is
lost (a row without a message is the next portion's).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.campaigns.content import content_hash
from desktop.campaigns.gate import GOES_ON, AuthorizedPerson, Gate, Left
from desktop.campaigns.lettering import FIRST, Made, frozen_of
from desktop.campaigns.pacing import room, why_no_room
from desktop.campaigns.rehearsal import Practised, Script, practise, read_script, with_people
from desktop.clock import Clock
from desktop.errors import InputError, SealwellError, VaultError
from desktop.frozen import dataclass
from desktop.mail import standby
from desktop.mail.decision import LEVEL_OF, RANK, read_trace
from desktop.mail.letterhead import load_letterhead
from desktop.mail.outbox import Cancel, Frozen, Keep, Outbox, Replace, Verdict
from desktop.mail.outgoing import Later
from desktop.mail.relays import baa_problem
from desktop.mail.sealing import CAMPAIGN, Sealer
from desktop.mail.sender import load_sender
from desktop.mail.settling import is_unclear
from desktop.models import campaignpeople, campaignruns, campaigns, messages, pauses, pickups
from desktop.models.campaigning import Campaign, CampaignId, CampaignPerson, CampaignState
from desktop.models.database import Tx
from desktop.models.delivery import EVERYTHING, Scope
from desktop.models.records import Label, Message, MessageId, Method, PersonId, Reason, Relay, State

SENT_AGAIN_AFTER = timedelta(minutes=30)
"""Of what may have arrived, where a campaign asks for one repetition (SECURITY 5.3)."""
_ASKED_AGAIN = timedelta(minutes=5)
"""After so long letters ask anew that wait for something to be put right."""
NOT_REPEATED = Reason("campaign-not-repeated")
WEAKER, DIFFERS = "campaign-weaker", "campaign-differs"


@dataclass(frozen=True)
class Portion:
    """What may be queued next of one campaign; `left` fell out when they were asked about."""

    campaign: Campaign
    label: Label
    script: Script = field(repr=False)
    made: tuple[Made, ...] = field(repr=False)
    left: tuple[Left, ...] = ()
    given_up: tuple[MessageId, ...] = ()
    """What may have arrived and is not repeated after all: whoever it was for may not get it any more."""


@dataclass(frozen=True)
class Sealed:
    """A portion with its bytes."""

    campaign: CampaignId
    frozen: tuple[Frozen, ...] = field(repr=False)
    left: tuple[Left, ...]
    given_up: tuple[MessageId, ...] = ()


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
        return self._amiss(tx, one) or why_no_room(tx, one, now)

    def _amiss(self, tx: Tx, one: Campaign) -> Reason | None:
        """Why nothing of it may leave as things stand, which somebody may put right; nobody falls out."""
        sender = load_sender(tx)
        if sender.relay is None:
            return Reason("no-relay")
        problem = baa_problem(sender.relay, self._clock.now().astimezone(ZoneInfo(sender.zone)).date())
        if problem is not None:
            return problem
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
        ledger = {row.person: row for row in rows}
        ledger |= campaignpeople.get_many(tx, one.id, (row.person for row in again))
        generations = {row.person: row.generation + 1 for row in again}
        made: list[Made] = []
        left: list[Left] = []
        open_ = ledger
        for by in _ways(tx):
            some, left = self._asked(tx, one, open_, generations, by)
            made += some
            open_ = {each.person: ledger[each.person] for each in left}
        fell_out = tuple(each for each in left if each.person not in generations)
        lost = {each.person for each in left}
        given_up = tuple(row.id for row in again if row.person in lost)
        return Portion(
            one, self._gate.terms(tx, one).label, self._script(tx, one), tuple(made), fell_out, given_up
        )

    def _asked(
        self,
        tx: Tx,
        one: Campaign,
        ledger: Mapping[PersonId, CampaignPerson],
        generations: Mapping[PersonId, int],
        by: Relay | None,
    ) -> tuple[list[Made], list[Left]]:
        script = with_people(tx, self._script(tx, one, by), ledger)
        variants = {who: row.variant for who, row in ledger.items()}
        answer = self._gate.ask(tx, self._gate.terms(tx, one, by), variants)
        made: list[Made] = []
        left = list(answer.left)
        for person in answer.audience.people:
            who = person.known.person.id
            letter = self._letter(script, person, ledger[who])
            if isinstance(letter, Practised):
                made.append(Made(person, letter, script.sender, generations.get(who, FIRST)))
            else:
                left.append(Left(who, letter))
        return made, left

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
                frozen.append(frozen_of(portion.script, portion.label, made, sealer, self._clock.now()))
            except (InputError, VaultError) as error:
                left.append(Left(made.to.known.person.id, Reason(error.code, dict(error.params))))
        return Sealed(portion.campaign.id, tuple(frozen), tuple(left), portion.given_up)

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
        for id_ in sealed.given_up:
            messages.move(tx, id_, State.UNCERTAIN, State.UNCERTAIN, reason=NOT_REPEATED)
        if made or late or sealed.given_up:
            det = {"queued": len(made), "excluded": len(late) + len(sealed.given_up)}
            self._audit.record(tx, Event(Act.CAMPAIGN_QUEUED, one.id, det=det))
        return len(made)

    # --- at the claim --------------------------------------------------------------------

    def recheck(self, tx: Tx, rows: Sequence[Message]) -> list[Verdict]:
        """At the claim: is it still approved, may they still get it, and would we write the same?

        Where a campaign as a whole may not go on as it was approved, its letters wait: who fell out would
        not come back.
        """
        verdicts: dict[MessageId, Verdict] = dict(self._held_back(tx, rows))
        asked = [row for row in rows if row.id not in verdicts]
        for by in _ways(tx):
            verdicts |= zip((row.id for row in asked), self._verdicts(tx, asked, by), strict=True)
            asked = [row for row in asked if isinstance(verdicts[row.id], Cancel)]
        return [verdicts[row.id] for row in rows]

    def _held_back(self, tx: Tx, rows: Sequence[Message]) -> dict[MessageId, Later]:
        found: dict[MessageId, Later] = {}
        until = self._clock.now() + _ASKED_AGAIN
        for id_ in dict.fromkeys(CampaignId(row.source) for row in rows):
            one = campaigns.get(tx, id_)
            why = self._amiss(tx, one) if one is not None and one.state in GOES_ON else None
            if why is not None:
                found |= {row.id: Later(until, why) for row in rows if row.source == id_}
        return found

    def _verdicts(self, tx: Tx, rows: Sequence[Message], by: Relay | None) -> list[Verdict]:
        answers = self._gate.ask_again(tx, rows, by)
        traces = messages.traces(tx, [row.id for row in rows])
        gone = pickups.gone(tx, [row.id for row in rows], self._clock.now())
        scripts, ledger = self._scripts_of(tx, rows, by), _ledger_of(tx, rows)
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
                letter = self._letter(script, to, ledger[row.id])
                verdicts.append(self._verdict(row, to, script, letter, traces[row.id], gone=row.id in gone))
        return verdicts

    def _verdict(
        self,
        row: Message,
        to: AuthorizedPerson,
        script: Script,
        letter: Practised | Reason,
        trace: str,
        *,
        gone: bool,
    ) -> Verdict:
        if isinstance(letter, Reason):
            return Cancel(letter)
        relay, kept = script.sender.relay, read_trace(trace)
        same_way = relay is not None and relay.id == row.relay and to.decision.holds(kept.way)
        if same_way and kept.wording == letter.mark and not gone:
            return Keep()
        reason = Reason("link-expired" if gone else "wording-changed" if same_way else "way-changed")
        made = Made(to, letter, script.sender, row.generation + 1)
        try:
            return Replace(frozen_of(script, row.label, made, self._sealer(), self._clock.now()), reason)
        except (InputError, VaultError) as error:
            return Cancel(Reason(error.code, dict(error.params)))

    def _scripts_of(
        self, tx: Tx, rows: Sequence[Message], by: Relay | None
    ) -> Mapping[CampaignId, Script | Reason]:
        found: dict[CampaignId, Script | Reason] = {}
        for id_ in dict.fromkeys(CampaignId(row.source) for row in rows):
            one = campaigns.get(tx, id_)
            try:
                script = self._script(tx, one, by) if one is not None else None
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

    def _script(self, tx: Tx, one: Campaign, by: Relay | None = None) -> Script:
        """Laid out once, while what it is made of stays as it is."""
        script = self._laid_out(tx, one)
        return script if by is None else replace(script, sender=replace(script.sender, relay=by))

    def _laid_out(self, tx: Tx, one: Campaign) -> Script:
        now = self._clock.now()
        sender = load_sender(tx)
        head = load_letterhead(tx, now.astimezone(ZoneInfo(sender.zone)).date())
        key = one.content, sender, head
        known = self._scripts.get(one.id)
        if known is None or known[0] != key:
            known = key, read_script(tx, one, now)
            self._scripts[one.id] = known
        return known[1]


def _ledger_of(tx: Tx, rows: Sequence[Message]) -> dict[MessageId, CampaignPerson]:
    """The row of the approved ledger that each of these messages was made for."""
    found: dict[MessageId, CampaignPerson] = {}
    for id_ in dict.fromkeys(CampaignId(row.source) for row in rows):
        mine = [row for row in rows if row.source == id_]
        ledger = campaignpeople.get_many(tx, id_, (row.person for row in mine))
        found |= {row.id: ledger[row.person] for row in mine if row.person in ledger}
    return found


def _ways(tx: Tx) -> tuple[Relay | None, ...]:
    """What letters may leave by: as all mail does now; what a relay that stands in may not carry waits for
    the first, and so does everything where it would come from an address that nobody signed."""
    first = standby.stood_in_for(tx)
    if first is None:
        return (None,)
    return (None, first) if load_sender(tx).address == first.sender else (first,)


def repeatable(tx: Tx, one: Campaign) -> list[Message]:
    """What may have arrived and was not sent a second time."""
    rows = campaignruns.live(tx, one.id, State.UNCERTAIN)
    return [row for row in rows if row.generation == FIRST and is_unclear(row) and row.reason != NOT_REPEATED]


def is_weaker(to: AuthorizedPerson, row: CampaignPerson) -> bool:
    """Whether the letter would now be less protected than what was approved."""
    before = LEVEL_OF[row.method or Method.NONE]
    return RANK[LEVEL_OF[to.decision.method]] < RANK[before]
