"""What the pages before the work may ask of the window, and which pages it loads late."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.frozen import dataclass
from desktop.models.accounts import Session
from desktop.office.values_entry import SignedIn
from desktop.ui.base import Ui

if TYPE_CHECKING:
    from desktop.office.values_backups import Retired

Work = Callable[[], None]


def _nothing() -> None:
    """Where nobody looks around: in a look around."""


@dataclass(frozen=True)
class Unfinished:
    """What must be kept before the session ends, off the window's thread, and the page where it stands."""

    place: str
    keep: Work


class Gate(Protocol):
    """Moves from page to page before anybody's work is on the screen."""

    @property
    def practice_exists(self) -> bool:
        """Whether this window's folder holds a practice, damaged or not."""
        ...

    def attend(self, answer: SignedIn) -> None:
        """Somebody is signed in on a page that stays: the idle watch and the lock are theirs from now on."""
        ...

    def enter(self, answer: SignedIn) -> None:
        """On to the work."""
        ...

    def show_sign_in(self, user: str = "", words: str = "") -> None: ...
    def show_start(self) -> None:
        """The first page: signing in, or setting up where there is no practice yet."""
        ...

    def look_around(self) -> None:
        """A sample practice, beside this window."""
        ...

    def show_restore(self) -> None:
        """Bringing a practice back from a backup."""
        ...

    def show_readonly(self, user: str = "") -> None:
        """Today's list out of what is damaged; nothing is changed."""
        ...


class Desk(QWidget):
    """The signed-in pages as the window sees them: they can be locked, and say what is unfinished."""

    leave = Signal(bool)
    """The person locks; True where somebody else is to sign in."""
    retired = Signal(object)
    """This computer holds no practice any more (`values_backups.Retired`)."""
    ending = False
    """What goes on here ends every session of its own: its answer is waited for, not locked away."""

    def unfinished(self) -> Unfinished | None:
        """What must be kept before the session ends; else None."""
        return None

    def lost(self) -> str:
        """What goes with a lock and has to be done again, in words for the lock page; else empty."""
        return ""

    def take_up(self, place: str) -> None:
        """The same person is back: show again what was kept, where it stood."""


@dataclass(frozen=True)
class LatePages:
    """Built when they are wanted, because the sign-in page shows before they are loaded."""

    workspace: Callable[[Ui, Session], QWidget]
    setup: Callable[[Ui, Gate], QWidget]
    join: Callable[[Ui, Gate], QWidget]
    emergency: Callable[[Ui, Gate], QWidget]
    arrival: Callable[[Ui, Gate, SignedIn], QWidget]
    restore: Callable[[Ui, Gate], QWidget]
    readonly: Callable[[Ui, Gate, str], QWidget]
    retired: Callable[[Ui, Gate, Retired], QWidget]
    sample: Work = _nothing
    """Opens a look around beside this window; called off its thread."""
