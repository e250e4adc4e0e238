"""Values of the door about consent: what somebody said, how we know, written permissions. Nothing heavy."""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime

from desktop.frozen import dataclass
from desktop.models.records import Consent, MessageId, PersonId, Reason
from desktop.models.standing import AuthorizationId, BatchId, EvidenceId, EvidenceKind, OptInId, Use

HOW = ("in-person", "by-phone", "by-post", "by-mail")
"""How a word reached the practice."""

# --- what is shown -------------------------------------------------------------------------


@dataclass(frozen=True)
class ProofLine:
    """One piece of evidence without its file; `by` is the name of who kept it."""

    id: EvidenceId
    kind: EvidenceKind
    sha256: str
    kept_at: datetime
    file_name: str = field(repr=False, default="")
    wording: str = ""
    note: str = field(repr=False, default="")
    taken_on: date | None = None
    by: str = ""
    has_file: bool = False


@dataclass(frozen=True)
class UseLine:
    """Where one purpose stands now. `counts` is `state` with what a refusal of another takes along
    and with expiry; `because` names that other purpose, or the expiry."""

    use: Use
    state: Consent
    counts: Consent
    since: datetime | None = None
    expires: datetime | None = None
    because: Reason | None = None
    proof: ProofLine | None = None


@dataclass(frozen=True)
class EntryLine:
    """One entry of the ledger. `by` is a name, '' for a program's own work."""

    seq: int
    at: datetime
    use: Use
    state: Consent
    source: str = field(repr=False)
    by: str
    how: str = ""
    """One of HOW, or `import`, `batch`, `merge`, `undo`, `expired`, '' for what was kept before."""
    wording: str = ""
    proof: ProofLine | None = None
    expires: datetime | None = None
    batch: BatchId | None = None
    authorization: AuthorizationId | None = None


@dataclass(frozen=True)
class AuthorizationLine:
    """A written permission (45 CFR 164.508). `problem` says why it does not count, None where it does."""

    id: AuthorizationId
    use: Use
    what: str
    discloser: str
    recipient: str
    aim: str
    expires_on: date | None
    expires_event: str
    signed_on: date | None
    signed_by: str = field(repr=False)
    authority: str
    paid: bool
    payer: str
    copy_given: bool
    form: str
    proof: ProofLine | None
    by: str
    kept_at: datetime
    revoked_on: date | None = None
    revoked_how: str = ""
    problem: Reason | None = None


@dataclass(frozen=True)
class AskedLine:
    """A question by mail. `answer` is '' while it is open, else `yes`, `no` or `over`."""

    id: OptInId
    use: Use
    address: str = field(repr=False)
    asked_at: datetime
    until: datetime
    message: MessageId | None = None
    answered_at: datetime | None = None
    answer: str = ""


@dataclass(frozen=True)
class ConsentShown:
    """Everything about one person; `entries` newest first."""

    person: PersonId
    name: str = field(repr=False)
    uses: tuple[UseLine, ...]
    entries: tuple[EntryLine, ...] = ()
    authorizations: tuple[AuthorizationLine, ...] = ()
    asked: tuple[AskedLine, ...] = ()
    can_record: bool = False
    can_authorize: bool = False
    can_ask: bool = False


# --- what is asked for ---------------------------------------------------------------------


@dataclass(frozen=True)
class ProofIn:
    """Evidence as it comes: a file with its name, or the note of what was said. FORM, SPOKEN or DOCUMENT."""

    kind: EvidenceKind
    file_name: str = field(repr=False, default="")
    data: bytes | None = field(repr=False, default=None)
    note: str = field(repr=False, default="")
    wording: str = ""
    taken_on: date | None = None


@dataclass(frozen=True)
class ConsentRequest:
    """A person's word. `on` is the day that they said it, None for today; `how` one of HOW.

    `warned`: for the wish for plain mail, that they were told of the risk. `until`: the last day.
    """

    person: PersonId
    use: Use
    state: Consent
    how: str = "in-person"
    on: date | None = None
    source: str = field(repr=False, default="")
    proof: ProofIn | None = None
    until: date | None = None
    warned: bool = False


@dataclass(frozen=True)
class PermissionForm:
    """What a written permission says: for the form to print, and as it was signed.

    `discloser` '' is the practice. Of `expires_on` and `expires_event` at least one. `language` is
    that of the form.
    """

    person: PersonId
    use: Use
    what: str
    recipient: str
    aim: str
    discloser: str = ""
    expires_on: date | None = None
    expires_event: str = ""
    paid: bool = False
    payer: str = ""
    language: str = "en"


@dataclass(frozen=True)
class SignedPermission:
    """The form as it came back. `authority` where somebody signed for the person."""

    form: PermissionForm
    signed_on: date | None
    signed_by: str = field(repr=False)
    scan: ProofIn | None = None
    authority: str = ""
    copy_given: bool = False
    how: str = "in-person"


@dataclass(frozen=True)
class PermissionEnd:
    """Taken back: from `on` (None for today) nothing more is sent under it."""

    authorization: AuthorizationId
    how: str = "in-person"
    on: date | None = None
    note: str = field(repr=False, default="")


@dataclass(frozen=True)
class AskRequest:
    """A letter with a code; the yes is the code that comes back from the same address."""

    person: PersonId
    use: Use


@dataclass(frozen=True)
class Asked:
    message: MessageId
    until: datetime
    shown: ConsentShown


# --- many at once ---------------------------------------------------------------------------


@dataclass(frozen=True)
class BatchColumns:
    """Heads of the columns of the file, as they stand there. `external_id` or the names with the birth
    date say who; `version` may be missing where `BatchRequest.wording` says it for all."""

    answer: str
    on: str
    external_id: str = ""
    first_name: str = ""
    last_name: str = ""
    birth_date: str = ""
    version: str = ""


@dataclass(frozen=True)
class BatchRequest:
    """An intake column of people who are known already, and the blank form that it refers to."""

    use: Use
    name: str = field(repr=False)
    data: bytes = field(repr=False)
    columns: BatchColumns
    form: ProofIn
    wording: str = ""
    day_first: bool = False


@dataclass(frozen=True)
class BatchLeftOut:
    line: int
    reason: Reason


@dataclass(frozen=True)
class BatchTried:
    """What it would come to: yes, no (a refusal is taken), the same as before, and who is left out."""

    given: int
    refused: int
    same: int
    left_out: tuple[BatchLeftOut, ...] = ()
    content: str = ""
    """SHA-256 of what would be signed, 64 hex digits."""


@dataclass(frozen=True)
class BatchLine:
    id: BatchId
    use: Use
    at: datetime
    by: str
    count: int
    wording: str
    content: str
    signed: bool
    """The signature holds over the content."""
    undone_at: datetime | None = None
    undone_by: str = ""


@dataclass(frozen=True)
class BatchDone:
    batch: BatchLine
    tried: BatchTried


@dataclass(frozen=True)
class BatchUndone:
    """`withdrawn` yes became unknown; `refusals` stay; `changed_since` said something newer."""

    batch: BatchLine
    withdrawn: int
    refusals: int
    changed_since: int


# --- proof ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ConsentProof:
    """Why one message could go: the purpose, what the ledger said when it left, and the evidence.

    `allowed`: what stood then allowed it. `data` is the paper where one was asked for.
    """

    message: MessageId
    person: PersonId
    use: Use
    at: datetime
    allowed: bool
    basis: Reason
    entries: tuple[EntryLine, ...] = ()
    authorization: AuthorizationLine | None = None
    file_name: str = field(repr=False, default="")
    data: bytes | None = field(repr=False, default=None)
