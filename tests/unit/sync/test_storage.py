"""Storage against real servers: what is put is found by its link alone, and every trouble has its name."""

from __future__ import annotations

import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from desktop.errors import InputError
from desktop.mail.hosted import link, new_name
from desktop.models.protection import Storage, StorageId
from desktop.sync.storage import StorageError
from desktop.sync.storage_test import check_storage, open_place
from tests.servers.storages import KEY, S3, SECRET, WebDav

KINDS = ("s3", "webdav")
Server = S3 | WebDav


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest, ca: trustme.CA) -> Iterator[Server]:
    with (S3 if request.param == "s3" else WebDav)(ca) as started:
        yield started


def storage_at(root: str, kind: str, ca_file: Path | str, path: str = "/locked", log: str = "") -> Storage:
    url = root + path
    return Storage(
        StorageId("s"),
        "Files",
        kind,
        url,
        KEY,
        url,
        30,
        None,
        datetime(2026, 11, 21, tzinfo=UTC),
        None,
        log,
        str(ca_file),
    )


def at(server: Server, **changes: str) -> Storage:
    return storage_at(server.root, server.name, server.ca_file, **changes)


def code_of(storage: Storage, secret: str = SECRET) -> str:
    with pytest.raises(StorageError) as caught, closing(open_place(storage, secret)) as place:
        place.put(new_name(), b"ciphertext")
    return caught.value.code


def test_a_file_is_put_found_by_its_link_hidden_otherwise_and_deleted(server: Server) -> None:
    ok, steps = check_storage(at(server), SECRET)
    assert ok
    said = [step.code for step in steps]
    assert said == [f"storage-step-{one}" for one in ("put", "link", "hidden", "deleted")]


def test_putting_again_and_deleting_twice_do_no_harm(server: Server) -> None:
    name = new_name()
    with closing(open_place(at(server), SECRET)) as place:
        place.put(name, b"one")
        place.put(name, b"two")
        assert place.exists(name)
        place.delete(name)
        place.delete(name)
        assert not place.exists(name)


def test_a_wrong_secret_is_refused_by_name(server: Server) -> None:
    assert code_of(at(server), "another-secret") == "storage-refused"


def test_a_folder_that_is_not_there_is_named(server: Server) -> None:
    assert code_of(at(server, path="/elsewhere")) == "storage-missing"


def test_a_full_disk_is_named(server: Server) -> None:
    full = server.folder / "full"
    full.touch()
    try:
        assert code_of(at(server)) == "storage-full"
    finally:
        full.unlink()


def test_a_server_that_nobody_vouches_for_gets_nothing(server: Server) -> None:
    stranger = storage_at(server.root, server.name, "")
    assert code_of(stranger) == "storage-certificate"
    wrong = storage_at(server.root, server.name, Path(__file__))
    with pytest.raises(StorageError) as caught:
        open_place(wrong, SECRET)
    assert caught.value.code == "storage-ca-file"


def test_a_file_beyond_the_limit_is_refused_before_it_is_sent(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(open_place(at(server), SECRET)) as place, pytest.raises(StorageError) as caught:
        place.put(new_name(), bytes(40 * 1024 * 1024 + 1))
    assert caught.value.code == "storage-file-too-large"


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.com/x",
        "ftp://files.example.com/x",
        "https:///x",
        "https://me:pw@files.example.com/x",
        "https://files.example.com/x?y=1",
        "https://files.example.com:99999/x",
        "files.example.com",
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_only_plain_https_addresses_are_storage(url: str, kind: str) -> None:
    with pytest.raises(InputError) as caught:
        open_place(storage_at(url, kind, "", path=""), SECRET)
    assert caught.value.code == "storage-url-wrong"


def test_an_s3_address_names_its_bucket() -> None:
    with pytest.raises(StorageError) as caught:
        open_place(storage_at("https://s3.example.com", "s3", "", path="/"), SECRET)
    assert caught.value.code == "storage-no-bucket"


@contextmanager
def odd_server(ca: trustme.CA, how: str) -> Iterator[tuple[str, list[str]]]:
    """`moved` points elsewhere; `cut` hangs up in the middle of a file."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            pass

        def do_PUT(self) -> None:
            asked.append(self.path)
            if how == "cut":
                self.rfile.read(10)
                self.close_connection = True  # else what is left of the body is read as a request
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(307)
            self.send_header("Location", f"https://localhost:{made.server_port}/other")
            self.send_header("Content-Length", "0")
            self.end_headers()

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
        yield f"https://127.0.0.1:{made.server_port}", asked
    finally:
        made.shutdown()
        made.server_close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_redirect_is_not_followed(kind: str, ca: trustme.CA, tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(ca_file))
    with odd_server(ca, "moved") as (root, asked):
        assert code_of(storage_at(root, kind, ca_file)) == "storage-moved"
    assert len(asked) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_that_is_lost_in_the_middle_is_named(kind: str, ca: trustme.CA, tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(ca_file))
    with odd_server(ca, "cut") as (root, _):
        storage = storage_at(root, kind, ca_file)
        with pytest.raises(StorageError) as caught, closing(open_place(storage, SECRET)) as place:
            place.put(new_name(), bytes(5_000_000))
    assert caught.value.code == "storage-unreachable"


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_at_the_port_is_named(kind: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert code_of(storage_at(f"https://127.0.0.1:{port}", kind, "")) == "storage-unreachable"


def test_names_are_256_random_bits_and_fit_an_address() -> None:
    names = {new_name() for _ in range(200)}
    assert len(names) == 200
    assert all(
        len(name) == 43 + len(".html") and name[:-5].replace("-", "").replace("_", "").isalnum()
        for name in names
    )


def test_a_link_is_the_public_address_and_the_name() -> None:
    storage = storage_at("https://files.example.com", "webdav", "", path="/locked/")
    assert link(storage, "abc.html") == "https://files.example.com/locked/abc.html"


def test_an_s3_log_is_read_on_from_its_mark(ca: trustme.CA) -> None:
    with S3(ca) as server:
        storage = at(server, log="logs/access")
        with closing(open_place(storage, SECRET)) as place:
            assert place.access_log("") == ([], "")
            server.ask("PUT", "/logs/access/2026-11-21-10-00-00-AA", b"first\n")
            lines, mark = place.access_log("")
            assert list(lines) == ["first"]
            server.ask("PUT", "/logs/access/2026-11-21-11-00-00-BB", b"second\n")
            lines, mark = place.access_log(mark)
            assert list(lines) == ["second"]
            assert place.access_log(mark) == ([], mark)


def test_a_web_servers_log_is_read_with_the_password_only(ca: trustme.CA) -> None:
    with WebDav(ca) as server:
        storage = at(server, log=f"{server.root}/logs/access.log")
        with closing(open_place(storage, SECRET)) as place:
            assert place.access_log("")[0] == []
            (server.files / "logs").mkdir()
            (server.files / "logs" / "access.log").write_text("one\ntwo\n", "utf-8")
            assert place.access_log("")[0] == ["one", "two"]
