"""Targets that take whole files only: WebDAV and S3.

A container lies there in parts, `NAME.00000` and on, and has its name when a last small file,
`NAME.all-BYTES-PART`, says how many bytes they make together in parts of how many. A part that
is there with its size is not moved again. The small file goes first when a container is removed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from desktop.config import TARGET_LIMITS
from desktop.errors import InputError
from desktop.models.documents import Progress
from desktop.models.safekeeping import Place
from desktop.sync.storage import Found, NoAnswer, StorageError, Waits, address
from desktop.sync.targets.base import (
    TargetError,
    check_name,
    check_small,
    folder_of,
    is_container,
    tag_of,
    told,
)
from desktop.sync.targets.pieces import Pieced

WAITS = Waits(TARGET_LIMITS.connect, TARGET_LIMITS.answer, TARGET_LIMITS.transfer)
CONTENT_TYPE = "application/octet-stream"
_PART = re.compile(r"(.+)\.\d{5,9}\Z")
_ALL = re.compile(r"(.+)\.all-(\d{1,15})-(\d{1,12})\Z")


class Objects(Protocol):
    """Whole files by their path below what the address names; all methods raise NoAnswer."""

    def put(self, path: str, content: bytes) -> None: ...
    def get(self, path: str, most: int) -> bytes: ...
    def delete(self, path: str) -> None: ...
    def listing(self, folder: str) -> list[Found]: ...
    def make_folder(self, folder: str) -> None: ...
    def free(self) -> int | None: ...
    def close(self) -> None: ...


class InParts(Pieced):
    """Fulfils `base.Reached`."""

    def __init__(self, objects: Objects, vault_tag: str) -> None:
        self._objects = objects
        self._folder = folder_of(vault_tag)

    def names(self) -> list[tuple[str, int]]:
        there = self._there()
        return sorted((name, whole.bytes) for name, whole in _whole(there).items())

    def put(self, name: str, source: Path, progress: Progress | None = None) -> None:
        of, there = source.stat().st_size, self._there()
        whole = _whole(there).get(check_name(name))
        if whole is not None and whole.bytes == of:
            return
        for other in [one for one in there if _is_list(one, name)]:
            self._delete(other)
        wanted = _Whole(of, self.portion)
        lacking = [
            index for index in range(wanted.parts) if there.get(_part(name, index)) != wanted.size(index)
        ]
        self._refuse_full(sum(wanted.size(index) for index in lacking))
        done = of - sum(wanted.size(index) for index in lacking)
        told(progress, done, of)
        with source.open("rb") as file:
            for index in lacking:
                file.seek(index * self.portion)
                with self._known():
                    self._objects.put(self._path(_part(name, index)), file.read(wanted.size(index)))
                done += wanted.size(index)
                told(progress, done, of)
        with self._known():
            self._objects.put(self._path(f"{name}.all-{of}-{self.portion}"), b"whole\n")

    def remove(self, name: str) -> None:
        there = self._there()
        check_name(name)
        for one in sorted(there, key=lambda one: not _is_list(one, name)):
            if _is_list(one, name) or _is_part(one, name):
                self._delete(one)

    def sweep(self, but: Collection[str]) -> None:
        there = self._there()
        whole = _whole(there)
        for one in sorted(there, key=lambda one: _ALL.match(one) is None):
            name = _name_of(one)
            if name is not None and name not in but and name not in whole:
                self._delete(one)

    def read_small(self, name: str) -> bytes | None:
        try:
            return self._objects.get(self._path(check_small(name)), TARGET_LIMITS.small_bytes)
        except NoAnswer as answer:
            if answer.kind == "missing":
                return None
            raise known(answer) from None

    def write_small(self, name: str, content: bytes) -> None:
        with self._known():
            self._objects.put(self._path(check_small(name)), content)

    def free_bytes(self) -> int | None:
        with self._known():
            return self._objects.free()

    def practices(self) -> list[str]:
        with self._known():
            found = self._objects.listing("")
        tags = [tag_of(one.name) for one in found if one.folder]
        return sorted(tag for tag in tags if tag is not None)

    def close(self) -> None:
        self._objects.close()

    # --- inside ------------------------------------------------------------------------------

    def _make_folder(self) -> None:
        with self._known():
            self._objects.make_folder(self._folder)

    def _remove_small(self, name: str) -> None:
        self._delete(check_small(name))

    def _drop_folder(self) -> None:
        """Left as it is: WebDAV would remove what somebody puts there meanwhile (RFC 4918 9.6.1)."""

    def _pieces(self, name: str, progress: Progress | None) -> Iterator[bytes]:
        whole = _whole(self._there()).get(check_name(name))
        if whole is None:
            raise TargetError("target-missing")
        done = 0
        for index in range(whole.parts):
            with self._known():
                piece = self._objects.get(self._path(_part(name, index)), whole.size(index))
            if len(piece) != whole.size(index):
                raise TargetError("target-broken")
            done += len(piece)
            told(progress, done, whole.bytes)
            yield piece

    def _there(self) -> dict[str, int]:
        """Name and size of every file in the folder; nothing where there is no folder yet."""
        try:
            found = self._objects.listing(self._folder)
        except NoAnswer as answer:
            if answer.kind == "missing":
                return {}
            raise known(answer) from None
        return {one.name: one.bytes for one in found if not one.folder}

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name}"

    def _delete(self, name: str) -> None:
        with self._known():
            self._objects.delete(self._path(name))

    @contextmanager
    def _known(self) -> Iterator[None]:
        try:
            yield
        except NoAnswer as answer:
            raise known(answer) from None


class _Whole:
    """How a file of so many bytes lies in parts."""

    def __init__(self, size: int, part: int) -> None:
        self.bytes = size
        self._part = part
        self.parts = -(-size // part)

    def size(self, index: int) -> int:
        return min(self._part, self.bytes - index * self._part)


def _whole(there: dict[str, int]) -> dict[str, _Whole]:
    """What is complete, by the container's name."""
    found = {}
    for one in there:
        told_of = _ALL.match(one)
        if (
            told_of is None
            or not is_container(told_of[1])
            or not 0 < int(told_of[3]) <= TARGET_LIMITS.part_bytes
        ):
            continue
        whole = _Whole(int(told_of[2]), int(told_of[3]))
        if whole.parts <= len(there) and all(
            there.get(_part(told_of[1], index)) == whole.size(index) for index in range(whole.parts)
        ):
            found[told_of[1]] = whole
    return found


