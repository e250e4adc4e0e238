"""What can be known about the macOS application without a Mac: `python -m installers.macos --check`.

Nothing here builds. Every part has a wheel for both processors, the property lists hold what macOS
asks for, the icon is whole, the recipe gives the application its name and its main program.
"""

from __future__ import annotations

import os
import plistlib
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from installers.macos.facts import (
    BUNDLE_ID,
    COMMAND,
    ENTITLEMENTS,
    ICON,
    MINIMUM,
    NAME,
    PROGRAM,
    ROOT,
    VERSION,
    info,
)
from installers.macos.recipe import evaluated

LOCKS = {"arm64": "lock-macos-package.txt", "x86_64": "lock-macos-intel-package.txt"}
_UV_NAMES = {"arm64": "aarch64-apple-darwin", "x86_64": "x86_64-apple-darwin"}
_ICON_KINDS = frozenset({b"ic07", b"ic08", b"ic09", b"ic10", b"ic11", b"ic12", b"ic13", b"ic14"})
"""From 16 points at two pixels each to 1024 pixels (Apple's icns kinds that hold PNG)."""
_DANGEROUS = (
    "com.apple.security.cs.allow-dyld-environment-variables",
    "com.apple.security.cs.disable-executable-page-protection",
    "com.apple.security.get-task-allow",
)


def check() -> int:
    """Say each finding; 1 where one is wrong. What cannot be asked here is said too."""
    wrong = 0
    for name, findings in PARTS.items():
        found = list(findings())
        wrong += bool(found)
        sys.stdout.write(f"{name}: {'; '.join(found) or 'ok'}\n")
    return 1 if wrong else 0


def wheels() -> Iterator[str]:
    """Parts that a Mac could not install, by processor. Asks the package index."""
    uv = shutil.which("uv", path=str(ROOT / ".venv" / "bin")) or shutil.which("uv")
    if uv is None:
        yield "uv is not installed (.venv has it)"
        return
    for processor, lock in LOCKS.items():
        said = without_wheel(uv, processor, ROOT / "requirements" / lock)
        if said:
            yield f"{processor}: {said}"


def without_wheel(uv: str, processor: str, lock: Path) -> str:
    """What uv says is missing; '' when everything in `lock` has a wheel with a known hash."""
    with tempfile.TemporaryDirectory() as place:
        asked = subprocess.run(
            [uv, "pip", "install", "--quiet", "--dry-run", "--target", place, "--no-deps", "--require-hashes",
             "--only-binary", ":all:", "--python-version", "3.11",
             "--python-platform", _UV_NAMES[processor], "-r", str(lock)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "MACOSX_DEPLOYMENT_TARGET": MINIMUM[processor]},
        )  # fmt: skip
    return "" if asked.returncode == 0 else " ".join(asked.stderr.split())


def property_list() -> Iterator[str]:
    for processor in MINIMUM:
        written = plistlib.loads(plistlib.dumps(info(processor)))
        if written != info(processor):
            yield "Info.plist is not read as it was written"
        if written["LSMinimumSystemVersion"] != MINIMUM[processor]:
            yield f"{processor}: another oldest macOS"
    if info("arm64")["CFBundleVersion"] != VERSION:
        yield "another version"


def entitlements() -> Iterator[str]:
    granted = plistlib.loads(ENTITLEMENTS.read_bytes())
    yield from (f"{name} is granted" for name in _DANGEROUS if granted.get(name))


def icon() -> Iterator[str]:
    content = ICON.read_bytes()
    if content[:4] != b"icns" or struct.unpack(">I", content[4:8])[0] != len(content):
        yield "no icon file, or cut off"
        return
    missing = _ICON_KINDS - set(_kinds(content))
    if missing:
        yield f"sizes are missing: {sorted(kind.decode('ascii') for kind in missing)}"


def _kinds(content: bytes) -> Iterator[bytes]:
    place = 8
    while place + 8 <= len(content):
        yield content[place : place + 4]
        place += max(8, struct.unpack(">I", content[place + 4 : place + 8])[0])


def recipe() -> Iterator[str]:
    """The application is made of the folder, under its own name, with the window as its program."""
    steps = evaluated()
    applications = steps.get("BUNDLE", [])
    if len(applications) != 1:
        yield f"{len(applications)} applications"
        return
    named = applications[0].named
    if applications[0].given != tuple(steps["COLLECT"]):
        yield "it is not made of the folder"
    if (named["name"], named["bundle_identifier"], named["version"]) != (f"{NAME}.app", BUNDLE_ID, VERSION):
        yield "another name, identifier or version"
    if Path(named["icon"]) != ICON or named["info_plist"]["CFBundleExecutable"] != PROGRAM:
        yield "another icon or main program"
    programs = {step.named["name"]: step.named for step in steps["EXE"]}
    if set(programs) != {PROGRAM, COMMAND} or any(one["strip"] for one in programs.values()):
        yield "other programs, or stripped ones: a stripped library loses its signature"
    if "BUNDLE" in evaluated("linux"):
        yield "Linux would get an application"


PARTS: dict[str, Callable[[], Iterator[str]]] = {
    "wheels": wheels,
    "Info.plist": property_list,
    "entitlements": entitlements,
    "icon": icon,
    "recipe": recipe,
}
