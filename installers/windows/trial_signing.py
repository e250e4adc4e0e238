"""Signatures tried with a certificate that is made for it and thrown away."""

from __future__ import annotations

import subprocess
from pathlib import Path

from installers.windows.checks import Checks, expect
from installers.windows.signing import Signer, verifies

_SUBJECT = "/CN=Sealwell trial, nobody's"


def throw_away(folder: Path) -> Signer:
    """A certificate that signs code, and its own authority."""
    signer = Signer(folder / "certificate.pem", folder / "key.pem")
    new = ("req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "2", "-subj", _SUBJECT)
    use = ("-addext", "extendedKeyUsage=codeSigning", "-addext", "keyUsage=digitalSignature")
    out = ("-keyout", str(signer.key), "-out", str(signer.certificate))
    subprocess.run(["openssl", *new, *use, *out], check=True, capture_output=True)
    return signer


def try_signature(signer: Signer, file: Path, checks: Checks, scratch: Path) -> None:
    """On a copy: signed it verifies; with one byte changed it does not."""
    copy = scratch / file.name
    with checks.check(f"signature of {file.name}: verifies, and not with a byte changed"):
        copy.write_bytes(file.read_bytes())
        expect(False, verifies(copy, signer.certificate), "verifies without a signature")
        signer.sign(copy)
        expect(True, verifies(copy, signer.certificate), "verifies")
        data = bytearray(copy.read_bytes())
        data[len(data) // 2] ^= 1
        copy.write_bytes(data)
        expect(False, verifies(copy, signer.certificate), "verifies with a byte changed")
    copy.unlink(missing_ok=True)
