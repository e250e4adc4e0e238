"""Where new versions are told of: the signed list and the files, fetched over TLS and nothing sent.

A request names neither the practice nor this computer nor its version: it is the same from
everywhere. No cookies, no following to another place, no proxy or password out of the environment.
What comes has a limit of size and of time; whether it is true is the signature's to say.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import json
import os
import shutil
import ssl
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from desktop.crypto.updatekeys import MOST, keys_of
from desktop.errors import DeliveryError, InputError, Refused
from desktop.frozen import dataclass
from desktop.models.documents import Progress
from desktop.paths import PRIVATE_FILE, put_in_place, resource, sync_folder
from desktop.sync.update_list import File
from desktop.texts import clean

T = TypeVar("T")
LIST_NAME = "sealwell-update.json"
"""The list, as it lies on the server and beside a file that somebody fetched by other means."""
_LOOK = 0.2
"""Seconds between two looks whether the person has cancelled."""
_PIECE = 256 * 1024
_SPARE = 64 * 1024 * 1024
"""Octets that stay free on a disk: a full one stops the practice."""


@dataclass(frozen=True)
class Waits:
    """Seconds: for a line, for the next octet, and for the whole list and the whole file."""

    connect: float = 15.0
    stall: float = 45.0
    list: float = 30.0
    file: float = 2 * 3600.0


@dataclass(frozen=True)
class Source:
    """One channel: where it is, and whose signature counts. `context` proves the server's name."""

    channel: str
    list_url: str
    files_url: str
    keys: Mapping[str, bytes] = field(default_factory=dict)
    context: Callable[[], ssl.SSLContext] = ssl.create_default_context
    waits: Waits = Waits()


@cache
def shipped() -> Source:
    """As the program was released; ValueError where the files in it are none of ours."""
    given = json.loads(resource("updates/source.json").read_bytes())
    if given["format"] != "sealwell-update-source-1":
        raise ValueError("no source")
    keys = keys_of(resource("updates/keys.json").read_bytes())
    return Source(given["channel"], given["list"], given["files"], keys)


def fetch_list(source: Source) -> bytes:
    """The document as it came, not yet believed.

    Raises DeliveryError "update-offline", "update-tls", "update-slow", "update-broken-off",
    "update-answer", "update-too-large".
    """
    heard = bytearray()
    asyncio.run(_get(source, source.list_url, MOST, heard.extend, source.waits.list))
    return bytes(heard)


def download(source: Source, file: File, folder: Path, progress: Progress | None = None) -> Path:
    """The file in `folder` under its name; it has that name only once it was found to be the right one.

    Raises as `fetch_list`, InputError "update-file-there", "update-file-size", "update-file-changed",
    "file-not-written"; DeliveryError "update-disk-full"; Refused "cancelled", "update-running".
    """
    target = folder / file.name
    if target.exists():
        if _is(target, file):
            return target
        raise InputError("update-file-there", file=file.name)
    with _part(target, file) as out:
        came = 0

        def take(piece: bytes) -> None:
            nonlocal came
            came += out.write(piece)

        def go_on() -> None:
            if progress is not None and not progress(came, file.bytes):
                raise Refused("cancelled")

        work = _get(source, source.files_url + file.name, file.bytes, take, source.waits.file)
        asyncio.run(_watched(work, go_on))
    sync_folder(folder)
    return target


def check(path: Path, file: File) -> None:
    """Whether what lies there is `file`. Raises InputError "update-file-size", "update-file-changed"."""
    size, digest = measure(path)
    if size != file.bytes:
        raise InputError("update-file-size", file=clean(path.name))
    if digest != file.sha256:
        raise InputError("update-file-changed", file=clean(path.name))


def measure(path: Path, progress: Progress | None = None) -> tuple[int, str]:
    """Octets and SHA-256. Raises Refused "cancelled", OSError."""
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        whole = os.fstat(file.fileno()).st_size
        while piece := file.read(_PIECE):
            digest.update(piece)
            done += len(piece)
            if progress is not None and not progress(done, whole):
                raise Refused("cancelled")
    return done, digest.hexdigest()


def _is(path: Path, file: File) -> bool:
    try:
        check(path, file)
    except (InputError, OSError):
        return False
    return True


@contextmanager
def _part(target: Path, file: File) -> Iterator[BinaryIO]:
    """Beside `target` until the block ends well and it is `file`; whatever goes wrong, nothing stays.

    What lies there already may be of an ended program or of somebody else, who would hold it open
    and change it after it was checked: it is removed, never written into.
    """
    part = target.with_name(f"{target.name}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    own: os.stat_result | None = None
    try:
        if shutil.disk_usage(target.parent).free < file.bytes + _SPARE:
            raise DeliveryError("update-disk-full", file=file.name)
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, flags, PRIVATE_FILE), "wb") as out:
            own = os.fstat(out.fileno())
            yield out
            out.flush()
            os.fsync(out.fileno())
        if not _is_still(part, own):
            raise Refused("update-running")
        check(part, file)
        put_in_place(part, target)
    except BaseException as error:  # nothing that looks whole; then it goes on up
        with suppress(OSError):
            if own is not None and _is_still(part, own):
                part.unlink()
        if isinstance(error, OSError):
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DeliveryError("update-disk-full", file=file.name) from error
            raise InputError("file-not-written", file=file.name) from error
        raise


def _is_still(part: Path, own: os.stat_result) -> bool:
    """False where another process of ours fetches the same and has begun anew."""
    try:
        return os.path.samestat(part.lstat(), own)
    except FileNotFoundError:
        return False


async def _watched(work: Coroutine[Any, Any, T], go_on: Callable[[], None]) -> T:
    """`work` to its end, or to where `go_on` raises: also while nothing comes over the line."""
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=_LOOK)
            go_on()
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _get(source: Source, url: str, most: int, take: Callable[[bytes], None], seconds: float) -> None:
    """One GET, its body handed to `take`, at most `most` octets of it."""
    import httpx

    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(
                verify=source.context(),
                timeout=httpx.Timeout(source.waits.stall, connect=source.waits.connect),
                headers={"User-Agent": "Sealwell", "Accept-Encoding": "identity"},
                follow_redirects=False,
                trust_env=False,
            ) as browser,
            browser.stream("GET", url) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise DeliveryError("update-answer")
            came = 0
            async for piece in answer.aiter_raw(_PIECE):
                came += len(piece)
                if came > most:
                    raise DeliveryError("update-too-large")
                take(piece)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise DeliveryError("update-slow") from error
    except httpx.ConnectError as error:
        raise DeliveryError("update-tls" if _is_tls(error) else "update-offline") from error
    except (httpx.TransportError, ssl.SSLError) as error:  # a broken record comes as it is
        raise DeliveryError("update-broken-off") from error


def _is_tls(error: BaseException | None) -> bool:
    """Whether the line stood and what was at its end could not prove who it is."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
