"""What goes in and out of the one door: frozen, serialisable values, nothing heavy.

Every request and answer passes through JSON and back unchanged (`office/wire.py`), so
that the agent can stand behind a socket. Sentences are not here: answers carry codes
and parameters, and the window and the command line ask `texts` for the words.
"""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime

from desktop.frozen import dataclass
from desktop.models.campaigning import DAY_BEFORE, WindowId, WindowKind
from desktop.models.correspondence import ConversationId
from desktop.models.protection import Form, KeyTrust
from desktop.models.records import (
    AppointmentId,
    Consent,
    ImportId,
    KeyId,
    KeyKind,
    Label,
    Level,
    MessageId,
    Method,
    Person,
    PersonId,
    Reason,
    State,
)
from desktop.office.values_messages import FilingLine

# --- people ------------------------------------------------------------------------


@dataclass(frozen=True)
class PersonLine:
    id: PersonId
    name: str
    email: str
    birth_date: date | None = None
    status: str = "active"
    consent: Consent = Consent.UNKNOWN


@dataclass(frozen=True)
class PeopleFound:
    people: tuple[PersonLine, ...]
    total: int
    hidden: tuple[str, ...] = ()
    """Groups of fields that this session's role does not see; theirs come empty."""


@dataclass(frozen=True)
class KeyLine:
    id: KeyId
    kind: KeyKind
    fingerprint: str
    expires: datetime | None
    usable: bool
    reason: Reason | None = None
    trust: KeyTrust = KeyTrust.CHECKED
    source: str = "file"


@dataclass(frozen=True)
class CardLine:
    """That a password card exists, who handed it over, and how; never the words."""

    handed_over: str
    how: str
    made_at: datetime


@dataclass(frozen=True)
class PersonShown:
    person: Person
    keys: tuple[KeyLine, ...]
    card: CardLine | None
    methods: tuple[Method, ...]
    """Every method that could reach this person with routine content today, best first."""
    last_used: datetime | None = None
    hidden: tuple[str, ...] = ()
    """As in `PeopleFound`: contact, appointment, clinical, billing."""
    filings: tuple[FilingLine, ...] = ()
    """What was put to this record, the latest first; without its name where the role may not read it."""


@dataclass(frozen=True)
class RejectedRow:
    line: int
    reason: Reason


@dataclass(frozen=True)
class ImportRequest:
    """The file's bytes are read by the caller; `name` is for the words only."""

    name: str
    data: bytes = field(repr=False)
    modified: datetime | None = None
    strict: bool = False
    dry_run: bool = False
    mapping: str = ""
    """The id or the name of a saved mapping; '' for the one by which the file is known again."""
    date_order: str = ""
    """`month-first` or `day-first`; '' for the saved mapping or what the file itself says."""


@dataclass(frozen=True)
class PeopleImported:
    created: int
    updated: int
    unchanged: int
    rejected: tuple[RejectedRow, ...]
    ignored_columns: tuple[str, ...] = ()
    id: ImportId | None = None
    """None of a dry run."""


@dataclass(frozen=True)
class AppointmentsImport:
    """`mode` is `whole`, `changes`, or None for the saved mapping (else changes)."""

    file: ImportRequest
    mode: str | None = None
    confirm: bool = False


@dataclass(frozen=True)
class AppointmentsImported:
    created: int
    updated: int
    unchanged: int
    rejected: tuple[RejectedRow, ...]
    cancelled: tuple[AppointmentId, ...]
    days: tuple[date, ...] = ()
    exported_at: datetime | None = None
    id: ImportId | None = None
    """None of a dry run."""


@dataclass(frozen=True)
class PassphraseRequest:
    """Who handed the card over, and how (`in-person`, `by-phone`, `by-post`)."""

    person: PersonId
    handed_over: str
    how: str


@dataclass(frozen=True)
class PassphraseMade:
    """Six words, shown once and never kept."""

    passphrase: str = field(repr=False)


@dataclass(frozen=True)
class KeyImport:
    person: PersonId
    fingerprint: str
    data: bytes = field(repr=False)


# --- protection, messages, reminders --------------------------------------------------


@dataclass(frozen=True)
class RejectedMethod:
    method: Method
    reason: Reason
    remedy: Reason | None = None


@dataclass(frozen=True)
class ContentFound:
    """Something that the content check found, and what follows from it.

    `start` and `end` count characters of the part; of a file: of its text. `file` counts the
    request's attachments and is -1 elsewhere. `picture` is a PNG of a scan's first page, so
    that somebody can look whom it is about.
    """

    kind: str
    part: str
    """`subject`, `text`, `html`, `file-name`, `file`."""
    file: int
    start: int
    end: int
    reason: Reason
    action: str
    """`warn` (has to be seen), `raise` (only the recipient may read it), `block`."""
    picture: bytes = field(repr=False, default=b"")


@dataclass(frozen=True)
class FileOwned:
    """Whether a file names the person whom the letter is about in full, and gives their date of birth."""

    name: bool
    birth_date: bool


