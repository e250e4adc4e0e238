"""The list of parts, the sums and their signature: what was released is known again, and nothing else."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from installers.release import sbom, sums
from installers.release.libraries import Library
from installers.release.sshsig import NAMESPACE, NotSigned, sign, verify

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


@pytest.fixture
def released(tmp_path: Path) -> Path:
    for name in ("sealwell_0.1.0_amd64.deb", "sealwell-0.1.0.cdx.json"):
        (tmp_path / name).write_bytes(name.encode() * 1000)
    sums.write(tmp_path)
    sums.sign_sums(tmp_path, KEY)
    return tmp_path


def test_what_was_released_is_good(released: Path) -> None:
    assert sums.check(released, [OTHER.public_key().public_bytes_raw(), PUBLIC]) == 2


@pytest.mark.parametrize("name", ["sealwell_0.1.0_amd64.deb", "sealwell-0.1.0.cdx.json"])
def test_one_changed_bit_of_any_file_is_found(released: Path, name: str) -> None:
    content = bytearray((released / name).read_bytes())
    content[len(content) // 2] ^= 1
    (released / name).write_bytes(content)
    with pytest.raises(sums.Tampered, match=f"{name} was changed"):
        sums.check(released, [PUBLIC])


def test_a_file_too_few_or_too_many_is_found(released: Path) -> None:
    (released / "sealwell-0.1.0.x86_64.rpm").write_bytes(b"slipped in")
    with pytest.raises(sums.Tampered, match="not of this release"):
        sums.check(released, [PUBLIC])
    (released / "sealwell-0.1.0.x86_64.rpm").unlink()
    (released / "sealwell_0.1.0_amd64.deb").unlink()
    with pytest.raises(sums.Tampered, match="is missing"):
        sums.check(released, [PUBLIC])


def test_a_list_that_was_made_to_fit_is_found(released: Path) -> None:
    """Whoever changes a file can change its sum, and cannot sign for it."""
    (released / "sealwell_0.1.0_amd64.deb").write_bytes(b"another program")
    signature = (released / sums.SIGNATURE).read_bytes()
    sums.write(released)
    with pytest.raises(sums.Tampered, match=r"SHA256SUMS\.sig is missing"):
        sums.check(released, [PUBLIC])
    (released / sums.SIGNATURE).write_bytes(signature)
    with pytest.raises(sums.Tampered, match="not of this file"):
        sums.check(released, [PUBLIC])
    sums.sign_sums(released, OTHER)
    with pytest.raises(sums.Tampered, match="no key of ours"):
        sums.check(released, [PUBLIC])


def test_sums_that_do_not_fit_their_files_are_not_signed(released: Path) -> None:
    (released / sums.SIGNATURE).unlink()
    (released / "sealwell_0.1.0_amd64.deb").write_bytes(b"another program")
    with pytest.raises(sums.Tampered, match="was changed"):
        sums.sign_sums(released, KEY)
    assert not (released / sums.SIGNATURE).exists()


def test_the_list_of_the_newest_version_beside_a_release_does_not_change_it(released: Path) -> None:
    """It is signed by itself, after the sums and anew each month."""
    before = (released / sums.SUMS).read_bytes()
    (released / "sealwell-update.json").write_text("{}")
    assert sums.check(released, [PUBLIC]) == 2
    assert sums.write(released).read_bytes() == before


@pytest.mark.parametrize("at", [0, 5, 40, 60, 90, -70, -20, -2])
def test_a_signature_with_one_changed_letter_counts_for_nothing(at: int) -> None:
    armoured = bytearray(sign(b"content", KEY))
    armoured[at] ^= 2
    if bytes(armoured).split(b"\n")[1:-2] != sign(b"content", KEY).split(b"\n")[1:-2]:
        with pytest.raises(NotSigned):
            verify(b"content", bytes(armoured), [PUBLIC])


def test_a_signature_for_another_purpose_counts_for_nothing() -> None:
    with pytest.raises(NotSigned, match="no key of ours"):
        verify(b"content", sign(b"content", KEY, "sealwell-something"), [PUBLIC])


def test_names_that_a_list_cannot_hold_are_refused(tmp_path: Path) -> None:
    (tmp_path / "two\nlines").write_bytes(b"")
    with pytest.raises(ValueError, match="a name"):
        sums.write(tmp_path)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="OpenSSH is not installed")
@pytest.mark.parametrize("changed", [False, True])
def test_openssh_reads_the_signature_alike(released: Path, changed: bool) -> None:
    line = KEY.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")
    signers = released / "signers"
    signers.write_text(f"release {line}\n")
    content = (released / sums.SUMS).read_bytes() + (b"x" if changed else b"")
    verified = subprocess.run(
        ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", "release", "-n", NAMESPACE, "-s",
         released / sums.SIGNATURE],
        input=content,
        capture_output=True,
        check=False,
    )  # fmt: skip
    assert (verified.returncode == 0) is not changed


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="OpenSSH is not installed")
def test_we_read_what_openssh_signed(tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    (tmp_path / "file").write_bytes(b"content")
    signed = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", NAMESPACE, str(tmp_path / "file")]
    subprocess.run(signed, check=True, capture_output=True)
    public = base64.b64decode((tmp_path / "key.pub").read_text().split()[1])[-32:]
    assert verify(b"content", (tmp_path / "file.sig").read_bytes(), [public]) == public


def test_sha256sum_reads_the_list(released: Path) -> None:
    checked = subprocess.run(["sha256sum", "-c", sums.SUMS], cwd=released, capture_output=True, check=False)
    assert checked.returncode == 0


OVERVIEW = """What Sealwell is made of.

cryptography 0                      Apache-2.0 OR BSD-3-Clause
pyinstaller 6                       GPL-2.0-or-later WITH Bootloader-exception
python 3.11.7                       PSF-2.0
sealwell                            Apache-2.0
"""
ENVIRONMENT: dict[str, Any] = {
    "components": [
        {"type": "library", "bom-ref": "cryptography==0", "name": "cryptography", "version": "0"},
        {"type": "library", "bom-ref": "pyinstaller==6", "name": "pyinstaller", "version": "6"},
    ],
    "dependencies": [{"ref": "cryptography==0", "dependsOn": ["pyinstaller==6"]}],
    "metadata": {"tools": {"components": []}},
}


def test_the_list_of_parts_names_what_runs_and_not_what_builds(monkeypatch: pytest.MonkeyPatch) -> None:
    locks = {
        "linux": {"cryptography": "0", "lxml": "6"},
        "windows": {"cryptography": "0", "lxml": "6", "pywin32-ctypes": "1"},
    }
    monkeypatch.setattr(sbom, "pinned", lambda system: locks.get(system, {}))
    inner = (Library("OpenSSL", "4.0.3", "Apache-2.0", "cryptography"),)
    inside = sbom.bundled(OVERVIEW)
    made = sbom.parts(ENVIRONMENT, inner, inside)
    assert [one["name"] for one in made["components"]] == ["OpenSSL", "cryptography", "pywin32-ctypes"]
    holds = {one["ref"]: one["dependsOn"] for one in made["dependencies"]}
    assert holds["cryptography==0"] == ["OpenSSL@4.0.3 in cryptography"]
    assert sbom.written(made) == sbom.written(sbom.parts(ENVIRONMENT, inner, inside))
    assert made["components"][1]["licenses"] == [{"license": {"name": "Apache-2.0 OR BSD-3-Clause"}}]
    assert json.loads(sbom.written(made))["components"][2]["properties"][0]["value"] == "windows"
