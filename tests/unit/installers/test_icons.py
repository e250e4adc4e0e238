"""The icon files are what the two drawings give, and what each system can read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PIL import IcnsImagePlugin, Image

from installers.icons.__main__ import HICOLOR, MACOS, WINDOWS

ROOT = Path(__file__).resolve().parents[3]
ICONS = ROOT / "installers" / "icons"


def test_every_file_is_what_would_be_drawn_today() -> None:
    drawn = subprocess.run(
        [sys.executable, "-m", "installers.icons", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (drawn.returncode, drawn.stdout) == (0, "")


def test_linux_has_each_size_that_menus_ask_for() -> None:
    for size in HICOLOR:
        with Image.open(ICONS / "hicolor" / f"sealwell-{size}.png") as image:
            assert image.size == (size, size)
            assert image.mode == "RGBA"


def test_windows_icon_holds_every_size() -> None:
    with Image.open(ICONS / "sealwell.ico") as image:
        assert image.info["sizes"] == {(size, size) for size in WINDOWS}


def test_macos_icon_holds_every_size_with_room_round_it() -> None:
    with Image.open(ICONS / "sealwell.icns") as image:
        assert isinstance(image, IcnsImagePlugin.IcnsImageFile)
        held = {size[0] * size[2] for size in image.info["sizes"]}
        assert held == set(MACOS)
        image.size = (512, 512)  # two pixels a point
        image.load(scale=2)
        box = image.getchannel("A").getbbox()
    assert box is not None
    assert 90 <= box[0] <= 130
