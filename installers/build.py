"""The bundle that every installer wraps: `dist/bundle/sealwell/`, two programs and what they need.

Run by the Python of `.venv-package` (`dev.py package` makes it), so that nothing of the tests' or
the checkers' gets near a bundle. The same commit gives the same bytes: the hash seed is fixed and
every date is the commit's.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from desktop import __version__
from installers import icu

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
BUNDLE = DIST / "bundle" / "sealwell"
_WORK = ROOT / "build" / "bundle"
_MADE_OF = ("desktop", "resources", "installers", "requirements", "LICENSE")


def bundle(*, anew: bool = False) -> Path:
    """The folder of the bundle, built where it is missing or older than what it is made of."""
    mark, wanted = BUNDLE.with_name("made-of"), made_of()
    if not anew and BUNDLE.is_dir() and mark.exists() and mark.read_text("ascii") == wanted:
        return BUNDLE
    mark.unlink(missing_ok=True)
    build(BUNDLE, _WORK)
    mark.write_text(wanted, "ascii")
    return BUNDLE


def build(target: Path, work: Path) -> None:
    """Run PyInstaller; raises CalledProcessError where it fails."""
    work.mkdir(parents=True, exist_ok=True)
    (work / "build.json").write_text(json.dumps(stamp(), indent=1), "utf-8")
    settings = {
        **os.environ,
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": str(commit_time()),
        "SEALWELL_BUILD": str(work),
    }
    options = ("--noconfirm", "--clean", "--log-level", "ERROR")
    folders = ("--distpath", str(target.parent), "--workpath", str(work / "pyinstaller"))
    recipe = str(Path(__file__).with_name("sealwell.spec"))
    command = [sys.executable, "-m", "PyInstaller", *options, *folders, recipe]
    subprocess.run(command, cwd=ROOT, env=settings, check=True)
    if sys.platform == "linux":
        icu.slim(target)
        (target / "sealwell-gui").symlink_to("sealwell")


def differences(one: Path, other: Path) -> list[str]:
    """Where two bundles are not the same: names, bytes, rights and links."""
    first, second = _contents(one), _contents(other)
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def _contents(folder: Path) -> dict[str, tuple[int, str]]:
    found = {}
    for path in folder.rglob("*"):
        if path.is_symlink():
            found[path.relative_to(folder).as_posix()] = (0, os.readlink(path))
        elif path.is_file():
            whole = hashlib.sha256(path.read_bytes()).hexdigest()
            found[path.relative_to(folder).as_posix()] = (path.stat().st_mode, whole)
    return found


def check_reproducible() -> int:
    """Build once more, in another place, and compare; 1 where a file differs."""
    first = bundle()
    with tempfile.TemporaryDirectory(prefix="sealwell-again-") as folder:
        second = Path(folder) / "dist" / "sealwell"
        build(second, Path(folder) / "work")
        differ = differences(first, second)
        same = len(_contents(second)) - len(differ)
    for name in differ:
        print(f"differs: {name}")
    print(f"{same} files are the same in both builds, {len(differ)} differ")
    return 1 if differ else 0


def stamp() -> dict[str, str]:
    """What the installed program says of itself (docs/formats/self-test.md)."""
    when = datetime.fromtimestamp(commit_time(), UTC)
    changed = "+" if _git("status", "--porcelain", "--", *_MADE_OF) else ""
    return {
        "version": __version__,
        "commit": _git("rev-parse", "HEAD") + changed,
        "date": when.strftime("%Y-%m-%d"),
    }


def commit_time() -> int:
    """Seconds since 1970 of the commit that is built; the one date of all that is made."""
    return int(_git("log", "-1", "--format=%ct"))


def made_of() -> str:
    """One hash of every file that goes in, and of the commit that the stamp names."""
    listed = _git("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *_MADE_OF)
    whole = hashlib.sha256(json.dumps(stamp()).encode())
    for name in sorted(listed.split("\0")):
        path = ROOT / name
        if name and path.is_file():
            whole.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def _git(*arguments: str) -> str:
    git = shutil.which("git") or "git"
    asked = subprocess.run([git, *arguments], cwd=ROOT, capture_output=True, check=True)
    return asked.stdout.decode("utf-8").strip()


if __name__ == "__main__":
    if "--check-reproducible" in sys.argv[1:]:
        sys.exit(check_reproducible())
    print(bundle(anew="--anew" in sys.argv[1:]))
