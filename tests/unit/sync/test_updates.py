"""Fetching over a real line: nothing is told, nothing is followed, and no file looks whole that is not."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from demo.authority import Authority
from desktop.crypto.updatekeys import MOST
from desktop.errors import SealwellError
from desktop.sync.updates import LIST_NAME, download, fetch_list, shipped
from tests.servers.updatehost import UpdateHost
from tests.support.releases import NAME, PACKAGE, Releases, a_list

FILE = a_list().files[0]


@pytest.fixture
def releases(tmp_path: Path) -> Iterator[Releases]:
    authority = Authority(tmp_path)
    with UpdateHost(authority.server_context("localhost")) as host:
        made = Releases(host, authority)
        made.publish()
        yield made


@pytest.fixture
def into(tmp_path: Path) -> Path:
    made = tmp_path / "Downloads"
    made.mkdir()
    return made


def why(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as refused:
        work()
    return refused.value.code


def test_the_list_comes_as_it_lies_there(releases: Releases) -> None:
    assert fetch_list(releases.source()) == releases.host.files[LIST_NAME]


def test_a_request_says_nothing_of_who_asks(releases: Releases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NETRC", "/nowhere")
    fetch_list(releases.source())
    fetch_list(releases.source())
    (path, first), (_, second) = releases.host.asked
    assert path == f"/{LIST_NAME}"
    assert first == second  # no cookie came back, although one was given
    assert {name.lower(): value for name, value in first.items()} == {
        "host": f"localhost:{releases.host.port}",
        "accept": "*/*",
        "accept-encoding": "identity",
        "connection": "keep-alive",
        "user-agent": "Sealwell",
    }


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("redirect", "update-answer"),
        ("missing", "update-answer"),
        ("huge", "update-too-large"),
        ("endless", "update-too-large"),
        ("slow", "update-slow"),
        ("drip", "update-slow"),
        ("short", "update-broken-off"),
        ("cut", "update-broken-off"),
        ("garbled", "update-broken-off"),
    ],
)
def test_an_answer_that_goes_wrong_has_its_name(releases: Releases, how: str, code: str) -> None:
    releases.host.how = how
    began = time.monotonic()
    assert why(lambda: fetch_list(releases.source())) == code
    assert time.monotonic() - began < 10
    assert len(releases.host.asked) == 1  # neither followed nor asked again


def test_a_list_may_be_as_large_as_it_may(releases: Releases) -> None:
    releases.host.files[LIST_NAME] = b"x" * MOST
    assert len(fetch_list(releases.source())) == MOST


def test_a_server_with_another_name_or_an_unknown_authority_is_not_asked(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    (tmp_path / "other").mkdir()
    stranger = Authority(tmp_path / "other")
    for context in (
        authority.server_context("updates.example.org"),
        authority.server_context("localhost", expired=True),
        stranger.server_context("localhost"),
    ):
        with UpdateHost(context) as host:
            source = Releases(host, authority).source()
            assert why(partial(fetch_list, source)) == "update-tls"
            assert host.asked == []


def test_without_a_line_it_is_offline(releases: Releases) -> None:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    nobody = replace(releases.source(), list_url=f"https://localhost:{port}/x")
    assert why(lambda: fetch_list(nobody)) == "update-offline"
    unknown = replace(releases.source(), list_url="https://no-such-host.invalid/x")
    assert why(lambda: fetch_list(unknown)) == "update-offline"


def test_a_file_is_fetched_whole_with_progress(releases: Releases, into: Path) -> None:
    told: list[tuple[int, int]] = []

    def progress(done: int, of: int) -> bool:
        told.append((done, of))
        return True

    path = download(releases.source(), FILE, into, progress)
    assert path == into / NAME
    assert path.read_bytes() == PACKAGE
    assert told[-1] == (len(PACKAGE), len(PACKAGE))
    assert [one.name for one in into.iterdir()] == [NAME]


def test_what_lies_there_already_is_not_fetched_again(releases: Releases, into: Path) -> None:
    (into / NAME).write_bytes(PACKAGE)
    assert download(releases.source(), FILE, into) == into / NAME
    assert releases.host.connections == 0


def test_another_file_of_that_name_is_left_alone(releases: Releases, into: Path) -> None:
    (into / NAME).write_bytes(b"mine")
    assert why(lambda: download(releases.source(), FILE, into)) == "update-file-there"
    assert (into / NAME).read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("published", "code"),
    [
        (PACKAGE[:-1] + b"!", "update-file-changed"),
        (PACKAGE[:-1], "update-file-size"),
        (PACKAGE + b"!", "update-too-large"),
    ],
)
def test_a_wrong_file_never_gets_its_name(
    releases: Releases, into: Path, published: bytes, code: str
) -> None:
    releases.host.files[NAME] = published
    assert why(lambda: download(releases.source(), FILE, into)) == code
    assert list(into.iterdir()) == []


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("cut", "update-broken-off"),
        ("garbled", "update-broken-off"),
        ("drip", "update-slow"),
        ("redirect", "update-answer"),
        ("endless", "update-too-large"),
    ],
)
def test_an_interrupted_file_leaves_nothing(releases: Releases, into: Path, how: str, code: str) -> None:
    releases.host.how = how
    assert why(lambda: download(releases.source(), FILE, into)) == code
    assert list(into.iterdir()) == []


def test_cancelling_ends_it_though_nothing_comes(releases: Releases, into: Path) -> None:
    releases.host.how = "drip"
    source = replace(releases.source(), waits=replace(releases.source().waits, stall=30.0))
    began = time.monotonic()

    def progress(done: int, of: int) -> bool:
        return not releases.host.reached.is_set()

    assert why(lambda: download(source, FILE, into, progress)) == "cancelled"
    assert time.monotonic() - began < 5
    assert list(into.iterdir()) == []


def test_while_it_comes_it_has_another_name(releases: Releases, into: Path) -> None:
    releases.host.how = "drip"
    stop = threading.Event()
    work = threading.Thread(
        target=lambda: why(
            lambda: download(releases.source(), FILE, into, lambda _done, _of: not stop.is_set())
        )
    )
    work.start()
    assert releases.host.reached.wait(5)
    assert [one.name for one in into.iterdir()] == [f"{NAME}.part"]
    stop.set()
    work.join(10)
    assert list(into.iterdir()) == []


def test_what_an_ended_program_left_is_begun_anew(releases: Releases, into: Path) -> None:
    (into / f"{NAME}.part").write_bytes(b"half of another" * 200_000)
    assert download(releases.source(), FILE, into).read_bytes() == PACKAGE


@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
def test_a_part_of_somebody_elses_is_not_written_into(
    releases: Releases, into: Path, tmp_path: Path, link: Callable[[Path, Path], None]
) -> None:
    elsewhere = tmp_path / "precious"
    elsewhere.write_bytes(b"precious")
    link(into / f"{NAME}.part", elsewhere)
    fetched = download(releases.source(), FILE, into)
    assert fetched.read_bytes() == PACKAGE
    assert not fetched.is_symlink()
    assert elsewhere.read_bytes() == b"precious"


def test_a_second_program_that_fetches_it_too_raises_no_false_alarm(releases: Releases, into: Path) -> None:
    begun_anew: list[Path] = []

    def progress(done: int, _of: int) -> bool:
        if done and not begun_anew:
            with ThreadPoolExecutor(1) as second:
                begun_anew.append(second.submit(download, releases.source(), FILE, into).result(10))
        return True

    assert why(lambda: download(releases.source(), FILE, into, progress)) == "update-running"
    assert (into / NAME).read_bytes() == PACKAGE
    assert [one.name for one in into.iterdir()] == [NAME]


def test_a_scanner_that_holds_the_file_for_a_moment_is_waited_for(
    releases: Releases, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    move, held = os.replace, [True, True]

    def scanned(source: Path, target: Path) -> None:
        if held:
            held.pop()
            raise PermissionError(13, "in use", str(source))
        move(source, target)

    monkeypatch.setattr("desktop.paths.sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr("desktop.paths.os.replace", scanned)
    assert download(releases.source(), FILE, into).read_bytes() == PACKAGE
    assert held == []


def test_a_full_disk_says_so_before_anything_is_fetched(
    releases: Releases, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("desktop.sync.updates.shutil.disk_usage", lambda _path: usage)
    assert why(lambda: download(releases.source(), FILE, into)) == "update-disk-full"
    assert releases.host.connections == 0


def test_a_disk_that_fills_up_meanwhile_leaves_nothing(
    releases: Releases, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("desktop.sync.updates.os.fsync", full)
    assert why(lambda: download(releases.source(), FILE, into)) == "update-disk-full"
    assert list(into.iterdir()) == []


def test_a_folder_that_takes_nothing_is_said(releases: Releases, tmp_path: Path) -> None:
    assert why(lambda: download(releases.source(), FILE, tmp_path / "nowhere")) == "file-not-written"


def test_the_shipped_source_is_one_of_https_and_of_one_place() -> None:
    source = shipped()
    assert source.list_url.startswith("https://")
    assert source.list_url == f"{source.files_url}{LIST_NAME}"
