"""Values of the door about the practice's facts, its own fields, visits by hand, and doubtful addresses."""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime

from desktop.frozen import dataclass
from desktop.models.records import Appointment, AppointmentId, PersonId, Reason, State
from desktop.models.standing import CustomField, CustomValue, FieldClass, FieldKind, Location, VisitRule

# --- the practice ----------------------------------------------------------------------------


@dataclass(frozen=True)
class PracticeChange:
    """What the practice says of itself, whole. Open from the full hour `first` to before `last` on `days`
    (1 is Monday, ISO 8601); `closed` are days (YYYY-MM-DD); holidays are those of `country` and `region`.
    """

    name: str
    phone: str = ""
    address: str = ""
    booking_link: str = ""
    portal_link: str = ""
    first: int = 7
    last: int = 19
    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    closed: tuple[str, ...] = ()
    country: str = "US"
    region: str = ""


@dataclass(frozen=True)
class PracticeShown:
    facts: PracticeChange
    locations: tuple[Location, ...]
    rules: tuple[VisitRule, ...]
    types: tuple[str, ...] = ()
    """Types of visits that schedules name and nobody has said anything about, the commonest first."""
    zone: str = ""
    can_change: bool = False


# --- fields of the practice's own ---------------------------------------------------------------


@dataclass(frozen=True)
class FieldLine:
    """`used` is how many people have something in it."""

    field: CustomField
    used: int


@dataclass(frozen=True)
class FieldsShown:
    """Those that this role sees, in their order."""

    fields: tuple[FieldLine, ...]
    can_change: bool = False


@dataclass(frozen=True)
class FieldRequest:
    """A field as it is to be; `name` finds one that is known, whose kind stays. `retired` ones are not
    offered any more, and what people have in them stays."""

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    group: FieldClass = FieldClass.PLAIN
    choices: tuple[str, ...] = ()
    place: int = 0
    retired: bool = False


@dataclass(frozen=True)
class CustomLine:
    """One field of one person; None where nothing is known."""

    field: CustomField
    value: CustomValue | None


@dataclass(frozen=True)
class CustomShown:
    """What this role sees of a person's further fields."""

    person: PersonId
    lines: tuple[CustomLine, ...]
    can_change: bool = False


# --- visits ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class VisitQuery:
    """`days` days from `first` on; with `person` all visits of theirs instead, the newest first."""

    first: date | None = None
    days: int = 1
    person: PersonId | None = None


@dataclass(frozen=True)
class VisitLine:
    visit: Appointment
    name: str = field(repr=False)
    birth_date: date | None = None
    reminder: State | None = None
    """How far the reminder of this time has come; None where there is none."""


@dataclass(frozen=True)
class VisitsShown:
    """`first` is the day that was asked for, the practice's today where none was."""

    lines: tuple[VisitLine, ...]
    first: date
    days: int
    zone: str
    now: datetime
    """The moment of this look, UTC: a visit can be kept or missed once it has begun."""
    types: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    """What visits say there, for those who type; empty of one person."""
    can_change: bool = False


@dataclass(frozen=True)
class VisitRequest:
    """`start` is the time on the practice's wall. Where the clocks are set back and an hour comes twice,
    `second` says which."""

    person: PersonId
    start: datetime
    visit_type: str = ""
    provider: str = ""
    location: str = ""
    second: bool | None = None


@dataclass(frozen=True)
class VisitMove:
    """None leaves what it says as it is."""

    visit: AppointmentId
    start: datetime
    provider: str | None = None
    location: str | None = None
    second: bool | None = None


@dataclass(frozen=True)
class VisitChanged:
    """`withdrawn` reminders had not left yet and will not."""

    line: VisitLine
    withdrawn: int = 0


# --- doubtful addresses --------------------------------------------------------------------------


@dataclass(frozen=True)
class AddressQuery:
    """With `code` only what has that reason."""

    code: str = ""
    limit: int = 200
    offset: int = 0


@dataclass(frozen=True)
class AddressLine:
    """One address of one person and what is doubtful about it."""

    person: PersonId
    name: str = field(repr=False)
    address: str = field(repr=False)
    reason: Reason
    suggestion: str = field(repr=False, default="")
    """The whole address that was probably meant."""


@dataclass(frozen=True)
class AddressesShown:
    """`counts` by reason code over everybody; `total` of what was asked for."""

    lines: tuple[AddressLine, ...]
    counts: dict[str, int]
    total: int
    looked_at: int
