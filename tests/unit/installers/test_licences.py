"""No part without a licence, or under the GPL alone, gets into a bundle."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from installers import licences
from installers.licences import NotAllowed, Part

FINE = Part("made-up", "1", "MIT", (Path("LICENSE"),))


def source_of(module: str) -> str:
    loaded = __import__(module)
    assert loaded.__file__ is not None
    return loaded.__file__


def test_what_the_program_is_made_of_has_its_texts(tmp_path: Path) -> None:
    gathered = [(name, source_of(name)) for name in ("jinja2", "sqlalchemy", "json", "desktop", "sqlcipher3")]
    placed = {place: Path(text) for place, text, _ in licences.texts_of(gathered, tmp_path)}
    overview = placed["licenses/README.txt"].read_text("utf-8")
    assert [name for name in ("jinja2", "python", "sealwell", "sqlalchemy") if name not in overview] == []
    assert {"licenses/SQLCipher.txt", "licenses/OpenSSL.txt"} <= set(placed)
    assert all(path.stat().st_size > 0 for path in placed.values())


@pytest.mark.parametrize(
    "licence",
    [
        "",
        "GPL-3.0-only",
        "AGPL-3.0-or-later",
        "GNU General Public License v3 (GPLv3)",
        "Proprietary",
        "GPL-3.0-only AND MIT",
    ],
)
def test_a_licence_that_is_missing_or_not_ours_to_ship_ends_the_build(licence: str) -> None:
    assert licences.problems(replace(FINE, licence=licence))


@pytest.mark.parametrize(
    "licence", ["MIT", "MIT AND OFL-1.1", "LGPL-3.0-only OR GPL-2.0-only", "Mozilla Public License 2.0"]
)
def test_free_licences_pass(licence: str) -> None:
    assert licences.problems(replace(FINE, licence=licence)) == []


def test_a_part_without_a_text_ends_the_build() -> None:
    assert licences.problems(replace(FINE, texts=()))


def test_a_file_of_which_nobody_knows_ends_the_build(tmp_path: Path) -> None:
    (tmp_path / "found.so").touch()
    with pytest.raises(NotAllowed, match=r"found\.so"):
        licences.texts_of([("found.so", str(tmp_path / "found.so"))], tmp_path / "work")


@pytest.mark.parametrize(
    "name", ["libQt6VirtualKeyboard.so.6", "PySide6/Qt6Charts.dll", "PySide6/QtGraphs.abi3.so"]
)
def test_modules_of_qt_under_the_gpl_alone_end_the_build(name: str, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed, match="LGPL"):
        licences.texts_of([(name, source_of("PySide6"))], tmp_path)


def test_the_licences_of_qt_are_beside_it(tmp_path: Path) -> None:
    gathered = [("PySide6/QtGui.abi3.so", source_of("PySide6"))]
    placed = {place for place, _, _ in licences.texts_of(gathered, tmp_path)}
    assert {"licenses/Qt.txt", "licenses/LGPL-3.txt", "licenses/GPL-3.txt"} <= placed


@pytest.mark.skipif(sys.platform != "linux", reason="asks dpkg")
def test_a_library_of_the_system_under_the_gpl_ends_the_build(tmp_path: Path) -> None:
    there = sorted(Path("/lib/x86_64-linux-gnu").glob("libreadline.so.8*"))
    if not there:
        pytest.skip("no such library here")
    with pytest.raises(NotAllowed, match="libreadline8"):
        licences.texts_of([("libreadline.so.8", str(there[0]))], tmp_path)
