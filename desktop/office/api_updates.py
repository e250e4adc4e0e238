"""The part of the one door that is about new versions of the program. As `api.py`: protocols only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from desktop.models.accounts import Session
from desktop.office.values_updates import UpdateCheckFile, UpdateDownloaded, UpdatesShown, UpdateVerified

Progress = Callable[[int, int], bool]
"""Called with (done, of); answers False to cancel."""


class UpdateDoor(Protocol):
    """The program tells of a newer version, fetches it when asked, and never installs it."""

    def show_updates(self, session: Session) -> UpdatesShown: ...
    def allow_updates(self, session: Session, allowed: bool) -> UpdatesShown:
        """Whether this computer may ask for the list, once a day; without it nothing is ever asked."""
        ...

    def check_updates(self, session: Session) -> UpdatesShown:
        """Ask now; blocks for half a minute at most.

        Raises Refused "updates-forbidden", "update-no-key"; DeliveryError "update-offline",
        "update-tls", "update-slow", "update-broken-off", "update-answer", "update-too-large";
        InputError "update-not-readable", "update-unknown-key", "update-signature", "update-expired",
        "update-rolled-back", "update-older".
        """
        ...

    def verify_update(
        self, session: Session, request: UpdateCheckFile, progress: Progress | None = None
    ) -> UpdateVerified:
        """Whether a file is what was published; asks nobody and needs no permission.

        Raises as `check_updates` for the list; Refused "update-no-list"; InputError "file-missing",
        "file-not-readable", "update-file-unknown", "update-file-size", "update-file-changed".
        """
        ...

    def download_update(
        self, session: Session, folder: str = "", progress: Progress | None = None
    ) -> UpdateDownloaded:
        """The newest version for this computer into `folder`, else the person's downloads; not run.

        Raises as `sync.updates.download`; Refused "updates-forbidden", "update-none", "update-no-file",
        "update-by-system", "update-too-far", "update-running"; InputError "folder-missing".
        """
        ...
