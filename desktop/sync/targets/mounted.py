"""A folder, a USB drive or a network share: what this computer reaches by a path.

The folder with the marker is made once, when the target is added, and never again: where the
drive is not plugged in, its mount point has no such folder, and nothing can be written into it.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from desktop.errors import InputError
from desktop.models.safekeeping import Place
from desktop.paths import PRIVATE_FILE, PRIVATE_FOLDER, sync_folder
from desktop.sync.targets.base import TargetError, folder_of, tag_of
from desktop.sync.targets.streamed import Growing, Reading, Streamed

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_GONE = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO, errno.ENOTCONN, errno.ESTALE, errno.EHOSTDOWN}
    | {getattr(errno, "ENOMEDIUM", errno.ENODEV), getattr(errno, "ESHUTDOWN", errno.ENODEV)}
)
_FAR = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.ECONNREFUSED})
_GONE_WINDOWS = frozenset({21, 31, 53, 55, 59, 64, 67, 433, 1117, 1167})
"""ERROR_NOT_READY, GEN_FAILURE, BAD_NETPATH, DEV_NOT_EXIST, UNEXP_NET_ERR, NETNAME_DELETED,
BAD_NET_NAME, NO_SUCH_DEVICE, IO_DEVICE, DEVICE_NOT_CONNECTED (Microsoft, system error codes)."""


class Mounted(Streamed):
    """Fulfils `base.Reached`."""

    def __init__(self, place: Place, vault_tag: str) -> None:
        """Raises InputError `target-address-wrong`, TargetError `target-not-connected`."""
        self._root = root_of(place)
        self._folder = self._root / folder_of(vault_tag)
        with _known():
            if not stat.S_ISDIR(self._root.stat().st_mode):
                raise TargetError("target-not-connected")

    def practices(self) -> list[str]:
        with _known(), os.scandir(self._root) as found:
            tags = [tag_of(one.name) for one in found if one.is_dir(follow_symlinks=False)]
        return sorted(tag for tag in tags if tag is not None)

    def free_bytes(self) -> int | None:
        with _known():
            return shutil.disk_usage(self._root).free

    def close(self) -> None:
        """Nothing is held open."""

    # --- inside ------------------------------------------------------------------------------

    def _make_folder(self) -> None:
        with _known():
            self._folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            _settle_folder(self._root)

    def _drop_folder(self) -> None:
        with suppress(OSError):  # something is in it
            self._folder.rmdir()

    def _listed(self) -> list[tuple[str, int]]:
        with _known():
            try:
                with os.scandir(self._folder) as found:
                    return [
                        (one.name, one.stat().st_size) for one in found if one.is_file(follow_symlinks=False)
                    ]
            except FileNotFoundError:
                self._root.stat()
                return []

    def _size(self, name: str) -> int | None:
        with _known():
            try:
                found = (self._folder / name).lstat()
            except FileNotFoundError:
                self._root.stat()
                return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def _grow(self, name: str, kept: int) -> Growing:
        with _known():
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
            return _Growing(os.open(self._folder / name, flags, PRIVATE_FILE), kept)

    def _read(self, name: str) -> Reading:
        with _known():
            try:
                return _Reading(self._folder / name)
            except FileNotFoundError:
                self._folder.stat()
                raise TargetError("target-missing") from None

    def _rename(self, old: str, new: str) -> None:
        with _known():
            os.replace(self._folder / old, self._folder / new)
            _settle_folder(self._folder)

    def _unlink(self, name: str) -> None:
        with _known():
            with suppress(FileNotFoundError):
                (self._folder / name).unlink()
            self._root.stat()


class _Growing:
    def __init__(self, descriptor: int, kept: int) -> None:
        self._file = os.fdopen(descriptor, "r+b", buffering=0)
        try:
            self._file.truncate(kept)
            self._file.seek(kept)
        except OSError:
            self._file.close()
            raise

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        with _known():
            while rest:
                rest = rest[self._file.write(rest) or 0 :]

    def settle(self) -> None:
        with _known():
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """What went wrong was said by `settle`, and must not be hidden by what comes of it here."""
        with suppress(OSError):
            self._file.close()


class _Reading:
    def __init__(self, path: Path) -> None:
        """What is read comes from the drive, not from what this computer still has in memory of it."""
        self._file = path.open("rb", buffering=0)
        if hasattr(os, "posix_fadvise"):
            with suppress(OSError):  # some shares cannot do that
                os.posix_fadvise(self._file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def read(self, size: int) -> bytes:
        with _known():
            return self._file.read(size) or b""

    def close(self) -> None:
        with _known():
            self._file.close()


def root_of(place: Place) -> Path:
    """The folder that holds ours; one may also point at ours itself. Raises InputError."""
    path = Path(place.address)
    if not place.address.strip() or "\0" in place.address or not path.is_absolute():
        raise InputError("target-address-wrong")
    return path.parent if tag_of(path.name) is not None else path


def _settle_folder(path: Path) -> None:
    """Some shares cannot do that for a folder, and say so."""
    try:
        sync_folder(path)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EISDIR, errno.EACCES):
            raise


@contextmanager
def _known() -> Iterator[None]:
    """The system's words hold paths: they go no further than this."""
    try:
        yield
    except OSError as error:
        raise TargetError(_code(error)) from None


def _code(error: OSError) -> str:
    if error.errno in _FULL:
        return "target-full"
    if error.errno == errno.EFBIG:
        return "target-file-too-large"
    if error.errno == errno.EROFS or getattr(error, "winerror", 0) == 19:  # ERROR_WRITE_PROTECT
        return "target-read-only"
    if error.errno in _GONE or getattr(error, "winerror", 0) in _GONE_WINDOWS:
        return "target-not-connected"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "target-refused"
    if error.errno == errno.ETIMEDOUT:
        return "target-slow"
    return "target-unreachable" if error.errno in _FAR else "target-broken"
