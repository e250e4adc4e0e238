"""Values of the door about the audit log: asking, handing out, witnesses, alerts, retention."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from enum import StrEnum

from desktop.audit.groups import GROUPS
from desktop.frozen import dataclass
from desktop.models.filters import AuditFilter
from desktop.models.records import PersonId


class LogFormat(StrEnum):
    """`package` is a ZIP of the JSON Lines file, a report, the checkpoint, the key and the verifiers."""

    JSONL = "jsonl"
    CSV = "csv"
    PDF = "pdf"
    FHIR = "fhir"
    SYSLOG = "syslog"
    PACKAGE = "package"


EVENT_GROUPS: Mapping[str, tuple[str, ...]] = GROUPS
"""The acts by group (`digest.<group>`), for filters and for the weekly review."""


@dataclass(frozen=True)
class LogQuery:
    """One page of the log: the newest `limit` records before `before` that `filter` lets through.

    `actor` may also be the name of a user; times without a zone are those of the practice's clocks.
    """

    filter: AuditFilter = field(default_factory=AuditFilter)
    before: int | None = None
    limit: int = 100


NEWEST = LogQuery()
"""The newest page of the whole log."""


@dataclass(frozen=True)
class LogExport:
    """`filter` as in `LogQuery`; `to` is a path on this computer.

    `approval` is the id that a first call answered, once approved.
    """

    format: LogFormat
    to: str
    reason: str = field(repr=False)
    filter: AuditFilter = field(default_factory=AuditFilter)
    approval: str = ""


@dataclass(frozen=True)
class LogExported:
    """`pending` is the id of the request that a second person must approve first; then nothing was written.

    `from_` is the moment from which a practice with one approver may go on by itself.
    """

    file: str
    records: int
    people: int
    pending: str = ""
    from_: datetime | None = None


@dataclass(frozen=True)
class PersonReport:
    """A patient's record of access, or the disclosures about them, as `pdf` or `csv`."""

    person: PersonId
    format: str
    to: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class ReportMade:
    file: str
    rows: int


# --- checkpoints and witnesses ----------------------------------------------------------


@dataclass(frozen=True)
class CheckpointMade:
    """A C2SP checkpoint: `note` is what a witness keeps, `vkey` checks it."""

    size: int
    root: str
    note: str
    vkey: str


@dataclass(frozen=True)
class WitnessLine:
    """One place outside the database that knows where the log stood (`witness.<kind>`)."""

    kind: str
    size: int
    at: datetime | None
    agrees: bool | None
    """None where it could not be asked."""


@dataclass(frozen=True)
class LogGap:
    """The database is older or other than a witness says: records `first` to `last` are missing or differ."""

    first: int
    last: int
    since: datetime | None
    witness: str
    kind: str
    """`rolled-back`, `truncated` or `forked`."""


@dataclass(frozen=True)
class LogState:
    """`stale`: no witness outside the database is younger than a day (SECURITY.md, G22)."""

    size: int
    last_checkpoint: datetime | None
    witnesses: tuple[WitnessLine, ...]
    stale: bool
    gap: LogGap | None = None


@dataclass(frozen=True)
class GapExplained:
    """`cause`: `restored-backup`, `moved-computer`, `disk-failure` or `unknown`; `reason` is typed."""

    cause: str
    reason: str = field(repr=False)


# --- alerts and reviews -------------------------------------------------------------------


@dataclass(frozen=True)
class AlertLine:
    """Several alike are one line with a count. `severity` is `notice`, `warning` or `urgent`."""

    id: str
    rule: str
    severity: str
    first: datetime
    last: datetime
    count: int
    user: str
    """The name of the user that it is about, or ""."""
    seqs: tuple[int, ...]
    """The first records behind it, for the details page of an administrator."""
    incident: str = ""
    seen: bool = False
    settled: bool = False
    """Its incident is closed."""


@dataclass(frozen=True)
class AlertsShown:
    alerts: tuple[AlertLine, ...]
    unseen: int


@dataclass(frozen=True)
class RuleLine:
    """One rule as data: its threshold, window in minutes, and whether the practice changed it."""

    rule: str
    severity: str
    least: int
    minutes: int
    changed: bool


@dataclass(frozen=True)
class OpeningHours:
    """Open from the full hour `first` to before `last` on `days` (1 is Monday); the rest is off hours."""

    first: int
    last: int
    days: tuple[int, ...]


@dataclass(frozen=True)
class Digest:
    """The last week for the review: counts per group of events, alerts, and what stands out."""

    since: datetime
    until: datetime
    counts: tuple[tuple[str, int], ...]
    alerts: int
    unseen: int
    last_signed: datetime | None
    last_by: str
    due: date


@dataclass(frozen=True)
class DigestSigned:
    at: datetime
    next_due: date


# --- retention ------------------------------------------------------------------------------


@dataclass(frozen=True)
class SegmentLine:
    """A closed year of the log, sealed into a file of its own; `purgeable` is six years after its end."""

    year: int
    first: int
    last: int
    sealed_at: datetime | None
    file: str
    purgeable: date
    purged_at: datetime | None = None


@dataclass(frozen=True)
class RetentionShown:
    segments: tuple[SegmentLine, ...]
    classes: tuple[tuple[str, int], ...]
    """Class of content (`retention.<code>`: messages, drafts, imports, attempts) and days kept."""


@dataclass(frozen=True)
class PurgeRequest:
    year: int
    reason: str = field(repr=False)
    approval: str = ""


@dataclass(frozen=True)
class Purged:
    """As `LogExported`: `pending` where a second person must approve."""

    year: int
    records: int
    certificate: str
    pending: str = ""
    from_: datetime | None = None
