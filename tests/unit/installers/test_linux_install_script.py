"""`install.sh` as a person without administrator rights runs it, over a bundle of two small scripts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from installers.linux import tarball
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the script is for Linux")
_NOBODY = 65534
_PROGRAM = "#!/bin/sh\necho {version}\n"


@dataclass
class Person:
    """Somebody with a home and two archives; never root, whoever runs the tests."""

    root: Path

    @property
    def home(self) -> Path:
        return self.root / "home of ana"

    def archive(self, version: str, window: Path | None = None) -> Path:
        """`window` is a program that takes the window's place."""
        made = self.root / f"sealwell-{version}"
        for name in ("sealwell", "sealwell-gui"):
            program = made / "program" / name
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text(_PROGRAM.format(version=version))
        if window is not None:
            shutil.copy(window, program)
        tarball.lay_out(made, version)
        self.own()
        return made

    def own(self) -> None:
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", str(_NOBODY), str(self.root)], check=True)

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        demoted = ["setpriv", f"--reuid={_NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
        return subprocess.run(
            [*demoted, *map(str, command)],
            env={"HOME": str(self.home), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def version(self) -> str:
        return self.run(self.home / ".local/bin/sealwell").stdout.strip()

    def listed(self) -> set[str]:
        return {str(path.relative_to(self.home)) for path in self.home.rglob("*")}


@pytest.fixture
def person() -> Iterator[Person]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        made = Person(Path(folder))
        kept = made.home / ".local/share/sealwell/practice"
        kept.mkdir(parents=True)
        (kept / "practice.db").write_text("data")
        made.own()
        yield made


def test_install_update_and_remove_leave_exactly_what_was_there(person: Person) -> None:
    before = person.listed()
    first, second = person.archive("1.0.0"), person.archive("1.1.0")
    done = person.run(first / "install.sh")
    assert (done.returncode, person.version()) == (0, "1.0.0"), done.stderr
    menu = (person.home / ".local/share/applications/sealwell.desktop").read_text("utf-8")
    assert f'\nExec="{person.home}/.local/bin/sealwell-gui"\n' in menu
    assert person.run(second / "install.sh").returncode == 0
    assert person.version() == "1.1.0"
    versions = [path for path in (person.home / ".local/lib/sealwell").iterdir() if path.is_dir()]
    assert len([path for path in versions if not path.is_symlink()]) == 1  # the older one is gone
    assert person.run(second / "install.sh", "--uninstall").returncode == 0
    assert person.listed() == before


def test_a_damaged_archive_changes_nothing(person: Person) -> None:
    first, second = person.archive("1.0.0"), person.archive("1.1.0")
    assert person.run(first / "install.sh").returncode == 0
    (second / "program/sealwell").write_text("#!/bin/sh\necho evil\n")
    before = person.listed()
    done = person.run(second / "install.sh")
    assert (done.returncode, person.version()) == (1, "1.0.0")
    assert "not as it left us" in done.stderr
    assert person.listed() == before


def test_half_a_copy_is_no_version_and_is_swept_up(person: Person) -> None:
    first, second = person.archive("1.0.0"), person.archive("1.1.0")
    assert person.run(first / "install.sh").returncode == 0
    left = person.home / ".local/lib/sealwell/.half-1"
    shutil.copytree(second / "share", left)
    person.own()
    assert person.version() == "1.0.0"
    assert person.run(second / "install.sh").returncode == 0
    assert person.version() == "1.1.0"
    assert not left.exists()


def test_a_damaged_version_is_put_right_by_installing_it_again(person: Person) -> None:
    first = person.archive("1.0.0")
    assert person.run(first / "install.sh").returncode == 0
    (person.home / ".local/bin/sealwell").resolve().write_text("broken")
    assert person.run(first / "install.sh").returncode == 0
    assert person.version() == "1.0.0"


def test_while_it_runs_it_is_not_removed_and_its_version_stays(person: Person) -> None:
    first, second = person.archive("1.0.0", Path("/bin/sleep")), person.archive("1.1.0")
    assert person.run(first / "install.sh").returncode == 0
    demoted = ["setpriv", f"--reuid={_NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
    program = (person.home / ".local/bin/sealwell-gui").resolve()
    with subprocess.Popen([*demoted, str(person.home / ".local/bin/sealwell-gui"), "60"]) as running:
        try:
            while Path(f"/proc/{running.pid}/comm").read_text().strip() != "sealwell-gui":
                time.sleep(0.05)
            done = person.run(second / "install.sh")
            assert "close its window" in done.stdout, done
            assert program.exists()
            refused = person.run(second / "install.sh", "--uninstall")
            assert (refused.returncode, person.version()) == (1, "1.1.0")
        finally:
            running.kill()


def test_a_program_that_ended_and_that_nobody_asked_about_is_not_open(person: Person) -> None:
    """A zombie: whatever started the program has not looked at its end yet."""
    archive = person.archive("1.0", window=Path("/bin/true"))
    assert person.run(archive / "install.sh").returncode == 0
    window = person.home / ".local/bin/sealwell-gui"
    demoted = ["setpriv", f"--reuid={_NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
    starts = "import os, sys, time; os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:]); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", starts, *demoted, str(window)]) as starter:
        try:
            until(lambda: b"(sealwell-gui) Z" in _child(starter.pid), what="the zombie")
            removed = person.run(archive / "install.sh", "--uninstall")
        finally:
            starter.kill()
    assert removed.returncode == 0, removed.stderr


def _child(pid: int) -> bytes:
    """`/proc/…/stat` of a process's first child."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return Path(f"/proc/{found[0]}/stat").read_bytes() if found else b""


def test_what_is_not_ours_is_not_replaced(person: Person) -> None:
    other = person.home / ".local/bin/sealwell"
    other.parent.mkdir(parents=True)
    other.write_text("mine")
    first = person.archive("1.0.0")
    done = person.run(first / "install.sh")
    assert done.returncode == 1
    assert "not ours" in done.stderr
    assert other.read_text() == "mine"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be refused as root")
def test_root_is_sent_to_the_packages(person: Person) -> None:
    first = person.archive("1.0.0")
    done = subprocess.run([first / "install.sh"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "packages" in done.stderr
