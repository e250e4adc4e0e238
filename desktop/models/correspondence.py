"""Frozen values of the practice's mail: conversations, what was said in them, tasks beside them.

As `records.py`: they cross rooms and threads, and nothing heavy is imported.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime, time
from enum import IntEnum, StrEnum
from typing import NewType

from desktop.frozen import dataclass
from desktop.models.accounts import UserId
from desktop.models.delivery import AccountId, ReceivedId
from desktop.models.records import Label, MessageId, PersonId, Reason

ConversationId = NewType("ConversationId", str)
EntryId = NewType("EntryId", str)
TaskId = NewType("TaskId", str)
SnippetId = NewType("SnippetId", str)


class ConversationState(StrEnum):
    """`mine` on the screen is open with an owner; what comes in makes any of them open again."""

    OPEN = "open"
    WAITING = "waiting"
    """We answered, and something is still to come: a new time, an answer."""
    DONE = "done"


class Urgency(IntEnum):
    """Sorts a list of what is open: the highest first."""

    PLAIN = 0
    ASKS = 1
    """A question, a move, a cancellation, a wrong person."""
    URGENT = 2
    """Words that must not wait (chest pain, suicide, "not my appointment")."""


class Retention(StrEnum):
    """How long a conversation's words are kept after it was done; days in `compliance/retention.py`."""

    STANDARD = "standard"
    CHART = "chart"
    """Part of the record of care."""
    SHORT = "short"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Signature(StrEnum):
    """What became of a received mail's signature, once somebody has looked at it."""

    NONE = ""
    GOOD = "good"
    """By a key that is on record for the sender's contact."""
    UNKNOWN = "unknown"
    """Whole, but by a key that is nobody's here."""
    WRONG = "wrong"


class FilingForm(StrEnum):
    PDF = "pdf"
    EML = "eml"
    FILE = "file"
    """One received file, as it came."""


@dataclass(frozen=True)
class FileIn:
    """A file of a received mail: its name made safe, its type as claimed, its bytes' length."""

    name: str = field(repr=False)
    type: str
    size: int
    part: int
    """Which of the mail's parts it is; files inside `winmail.dat` count on from its own."""


@dataclass(frozen=True)
class Conversation:
    """A thread with one patient or professional; `person` is whom it belongs to, once that is known."""

    id: ConversationId
    subject: str = field(repr=False)
    state: ConversationState
    opened_at: datetime
    changed_at: datetime
    """When something was last said in it, by either side."""
    person: PersonId | None = None
    account: AccountId | None = None
    """The mailbox that it came in by."""
    owner: UserId | None = None
    label: Label = Label.SENSITIVE
    """The most sensitive of what was said; decides who may read it (`access/fields.may_read`)."""
    urgency: Urgency = Urgency.PLAIN
    ask: Reason | None = None
    """In one line: `ask-urgent`, `ask-wrong-person`, `ask-move`, `ask-cancel` or `ask-question`."""
    retention: Retention = Retention.STANDARD
    turn: int = 0
    """Counts what was said: who answers names the turn that they saw."""
    unseen: bool = False
    answering: UserId | None = None
    answering_until: datetime | None = None
    started_by: UserId | None = None
    """None where the other side began."""
    sender: str = field(default="", repr=False)
    """Name and address as claimed, where it is nobody whom we know."""
    snippet: str = field(default="", repr=False)
    last: Direction = Direction.IN
    sent_at: datetime | None = None
    """When the last letter of ours in it was written."""
    auto_answered_at: datetime | None = None
    done_at: datetime | None = None
    destroyed_at: datetime | None = None
    """When its words were destroyed, their time being over; something new takes this away."""


@dataclass(frozen=True)
class Entry:
    """One thing said in a conversation. `seq` rises with time and is the row of the search index."""

    id: EntryId
    conversation: ConversationId
    at: datetime
    direction: Direction
    seq: int = 0
    received: ReceivedId | None = None
    message: MessageId | None = None
    person: PersonId | None = None
    author: UserId | None = None
    label: Label = Label.SENSITIVE
    sender_name: str = field(default="", repr=False)
    sender: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    own: str = field(default="", repr=False)
    """The words without quotes; '' where nothing could be told apart, or of what is still sealed."""
    text: str = field(default="", repr=False)
    """The whole text where it says more than `own`."""
    files: tuple[FileIn, ...] = ()
    sealed: str = ""
    """`openpgp`, `smime`, `reply-file` of what came encrypted."""
    opened: bool = True
    """False while what came encrypted was not opened: then there are no words."""
    signature: Signature = Signature.NONE
    page: bool = False
    """There is a formatted page beside the text."""


@dataclass(frozen=True)
class MailQuery:
    """What is looked for; everything given must hold. `text` words are looked for by their beginnings."""

    text: str = field(default="", repr=False)
    person: PersonId | None = None
    since: datetime | None = None
    until: datetime | None = None
    label: Label | None = None
    state: ConversationState | None = None
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True)
class Snippet:
    """`kind` is `snippet`, `template` (with a subject) or `signature`; without `owner` the practice's."""

    id: SnippetId
    kind: str
    name: str
    text: str = field(repr=False)
    subject: str = field(default="", repr=False)
    language: str = "en"
    owner: UserId | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Filing:
    """That something was put to a person's record: what, when, by whom, and its hash."""

    id: str
    person: PersonId
    conversation: ConversationId
    form: FilingForm
    name: str = field(repr=False)
    sha256: str
    at: datetime
    by: UserId
    entry: EntryId | None = None


@dataclass(frozen=True)
class AfterHours:
    """An answer outside the opening hours: once per conversation, to people alone, off until turned on.

    '' stands for the program's own words, which say when somebody reads and whom to call in need.
    """

    enabled: bool = False
    text_en: str = ""
    text_es: str = ""


@dataclass(frozen=True)
class Notify:
    """When the program may say outside its window that something came; it never says what."""

    enabled: bool = True
    first: time = time(7, 0)
    last: time = time(19, 0)
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    """0 is Monday."""
