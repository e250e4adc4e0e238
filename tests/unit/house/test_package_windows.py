"""What can be said of the Windows packages without Wine: texts, numbers, the workflow's words."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

import dev
from desktop import paths
from installers.windows.checks import Checks, expect
from installers.windows.facts import ROOT, msi_name, numbers, setup_name
from installers.windows.machine import NEEDED, STAND_INS, Machine

FILES = ROOT / "installers" / "windows" / "files"
SETUP = (FILES / "setup.nsi").read_text("utf-8")
GUIDES = (
    ROOT / "docs" / "guide" / "install-windows.md",
    ROOT / "docs" / "guide" / "es" / "install-windows.md",
)
WORKFLOW = (ROOT / ".github" / "workflows" / "windows.yml").read_text("utf-8")


def test_windows_gets_four_numbers() -> None:
    assert numbers("0.1.0") == "0.1.0.0"
    assert numbers("2.10.3rc1") == "2.10.3.0"
    with pytest.raises(ValueError):
        numbers("soon")


def test_the_names_of_what_is_published_are_those_of_the_guides() -> None:
    for guide in GUIDES:
        text = guide.read_text("utf-8")
        assert setup_name("0.1.0").replace("0.1.0", "…") in text, guide
        assert msi_name("0.1.0").replace("0.1.0", "…") in text, guide


def test_every_sentence_of_the_setup_is_said_in_both_languages() -> None:
    text = (FILES / "sentences.nsh").read_text("utf-8")
    said = re.findall(r'!insertmacro SAID (\w+)[\s\\]+"([^"]+)"[\s\\]+"([^"]+)"', text)
    names = {name for name, _, _ in said}
    assert len(said) == text.count("!insertmacro SAID ")
    assert all(english != spanish for _, english, spanish in said)
    assert names == set(re.findall(r"\$\(([A-Z_]+)\)", SETUP))


def test_every_exit_code_of_the_setup_stands_in_the_guides() -> None:
    codes = re.findall(r"^!define EXIT_\w+ (\d+)$", SETUP, re.MULTILINE)
    assert codes == [str(number) for number in range(1, len(codes) + 1)]
    for guide in GUIDES:
        listed = re.findall(r"^\| (\d+) \|", guide.read_text("utf-8"), re.MULTILINE)
        assert listed == ["0", *codes], guide


def test_the_setup_never_names_what_a_practice_has() -> None:
    removing = [line for line in SETUP.splitlines() if re.match(r"\s*(RMDir|Delete)\b", line)]
    assert removing
    assert not [line for line in removing if "sealwell" in line.lower().replace("sealwell.lnk", "")]
    assert "$LOCALAPPDATA\\Programs\\Sealwell" in SETUP


def test_the_msi_keeps_its_code_for_good_and_refuses_an_older_one_in_both_languages() -> None:
    product = ET.parse(FILES / "product.wxs").getroot()[0]
    space = product.tag.removesuffix("Product")
    assert product.get("UpgradeCode") == "b7f5c3a2-40f8-4a55-8a0e-2f7b6d0f9c61"
    upgrade = product.find(f"{space}MajorUpgrade")
    assert upgrade is not None
    assert "A newer Sealwell" in upgrade.get("DowngradeErrorMessage", "")
    assert "un Sealwell más nuevo" in upgrade.get("DowngradeErrorMessage", "")


def test_what_wine_lacks_has_a_stand_in_each_with_its_reason() -> None:
    for name in STAND_INS:
        text = (ROOT / "installers" / "windows" / "wine" / f"{name}.c").read_text("utf-8")
        assert "Wine 8" in text.partition("*/")[0]


def test_every_tool_comes_from_debians_packages_for_windows() -> None:
    assert set(NEEDED.values()) <= set(dev.debian_packages(("windows",)))


def test_the_workflow_names_actions_by_commit_and_commands_that_are_here() -> None:
    used = re.findall(r"uses: (\S+)(.*)", WORKFLOW)
    assert used
    for action, note in used:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", note), action
    jobs = yaml.safe_load(WORKFLOW)["jobs"]
    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "program": None,
        "msi": "program",
        "installed": ["program", "msi"],
    }
    modules = re.findall(r"-m (installers[\w.]*)", WORKFLOW)
    assert set(modules) == {"installers.windows", "installers.windows.msi", "installers.windows.installed"}
    for module in modules:
        place = ROOT / module.replace(".", "/")
        assert place.with_suffix(".py").exists() or (place / "__main__.py").exists(), module
    assert "python dev.py package --windows" in WORKFLOW
    assert "package" in dev.COMMANDS


def test_the_workflow_hands_its_secrets_to_the_two_signing_steps_alone() -> None:
    named = set(re.findall(r"secrets\.(\w+)", WORKFLOW))
    assert named == {"AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_SUBSCRIPTION_ID"}
    assert re.findall(r"^permissions:\n  contents: read$", WORKFLOW, re.MULTILINE)
    assert not dev.REGISTRY.search(WORKFLOW)


def test_paths_are_named_as_a_program_in_wine_sees_them(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "prefix")
    assert machine.named(machine.drive / "practices" / "cedar") == r"C:\practices\cedar"
    assert machine.named(Path("/etc/hosts")) == r"Z:\etc\hosts"


def test_a_trial_counts_what_failed_and_goes_on() -> None:
    said: list[str] = []
    checks = Checks(said.append)
    with checks.check("one that holds"):
        expect(1, 1, "number")
    with checks.check("one that does not"):
        expect(1, 2, "number")
    assert checks.close() == 1
    assert said[1].endswith("one that does not: number: 2, expected 1\n")
    assert said[-1] == "1 passed, 1 failed\n"


def test_windows_waits_until_a_scanner_lets_go_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, held = tmp_path / "vault.keys", [2]
    replace = os.replace

    def busy(source: Path, target: Path) -> None:
        if held[0]:
            held[0] -= 1
            raise PermissionError(13, "held by another program")
        replace(source, target)

    monkeypatch.setattr("desktop.paths.os.replace", busy)
    with monkeypatch.context() as windows:
        windows.setattr(sys, "platform", "win32")
        paths.put_in_place(_written(tmp_path / "new", b"new"), file)
    assert file.read_bytes() == b"new"
    held[0] = 1
    with pytest.raises(PermissionError):
        paths.write_private(file, b"newer")  # elsewhere it is the folder that refuses: no waiting
    assert file.read_bytes() == b"new"


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
