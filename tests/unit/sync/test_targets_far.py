"""WebDAV and S3 targets whose server is a stranger, full, elsewhere, half gone or hostile."""

from __future__ import annotations

import http.server
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest
import trustme

from desktop.errors import InputError
from desktop.models.safekeeping import Place, TargetKind
from desktop.sync.targets.base import TargetError, folder_of
from desktop.sync.targets.pieces import Pieced
from desktop.sync.targets.reach import practices, reach
from tests.servers.programs import free_port
from tests.servers.storages import S3, SECRET, WebDav
from tests.support.targets import NAME, TAG, Scene, Server, scene_at, server_of

KINDS = ("webdav", "s3")


@pytest.fixture(scope="module")
def server_for() -> Iterator[Callable[[str], Server | None]]:
    with ExitStack() as stack:
        yield lru_cache(lambda kind: stack.enter_context(server_of(kind)))


@pytest.fixture(params=KINDS)
def scene(
    request: pytest.FixtureRequest, server_for: Callable[[str], Server | None], tmp_path: Path
) -> Iterator[Scene]:
    with scene_at(server_for(request.param), tmp_path) as made:
        yield made


def code_of(place: Place, secret: str = SECRET) -> str:
    """What a small file meets there."""
    with pytest.raises(TargetError) as caught, closing(reach(place, secret, TAG, None)) as reached:
        reached.claim("a" * 32)
    assert caught.value.params == {}
    return caught.value.code


def test_a_server_that_nobody_vouches_for_gets_nothing(scene: Scene) -> None:
    assert code_of(replace(scene.place, ca_file="")) == "target-certificate"
    assert code_of(replace(scene.place, ca_file=str(Path(__file__)))) == "target-ca-file"
    assert code_of(replace(scene.place, ca_file="/no/such/file")) == "target-ca-file"


def test_a_strangers_certificate_is_refused(scene: Scene, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    assert code_of(replace(scene.place, ca_file=str(other))) == "target-certificate"


def test_a_wrong_secret_and_a_wrong_folder_are_named(scene: Scene) -> None:
    assert code_of(scene.place, "another-secret") == "target-refused"
    root = scene.place.address.partition("/locked/")[0]
    assert code_of(replace(scene.place, address=f"{root}/elsewhere/x")) == "target-no-folder"


def test_a_full_server_is_named_and_gone_on_with(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pieced, "portion", 64 * 1024)
    source = tmp_path / "source"
    source.write_bytes(os.urandom(300_000))
    assert isinstance(scene.server, S3 | WebDav)
    reached, full = scene.claimed(), scene.server.folder / "full"

    def fill(done: int, of: int) -> bool:
        if done >= 2 * 64 * 1024:
            full.touch()
        return True

    try:
        with pytest.raises(TargetError) as caught:
            reached.put(NAME, source, fill)
    finally:
        full.unlink(missing_ok=True)
    assert caught.value.code == "target-full"
    assert reached.names() == []
    seen: list[int] = []
    reached.put(NAME, source, lambda done, of: not seen.append(done))  # type: ignore[func-returns-value]
    assert seen[0] >= 2 * 64 * 1024
    assert reached.names() == [(NAME, 300_000)]


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_at_the_port_is_named(kind: str) -> None:
    place = Place(TargetKind(kind), f"https://127.0.0.1:{free_port()}/locked", "me")
    assert code_of(place) == "target-unreachable"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "address",
    [
        "http://files.example.com/x",
        "sftp://files.example.com/x",
        "https:///x",
        "https://me:pw@files.example.com/x",
        "https://files.example.com/x?y=1",
        "https://files.example.com:99999/x",
        "/x",
    ],
)
def test_only_plain_https_addresses_are_reached(kind: str, address: str) -> None:
    with pytest.raises(InputError) as caught:
        reach(Place(TargetKind(kind), address, "me"), "x", TAG, None)
    assert caught.value.code == "target-address-wrong"


def test_an_s3_address_names_its_bucket() -> None:
    for address in ("https://s3.example.com", f"https://s3.example.com/{folder_of(TAG)}"):
        with pytest.raises(InputError) as caught:
            reach(Place(TargetKind.S3, address, "me"), "x", TAG, None)
        assert caught.value.code == "target-no-bucket"


