"""A chain comes out of every kind of target: in order, only what is lacking, and not past a cancel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.audit.witness import CHECKPOINT_FILE
from desktop.errors import SealwellError
from desktop.models.documents import Progress
from desktop.sync.backup_fetch import (
    LocalFolder,
    bytes_to_fetch,
    checkpoint_in,
    fetch_chain,
    folders_in,
    known_in,
)
from desktop.sync.targets.base import Reached, folder_of
from tests.support.targets import KINDS, TAG, scene_of

WHOLE = "20261121T100000Z-000000000001-whole.sealwell"
SECOND = "20261121T140000Z-000000000002-000000000001.sealwell"
THIRD = "20261121T180000Z-000000000003-000000000002.sealwell"
ASTRAY = "20261121T200000Z-000000000009-00000000000f.sealwell"
SIZES = {WHOLE: 70_000, SECOND: 3_000, THIRD: 50, ASTRAY: 10}


def on(_done: int, _of: int) -> bool:
    return True


def filled(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, size in SIZES.items():
        (folder / name).write_bytes(name[-20:].encode() * (size // 20 + 1))
    return folder


def size_of(name: str) -> int:
    return (SIZES[name] // 20 + 1) * 20


@pytest.fixture(params=KINDS)
def reached(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reached]:
    source = filled(tmp_path / "source")
    with scene_of(request.param, tmp_path) as scene:
        there = scene.claimed()
        for name in SIZES:
            there.put(name, source / name)
        there.write_small(CHECKPOINT_FILE, b"a note\n")
        yield there


def code_of(reached: Reached | LocalFolder, name: str, scratch: Path, progress: Progress = on) -> str:
    with pytest.raises(SealwellError) as caught:
        fetch_chain(reached, name, scratch, progress)
    return caught.value.code


def test_the_chain_comes_in_order_and_is_not_fetched_twice(reached: Reached, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    told: list[tuple[int, int]] = []

    def tell(done: int, of: int) -> bool:
        told.append((done, of))
        return True

    files = fetch_chain(reached, THIRD, scratch, tell)
    assert files == (scratch / WHOLE, scratch / SECOND, scratch / THIRD)
    for file in files:
        assert file.read_bytes() == (tmp_path / "source" / file.name).read_bytes()
    whole = sum(size_of(name) for name in (WHOLE, SECOND, THIRD))
    assert told == sorted(told)
    assert told[-1] == (whole, whole)
    assert bytes_to_fetch(reached, THIRD) == whole
    (scratch / SECOND).write_bytes(b"half")
    before = (scratch / WHOLE).stat().st_mtime_ns
    fetch_chain(reached, THIRD, scratch, on)
    assert (scratch / SECOND).stat().st_size == size_of(SECOND)
    assert (scratch / WHOLE).stat().st_mtime_ns == before
    assert checkpoint_in(reached) == "a note\n"


def test_what_is_not_there_or_not_whole_is_said(reached: Reached, tmp_path: Path) -> None:
    assert code_of(reached, ASTRAY, tmp_path) == "backup-chain-broken"
    assert code_of(reached, WHOLE.replace("1-w", "7-w"), tmp_path) == "backup-missing"
    assert code_of(reached, "../../etc/passwd", tmp_path) == "backup-missing"
    reached.remove(WHOLE)
    assert code_of(reached, THIRD, tmp_path) == "backup-chain-broken"


def test_a_cancel_leaves_no_half_file(reached: Reached, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    assert code_of(reached, THIRD, scratch, lambda *_: False) == "cancelled"
    assert list(scratch.iterdir()) == []


# --- a folder of this computer ---------------------------------------------------------------


def test_what_lies_here_is_read_where_it_lies(tmp_path: Path) -> None:
    here = LocalFolder(filled(tmp_path / "here"))
    assert fetch_chain(here, SECOND, tmp_path / "scratch", on) == (here.path / WHOLE, here.path / SECOND)
    assert bytes_to_fetch(here, SECOND) == 0
    assert checkpoint_in(here) == ""


def test_backups_are_found_beside_each_other_and_in_the_practices_own_folders(tmp_path: Path) -> None:
    filled(tmp_path)
    filled(tmp_path / folder_of(TAG))
    (tmp_path / "sealwell-letters").mkdir()
    (tmp_path / "letter.txt").write_text("not ours")
    assert [one.path for one in folders_in(tmp_path)] == [tmp_path, tmp_path / folder_of(TAG)]
    assert [name for name, _ in folders_in(tmp_path)[0].names()] == sorted(SIZES)


@pytest.mark.parametrize("ids", [("1", "2"), ("2", "1")])
def test_of_one_second_what_goes_on_from_another_is_the_newer(ids: tuple[str, str]) -> None:
    first, second = (one * 12 for one in ids)
    whole = f"20261121T100000Z-{first}-whole.sealwell"
    following = f"20261121T100000Z-{second}-{first}.sealwell"
    assert [one.name for one in known_in({whole: 1, following: 1})] == [following, whole]


def test_a_folder_that_is_gone_is_no_empty_one(tmp_path: Path) -> None:
    with pytest.raises(SealwellError) as caught:
        folders_in(tmp_path / "drive")
    assert caught.value.code == "target-not-connected"
