"""Who gets a campaign and who does not: frozen at the check, everybody of its group exactly once.

People are found by one query and asked about in portions, so that memory stays flat; the sums are
compared before anything is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from desktop.campaigns.content import audience_hash, content_hash
from desktop.campaigns.gate import Answer, AuthorizedAudience, Gate, Terms
from desktop.campaigns.planner import balanced
from desktop.errors import InputError, Refused
from desktop.models import campaignpeople, segmentrows
from desktop.models.campaigning import Campaign, CampaignPerson
from desktop.models.database import Tx
from desktop.models.records import PersonId, Reason
from desktop.models.rows import chunks

PORTION = 500
Progress = Callable[[int, int], bool]


class PracticeRun(Protocol):
    """Does with people who may get it everything but the network."""

    def variant(self, campaign: Campaign, person: PersonId) -> str:
        """Which wording somebody gets; '' where there is one."""
        ...

    def rehearse(
        self, tx: Tx, campaign: Campaign, audience: AuthorizedAudience
    ) -> Mapping[PersonId, str | Reason]:
        """Of each the hash of what would be sent, or why it cannot be written."""
        ...


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
    run: PracticeRun,
    campaign: Campaign,
    today: date,
    now: datetime,
    progress: Progress | None = None,
) -> Frozen:
    """Ask about everybody of the group; keeps nothing.

    Raises InputError "group-unknown"; Refused "cancelled", "campaign-fundraising-health".
    """
    group = segmentrows.get(tx, campaign.segment) if campaign.segment is not None else None
    if group is None:
        raise InputError("group-unknown")
    terms = gate.terms(tx, campaign)
    everybody = campaignpeople.members(tx, group, segmentrows.basis(tx, now, today))
    rows: list[CampaignPerson] = []
    for some in chunks(everybody, PORTION):
        if progress is not None and not progress(len(rows), len(everybody)):
            raise Refused("cancelled")
        rows += _portion(tx, gate, run, terms, some)
    if progress is not None and not progress(len(rows), len(everybody)):
        raise Refused("cancelled")
    included = [row.person for row in rows if row.included]
    balanced(everybody, included, [row.person for row in rows if not row.included])
    return Frozen(campaign, tuple(rows), content_hash(tx, campaign), audience_hash(rows))


def _portion(
    tx: Tx, gate: Gate, run: PracticeRun, terms: Terms, some: Sequence[PersonId]
) -> list[CampaignPerson]:
    campaign = terms.campaign
    answer = gate.ask(tx, terms, {who: run.variant(campaign, who) for who in some})
    written = run.rehearse(tx, campaign, answer.audience)
    return [
        *_included(campaign, answer, written),
        *(
            CampaignPerson(campaign.id, left.person, included=False, reason=left.reason)
            for left in answer.left
        ),
    ]


def _included(
    campaign: Campaign, answer: Answer, written: Mapping[PersonId, str | Reason]
) -> list[CampaignPerson]:
    """Whoever's letter cannot be written is left out after all."""
    rows = []
    for one in answer.audience.people:
        who, method = one.known.person.id, one.decision.method
        said = written[who]
        if isinstance(said, Reason):
            rows.append(CampaignPerson(campaign.id, who, included=False, reason=said, variant=one.variant))
        else:
            rows.append(
                CampaignPerson(
                    *(campaign.id, who, True, None, one.variant, method),
                    rehearsed=said,
                )
            )
    return rows


def is_as_checked(tx: Tx, campaign: Campaign) -> tuple[str, ...]:
    """What of a checked campaign is not as it was checked: content, audience."""
    now = {
        "content": content_hash(tx, campaign) == campaign.content != "",
        "audience": audience_hash(campaignpeople.every(tx, campaign.id)) == campaign.audience != "",
    }
    return tuple(name for name, same in now.items() if not same)
