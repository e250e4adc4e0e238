"""The package for an outsider: one ZIP with the log, a report, what proves them, and the verifiers.

The same content gives the same bytes: members stand in one order with one time, and
`manifest.json`, the last of them, holds the SHA-256 of each other. It is written whole or not
at all, in parts, so that a million records take no more memory than one (ZIP64 from the start).
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.paths import PRIVATE_FILE, replacing, resource

README, LOG, REPORT = "README.txt", "log.jsonl", "report.pdf"
CHECKPOINT, KEY, MANIFEST = "checkpoint.txt", "vkey.txt", "manifest.json"
VERIFIERS = ("auditverify.py", "auditverify.mjs")
VERSION = 1
_UNIX = 3


@dataclass(frozen=True)
class Member:
    """One file of the package; `parts` are read when its turn comes."""

    name: str
    parts: Iterable[bytes]


def verifiers() -> list[Member]:
    """The two programs, as this version ships them."""
    return [Member(name, (resource(name).read_bytes(),)) for name in VERIFIERS]


def write_package(
    to: Path, members: Iterable[Member], about: Mapping[str, str | int], made: datetime
) -> None:
    """Write the members in their order, and the manifest with `about` last.

    Raises InputError("file-not-written") where the disk or the folder does not allow it; what
    was begun is gone then, as with any other error that comes out of `members`.
    """
    listed: list[dict[str, str | int]] = []
    try:
        with replacing(to) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
            listed.extend(_add(package, member, made) for member in members)
            manifest = {"v": VERSION, "made": _spelled(made), **about, "files": listed}
            words = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
            _add(package, Member(MANIFEST, (words.encode(),)), made)
    except OSError:
        raise InputError("file-not-written", file=to.name) from None


def _add(package: zipfile.ZipFile, member: Member, made: datetime) -> dict[str, str | int]:
    at = made.astimezone(UTC)
    facts = zipfile.ZipInfo(member.name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    facts.compress_type, facts.create_system = zipfile.ZIP_DEFLATED, _UNIX
    facts.external_attr = PRIVATE_FILE << 16
    with package.open(facts, "w", force_zip64=True) as file:
        summed, size = _written(file, member.parts)
    return {"name": member.name, "sha256": summed, "bytes": size}


def _written(file: IO[bytes], parts: Iterable[bytes]) -> tuple[str, int]:
    summed, size = hashlib.sha256(), 0
    for part in parts:
        file.write(part)
        summed.update(part)
        size += len(part)
    return summed.hexdigest(), size


def _spelled(made: datetime) -> str:
    return made.astimezone(UTC).isoformat(timespec="seconds")
