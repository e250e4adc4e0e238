"""Values of the door about backups, restore, drills, emergencies, moving and retiring a computer."""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime

from desktop.frozen import dataclass
from desktop.models import safekeeping
from desktop.models.records import Baa, Reason
from desktop.models.safekeeping import Backup, Copy, Drill, Place, Target, TargetId

FRESH, STALE, LOCKED, NEVER = (
    *(safekeeping.FRESH, safekeeping.STALE, safekeeping.LOCKED, safekeeping.NEVER),
)
"""How the newest backup outside this computer stands to the last change: within a day; over a day (a
warning); over two days, or never one (campaigns are locked)."""

ARRIVAL_ITEMS = (
    *("recovery-key", "computer-share", "relay", "mailbox", "quick-unlock", "targets", "outbox", "test"),
)
"""What a restored or moved practice settles once on its new computer, in this order."""


@dataclass(frozen=True)
class TargetRequest:
    """A target to add (`target` None), change or try. An empty `secret` keeps the one that is kept."""

    name: str
    place: Place
    secret: str = field(default="", repr=False)
    every_hours: int = 0
    own: bool = False
    baa: Baa | None = None
    target: TargetId | None = None


@dataclass(frozen=True)
class TargetStep:
    """One step of a trial: `reach`, `host-key`, `sign-in`, `write`, `read-back`, `remove`, `space`."""

    step: str
    ok: bool
    reason: Reason


@dataclass(frozen=True)
class TargetTested:
    """`host_key` is what an SFTP server showed, for the person to compare and confirm."""

    ok: bool
    steps: tuple[TargetStep, ...]
    host_key: str = ""
    fingerprint: str = ""


@dataclass(frozen=True)
class TargetLine:
    """A target and its honest state. `last` is the newest backup that is whole there.

    `behind` are backups that it lacks; `trouble` what went wrong at the last try, if that is the
    last word; `baa_problem` why nothing is put there; `same_disk`: what lies there
    goes when the disk goes on which the practice lies.
    """

    target: Target
    last: Backup | None
    bytes: int
    next_at: datetime | None
    behind: int = 0
    tried_at: datetime | None = None
    trouble: Reason | None = None
    baa_problem: Reason | None = None
    same_disk: bool = False


@dataclass(frozen=True)
class BackupLine:
    backup: Backup
    copies: tuple[Copy, ...]


@dataclass(frozen=True)
class Freshness:
    """`state` is one of the words above; `since` the first change that no target holds, if any."""

    state: str
    since: datetime | None
    last: datetime | None
    words: Reason
    """For the status line: what a person reads (`reason.<code>`)."""

    @property
    def campaigns_locked(self) -> bool:
        return self.state in (LOCKED, NEVER)


@dataclass(frozen=True)
class BackupsShown:
    freshness: Freshness
    targets: tuple[TargetLine, ...]
    history: tuple[BackupLine, ...]
    drills: tuple[Drill, ...]
    drill_due: date | None
    running: bool = False
    here_bytes: int = 0
    """What backups take on this computer, where they wait for their targets."""


@dataclass(frozen=True)
class BackupMade:
    """`backup` is None where nothing had changed; `copied` and `failed` are targets, with what was wrong."""

    backup: Backup | None
    copied: tuple[TargetId, ...] = ()
    failed: tuple[tuple[TargetId, Reason], ...] = ()


@dataclass(frozen=True)
class StoredBackup:
    """What a file in a target says of itself by its name; nothing is opened for it.

    `complete`: all that it goes on from is there too.
    """

    name: str
    made_at: datetime
    bytes: int
    whole: bool
    complete: bool


@dataclass(frozen=True)
class VerifyRequest:
    """One backup of a target, or one file with what lies beside it; "" is the newest."""

    target: TargetId | None = None
    name: str = ""
    file: str = ""


@dataclass(frozen=True)
class BackupVerified:
    ok: bool
    name: str
    reason: Reason | None
    records: int = 0
    rows: int = 0


@dataclass(frozen=True)
class DrillAsks:
    """Which groups of the recovery key are to be typed (1 to 14); () where the whole key is, once."""

    groups: tuple[int, ...]


@dataclass(frozen=True)
class DrillRequest:
    """`typed` are the groups asked for, in their order, or the whole key as the only one.

    `target` None is the one whose backup is newest; `to` is where the PDF goes, "" for none.
    """

    typed: tuple[str, ...] = field(repr=False)
    target: TargetId | None = None
    to: str = ""


