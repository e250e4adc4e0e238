"""The Debian systems that trials begin with: made once by debootstrap, kept as folders.

Where they are kept may vanish at any time; they are made anew then. They come from wherever
apt of this computer gets its own packages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from installers.linux.trial.system import HOME, USER

RELEASES = ("bookworm", "trixie")
_AGED = 7 * 24 * 3600
"""Seconds after which a kept system is made anew, so that its package lists fit the mirror."""


def cache() -> Path:
    """Beside what other programs keep for the same reason."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sealwell-trial"


def base(release: str) -> Path:
    """A folder with that Debian, a person in it, and apt's lists; nobody writes into it."""
    kept = cache() / release
    if kept.is_dir() and _age(kept) < _AGED:
        return kept
    half = kept.with_suffix(".half")
    for old in (half, kept):
        shutil.rmtree(old, ignore_errors=True)
    half.parent.mkdir(parents=True, exist_ok=True)
    sys.stderr.write(f"making a Debian system: {release}\n")
    # libc recommends libidn2: once something brought it, apt keeps it, so it is there from the beginning.
    packages = "--include=ca-certificates,gpgv,libidn2-0"
    _quietly("debootstrap", "--variant=minbase", packages, release, str(half), mirror())
    (half / "etc/apt/apt.conf.d/90trial").write_text(
        'APT::Install-Recommends "false";\nBinary::apt::APT::Keep-Downloaded-Packages "true";\n'
        'APT::Keep-Downloaded-Packages "true";\nAPT::Sandbox::User "root";\n',
        "ascii",
    )
    (half / "etc/apt/apt.conf.d/docker-clean").unlink(missing_ok=True)
    _quietly("chroot", str(half), "useradd", "--create-home", "--home-dir", HOME, USER)
    _quietly("chroot", str(half), "apt-get", "update")
    half.rename(kept)
    return kept


def archives(release: str) -> Path:
    """Packages that apt fetched for an earlier trial of that Debian."""
    folder = cache() / f"{release}-archives"
    (folder / "partial").mkdir(parents=True, exist_ok=True)
    return folder


def mirror() -> str:
    """The first address of Debian's own packages that this computer's apt knows."""
    asked = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian"],
        capture_output=True,
        text=True,
        check=True,
    )
    return asked.stdout.split()[0]


def _age(folder: Path) -> float:
    from time import time  # noqa: PLC0415, TID251

    return time() - (folder / "etc/apt/apt.conf.d/90trial").stat().st_mtime


def _quietly(*command: str) -> None:
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if ended.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {ended.stdout[-1000:]}")
