"""Storage for locked files: put, look, delete, read its access log, over TLS that is verified.

What is put there is ciphertext under a name that nobody guesses; the storage's own keeper
sees sizes, times and addresses, which is why it needs an agreement as a relay does. Two
kinds, each behind its fsspec implementation (ADR 0016): `storage_bucket` and
`storage_folder`; what backups need of the same servers too stands in `storage_s3` and
`storage_webdav`. Every failure is a known one; nothing follows a redirect, because the
agreement is with the address that was recorded.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import SplitResult, urlsplit

from desktop.config import STORAGE_LIMITS
from desktop.errors import DeliveryError, InputError
from desktop.frozen import dataclass
from desktop.models.protection import Storage

CONTENT_TYPE = "text/html; charset=utf-8"
KINDS = ("s3", "webdav")


class StorageError(DeliveryError):
    """The storage does not do what was asked; what waits stays here and is tried again."""


class NoAnswer(Exception):
    """A server did not do what was asked; whoever asked makes a known error of it.

    `kind` is `refused`, `moved`, `missing`, `full`, `certificate`, `slow`, `unreachable` or `broken`.
    """

    def __init__(self, kind: str, status: int = 0) -> None:
        super().__init__(kind)
        self.kind = kind
        self.status = status

    @classmethod
    def of(cls, status: int) -> Self:
        """What an answer other than success means (RFC 9110 15; RFC 4918 11.5: 507 is a full disk)."""
        if status in (401, 403):
            return cls("refused", status)
        if 300 <= status < 400:
            return cls("moved", status)
        if status in (404, 405, 409):
            return cls("missing", status)
        return cls("full" if status in (413, 507) else "broken", status)


@dataclass(frozen=True)
class Found:
    """What a list of a folder says."""

    name: str
    bytes: int
    folder: bool


@dataclass(frozen=True)
class Waits:
    """Seconds: until connected, of silence, and for one file."""

    connect: int
    answer: int
    transfer: int


WAITS = Waits(STORAGE_LIMITS.connect, STORAGE_LIMITS.answer, STORAGE_LIMITS.transfer)


class Place(Protocol):
    """One storage, signed in. All methods block and raise StorageError; any thread may call."""

    def put(self, name: str, content: bytes) -> None: ...
    def exists(self, name: str) -> bool: ...
    def delete(self, name: str) -> None:
        """Gone afterwards; one that was not there is no trouble."""
        ...

    def access_log(self, after: str) -> tuple[Iterable[str], str]:
        """Lines written since the mark `after`, and the mark for the next time."""
        ...

    def close(self) -> None: ...


def address(url: str) -> SplitResult:
    """An address of storage in its parts. Raises InputError `storage-url-wrong` for any but https."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise InputError("storage-url-wrong") from error
    plain = not parts.query and not parts.fragment and parts.username is None
    if parts.scheme != "https" or not parts.hostname or not plain or port == 0:
        raise InputError("storage-url-wrong")
    return parts


def trusted(ca_file: str) -> bytes | None:
    """The certificates that vouch beside the computer's own. Raises StorageError `storage-ca-file`."""
    if not ca_file:
        return None
    try:
        found = Path(ca_file).read_bytes()
        ssl.create_default_context(cadata=found.decode("ascii"))
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise StorageError("storage-ca-file") from error
    return found


def context(ca_file: str) -> ssl.SSLContext:
    """TLS 1.2 or newer, verified."""
    made = ssl.create_default_context()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    extra = trusted(ca_file)
    if extra is not None:
        made.load_verify_locations(cadata=extra.decode("ascii"))
    return made


def refuse_too_large(content: bytes) -> None:
    if len(content) > STORAGE_LIMITS.file_bytes:
        raise StorageError("storage-file-too-large", mebibytes=STORAGE_LIMITS.file_bytes // 1024 // 1024)


def known(answer: NoAnswer, storage: Storage) -> StorageError:
    """The same as people read it."""
    name = storage.name
    made = {
        "refused": StorageError("storage-refused", storage=name),
        "moved": StorageError("storage-moved", storage=name),
        "missing": StorageError("storage-missing", storage=name),
        "full": StorageError("storage-full", storage=name),
        "certificate": StorageError("storage-certificate", storage=name),
        "slow": StorageError("storage-slow", storage=name),
        "unreachable": StorageError("storage-unreachable", storage=name),
    }
    return made.get(answer.kind) or StorageError("storage-broken", storage=name, status=answer.status)