def _part(name: str, index: int) -> str:
    return f"{name}.{index:05d}"


def _is_part(one: str, name: str) -> bool:
    found = _PART.match(one)
    return found is not None and found[1] == name


def _name_of(one: str) -> str | None:
    """The container that a part, or the list of its parts, belongs to."""
    found = _ALL.match(one) or _PART.match(one)
    return found[1] if found is not None and is_container(found[1]) else None


def _is_list(one: str, name: str) -> bool:
    found = _ALL.match(one)
    return found is not None and found[1] == name


def https_of(place: Place) -> str:
    """The address without a slash at its end; one that names the practice's own folder there means the
    folder around it. Raises InputError `target-address-wrong`.
    """
    try:
        address(place.address)
    except InputError as error:
        raise InputError("target-address-wrong") from error
    url = place.address.strip().rstrip("/")
    head, _, last = url.rpartition("/")
    return head if tag_of(last) is not None else url


@contextmanager
def ca_known() -> Iterator[None]:
    """A file of certificates that cannot be read, as a target's trouble."""
    try:
        yield
    except StorageError:
        raise TargetError("target-ca-file") from None


def known(answer: NoAnswer) -> TargetError:
    """What the server did not do, as people read it."""
    made = {
        "refused": TargetError("target-refused"),
        "moved": TargetError("target-moved"),
        "missing": TargetError("target-no-folder"),
        "full": TargetError("target-full"),
        "certificate": TargetError("target-certificate"),
        "slow": TargetError("target-slow"),
        "unreachable": TargetError("target-unreachable"),
    }
    return made.get(answer.kind) or TargetError("target-broken")
