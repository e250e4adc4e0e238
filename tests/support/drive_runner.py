"""What happens to a drive while backups are put on it, in a mount namespace of its own.

`drive_runner.py CASE FOLDER` prints what came of it as JSON; `test_targets_mounted.py` starts it
with `unshare`, so that a plain user may mount too.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from desktop.models.safekeeping import Place, TargetKind
from desktop.sync.targets.base import Reached, TargetError
from desktop.sync.targets.pieces import Pieced
from desktop.sync.targets.reach import reach
from tests.support.disk_fault import BROKEN, FULL, Disk
from tests.support.targets import scene_of

TAG, MARKER = "0123abcd", "a" * 32
NAME = "20261121T100000Z-0123456789ab-whole.sealwell"
MIB = 1024 * 1024


class Drive:
    def __init__(self, folder: Path) -> None:
        self.at = folder / "drive"
        self.source = folder / "source"
        self.at.mkdir()

    def mount(self, mebibytes: int) -> None:
        _sh("mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "none", str(self.at))

    def reach(self, marker: str | None = MARKER) -> Reached:
        return reach(Place(TargetKind.USB, str(self.at)), "", TAG, marker)

    def claimed(self) -> Reached:
        reached = self.reach(None)
        reached.claim(MARKER)
        return reached

    def file(self, size: int) -> str:
        """The source, anew; answers its sum."""
        data = os.urandom(size)
        self.source.write_bytes(data)
        return hashlib.sha256(data).hexdigest()


def full(drive: Drive) -> dict[str, Any]:
    """There is room at first, and none in the middle."""
    drive.mount(64)
    reached, wanted = drive.claimed(), drive.file(20 * MIB)
    filler = drive.at / "somebody-elses"

    def fill(done: int, of: int) -> bool:
        if done >= 9 * MIB and not filler.exists():
            with suppress(OSError), filler.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(MIB))
        return True

    code, names = _code(lambda: reached.put(NAME, drive.source, fill)), reached.names()
    filler.unlink()
    seen: list[int] = []
    reached.put(NAME, drive.source, lambda done, of: not seen.append(done))  # type: ignore[func-returns-value]
    return {"code": code, "names": names, "began": seen[0], "right": reached.sha256(NAME) == wanted}


def too_small(drive: Drive) -> dict[str, Any]:
    drive.mount(24)
    reached = drive.claimed()
    drive.file(20 * MIB)
    code = _code(lambda: reached.put(NAME, drive.source))
    return {"code": code, "there": sorted(one.name for one in (drive.at / f"sealwell-{TAG}").iterdir())}


def pulled(drive: Drive) -> dict[str, Any]:
    drive.mount(64)
    reached = drive.claimed()
    drive.file(20 * MIB)

    def pull(done: int, of: int) -> bool:
        if done >= 9 * MIB and os.path.ismount(drive.at):
            _sh("umount", "-l", str(drive.at))
        return True

    code = _code(lambda: reached.put(NAME, drive.source, pull))
    return {"code": code, "left": os.listdir(drive.at), "again": _code(drive.reach)}


def not_plugged_in(drive: Drive) -> dict[str, Any]:
    drive.mount(64)
    reached = drive.claimed()
    drive.file(MIB)
    _sh("umount", str(drive.at))
    codes = [
        _code(drive.reach),
        _code(lambda: reached.put(NAME, drive.source)),
        _code(lambda: reached.write_small("checkpoint.txt", b"x")),
    ]
    return {"codes": codes, "names": reached.names(), "left": os.listdir(drive.at)}


def read_only(drive: Drive) -> dict[str, Any]:
    drive.mount(64)
    drive.claimed().put(NAME, _small(drive))
    _sh("mount", "-o", "remount,ro", str(drive.at))
    reached = drive.reach()
    other = NAME.replace("10", "11", 1)
    codes = [
        _code(lambda: reached.put(other, drive.source)),
        _code(lambda: reached.remove(NAME)),
        _code(lambda: reached.write_small("checkpoint.txt", b"x")),
    ]
    return {"codes": codes, "readable": len(reached.sha256(NAME)) == 64}


def too_large(drive: Drive) -> dict[str, Any]:
    """As FAT32 does beyond 4 GiB."""
    reached = drive.claimed()
    drive.file(4 * MIB)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, MIB))
    return {"code": _code(lambda: reached.put(NAME, drive.source)), "names": reached.names()}


def failing(drive: Drive) -> dict[str, Any]:
    """The Nth write or flush fails, for each N, once for good and once in passing."""
    Pieced.portion = 256 * 1024
    reached, disk = drive.claimed(), Disk()
    wanted = drive.file(MIB + 1)
    disk.fail_at(0)
    reached.put(NAME, drive.source)
    calls, wrong = disk.asked, list[str]()
    codes = set[str]()
    for number in range(1, calls + 1):
        for error in (FULL, BROKEN):
            reached.remove(NAME)
            disk.fail_at(number, error)
            code = _code(lambda: reached.put(NAME, drive.source))
            disk.fail_at(0)
            codes.add(code)
            if code and NAME in dict(reached.names()) and reached.sha256(NAME) != wanted:
                wrong.append(f"{number}: listed and not right")
            reached.put(NAME, drive.source)
            if reached.sha256(NAME) != wanted:
                wrong.append(f"{number}: not right after the next try")
    return {"calls": calls, "codes": sorted(codes), "wrong": wrong}


def full_server(drive: Drive) -> dict[str, Any]:
    """OpenSSH says only "failure" where its disk is full; what it says of its room decides."""
    with scene_of("sftp", drive.source.parent) as scene:
        _sh("mount", "-t", "tmpfs", "-o", "size=64m", "none", str(scene.root))
        reached, wanted = scene.claimed(), drive.file(20 * MIB)
        filler = scene.root / "somebody-elses" if scene.root else drive.at

        def fill(done: int, of: int) -> bool:
            if done >= 9 * MIB and not filler.exists():
                with suppress(OSError), filler.open("wb", buffering=0) as file:
                    while True:
                        file.write(bytes(MIB))
            return True

        code = _code(lambda: reached.put(NAME, drive.source, fill))
        again = _code(lambda: reached.put(NAME, drive.source))
        filler.unlink()
        reached.put(NAME, drive.source)
        said = {"codes": [code, again], "right": reached.sha256(NAME) == wanted}
        _sh("umount", "-l", str(scene.root))
    return said


def _small(drive: Drive) -> Path:
    drive.file(MIB)
    return drive.source


def _code(work: Callable[[], object]) -> str:
    try:
        work()
    except TargetError as error:
        return error.code
    return ""


def _sh(*command: str) -> None:
    subprocess.run(command, check=True, timeout=30, stdin=subprocess.DEVNULL)


CASES = (full, too_small, pulled, not_plugged_in, read_only, too_large, failing, full_server)

if __name__ == "__main__":
    case = {one.__name__: one for one in CASES}[sys.argv[1]]
    sys.stdout.write(json.dumps(case(Drive(Path(sys.argv[2])))))
