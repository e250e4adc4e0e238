"""What somebody has chosen for a campaign, and what comes of it where somebody else chose too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from desktop.frozen import dataclass
from desktop.models.campaigning import CampaignId, CampaignSchedule, TemplateId, Variant
from desktop.models.purposes import MailPurpose
from desktop.models.standing import SegmentId
from desktop.office.values_campaigns import CampaignRequest, CampaignShown

PARTS: Mapping[str, tuple[str, ...]] = {
    "name": ("name",),
    "group": ("segment",),
    "without": ("without",),
    "purpose": ("answers", "payer", "purpose"),
    "template": ("template", "template_version", "variants"),
    "schedule": ("schedule",),
}
"""What people think of as one thing; its words are `ui.campaigns.part-<code>`."""


@dataclass(frozen=True)
class Draft:
    """A campaign as it stands on the pages, kept or not."""

    name: str = ""
    segment: SegmentId | None = None
    without: tuple[CampaignId, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    payer: str = ""
    template: TemplateId | None = None
    template_version: int = 0
    variants: tuple[Variant, ...] = ()
    schedule: CampaignSchedule = field(default_factory=CampaignSchedule)
    purpose: MailPurpose | None = None
    """Where nobody was asked: as it was said elsewhere."""

    def request(self, shown: CampaignShown | None) -> CampaignRequest:
        """To be kept: anew, or over what its writer saw."""
        return CampaignRequest(
            self.name,
            shown.line.id if shown is not None else None,
            shown.version if shown is not None else 0,
            self.answers,
            self.payer,
            self.segment,
            self.without,
            self.template,
            self.template_version,
            self.variants,
            self.schedule,
            self.purpose if not self.answers else None,
        )


def of(shown: CampaignShown) -> Draft:
    """As it is kept."""
    return Draft(
        shown.line.name,
        shown.segment,
        shown.without,
        shown.answers,
        shown.payer,
        shown.template,
        shown.template_version,
        shown.variants,
        shown.schedule,
        shown.line.purpose if shown.template is not None and not shown.answers else None,
    )


@dataclass(frozen=True)
class Merged:
    """`taken` are parts that the other person alone changed, `both` those that both did."""

    draft: Draft
    taken: tuple[str, ...]
    both: tuple[str, ...]


def merged(base: Draft, mine: Draft, theirs: Draft) -> Merged:
    """Of two who began from `base`: nothing of mine is lost, and what I left alone is theirs."""
    draft, taken, both = mine, [], []
    for part, names in PARTS.items():
        if _same(theirs, base, names) or _same(theirs, mine, names):
            continue
        if _same(mine, base, names):
            draft = replace(draft, **{name: getattr(theirs, name) for name in names})
            taken.append(part)
        else:
            both.append(part)
    return Merged(draft, tuple(taken), tuple(both))


def given_way(mine: Draft, theirs: Draft, parts: tuple[str, ...]) -> Draft:
    """As the other person has these parts."""
    names = [name for part in parts for name in PARTS[part]]
    return replace(mine, **{name: getattr(theirs, name) for name in names})


def named(draft: Draft, name: str) -> Draft:
    return replace(draft, name=name)


def _same(one: Draft, other: Draft, names: tuple[str, ...]) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in names)
