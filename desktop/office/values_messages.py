"""Values of the door about messages and tasks: conversations, files, search, snippets. Nothing heavy."""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime

from desktop.frozen import dataclass
from desktop.models.accounts import UserId
from desktop.models.correspondence import (
    AfterHours,
    ConversationId,
    ConversationState,
    Direction,
    EntryId,
    FileIn,
    FilingForm,
    Notify,
    Retention,
    Signature,
    SnippetId,
    TaskId,
    Urgency,
)
from desktop.models.delivery import ReceivedId
from desktop.models.records import Label, MessageId, PersonId, Reason, State

# --- lists ---------------------------------------------------------------------------------

INBOX, MINE, WAITING, DONE, SENT, UNKNOWN = "inbox", "mine", "waiting", "done", "sent", "unknown"
PLACES = (INBOX, MINE, WAITING, DONE, SENT, UNKNOWN)
"""Inbox: what is open and of somebody known. Unknown: open, of nobody whom we know. Sent: letters of
ours, the newest first. Drafts are `list_drafts`."""


@dataclass(frozen=True)
class ConversationQuery:
    """With `known`, the `mark` of an earlier look, nothing is read or recorded unless something changed."""

    place: str = INBOX
    limit: int = 50
    offset: int = 0
    known: str = ""


@dataclass(frozen=True)
class ConversationLine:
    """One conversation in a list. Where this role may not read it, `hidden` holds, and subject, snippet
    and `ask` are empty; with whom it is stays. Only an open one has an `ask` and an urgency."""

    id: ConversationId
    person: PersonId | None
    name: str = field(repr=False)
    """Of the person; of somebody unknown the cleaned name and address as claimed."""
    subject: str = field(repr=False)
    snippet: str = field(repr=False)
    state: ConversationState
    label: Label
    urgency: Urgency
    changed_at: datetime
    last: Direction
    unseen: bool
    ask: Reason | None = None
    """`ask-move` {name, when}, `ask-cancel` {name, when}, `ask-question` {name}, `ask-urgent` {name},
    `ask-wrong-person` {name}: one line with its words in the catalogue (`reason.<code>`)."""
    owner: UserId | None = None
    owner_name: str = ""
    answering: str = ""
    """The name of somebody else who is answering now."""
    hidden: bool = False


@dataclass(frozen=True)
class ConversationsShown:
    lines: tuple[ConversationLine, ...]
    counts: dict[str, int] = field(default_factory=dict)
    """By place (all but `sent`): how many there are; `unseen` and `urgent` among the open ones."""
    mark: str = ""
    unchanged: bool = False


# --- one conversation ------------------------------------------------------------------------


@dataclass(frozen=True)
class EntryShown:
    """One thing said. Text is plain and cleaned; `own` is what they wrote, `rest` the quotes under it."""

    id: EntryId
    at: datetime
    direction: Direction
    name: str = field(repr=False)
    """Who said it: the person, a user of ours, or the cleaned address."""
    address: str = field(repr=False)
    subject: str = field(repr=False)
    own: str = field(repr=False)
    rest: str = field(repr=False, default="")
    files: tuple[FileIn, ...] = ()
    more_files: int = 0
    """How many further files there are that are not listed."""
    sealed: str = ""
    opened: bool = True
    """False: it came encrypted and was not opened (`open_sealed`)."""
    trouble: Reason | None = None
    """Why it cannot be opened: then no text is shown."""
    signature: Signature = Signature.NONE
    page: bool = False
    """`show_formatted` has more to show."""
    kind: str = "letter"
    """Of ours: `letter`, `reminder`, `campaign`, `auto-answer`; of theirs `received`."""
    message: MessageId | None = None
    received: ReceivedId | None = None
    state: State | None = None
    """Of ours: how far it has come."""
    about: str = ""
    """Of a reminder: the visit's time in words of the wall clock, ISO without zone."""
    elsewhere: bool = False
    """Theirs, but from another address than the one on record: it may be somebody else's words."""


@dataclass(frozen=True)
class FilingLine:
    id: str
    form: FilingForm
    name: str = field(repr=False)
    at: datetime
    by: str


@dataclass(frozen=True)
class ConversationShown:
    """A conversation, oldest entry first; `earlier` says how many older ones were left out."""

    line: ConversationLine
    entries: tuple[EntryShown, ...]
    turn: int
    """Goes into `LetterRequest.turn` with an answer."""
    retention: Retention
    tasks: tuple[TaskLine, ...] = ()
    """Open ones that belong to it."""
    filings: tuple[FilingLine, ...] = ()
    earlier: int = 0
    birth_date: date | None = None
    external_id: str = ""
    writers: tuple[PersonId, ...] = ()
    """Of somebody unknown: whose address it may be (a mother's and her child's)."""
    reply_to: PersonId | None = None
    """Whom an answer goes to; None where nobody is known yet."""


@dataclass(frozen=True)
class ConversationChange:
    """What stays None stays. `owner` '' gives it back to everybody; `person` says whose it is."""

    id: ConversationId
    state: ConversationState | None = None
    owner: UserId | None = None
    give_back: bool = False
    retention: Retention | None = None
    person: PersonId | None = None
    turn: int | None = None
    """What whoever settles it has seen: nothing that came in since is settled unread."""


@dataclass(frozen=True)
class Answering:
    """That this session's person answers now; `others` did before and have not left."""

    turn: int
    other: str = ""
    """Whose answer is under way; '' where nobody else's is."""


@dataclass(frozen=True)
class Formatted:
    """A received page, sanitised: no script, form, style of its own, or anything to be fetched."""

    html: str = field(repr=False)
    left_out: tuple[Reason, ...] = ()
    """What was taken out: `page-remote` {count}, `page-script`, `page-form`, `page-hidden`."""


