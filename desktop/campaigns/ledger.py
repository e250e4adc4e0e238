"""Who gets a campaign and who does not: frozen at the check, everybody of its group exactly once.

People are found by one query and asked about in portions, so that memory stays flat; the sums are
compared before anything is kept. Whoever may get it has their letter practised in the same step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from desktop.campaigns.content import audience_hash, content_hash
from desktop.campaigns.gate import AuthorizedPerson, Gate, Terms
from desktop.campaigns.planner import balanced
from desktop.campaigns.rehearsal import Script, practise, read_script, with_people
from desktop.campaigns.variants import variant_of
from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.models import campaignpeople, segmentrows
from desktop.models.campaigning import Campaign, CampaignPerson
from desktop.models.database import Tx
from desktop.models.records import PersonId, Reason
from desktop.models.rows import chunks

PORTION = 500
Progress = Callable[[int, int], bool]


@dataclass(frozen=True)
class Frozen:
    """A whole ledger before it is kept."""

    campaign: Campaign
    rows: tuple[CampaignPerson, ...]
    content: str
    audience: str

    @property
    def included(self) -> int:
        return sum(row.included for row in self.rows)


def freeze(
    tx: Tx,
    gate: Gate,
    campaign: Campaign,
    today: date,
    now: datetime,
    progress: Progress | None = None,
) -> Frozen:
    """Ask about everybody of the group; keeps nothing.

    Raises InputError "group-unknown"; Refused "cancelled", "campaign-fundraising-health"; and as
    `read_script`.
    """
    group = segmentrows.get(tx, campaign.segment) if campaign.segment is not None else None
    if group is None:
        raise InputError("group-unknown")
    terms, script = gate.terms(tx, campaign), read_script(tx, campaign, now)
    everybody = campaignpeople.members(tx, group, segmentrows.basis(tx, now, today))
    rows: list[CampaignPerson] = []
    for some in chunks(everybody, PORTION):
        if progress is not None and not progress(len(rows), len(everybody)):
            raise Refused("cancelled")
        rows += _portion(tx, gate, script, terms, some)
    if progress is not None and not progress(len(rows), len(everybody)):
        raise Refused("cancelled")
    included = [row.person for row in rows if row.included]
    balanced(everybody, included, [row.person for row in rows if not row.included])
    return Frozen(campaign, tuple(rows), content_hash(tx, campaign), audience_hash(rows))


def _portion(
    tx: Tx, gate: Gate, script: Script, terms: Terms, some: Sequence[PersonId]
) -> list[CampaignPerson]:
    campaign = terms.campaign
    variants = {who: variant_of(campaign.id, who, campaign.variants) for who in some}
    answer, script = gate.ask(tx, terms, variants), with_people(tx, script, some)
    left = (CampaignPerson(campaign.id, one.person, included=False, reason=one.reason) for one in answer.left)
    return [*(_practised(script, campaign, one) for one in answer.audience.people), *left]


def _practised(script: Script, campaign: Campaign, one: AuthorizedPerson) -> CampaignPerson:
    """Whoever's letter cannot be written is left out after all."""
    who = one.known.person
    letter = practise(script, who, one.decision, one.variant)
    if isinstance(letter, Reason):
        return CampaignPerson(campaign.id, who.id, included=False, reason=letter, variant=one.variant)
    return CampaignPerson(
        campaign.id,
        who.id,
        included=True,
        variant=one.variant,
        method=one.decision.method,
        rehearsed=letter.mark,
    )


def is_as_checked(tx: Tx, campaign: Campaign) -> tuple[str, ...]:
    """What of a checked campaign is not as it was checked: content, audience."""
    now = {
        "content": content_hash(tx, campaign) == campaign.content != "",
        "audience": audience_hash(campaignpeople.every(tx, campaign.id)) == campaign.audience != "",
    }
    return tuple(name for name, same in now.items() if not same)
