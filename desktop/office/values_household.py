"""Values of the household and of duplicates: whose mailbox it is, and who is the same person."""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime

from desktop.frozen import dataclass
from desktop.models.records import PersonId, Reason
from desktop.models.standing import EvidenceId, MergeId, Reader

# --- household ---------------------------------------------------------------------


@dataclass(frozen=True)
class LinkLine:
    """One mailbox of a person. `counts`: mail goes there today; `why_not` says why a chosen one does not."""

    address: str
    reader: Reader
    counts: bool
    reader_name: str = ""
    reader_person: PersonId | None = None
    document: EvidenceId | None = None
    confidential: bool = False
    since: datetime | None = None
    until: date | None = None
    """The eighteenth birthday, on which a guardian's link ends."""
    ended_at: datetime | None = None
    why_not: Reason | None = None


@dataclass(frozen=True)
class MemberLine:
    """Somebody else whose mail goes to the same mailbox."""

    id: PersonId
    name: str
    birth_date: date | None
    reader: Reader


@dataclass(frozen=True)
class HouseholdShown:
    """`why` says why nothing can be written to this person where `links` has none that counts."""

    person: PersonId
    name: str
    links: tuple[LinkLine, ...]
    members: tuple[MemberLine, ...]
    family: str = ""
    """Of the mailbox that counts: '' as the practice does, `merge` or `apart`."""
    why: Reason | None = None
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class LinkRequest:
    """Set one mailbox of a person. A proxy needs `document`: the paper itself, kept with its hash."""

    person: PersonId
    address: str
    reader: Reader = Reader.SELF
    reader_name: str = ""
    reader_person: PersonId | None = None
    confidential: bool = False
    document_name: str = ""
    document: bytes = field(repr=False, default=b"")


# --- duplicates --------------------------------------------------------------------


@dataclass(frozen=True)
class Side:
    """One of two records as it is shown beside the other."""

    id: PersonId
    name: str
    first_name: str
    last_name: str
    birth_date: date | None
    email: str
    phone: str
    external_id: str
    status: str
    consent: str
    visits: int = 0
    messages: int = 0
    street: str = ""
    city: str = ""
    zip: str = ""
    last_visit: date | None = None


@dataclass(frozen=True)
class PairLine:
    """`score` is 0 to 100; `reasons` say what is alike and what is not, the weightiest first."""

    first: Side
    second: Side
    score: int
    reasons: tuple[Reason, ...]
    differences: tuple[str, ...]
    """Names of the fields in which the two differ."""


@dataclass(frozen=True)
class MergeLine:
    """A merge that was made: `undo` where it still can be undone."""

    id: MergeId
    kept: PersonId
    kept_name: str
    gone_name: str
    at: datetime
    undo: bool
    undone_at: datetime | None = None


@dataclass(frozen=True)
class DuplicatesShown:
    pairs: tuple[PairLine, ...]
    total: int
    merges: tuple[MergeLine, ...] = ()
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class DuplicatesFound:
    """`found` new pairs among `looked_at` people; `open` are waiting for somebody to look."""

    looked_at: int
    found: int
    open: int


@dataclass(frozen=True)
class Merged:
    """`consent` names the purposes whose stricter word came from the other record."""

    id: MergeId
    kept: PersonId
    gone: PersonId
    moved: int
    consent: tuple[str, ...] = ()
    cancelled: int = 0
    """Queued messages to the record that went."""


@dataclass(frozen=True)
class Unmerged:
    """`stayed` counts what came after the merge and stays with the record that was kept."""

    id: MergeId
    kept: PersonId
    restored: PersonId
    stayed: int = 0
