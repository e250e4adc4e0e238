"""What the application says of itself on macOS; each fact stands here once."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

from desktop import __version__
from installers.build import BUNDLE, DIST, ROOT

__all__ = ("DIST", "ROOT")

FILES = Path(__file__).resolve().parent / "files"
ENTITLEMENTS = FILES / "entitlements.plist"
ICON = ROOT / "installers" / "icons" / "sealwell.icns"

NAME = "Sealwell"
VERSION = __version__
BUNDLE_ID = "org.sealwell.Sealwell"
"""Never changes: the keychain and macOS's privacy settings know the program by it."""
PROGRAM, COMMAND = "sealwell-gui", "sealwell"
APPLICATION = BUNDLE.with_name(f"{NAME}.app")
MINIMUM = {"arm64": "14.0", "x86_64": "15.0"}
"""The oldest macOS that the wheels of all parts run on, by processor (`--check` proves it)."""


def dmg_name(processor: str, version: str = VERSION) -> str:
    return f"sealwell-{version}-macos-{processor}.dmg"


def info(processor: str | None = None) -> dict[str, Any]:
    """Of Info.plist what PyInstaller does not know or would say otherwise.

    There are no usage descriptions: the program asks for no camera, contacts, calendar or Bluetooth.
    Security keys are reached over USB, which macOS lets every program do.
    """
    return {
        "CFBundleExecutable": PROGRAM,
        "CFBundleName": NAME,
        "CFBundleDisplayName": NAME,
        "CFBundleVersion": VERSION,
        "CFBundleDevelopmentRegion": "en",
        "CFBundleLocalizations": ["en", "es"],
        "LSApplicationCategoryType": "public.app-category.medical",
        "LSBackgroundOnly": False,
        "LSMinimumSystemVersion": MINIMUM[processor or platform.machine()],
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": "Sealwell maintainers. Apache License 2.0.",
        "NSSupportsAutomaticGraphicsSwitching": True,
    }
