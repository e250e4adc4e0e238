"""A place for backups: what it can do, whichever kind it is, and how it fails.

A target lies in other hands, in a drawer or at the other end of a cable that somebody pulls.
So a name appears there only when all of it is there, what an earlier try left is gone on
from, and what was put is read back. All that a practice has on a target lies in one folder
(`folder_of`) with a marker: an empty mount point, or another practice's folder, has not ours,
and then nothing is written. Errors carry no word of a server and no name of a file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from desktop.errors import DeliveryError, Refused
from desktop.frozen import dataclass
from desktop.models.documents import Progress
from desktop.models.safekeeping import MOUNTED, TargetKind

MARKER_FILE = "marker.txt"
_FOLDER = re.compile(r"sealwell-([0-9a-f]{8})\Z")
_SMALL = re.compile(r"[a-z]{1,40}\.txt\Z")
_NAME = re.compile(r"[0-9A-Za-z-]{1,120}\.sealwell\Z")


class TargetError(DeliveryError):
    """The target does not do what was asked; nothing there counts as a backup because of it.

    Codes: target-not-connected, target-not-ours, target-full, target-refused, target-moved,
    target-unreachable, target-certificate, target-host-key-changed, target-host-key-unknown,
    target-slow, target-broken, target-read-only, target-missing (no such file there),
    target-no-folder (the address names a folder that is not there), target-file-too-large,
    target-key-wrong (the secret looks like a private key and is none that can be used),
    target-ca-file. None has parameters.
    """


@dataclass(frozen=True)
class HostKey:
    """What an SFTP server shows. `key` as OpenSSH writes it, `fingerprint` as it prints it (SHA256:…)."""

    key: str
    fingerprint: str


class Reached(Protocol):
    """A target, signed in. All methods block and raise TargetError; one thread at a time.

    Names are those of containers (`models/backupnames.py`); `progress` counts bytes, and where
    it answers False, Refused("cancelled") is raised and what was moved so far stays for the
    next try.
    """

    def names(self) -> list[tuple[str, int]]:
        """Complete files only, with their sizes in bytes, by name."""
        ...

    def put(self, name: str, source: Path, progress: Progress | None = None) -> None:
        """Goes on from what an earlier try left. A complete file of that name and size stays as it is."""
        ...

    def fetch(self, name: str, to: Path, progress: Progress | None = None) -> None:
        """Into the file `to`, whole or not at all."""
        ...

    def sha256(self, name: str, progress: Progress | None = None) -> str:
        """Of what lies there, read back from there; hexadecimal."""
        ...

    def remove(self, name: str) -> None:
        """Gone afterwards, and what an unfinished try left of it; no trouble where it was not there."""
        ...

    def sweep(self, but: Collection[str]) -> None:
        """What unfinished tries left goes, except of the names in `but`; complete files stay."""
        ...

    def read_small(self, name: str) -> bytes | None:
        """A file beside the containers, such as `checkpoint.txt`; None where there is none."""
        ...

    def write_small(self, name: str, content: bytes) -> None:
        """Replaced whole or not at all."""
        ...

    def claim(self, marker: str) -> str:
        """Make this practice's folder there with `marker` in it; an older marker stays and is answered."""
        ...

    def free_bytes(self) -> int | None:
        """What still fits; None where the target does not say."""
        ...

    def close(self) -> None: ...


def vault_tag(vault_id: str) -> str:
    """What tells the folders of practices apart on one target, without naming any."""
    return hashlib.sha256(vault_id.encode("utf-8")).hexdigest()[:8]


def folder_of(tag: str) -> str:
    """The folder's name on every target. Raises ValueError for what is no tag."""
    folder = f"sealwell-{tag}"
    if _FOLDER.match(folder) is None:
        raise ValueError(tag)
    return folder


def tag_of(folder: str) -> str | None:
    """The tag of a folder that `folder_of` named."""
    found = _FOLDER.match(folder)
    return found.group(1) if found else None


def is_container(name: str) -> bool:
    """Whether a name can be one of ours: nothing else is listed, fetched or removed."""
    return _NAME.match(name) is not None


def check_name(name: str) -> str:
    """A container's name, or ValueError: a stranger's name never becomes part of a path."""
    if _NAME.match(name) is None:
        raise ValueError("no container's name")
    return name


def check_small(name: str) -> str:
    """As `check_name`, for what lies beside the containers."""
    if _SMALL.match(name) is None:
        raise ValueError("no small file's name")
    return name


def told(progress: Progress | None, done: int, of: int) -> None:
    """Say how far it is. Raises Refused("cancelled")."""
    if progress is not None and not progress(done, of):
        raise Refused("cancelled")


def prove(reached: Reached, marker: str, kind: TargetKind) -> None:
    """This is the target that was added: its marker says so.

    Raises TargetError: where another drive of the practice is plugged in, or none, this one is
    `target-not-connected`; what lies at others is `target-not-ours`.
    """
    found = reached.read_small(MARKER_FILE)
    if found is None or found.strip() != marker.encode("ascii"):
        if kind in MOUNTED:
            raise TargetError("target-not-connected")
        raise TargetError("target-not-ours")
