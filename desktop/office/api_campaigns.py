"""The part of the one door that is about campaigns until they are approved. As `api.py`: protocols only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId
from desktop.office.values_campaigns import (
    AudienceQuery,
    AudienceShown,
    CampaignPreview,
    CampaignRequest,
    CampaignRules,
    CampaignShown,
    CampaignsShown,
    CampaignVerdict,
    PreviewRequest,
    PurposeStep,
)
from desktop.office.values_protection import Paper


class CampaignDoor(Protocol):
    """Unknown campaigns raise InputError("campaign-unknown")."""

    def ask_purpose(self, answers: Mapping[str, str]) -> PurposeStep:
        """What to ask next about a letter to many, or what it is; needs no practice.

        Raises InputError("purpose-answer") for a question or an answer that there is not.
        """
        ...

    def list_campaigns(self, session: Session) -> CampaignsShown:
        """Newest change first."""
        ...

    def keep_campaign(self, session: Session, request: CampaignRequest) -> CampaignShown:
        """Make one, or change it: it is a draft again, and what was approved is void.

        Raises InputError "campaign-name", "campaign-changed" (somebody else changed it meanwhile),
        "campaign-schedule" (`field`), "campaign-variants", "campaign-payer", "purpose-answer",
        "purpose-weaker" (the template's own purpose asks for more), "template-unknown",
        "template-not-approved", "group-unknown"; Refused "campaign-running", "group-hidden".
        """
        ...

    def show_campaign(self, session: Session, campaign: CampaignId) -> CampaignShown: ...

    def check_campaign(
        self, session: Session, campaign: CampaignId, progress: Callable[[int, int], bool] | None = None
    ) -> CampaignShown:
        """Settle who gets it and who does not, and practise every letter; nothing is sent.

        Raises InputError "campaign-not-ready" (`missing`), "campaign-changed" (while it was checked);
        Refused "cancelled" (then nothing was kept), "campaign-empty" (the group has nobody),
        "campaign-fundraising-health", "campaign-running", "group-hidden".
        """
        ...

    def list_audience(self, session: Session, query: AudienceQuery) -> AudienceShown:
        """In the order of names. Raises Refused "group-hidden"."""
        ...

    def preview_campaign(self, session: Session, request: PreviewRequest) -> CampaignPreview:
        """One person's letter. Raises InputError "campaign-not-ready", "person-unknown" (nobody who gets
        it); Refused "campaign-not-checked", "group-hidden"."""
        ...

    def ask_campaign(self, session: Session, campaign: CampaignId) -> CampaignShown:
        """Ask somebody else to sign; where nobody has to, it is approved at once.

        Raises Refused "campaign-not-checked", "campaign-differs", "campaign-empty", "campaign-variants-few".
        """
        ...

    def approve_campaign(self, session: Session, verdict: CampaignVerdict) -> CampaignShown:
        """Sign, or refuse to: over exactly what the decider saw.

        Raises Refused "campaign-not-asked", "campaign-differs", "approval-own", "approval-over",
        "approval-too-early", "not-allowed".
        """
        ...

    def print_excluded(self, session: Session, campaign: CampaignId, form: str, reason: str = "") -> Paper:
        """Those who do not get it as `call-list`, `labels` or `letters`, of one reason or of all.

        Who may not be written to at all is on none of them. Raises InputError("form-unknown"), Refused
        "campaign-not-checked", "nobody-to-print", "group-hidden".
        """
        ...

    def campaign_rules(self, session: Session) -> CampaignRules: ...

    def set_campaign_rules(self, session: Session, rules: CampaignRules) -> CampaignRules:
        """Raises InputError("value-not-allowed")."""
        ...