@dataclass(frozen=True)
class DrillShown:
    drill: Drill
    reason: Reason | None
    """What was wrong; None where it went well."""
    paper: bytes = field(default=b"", repr=False)
    """The signed page, as PDF."""


@dataclass(frozen=True)
class KitRequest:
    """The recovery kit; with the recovery key on it only where it is typed here."""

    recovery_key: str = field(default="", repr=False)


# --- without a session: a bare computer, or a damaged one ------------------------------------


@dataclass(frozen=True)
class RestorePlace:
    """Where backups are looked for: a target without its practice, or a folder or file of this computer."""

    place: Place
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class BackupsFound:
    """`host_key` is given where an SFTP server's key is to be confirmed first; then nothing is listed."""

    backups: tuple[StoredBackup, ...]
    host_key: str = ""
    fingerprint: str = ""


@dataclass(frozen=True)
class RestoreRequest:
    """Bring back the backup `name` of `where` ("" is the newest that is complete) into the folder `to`.

    With the recovery key: `recovery_key`, an administrator's `user` and the `password` that they
    get now. With a password: `user` and `password` of somebody whose slot carries no keyring share,
    and their security key's `key_pin` where they have one. Why is always said. `to` "" is this
    office's own folder, which must hold no practice.
    """

    where: RestorePlace
    user: str
    password: str = field(repr=False)
    reason: str = field(default="", repr=False)
    recovery_key: str = field(default="", repr=False)
    key_pin: str = field(default="", repr=False)
    name: str = ""
    to: str = ""


@dataclass(frozen=True)
class Restored:
    """`waiting` messages are held back until somebody has seen them. `recovery_key` is new, shown once;
    "" where a password opened it.
    """

    folder: str
    name: str
    made_at: datetime
    records: int
    waiting: int
    seconds: int
    recovery_key: str = field(default="", repr=False)


@dataclass(frozen=True)
class EmergencyRequest:
    """Read today's work out of what is damaged. With a password or the recovery key, and why."""

    user: str
    reason: str = field(repr=False)
    password: str = field(default="", repr=False)
    recovery_key: str = field(default="", repr=False)
    key_pin: str = field(default="", repr=False)
    day: date | None = None


@dataclass(frozen=True)
class EmergencyVisit:
    at: str
    """Wall-clock time, `14:30`."""
    name: str
    phone: str
    kind: str
    provider: str
    day: date | None = None
    why: Reason | None = None
    """On the call list: why somebody has to phone."""


@dataclass(frozen=True)
class Damage:
    """One damaged part: a page of the database (its number), or what could not be read of a table.

    `kind` is `page`, `table` or `file`; `what` a number or a name of ours.
    """

    kind: str
    what: str
    lost: int = 0


@dataclass(frozen=True)
class EmergencyShown:
    """`recorded` is False where no disk took the record: then it stands on the paper."""

    practice: str
    day: date
    visits: tuple[EmergencyVisit, ...]
    calls: tuple[EmergencyVisit, ...]
    damage: tuple[Damage, ...]
    recorded: bool
    paper: bytes = field(default=b"", repr=False)


# --- moving and retiring ------------------------------------------------------------------------


@dataclass(frozen=True)
class MoveItem:
    """What cannot travel; `item` is one of `ARRIVAL_ITEMS`, `reason` says what to do about it."""

    item: str
    reason: Reason
    done: bool = False


@dataclass(frozen=True)
class MovePlan:
    """Before: what the new computer will lack. `ready`: a backup of everything lies outside."""

    items: tuple[MoveItem, ...]
    freshness: Freshness
    ready: bool


@dataclass(frozen=True)
class ArrivalShown:
    """After: what is still to be done on this computer; () where nothing is."""

    items: tuple[MoveItem, ...]


@dataclass(frozen=True)
class RetireRequest:
    """`practice` is the practice's name, typed by hand; `to` is where the certificate goes (PDF)."""

    practice: str
    to: str
    reason: str = field(repr=False)


@dataclass(frozen=True)
class Retired:
    """What was destroyed; `left` are files that could not be removed and are unreadable now."""

    certificate: str
    destroyed: tuple[str, ...]
    left: tuple[str, ...]
