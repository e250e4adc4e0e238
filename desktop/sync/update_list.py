"""What a signed list says of the newest version, and when it is believed.

A signature says who wrote it; these rules say that it is the newest that they wrote. A list that
was true last year is signed as well as today's: its day of expiry, its number and its version keep
whoever stands on the way from handing out an old one (rollback) or the same one for ever (freeze).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from desktop.errors import InputError
from desktop.frozen import dataclass

FORMAT = "sealwell-update-1"
SYSTEMS = ("debian", "rpm", "linux", "windows", "windows-all-users", "macos-arm64", "macos-x86_64")
"""What a file is made for, one file for each; a later list may name systems that nobody here knows yet."""
INSTALL_WITHIN = {"critical": timedelta(days=15), "high": timedelta(days=30), "normal": None}
"""Severities, and how soon after its release a version should be on every computer (`SECURITY.md`)."""
MOST_BYTES = 1024**3
_NOTE_CHARS = 4000
_MOST_FILES = 20
_MOST_NUMBER = 2**31
_VERSION = re.compile(r"(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_HASH = re.compile(r"[0-9a-f]{64}")

Numbers = tuple[int, int, int]


@dataclass(frozen=True)
class File:
    """`bytes` and `sha256` are of the whole file."""

    system: str
    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class UpdateList:
    """`sequence` grows with each list that is signed; `schema` is the number of the newest database
    revision that the version opens; `upgrade_from` the oldest version that it may be put over.
    """

    channel: str
    sequence: int
    version: str
    released: datetime
    expires: datetime
    schema: int
    upgrade_from: str
    severity: str
    notes: Mapping[str, str]
    files: tuple[File, ...]

    @property
    def install_by(self) -> datetime | None:
        within = INSTALL_WITHIN[self.severity]
        return None if within is None else self.released + within

    def file_for(self, system: str) -> File | None:
        return next((one for one in self.files if one.system == system), None)


@dataclass(frozen=True)
class Known:
    """What this computer runs, and the highest that it has seen in a list that it believed."""

    channel: str
    version: str
    schema: int
    sequence: int = 0
    seen: str = "0.0.0"


def numbers(version: str) -> Numbers:
    """Three numbers to compare; ValueError for anything else."""
    found = _VERSION.fullmatch(version)
    if found is None:
        raise ValueError(version)
    first, second, third = found.groups()
    return int(first), int(second), int(third)


def read(content: Mapping[str, Any]) -> UpdateList:
    """Raises InputError "update-not-readable": a field is missing, too many, or not of its form."""
    try:
        return _read(content)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("update-not-readable") from error


def believe(one: UpdateList, known: Known, now: datetime) -> None:
    """Raises InputError "update-not-readable", "update-expired", "update-rolled-back", "update-older"."""
    if one.channel != known.channel:
        raise InputError("update-not-readable")
    if one.expires <= now:
        raise InputError("update-expired")
    if one.sequence < known.sequence or numbers(one.version) < numbers(known.seen):
        raise InputError("update-rolled-back")
    if numbers(one.version) < numbers(known.version) or one.schema < known.schema:
        raise InputError("update-older")


def content_of(one: UpdateList) -> dict[str, Any]:
    """As it is signed."""
    return {
        "format": FORMAT,
        "channel": one.channel,
        "sequence": one.sequence,
        "version": one.version,
        "released": f"{one.released:%Y-%m-%dT%H:%M:%SZ}",
        "expires": f"{one.expires:%Y-%m-%dT%H:%M:%SZ}",
        "schema": one.schema,
        "upgrade_from": one.upgrade_from,
        "severity": one.severity,
        "notes": dict(one.notes),
        "files": [
            {"system": each.system, "name": each.name, "bytes": each.bytes, "sha256": each.sha256}
            for each in one.files
        ],
    }


def _read(content: Mapping[str, Any]) -> UpdateList:
    one = UpdateList(
        channel=_fits(_NAME, content["channel"]),
        sequence=_number(content["sequence"], _MOST_NUMBER),
        version=_fits(_VERSION, content["version"]),
        released=_moment(content["released"]),
        expires=_moment(content["expires"]),
        schema=_number(content["schema"], _MOST_NUMBER),
        upgrade_from=_fits(_VERSION, content["upgrade_from"]),
        severity=content["severity"],
        notes={language: _note(content["notes"][language]) for language in ("en", "es")},
        files=tuple(_file(each) for each in content["files"][:_MOST_FILES]),
    )
    names, systems = {each.name for each in one.files}, {each.system for each in one.files}
    if one.severity not in INSTALL_WITHIN or not len(names) == len(systems) == len(one.files):
        raise ValueError("severity or files")
    if content_of(one) != content:  # a field too many, or of another kind than it is written as
        raise ValueError("not as it would be written")
    return one


def _file(given: Mapping[str, Any]) -> File:
    return File(
        _fits(_NAME, given["system"]),
        _fits(_NAME, given["name"]),
        _number(given["bytes"], MOST_BYTES),
        _fits(_HASH, given["sha256"]),
    )


def _fits(form: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or form.fullmatch(value) is None:
        raise ValueError(form.pattern)
    return value


def _number(value: Any, most: int) -> int:
    if type(value) is not int or not 1 <= value <= most:
        raise ValueError("number")
    return value


def _moment(value: Any) -> datetime:
    return datetime.strptime(_fits(_MOMENT, value), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _note(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _NOTE_CHARS:
        raise ValueError("note")
    return value
