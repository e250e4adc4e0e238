"""The part of the one door that says when something is written about a visit. As `api.py`: protocols only."""

from __future__ import annotations

from typing import Protocol

from desktop.models.accounts import Session
from desktop.models.campaigning import WindowId
from desktop.office.values_reminders import WindowChanged, WindowRequest, WindowsShown


class WindowDoor(Protocol):
    """Unknown times raise InputError("window-unknown")."""

    def list_windows(self, session: Session) -> WindowsShown: ...

    def set_window(self, session: Session, request: WindowRequest) -> WindowChanged:
        """Make one, or change it; what waits for another hour or kind is withdrawn and planned anew.

        Raises InputError("window-minutes") outside of 15 minutes to 60 days (after a visit: to two days),
        ("window-taken") where one of this type stands at this time, ("window-many"),
        ("template-unknown"), ("window-words") where both or a template that does not fit are given.
        """
        ...

    def retire_window(self, session: Session, window: WindowId) -> WindowChanged:
        """Nothing is written at this time any more; what waits for it is withdrawn."""
        ...

    def set_family_letters(self, session: Session, merged: bool) -> WindowsShown:
        """Whether several visits of a family on one day are told in one letter, where the family itself said
        nothing; adults who each read the mailbox themselves are asked first."""
        ...
