"""What the Linux packages say of themselves."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from desktop import __version__
from desktop.cli.arguments import parser
from installers.linux import deb, facts, libraries, manual, tree
from installers.linux.libraries import Needs, UnknownLibrary, needs

NEEDS = Needs(("ld-linux-x86-64.so.2", "libEGL.so.1", "libc.so.6"), (2, 35))


def test_control_asks_for_what_the_bundle_needs_and_what_qt_loads_later() -> None:
    fields = dict(line.split(": ", 1) for line in deb.control(NEEDS, 4711).splitlines() if line[0] != " ")
    assert fields["Version"] == __version__
    assert fields["Installed-Size"] == "4711"
    depends = fields["Depends"].split(", ")
    assert depends == sorted(depends)
    assert {"libc6 (>= 2.35)", "libegl1", "libxcb-cursor0"} <= set(depends)
    assert fields["Recommends"].startswith("gnupg, ")
    assert "\n .\n" in deb.control(NEEDS, 4711)


def test_nothing_that_a_person_keeps_is_in_a_package_s_hands() -> None:
    """No maintainer scripts: what a package does not run cannot touch a practice."""
    assert not [path for path in facts.FILES.iterdir() if path.name.startswith(("pre", "post"))]


def test_rpm_names_the_libraries_themselves() -> None:
    assert NEEDS.rpm() == ["libEGL.so.1()(64bit)", "libc.so.6()(64bit)", "libc.so.6(GLIBC_2.35)(64bit)"]


def test_a_library_without_a_package_is_said_by_name() -> None:
    with pytest.raises(UnknownLibrary, match=r"libnew\.so\.1"):
        Needs(("libnew.so.1",), (2, 35)).debian()


@pytest.mark.skipif(shutil.which("objdump") is None, reason="binutils are not installed")
def test_needs_are_read_out_of_the_files_and_leave_out_what_lies_beside(tmp_path: Path) -> None:
    shutil.copy("/bin/ls", tmp_path / "program")
    asked = needs(tmp_path).libraries
    assert "libc.so.6" in asked
    (tmp_path / "libc.so.6").touch()
    assert needs(tmp_path).libraries == tuple(name for name in asked if name != "libc.so.6")
    assert needs(tmp_path).glibc >= (2, 2, 5)


def test_every_debian_name_is_one(tmp_path: Path) -> None:
    del tmp_path
    assert all(name == name.lower() and " " not in name for name in libraries.DEBIAN.values())


def test_description_and_menu_speak_both_languages() -> None:
    described = ET.fromstring(tree.filled("sealwell.metainfo.xml"))
    assert described.findtext("id") == facts.COMPONENT
    (release,) = described.iter("release")
    assert release.attrib["version"] == __version__
    spanish = "{http://www.w3.org/XML/1998/namespace}lang"
    for name in ("p", "li", "caption", "summary"):
        spoken = [each.get(spanish) for each in described.iter(name)]
        assert spoken == [None, "es"] * (len(spoken) // 2), name
    for picture in described.iter("image"):
        shown = Path(picture.text or "").name
        assert (facts.ROOT / "docs/screenshots" / shown).exists(), shown
    menu = (facts.FILES / "sealwell.desktop").read_text("utf-8")
    for key in ("GenericName", "Comment", "Keywords"):
        assert f"\n{key}=" in menu
        assert f"\n{key}[es]=" in menu


def test_each_override_of_lintian_has_its_reason_above_it() -> None:
    for part in (facts.FILES / "lintian-overrides").read_text("utf-8").split("\n#"):
        reason, *overrides = part.strip().splitlines()
        assert len(reason) > 10
        assert all(line.startswith(("sealwell: ", "#")) for line in overrides if line), part


def test_the_manual_has_every_command_and_nothing_that_troff_would_misread() -> None:
    page = manual.pages()["sealwell.1"]
    names = [name for group in manual._groups(parser()) for name in group.choices]
    assert len(names) > 30
    for name in names:
        shown = name.replace("-", "\\-")
        assert f'\n.SS "{shown}"\n' in page or f"\\fB{shown}" in page, name
    known = {".TH", ".SH", ".SS", ".TP", ".B", ".br", ".I", ".BR"}
    assert {line.split()[0] for line in page.splitlines() if line.startswith(".")} <= known
    assert not [line for line in page.splitlines() if line.startswith("'")]


@pytest.mark.skipif(shutil.which("man") is None, reason="no reader of manuals is installed")
def test_the_manual_reads_without_a_complaint(tmp_path: Path) -> None:
    for name, text in manual.pages().items():
        page = tmp_path / name
        page.write_text(text, "utf-8")
        said = subprocess.run(
            ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", str(page)],
            capture_output=True,
            text=True,
            check=True,
            env={"PATH": "/usr/bin:/bin", "MANWIDTH": "100"},
        )
        assert said.stderr == ""
        assert "(1)" in said.stdout


def test_the_changelog_is_as_debian_wants_it() -> None:
    lines = tree.changelog().splitlines()
    assert lines[0] == f"sealwell ({__version__}) stable; urgency=medium"
    assert lines[-1].startswith(f" -- {facts.MAINTAINER}  ")
    assert all(line == "" or line.startswith("  ") for line in lines[1:-1])
    assert max(map(len, lines[:-1])) <= 80
