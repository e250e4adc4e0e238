"""The line between a window or a command and the background service: frames, hello, limits.

One frame is one JSON object. Nothing is pickled: `multiprocessing.connection` is used for
its sockets and pipes, with `send_bytes` and `recv_bytes` alone. Both ends prove that they
know the key in the service's private file (HMAC-SHA-256 over both ends' fresh numbers, each
direction under its own word), before either reads anything else of the other.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, field
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any

from desktop import __version__
from desktop.config import LIMITS
from desktop.errors import InputError, VaultError
from desktop.frozen import dataclass
from desktop.paths import write_private

PROTOCOL = f"1/{__version__}"
"""Both ends are of one program version: their values are each other's."""
HELLO_MOST = 4096
FRAME_MOST = LIMITS.import_bytes // 3 * 4 + 16 * 1024 * 1024
"""Bytes of one frame: the largest import as base64, and what stands around it."""
HELLO_SECONDS = 10.0
KEY_BYTES = 32
_SERVICE, _CALLER = b"sealwell service", b"sealwell caller"

Frame = dict[str, Any]


class LinkLost(Exception):
    """The other end is gone, or what it says is none of our frames."""


@dataclass(frozen=True)
class Whereabouts:
    """What the service writes when it is ready; the file is its owner's alone."""

    address: str
    key: str = field(repr=False)
    protocol: str
    pid: int

    def write(self, path: Path) -> None:
        write_private(path, json.dumps(asdict(self)).encode())

    @classmethod
    def read(cls, path: Path) -> Whereabouts | None:
        """None where there is no service, or its file is none of ours."""
        try:
            given = json.loads(path.read_bytes())
            found = cls(str(given["address"]), str(given["key"]), str(given["protocol"]), int(given["pid"]))
            bytes.fromhex(found.key)
        except (OSError, ValueError, TypeError, KeyError, RecursionError):  # Windows: also while written
            return None
        return found


class Link:
    """One connection; used by one thread at a time, hung up by any."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._change = threading.Lock()

    def send(self, frame: Frame) -> None:
        """Raises InputError "service-too-large" (nothing was sent) and `LinkLost`."""
        data = json.dumps(frame).encode("ascii")
        if len(data) > FRAME_MOST:
            raise InputError("service-too-large", mebibytes=FRAME_MOST // 1024 // 1024)
        try:
            self._connection.send_bytes(data)
        except (OSError, ValueError):
            raise LinkLost from None

    def receive(self, most: int = FRAME_MOST) -> Frame:
        """The next frame; waits for it. Raises `LinkLost`."""
        try:
            frame = json.loads(self._connection.recv_bytes(most))
        except (EOFError, OSError, ValueError, RecursionError, MemoryError, TypeError):
            raise LinkLost from None
        if not isinstance(frame, dict):
            raise LinkLost
        return frame

    def is_quiet(self) -> bool:
        """Whether it is open and nothing has come: so it is between two calls."""
        try:
            return not self._connection.poll(0)
        except OSError:
            return False

    def hang_up(self) -> None:
        """Whoever waits on either end is woken; may be called again."""
        with self._change, suppress(OSError):
            if sys.platform == "win32":
                self._connection.close()
            elif not self._connection.closed:
                with socket.socket(fileno=os.dup(self._connection.fileno())) as line:
                    line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """By the thread that uses it, when it is done."""
        with self._change, suppress(OSError):
            self._connection.close()

    def is_owner(self) -> bool:
        """Whether the process at the other end is this user's (unix(7), SO_PEERCRED).

        Where the system does not tell, the private folder and the key must do.
        """
        if sys.platform != "linux":
            return True
        try:
            with socket.socket(fileno=os.dup(self._connection.fileno())) as line:
                told = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        except OSError:
            return False
        _, uid, _ = struct.unpack("3i", told)
        return bool(uid == os.getuid())


@contextmanager
def _in_time(link: Link) -> Iterator[None]:
    """Somebody who does not go on with the hello is hung up on."""
    watch = threading.Timer(HELLO_SECONDS, link.hang_up)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


@dataclass(frozen=True)
class Caller:
    """Who calls, as the service knows them: one process, by a number that it chose itself."""

    id: str
    stays: bool
    """This connection only tells that the caller is still there."""
    window: bool = False
    """Whether the process has a screen that its sessions end with; a command has none."""


def greet(link: Link, key: bytes, caller: Caller) -> None:
    """The caller's side. Raises VaultError "service-other-version" and `LinkLost`."""
    with _in_time(link):
        if not link.is_owner():
            raise LinkLost
        hello = link.receive(HELLO_MOST)
        if hello.get("protocol") != PROTOCOL:
            raise VaultError("service-other-version")
        mine, theirs = secrets.token_hex(KEY_BYTES), str(hello.get("nonce"))
        proof = _proof(key, _CALLER, theirs, mine)
        link.send({"protocol": PROTOCOL, "nonce": mine, "proof": proof, **asdict(caller)})
        answer = link.receive(HELLO_MOST)
        if answer.get("error") == "service-other-version":
            raise VaultError("service-other-version")
        if not _same(answer.get("proof"), _proof(key, _SERVICE, mine, theirs)):
            raise LinkLost


def welcome(link: Link, key: bytes, admit: Callable[[Caller], None]) -> Caller:
    """The service's side; `admit` knows of the caller before they can say more.

    Raises `LinkLost` for whoever is no caller of ours.
    """
    with _in_time(link):
        if not link.is_owner():
            raise LinkLost
        mine = secrets.token_hex(KEY_BYTES)
        link.send({"protocol": PROTOCOL, "nonce": mine})
        hello = link.receive(HELLO_MOST)
        if hello.get("protocol") != PROTOCOL:
            link.send({"error": "service-other-version"})
            raise LinkLost
        theirs = str(hello.get("nonce"))
        if not _same(hello.get("proof"), _proof(key, _CALLER, mine, theirs)):
            raise LinkLost
        caller = Caller(str(hello.get("id")), hello.get("stays") is True, hello.get("window") is True)
        admit(caller)
        link.send({"proof": _proof(key, _SERVICE, theirs, mine)})
        return caller


def call_up(where: Whereabouts, caller: Caller, client: Callable[..., Any] = Client) -> Link:
    """A greeted connection. Raises VaultError "service-other-version" and `LinkLost`."""
    if where.protocol != PROTOCOL and _answers(where):
        raise VaultError("service-other-version")
    try:
        link = Link(client(where.address))
    except (OSError, EOFError, ValueError):
        raise LinkLost from None
    try:
        greet(link, bytes.fromhex(where.key), caller)
    except BaseException:  # the line is closed; then it goes on up
        link.close()
        raise
    return link


def _answers(where: Whereabouts) -> bool:
    """Whether the service of another version is still there, or only its file."""
    try:
        Client(where.address).close()
    except (OSError, EOFError, ValueError):
        return False
    return True


def _proof(key: bytes, word: bytes, first: str, second: str) -> str:
    said = json.dumps([PROTOCOL, first, second]).encode("ascii")
    return hmac.new(key, word + said, hashlib.sha256).hexdigest()


def _same(given: object, wanted: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
