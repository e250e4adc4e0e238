"""The `.rpm`, made by nfpm of the same tree as the `.deb`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from installers.linux import tree
from installers.linux.facts import (
    DESCRIPTION,
    DIST,
    HOMEPAGE,
    LICENCE,
    MAINTAINER,
    NAME,
    ROOT,
    SUMMARY,
    VERSION,
    source_date,
)
from installers.linux.libraries import needs


def build(target: Path | None = None) -> Path:
    """`dist/sealwell-<version>.x86_64.rpm`."""
    made = (target or DIST) / f"{NAME}-{VERSION}.x86_64.rpm"
    made.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        tree.lay_out(root)
        described = Path(folder) / "nfpm.json"  # JSON is YAML
        described.write_text(json.dumps(_described(root)), "utf-8")
        subprocess.run(
            [_nfpm(), "package", "-f", described, "-p", "rpm", "-t", made],
            env={**os.environ, "SOURCE_DATE_EPOCH": str(source_date())},
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return made


def _described(root: Path) -> dict[str, Any]:
    """nfpm's own file: names, requirements, and the tree file by file."""
    everything = sorted((root / "usr").rglob("*"))
    entries = [path for path in everything if path.is_symlink() or path.is_file()]
    ours = [path for path in everything if path.is_dir() and NAME in path.relative_to(root).parts]
    return {
        "name": NAME,
        "arch": "amd64",
        "platform": "linux",
        "version": VERSION,
        "release": "1",
        "section": "mail",
        "maintainer": MAINTAINER,
        "vendor": MAINTAINER.partition(" <")[0],
        "description": f"{SUMMARY}\n\n{DESCRIPTION}",
        "homepage": HOMEPAGE,
        "license": LICENCE,
        "mtime": _time(),
        "depends": needs(root / tree.LIBRARY).rpm(),
        "recommends": ["gnupg2", "gnome-keyring"],
        # RPM takes away at removal only folders that a package says are its own.
        "contents": [*(_folder(root, path) for path in ours), *(_entry(root, path) for path in entries)],
        "rpm": {
            "summary": SUMMARY,
            "group": "Applications/Communications",
            "buildhost": NAME,
            "compression": "xz",
        },
    }


def _folder(root: Path, path: Path) -> dict[str, Any]:
    return {
        "dst": f"/{path.relative_to(root)}",
        "type": "dir",
        "file_info": {"mode": 0o755, "mtime": _time()},
    }


def _entry(root: Path, path: Path) -> dict[str, Any]:
    there = f"/{path.relative_to(root)}"
    if path.is_symlink():
        return {"src": os.readlink(path), "dst": there, "type": "symlink"}
    mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
    return {"src": str(path), "dst": there, "file_info": {"mode": mode, "mtime": _time()}}


def _time() -> str:
    from datetime import UTC, datetime  # noqa: PLC0415

    return datetime.fromtimestamp(source_date(), UTC).isoformat()


def _nfpm() -> str:
    beside = ROOT / ".venv-package" / "bin" / "nfpm"
    found = str(beside) if beside.exists() else shutil.which("nfpm", path=os.path.dirname(sys.executable))
    if not found:
        raise FileNotFoundError("nfpm")
    return found