@contextmanager
def odd_server(ca: trustme.CA, answer: Callable[[http.server.BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A server over TLS that answers everything in its own way."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            pass

        def any(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer(self)

    for method in ("GET", "PUT", "HEAD", "PROPFIND", "MKCOL", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.any)

    class Quiet(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A connection that is cut is meant to be."""

    made = Quiet(("127.0.0.1", 0), Handler)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    made.socket = context.wrap_socket(made.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"https://127.0.0.1:{made.server_port}/locked"
    finally:
        made.shutdown()
        made.server_close()


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


def at(kind: str, address: str, ca: trustme.CA, folder: Path) -> Place:
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    return Place(TargetKind(kind), address, "me", ca_file=str(folder / "ca.pem"))


def everything(place: Place) -> set[str]:
    """What each thing that can be asked of the target meets."""
    reached = reach(place, SECRET, TAG, None)
    source = Path(__file__)
    codes = set()
    asks: tuple[Callable[[], object], ...] = (
        reached.names,
        lambda: reached.read_small("marker.txt"),
        lambda: reached.write_small("marker.txt", b"x"),
        lambda: reached.claim("a" * 32),
        lambda: reached.put(NAME, source),
        lambda: reached.remove(NAME),
        lambda: reached.sha256(NAME),
        lambda: practices(place, SECRET),
    )
    for ask in asks:
        try:
            ask()
        except TargetError as error:
            codes.add(error.code if not error.params else "with words")
        else:
            codes.add("")
    reached.close()
    return codes


@pytest.mark.parametrize("kind", KINDS)
def test_a_redirect_gets_neither_backups_nor_what_signs_in(kind: str, ca: trustme.CA, tmp_path: Path) -> None:
    """WebDAV follows none. The library for S3 follows those of reads; its secret is never sent at all."""
    asked: list[tuple[str, str]] = []
    sent = bytearray()

    def elsewhere(handler: http.server.BaseHTTPRequestHandler) -> None:
        port = handler.headers["Host"].rpartition(":")[2]
        asked.append((handler.command, handler.path))
        if handler.path == "/other":
            sent.extend(str(handler.headers).encode("utf-8"))
        handler.send_response(307)
        handler.send_header("Location", f"https://localhost:{port}/other")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with odd_server(ca, elsewhere) as address:
        assert everything(at(kind, address, ca, tmp_path)) == {"target-moved"}
    followed = {command for command, path in asked if path == "/other"}
    assert followed <= ({"GET", "HEAD"} if kind == "s3" else set())
    assert SECRET.encode("ascii") not in sent


ODD = {
    "no-xml": b"<<<Maria Lopez",
    "other-xml": b"<?xml version='1.0'?><a><b/></a>",
    "empty": b"",
    "odd-multistatus": b'<?xml version="1.0"?><D:multistatus xmlns:D="DAV:"><D:response><D:href>/x</D:href>'
    b"<D:propstat><D:prop><D:getcontentlength>Maria</D:getcontentlength></D:prop></D:propstat>"
    b"</D:response></D:multistatus>",
    "far-names": b'<?xml version="1.0"?><D:multistatus xmlns:D="DAV:"><D:response>'
    b"<D:href>../../etc/passwd</D:href></D:response></D:multistatus>",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
@pytest.mark.parametrize("status", [200, 207, 500])
def test_whatever_a_server_says_is_a_known_error_without_its_words(
    kind: str, body: bytes, status: int, ca: trustme.CA, tmp_path: Path
) -> None:
    def odd(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status, "Maria Lopez")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)

    with odd_server(ca, odd) as address:
        codes = everything(at(kind, address, ca, tmp_path))
    assert codes <= {"", "target-broken", "target-unreachable", "target-no-folder", "target-missing"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_that_is_cut_in_the_middle_is_named(kind: str, ca: trustme.CA, tmp_path: Path) -> None:
    def cut(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)

    with odd_server(ca, cut) as address:
        assert everything(at(kind, address, ca, tmp_path)) == {"target-unreachable"}
