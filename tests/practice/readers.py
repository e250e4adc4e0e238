"""The recipients' side of tests: gpg and openssl as programs, nothing of ours."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path


@dataclass(frozen=True)
class Opened:
    """What a program gave out, and whether it found the practice's signature good."""

    data: bytes
    signed_by: str


OLD = "--faked-system-time=20260101T000000!"
"""Keys are made in the past of every test's clock, whatever today is."""


class Readers:
    """A throwaway gpg home and a folder of certificates; `close` removes both."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rd-"))
        self.folder.chmod(0o700)

    def close(self) -> None:
        subprocess.run(["gpgconf", "--homedir", str(self.folder), "--kill", "all"], check=True, timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)

    def gpg(self, *words: str, feed: bytes = b"") -> bytes:
        fixed = ["gpg", "--homedir", str(self.folder), "--batch", "--no-tty", "--yes", "--quiet"]
        fixed += ["--pinentry-mode", "loopback", "--passphrase", "", "--trust-model", "always"]
        return subprocess.run(
            [*fixed, *words], input=feed, capture_output=True, check=True, timeout=60
        ).stdout

    def openssl(self, *words: str, feed: bytes = b"") -> bytes:
        return subprocess.run(
            ["openssl", *words], input=feed, capture_output=True, check=True, timeout=60, cwd=self.folder
        ).stdout

    def openpgp(self, address: str) -> tuple[str, bytes]:
        """Fingerprint and public key of a new recipient."""
        self.gpg(OLD, "--quick-generate-key", f"Reader <{address}>", "future-default", "default", "never")
        listed = self.gpg("--with-colons", "--list-keys", f"<{address}>").decode()
        fingerprint = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))
        return fingerprint, self.gpg("--export", fingerprint)

    def revoked(self, fingerprint: str) -> bytes:
        """The public key after its owner took it back."""
        own = (self.folder / "openpgp-revocs.d" / f"{fingerprint}.rev").read_bytes()
        self.gpg(OLD, "--import", feed=own.replace(b":-----BEGIN", b"-----BEGIN"))
        return self.gpg("--export", fingerprint)

    def smime(self, address: str) -> bytes:
        """The DER certificate of a new recipient."""
        (self.folder / "c.cnf").write_text(
            "[req]\nprompt=no\ndistinguished_name=d\nx509_extensions=v\n[d]\nCN=reader\n"
            f"[v]\nsubjectAltName=email:{address}\nextendedKeyUsage=emailProtection\n"
            "keyUsage=critical,digitalSignature,keyEncipherment\nbasicConstraints=critical,CA:FALSE\n"
        )
        options = ["-newkey", "rsa:2048", "-nodes", "-days", "700", "-config", "c.cnf", "-keyout", "c.key"]
        self.openssl("req", "-x509", *options, "-out", "c.pem")
        return self.openssl("x509", "-in", "c.pem", "-outform", "DER")

    def open_openpgp(self, wire: bytes, practice_key: bytes) -> Opened:
        """gpg's plaintext of a PGP/MIME message."""
        self.gpg("--import", feed=practice_key)
        sealed = message_from_bytes(wire).get_payload(1).get_payload(decode=True)  # type: ignore[union-attr]
        status = self.folder / "status"
        plain = self.gpg("--status-file", str(status), "--decrypt", feed=sealed)  # type: ignore[arg-type]
        # By line feeds alone: splitlines() would also cut at octets that are part of a value.
        said = status.read_bytes().split(b"\n")
        valid = [line.split()[2].decode() for line in said if line.startswith(b"[GNUPG:] VALIDSIG ")]
        return Opened(plain, valid[0] if valid else "")

    def open_smime(self, wire: bytes, practice_certificate: bytes) -> Opened:
        """openssl's plaintext of an S/MIME message; raises where decryption or the signature fails."""
        (self.folder / "in.eml").write_bytes(wire)
        signed = self.openssl("cms", "-decrypt", "-in", "in.eml", "-inkey", "c.key", "-recip", "c.pem")
        (self.folder / "practice.der").write_bytes(practice_certificate)
        self.openssl("x509", "-inform", "DER", "-in", "practice.der", "-out", "practice.pem")
        plain = self.openssl(
            "cms",
            "-verify",
            "-no_check_time",
            "-CAfile",
            "practice.pem",
            "-certfile",
            "practice.pem",
            feed=signed,
        )
        return Opened(plain, "practice")
