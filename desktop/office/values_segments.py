"""Values of the door about groups of people: as `values.py`, nothing heavy.

A rule crosses as the text of `models/rules.py`. The name of a group may say what somebody has:
it is shown to who may see clinical fields, and never leaves the program.
"""

from __future__ import annotations

from datetime import datetime

from desktop.frozen import dataclass
from desktop.models.records import PersonId
from desktop.models.standing import CustomField, SegmentId

RULE, LIST = "rule", "list"
"""What a group is: worked out from a rule, or people who were put into it by hand."""


@dataclass(frozen=True)
class SegmentLine:
    """One group; `name` is '' where it is about health and this role sees counts only (`hidden`)."""

    id: SegmentId
    name: str
    kind: str
    count: int
    clinical: bool
    changed_at: datetime
    hidden: bool = False
    used_by: int = 0
    """How many other groups name it."""
    version: int = 1


@dataclass(frozen=True)
class SegmentsShown:
    """`can_show`: this role may open a group; `can_change`: it may make and change them."""

    segments: tuple[SegmentLine, ...]
    can_show: bool
    can_change: bool


@dataclass(frozen=True)
class MemberLine:
    """Somebody in a group, as lists name people."""

    person: PersonId
    name: str
    email: str


@dataclass(frozen=True)
class SegmentShown:
    """A group with one page of its people, in the order of names; `rule` is '' of a list."""

    line: SegmentLine
    rule: str
    members: tuple[MemberLine, ...]


@dataclass(frozen=True)
class RuleCounted:
    """A rule while it is being made: how many it takes in of how many, and the first of them."""

    count: int
    everybody: int
    sample: tuple[MemberLine, ...]
    clinical: bool


@dataclass(frozen=True)
class SegmentRequest:
    """A group to be kept; without `id` a new one. `rule` is '' for a list kept by hand."""

    name: str
    rule: str
    id: SegmentId | None = None
    version: int = 0
    """Of the group as it was opened, so that nobody's change is lost; 0 where it is new."""


@dataclass(frozen=True)
class WhyPart:
    """One condition of a rule and whether it holds; `depth` is how deep it stands.

    `joint` is `all`, `any` or `not` of a group of conditions, '' of a condition, which is in `rule`.
    """

    depth: int
    joint: str
    rule: str
    holds: bool


@dataclass(frozen=True)
class SegmentWhy:
    """Why somebody is in a group or not."""

    segment: SegmentId
    person: PersonId
    inside: bool
    parts: tuple[WhyPart, ...]
    reason: str = ""
    """`by-hand` of a list, `not-there` of somebody who is in no list any more, else ''."""


@dataclass(frozen=True)
class Recipe:
    """A rule made ready: `code` names its words, `rule` is where one begins."""

    code: str
    rule: str


@dataclass(frozen=True)
class RuleParts:
    """What a rule can be made of here: the practice's own fields that this role sees, other groups,
    recipes, and the kinds, providers and places that visits have had.
    """

    own: tuple[CustomField, ...]
    groups: tuple[SegmentLine, ...]
    recipes: tuple[Recipe, ...]
    types: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
