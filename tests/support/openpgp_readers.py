"""Three strangers' programs that open PGP/MIME: gpg, sq (Sequoia) and OpenPGP.js; nothing of ours."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from tests.support.gpg import Correspondents

_ROOT = Path(__file__).resolve().parents[2]
_LIBRARY = _ROOT / ".node" / "node_modules" / "openpgp" / "dist" / "node" / "openpgp.cjs"
"""`dev.py test` puts it there, from requirements/node."""
_SCRIPT = Path(__file__).with_name("open_openpgp.cjs")


@dataclass(frozen=True)
class Opened:
    """SHA-256 of the plaintext, and the full fingerprint whose signature was found good."""

    sha256: str
    signer: str


def armored_part(wire: bytes) -> bytes:
    """The message inside PGP/MIME (RFC 3156 4), as a mail program takes it out."""
    mail = message_from_bytes(wire)
    assert mail.get_content_type() == "multipart/encrypted"
    control, sealed = list(mail.walk())[1:]
    assert isinstance(control, Message)
    assert isinstance(sealed, Message)
    assert control.get_content_type() == "application/pgp-encrypted"
    assert str(control.get_payload()).split() == ["Version:", "1"]
    data = sealed.get_payload(decode=True)
    assert isinstance(data, bytes)
    return data


def by_gpg(people: Correspondents, armored: bytes) -> Opened:
    """Raises where anything is not whole."""
    plain, status = people.open(armored)
    words = [line.split() for line in status]
    assert any(row[1:] == ["DECRYPTION_OKAY"] for row in words), status
    (proof,) = [row for row in words if row[1:2] == ["VALIDSIG"]]
    return Opened(hashlib.sha256(plain).hexdigest(), proof[-1])


def by_sq(folder: Path, armored: bytes, secret: Path, signer: Path, fingerprint: str) -> Opened:
    """sq gives out nothing that `signer`, a file with one key of this fingerprint, has not signed."""
    (folder / "in.asc").write_bytes(armored)
    command = ["sq", "decrypt", "--recipient-key", str(secret), "--signer-cert", str(signer)]
    command += ["--signatures", "1", "--output", str(folder / "out"), str(folder / "in.asc")]
    (folder / "out").unlink(missing_ok=True)
    ran = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr.decode()
    return Opened(hashlib.sha256((folder / "out").read_bytes()).hexdigest(), fingerprint)


def by_openpgp_js(jobs: list[tuple[Path, Path, Path]]) -> list[Opened]:
    """Of (message, secret key, signer's key) each; one process for all."""
    asked = [dict(zip(("message", "secret", "signer"), map(str, job), strict=True)) for job in jobs]
    command = ["node", str(_SCRIPT), str(_LIBRARY)]
    ran = subprocess.run(
        command, input=json.dumps(asked).encode(), capture_output=True, check=True, timeout=900
    )
    results = json.loads(ran.stdout)
    assert not [one for one in results if "problem" in one], results
    return [Opened(one["sha256"], one["signer"]) for one in results]
