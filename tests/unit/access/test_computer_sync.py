"""Services that copy folders, known by settings, marks and names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop.access.computer_sync import sync_service


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home" / "ana"


def made(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_an_ordinary_folder_is_nobodys(home: Path) -> None:
    assert sync_service(home / "practice", home, {}) == ""


@pytest.mark.parametrize("variable", ["OneDrive", "OneDriveConsumer", "OneDriveCommercial"])
def test_onedrive_says_where_it_is_in_the_environment(home: Path, variable: str) -> None:
    environ = {variable: str(home / "Elm Street")}
    assert sync_service(home / "Elm Street" / "practice", home, environ) == "OneDrive"
    assert sync_service(home / "Elm Street 2" / "practice", home, environ) == ""


@pytest.mark.parametrize("place", [".dropbox/info.json", "AppData/Dropbox/info.json"])
def test_dropbox_says_where_it_is_in_its_file(home: Path, place: str) -> None:
    accounts = {"personal": {"path": str(home / "one")}, "business": {"path": str(home / "two")}}
    made(home / place, json.dumps(accounts))
    environ = {"APPDATA": str(home / "AppData")}
    assert sync_service(home / "two" / "practice", home, environ) == "Dropbox"
    assert sync_service(home / "three" / "practice", home, environ) == ""


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"personal": 1}', '{"personal": {"path": 2}}'])
def test_a_damaged_settings_file_names_nobody(home: Path, text: str) -> None:
    made(home / ".dropbox" / "info.json", text)
    assert sync_service(home / "practice", home, {}) == ""


@pytest.mark.parametrize("name", ["Nextcloud", "ownCloud"])
def test_nextcloud_says_where_it_is_in_its_settings(home: Path, name: str) -> None:
    text = f"[Accounts]\n0\\Folders\\1\\localPath={home}/files/\n0\\url=https://cloud.example.com\n"
    made(home / ".config" / name / f"{name.lower()}.cfg", text)
    assert sync_service(home / "files" / "practice", home, {}) == name


def test_onedrive_for_linux_says_where_it_is_in_its_settings(home: Path) -> None:
    made(home / ".config" / "onedrive" / "config", 'sync_dir = "~/work"\n')
    assert sync_service(home / "work" / "practice", home, {}) == "OneDrive"


@pytest.mark.parametrize(
    ("mark", "service"),
    [
        (".stfolder", "Syncthing"),
        (".dropbox.cache", "Dropbox"),
        (".tmp.driveupload", "Google Drive"),
        (".sync_0a1b2c.db", "Nextcloud"),
        (".owncloudsync.log", "ownCloud"),
    ],
)
def test_a_mark_in_the_folder_or_above_it_names_the_service(home: Path, mark: str, service: str) -> None:
    made(home / "files" / mark)
    assert sync_service(home / "files" / "deep" / "practice", home, {}) == service
    assert sync_service(home / "practice", home, {}) == ""


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("OneDrive", "OneDrive"),
        ("OneDrive - Elm Street Practice", "OneDrive"),
        ("Dropbox (Elm Street)", "Dropbox"),
        ("Google Drive", "Google Drive"),
        ("iCloudDrive", "iCloud"),
        ("Nextcloud", "Nextcloud"),
        ("Box Sync", "Box"),
        ("Inbox", ""),
        ("Dropbox leaflets", ""),
    ],
)
def test_a_folder_below_home_is_known_by_its_name(home: Path, name: str, service: str) -> None:
    assert sync_service(home / name / "practice", home, {}) == service


@pytest.mark.parametrize(
    ("place", "service"),
    [
        ("Library/Mobile Documents/com~apple~CloudDocs/practice", "iCloud"),
        ("Library/CloudStorage/OneDrive-Personal/practice", "OneDrive"),
        ("Library/CloudStorage/GoogleDrive-ana@example.com/My Drive/practice", "Google Drive"),
        ("Library/CloudStorage/Box-Box/practice", "Box"),
    ],
)
def test_macos_keeps_them_in_its_library(home: Path, place: str, service: str) -> None:
    (home / place).mkdir(parents=True)
    assert sync_service(home / place, home, {}) == service


def test_a_link_into_such_a_folder_is_found(home: Path) -> None:
    (home / "Dropbox").mkdir(parents=True)
    (home / "practice").symlink_to(home / "Dropbox")
    assert sync_service(home / "practice", home, {}) == "Dropbox"
