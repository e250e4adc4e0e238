"""Values of the door about what patients answered, on its way back to the schedule; nothing heavy."""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime

from desktop.frozen import dataclass
from desktop.models.campaigning import VisitAnswer
from desktop.models.records import AppointmentId, PersonId

CSV, PAPER, FHIR = "csv", "pdf", "fhir"
"""Forms of a day's answers: the columns of the schedule's own file, a list on paper, FHIR R4."""


@dataclass(frozen=True)
class AnswerLine:
    """One visit of the day. `answer` None: nobody said anything.

    `entered_by` is '' where the next schedule showed it by itself. `occurrence` is the time that was
    answered: a visit that was moved since has no answer.
    """

    appointment: AppointmentId
    occurrence: int
    person: PersonId
    name: str
    phone: str
    start: datetime
    visit_type: str
    provider: str
    cancelled: bool
    """Whether the visit is off in the schedule already."""
    answer: VisitAnswer | None = None
    at: datetime | None = None
    entered_at: datetime | None = None
    entered_by: str = ""


@dataclass(frozen=True)
class AnswersShown:
    """The visits of `day`: answers that nobody has entered yet first, then by time.

    `left` counts the answers that are not in the schedule yet.
    """

    day: date
    lines: tuple[AnswerLine, ...]
    confirmed: int
    declined: int
    silent: int
    left: int
    may_enter: bool
    may_export: bool


@dataclass(frozen=True)
class AnswerMark:
    """Somebody has put the answer of `occurrence` into the schedule, or takes that back.

    `answer` is what they saw: the patient may have said otherwise since. None: whatever it is.
    """

    appointment: AppointmentId
    occurrence: int
    entered: bool = True
    answer: VisitAnswer | None = None


@dataclass(frozen=True)
class AnswersFile:
    """`form` is one of `CSV`, `PAPER`, `FHIR`; `rows` is how many visits it holds.

    `source` names the mapping whose columns a CSV file has, '' where the usual names stand.
    """

    name: str
    form: str
    rows: int
    source: str = ""
    data: bytes = field(repr=False, default=b"")
