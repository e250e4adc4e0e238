"""The list of parts of a release (CycloneDX): every package in every bundle, and the libraries in them.

What is in the bundle of this system, the overview of its licences says; cyclonedx-py tells what is
known of each. What only other systems bring is added from their locks. The same commit gives the
same bytes.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from desktop import __version__
from installers.build import BUNDLE, ROOT, commit_time, stamp
from installers.licences import TARGET
from installers.release.libraries import Library

OVERVIEW = BUNDLE / "_internal" / TARGET / "README.txt"

_NO_PACKAGES = frozenset({"sealwell", "python", "pyinstaller"})
"""In the list already: as the whole, and among the libraries (of PyInstaller only its starter is inside)."""
SYSTEMS = ("linux", "windows", "macos", "macos-intel")
_OURS = f"sealwell@{__version__}"
_NAMESPACE = uuid.UUID("8a0c4a7e-3f5b-5d5e-9a53-5ea1e11c0de5")
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


class NotValid(Exception):
    """The list does not keep the rules of CycloneDX."""


def pinned(system: str) -> dict[str, str]:
    """Versions of what runs in the program on `system`, by the names of packages."""
    lock = (ROOT / "requirements" / f"lock-{system}.txt").read_text("utf-8")
    return {_name(name): version for name, version in _PINNED.findall(lock)}


def bundled(overview: str) -> dict[str, tuple[str, str]]:
    """Version and licence of all parts in a bundle by their names, as `installers/licences.py` wrote them.

    Libraries of the system's have no version there.
    """
    found = {}
    for line in overview.splitlines()[2:]:
        part, _, licence = line.partition("  ")
        name, _, version = part.strip().partition(" ")
        found[_name(name) if version else name] = (version, licence.strip())
    return found


def environment() -> dict[str, Any]:
    """What cyclonedx-py finds in the environment of this Python."""
    asked = subprocess.run(
        [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--no-validate",
         "--sv", "1.6", "--of", "JSON", "-o", "-", sys.executable],
        capture_output=True,
        check=True,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(commit_time())},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(asked.stdout)
    return found


def parts(
    found: Mapping[str, Any], libraries: tuple[Library, ...], inside: Mapping[str, tuple[str, str]]
) -> dict[str, Any]:
    """The whole list; `inside` is what `bundled` says of this system's bundle."""
    packages = _packages(found, inside)
    refs = {one["bom-ref"] for one in packages}
    inner = [_library(one) for one in (*libraries, *_of_system(inside))]
    holds: dict[str, list[str]] = {_OURS: sorted([*refs, *(one["bom-ref"] for one in inner)])}
    for one in found["dependencies"]:
        if one["ref"] in refs:
            holds[one["ref"]] = sorted(refs & set(one.get("dependsOn", ())))
    for library, component in zip(libraries, inner, strict=False):
        holder = next((one["bom-ref"] for one in packages if _name(one["name"]) == _name(library.within)), "")
        if holder:
            holds.setdefault(holder, []).append(component["bom-ref"])
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, json.dumps(stamp(), sort_keys=True))}",
        "metadata": {
            "timestamp": datetime.fromtimestamp(commit_time(), UTC).isoformat().replace("+00:00", "Z"),
            "tools": found["metadata"]["tools"],
            "component": {
                "type": "application",
                "bom-ref": _OURS,
                "name": "sealwell",
                "version": __version__,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "properties": [{"name": "sealwell:commit", "value": stamp()["commit"]}],
            },
        },
        "components": sorted((*packages, *inner), key=lambda one: str(one["bom-ref"])),
        "dependencies": [{"ref": ref, "dependsOn": below} for ref, below in sorted(holds.items())],
    }


def written(made: Mapping[str, Any]) -> bytes:
    return (json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def sbom_name(version: str = __version__) -> str:
    return f"sealwell-{version}.cdx.json"


def _packages(found: Mapping[str, Any], inside: Mapping[str, tuple[str, str]]) -> list[dict[str, Any]]:
    """What is in a bundle, with all that the environment knows of it."""
    known = {(_name(one["name"]), one["version"]): one for one in found["components"]}
    where: dict[tuple[str, str], list[str]] = {}
    for system in SYSTEMS:
        for part in pinned(system).items():
            where.setdefault(part, []).append(system)
    here = pinned(SYSTEMS[0])
    for name, (version, _) in inside.items():  # what only builds, and was gathered all the same
        if version and name not in here and name not in _NO_PACKAGES:
            where.setdefault((name, version), []).append(SYSTEMS[0])
    return [
        {
            **_from_lock(*part),
            **_licence(inside.get(part[0], ("", ""))[1]),
            **known.get(part, {}),
            **_systems(*systems),
        }
        for part, systems in sorted(where.items())
        if part[0] in inside or part[0] not in here  # the recipe leaves out what nobody calls
    ]


def _of_system(inside: Mapping[str, tuple[str, str]]) -> list[Library]:
    """Libraries of Debian's that lie in the bundle, with the versions of the computer that builds."""
    return [
        Library(name, _debian_version(name), licence, "Debian")
        for name, (version, licence) in sorted(inside.items())
        if not version and name not in _NO_PACKAGES
    ]


def _debian_version(name: str) -> str:
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version} ", name], capture_output=True, text=True, check=True
    )
    return asked.stdout.split(" ")[0]


def _licence(words: str) -> dict[str, Any]:
    """As somebody wrote it, which need not be SPDX's way."""
    return {"licenses": [{"license": {"name": words}}]} if words else {}


def _from_lock(name: str, version: str) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": f"{name}=={version}",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
    }


def _library(one: Library) -> dict[str, Any]:
    inside = f" in {one.within}" if one.within else ""
    return {
        "type": "library",
        "bom-ref": f"{one.name}@{one.version}{inside}",
        "name": one.name,
        "version": one.version,
        **_licence(one.licence),
        **_systems(sys.platform),
    }


def _systems(*systems: str) -> dict[str, Any]:
    return {"properties": [{"name": "sealwell:systems", "value": " ".join(systems)}]}


def _name(name: str) -> str:
    """As package indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _hold_to_rules(content: bytes) -> None:
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415 - in .venv-package alone
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415

    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(content.decode("utf-8"))
    if wrong is not None:
        raise NotValid(str(wrong))


def write(folder: Path, libraries: tuple[Library, ...]) -> Path:
    """Raises NotValid, and then nothing is written; FileNotFoundError where no bundle is built."""
    content = written(parts(environment(), libraries, bundled(OVERVIEW.read_text("utf-8"))))
    _hold_to_rules(content)
    target = folder / sbom_name()
    target.write_bytes(content)
    return target
