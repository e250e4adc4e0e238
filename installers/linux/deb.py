"""The `.deb`: Debian's own tool over the laid-out tree; twice built, it is the same file.

There are no maintainer scripts: menu, icons and manual are taken in by dpkg's triggers, and
what a practice keeps lies in people's own folders, where a package has nothing to do.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

from installers.linux import tree
from installers.linux.facts import (
    BUNDLE,
    DESCRIPTION,
    DIST,
    FILES,
    HOMEPAGE,
    MAINTAINER,
    NAME,
    SUMMARY,
    VERSION,
    source_date,
)
from installers.linux.libraries import Needs, needs

_ASKED_AT_RUN = ("libegl1", "libfontconfig1", "libgl1", "libxcb-cursor0", "libxkbcommon-x11-0")
"""Loaded by Qt when the window opens, wherever the linker does not see it."""
_KEYRINGS = "gnome-keyring | keepassxc | libkf5wallet-bin"


_SMALL = ("-Zxz", "-z9", "--threads-max=2")
_QUICK = ("-Zgzip", "-z1")


def build(target: Path | None = None, version: str = VERSION, of: Path = BUNDLE) -> Path:
    """`dist/sealwell_<version>_amd64.deb`; one of another version is for trials, and packed in a hurry."""
    made = (target or DIST) / f"{NAME}_{version}_amd64.deb"
    packed = _SMALL if version == VERSION else _QUICK
    made.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        tree.lay_out(root, of)
        overrides = root / tree.SHARE / "lintian/overrides" / NAME
        tree.write(overrides, (FILES / "lintian-overrides").read_bytes())
        about = root / "DEBIAN"
        tree.write(about / "control", control(needs(root / tree.LIBRARY), _kilobytes(root), version).encode())
        tree.write(about / "md5sums", _sums(root))
        tree.settle(root)
        subprocess.run(
            ["dpkg-deb", "--root-owner-group", *packed, "--build", root, made],
            env={**os.environ, "SOURCE_DATE_EPOCH": str(source_date())},
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return made


def control(asked: Needs, kilobytes: int, version: str = VERSION) -> str:
    """What dpkg and apt read (deb-control(5))."""
    depends = sorted({*asked.debian(), *_ASKED_AT_RUN})
    words = "\n".join(f" {line}" if line else " ." for line in DESCRIPTION.splitlines())
    return (
        f"Package: {NAME}\n"
        f"Version: {version}\n"
        "Architecture: amd64\n"
        f"Maintainer: {MAINTAINER}\n"
        f"Installed-Size: {kilobytes}\n"
        f"Depends: {', '.join(depends)}\n"
        f"Recommends: gnupg, {_KEYRINGS}\n"
        "Section: mail\n"
        "Priority: optional\n"
        f"Homepage: {HOMEPAGE}\n"
        f"Description: {SUMMARY}\n"
        f"{words}\n"
    )


def _kilobytes(root: Path) -> int:
    """As dpkg counts: each file rounded up, a kilobyte for everything else."""
    sizes = (
        -(-path.stat().st_size // 1024) if path.is_file() and not path.is_symlink() else 1
        for path in (root / "usr").rglob("*")
    )
    return sum(sizes)


def _sums(root: Path) -> bytes:
    """`md5sums`, last of all: dpkg finds broken files by it. Against forgers stands the signed repository."""
    lines = [
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(root)}\n"
        for path in sorted((root / "usr").rglob("*"))
        if path.is_file() and not path.is_symlink()
    ]
    return "".join(lines).encode()
