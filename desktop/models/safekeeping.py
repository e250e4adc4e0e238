"""Frozen values of backups: targets, what was made, where it lies, drills.

Beside `records.py`, with the same rules: nothing heavy is imported here.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NewType

from desktop.frozen import dataclass
from desktop.models.accounts import UserId
from desktop.models.records import Baa

TargetId = NewType("TargetId", str)
BackupId = NewType("BackupId", str)
"""32 hexadecimal digits: the container's own id, random, the same on every target."""
DrillId = NewType("DrillId", str)


FRESH, STALE, LOCKED, NEVER = "fresh", "stale", "locked", "never"
"""How the newest backup outside this computer stands to the last change (`compliance/freshness.py`)."""


class TargetKind(StrEnum):
    """Where backups lie."""

    FOLDER = "folder"
    USB = "usb"
    SHARE = "share"
    SFTP = "sftp"
    WEBDAV = "webdav"
    S3 = "s3"


MOUNTED = frozenset({TargetKind.FOLDER, TargetKind.USB, TargetKind.SHARE})
"""Reached by a path of this computer."""
AT_OTHERS = frozenset({TargetKind.SFTP, TargetKind.WEBDAV, TargetKind.S3})
"""Reached over the network; with an agreement (45 CFR 164.308(b)) unless the practice owns the machine."""


@dataclass(frozen=True)
class Place:
    """What reaches a target, without its secret; a bare computer knows no more than this.

    `address` is a path, `sftp://host[:port]/folder`, or an https address (S3: `https://host/bucket/folder`).
    `host_key` is the SFTP server's key as OpenSSH writes it (`ssh-ed25519 AAAA…`), pinned.
    """

    kind: TargetKind
    address: str
    user: str = ""
    host_key: str = ""
    ca_file: str = ""


@dataclass(frozen=True)
class Target:
    """One place for backups. `marker` (32 hex) stands in a file there: an empty mount point has none.

    `every_hours` is its schedule: 0 is after every backup that is made.
    `own`: the machine is the practice's, so that no agreement is needed.
    """

    id: TargetId
    name: str
    place: Place
    marker: str
    made_at: datetime
    every_hours: int = 0
    own: bool = False
    baa: Baa | None = None
    retired_at: datetime | None = None


@dataclass(frozen=True)
class TargetTry:
    """How the last try at a target went; `trouble` is the code of a known error, '' where it went well."""

    target: TargetId
    at: datetime
    trouble: str = ""


@dataclass(frozen=True)
class Backup:
    """One container that was made, read back and found whole.

    `records` and `root` are the audit log's head in it, `note` the signed checkpoint;
    `bytes` is the file's size, `changed` that of the pages in it; `parent` is what it goes on from.
    """

    id: BackupId
    name: str
    made_at: datetime
    parent: BackupId | None
    epoch: int
    records: int
    root: str
    note: str
    bytes: int
    changed: int
    sha256: str
    checked_at: datetime

    @property
    def whole(self) -> bool:
        """It needs no other file."""
        return self.parent is None


@dataclass(frozen=True)
class Copy:
    """A backup on a target: read back there and equal. `removed_at` once it was thinned out."""

    backup: BackupId
    target: TargetId
    put_at: datetime
    removed_at: datetime | None = None


@dataclass(frozen=True)
class Drill:
    """One restore drill. `why` is the code of what was wrong, '' where it went well; `report` is signed."""

    id: DrillId
    at: datetime
    by: UserId
    target: TargetId | None
    backup: BackupId | None
    ok: bool
    why: str
    seconds: int
    records: int
    sampled: int
    key_proven: bool
    report: str = ""
