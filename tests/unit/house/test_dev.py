"""`dev.py` on machines that this one is not."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import dev


def answer(text: str = "", code: int = 0) -> Callable[..., subprocess.CompletedProcess[str]]:
    return lambda *_, **__: subprocess.CompletedProcess([], code, stdout=text, stderr="")


def test_each_command_names_package_groups_that_exist() -> None:
    for name, command in dev.COMMANDS.items():
        for group in command.debian:
            assert dev.debian_packages((group,)), f"{name}: {group}"


def test_a_command_gets_its_own_groups_only() -> None:
    assert "gnupg" in dev.debian_packages(("sealing",))
    assert "postfix" not in dev.debian_packages(("sealing", "window"))
    assert "postfix" in dev.debian_packages(("tests",))


def test_a_python_without_ensurepip_gets_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "python3-venv" not in dev.debian_packages(())
    monkeypatch.setattr(dev, "PYTHON", tmp_path / "python")
    assert dev.debian_packages(()) == ["python3-venv"]


def test_half_installed_packages_count_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name)
    monkeypatch.setattr(subprocess, "run", answer("installed gnupg\nconfig-files postfix\n", code=1))
    assert dev.missing_packages(["gnupg", "postfix", "dovecot-imapd"]) == ["postfix", "dovecot-imapd"]


def test_where_there_is_no_dpkg_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert dev.missing_packages(["gnupg"]) == []


def test_without_root_or_sudo_the_line_is_said_and_nothing_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "missing_packages", lambda names: ["gnupg", "xvfb"])
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(dev, "may_sudo", lambda: False)
    monkeypatch.setattr(dev, "call", lambda *_, **__: pytest.fail("something was run"))
    with pytest.raises(dev.CannotGoOn, match="sudo apt-get install -y --no-install-recommends gnupg xvfb"):
        dev.need_debian(("sealing",))


def test_root_and_passwordless_sudo_install_just_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, ...]] = []

    def call(*command: str, **_: object) -> int:
        ran.append(command)
        return 0

    monkeypatch.setattr(dev, "missing_packages", lambda names: ["xvfb"])
    monkeypatch.setattr(dev, "may_sudo", lambda: True)
    monkeypatch.setattr(dev, "call", call)
    for user in (0, 1000):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        dev.need_debian(("window",))
    noninteractive = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get")
    install = (*noninteractive, "install", "-y", "--no-install-recommends", "xvfb")
    update = (*noninteractive, "update", "-q")
    assert ran == [update, install, ("sudo", "-n", *update), ("sudo", "-n", *install)]


def test_a_failed_installation_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "missing_packages", lambda names: ["xvfb"])
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(dev, "call", lambda *_, **__: 100)
    with pytest.raises(dev.CannotGoOn, match="this failed"):
        dev.need_debian(("window",))


def test_a_stamp_of_this_lock_means_nothing_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ran: list[tuple[object, ...]] = []
    folder, lock = tmp_path / "made", tmp_path / "lock.txt"

    def call(*command: object, **_: object) -> int:
        ran.append(command)
        (folder / dev.IN_VENV).parent.mkdir(parents=True, exist_ok=True)
        (folder / dev.IN_VENV).touch()
        return 0

    monkeypatch.setattr(dev, "call", call)
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    lock.write_text("one")
    dev.need_venv(folder, lock)
    assert "venv" in ran[0]
    assert {"--require-hashes", "--no-deps"} <= set(ran[1])
    dev.need_venv(folder, lock)
    assert len(ran) == 2
    lock.write_text("two")
    dev.need_venv(folder, lock)
    assert len(ran) == 3


def test_a_package_gets_nothing_of_an_older_lock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ran: list[tuple[object, ...]] = []
    folder = tmp_path / "package"
    (folder / dev.IN_VENV).parent.mkdir(parents=True)
    (folder / dev.IN_VENV).touch()

    def call(*command: object, **_: object) -> int:
        ran.append(command)
        return 0

    monkeypatch.setattr(dev, "call", call)
    monkeypatch.setattr(dev, "PACKAGE_VENV", folder)
    dev.need_venv(folder, dev.LOCK)
    assert "--clear" in ran[0]


def test_an_installation_that_failed_is_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / dev.IN_VENV).parent.mkdir(parents=True)
    (tmp_path / dev.IN_VENV).touch()
    monkeypatch.setattr(dev, "call", lambda *_, **__: 1)
    for _ in range(2):
        with pytest.raises(dev.CannotGoOn, match="pip"):
            dev.need_venv(tmp_path, dev.LOCK)


def test_a_package_is_built_by_the_module_of_its_system(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[object, ...]] = []

    def call(*command: object, **_: object) -> int:
        ran.append(command[1:])
        return 0

    monkeypatch.setattr(dev, "call", call)
    monkeypatch.setattr(dev, "need_venv", lambda *_: None)
    monkeypatch.setattr(dev, "need_debian", lambda _: None)
    dev.package([])
    dev.package(["--windows", "--test"])
    dev.package(["--all"])
    with pytest.raises(dev.CannotGoOn, match="--linux"):
        dev.package(["--solaris"])
    assert ran == [
        ("-m", f"installers.{dev.PLATFORM}"),
        ("-m", "installers.windows", "--test"),
        *(("-m", f"installers.{name}") for name in ("linux", "windows", "macos")),
    ]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(dev.ROOT / "dev.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_help_lists_every_command() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert re.findall(r"^  (\w+)", done.stdout, re.MULTILINE) == list(dev.COMMANDS)


@pytest.mark.parametrize(
    "arguments", [(), ("unknown",), ("check", "more"), ("bench", "no-such"), ("translations", "x")]
)
def test_wrong_use_is_exit_2(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).returncode == 2


@pytest.mark.parametrize("name", list(dev.WHEELS_FOR))
@pytest.mark.parametrize("suffix", ["", "-dev"])
def test_every_lock_has_hashes_and_names_no_place(name: str, suffix: str) -> None:
    text = (dev.REQUIREMENTS / f"lock-{name}{suffix}.txt").read_text("utf-8")
    pinned = re.findall(r"^([a-z0-9_.-]+)==", text, re.MULTILINE)
    assert {"sqlcipher3", "cryptography", "pyside6-essentials"} <= set(pinned)
    assert ("pytest" in pinned) == bool(suffix)
    assert len(re.findall(r"==\S+.*\\\n    --hash=sha256:", text)) == len(pinned)
    assert "://" not in text


def test_the_rules_see_what_they_forbid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "long.py").write_text("x = 1\n" * 401)
    (tmp_path / "right.py").write_text("x = 1\n" * 400)
    (tmp_path / "lock.txt").write_text("--index-url https://files.python" + "hosted.org/simple\n")
    assert dev.long_files() == ["long.py: 401 lines, at most 400"]
    assert dev.registry_names() == ["lock.txt: names a package registry"]
