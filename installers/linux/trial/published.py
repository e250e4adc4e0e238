"""Signed repositories for trials: with the earlier program, with the new one, and forged ones."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from installers.linux import repository
from installers.linux.facts import NAME, VERSION
from installers.linux.trial.system import Done, System

INSIDE = "/trial/repository"
SOURCES = "/etc/apt/sources.list.d/sealwell.sources"
EARLIER = f"{VERSION}~earlier"


class Publisher:
    """Has a key of its own, for as long as the trials take."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        home = folder / "gpg"
        home.mkdir(mode=0o700)
        os.environ["GNUPGHOME"] = str(home)
        who = "Trial <trial@sealwell.example>"
        made = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", who]
        subprocess.run([*made, "ed25519", "sign"], check=True, capture_output=True)
        listed = subprocess.run(
            ["gpg", "--list-keys", "--with-colons"], check=True, capture_output=True, text=True
        )
        self._signer = next(
            line.split(":")[9] for line in listed.stdout.splitlines() if line.startswith("fpr")
        )

    def end(self) -> None:
        """gpg's agent goes before its folder does."""
        subprocess.run(["gpgconf", "--kill", "all"], check=False)

    def publish(self, name: str, package: Path) -> Path:
        """Another state of the repository: what `name` had, and this package."""
        return repository.add(self._folder / name, self._signer, [package], f"file://{INSIDE}")

    def advance(self, before: str, name: str, package: Path) -> Path:
        shutil.copytree(self._folder / before, self._folder / name)
        return self.publish(name, package)


def offer(system: System, public: Path) -> None:
    """The system sees this state of the repository, and knows its key."""
    there = system.shared / "repository"
    shutil.rmtree(there, ignore_errors=True)
    shutil.copytree(public, there, copy_function=os.link)
    system.run("cp", f"{INSIDE}/{NAME}.sources", SOURCES).well()


def update(system: System) -> Done:
    """apt asks our repository alone, anew."""
    asked = ("-o", f"Dir::Etc::sourcelist={SOURCES}", "-o", "Dir::Etc::sourceparts=-")
    kept = ("-o", "APT::Get::List-Cleanup=0", "-o", "Acquire::Languages=none")
    return system.run("apt-get", "update", *asked, *kept, "--error-on=any")


def forged_release(public: Path) -> None:
    """Whoever holds the server changes what the signature is about."""
    _change(
        public / "dists" / repository.SUITE / "InRelease", lambda text: text.replace(b"Sealwell", b"Sealvell")
    )


def forged_list(public: Path) -> None:
    """The list of packages names another file's hash; the signature is as it was."""
    for held in (public / "dists" / repository.SUITE).rglob("Packages*"):
        if held.suffix == ".gz":
            _change(held, lambda packed: gzip.compress(_other_hash(gzip.decompress(packed))))
        else:
            _change(held, _other_hash)


def _other_hash(listed: bytes) -> bytes:
    return listed.replace(b"SHA256: ", b"SHA256: 0")


def forged_package(public: Path) -> None:
    """One bit of the `.deb` is another."""
    (package,) = public.rglob("*.deb")
    _change(package, lambda held: held[:-1000] + bytes([held[-1000] ^ 1]) + held[-999:])


def _change(path: Path, how: Callable[[bytes], bytes]) -> None:
    """A new file: the one before may be linked elsewhere."""
    held = path.read_bytes()
    path.unlink()
    path.write_bytes(how(held))
