"""A campaign that was checked and approved over a practice, and a relay that answers as it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from desktop.campaigns.gate import Gate
from desktop.campaigns.ledger import freeze
from desktop.campaigns.making import Making
from desktop.campaigns.running import Runs
from desktop.mail.outbox import Outcome
from desktop.mail.pacing import Pacer
from desktop.models import campaignpeople, campaigns, messages, practicefacts, segmentrows, settings
from desktop.models.campaigning import Campaign, CampaignId, CampaignSchedule, CampaignState, Variant
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.purposes import MailPurpose
from desktop.models.records import Message, MessageId, PersonId, State, Status
from desktop.models.rules import Condition, Op
from desktop.models.segmentrows import Segment
from desktop.models.standing import SegmentId
from tests.practice.office import HOLDER, TUESDAY, Practice
from tests.support.campaigns import approved_template

SIGNER = b"s" * 32
PATH = (State.CONNECTING, State.ENVELOPE, State.DATA, State.DOT_SENT)
ACTIVE = Condition("status", Op.IS, (Status.ACTIVE.value,))


class Running:
    """One campaign to everybody active, and what its watch and the dispatcher do, step by step."""

    def __init__(self, office: Practice) -> None:
        self.office = office
        self.gate = Gate(office.clock)
        self.making = Making(office.clock, office.outbox, office.audit, self.gate, lambda: office.sealer)
        self.runs = Runs(office.clock, office.outbox, office.audit)
        self.rechecks = {**office.rechecks, "campaign": self.making.recheck}
        self.wires: Counter[PersonId] = Counter()
        """How often the relay took a letter for each."""

    def approve(
        self,
        purpose: MailPurpose = MailPurpose.OWN_SERVICE,
        schedule: CampaignSchedule | None = None,
        texts: Any = None,
        shares: tuple[int, ...] = (),
    ) -> CampaignId:
        """Everybody who may get it now is in it, and it may be started."""
        office, now = self.office, self.office.clock.now()

        def make(tx: Tx) -> CampaignId:
            settings.put(tx, practicefacts.ADDRESS, "1 Main St, Springfield, IL 62701")
            user = office.session.user
            templates = [
                approved_template(tx, user, SIGNER, now, purpose, texts) for _ in range(max(1, len(shares)))
            ]
            group = Segment(SegmentId(new_id()), f"All {new_id()}", ACTIVE, False, 1, user, now)
            segmentrows.put(tx, group, now)
            one = Campaign(
                id=CampaignId(new_id()),
                name="Spring",
                state=CampaignState.DRAFT,
                version=1,
                purpose=purpose,
                by=user,
                made_at=now,
                changed_at=now,
                segment=group.id,
                segment_version=1,
                template=templates[0],
                template_version=1,
                variants=tuple(Variant("ab"[at], templates[at], 1, share) for at, share in enumerate(shares)),
                schedule=schedule or CampaignSchedule(),
            )
            campaigns.insert_new(tx, one)
            frozen = freeze(tx, Gate(office.clock), one, TUESDAY, now)
            campaignpeople.replace_all(tx, one.id, frozen.rows)
            hashes = {"content": frozen.content, "audience": frozen.audience, "checked_at": now}
            campaigns.move(tx, one.id, CampaignState.DRAFT, CampaignState.CHECKED, now, **hashes)
            campaigns.move(tx, one.id, CampaignState.CHECKED, CampaignState.APPROVED, now)
            return one.id

        return office.db.write(make)

    def campaign(self, id_: CampaignId) -> Campaign:
        found = self.office.db.read(lambda tx: campaigns.get(tx, id_))
        assert found is not None
        return found

    def start(self, id_: CampaignId) -> None:
        self.office.db.write(lambda tx: self.runs.begin(tx, self.campaign_in(tx, id_)))

    def campaign_in(self, tx: Tx, id_: CampaignId) -> Campaign:
        found = campaigns.get(tx, id_)
        assert found is not None
        return found

    def make(self) -> int:
        """One portion, all three steps; how many were queued."""
        portion = self.office.db.read(self.making.portion)
        if portion is None:
            return 0
        sealed = self.making.seal(portion)
        return self.office.db.write(lambda tx: self.making.enqueue(tx, sealed))

    def settle(self) -> None:
        self.office.db.write(self.runs.settle)

    def send(
        self,
        answer: Callable[[Message], Outcome] = lambda _: Outcome(State.ACCEPTED, "250 ok"),
        want: int = 1000,
        pacer: Pacer | None = None,
    ) -> list[MessageId]:
        """Claim what is due and let the relay answer."""
        office = self.office
        office.take_lease()
        claimed = office.db.write(
            lambda tx: office.outbox.claim(tx, HOLDER, self.rechecks, want, pacer=pacer)
        )
        for one in claimed:
            outcome = answer(one.message)
            if outcome.state is State.ACCEPTED:
                self.wires[one.message.person] += 1
            went = office.db.write(lambda tx, one=one: office.outbox.advance(tx, one, *PATH))  # type: ignore[misc]
            office.db.write(
                lambda tx, went=went, outcome=outcome: office.outbox.settle(tx, went.message.id, outcome)  # type: ignore[misc]
            )
            if pacer is not None:
                office.db.write(
                    lambda tx, one=one, outcome=outcome: pacer.note(  # type: ignore[misc]
                        tx, one.message, outcome, office.clock.now()
                    )
                )
        return [one.message.id for one in claimed]

    def rows(self, id_: CampaignId) -> dict[PersonId, Any]:
        return {
            row.person: row for row in self.office.db.read(lambda tx: list(campaignpeople.every(tx, id_)))
        }

    def messages(self) -> list[Message]:
        found = self.office.db.read(lambda tx: messages.listing(tx, kind="campaign", limit=10_000))
        return [row for row in found if not row.superseded]

    def wire(self, message: Message) -> bytes:
        return self.office.db.read(lambda tx: messages.wire(tx, message.id))

    def suspend(self, who: Any) -> None:
        self.office.change(who, status=Status.MOVED)

    def readdress(self, who: Any, email: str) -> None:
        self.office.change(who, email=email)