@dataclass(frozen=True)
class Explained:
    """The decision that people see before they send; the sealed message carries its hash."""

    person: PersonId
    method: Method
    level: Level
    reasons: tuple[Reason, ...]
    rejected: tuple[RejectedMethod, ...]
    policy: str
    hash: str
    form: Form | None = None
    """What a locked file would be made as."""
    fingerprint: str = ""
    """Of the key that would seal it, where one does."""
    hits: tuple[ContentFound, ...] = ()
    seen: str = ""
    """Goes into `LetterRequest.seen` once the warnings of `hits` were shown; '' where there are none."""
    warnings: tuple[Reason, ...] = ()
    """What the sender's own name or domain gives away."""
    files: tuple[FileOwned, ...] = ()
    """One for each of the request's attachments, in their order."""


@dataclass(frozen=True)
class AttachmentIn:
    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class LetterRequest:
    """One letter to one person. `expect` is the hash of the decision that was shown, or ''."""

    person: PersonId
    subject: str = field(repr=False)
    text: str = field(repr=False)
    attachments: tuple[AttachmentIn, ...] = ()
    label: Label = Label.SENSITIVE
    wanted: Method | None = None
    expect: str = ""
    seen: str = ""
    """`Explained.seen`, once a person has seen the warnings of the content check."""
    raise_to: Level | None = None
    conversation: ConversationId | None = None
    """What it answers or continues; None begins a conversation."""
    turn: int = 0
    """`ConversationShown.turn` as its writer saw it: whatever was said since is shown first."""
    about: PersonId | None = None
    """Of a letter to a professional: the patient whom it is about; None within a patient's conversation
    is that patient. Needed (`about-missing`) where its content names one."""


@dataclass(frozen=True)
class CallOpened:
    """What sending answers for the label `do-not-email`: nothing leaves, `task` says to phone."""

    task: str
    person: PersonId
    reason: Reason


@dataclass(frozen=True)
class Queued:
    id: MessageId
    method: Method
    reasons: tuple[Reason, ...]
    state: State
    not_before: datetime
    conversation: ConversationId | None = None


@dataclass(frozen=True)
class ReminderLine:
    appointment: AppointmentId
    person: PersonId
    name: str
    start: datetime
    """Wall-clock time of the visit, without zone."""
    method: Method
    reasons: tuple[Reason, ...]
    state: State
    window: WindowId = DAY_BEFORE
    kind: WindowKind = WindowKind.REMINDER
    hour: datetime | None = None
    """Not before this moment (UTC); None: as soon as it is sent."""
    others: tuple[FamilyVisit, ...] = ()
    """Of a family's one letter: the further visits that it names."""


@dataclass(frozen=True)
class FamilyVisit:
    """`start` as in `ReminderLine`."""

    appointment: AppointmentId
    person: PersonId
    name: str
    start: datetime


@dataclass(frozen=True)
class ExcludedLine:
    appointment: AppointmentId
    person: PersonId
    name: str
    start: datetime
    reason: Reason
    window: WindowId = DAY_BEFORE
    kind: WindowKind = WindowKind.REMINDER
    hour: datetime | None = None
    fix: str = ""
    """What mends it: `address`, `protect`, `complete`, `relay`, `words`, `call`, `drop` (the visit should not
    stand in the schedule); '' where it is right as it is."""


@dataclass(frozen=True)
class ReminderPlan:
    """One line per appointment of `day`: reminders (with their `others`) plus excluded are all of them.

    With times of the practice's own and no day asked for: one for each visit and time that is due by
    the end of `until`.

    `batch` names this preview; `send_reminders` freezes the same day anew and refuses
    nothing, but reports what changed since.
    """

    day: date
    reminders: tuple[ReminderLine, ...]
    excluded: tuple[ExcludedLine, ...]
    messages: tuple[MessageId, ...] = ()
    """Filled by `send_reminders`: what Undo cancels."""
    exported_at: datetime | None = None
    """When the schedule's file for this day was made."""
    until: date | None = None
    zone: str = "UTC"
    """The practice's: hours are told by its clock, as visits are."""


# --- outbox ------------------------------------------------------------------------


@dataclass(frozen=True)
class OutboxLine:
    id: MessageId
    person: PersonId
    name: str
    kind: str
    method: Method
    state: State
    reply: str
    attempts: int
    queued_at: datetime
    not_before: datetime
    reason: Reason | None = None
    can_cancel: bool = False
    next_try: datetime | None = None
    """When a waiting one is tried again, where it has to wait longer than its hold."""
    pause: Reason | None = None
    """Why it is paused, if it is."""


@dataclass(frozen=True)
class OutboxShown:
    counts: dict[State, int]
    messages: tuple[OutboxLine, ...]
    stopped: Reason | None = None
    """Why the latest run ended although rows were due, such as a relay that cannot be reached."""
    mark: str = ""
    """Changes with the outbox: goes into the next look as `known`."""
    unchanged: bool = False
    """Nothing has changed since `known`: the rows were not read again."""


@dataclass(frozen=True)
class Cancelled:
    """Of the messages that Undo named: how many were stopped, how many had already left."""

    cancelled: int
    too_late: int
