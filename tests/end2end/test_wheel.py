"""The wheel alone, in an environment that has only what it depends on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.source import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=100,
    )
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the installed programs; a .pth file lends the dependencies, the checkout is away."""
    root = tmp_path_factory.mktemp("installed")
    venv.create(root, with_pip=False, symlinks=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(root), "platbase": str(root)}))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    programs = Path(sysconfig.get_path("scripts", vars={"base": str(root), "platbase": str(root)}))
    install = ["install", "--no-deps", "--no-index", "--disable-pip-version-check", "--force-reinstall"]
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(programs / "python"), *install, str(wheel)],
        check=True,
        capture_output=True,
        timeout=100,
    )
    return programs


def run(program: Path, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    settings = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
    return subprocess.run(
        [str(program), *arguments],
        cwd=home,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_wheel_holds_what_the_program_reads_and_nothing_of_the_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {"desktop/resources/translations/en.mo", "desktop/resources/translations/es.mo"} <= set(names)
    assert {"desktop/resources/wordlist.txt", "desktop/py.typed"} <= set(names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"desktop", "sealwell"}
    assert len(names) == len(set(names))


def test_doctor_finds_everything_without_the_checkout(programs: Path, tmp_path: Path) -> None:
    where = run(programs / "python", "-c", "import desktop; print(desktop.__file__)", home=tmp_path)
    assert Path(where.stdout.strip()).is_relative_to(programs.parent)
    done = run(programs / "sealwell", "doctor", "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    checks = json.loads(done.stdout)["checks"]
    assert len(checks) > 3
    assert all(check["words"] and check["words"] != check["check"] for check in checks)
    # What depends on the computer under the test, and not on the wheel.
    outside = {"keyring", "practice", "disk-encryption", "screen-lock", "time-service", "synchronised-folder"}
    assert [c for c in checks if not c["ok"] and c["check"] not in outside] == []


def test_the_window_has_its_own_program(programs: Path, tmp_path: Path) -> None:
    assert (programs / "sealwell-gui").exists()
    assert run(programs / "sealwell-gui", "--help", home=tmp_path).returncode == 0
