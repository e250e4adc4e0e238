"""`python -m installers.release DIR`: the list of parts and the sums of the packages in DIR.

    python -m installers.release DIR                      parts and sums, by the Python of .venv-package
    python -m installers.release --sign --key FILE DIR    the sums, on the computer that holds the key
    python -m installers.release --verify DIR             whether DIR is as it was released

The key is the one of `installers.release.manifest`. Others check with
`ssh-keygen -Y verify -n sealwell-release` and `sha256sum -c`; docs/releasing.md has the lines.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from desktop import __version__
from installers.release import sums
from installers.release.manifest import NAMES, Mistake, private_key, public_keys


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m installers.release")
    parser.add_argument("folder", metavar="DIR", type=Path)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--sign", action="store_true")
    what.add_argument("--verify", action="store_true")
    parser.add_argument("--key", metavar="FILE", type=Path, help="the private key, for --sign")
    parser.add_argument("--keys", metavar="FILE", help="instead of the public keys that are shipped")
    given = parser.parse_args(argv)
    if given.sign != (given.key is not None):
        parser.error("--sign and --key go together")
    try:
        if given.verify:
            said = f"good: {sums.check(given.folder, public_keys(given.keys).values())} files"
        elif given.sign:
            said = str(sums.sign_sums(given.folder, private_key(given.key)))
        else:
            said = make(given.folder)
    except (Mistake, sums.Tampered) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


def make(folder: Path) -> str:
    """What was made, and which packages of a whole release are not there. Raises Mistake."""
    from installers.release import libraries, sbom  # noqa: PLC0415 - in .venv-package alone

    if not sbom.OVERVIEW.is_file():
        raise Mistake("there is no bundle whose parts could be listed: python3 dev.py package")

    names = (name.format(version=__version__) for name in NAMES.values())
    missing = [name for name in names if not (folder / name).is_file()]
    made = sbom.write(folder, libraries.libraries())
    sums.write(folder)
    lacks = f"; not built: {' '.join(missing)}" if missing else ""
    return f"{made.name} and {sums.SUMS}{lacks}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
