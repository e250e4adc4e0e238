"""The part of the one door that is about results. As `api.py`: protocols only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId
from desktop.office.values_results import (
    CampaignResults,
    ResultsExport,
    ResultsExported,
    ResultsQuery,
    ResultsShown,
)


class ResultDoor(Protocol):
    """Numbers of letters, never names; groups under eleven are not shown."""

    def show_results(self, session: Session, query: ResultsQuery) -> ResultsShown:
        """What came of the letters that were queued in a span.

        Raises InputError("results-span") for a span that is not.
        """
        ...

    def show_campaign_results(self, session: Session, campaign: CampaignId) -> CampaignResults:
        """Beside the last campaign with the same template or group. Raises InputError("campaign-unknown")."""
        ...

    def export_results(
        self,
        session: Session,
        request: ResultsExport,
        progress: Callable[[int, int], bool] | None = None,
    ) -> ResultsExported:
        """The same numbers as a file.

        Raises as the two above, InputError "format-unknown", "file-exists", "file-not-written";
        Refused "cancelled", "locked", "printing-unavailable".
        """
        ...
