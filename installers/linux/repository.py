"""A signed apt repository, ready to be put on any web server; reprepro does the work.

`python -m installers.linux.repository --to DIR --signer FINGERPRINT FILE.deb …` adds packages to
the repository in DIR, or only signs it anew where no file is named. The key is the caller's: it is
used where gpg has it (GNUPGHOME, a smart card), never copied. `DIR/public` is what is published;
`DIR/public/sealwell.sources` is the one file that a computer needs, with the public key in it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from installers.linux.facts import NAME

SUITE = "stable"
_VALID = "180d"
"""Whoever shows an old state of the repository can do so no longer than this; sign anew before."""


def add(folder: Path, signer: str, packages: list[Path], address: str) -> Path:
    """The folder to be published. Raises CalledProcessError where gpg or reprepro refuses."""
    public, conf = folder / "public", folder / "conf"
    for made in (public, conf):
        made.mkdir(parents=True, exist_ok=True)
    (conf / "distributions").write_text(_distribution(signer), "utf-8")
    base = ["reprepro", "--silent", "--basedir", str(folder), "--outdir", str(public)]
    if packages:
        subprocess.run([*base, "includedeb", SUITE, *map(str, packages)], check=True)
    subprocess.run([*base, "export", SUITE], check=True)
    (public / f"{NAME}.sources").write_text(sources(address, public_key(signer)), "utf-8")
    return public


def public_key(signer: str) -> str:
    """Armoured, as apt reads it."""
    asked = ["gpg", "--batch", "--armor", "--export-options", "export-minimal", "--export", signer]
    key = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    if not key:
        raise LookupError(signer)
    return key


def sources(address: str, key: str) -> str:
    """Deb822, as Debian 12 and 13 read it (sources.list(5)); only this key counts, and only here."""
    lines = (f" {line}" if line else " ." for line in key.strip().splitlines())
    return (
        f"Types: deb\nURIs: {address}\nSuites: {SUITE}\nComponents: main\nArchitectures: amd64\n"
        "Signed-By:\n" + "\n".join(lines) + "\n"
    )


def _distribution(signer: str) -> str:
    return (
        f"Origin: Sealwell\nLabel: Sealwell\nCodename: {SUITE}\nArchitectures: amd64\nComponents: main\n"
        f"Description: Sealwell for Debian and its kin\nValidFor: {_VALID}\nSignWith: {signer}\n"
    )


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m installers.linux.repository", description=__doc__)
    arguments.add_argument("--to", type=Path, required=True, metavar="DIR")
    arguments.add_argument("--signer", required=True, metavar="FINGERPRINT")
    arguments.add_argument("--address", required=True, metavar="URL")
    arguments.add_argument("packages", nargs="*", type=Path, metavar="FILE.deb")
    given = arguments.parse_args()
    public = add(
        given.to.absolute(), given.signer, [path.absolute() for path in given.packages], given.address
    )
    sys.stdout.write(f"{public}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
