"""The release workflows: nothing runs there that is not here, and nobody may more than they need."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import dev

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCRIPTS = sorted((ROOT / "installers").rglob("*.sh"))
MAY_WRITE = {
    "attestations": {"release.yml"},
    "contents": {"release.yml"},
    "id-token": {"release.yml", "windows.yml"},
}
"""What a job may write, and where such a job may stand."""


def read(path: Path) -> dict[Any, Any]:
    found = yaml.safe_load(path.read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in read(path)["jobs"].values() for step in job.get("steps", ())]


def runs(path: Path) -> str:
    return "\n".join(str(step.get("run", "")) for step in steps(path)).replace("\\", "/")


def test_there_is_one_for_each_system_and_one_for_all() -> None:
    assert {"ci.yml", "linux.yml", "windows.yml", "macos.yml", "release.yml", "advisories.yml"} <= {
        path.name for path in WORKFLOWS
    }


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_nobody_may_more_than_they_need(path: Path) -> None:
    workflow = read(path)
    started = workflow[True]  # "on" is a truth value in YAML
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(started)
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        for name, right in job.get("permissions", {}).items():
            assert right == "read" or path.name in MAY_WRITE.get(name, ()), f"{name}: {right}"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_named_by_their_commits(path: Path) -> None:
    text = path.read_text("utf-8")
    for action in re.findall(r"uses: (\S+.*)", text):
        if action.startswith("./"):
            assert (ROOT / action).is_file()
        else:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action
    for step in steps(path):
        if str(step.get("uses", "")).startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_command_is_in_the_repository(path: Path) -> None:
    said = runs(path)
    for module in re.findall(r"python(?:3|\.exe)? -m ([\w.]+)", said):
        place = ROOT / module.replace(".", "/")
        assert place.with_suffix(".py").is_file() or (place / "__main__.py").is_file(), module
    for command in re.findall(r"python3? dev\.py (\w+)", said):
        assert command in dev.COMMANDS
    for script in re.findall(r"(?<![\w./-])((?:installers|\.ci)/[\w./-]+)", said):
        assert (ROOT / script).is_file(), script
    for lock in re.findall(r"requirements/((?:\$\{\{[^}]*\}\}|\S)+)", said):
        for one in matrix(path, lock):
            assert (ROOT / "requirements" / one).is_file(), one


def matrix(path: Path, name: str) -> list[str]:
    """A file's name with each value that a matrix gives `lock`."""
    locks: list[str] = []
    for job in read(path)["jobs"].values():
        given = job.get("strategy", {}).get("matrix", {})
        locks += given.get("lock", []) + [one["lock"] for one in given.get("include", ())]
    return [re.sub(r"\$\{\{ matrix\.lock \}\}", lock, name) for lock in locks] if "$" in name else [name]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_nothing_that_somebody_types_becomes_a_command(path: Path) -> None:
    """An expression inside `run` is pasted before the shell reads it; a matrix is ours."""
    for step in steps(path):
        pasted = re.findall(r"\$\{\{\s*([\w.]+)", str(step.get("run", "")))
        assert not [one for one in pasted if not one.startswith("matrix.")]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_secrets_are_explained(path: Path) -> None:
    explained = (ROOT / "docs" / "releasing.md").read_text("utf-8")
    for name in re.findall(r"\b(?:secrets|vars)\.(\w+)", path.read_text("utf-8")):
        assert f"`{name}`" in explained, name


def test_a_release_waits_for_ci_and_for_advisories() -> None:
    jobs = read(ROOT / ".github" / "workflows" / "release.yml")["jobs"]
    assert all(jobs[name]["needs"] == "gate" for name in ("advisories", "linux", "windows", "macos"))
    assert set(jobs["files"]["needs"]) == {"advisories", "linux", "windows", "macos"}
    assert "gh run list --workflow ci.yml" in jobs["gate"]["steps"][1]["run"]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_shell_scripts_parse(path: Path) -> None:
    shell = shutil.which("bash" if "bash" in path.read_text("utf-8").partition("\n")[0] else "sh")
    assert shell is not None
    checked = subprocess.run([shell, "-n", path], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
