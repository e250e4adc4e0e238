"""The part of the one door that is about campaigns that run. As `api.py`: protocols only."""

from __future__ import annotations

from typing import Protocol

from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId
from desktop.office.values_running import (
    DifferencesShown,
    OptOutRequest,
    OptOutTaken,
    RunShown,
    StartRequest,
)


class RunDoor(Protocol):
    """Unknown campaigns raise InputError("campaign-unknown")."""

    def start_campaign(self, session: Session, request: StartRequest) -> RunShown:
        """What was approved leaves, at its hour or as soon as it may; asks for a fresh proof of the person.

        Raises Refused "campaign-not-approved", "campaign-differs" (it is not what this person saw, or
        not what was approved), "campaign-empty", "backup-too-old", "no-relay"
        and why the relay may carry nothing, "posture-weak", "approval-missing", "approval-over".
        """
        ...

    def pause_campaign(self, session: Session, campaign: CampaignId) -> RunShown:
        """Nothing of it leaves after the letters under way. Raises Refused "campaign-not-running"."""
        ...

    def resume_campaign(self, session: Session, campaign: CampaignId) -> RunShown:
        """Raises Refused "campaign-not-paused"."""
        ...

    def stop_campaign(self, session: Session, campaign: CampaignId) -> RunShown:
        """What has not left never will. Raises Refused "campaign-over"."""
        ...

    def campaign_progress(self, session: Session, campaign: CampaignId) -> RunShown:
        """Raises Refused "campaign-not-checked" where nobody knows yet who gets it.

        Whoever looks on again and again is in the log once for each sign-in.
        """
        ...

    def list_differences(
        self, session: Session, campaign: CampaignId, limit: int = 100, offset: int = 0
    ) -> DifferencesShown:
        """Letters that were not made as the practice run made them, by name, each with why."""
        ...

    def take_opt_out(self, session: Session, request: OptOutRequest) -> OptOutTaken:
        """Somebody wants no more news, offers or requests for gifts; what waits for them is pulled.

        Visit reminders go on. Raises InputError "person-unknown", "address-unknown", "value-not-allowed".
        """
        ...
