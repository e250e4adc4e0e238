"""Setup and MSI of Sealwell, in `dist/`: `python3 dev.py package --windows [--test]`.

On Linux the bundle is built under Wine and serves for trials. On Windows it is `installers.build`'s, and
the setup of a release is made of that; the MSI needs wixl, so it is made on Linux of the same bundle.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from installers import build as building
from installers.windows import bundling, machine, msi, nsis, runtime
from installers.windows.checks import Checks
from installers.windows.facts import DIST, PROGRAMS, WORK, msi_name, setup_name
from installers.windows.signing import Signer, finishing
from installers.windows.trial import OLDER, Setups, SetupTrial
from installers.windows.trial_msi import MsiTrial, Packages
from installers.windows.trial_signing import throw_away, try_signature

ON_WINDOWS = sys.platform == "win32"


def arguments() -> argparse.Namespace:
    given = argparse.ArgumentParser(prog="python -m installers.windows")
    given.add_argument("--bundle", type=Path, help="a bundle that is already built")
    given.add_argument("--work", type=Path, default=WORK, help="what is kept from one run to the next")
    given.add_argument("--test", action="store_true", help="try what was built, under Wine")
    return given.parse_args()


def main() -> int:
    asked = arguments()
    lacking = [] if ON_WINDOWS else machine.missing()
    if lacking:
        say(f"skipped: Wine and the tools for Windows are not installed ({' '.join(lacking)})")
        return 0
    asked.work.mkdir(parents=True, exist_ok=True)
    bundle = (asked.bundle or _bundle(asked.work)).resolve()
    signer = Signer.from_environment()
    if signer is not None:
        for name in PROGRAMS:
            signer.sign(bundle / name)
    made = []
    with Timed("setup"):
        made.append(nsis.build(nsis.Setup(bundle, DIST, small=not asked.test, finish=finishing())))
    if not ON_WINDOWS:  # wixl
        with Timed("MSI"):
            made.append(msi.build(bundle, DIST))
    for file in made:
        if signer is not None:
            signer.sign(file)
        say(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")
    return _try(bundle, asked.work) if asked.test else 0


def _bundle(work: Path) -> Path:
    if ON_WINDOWS:
        return building.bundle()
    builder = machine.Machine(work / "prefix")
    with Timed("Wine"):
        builder.start()
    try:
        with Timed("Python for Windows and its packages"):
            python = runtime.prepare(work)
        with Timed("bundle"):
            return bundling.bundle(builder, python, work)
    finally:
        builder.close()


def _try(bundle: Path, work: Path) -> int:
    """In a fresh Windows each time; what the trial says is the last that is said."""
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="sealwell-windows-") as name:
        scratch = Path(name)
        signer = throw_away(scratch)
        setup, package = DIST / setup_name(), DIST / msi_name()
        for file in (bundle / PROGRAMS[0], setup, package):
            try_signature(signer, file, checks, scratch)
        desk = machine.Machine(scratch / "prefix")
        desk.start()
        try:
            with Timed("setups to try"):
                setups = Setups.built(bundle, setup, work / "trial")
                older = msi.build(setups.older, work / "trial", OLDER)
            practice = desk.local / "sealwell" / "practice"
            SetupTrial(desk, setups, checks, practice).run()
            packages = Packages(package, older, setup)
            MsiTrial(desk, packages, checks, desk.drive / "practices" / "cedar").run()
        finally:
            desk.close()
    return checks.close()


class Timed:
    """Says how long what is inside took."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        self._began = time.monotonic()

    def __exit__(self, *_: object) -> None:
        say(f"{self._what}: {time.monotonic() - self._began:.1f} s")


def say(words: str) -> None:
    sys.stderr.write(f"windows: {words}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
