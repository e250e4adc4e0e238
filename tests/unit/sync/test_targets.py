"""Every kind of target against a real one: whole files only, resumed, read back, proven by its marker."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.errors import Refused
from desktop.sync.targets.base import MARKER_FILE, TargetError, folder_of, vault_tag
from desktop.sync.targets.pieces import Pieced
from desktop.sync.targets.reach import practices, reach
from tests.support.targets import (
    KINDS,
    MARKER,
    NAME,
    OTHER,
    TAG,
    Scene,
    scene_of,
)

PORTION = 64 * 1024


@pytest.fixture(params=KINDS)
def scene(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setattr(Pieced, "portion", PORTION)
    with scene_of(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(os.urandom(5 * PORTION + 1234))
    return path


def sum_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class StopAt:
    """Cancels once so many bytes were moved; remembers where it began and how much was moved."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.seen: list[int] = []

    def __call__(self, done: int, of: int) -> bool:
        self.seen.append(done)
        return done < self.limit

    @property
    def moved(self) -> int:
        return self.seen[-1] - self.seen[0]


def code_of(caught: pytest.ExceptionInfo[TargetError]) -> str:
    assert caught.value.params == {}
    return caught.value.code


def test_a_file_is_put_listed_read_back_fetched_and_removed(
    scene: Scene, source: Path, tmp_path: Path
) -> None:
    reached = scene.claimed()
    assert reached.names() == []
    reached.put(NAME, source)
    reached.put(OTHER, source)
    assert reached.names() == [(NAME, source.stat().st_size), (OTHER, source.stat().st_size)]
    assert reached.sha256(NAME) == sum_of(source)
    there = tmp_path / "fetched"
    steps = StopAt(10**9)
    reached.fetch(NAME, there, steps)
    assert sum_of(there) == sum_of(source)
    assert steps.seen[-1] == source.stat().st_size
    reached.remove(NAME)
    reached.remove(NAME)
    assert [name for name, _ in reached.names()] == [OTHER]
    with pytest.raises(TargetError) as caught:
        reached.fetch(NAME, tmp_path / "none")
    assert code_of(caught) == "target-missing"
    assert not (tmp_path / "none").exists()


def test_a_try_that_was_cut_off_is_no_backup_and_is_gone_on_from(scene: Scene, source: Path) -> None:
    reached, cut = scene.claimed(), StopAt(3 * PORTION)
    with pytest.raises(Refused) as caught:
        reached.put(NAME, source, cut)
    assert caught.value.code == "cancelled"
    assert reached.names() == []
    with pytest.raises(TargetError) as missing:
        reached.sha256(NAME)
    assert code_of(missing) == "target-missing"

    again, rest = scene.reach(MARKER), StopAt(10**9)
    again.put(NAME, source, rest)
    assert again.sha256(NAME) == sum_of(source)
    assert rest.moved <= source.stat().st_size - cut.moved + 2 * PORTION
    assert rest.seen[0] > 0


def test_a_file_that_is_there_already_is_not_moved_again(scene: Scene, source: Path) -> None:
    reached, steps = scene.claimed(), StopAt(10**9)
    reached.put(NAME, source)
    reached.put(NAME, source, steps)
    assert steps.seen == []


def test_what_an_unfinished_try_left_goes_with_remove(scene: Scene, source: Path) -> None:
    reached = scene.claimed()
    with pytest.raises(Refused):
        reached.put(NAME, source, StopAt(3 * PORTION))
    reached.remove(NAME)
    steps = StopAt(10**9)
    reached.put(NAME, source, steps)
    assert steps.seen[0] == 0


def test_what_unfinished_tries_left_is_swept_but_for_what_goes_on(scene: Scene, source: Path) -> None:
    reached, third = scene.claimed(), OTHER.replace("ba98", "cd98")
    reached.put(NAME, source)
    for name in (OTHER, third):
        with pytest.raises(Refused):
            reached.put(name, source, StopAt(3 * PORTION))
    reached.sweep({third})
    assert reached.names() == [(NAME, source.stat().st_size)]
    assert reached.sha256(NAME) == sum_of(source)
    begun = {}
    for name in (OTHER, third):
        steps = StopAt(10**9)
        reached.put(name, source, steps)
        begun[name] = steps.seen[0]
    assert begun[OTHER] == 0
    assert begun[third] > 0


