"""Makes the icon files of all systems from the two drawings: `python -m installers.icons`.

`resources/icons/sealwell.svg` is drawn for 48 pixels and more; below that a tick would be a smudge, and
`sealwell-small.svg` stands in. What comes of it is kept in the repository, so that a build needs
neither Qt nor this; `--check` draws anew and compares.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from desktop.paths import resource

HERE = Path(__file__).resolve().parent
SMALL = 32
"""Pixels up to which the small drawing is used."""
HICOLOR = (16, 24, 32, 48, 64, 128, 256, 512)
WINDOWS = (16, 20, 24, 32, 40, 48, 64, 128, 256)
"""With those that Windows asks for at 125 % and 150 %."""
MACOS = (32, 64, 128, 256, 512, 1024)
"""Pixels; an `.icns` has no smaller one that macOS 14 would ask for (16 points are 32 pixels there)."""
MACOS_PART = 824 / 1024
"""The part of its square that an icon fills on macOS; the rest is room for its shadow."""


def drawn(size: int, part: float = 1.0) -> Image.Image:
    """`size` pixels square, the drawing over `part` of it."""
    source = resource(f"icons/{'sealwell-small' if size <= SMALL else 'sealwell'}.svg")
    image = QImage(size, size, QImage.Format.Format_RGBA8888)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    edge = round(size * (1 - part) / 2)
    place = QRectF(edge, edge, size - 2 * edge, size - 2 * edge)
    QSvgRenderer(QByteArray(source.read_bytes())).render(painter, place)
    painter.end()
    return Image.frombytes("RGBA", (size, size), bytes(image.constBits()))


def png(image: Image.Image) -> bytes:
    held = io.BytesIO()
    image.save(held, "PNG", optimize=True)
    return held.getvalue()


def ico() -> bytes:
    held = io.BytesIO()
    images = [drawn(size) for size in WINDOWS]
    sizes = [(size, size) for size in WINDOWS]
    images[-1].save(held, "ICO", sizes=sizes, append_images=images[:-1])
    return held.getvalue()


def icns() -> bytes:
    held = io.BytesIO()
    images = [drawn(size, MACOS_PART) for size in MACOS]
    images[-1].save(held, "ICNS", append_images=images[:-1])
    return held.getvalue()


def made() -> dict[str, bytes]:
    """Every file by its name under this folder."""
    pictures = {f"hicolor/sealwell-{size}.png": png(drawn(size)) for size in HICOLOR}
    return {**pictures, "sealwell.ico": ico(), "sealwell.icns": icns()}


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m installers.icons")
    parser.add_argument(
        "--check", action="store_true", help="only say which files are not what would be drawn"
    )
    only_check = parser.parse_args(argv).check
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication([])
    stale = {
        name: content
        for name, content in made().items()
        if not (HERE / name).is_file() or (HERE / name).read_bytes() != content
    }
    application.quit()
    for name, content in stale.items():
        sys.stdout.write(f"{name}\n")
        if not only_check:
            (HERE / name).parent.mkdir(exist_ok=True)
            (HERE / name).write_bytes(content)
    return 1 if only_check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
