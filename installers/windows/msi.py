"""`sealwell-<version>-windows-x64.msi`: for everyone on a computer, by whoever administers it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from installers.windows.facts import DIST, HERE, ICON, PUBLISHER, ROOT, VERSION, msi_name, numbers

PRODUCT = HERE / "files" / "product.wxs"


def build(bundle: Path, target: Path, version: str = VERSION) -> Path:
    """The MSI, by wixl; raises CalledProcessError where it fails."""
    output = target / msi_name(version)
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "files.wxs"
        files.write_bytes(_heat(bundle))
        values = {
            "VERSION": version,
            "NUMBERS": numbers(version).removesuffix(".0"),
            "PUBLISHER": PUBLISHER,
            "ICON": _from_root(ICON),
            "BUNDLE": _from_root(bundle),
            "Win64": "yes",
        }
        given = [word for name, value in values.items() for word in ("-D", f"{name}={value}")]
        subprocess.run(["wixl", "-a", "x64", *given, "-o", output, PRODUCT, files], cwd=ROOT, check=True)
    return output


def _from_root(path: Path) -> str:
    """wixl finds no file by a whole path."""
    return os.path.relpath(path, ROOT)


def _heat(bundle: Path) -> bytes:
    """One component for each file; sorted, so that the same bundle gives the same table."""
    listed = "".join(f"{path}\n" for path in sorted(bundle.rglob("*")) if path.is_file())
    where = ("-p", f"{bundle}/", "--directory-ref", "INSTALLDIR", "--component-group", "Bundle")
    command = ["wixl-heat", *where, "--var", "var.BUNDLE", "--win64"]
    return subprocess.run(command, input=listed.encode(), capture_output=True, check=True).stdout


def main(names: list[str]) -> int:
    """`python3 -m installers.windows.msi BUNDLE`: wixl runs on Linux, the bundle comes from Windows."""
    (bundle,) = names
    sys.stdout.write(f"{build(Path(bundle).resolve(), DIST)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
