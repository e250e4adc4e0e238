"""A place is tried out step by step; what fails is named at its step, and nothing is left there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from desktop.models.safekeeping import AT_OTHERS, Place, TargetKind
from desktop.sync.targets.base import TargetError, folder_of
from desktop.sync.targets.reach import host_key
from desktop.sync.targets.trial import Tried, try_out
from desktop.texts import Texts
from tests.servers.programs import free_port
from tests.servers.sftp import Sshd, make_key
from tests.servers.storages import S3, WebDav
from tests.support.targets import KINDS, MARKER, TAG, Scene, Server, scene_at, scene_of, server_of

WAY_IN = {
    TargetKind.FOLDER: ["reach"],
    TargetKind.SFTP: ["reach", "host-key", "sign-in"],
    TargetKind.WEBDAV: ["reach", "sign-in"],
    TargetKind.S3: ["reach", "sign-in"],
}
REST = ["write", "read-back", "remove", "space"]


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


def said(tried: Tried) -> list[tuple[str, str]]:
    """Each step that failed with its code; every step's words exist in both languages."""
    for language in ("en", "es"):
        texts = Texts(language)
        for step in tried.steps:
            assert texts.say(f"reason.{step.reason.code}", **step.reason.params)
    assert tried.ok == all(step.ok for step in tried.steps)
    return [(step.step, step.reason.code) for step in tried.steps if not step.ok]


def test_a_place_before_it_is_added_and_after(scene: Scene) -> None:
    tried = try_out(scene.place, scene.secret, TAG, None)
    assert said(tried) == []
    assert [step.step for step in tried.steps] == [*WAY_IN[scene.place.kind], *REST]
    if scene.root is not None and scene.place.kind is not TargetKind.WEBDAV:
        assert os.listdir(scene.root) == []
    scene.claimed()
    again = try_out(scene.place, scene.secret, TAG, MARKER)
    assert said(again) == []
    if scene.root is not None:
        assert os.listdir(scene.root / folder_of(TAG)) == ["marker.txt"]


def test_another_practices_or_an_empty_place_is_named_at_reach(scene: Scene) -> None:
    """An empty mount point gets nothing, not even by a test of a place that is kept."""
    tried = try_out(scene.place, scene.secret, TAG, MARKER)
    code = "target-not-ours" if scene.place.kind in AT_OTHERS else "target-not-connected"
    assert said(tried) == [("reach", code)]
    if scene.root is not None:
        assert os.listdir(scene.root) == []
    scene.claimed()
    assert said(try_out(scene.place, scene.secret, TAG, "b" * 32)) == [("reach", code)]


def test_who_is_not_let_in_is_told_at_signing_in(scene: Scene) -> None:
    if scene.place.kind not in AT_OTHERS:
        pytest.skip("nobody signs in")
    tried = try_out(scene.place, "not the secret", TAG, None)
    assert said(tried) == [("sign-in", "target-refused")]
    assert [step.step for step in tried.steps] == WAY_IN[scene.place.kind]


def test_a_place_that_is_not_there_is_named_at_reach(tmp_path: Path) -> None:
    port = free_port()
    places = (
        (Place(TargetKind.USB, str(tmp_path / "none")), "target-not-connected"),
        (Place(TargetKind.SFTP, f"sftp://127.0.0.1:{port}/x", "me"), "target-unreachable"),
        (Place(TargetKind.WEBDAV, f"https://127.0.0.1:{port}/x", "me"), "target-unreachable"),
        (Place(TargetKind.S3, f"https://127.0.0.1:{port}/x", "me"), "target-unreachable"),
    )
    for place, code in places:
        assert said(try_out(place, "x", TAG, None)) == [("reach", code)]


def test_a_server_whose_key_nobody_confirmed_shows_it_and_is_asked_no_more(tmp_path: Path) -> None:
    with scene_of("sftp", tmp_path) as scene:
        tried = try_out(replace(scene.place, host_key=""), scene.secret, TAG, None)
        assert said(tried) == [("host-key", "target-step-compare")]
        assert tried.shown == host_key(scene.place)
        assert scene.root is not None
        assert os.listdir(scene.root) == []
        other = replace(scene.place, host_key=make_key(tmp_path / "other"))
        assert said(try_out(other, scene.secret, TAG, None)) == [("host-key", "target-host-key-changed")]
        assert isinstance(scene.server, Sshd)


@pytest.mark.parametrize("kind", ["webdav", "s3"])
def test_a_full_server_is_named_at_writing(kind: str, tmp_path: Path) -> None:
    with scene_of(kind, tmp_path) as scene:
        assert isinstance(scene.server, S3 | WebDav)
        (scene.server.folder / "full").touch()
        assert said(try_out(scene.place, scene.secret, TAG, None)) == [("write", "target-full")]


def test_what_is_not_read_back_as_it_was_written_fails_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scene_of("folder", tmp_path) as scene:
        monkeypatch.setattr("desktop.sync.targets.mounted.Mounted.read_small", lambda *_: b"other")
        assert said(try_out(scene.place, "", TAG, None)) == [("read-back", "target-broken")]


def test_what_cannot_be_removed_fails_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def kept(*_: object) -> None:
        raise TargetError("target-refused")

    with scene_of("folder", tmp_path) as scene:
        monkeypatch.setattr("desktop.sync.targets.mounted.Mounted._unlink", kept)
        assert said(try_out(scene.place, "", TAG, None)) == [("remove", "target-refused")]


def test_a_place_without_room_fails_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scene_of("folder", tmp_path) as scene:
        monkeypatch.setattr("desktop.sync.targets.mounted.Mounted.free_bytes", lambda _: 1000)
        assert said(try_out(scene.place, "", TAG, None)) == [("space", "target-full")]
