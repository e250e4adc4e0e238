"""`sealwell-<version>-windows-x64-setup.exe`: for one person, without an administrator."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from installers.windows.facts import HERE, ICON, PUBLISHER, ROOT, VERSION, numbers, setup_name

SCRIPT = HERE / "files" / "setup.nsi"
MARK = HERE.parent / "icons" / "hicolor" / "sealwell-256.png"
_GREEN = "#0e3b40"
"""The window's own strip on the left (ui/theme)."""
SPARE_MEGABYTES = 100
"""Room asked for beside the program itself: the practice must be able to go on writing."""
_MEBI = 1024 * 1024


@dataclass(frozen=True)
class Setup:
    """What goes into one setup."""

    bundle: Path
    target: Path
    version: str = VERSION
    small: bool = True
    """LZMA over everything takes a minute and saves a quarter; trials take zlib."""
    finish: str = ""
    """The command that gets the uninstaller's path before it is packed; none in trials."""
    pause: int = 0
    """Milliseconds between the two renames, for the trial that ends it there."""


def build(setup: Setup) -> Path:
    """The setup, by makensis; raises CalledProcessError where it fails.

    Its makers' NSIS for Windows has only the 32-bit stub, Debian's the 64-bit one too; the script refuses
    a 32-bit Windows by itself.
    """
    size = sum(file.stat().st_size for file in setup.bundle.rglob("*") if file.is_file())
    output = setup.target / setup_name(setup.version)
    setup.target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        values = {
            "TARGET": "x86-unicode" if sys.platform == "win32" else "amd64-unicode",
            "VERSION": setup.version,
            "NUMBERS": numbers(setup.version),
            "PUBLISHER": PUBLISHER,
            "BUNDLE": setup.bundle,
            "OUTPUT": output,
            "ICON": ICON,
            "SIDE": _side(Path(folder)),
            "LICENCE": _licence(Path(folder)),
            "KILOBYTES": size // 1024,
            "MEGABYTES": size // _MEBI + SPARE_MEGABYTES,
            "COMPRESSION": "/SOLID lzma" if setup.small else "zlib",
            **({"FINISH": setup.finish} if setup.finish else {}),
            **({"PAUSE": setup.pause} if setup.pause else {}),
        }
        given = [f"-D{name}={value}" for name, value in values.items()]
        command = ["makensis", "-V2", "-WX", "-INPUTCHARSET", "UTF8", *given, str(SCRIPT)]
        settings = {**os.environ, "PYTHONPATH": str(ROOT)}
        subprocess.run(command, cwd=SCRIPT.parent, env=settings, check=True)
    return output


def _licence(folder: Path) -> Path:
    """The page of the setup wants Windows' line ends."""
    text = (ROOT / "LICENSE").read_text("utf-8").strip("\n")
    target = folder / "LICENSE.txt"
    target.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    return target


def _side(folder: Path) -> Path:
    """The strip beside the first and the last page, in the size that they have."""
    strip = Image.new("RGB", (164, 314), _GREEN)
    with Image.open(MARK) as mark:
        small = mark.convert("RGBA").resize((96, 96))
        strip.paste(small, (34, 60), small)
    target = folder / "side.bmp"
    strip.save(target)
    return target
