"""What is known about the macOS application without a Mac."""

from __future__ import annotations

import os
import plistlib
from pathlib import Path

import pytest

from desktop import __version__
from installers.macos import check, facts, image, signing
from installers.macos.recipe import evaluated
from installers.release.manifest import NAMES

MACH_O = bytes.fromhex("cffaedfe") + b"\0" * 28


@pytest.fixture
def application(tmp_path: Path) -> Path:
    """An application in PyInstaller's layout: links both ways, a framework, a library in a folder."""
    made = tmp_path / "Sealwell.app"
    contents = made / "Contents"
    framework = contents / "Frameworks" / "PySide6" / "Qt" / "lib" / "QtCore.framework"
    for path in (
        contents / "MacOS" / "sealwell",
        contents / "MacOS" / "sealwell-gui",
        contents / "Frameworks" / "libcrypto.dylib",
        contents / "Frameworks" / "lib-dynload" / "_json.so",
        framework / "Versions" / "A" / "QtCore",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(MACH_O)
    (framework / "Versions" / "Current").symlink_to("A")
    (framework / "QtCore").symlink_to("Versions/Current/QtCore")
    (contents / "Resources").mkdir()
    (contents / "Resources" / "words.txt").write_text("no program")
    (contents / "Resources" / "libcrypto.dylib").symlink_to("../Frameworks/libcrypto.dylib")
    return made


def test_what_lies_inside_is_signed_before_what_holds_it(application: Path) -> None:
    order = [str(path.relative_to(application)) for path in signing.code_of(application)]
    assert sorted(order) == [
        "Contents/Frameworks/PySide6/Qt/lib/QtCore.framework",
        "Contents/Frameworks/PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore",
        "Contents/Frameworks/lib-dynload/_json.so",
        "Contents/Frameworks/libcrypto.dylib",
        "Contents/MacOS/sealwell",
    ]
    for at, inner in enumerate(order):
        assert not [outer for outer in order[:at] if inner.startswith(f"{outer}/")]


def test_the_application_is_signed_last_hardened_and_stamped(application: Path) -> None:
    commands = signing.commands(application, "Developer ID Application: Practice (AAAAAAAAAA)")
    assert commands[-1][-1] == str(application)
    assert commands[-1][-3:-1] == ["--identifier", facts.BUNDLE_ID]
    for command in commands:
        assert command[command.index("--options") + 1] == "runtime"
        assert command[command.index("--entitlements") + 1] == str(facts.ENTITLEMENTS)
        assert "--timestamp" in command
        assert "--deep" not in command


def test_without_an_identity_nothing_pretends_to_be_hardened(application: Path) -> None:
    """Ad hoc there is no signer, and the hardened runtime would refuse every library."""
    assert signing.identity({}) == "-"
    assert not [command for command in signing.commands(application, "-") if "--options" in command]


def test_half_a_notary_key_is_refused() -> None:
    assert signing.Notary.from_environment({}) is None
    with pytest.raises(ValueError, match="all three or none"):
        signing.Notary.from_environment({"SEALWELL_NOTARY_KEY": "key.p8"})


def test_a_refusal_of_the_notary_stops_the_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    xcrun = tmp_path / "xcrun"
    xcrun.write_text('#!/bin/sh\necho \'{"status": "Invalid", "id": "1"}\'\n')
    xcrun.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(signing.NotNotarised, match="Invalid"):
        signing.Notary(Path("key.p8"), "id", "issuer").notarise(tmp_path / "a.dmg", tmp_path / "a.dmg")


def test_info_and_entitlements() -> None:
    info = plistlib.loads(plistlib.dumps(facts.info("arm64")))
    assert info["CFBundleLocalizations"] == ["en", "es"]
    assert info["CFBundleVersion"] == __version__
    assert info["NSHighResolutionCapable"] is True
    assert info["LSBackgroundOnly"] is False
    assert not [name for name in info if name.endswith("UsageDescription")]
    assert plistlib.loads(facts.ENTITLEMENTS.read_bytes()) == {}


def test_the_recipe_makes_an_application_on_a_mac_alone() -> None:
    assert list(check.recipe()) == []
    assert list(check.property_list()) == []
    assert list(check.entitlements()) == []
    assert list(check.icon()) == []
    assert len(evaluated()["EXE"]) == 2


def test_a_part_without_a_wheel_is_named(tmp_path: Path) -> None:
    """What uv says is handed on; it is not asked over a network here."""
    uv = tmp_path / "uv"
    uv.write_text("#!/bin/sh\necho 'no usable wheels' >&2\nexit 1\n")
    uv.chmod(0o755)
    assert check.without_wheel(str(uv), "arm64", tmp_path / "lock.txt") == "no usable wheels"


def test_a_cut_off_icon_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut = tmp_path / "cut.icns"
    cut.write_bytes(facts.ICON.read_bytes()[:-100])
    monkeypatch.setattr(check, "ICON", cut)
    assert list(check.icon()) == ["no icon file, or cut off"]


def test_the_image_is_called_as_the_update_list_expects(application: Path) -> None:
    for processor in facts.MINIMUM:
        assert facts.dmg_name(processor) == NAMES[f"macos-{processor}"].format(version=__version__)
    settings = image.settings(application)
    assert settings["symlinks"] == {"Applications": "/Applications"}
    assert set(settings["icon_locations"]) == {"Sealwell.app", "Applications"}
