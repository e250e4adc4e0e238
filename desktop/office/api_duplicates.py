"""The part of the one door that is about records of the same person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from desktop.models.accounts import Session
from desktop.models.records import PersonId
from desktop.models.standing import MergeId
from desktop.office.values_household import DuplicatesFound, DuplicatesShown, Merged, PairLine, Unmerged

Progress = Callable[[int, int], bool]
"""Called with (done, of); answers False to cancel."""


class DuplicatesDoor(Protocol):
    def find_duplicates(self, session: Session, progress: Progress | None = None) -> DuplicatesFound:
        """Compare everybody and keep the pairs that may be one person; what was decided stays decided."""
        ...

    def list_duplicates(self, session: Session, limit: int = 50, offset: int = 0) -> DuplicatesShown: ...
    def compare_people(self, session: Session, first: PersonId, second: PersonId) -> PairLine: ...
    def two_people(self, session: Session, first: PersonId, second: PersonId) -> DuplicatesShown:
        """They are two: the pair is not offered again."""
        ...

    def merge_people(self, session: Session, kept: PersonId, gone: PersonId) -> Merged: ...
    def unmerge_people(self, session: Session, merge: MergeId) -> Unmerged: ...
