"""Frozen values of who may be written to: purposes, how we know, and who reads which mailbox.

45 CFR 164.506 (care without consent), 164.508 (authorization for marketing, and where somebody
pays), 164.522(b) (confidential ways), 164.502(g) (who stands for a patient). Nothing heavy here.
"""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from desktop.frozen import dataclass
from desktop.models.records import Consent, PersonId

EvidenceId = NewType("EvidenceId", str)
BatchId = NewType("BatchId", str)
AuthorizationId = NewType("AuthorizationId", str)
OptInId = NewType("OptInId", str)
MappingId = NewType("MappingId", str)
SegmentId = NewType("SegmentId", str)
MergeId = NewType("MergeId", str)
FolderId = NewType("FolderId", str)
LocationId = NewType("LocationId", str)
FieldId = NewType("FieldId", str)

ADULT_AT = 18
"""Years; on that birthday a guardian's link ends (45 CFR 164.502(g)(3))."""


class Use(StrEnum):
    """What mail is for; each has a state of its own in the consent ledger."""

    CARE = "care"
    """Treatment, payment and operations. A refusal of it is a refusal of all mail."""
    MARKETING = "marketing"
    """Needs an authorization of 164.508(a)(3). A refusal covers what others pay for too."""
    PAID = "paid"
    """Marketing for which somebody else pays: its authorization must say so."""
    PLAIN = "plain"
    """The warned wish for mail that is not encrypted, whatever it is for."""
    GIFTS = "gifts"
    """Being asked for gifts: needs no yes, and ends at a no of its own (45 CFR 164.514(f)(2)) or at one
    to marketing."""


BELOW_MARKETING = frozenset({Use.PAID, Use.GIFTS})
"""What a refusal of marketing refuses too."""


class EvidenceKind(StrEnum):
    """How we know."""

    FORM = "form"
    """A signed paper or file, kept with its hash."""
    BATCH_FORM = "batch-form"
    """The blank form that an intake column refers to."""
    REPLY = "reply"
    """A mail with the code that was sent to the same address."""
    SPOKEN = "spoken"
    """Said to somebody at the desk or by telephone; the note says to whom and when."""
    IMPORT_ROW = "import-row"
    """A file's own column with date and source; the hash is that of the file."""
    DOCUMENT = "document"
    """Papers of somebody who stands for the patient."""


class Reader(StrEnum):
    """Who reads a mailbox that a person's mail goes to."""

    SELF = "self"
    GUARDIAN = "guardian"
    """A parent or guardian: until the person is eighteen."""
    PROXY = "proxy"
    """Somebody with a document that says so."""
    SHARED = "shared"
    """Others read it who may know nothing: what goes there only the person can open."""


class FieldClass(StrEnum):
    PLAIN = "plain"
    """Says nothing about anybody."""
    IDENTIFYING = "identifying"
    """Says who, or when."""
    CLINICAL = "clinical"
    """Says, or lets guess, what for."""


class FieldKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    CHOICE = "choice"
    YES_NO = "yes-no"


@dataclass(frozen=True)
class Evidence:
    """`data` is the file itself where there is one; lists come without it."""

    id: EvidenceId
    kind: EvidenceKind
    sha256: str
    kept_at: datetime
    file_name: str = ""
    media_type: str = ""
    wording: str = ""
    note: str = ""
    taken_on: date | None = None
    by: str | None = None
    data: bytes | None = field(repr=False, default=None)


@dataclass(frozen=True)
class Standing:
    """What a person's ledger says of each purpose at one moment; an expired yes is unknown."""

    care: Consent = Consent.UNKNOWN
    marketing: Consent = Consent.UNKNOWN
    paid: Consent = Consent.UNKNOWN
    plain: Consent = Consent.UNKNOWN
    gifts: Consent = Consent.UNKNOWN

    def own(self, use: Use) -> Consent:
        """Of this purpose alone."""
        said: Consent = getattr(self, use.value)
        return said

    def of(self, use: Use) -> Consent:
        """With what a refusal takes along: of care everything, of marketing what is paid for and gifts."""
        over = [self.care, self.marketing] if use in BELOW_MARKETING else [self.care]
        return Consent.REFUSED if Consent.REFUSED in over else self.own(use)


@dataclass(frozen=True)
class MailLink:
    """One person's tie to one mailbox. `document` is the evidence that a proxy stands on."""

    person: PersonId
    address: str
    preferred: bool
    reader: Reader = Reader.SELF
    reader_name: str = ""
    reader_person: PersonId | None = None
    document: EvidenceId | None = None
    confidential: bool = False
    since: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class VisitRule:
    """What holds for one type of visit; `type_key` is its name folded, as schedules write it.

    `instructions` by language. `patient_only`: nobody who stands for the patient hears of such a
    visit (45 CFR 164.522(b), and state law on what minors may decide alone).
    """

    type_key: str
    name: str
    arrive_early: int = 0
    """Minutes."""
    instructions: dict[str, str] = field(default_factory=dict)
    patient_only: bool = False
    remind: bool = True


@dataclass(frozen=True)
class Location:
    """A place where patients come. `hours` by weekday (`1` is Monday, ISO 8601), in the practice's words."""

    id: LocationId
    name: str
    address: str = ""
    phone: str = ""
    directions: str = ""
    hours: dict[str, str] = field(default_factory=dict)
    booking_link: str = ""
    portal_link: str = ""


CustomValue = str | int | float | bool
"""Of a custom field as it is kept: a day as YYYY-MM-DD, yes or no as true or false."""


@dataclass(frozen=True)
class CustomField:
    """A field of the practice's own; `name` is its key in every person's record and never changes."""

    id: FieldId
    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    group: FieldClass = FieldClass.PLAIN
    choices: tuple[str, ...] = ()
    place: int = 0
    retired_at: datetime | None = None
