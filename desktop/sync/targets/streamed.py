"""Targets that write a file bit by bit: a folder of this computer, or one behind SFTP.

A file grows as `<name>.part` and gets its name when it is whole. The next try goes on behind
the last portion that surely reached the disk, so that a broken line costs one portion more at
most; whether all of it is right is for `sha256` to say, read back from there.
"""

from __future__ import annotations

import errno
from abc import abstractmethod
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path
from typing import Protocol

from desktop.config import TARGET_LIMITS
from desktop.models.documents import Progress
from desktop.sync.targets.base import TargetError, check_name, check_small, is_container, told
from desktop.sync.targets.pieces import Pieced

PART = ".part"
_FRESH = ".new"


class Growing(Protocol):
    """A file there that is being written, opened behind what stays of it."""

    def write(self, data: bytes) -> None: ...
    def settle(self) -> None:
        """What was written survives a power cut, as far as the target can do that."""
        ...

    def close(self) -> None:
        """Raises nothing."""
        ...


class Reading(Protocol):
    def read(self, size: int) -> bytes:
        """What comes next, about `size` of it; b"" at the end."""
        ...

    def close(self) -> None: ...


class Streamed(Pieced):
    """Fulfils `base.Reached` but for what a kind does in its own way."""

    def names(self) -> list[tuple[str, int]]:
        return sorted((name, size) for name, size in self._listed() if is_container(name))

    def put(self, name: str, source: Path, progress: Progress | None = None) -> None:
        part, of = check_name(name) + PART, source.stat().st_size
        if self._size(name) == of:
            return
        done = self._kept(part, of)
        self._refuse_full(of - done)
        told(progress, done, of)
        with source.open("rb") as file, closing(self._grow(part, done)) as there:
            file.seek(done)
            while done < of:
                until = min(of, done + self.portion)
                while done < until:
                    data = file.read(min(TARGET_LIMITS.piece_bytes, until - done))
                    if not data:
                        raise OSError(errno.EIO, "the file became shorter")
                    there.write(data)
                    done += len(data)
                    told(progress, done, of)
                there.settle()
        if self._size(part) not in (of, None):
            raise TargetError("target-broken")
        self._rename(part, name)

    def remove(self, name: str) -> None:
        for one in (check_name(name), name + PART):
            self._unlink(one)

    def sweep(self, but: Collection[str]) -> None:
        for name, _ in self._listed():
            begun = name.removesuffix(PART)
            if name.endswith(PART) and is_container(begun) and begun not in but:
                self._unlink(name)

    def read_small(self, name: str) -> bytes | None:
        if self._size(check_small(name)) is None:
            return None
        data = b""
        with closing(self._read(name)) as there:
            while len(data) < TARGET_LIMITS.small_bytes and (piece := there.read(TARGET_LIMITS.small_bytes)):
                data += piece
        return data[: TARGET_LIMITS.small_bytes]

    def write_small(self, name: str, content: bytes) -> None:
        fresh = check_small(name) + _FRESH
        with closing(self._grow(fresh, 0)) as there:
            there.write(content)
            there.settle()
        self._rename(fresh, name)

    def _remove_small(self, name: str) -> None:
        self._unlink(check_small(name))

    # --- each kind -----------------------------------------------------------------------------

    @abstractmethod
    def _listed(self) -> list[tuple[str, int]]:
        """Plain files in the folder; () where there is no folder."""

    @abstractmethod
    def _size(self, name: str) -> int | None:
        """None where there is no such file."""

    @abstractmethod
    def _grow(self, name: str, kept: int) -> Growing:
        """Open for writing behind the first `kept` bytes; what follows them is cut off."""

    @abstractmethod
    def _read(self, name: str) -> Reading:
        """Raises TargetError `target-missing`."""

    @abstractmethod
    def _rename(self, old: str, new: str) -> None:
        """Takes the place of a file that has that name."""

    @abstractmethod
    def _unlink(self, name: str) -> None:
        """No trouble where it is not there."""

    # --- inside ------------------------------------------------------------------------------

    def _kept(self, part: str, of: int) -> int:
        """How much of an earlier try is surely there: whole portions before the last one."""
        size = self._size(part)
        if size is None or size > of:
            return 0
        whole, rest = divmod(size, self.portion)
        return max(0, whole if rest else whole - 1) * self.portion

    def _pieces(self, name: str, progress: Progress | None) -> Iterator[bytes]:
        of = self._size(check_name(name))
        if of is None:
            raise TargetError("target-missing")
        done = 0
        with closing(self._read(name)) as there:
            while piece := there.read(TARGET_LIMITS.piece_bytes):
                done += len(piece)
                told(progress, done, max(of, done))
                yield piece
        if done < of:
            raise TargetError("target-broken")
