"""What is installed: its size, and its start to the sign-in page beside the start from source.

A child is watched from outside, on a screen in memory: the page is there when the colour of its
button is. Both programs run in turns, with the same practice. `python3 dev.py package` builds what
is measured; without it there is nothing to measure.
"""

from __future__ import annotations

import mmap
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks._measure import Table, Target, scratch
from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.crypto.kdf import FLOOR
from desktop.office.values_entry import NewPractice
from desktop.paths import PracticeFolder
from desktop.ui.theme import LIGHT
from installers.build import BUNDLE, DIST

ROUNDS = 9
PATIENCE = 60.0
MIB = 1024 * 1024
DEB_MIB, UNPACKED_MIB, SELF_TEST_SECONDS = 60, 200, 15
_LOOK_EVERY = 0.002
_SOURCE = "import sys; from desktop.__main__ import window; sys.exit(window())"
_ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    table = Table("package: what is installed", f"the program from source, {ROUNDS} rounds in turns")
    if not (BUNDLE / "sealwell").exists() or not shutil.which("Xvfb"):
        print("package: nothing to measure. First: python3 dev.py package (and Xvfb must be there)")
        return 0
    _sizes(table)
    with scratch() as folder, _screen(folder) as (display, picture):
        practice = PracticeFolder(folder / "practice")
        office = build_office(practice, SystemClock(), params=lambda: FLOOR, device_store=lambda: None)
        office.create_practice(NewPractice("Bench", "UTC", "ana", password="quiet harbour seven lanterns"))
        office.close()
        _starts(table, practice, picture, {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"})
    _self_tests(table)
    return table.end()


def _sizes(table: Table) -> None:
    files = [path.lstat().st_size for path in BUNDLE.rglob("*") if not path.is_dir()]
    table.line("unpacked", [sum(files) / MIB], unit="MiB", target=Target(UNPACKED_MIB, of="figure"))
    made = sorted(DIST.glob("sealwell_*.deb"))
    if made:
        target = Target(DEB_MIB, of="figure")
        table.line("deb", [made[-1].stat().st_size / MIB], unit="MiB", target=target)
    else:
        table.note("deb: none was built")


def _starts(table: Table, practice: PracticeFolder, picture: Path, settings: dict[str, str]) -> None:
    words = ("--practice", str(practice.root))
    programs = ([str(BUNDLE / "sealwell-gui"), *words], [sys.executable, "-c", _SOURCE, *words])
    seconds: tuple[list[float], list[float]] = ([], [])
    work: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS + 1):
        for at, command in enumerate(programs):
            passed, used = _shown(command, settings, picture, practice)
            if number:  # the first round fills the system's file cache
                seconds[at].append(passed * 1000)
                work[at].append(used * 1000)
    table.line("start to sign-in page", *seconds, unit="ms", target=Target(1.3))
    table.line("processor time of it", *work, unit="ms", target=Target(1.3))


def _shown(
    command: list[str], settings: dict[str, str], picture: Path, practice: PracticeFolder
) -> tuple[float, float]:
    """Seconds until the page is on the screen, and of the processor's time; then the child is ended."""
    colour = bytes.fromhex(LIGHT.accent.removeprefix("#"))[::-1]  # in memory: blue, green, red
    with picture.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as screen:
        _until(lambda: screen.find(colour) < 0)
        began = time.perf_counter()
        child = subprocess.Popen(command, env=settings, cwd=_ROOT, stdout=subprocess.DEVNULL)
        _until(lambda: screen.find(colour) >= 0)
        passed = time.perf_counter() - began
    child.send_signal(signal.SIGKILL)
    used = os.wait4(child.pid, 0)[2]
    child.returncode = -signal.SIGKILL
    _until(lambda: not practice.service.exists())
    return passed, used.ru_utime + used.ru_stime


def _until(happened: Callable[[], bool]) -> None:
    limit = time.perf_counter() + PATIENCE
    while not happened():
        if time.perf_counter() > limit:
            raise RuntimeError("the window did not come, or did not go")
        time.sleep(_LOOK_EVERY)


def _self_tests(table: Table) -> None:
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([str(BUNDLE / "sealwell"), "--self-test"], check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - began)
    table.line("self-test", taken, unit="s", target=Target(SELF_TEST_SECONDS, of="figure"))


@contextmanager
def _screen(folder: Path) -> Iterator[tuple[str, Path]]:
    """A screen in memory, on a display number that is free, and the file that holds its picture."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
    command += ["-fbdir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            number = server.stdout.readline() if server.stdout else b""
            yield f":{number.decode().strip()}", folder / "Xvfb_screen0"
        finally:
            server.terminate()


if __name__ == "__main__":
    sys.exit(main())
