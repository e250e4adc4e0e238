"""The bundle for Windows made on Linux: PyInstaller under Wine, by the same recipe as everywhere."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from installers import build
from installers.windows.facts import HERE
from installers.windows.machine import MINUTES, Machine

RECIPE = HERE.parent / "sealwell.spec"


def bundle(machine: Machine, python: Path, work: Path) -> Path:
    """The folder of both programs, built where it is missing or older than what it is made of."""
    target, mark = work / "bundle" / "sealwell", work / "bundle" / "made-of"
    wanted = build.made_of()
    if target.is_dir() and mark.exists() and mark.read_text("ascii") == wanted:
        return target
    mark.unlink(missing_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    work.joinpath("bundle").mkdir(parents=True, exist_ok=True)
    (work / "build.json").write_text(json.dumps(build.stamp(), indent=1), "utf-8")
    machine.settings |= {
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": str(build.commit_time()),
        "SEALWELL_BUILD": machine.named(work),
    }
    options = ("-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN")
    folders = ("--distpath", target.parent, "--workpath", work / "pyinstaller")
    machine.must(python, *options, *folders, RECIPE, wait=60 * MINUTES)
    mark.write_text(wanted, "ascii")
    return target
