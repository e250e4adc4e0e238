"""`python -m installers.linux`: every Linux file in dist/; with `--test` installs and tries them.

`--test` builds the `.deb` alone and tries it in Debian 12; `--all-releases` builds everything and
tries it in Debian 12 and 13, with accidents, lintian and the files' other kinds. `--release NAME`
tries one Debian only. Trials need root, because they make systems of their own.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from installers.build import bundle
from installers.linux import deb, rpm, tarball
from installers.linux.trial import bases, system


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m installers.linux", description=__doc__)
    arguments.add_argument("--test", action="store_true")
    arguments.add_argument("--all-releases", action="store_true")
    arguments.add_argument("--release", action="append", default=[])
    given = arguments.parse_args()
    if given.test and os.geteuid() != 0:
        sys.stderr.write("--test needs root: it makes Debian systems of its own to install in\n")
        return 2
    # before a release nothing is left out, and a machine that lets nobody mount fails
    tried = given.test and (given.all_releases or system.possible())
    with ThreadPoolExecutor(1) as aside:  # a Debian to try it in is fetched while the bundle is built
        base = aside.submit(bases.base, bases.RELEASES[0]) if tried else None
        bundle()
        made = [deb.build()]
        if given.all_releases or not given.test:
            made += [rpm.build(), tarball.build()]
        for path in made:
            sys.stderr.write(f"{path} ({path.stat().st_size / 1e6:.1f} MB)\n")
        if base is not None:
            base.result()
    if given.test and not tried:
        sys.stderr.write("built, but not tried: this machine lets nobody make systems of its own\n")
    if not tried:
        return 0
    from installers.linux.trial.plan import run  # noqa: PLC0415 - needs what only trials need

    return run(tuple(given.release), everything=given.all_releases)


if __name__ == "__main__":
    sys.exit(main())