@dataclass(frozen=True)
class FileOut:
    """Bytes to be written where the person chooses, under a name that is safe on every system."""

    name: str = field(repr=False)
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class ToChart:
    """Put a conversation (`pdf`, `eml`) or one received file (`entry`, `part`) to a person's record."""

    conversation: ConversationId
    form: FilingForm
    person: PersonId | None = None
    """None: only exported, filed to nobody."""
    entry: EntryId | None = None
    part: int = 0


# --- search --------------------------------------------------------------------------------


@dataclass(frozen=True)
class MailHit:
    conversation: ConversationId
    entry: EntryId
    at: datetime
    name: str = field(repr=False)
    subject: str = field(repr=False)
    snippet: str = field(repr=False)
    direction: Direction
    state: ConversationState
    label: Label
    person: PersonId | None = None


@dataclass(frozen=True)
class MailFound:
    hits: tuple[MailHit, ...]
    tasks: tuple[TaskLine, ...] = ()
    more: bool = False
    hidden: int = 0
    """How many of the newest messages this role may not read, whatever was looked for in them."""


# --- tasks -----------------------------------------------------------------------------------


TASK_GROUPS = ("urgent", "replies", "calls", "addresses", "moves", "keys", "review", "system", "own")
"""As they stand on the page, the most pressing first."""


@dataclass(frozen=True)
class TaskLine:
    """One thing to do. `title` names it in a sentence; `group` is where it stands on the page."""

    id: TaskId
    kind: str
    group: str
    """One of `TASK_GROUPS`."""
    title: Reason
    opened_at: datetime
    person: PersonId | None = None
    name: str = field(repr=False, default="")
    external_id: str = field(repr=False, default="")
    owner: UserId | None = None
    owner_name: str = ""
    due_at: datetime | None = None
    overdue: bool = False
    note: str = field(repr=False, default="")
    result: str = ""
    closed_at: datetime | None = None
    closed_by: str = ""
    conversation: ConversationId | None = None
    message: MessageId | None = None
    step: str = ""
    """What its button does: `conversation`, `call`, `failure`, `unclear`, `keys`, `review`, `log-review`,
    `backups`, `settings`, '' where there is only Done."""
    ends_itself: bool = False
    """It closes when what it waits for has happened; a person may end it before."""
    can_end: bool = True
    """False: only the work itself ends it, such as a review that is signed off."""


@dataclass(frozen=True)
class TaskQuery:
    """`mine`: those of this person and of nobody. `ended`: what was done, the latest first."""

    mine: bool = False
    ended: bool = False
    group: str = ""
    limit: int = 200
    offset: int = 0


@dataclass(frozen=True)
class Colleague:
    id: UserId
    name: str


@dataclass(frozen=True)
class TasksShown:
    tasks: tuple[TaskLine, ...]
    counts: dict[str, int] = field(default_factory=dict)
    """Of open ones, by group; only groups that this role sees."""
    total: int = 0
    colleagues: tuple[Colleague, ...] = ()
    """Who can be given a task: everybody who can sign in and sees any, by name."""


@dataclass(frozen=True)
class TaskRequest:
    """A task of one's own making; `owner` None: whoever may do it."""

    note: str = field(repr=False)
    person: PersonId | None = None
    owner: UserId | None = None
    due_at: datetime | None = None
    conversation: ConversationId | None = None


@dataclass(frozen=True)
class TaskChange:
    """What stays None stays; `give_back` leaves it to whoever may do it, `no_due` takes the day away."""

    id: TaskId
    owner: UserId | None = None
    give_back: bool = False
    due_at: datetime | None = None
    no_due: bool = False
    note: str | None = field(repr=False, default=None)


@dataclass(frozen=True)
class TaskEnd:
    """`result` is `done` or `dropped`; a note is added to what stands there."""

    id: TaskId
    result: str = "done"
    note: str = field(repr=False, default="")


# --- snippets, after hours, notifications -------------------------------------------------------


@dataclass(frozen=True)
class SnippetRequest:
    """`id` None makes a new one; `shared` for everybody of the practice."""

    kind: str
    name: str
    text: str = field(repr=False)
    subject: str = field(repr=False, default="")
    language: str = "en"
    shared: bool = False
    id: SnippetId | None = None


@dataclass(frozen=True)
class SnippetLine:
    id: SnippetId
    kind: str
    name: str
    text: str = field(repr=False)
    subject: str = field(repr=False, default="")
    language: str = "en"
    shared: bool = False
    can_change: bool = True


@dataclass(frozen=True)
class FieldNamed:
    """A field of the practice's own: `name` as a text writes it, `label` in the practice's words."""

    name: str
    label: str


@dataclass(frozen=True)
class SnippetsShown:
    snippets: tuple[SnippetLine, ...]
    signature: str = field(repr=False, default="")
    """What goes under a letter of this person: their own, else the practice's, else ''."""
    may_share: bool = False
    """Whether this person may write for everybody."""
    fields: tuple[str, ...] = ()
    """What a text may name (`ui.blocks.field-<field>`); `own_fields` are those of the practice alone,
    which a signature may name."""
    own_fields: tuple[str, ...] = ()
    custom: tuple[FieldNamed, ...] = ()
    """What a block or a letter may name besides, as far as this role sees it."""


@dataclass(frozen=True)
class SnippetFilled:
    """With the person's fields in place; `missing` names fields that this person has not."""

    text: str = field(repr=False)
    subject: str = field(repr=False, default="")
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class AfterHoursShown:
    rules: AfterHours
    notify: Notify
    words_en: str = ""
    """What is sent where `rules.text_en` is ''."""
    words_es: str = ""
    zone: str = ""
    """The practice's clock, by which all of it goes."""
