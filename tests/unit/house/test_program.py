"""Parts of the program are started by their names, and nothing else can be started through it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from desktop import __version__, parts, program
from desktop.paths import resource
from desktop.sync.backup_words import Ready, hear


def ran(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        program.command(*words),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def is_ready(started: program.Started) -> bool:
    """A pipe that ended would be readable too."""
    return started.pipe.poll(30) and isinstance(hear(started.pipe), Ready)


def test_installed_a_part_is_started_by_the_command_line_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    for own, runs in (("sealwell-gui", "sealwell"), ("sealwell-gui.exe", "sealwell.exe")):
        monkeypatch.setattr(sys, "executable", f"/opt/sealwell/{own}")
        assert program.command("worker", "backup") == [f"/opt/sealwell/{runs}", "worker", "backup"]


@pytest.mark.parametrize(
    "words",
    [
        ("-c", "print('CANARY')"),
        ("-m", "http.server"),
        ("--multiprocessing-fork", "tracker_fd=5", "pipe_handle=6"),
        ("worker", "os:system", "0"),
        ("worker", "backup", "no-number"),
    ],
)
def test_nothing_else_can_be_run_through_it(words: tuple[str, ...]) -> None:
    done = ran(*words)
    assert done.returncode == 2
    assert "CANARY" not in done.stdout


def test_a_token_of_who_started_a_worker_does_not_go_into_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEALWELL_TOKEN", "CANARY")
    assert "SEALWELL_TOKEN" not in program.settings()


@pytest.mark.parametrize("name", sorted(parts.WORKERS))
def test_every_worker_on_the_list_can_be_loaded(name: str) -> None:
    module, _, function = parts.WORKERS[name].partition(":")
    found = subprocess.run(
        [sys.executable, "-c", f"import {module} as m; m.{function}"], check=False, timeout=60
    )
    assert found.returncode == 0


def test_a_worker_ends_with_whoever_started_it() -> None:
    started = program.start_worker("backup")
    assert is_ready(started)
    started.end()
    assert started.process.returncode is not None
    assert started not in program.running


def test_a_worker_whose_pipe_ends_goes_by_itself() -> None:
    started = program.start_worker("backup")
    assert is_ready(started)
    started.pipe.close()
    assert started.process.wait(30) == 0
    started.end()


def test_from_source_there_is_no_build_and_the_program_says_so() -> None:
    assert program.build() == program.Build(__version__)
    assert "from source" in ran("--version").stdout


def test_a_build_says_its_commit_and_day(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = {"version": "1.2.3", "commit": "0123456789abcdef" * 2, "date": "2026-11-22"}
    (tmp_path / "build.json").write_text(json.dumps(written))
    monkeypatch.setattr(
        program, "resource", lambda name: tmp_path / name if name == "build.json" else resource(name)
    )
    parts.show_version()
    assert capsys.readouterr().out.startswith("sealwell 1.2.3 (build 0123456789ab, 2026-11-22) ")
