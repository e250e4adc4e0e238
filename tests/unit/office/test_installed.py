"""How a copy came onto the computer: which published file would replace it."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath
from typing import cast

import pytest

from desktop.office.installed import Installed, found, installed


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Stands for /usr/lib/sealwell."""
    made = tmp_path / "lib"
    made.mkdir()
    return made


def test_from_its_source_there_is_no_file_for_it() -> None:
    assert installed() == Installed("")


def test_a_package_of_debian_with_and_without_its_repository(place: Path, tmp_path: Path) -> None:
    listed, sources = tmp_path / "sealwell.list", tmp_path / "sources.list.d"
    sources.mkdir()

    def here() -> Installed:
        return found(place, "linux", "x86_64", packaged=place, debian=listed, repositories=sources)

    assert here() == Installed("rpm")
    listed.touch()
    assert here() == Installed("debian")
    (sources / "debian.sources").touch()
    assert here() == Installed("debian")
    (sources / "sealwell.sources").touch()
    assert here() == Installed("debian", by_system=True)


def test_an_archive_lies_somewhere_else(place: Path, tmp_path: Path) -> None:
    assert found(tmp_path / "home", "linux", "x86_64", packaged=place) == Installed("linux")


@pytest.mark.parametrize(
    ("folder", "system"),
    [
        (r"C:\Program Files\Sealwell\0.1.0", "windows-all-users"),
        (r"C:\Users\ana\AppData\Local\Programs\Sealwell\0.1.0", "windows"),
    ],
)
def test_windows_for_one_person_or_for_all(folder: str, system: str) -> None:
    where = cast(Path, PureWindowsPath(folder))
    assert found(where, "win32", "AMD64") == Installed(system)


@pytest.mark.parametrize(
    ("system", "machine", "expected"),
    [
        ("darwin", "arm64", "macos-arm64"),
        ("darwin", "x86_64", "macos-x86_64"),
        ("linux", "aarch64", ""),
        ("win32", "ARM64", ""),
    ],
)
def test_each_processor_has_its_own_or_none(place: Path, system: str, machine: str, expected: str) -> None:
    assert found(place, system, machine).system == expected
