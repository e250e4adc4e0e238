"""Windows' and macOS's answers, read from what their programs and registry say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PureWindowsPath
from typing import cast

import pytest

from desktop.access.computer_macos import MacProbe
from desktop.access.computer_windows import WindowsProbe

MOUNTS = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
devfs on /dev (devfs, local, nobrowse)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse, protect)
//ana@server/share on /Volumes/My Share (1) (smbfs, nodev, nosuid, mounted by ana)
server:/home on /Users/bo (nfs, nodev, nosuid)
/dev/disk5s1 on /Volumes/Stick (msdos, local, nodev, nosuid, noowners)
"""


class WindowsFolder:
    """A path as Windows would resolve it."""

    def __init__(self, name: str, resolved: str = "") -> None:
        self._name, self._resolved = name, resolved or name

    def __str__(self) -> str:
        return self._name

    def resolve(self) -> PureWindowsPath:
        return PureWindowsPath(self._resolved)


def windows(
    kinds: dict[str, int] | None = None,
    values: dict[str, str | int] | None = None,
    said: str | None = None,
    asked: list[Sequence[str]] | None = None,
) -> WindowsProbe:
    def ask(command: Sequence[str]) -> str | None:
        if asked is not None:
            asked.append(command)
        return said

    def registry(hive: str, key: str, name: str) -> str | int | None:
        known = values or {}
        return known.get(f"policy:{name}" if "Policies" in key else name, None)

    return WindowsProbe({}, registry, lambda root: (kinds or {}).get(root, 3), ask)


def folder(name: str, resolved: str = "") -> Path:
    return cast(Path, WindowsFolder(name, resolved))


@pytest.mark.parametrize(
    ("name", "resolved", "shared"),
    [
        (r"C:\Users\ana\practice", "", False),
        (r"\\server\share\practice", "", True),
        (r"P:\practice", r"\\server\share\practice", True),
        (r"P:\practice", r"P:\practice", True),
        (r"\\?\UNC\server\share\practice", "", True),
        (r"\\?\C:\Users\ana", "", False),
        (r"Z:\practice", "", None),
    ],
)
def test_windows_knows_a_share_by_its_name_or_its_drive(
    name: str, resolved: str, shared: bool | None
) -> None:
    probe = windows(kinds={"P:\\": 4, "Z:\\": 1})
    assert probe.network_share(folder(name, resolved)) is shared


@pytest.mark.parametrize(
    ("said", "encrypted"),
    [
        ("1", True),
        ("6", True),
        ("2", False),
        ("3", False),
        ("5", False),
        ("8", False),
        ("", None),
        (None, None),
    ],
)
def test_windows_says_whether_the_drive_is_protected(said: str | None, encrypted: bool | None) -> None:
    assert windows(said=said).disk_encrypted(folder(r"C:\Users\ana")) is encrypted


def test_only_a_drives_letter_reaches_the_shell() -> None:
    asked: list[Sequence[str]] = []
    probe = windows(said="1", asked=asked)
    assert probe.disk_encrypted(folder(r"\\server\o'share\x")) is None
    assert asked == []
    probe.disk_encrypted(folder(r"d:\o'brien"))
    assert r"NameSpace('d:\').Self" in asked[0][-1]
    assert "brien" not in " ".join(asked[0])


@pytest.mark.parametrize(
    ("values", "locks"),
    [
        ({"policy:InactivityTimeoutSecs": 600}, True),
        ({"policy:InactivityTimeoutSecs": 0}, None),
        ({"ScreenSaveActive": "1", "ScreenSaverIsSecure": "1"}, True),
        ({"ScreenSaveActive": "1", "ScreenSaverIsSecure": "0"}, None),
        ({"DelayLockInterval": 0xFFFFFFFF}, False),
        ({"DelayLockInterval": 0}, None),
        ({}, None),
    ],
)
def test_windows_registry_says_whether_the_screen_locks(
    values: dict[str, str | int], locks: bool | None
) -> None:
    assert windows(values=values).screen_lock() is locks


def test_a_policy_goes_before_the_users_choice() -> None:
    policy = {"policy:ScreenSaverIsSecure": "1", "ScreenSaverIsSecure": "0", "ScreenSaveActive": "1"}
    assert windows(values=dict(policy)).screen_lock() is True


@pytest.mark.parametrize(("kind", "kept"), [("NTP", True), ("NT5DS", True), ("NoSync", False), (None, None)])
def test_windows_time_service(kind: str | None, kept: bool | None) -> None:
    assert windows(values={"Type": kind} if kind else {}).clock_kept() is kept


def mac(**answers: str) -> MacProbe:
    return MacProbe(Path("/Users/ana"), {}, lambda command: answers.get(Path(command[0]).name))


@pytest.mark.parametrize(
    ("place", "shared"),
    [
        ("/Users/ana/practice", False),
        ("/Volumes/My Share (1)/practice", True),
        ("/Users/bo/practice", True),
        ("/Volumes/Stick/practice", False),
    ],
)
def test_macos_knows_a_share_by_its_mount(place: str, shared: bool) -> None:
    assert mac(mount=MOUNTS).network_share(Path(place)) is shared


def test_macos_without_its_programs_says_nothing() -> None:
    probe = mac()
    assert probe.network_share(Path("/Users/ana")) is None
    assert probe.disk_encrypted(Path("/Users/ana")) is None
    assert probe.screen_lock() is None


@pytest.mark.parametrize(
    ("said", "encrypted"),
    [
        ("FileVault is On.", True),
        ("FileVault is Off.", False),
        ("FileVault is Off, but will be enabled after the next restart.", False),
        ("Error", None),
    ],
)
def test_filevault(said: str, encrypted: bool | None) -> None:
    assert mac(fdesetup=said).disk_encrypted(Path("/Users/ana/practice")) is encrypted


def test_filevault_does_not_speak_for_another_disk() -> None:
    assert mac(fdesetup="FileVault is On.").disk_encrypted(Path("/Volumes/Stick/practice")) is None


@pytest.mark.parametrize(
    ("said", "locks"),
    [
        ("2026-11-23 09:00:00.000 sysadminctl[1:2] screenLock delay is immediate", True),
        ("sysadminctl[1:2] screenLock delay is 300 seconds", True),
        ("sysadminctl[1:2] screenLock is off", False),
        ("Usage: sysadminctl", None),
    ],
)
def test_macos_screen_lock(said: str, locks: bool | None) -> None:
    assert mac(sysadminctl=said).screen_lock() is locks
