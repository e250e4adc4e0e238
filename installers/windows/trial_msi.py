"""The MSI tried as an administrator's tools would: silent, for everyone, upgraded, removed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from installers.windows.checks import Checks, expect
from installers.windows.facts import PROGRAMS, VERSION
from installers.windows.machine import MINUTES, Machine
from installers.windows.practice import SLOW, Practice
from installers.windows.trial import STALE, left_behind, listed, self_test

NEWER_IS_THERE = 1603 & 0xFF
"""ERROR_INSTALL_FAILURE (winerror.h); of an exit code Linux sees the last eight bits."""
FOR_ALL = 6
"""Exit code of setup.nsi."""


@dataclass(frozen=True)
class Packages:
    """What is tried, and the setup that must not go beside it."""

    new: Path
    old: Path
    setup: Path


class MsiTrial:
    """Follows the setup's trial, in the same Windows."""

    def __init__(self, machine: Machine, packages: Packages, checks: Checks, practice: Path) -> None:
        self._machine = machine
        self._new, self._old, self._setup = packages.new, packages.old, packages.setup
        self._checks = checks
        self._folder = machine.drive / "Program Files" / "Sealwell"
        self._program = self._folder / PROGRAMS[0]
        self._place = practice
        self._before = listed(machine)

    def run(self) -> None:
        with self._checks.check("MSI of an older version, silent: in Program Files, for everyone"):
            self._msiexec("/i", self._old)
            self._laid()
        practice = None
        with self._checks.check("a practice is made by the program that the MSI laid"):
            practice = Practice.made(self._machine, self._program, self._place)
        with self._checks.check("a practice that lies right on the disk lets no other user in"):
            # Wine shows a folder's access list as the rights of a file on Linux.
            expect(0, self._place.stat().st_mode & 0o007, "rights of everybody else")
        if practice is None:
            return
        before = practice.told()
        with self._checks.check("MSI over it: the new version, nothing of the old one"):
            self._msiexec("/i", self._new)
            self._laid()
            expect(False, (self._folder / STALE).exists(), "a file of the old version is left")
        with self._checks.check("an older MSI is refused"):
            expect(NEWER_IS_THERE, self._machine.run("msiexec.exe", "/i", self._old, "/qn").code, "exit code")
            expect(False, (self._folder / STALE).exists(), "a file of the old version is there")
        with self._checks.check("the setup for one person is refused beside the MSI"):
            expect(FOR_ALL, self._machine.run(self._setup, "/S").code, "exit code")
        with self._checks.check("the program of the MSI: version and its own test"):
            said = self._machine.must(self._program, "--version", wait=SLOW)
            expect(True, VERSION in said, f"version in {said!r}")
            self_test(self._machine, self._program)
        with self._checks.check("the practice is untouched, and the new program opens it"):
            expect(before, practice.told(), "the practice's bytes")
            practice.open_with(self._machine, self._program)
        before = practice.told()
        with self._checks.check("MSI removed: only the practice is left, byte for byte"):
            self._msiexec("/x", self._new)
            expect(False, self._folder.exists(), "the program's folder")
            expect(before, practice.told(), "the practice's bytes")
            expect(set(), left_behind(self._machine, self._before, self._place), "left behind")

    def _msiexec(self, how: str, package: Path) -> None:
        self._machine.must("msiexec.exe", how, package, "/qn", wait=10 * MINUTES)

    def _laid(self) -> None:
        for name in PROGRAMS:
            expect(True, (self._folder / name).is_file(), f"{name} is there")
        where = self._machine.registry(r"HKLM\Software\Sealwell", "InstallDir") or ""
        expect(self._machine.named(self._folder), where.rstrip("\\"), "where it is")
        # Wine puts it into the person's menu; Windows into everybody's, as ALLUSERS is set.
        menus = ("users/*/AppData/Roaming", "ProgramData")
        there = [
            menu
            for above in menus
            for menu in self._machine.drive.glob(
                f"{above}/Microsoft/Windows/Start Menu/Programs/Sealwell.lnk"
            )
        ]
        expect(1, len(there), "entries in the Start menu")
