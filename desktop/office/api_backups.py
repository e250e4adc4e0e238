"""The part of the one door that is about backups, restore and emergencies.

As `api.py`: protocols only, nothing heavy is imported.
"""

from __future__ import annotations

from typing import Protocol

from desktop.models.accounts import Session
from desktop.models.documents import Progress
from desktop.models.safekeeping import TargetId
from desktop.office.values_backups import (
    ArrivalShown,
    BackupMade,
    BackupsFound,
    BackupsShown,
    BackupVerified,
    DrillAsks,
    DrillRequest,
    DrillShown,
    EmergencyRequest,
    EmergencyShown,
    Freshness,
    KitRequest,
    MovePlan,
    Restored,
    RestorePlace,
    RestoreRequest,
    Retired,
    RetireRequest,
    StoredBackup,
    TargetLine,
    TargetRequest,
    TargetTested,
    VerifyRequest,
)
from desktop.office.values_entry import Recovered
from desktop.office.values_protection import Paper


class BackupDoor(Protocol):
    def show_backups(self, session: Session) -> BackupsShown: ...
    def freshness(self, session: Session) -> Freshness:
        """For the status line; cheap."""
        ...

    def create_backup(self, session: Session, progress: Progress | None = None) -> BackupMade:
        """Make one now, check it, and put it on every target. Raises Refused("cancelled")."""
        ...

    def verify_backup(
        self, session: Session, request: VerifyRequest, progress: Progress | None = None
    ) -> BackupVerified:
        """Fetch, decrypt, open, check and count. What is wrong with the backup is an answer, no error."""
        ...


class TargetDoor(Protocol):
    """Where backups lie."""

    def add_target(self, session: Session, request: TargetRequest) -> TargetLine:
        """Kept, and marked as this practice's, if it can be reached: InputError where it cannot."""
        ...

    def change_target(self, session: Session, request: TargetRequest) -> TargetLine: ...
    def retire_target(self, session: Session, target: TargetId) -> BackupsShown:
        """Nothing more is put there; what lies there stays."""
        ...

    def test_target(self, session: Session, request: TargetRequest) -> TargetTested: ...
    def list_target(self, session: Session, target: TargetId) -> tuple[StoredBackup, ...]:
        """What lies there, newest first, by looking."""
        ...


class DrillDoor(Protocol):
    def drill_asks(self, session: Session) -> DrillAsks: ...
    def run_drill(
        self, session: Session, request: DrillRequest, progress: Progress | None = None
    ) -> DrillShown:
        """What goes wrong is a failed drill with its report; only what keeps it from beginning is raised."""
        ...

    def print_kit(self, session: Session, request: KitRequest) -> Paper: ...
    def print_new_kit(self, recovery_key: str) -> Paper:
        """Without a session, where a new recovery key is shown: whoever has it may print it."""
        ...

    def renew_recovery_key(self, session: Session) -> Recovered:
        """A new recovery key; the old one opens nothing that is made from now on."""
        ...


class RestoreDoor(Protocol):
    """No session: there is no practice yet."""

    def find_backups(self, where: RestorePlace) -> BackupsFound: ...
    def restore(self, request: RestoreRequest, progress: Progress | None = None) -> Restored:
        """All of it or nothing: where it fails or is cancelled, nothing is left behind."""
        ...


class EmergencyDoor(Protocol):
    """No session: the database may not let anybody in."""

    def open_emergency(
        self, request: EmergencyRequest, progress: Progress | None = None
    ) -> EmergencyShown: ...


class MovingDoor(Protocol):
    def plan_move(self, session: Session) -> MovePlan: ...
    def show_arrival(self, session: Session) -> ArrivalShown: ...
    def settle_arrival(self, session: Session, item: str) -> ArrivalShown:
        """Done here; what can be looked up is looked up, and Refused where it is not done."""
        ...

    def retire_computer(
        self, session: Session, request: RetireRequest, progress: Progress | None = None
    ) -> Retired:
        """Last backup, certificate, then every key on this computer is destroyed; the office is closed."""
        ...
