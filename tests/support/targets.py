"""Targets of every kind for tests: real servers on loopback, and folders of this computer."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import trustme

from desktop.models.safekeeping import Place, TargetKind
from desktop.sync.targets.base import Reached
from desktop.sync.targets.reach import reach
from tests.servers.sftp import Sshd
from tests.servers.storages import KEY, S3, SECRET, WebDav

TAG = "0123abcd"
MARKER = "a" * 32
NAME = "20261121T100000Z-0123456789ab-whole.sealwell"
OTHER = "20261121T140000Z-ba9876543210-0123456789ab.sealwell"
KINDS = ("folder", "sftp", "webdav", "s3")


@dataclass
class Scene:
    """A place, what signs in to it, and its server, if it has one."""

    place: Place
    secret: str = ""
    server: object = None
    root: Path | None = None
    """Where its files lie on this computer; None for S3."""
    opened: list[Reached] = field(default_factory=list)

    def reach(self, marker: str | None = None, tag: str = TAG) -> Reached:
        self.opened.append(reach(self.place, self.secret, tag, marker))
        return self.opened[-1]

    def claimed(self) -> Reached:
        """Reached as one that was added."""
        reached = self.reach()
        assert reached.claim(MARKER) == MARKER
        return reached


Server = Sshd | WebDav | S3


@contextmanager
def server_of(kind: str) -> Iterator[Server | None]:
    """The server behind a kind of target; it ends with the block."""
    if kind == "folder":
        yield None
        return
    with Sshd() if kind == "sftp" else (WebDav if kind == "webdav" else S3)(trustme.CA()) as server:
        yield server


@contextmanager
def scene_at(server: Server | None, folder: Path) -> Iterator[Scene]:
    """A place of its own on the server; without one, in `folder`."""
    made = _scene(server, folder)
    try:
        yield made
    finally:
        for one in made.opened:
            one.close()


@contextmanager
def scene_of(kind: str, folder: Path) -> Iterator[Scene]:
    """A target of this kind with its own server, for tests that end it."""
    with server_of(kind) as server, scene_at(server, folder) as made:
        yield made


def _scene(server: Server | None, folder: Path) -> Scene:
    name = f"place-{secrets.token_hex(4)}"
    if isinstance(server, S3):
        return Scene(_https(server, TargetKind.S3, name), SECRET, server)
    root = (
        folder if server is None else server.files / "locked" if isinstance(server, WebDav) else server.files
    ) / name
    root.mkdir()
    if server is None:
        return Scene(Place(TargetKind.FOLDER, str(root)), root=root)
    if isinstance(server, WebDav):
        return Scene(_https(server, TargetKind.WEBDAV, name), SECRET, server, root)
    place = server.place()
    return Scene(replace(place, address=f"{place.address}/{name}"), server.secret, server, root)


def _https(server: WebDav | S3, kind: TargetKind, name: str) -> Place:
    return Place(kind, f"{server.root}/locked/{name}", KEY, ca_file=str(server.ca_file))
