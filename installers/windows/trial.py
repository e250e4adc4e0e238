"""The setup tried from its first line to its last trace, in a fresh Windows of Wine's.

Silent install, the program's own test, an upgrade of a practice that has data, one while the program runs,
two that are killed, one onto a full disk, a downgrade, and the removal that leaves the practice alone.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from installers.windows import nsis
from installers.windows.checks import Checks, expect
from installers.windows.facts import PROGRAMS, VERSION
from installers.windows.machine import MINUTES, Failed, Machine
from installers.windows.practice import SLOW, Practice

OLDER = "0.0.1"
STALE = "_internal/left-by-an-older-version.txt"
ENTRY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Sealwell"
ONCE = r"HKCU\Software\Microsoft\Windows\CurrentVersion\RunOnce"
RUNS, NEWER, FULL = 3, 4, 5
"""Exit codes of setup.nsi."""


@dataclass(frozen=True)
class Setups:
    """What is tried: the release, an older one with a file more, and one that waits between its renames."""

    new: Path
    old: Path
    waiting: Path
    older: Path
    """The bundle of the older one."""

    @classmethod
    def built(cls, bundle: Path, new: Path, work: Path) -> Setups:
        older = work / "older"
        shutil.rmtree(older, ignore_errors=True)
        shutil.copytree(bundle, older, copy_function=os.link)
        (older / STALE).write_text("stale", "ascii")
        old = nsis.build(nsis.Setup(older, work / "old", OLDER, small=False))
        waiting = nsis.build(nsis.Setup(bundle, work / "waiting", small=False, pause=120_000))
        return cls(new, old, waiting, older)


class SetupTrial:
    """Each method is one part of the story; they follow one another."""

    def __init__(self, machine: Machine, setups: Setups, checks: Checks, practice: Path) -> None:
        self._machine = machine
        self._setups = setups
        self._checks = checks
        self._folder = machine.local / "Programs" / "Sealwell"
        self._app = self._folder / "app"
        self._program = self._app / PROGRAMS[0]
        self._place = practice
        self._before = listed(machine)

    def run(self) -> None:
        with self._checks.check(f"setup {OLDER}, silent: files, Start menu, entry in Windows' list"):
            expect(0, self._setup(self._setups.old), "exit code")
            self._laid(OLDER)
        with self._checks.check("the installed program says its version"):
            said = self._machine.must(self._program, "--version", wait=SLOW)
            expect(True, VERSION in said, f"version in {said!r}")
        with self._checks.check("the installed program's own test"):
            self_test(self._machine, self._program)
        practice = None
        with self._checks.check("a practice is made and opened by the installed program"):
            practice = Practice.made(self._machine, self._program, self._place)
            practice.open_with(self._machine, self._program)
        if practice is None:
            return
        self._upgrades(practice)
        self._refusals(practice)
        self._removal(practice)

    def _upgrades(self, practice: Practice) -> None:
        before = practice.told()
        with self._checks.check("setup while the program runs: it waits, then leaves everything as it was"):
            with self._service_runs(practice.folder):
                expect(RUNS, self._setup(self._setups.new, "/WAIT=2"), "exit code")
            self._laid(OLDER)
        with self._checks.check("setup killed while it copies: the old program runs"):
            self._kill_when(self._setups.new, self._folder / "app.new" / PROGRAMS[0])
            self._machine.must(self._program, "--version", wait=SLOW)
            expect(True, (self._app / STALE).exists(), "the old program is whole")
        with self._checks.check("killed between its two renames, and again at its next start: the old one"):
            self._kill_when(self._setups.waiting, self._folder / "app.old")
            expect(False, self._app.exists(), "the moment was met")
            self._kill_when(self._setups.new, self._app / STALE)
            self._machine.must(self._program, "--version", wait=SLOW)
        with self._checks.check("setup killed between its two renames: Windows finishes at the next sign-in"):
            self._kill_when(self._setups.waiting, self._folder / "app.old")
            expect(False, self._app.exists(), "the moment was met")
            self._sign_in()
            self._machine.must(self._program, "--version", wait=SLOW)
            expect(False, (self._app / STALE).exists(), "the new program is there")
        with self._checks.check("setup again: the new version, nothing of the old one, nothing half"):
            expect(0, self._setup(self._setups.new), "exit code")
            self._laid(VERSION)
            expect(False, (self._app / STALE).exists(), "a file of the old version is left")
        with self._checks.check("the practice is untouched by all that, and the new program opens it"):
            expect(before, practice.told(), "the practice's bytes")
            practice.open_with(self._machine, self._program)

    def _refusals(self, practice: Practice) -> None:
        before = practice.told()
        with self._checks.check("an older setup is refused"):
            expect(NEWER, self._setup(self._setups.old), "exit code")
            self._laid(VERSION)
        full = "a disk too small is refused, with nothing left on it"
        if os.geteuid() != 0:
            self._checks.skip(full, "only root can make one")
        else:
            with self._checks.check(full), small_disk(self._machine) as disk:
                expect(FULL, self._setup(self._setups.new, r"/D=S:\Sealwell"), "exit code")
                expect([], list(disk.iterdir()), "left on the disk")
        with self._checks.check("removal while the program runs: refused, nothing is missing"):
            with self._service_runs(practice.folder):
                uninstall = self._folder / "uninstall.exe"
                command = (uninstall, "/S", "/WAIT=2", f"_?={self._machine.named(self._folder)}")
                expect(RUNS, self._machine.run(*command).code, "exit code")
            self._laid(VERSION)
        expect_same = practice.told()
        with self._checks.check("the practice is untouched by the refusals"):
            expect(before, expect_same, "the practice's bytes")

    def _removal(self, practice: Practice) -> None:
        before = practice.told()
        with self._checks.check("removal: program, Start menu and entries are gone"):
            quiet = self._machine.registry(ENTRY, "QuietUninstallString") or ""
            named = re.fullmatch(r'"(.+)" /S', quiet)
            expect(True, named is not None, f"the quiet removal is {quiet!r}")
            self._machine.must(self._folder / "uninstall.exe", "/S")
            wait_until(lambda: not self._folder.exists(), "the program's folder goes")
            for name in ("DisplayName", "DisplayVersion"):
                expect(None, self._machine.registry(ENTRY, name), name)
        with self._checks.check("the practice is still there, byte for byte, and nothing else"):
            expect(before, practice.told(), "the practice's bytes")
            expect(set(), left_behind(self._machine, self._before, self._place), "left behind")

    def _setup(self, setup: Path, *options: str) -> int:
        return self._machine.run(setup, "/S", *options, wait=10 * MINUTES).code

    def _laid(self, version: str) -> None:
        """All of it is there and belongs to `version`."""
        for name in PROGRAMS:
            expect(True, (self._app / name).is_file(), f"{name} is there")
        expect({"app", "uninstall.exe"}, {path.name for path in self._folder.iterdir()}, "in the folder")
        expect(version, self._machine.registry(ENTRY, "DisplayVersion"), "version in Windows' list")
        expect(True, int(self._machine.registry(ENTRY, "EstimatedSize") or "0", 16) > 0, "its size")
        expect(None, self._machine.registry(ONCE, "SealwellSetup"), "what is left to do at sign-in")
        menu = self._machine.local.parent / "Roaming/Microsoft/Windows/Start Menu/Programs/Sealwell.lnk"
        expect(True, menu.is_file(), "the Start menu has it")

    @contextmanager
    def _service_runs(self, folder: Path) -> Iterator[None]:
        """The background service of a practice, which has no window that one could close."""
        process = self._machine.start_program(self._program, "agent", "--practice", folder)
        try:
            wait_until(
                lambda: any(folder.glob("service*.json")) or any(folder.glob("*.service")), "it answers"
            )
            yield
        finally:
            process.kill()
            process.communicate()

    def _kill_when(self, setup: Path, sign: Path) -> None:
        """End the setup as the Task Manager would, as soon as `sign` is there."""
        process = self._machine.start_program(setup, "/S", "/WAIT=2")
        try:
            wait_until(sign.exists, f"{sign.name} shows")
        finally:
            process.kill()
            process.communicate()

    def _sign_in(self) -> None:
        """What Windows does with RunOnce: the value goes, its command runs."""
        command = self._machine.registry(ONCE, "SealwellSetup")
        if command is None:
            raise Failed("nothing is named for the next sign-in")
        self._machine.must("reg.exe", "delete", ONCE, "/v", "SealwellSetup", "/f")
        script = self._machine.drive / "once.cmd"  # handed over by hand, its quotes would be quoted again
        script.write_text(f"@{command}\r\n", "ascii")
        self._machine.must("cmd.exe", "/d", "/c", script)
        script.unlink()


def self_test(machine: Machine, program: Path) -> None:
    """`--self-test`; its report goes into a file, as a program without a console would have to."""
    report = machine.drive / "self-test.json"
    try:
        machine.must(program, "--self-test", "--report", report, wait=SLOW)
        expect(True, report.is_file(), "the report is there")
    finally:
        report.unlink(missing_ok=True)


def listed(machine: Machine) -> set[str]:
    """Every file in the machine's drive."""
    return {str(path.relative_to(machine.drive)) for path in machine.drive.rglob("*") if path.is_file()}


def left_behind(machine: Machine, before: set[str], practice: Path) -> set[str]:
    """What is there and was not, but for the practice and what Wine keeps of any program that ran."""
    known = (str(practice.relative_to(machine.drive)), "windows/", "users/Public")
    return {path for path in listed(machine) - before if not path.startswith(known) and "/Temp/" not in path}


@contextmanager
def small_disk(machine: Machine) -> Iterator[Path]:
    """Drive S: of 40 MB."""
    disk = machine.prefix / "small"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", disk], check=True)
    letter = machine.prefix / "dosdevices" / "s:"
    letter.symlink_to(disk)
    try:
        yield disk
    finally:
        letter.unlink()
        subprocess.run(["umount", disk], check=True)
        disk.rmdir()


def wait_until(there: Callable[[], bool], what: str, seconds: float = 2 * MINUTES) -> None:
    """Raises `Failed` where it does not come about."""
    until = time.monotonic() + seconds
    while not there():
        if time.monotonic() > until:
            raise Failed(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.05)
