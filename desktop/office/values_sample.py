"""Values of the look around, and what its banner may ask; nothing heavy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from datetime import datetime
from typing import Protocol

from desktop.frozen import dataclass
from desktop.models.accounts import Role
from desktop.office.values_entry import SignedIn


@dataclass(frozen=True)
class LeftLetter:
    """A letter that would have left: what the mail service, and anybody on the way, would see of it.

    `text` is the part that can be read without a key.
    """

    at: datetime
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    size: int = 0


class Guide(Protocol):
    """Leads through one sample practice."""

    password: str
    """Wherever the program asks for one again."""

    @property
    def roles(self) -> tuple[Role, ...]:
        """In whose place one can look."""
        ...

    def begin(self, progress: Callable[[int, int], bool]) -> SignedIn:
        """Make the practice, and begin in it. Blocks. Raises Refused("cancelled")."""
        ...

    def enter(self, role: Role) -> SignedIn:
        """Whoever was signed in is no longer; somebody of `role` is. Blocks."""
        ...

    def left(self) -> tuple[LeftLetter, ...]:
        """Newest first."""
        ...
