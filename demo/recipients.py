"""The sample patients' side: their keys, certificates and cards, and the programs that open mail.

Every opening is done by something that is not Sealwell: gpg, the openssl program, qpdf with
pdftotext, and for the locked page a few lines that follow the parameters written in it.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC


@dataclass(frozen=True)
class OwnKey:
    """What a recipient hands to the practice: the public part and its fingerprint."""

    public: bytes
    fingerprint: str


@dataclass
class Recipients:
    """A folder with one gpg home and one certificate a person; removed by `close`."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="swd-")))
    passphrases: dict[str, str] = field(default_factory=dict)

    @property
    def _home(self) -> Path:
        home = self.folder / "gpg"
        home.mkdir(mode=0o700, exist_ok=True)
        return home

    def close(self) -> None:
        if shutil.which("gpgconf"):
            _run(["gpgconf", "--homedir", str(self._home), "--kill", "all"])
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- making ------------------------------------------------------------------

    def openpgp(self, name: str, address: str) -> OwnKey:
        """A key made by gpg."""
        uid = f"{name} <{address}>"
        self._gpg("--passphrase", "", "--quick-generate-key", uid, "future-default", "default", "2y")
        listing = self._gpg("--with-colons", "--list-keys", f"<{address}>").decode()
        fingerprint = next(line.split(":")[9] for line in listing.splitlines() if line.startswith("fpr"))
        return OwnKey(self._gpg("--export", fingerprint), fingerprint)

    def smime(self, name: str, address: str) -> OwnKey:
        """A certificate made by the openssl program."""
        key, certificate = self._files(address)
        config = self.folder / "cms.cnf"
        config.write_text(
            "[req]\nprompt=no\ndistinguished_name=dn\nx509_extensions=v3\n[dn]\nCN=recipient\n"
            f"[v3]\nsubjectAltName=email:{address}\nextendedKeyUsage=emailProtection\n"
            "keyUsage=critical,digitalSignature,keyEncipherment\nbasicConstraints=critical,CA:FALSE\n"
        )
        options = ["-newkey", "rsa:2048", "-nodes", "-days", "700", "-config", str(config)]
        _openssl("req", "-x509", *options, "-keyout", str(key), "-out", str(certificate))
        shown = _openssl("x509", "-in", str(certificate), "-noout", "-fingerprint", "-sha256").decode()
        return OwnKey(certificate.read_bytes(), shown.partition("=")[2].strip().replace(":", ""))

    def _files(self, address: str) -> tuple[Path, Path]:
        stem = re.sub(r"[^a-z0-9]", "_", address)
        return self.folder / f"{stem}.key", self.folder / f"{stem}.pem"

    # --- opening -----------------------------------------------------------------

    def open_openpgp(self, wire: bytes) -> str:
        """The text inside, decrypted by gpg; the practice's signature is there to be checked.

        gpg ends with 2 because this home does not know the practice's key, so what counts
        is its status: decrypted, integrity good, signed by somebody.
        """
        part = _attached(wire, "application/octet-stream")
        words = ["--status-fd", "2", "--decrypt"]
        done = subprocess.run(
            self._command(*words), input=part, capture_output=True, check=False, env=_environment()
        )
        status = done.stderr.decode("utf-8", "replace")
        for wanted in ("DECRYPTION_OKAY", "GOODMDC", "ERRSIG"):
            if f"[GNUPG:] {wanted}" not in status:
                raise ValueError(f"gpg did not say {wanted}")
        return _text(done.stdout)

    def open_smime(self, wire: bytes, address: str) -> str:
        """The text inside, decrypted and unwrapped by the openssl program."""
        key, certificate = self._files(address)
        source = self.folder / "in.eml"
        source.write_bytes(wire)
        signed = _openssl(
            "cms", "-decrypt", "-in", str(source), "-inkey", str(key), "-recip", str(certificate)
        )
        # The signer is self-signed: its chain is compared by fingerprint, not by an authority.
        return _text(_openssl("cms", "-verify", "-noverify", feed=signed))

    def open_locked_file(self, wire: bytes, passphrase: str) -> str:
        """The text inside: of a PDF by qpdf and pdftotext, of a page by what the page says of itself."""
        if b"application/pdf" in wire:
            return self._open_pdf(_attached(wire, "application/pdf"), passphrase)
        return open_locked_file(_attached(wire, "text/html"), passphrase)

    def _open_pdf(self, data: bytes, passphrase: str) -> str:
        source = self.folder / "in.pdf"
        source.write_bytes(data)
        _run(["qpdf", "--decrypt", f"--password={passphrase}", str(source), str(self.folder / "out.pdf")])
        return _run(["pdftotext", "-layout", str(self.folder / "out.pdf"), "-"]).decode("utf-8")

    def _gpg(self, *words: str) -> bytes:
        return _run(self._command(*words))

    def _command(self, *words: str) -> list[str]:
        fixed = ["gpg", "--homedir", str(self._home), "--batch", "--no-tty", "--quiet"]
        return [*fixed, "--pinentry-mode", "loopback", "--trust-model", "always", *words]


def open_locked_file(page: bytes, passphrase: str) -> str:
    """A second reader of the locked file, from what the file says of itself.

    `header.payload.sum` in base64: PBKDF2 gives the person's key, HKDF with the file's own
    salt the file's, and AES-GCM binds the header. Inside: length, JSON index, files.
    """
    found = re.search(rb'id="sealed">([^<]*)</script>', page)
    if found is None:
        raise ValueError("no sealed part")
    raw, payload = (base64.b64decode(part) for part in found.group(1).split(b".")[:2])
    facts = json.loads(raw)
    salt, file, nonce = (base64.b64decode(facts[name]) for name in ("salt", "file", "nonce"))
    words = re.sub(r"[\s-]+", " ", passphrase.strip().lower())
    person = PBKDF2HMAC(hashes.SHA256(), 32, salt, facts["rounds"]).derive(words.encode())
    key = HKDF(hashes.SHA256(), 32, file, f"sealwell/envelope/{facts['v']}/file".encode()).derive(person)
    plain = AESGCM(key).decrypt(nonce, payload, raw)
    size = int.from_bytes(plain[:4], "big")
    return str(json.loads(plain[4 : 4 + size])["text"])


def _attached(wire: bytes, content_type: str) -> bytes:
    for part in message_from_bytes(wire).walk():
        if part.get_content_type() == content_type:
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return payload
    raise ValueError(content_type)


def _text(entity: bytes) -> str:
    parsed: Message = message_from_bytes(entity)
    for part in parsed.walk():
        if part.get_content_type() == "text/plain":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return payload.decode("utf-8")
    raise ValueError("no text")


def plain_text(wire: bytes) -> str:
    """The text of a message that travelled inside TLS only."""
    return _text(wire)


def _openssl(*words: str, feed: bytes = b"") -> bytes:
    return _run(["openssl", *words], feed)


def _run(command: list[str], feed: bytes = b"") -> bytes:
    done = subprocess.run(command, input=feed, capture_output=True, check=False, env=_environment())
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr.decode('utf-8', 'replace')[-400:]}")
    return done.stdout


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
