"""The signed repository over a package of nothing, with a key that lives as long as the test."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from installers.linux import repository

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guide"
pytestmark = pytest.mark.skipif(
    shutil.which("reprepro") is None or shutil.which("dpkg-deb") is None, reason="reprepro is not installed"
)


@pytest.fixture
def signer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    home = tmp_path / "g"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    make = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "a@example.com"]
    subprocess.run([*make, "ed25519", "sign"], check=True, capture_output=True)
    listed = subprocess.run(
        ["gpg", "--list-keys", "--with-colons"], check=True, capture_output=True, text=True
    )
    yield next(line.split(":")[9] for line in listed.stdout.splitlines() if line.startswith("fpr"))
    subprocess.run(["gpgconf", "--kill", "all"], check=False)


def package(folder: Path, version: str) -> Path:
    about = folder / version / "DEBIAN"
    about.mkdir(parents=True)
    fields = {
        "Package": "sealwell",
        "Version": version,
        "Architecture": "amd64",
        "Maintainer": "A <a@example.com>",
        "Section": "mail",
        "Priority": "optional",
        "Description": "nothing",
    }
    (about / "control").write_text("".join(f"{name}: {held}\n" for name, held in fields.items()))
    made = folder / f"sealwell_{version}_amd64.deb"
    subprocess.run(
        ["dpkg-deb", "-Znone", "--build", str(about.parent), str(made)], check=True, capture_output=True
    )
    return made


def test_newer_packages_take_the_place_of_older_ones_under_one_signature(signer: str, tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    repository.add(folder, signer, [package(tmp_path, "1.0")], "https://example.com/debian")
    public = repository.add(folder, signer, [package(tmp_path, "1.1")], "https://example.com/debian")
    release = public / "dists/stable/InRelease"
    listed = (public / "dists/stable/main/binary-amd64/Packages").read_text()
    assert "Version: 1.1" in listed
    assert "Version: 1.0" not in listed
    assert "Valid-Until: " in release.read_text()
    key = tmp_path / "key.gpg"
    subprocess.run(["gpg", "--output", str(key), "--export", signer], check=True)
    subprocess.run(["gpgv", "--keyring", str(key), str(release)], check=True, capture_output=True)
    assert not list(public.rglob("*secret*"))


def test_the_file_for_the_computers_holds_the_address_and_the_key_alone(signer: str, tmp_path: Path) -> None:
    public = repository.add(tmp_path / "repository", signer, [], "https://example.com/debian")
    held = (public / "sealwell.sources").read_text()
    assert "URIs: https://example.com/debian\n" in held
    assert "\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n" in held
    assert "PRIVATE" not in held


def test_the_guides_command_shows_the_fingerprint_to_compare(signer: str, tmp_path: Path) -> None:
    public = repository.add(tmp_path / "repository", signer, [], "https://example.com/debian")
    for page in ("install-linux.md", "es/install-linux.md"):
        (command,) = re.findall(r"`(sed [^`]* \| gpg --show-keys)`", (GUIDE / page).read_text("utf-8"))
        shown = subprocess.run(
            ["sh", "-c", command], cwd=public, check=True, capture_output=True, text=True
        ).stdout
        assert signer in shown


def test_a_key_that_gpg_does_not_have_is_refused(signer: str, tmp_path: Path) -> None:
    del signer
    with pytest.raises((LookupError, subprocess.CalledProcessError)):
        repository.add(tmp_path / "repository", "0" * 40, [], "https://example.com/debian")
