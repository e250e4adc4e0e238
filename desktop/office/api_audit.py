"""The part of the one door that is about the audit log.

As `api.py`: protocols only, nothing heavy is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from desktop.models.accounts import Session
from desktop.office.values_audit import (
    NEWEST,
    AlertsShown,
    CheckpointMade,
    Digest,
    DigestSigned,
    GapExplained,
    LogExport,
    LogExported,
    LogQuery,
    LogState,
    OpeningHours,
    PersonReport,
    Purged,
    PurgeRequest,
    ReportMade,
    RetentionShown,
    RuleLine,
)
from desktop.office.values_practice import AuditPage, AuditVerified

Progress = Callable[[int, int], bool]
"""As in `api.py`."""


class WitnessDoor(Protocol):
    """What proves the log later: checkpoints, who outside has them, and gaps."""

    def make_checkpoint(self, session: Session) -> CheckpointMade: ...
    def log_state(self, session: Session) -> LogState: ...
    def print_witness(self, session: Session, to: str) -> ReportMade:
        """The monthly page with checkpoint and QR code."""
        ...

    def explain_gap(self, session: Session, request: GapExplained) -> LogState:
        """Ends read-only mode; recorded with both roots."""
        ...

    def check_marks(self, session: Session, recovery_key: str) -> AuditVerified:
        """The security officer's check: every record has the mark of its time."""
        ...


class LogDoor(WitnessDoor, Protocol):
    """Reading the log, handing it out, proving it."""

    def query_log(self, session: Session, query: LogQuery = NEWEST) -> AuditPage: ...
    def verify_audit(self, session: Session, progress: Progress | None = None) -> AuditVerified: ...
    def export_log(
        self, session: Session, request: LogExport, progress: Progress | None = None
    ) -> LogExported: ...
    def record_of_access(
        self, session: Session, request: PersonReport, progress: Progress | None = None
    ) -> ReportMade: ...
    def disclosures(
        self, session: Session, request: PersonReport, progress: Progress | None = None
    ) -> ReportMade: ...


class AlertDoor(Protocol):
    """What stands out, and that somebody looked."""

    def list_alerts(self, session: Session) -> AlertsShown: ...
    def see_alert(self, session: Session, alert: str) -> AlertsShown: ...
    def open_incident(self, session: Session, alert: str) -> AlertsShown: ...
    def close_incident(self, session: Session, alert: str, reason: str) -> AlertsShown: ...
    def list_rules(self, session: Session) -> tuple[RuleLine, ...]: ...
    def set_rule(self, session: Session, rule: RuleLine) -> tuple[RuleLine, ...]: ...
    def show_hours(self, session: Session) -> OpeningHours: ...
    def set_hours(self, session: Session, hours: OpeningHours) -> OpeningHours: ...
    def show_digest(self, session: Session) -> Digest: ...
    def sign_digest(self, session: Session) -> DigestSigned: ...


class RetentionDoor(Protocol):
    """Six years, then destruction by two people, with proof."""

    def show_retention(self, session: Session) -> RetentionShown: ...
    def set_retention(self, session: Session, kept: str, days: int) -> RetentionShown: ...
    def seal_year(self, session: Session, year: int, progress: Progress | None = None) -> RetentionShown: ...
    def purge_year(self, session: Session, request: PurgeRequest) -> Purged: ...
