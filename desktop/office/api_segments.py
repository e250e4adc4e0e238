"""The part of the one door that is about groups of people. As `api.py`: protocols only."""

from __future__ import annotations

from typing import Protocol

from desktop.models.accounts import Session
from desktop.models.records import PersonId
from desktop.models.standing import SegmentId
from desktop.office.values_segments import (
    RuleCounted,
    RuleParts,
    SegmentRequest,
    SegmentShown,
    SegmentsShown,
    SegmentWhy,
)


class SegmentDoor(Protocol):
    def list_segments(self, session: Session) -> SegmentsShown:
        """Each with its count as of now; who sees no clinical fields sees no name of a clinical one."""
        ...

    def rule_parts(self, session: Session) -> RuleParts: ...
    def count_rule(self, session: Session, rule: str, sample: int = 8) -> RuleCounted:
        """A rule that is not kept: how many it takes in now, and the first few of them by name."""
        ...

    def show_segment(
        self, session: Session, segment: SegmentId, limit: int = 50, offset: int = 0
    ) -> SegmentShown: ...
    def keep_segment(self, session: Session, request: SegmentRequest) -> SegmentShown: ...
    def retire_segment(self, session: Session, segment: SegmentId) -> SegmentsShown: ...
    def explain_segment(self, session: Session, segment: SegmentId, person: PersonId) -> SegmentWhy: ...
    def add_to_segment(
        self, session: Session, segment: SegmentId, people: tuple[PersonId, ...]
    ) -> SegmentShown: ...
    def remove_from_segment(
        self, session: Session, segment: SegmentId, people: tuple[PersonId, ...]
    ) -> SegmentShown: ...
