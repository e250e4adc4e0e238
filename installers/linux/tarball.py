"""The `.tar.xz` for people without administrator rights, with the script that installs it."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from pathlib import Path

from installers.linux import tree
from installers.linux.facts import DIST, FILES, NAME, VERSION, source_date


def build(target: Path | None = None, version: str = VERSION) -> Path:
    """`dist/sealwell-<version>-linux-x86_64.tar.xz`; twice built, it is the same file."""
    made = (target or DIST) / f"{NAME}-{version}-linux-x86_64.tar.xz"
    made.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / f"{NAME}-{version}"
        tree.bundle(root / "program")
        lay_out(root, version)
        _pack(root, made)
    return made


def lay_out(root: Path, version: str) -> None:
    """What stands beside `program/`: the desktop's files, the script, the version, and all hashes."""
    tree.share(root / "share")
    tree.write(root / "install.sh", (FILES / "install.sh").read_bytes())
    tree.write(root / "VERSION", f"{version}\n".encode())
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    sums = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(root)}\n" for path in files)
    tree.write(root / "SHA256SUMS", "".join(sums).encode())
    tree.settle(root)


def _pack(root: Path, made: Path) -> None:
    subprocess.run(
        [
            "tar",
            *("--sort=name", "--owner=0", "--group=0", "--numeric-owner", f"--mtime=@{source_date()}"),
            *("--format=gnu", "--use-compress-program=xz -6 -T2", "-C", root.parent, "-cf", made, root.name),
        ],
        check=True,
    )
