"""A bundle as an earlier program's: the same, but its archive of modules lies elsewhere in its files.

An open program that looked into its file anew after an update would find other bytes there, as it
would with any other version; see `installers/keep_archive.py`.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from installers.linux.facts import BUNDLE, PROGRAMS

_ARCHIVE = "pydata"
"""The section of the program's file into which PyInstaller puts the archive."""


def bundle(folder: Path) -> Path:
    """A copy of today's in `folder`."""
    made = Path(shutil.copytree(BUNDLE, folder / "bundle", symlinks=True))
    for program in {(made / name).resolve() for name in PROGRAMS}:  # one may be the other's link
        _move_archive(program, folder)
    return made


def _move_archive(program: Path, scratch: Path) -> None:
    archive, before = scratch / "archive", scratch / "before"
    before.write_bytes(bytes(4711))
    _objcopy(f"--dump-section={_ARCHIVE}={archive}", program)
    _objcopy(f"--remove-section={_ARCHIVE}", program)
    _objcopy(f"--add-section=.before={before}", program)
    _objcopy(f"--add-section={_ARCHIVE}={archive}", program)


def _objcopy(what: str, program: Path) -> None:
    subprocess.run(["objcopy", what, str(program)], check=True)
