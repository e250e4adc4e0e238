"""Which service, if any, copies a folder to other computers and keeps it in step.

Such a service copies the database while it is written to and puts older copies in its
place. It is known by the places that its own settings name, by marks that it leaves in
the folder it watches, and by the name of that folder. One that is set up in another
way cannot be seen from here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

_MOST_BYTES = 1024 * 1024
"""Of a settings file; a larger one is none of theirs."""

_MARKS = (
    (".stfolder", "Syncthing"),
    (".dropbox.cache", "Dropbox"),
    (".tmp.drivedownload", "Google Drive"),
    (".tmp.driveupload", "Google Drive"),
    (".nextcloudsync.log", "Nextcloud"),
    (".owncloudsync.log", "ownCloud"),
    (".sync_*.db", "Nextcloud"),
    ("._sync_*.db", "Nextcloud"),
)
"""Left in the folder that is watched, which is ours or one above it."""

_NAMES = (
    (re.compile(r"onedrive( - .+)?", re.IGNORECASE), "OneDrive"),
    (re.compile(r"dropbox( \(.+\))?", re.IGNORECASE), "Dropbox"),
    (re.compile(r"google ?drive|my drive", re.IGNORECASE), "Google Drive"),
    (re.compile(r"icloud ?drive", re.IGNORECASE), "iCloud"),
    (re.compile(r"nextcloud", re.IGNORECASE), "Nextcloud"),
    (re.compile(r"box( sync)?", re.IGNORECASE), "Box"),
)
"""Of folders right below the home folder."""

_ENVIRONMENT = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")
_NEXTCLOUD_PATH = re.compile(r"^\d+\\Folders(?:WithPlaceholders)?\\[^\\=]+\\localPath=(.+)$", re.MULTILINE)
_ONEDRIVE_PATH = re.compile(r"^\s*sync_dir\s*=\s*\"([^\"]+)\"", re.MULTILINE)


def sync_service(folder: Path, home: Path, environ: Mapping[str, str]) -> str:
    """The service's own name, '' where none is found to hold `folder`."""
    inside = _really(folder)
    for place, service in _places(home, environ):
        if inside.is_relative_to(_really(place)):
            return service
    return _marked(inside) or _by_name(inside, _really(home))


def _places(home: Path, environ: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """The folders that services name in their settings, and those that systems reserve for them."""
    for variable in _ENVIRONMENT:
        if environ.get(variable):
            yield Path(environ[variable]), "OneDrive"
    settings = _settings_folders(home, environ)
    for parent in (home / ".dropbox", *(folder / "Dropbox" for folder in settings)):
        for path in _dropbox(_text(parent / "info.json")):
            yield Path(path), "Dropbox"
    for parent in settings:
        for name in ("Nextcloud", "ownCloud"):
            for path in _NEXTCLOUD_PATH.findall(_text(parent / name / f"{name.lower()}.cfg")):
                yield Path(path.strip()), name
        for path in _ONEDRIVE_PATH.findall(_text(parent / "onedrive" / "config")):
            yield Path(path.replace("~", str(home), 1)), "OneDrive"
    yield home / "Library" / "Mobile Documents", "iCloud"
    cloud = home / "Library" / "CloudStorage"
    for entry in _entries(cloud):
        # Named after service and account: OneDrive-Personal, GoogleDrive-ana@example.com.
        yield entry, _plain_name(entry.name.partition("-")[0])


def _settings_folders(home: Path, environ: Mapping[str, str]) -> list[Path]:
    named = [
        Path(environ[name]) for name in ("APPDATA", "LOCALAPPDATA", "XDG_CONFIG_HOME") if environ.get(name)
    ]
    return [*named, home / ".config", home / "Library" / "Preferences"]


def _dropbox(text: str) -> Iterator[str]:
    try:
        accounts = json.loads(text) if text else {}
    except ValueError:
        return
    if isinstance(accounts, dict):
        for account in accounts.values():
            if isinstance(account, dict) and isinstance(account.get("path"), str):
                yield account["path"]


def _marked(inside: Path) -> str:
    for parent in (inside, *inside.parents):
        names = [entry.name for entry in _entries(parent) if entry.name.startswith(".")]
        for mark, service in _MARKS:
            if any(Path(name).match(mark) for name in names):
                return service
    return ""


def _by_name(inside: Path, home: Path) -> str:
    if not inside.is_relative_to(home):
        return ""
    for part in inside.relative_to(home).parts[:1]:
        return next((service for name, service in _NAMES if name.fullmatch(part)), "")
    return ""


def _plain_name(name: str) -> str:
    return {"GoogleDrive": "Google Drive", "iCloudDrive": "iCloud"}.get(name, name)


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", errors="replace")
    except OSError:
        return ""


def _really(path: Path) -> Path:
    """Without links and dots; as it is where the system cannot tell."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path.absolute()