def test_an_altered_file_is_seen_when_it_is_read_back(scene: Scene, source: Path) -> None:
    if scene.root is None:
        pytest.skip("moto keeps its files in memory")
    reached = scene.claimed()
    reached.put(NAME, source)
    victim = next(
        path for path in sorted((scene.root / folder_of(TAG)).iterdir()) if path.name.startswith(NAME)
    )
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)
    assert reached.names() == [(NAME, source.stat().st_size)]
    assert reached.sha256(NAME) != sum_of(source)


def test_the_marker_tells_which_target_it_is(scene: Scene) -> None:
    scene.claimed()
    assert scene.reach(MARKER).read_small(MARKER_FILE) == f"{MARKER}\n".encode()
    assert scene.reach().claim("b" * 32) == MARKER
    with pytest.raises(TargetError) as other:
        scene.reach("b" * 32)
    with pytest.raises(TargetError) as none:
        scene.reach(MARKER, tag="ffffffff")
    absent = "target-not-connected" if scene.server is None else "target-not-ours"
    assert code_of(none) == code_of(other) == absent


def test_a_marker_that_a_power_cut_emptied_is_written_again(scene: Scene) -> None:
    reached = scene.claimed()
    reached.write_small(MARKER_FILE, b"")
    with pytest.raises(TargetError) as caught:
        scene.reach(MARKER)
    assert code_of(caught) in ("target-not-ours", "target-not-connected")
    assert scene.reach().claim("c" * 32) == "c" * 32
    scene.reach("c" * 32)


def test_two_practices_in_one_place_do_not_see_each_other(scene: Scene, source: Path) -> None:
    one, tags = scene.claimed(), sorted((TAG, vault_tag("another practice")))
    two = scene.reach(tag=vault_tag("another practice"))
    two.claim("d" * 32)
    one.put(NAME, source)
    two.put(OTHER, source)
    assert [name for name, _ in one.names()] == [NAME]
    assert [name for name, _ in two.names()] == [OTHER]
    assert practices(scene.place, scene.secret) == tags
    mine = replace(scene.place, address=f"{scene.place.address}/{folder_of(TAG)}")
    assert practices(mine, scene.secret) == [TAG]
    inside = reach(mine, scene.secret, TAG, MARKER)
    scene.opened.append(inside)
    assert [name for name, _ in inside.names()] == [NAME]


def test_a_small_file_is_replaced_whole(scene: Scene) -> None:
    reached = scene.claimed()
    assert reached.read_small("checkpoint.txt") is None
    reached.write_small("checkpoint.txt", b"one")
    reached.write_small("checkpoint.txt", b"another")
    assert reached.read_small("checkpoint.txt") == b"another"
    assert reached.names() == []


@pytest.mark.parametrize(
    "name", ["../../x.sealwell", "x.sealwell/..", "/etc/x.sealwell", "x", "", "ä.sealwell"]
)
def test_a_strangers_name_is_never_a_path(name: str, tmp_path: Path) -> None:
    with scene_of("folder", tmp_path) as made:
        reached = made.claimed()
        for ask in (reached.remove, reached.sha256, lambda name: reached.put(name, Path(__file__))):
            with pytest.raises(ValueError):
                ask(name)
        with pytest.raises(ValueError):
            reached.write_small(name, b"")


def test_files_of_others_in_the_folder_are_left_alone(scene: Scene, source: Path) -> None:
    if scene.root is None:
        pytest.skip("moto keeps its files in memory")
    reached = scene.claimed()
    reached.put(NAME, source)
    strange = scene.root / folder_of(TAG) / f"{NAME} (conflicted copy)"
    strange.write_bytes(b"x")
    (scene.root / folder_of(TAG) / f"{OTHER}.part").write_bytes(b"x")
    (scene.root / folder_of(TAG) / f"{OTHER}.all-70000-65536").write_bytes(b"x")
    assert [name for name, _ in reached.names()] == [NAME]
    reached.remove(NAME)
    assert strange.exists()
