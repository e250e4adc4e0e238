"""Values of the content check: what goes in, what was found, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from desktop.frozen import dataclass
from desktop.mail.content_names import NameIndex
from desktop.models.records import PersonId, Reason


class Kind(StrEnum):
    """What a hit is; stable, scripts and the policy name it."""

    SSN = "ssn"
    ITIN = "itin"
    NPI = "npi"
    DEA = "dea"
    CARD = "card"
    MRN = "mrn"
    BIRTH_DATE = "birth-date"
    DIAGNOSIS_CODE = "diagnosis-code"
    CLINICAL = "clinical"
    OWN_NAME = "own-name"
    """The recipient's own name where strangers can read it: subject and file names."""
    OTHER_NAME = "other-name"
    """Another patient's name in what is written to this one: perhaps a relative, perhaps a slip."""
    OTHER_PATIENT = "other-patient"
    """A file that names another patient, or another birth date, than the message's own."""
    NO_TEXT = "no-text"
    """A file with pages that hold pictures only: somebody has to look."""
    UNREADABLE = "unreadable"
    """A file that could not be checked at all."""


class Part(StrEnum):
    SUBJECT = "subject"
    TEXT = "text"
    HTML = "html"
    FILE_NAME = "file-name"
    FILE = "file"


class Action(StrEnum):
    """What follows from a hit, the mildest first."""

    WARN = "warn"
    RAISE = "raise"
    """Only a method that nobody on the way can read."""
    BLOCK = "block"


STRENGTH: Mapping[Action, int] = MappingProxyType({Action.WARN: 0, Action.RAISE: 1, Action.BLOCK: 2})


@dataclass(frozen=True)
class Where:
    """Which part; `file` counts the message's files from 0 and is -1 elsewhere."""

    part: Part
    file: int = -1


@dataclass(frozen=True)
class Hit:
    """`start` and `end` count characters of that part as given (of a file: of its text)."""

    kind: Kind
    where: Where
    start: int
    end: int
    reason: Reason


@dataclass(frozen=True)
class ContentFile:
    name: str
    type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Known:
    """What the practice knows: everybody's names, how its record numbers look, and who is written to.

    `people` is built once and handed in. `person` is the one whom the message is about;
    without one nobody's name is that of *another* patient, and each counts as one.
    """

    people: NameIndex = field(default_factory=NameIndex)
    mrn: MrnShapes | None = None
    person: PersonId | None = None
    first_name: str = ""
    last_name: str = ""
    birth_date: date | None = None
    external_id: str = ""


@dataclass(frozen=True)
class MrnShapes:
    """How a practice writes its record numbers, as `content_codes.learn` found it."""

    lettered: str = ""
    """A regular expression of those that letters set apart from any other number."""
    digits: frozenset[int] = frozenset()
    """How many digits the plain ones have: those count near a word such as "chart" only."""


@dataclass(frozen=True)
class ContentInput:
    subject: str
    text: str
    html: str | None = None
    attachments: tuple[ContentFile, ...] = ()
    known: Known = field(default_factory=Known)


_RULES: Mapping[Kind, Action] = MappingProxyType(
    {
        Kind.SSN: Action.RAISE,
        Kind.ITIN: Action.RAISE,
        Kind.NPI: Action.WARN,
        Kind.DEA: Action.WARN,
        Kind.CARD: Action.RAISE,
        Kind.MRN: Action.RAISE,
        Kind.BIRTH_DATE: Action.RAISE,
        Kind.DIAGNOSIS_CODE: Action.RAISE,
        Kind.CLINICAL: Action.RAISE,
        Kind.OWN_NAME: Action.WARN,
        Kind.OTHER_NAME: Action.WARN,
        Kind.OTHER_PATIENT: Action.BLOCK,
        Kind.NO_TEXT: Action.WARN,
        Kind.UNREADABLE: Action.WARN,
    }
)
_OUTSIDE = frozenset(Kind) - {Kind.NPI, Kind.DEA, Kind.NO_TEXT, Kind.UNREADABLE}


@dataclass(frozen=True)
class Policy:
    """What follows from each kind. Another patient's file and an open subject never go by a warning."""

    rules: Mapping[Kind, Action] = field(default_factory=lambda: _RULES)

    def action(self, hit: Hit) -> Action:
        outside = hit.where.part in (Part.SUBJECT, Part.FILE_NAME)
        if hit.kind is Kind.OTHER_PATIENT or (outside and hit.kind in _OUTSIDE):
            return Action.BLOCK
        return self.rules.get(hit.kind, _RULES[hit.kind])


@dataclass(frozen=True)
class Owned:
    """Whether a file names the message's own person in full, and gives their date of birth."""

    name: bool = False
    birth_date: bool = False


@dataclass(frozen=True)
class ContentReport:
    """All hits in the order of the parts; for each kind that was found, the strictest action."""

    hits: tuple[Hit, ...]
    verdict: Mapping[Kind, Action]
    shortened: bool = False
    """Whether there was more than the limits let the check list."""
    owned: tuple[Owned, ...] = ()
    """One for each of the message's files, in their order."""

    @property
    def action(self) -> Action | None:
        """The strictest of all; None where nothing was found."""
        return max(self.verdict.values(), key=lambda one: STRENGTH[one], default=None)
