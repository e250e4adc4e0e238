"""Backups for people: what there is and where, one made now, one looked into."""

from __future__ import annotations

from desktop.clock import Clock
from desktop.models.accounts import Session
from desktop.models.documents import Progress
from desktop.office.desk import Desk
from desktop.office.values_backups import (
    BackupMade,
    BackupsShown,
    BackupVerified,
    Freshness,
    VerifyRequest,
)
from desktop.paths import PracticeFolder


class Backups:
    """The part of the door that is about backups themselves; their places are `office/targets.py`."""

    def __init__(self, desk: Desk, clock: Clock, folder: PracticeFolder) -> None:
        self._desk = desk
        self._clock = clock
        self._folder = folder

    def show_backups(self, session: Session) -> BackupsShown:
        raise NotImplementedError

    def freshness(self, session: Session) -> Freshness:
        raise NotImplementedError

    def create_backup(self, session: Session, progress: Progress | None = None) -> BackupMade:
        raise NotImplementedError

    def verify_backup(
        self, session: Session, request: VerifyRequest, progress: Progress | None = None
    ) -> BackupVerified:
        raise NotImplementedError
