"""What a plan of reminders holds: each visit and window once, with its letter or with why there is none."""

from __future__ import annotations

import hashlib
from dataclasses import field
from datetime import date, datetime

from desktop.campaigns.planner import Excluded
from desktop.campaigns.windows import Due
from desktop.frozen import dataclass
from desktop.mail.decision import Decision
from desktop.mail.gather import Gathered
from desktop.mail.mime import Picture
from desktop.mail.sender import Sender
from desktop.models.campaigning import Window
from desktop.models.records import Appointment, AppointmentId, Message, Person
from desktop.models.remindervisits import Told


@dataclass(frozen=True)
class Worded:
    """A letter before it is sealed; `html` is '' where it is words alone."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False, default="")
    pictures: tuple[Picture, ...] = field(repr=False, default=())


@dataclass(frozen=True)
class PlannedReminder:
    """One reminder, decided and worded, not sealed yet. `others` are a family's further visits in it."""

    due: Due
    known: Gathered
    decision: Decision
    generation: int
    letter: Worded
    others: tuple[PlannedReminder, ...] = ()

    @property
    def appointment(self) -> Appointment:
        return self.due.visit

    @property
    def person(self) -> Person:
        return self.known.person

    @property
    def window(self) -> Window:
        return self.due.window

    @property
    def subject(self) -> str:
        return self.letter.subject

    @property
    def text(self) -> str:
        return self.letter.text

    @property
    def all(self) -> tuple[PlannedReminder, ...]:
        return (self, *self.others)

    @property
    def visits(self) -> tuple[Told, ...]:
        return tuple(one.due.told for one in self.all)

    @property
    def hour(self) -> datetime | None:
        """The first of its visits says when."""
        return min((one.due.hour for one in self.all if one.due.hour is not None), default=None)

    @property
    def useless_after(self) -> datetime:
        """Of a family, once the last visit begins: those that began before are left out at the claim."""
        return max(one.due.useless_after for one in self.all)

    @property
    def wording(self) -> str:
        """What tells two letters apart: less detail is wished, the visit has another room, the page another
        picture."""
        letter = self.letter
        pictures = (hashlib.sha256(one.data).hexdigest() for one in letter.pictures)
        said = (letter.subject, letter.text, *((letter.html, *pictures) if letter.html else ()))
        return hashlib.sha256("\0".join(said).encode()).hexdigest()


@dataclass(frozen=True)
class Plan:
    """`rows` (with their `others`) and `excluded` together are each due visit and window once: all those of
    `day`, or with `until` all that are due by its end."""

    day: date
    sender: Sender
    rows: tuple[PlannedReminder, ...]
    excluded: tuple[Excluded, ...]
    until: date | None = None


@dataclass(frozen=True)
class QueuedReminders:
    """What `enqueue` did; `lost` met a reminder that somebody queued meanwhile."""

    messages: tuple[Message, ...]
    lost: tuple[Told, ...]

    @property
    def crossed(self) -> tuple[AppointmentId, ...]:
        return tuple(dict.fromkeys(one.appointment for one in self.lost))
