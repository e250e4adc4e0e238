"""A drive that is full, locked, pulled out, not there or failing: said, and nothing half counts."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.errors import InputError, VaultError
from desktop.models.safekeeping import Place, TargetKind
from desktop.sync.targets.base import TargetError, folder_of
from desktop.sync.targets.reach import reach
from tests.support.disk_fault import run as on_a_bad_disk
from tests.support.namespace import in_a_namespace
from tests.support.targets import MARKER, NAME, TAG, scene_of

linux = pytest.mark.skipif(sys.platform != "linux", reason="mounts in a namespace of its own")


@linux
def test_a_drive_that_fills_up_in_the_middle_is_gone_on_with_once_there_is_room(tmp_path: Path) -> None:
    said = in_a_namespace("full", tmp_path)
    assert said["code"] == "target-full"
    assert said["names"] == []
    assert said["began"] >= 8 * 1024 * 1024
    assert said["right"]


@linux
def test_a_drive_that_is_too_small_gets_nothing_at_all(tmp_path: Path) -> None:
    assert in_a_namespace("too_small", tmp_path) == {"code": "target-full", "there": ["marker.txt"]}


@linux
def test_a_drive_that_is_pulled_out_in_the_middle_leaves_its_mount_point_empty(tmp_path: Path) -> None:
    said = in_a_namespace("pulled", tmp_path)
    assert said == {"code": "target-not-connected", "left": [], "again": "target-not-connected"}


@linux
def test_an_empty_mount_point_never_gets_a_file(tmp_path: Path) -> None:
    said = in_a_namespace("not_plugged_in", tmp_path)
    assert said == {"codes": ["target-not-connected"] * 3, "names": [], "left": []}


@linux
def test_a_drive_that_can_only_be_read_is_named_and_still_read(tmp_path: Path) -> None:
    said = in_a_namespace("read_only", tmp_path)
    assert said == {"codes": ["target-read-only"] * 3, "readable": True}


@linux
def test_a_drive_that_takes_no_file_of_this_size_is_named(tmp_path: Path) -> None:
    said = in_a_namespace("too_large", tmp_path)
    assert said == {"code": "target-file-too-large", "names": []}


@linux
def test_a_drive_that_fails_at_any_write_never_shows_half_a_file(tmp_path: Path) -> None:
    said = json.loads(
        on_a_bad_disk("tests.support.drive_runner", "failing", str(tmp_path), under=tmp_path / "drive")
    )
    assert said["wrong"] == []
    assert said["calls"] > 8
    assert {"target-full", "target-broken"} <= set(said["codes"])


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_named(tmp_path: Path) -> None:
    with scene_of("folder", tmp_path) as scene:
        reached = scene.claimed()
        assert scene.root is not None
        (scene.root / folder_of(TAG)).chmod(0o500)
        with pytest.raises(TargetError) as caught:
            reached.put(NAME, Path(__file__))
        (scene.root / folder_of(TAG)).chmod(0o700)
    assert caught.value.code == "target-refused"


def test_a_link_in_the_folder_leads_nowhere(tmp_path: Path) -> None:
    """Whoever may write to the drive cannot make us write or read elsewhere."""
    with scene_of("folder", tmp_path) as scene:
        reached = scene.claimed()
        assert scene.root is not None
        victim = tmp_path / "victim"
        victim.write_bytes(b"mine")
        (scene.root / folder_of(TAG) / NAME).symlink_to(victim)
        (scene.root / folder_of(TAG) / f"{NAME}.part").symlink_to(victim)
        assert reached.names() == []
        with pytest.raises(TargetError):
            reached.put(NAME, Path(__file__))
        assert victim.read_bytes() == b"mine"


def test_a_full_disk_of_this_computer_is_not_the_targets_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no device that is always full")
    with scene_of("folder", tmp_path) as scene:
        reached = scene.claimed()
        reached.put(NAME, Path(__file__))
        real = os.open
        monkeypatch.setattr(
            os, "open", lambda path, *more: real("/dev/full" if str(path).endswith(".tmp") else path, *more)
        )
        with pytest.raises(VaultError) as caught:
            reached.fetch(NAME, tmp_path / "fetched")
    assert caught.value.code == "disk-full"
    assert not (tmp_path / "fetched").exists()


@pytest.mark.parametrize("address", ["", "  ", "backups", "a\0b", "sftp://host/x"])
def test_only_a_whole_path_is_a_folder(address: str) -> None:
    with pytest.raises(InputError) as caught:
        reach(Place(TargetKind.FOLDER, address), "", TAG, None)
    assert caught.value.code == "target-address-wrong"


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with scene_of("folder", tmp_path) as scene:
        away = replace(scene.place, address=f"{scene.place.address}-away")
        for marker in (None, MARKER):
            with pytest.raises(TargetError) as caught:
                reach(away, "", TAG, marker)
            assert caught.value.code == "target-not-connected"
        assert not Path(away.address).exists()
