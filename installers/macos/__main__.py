"""`python -m installers.macos`: on a Mac the disk image of its own processor, in dist/.

`--check` finds out what can be known without a Mac, and is all that is done where there is none.
`--test` opens the image that was built and runs the program's own test from it.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from installers.build import bundle
from installers.macos import image, signing
from installers.macos.check import check
from installers.macos.facts import APPLICATION, COMMAND, DIST, dmg_name

ON_MACOS = sys.platform == "darwin"


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m installers.macos", description=__doc__)
    arguments.add_argument("--check", action="store_true")
    arguments.add_argument("--test", action="store_true")
    given = arguments.parse_args()
    if given.check or not ON_MACOS:
        return check()
    made = build()
    sys.stderr.write(f"{made} ({made.stat().st_size / 1e6:.1f} MB)\n")
    return try_out(made) if given.test else 0


def build() -> Path:
    """Bundle, sign, notarise, wrap, and the same for the image. Raises CalledProcessError, NotNotarised."""
    bundle(anew=True)  # signing changes it: an application is never signed twice
    who, notary = signing.identity(), signing.Notary.from_environment()
    signing.sign(APPLICATION, who)
    if notary is not None:
        with tempfile.TemporaryDirectory() as place:
            packed = Path(place) / "application.zip"
            subprocess.run(["ditto", "-c", "-k", "--keepParent", APPLICATION, packed], check=True)
            notary.notarise(packed, APPLICATION)
        signing.accepted(APPLICATION)
    made = image.build(APPLICATION, DIST / dmg_name(platform.machine()))
    signing.sign_image(made, who)
    if notary is not None:
        notary.notarise(made, made)
    return made


def try_out(made: Path) -> int:
    """The program's own test, as somebody runs it who only opened the image."""
    report = DIST / f"self-test-macos-{platform.machine()}.json"
    with image.opened(made) as place:
        program = place / APPLICATION.name / "Contents" / "MacOS" / COMMAND
        command = [str(program), "--self-test", "--report", str(report)]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
