"""The practice's own OpenPGP key, in a gpg home of its own.

gpg makes the key (keys made by pysequoia attract mail that gpg 2.2 cannot read) and
opens what comes in. The secret key lives in the database; it is imported into a private
home for as long as the keyring is open, and home and agent go when it closes. Homes
that a crash left behind are removed when the next keyring opens (`openpgp_home`).

python-gnupg mixes standard error with the status lines, so opening mail calls gpg
itself, with the status in a file of its own, and believes nothing else.
"""

from __future__ import annotations

import logging
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

import gnupg

from desktop.crypto.keyrecord import mailbox
from desktop.crypto.openpgp_home import GpgHome
from desktop.crypto.openpgp_own import named, revocation_of
from desktop.crypto.openpgp_status import Verdict, Verified, read_status, read_verified
from desktop.errors import InputError, SealwellError, VaultError
from desktop.frozen import dataclass
from desktop.texts import clean

MAX_PLAIN_BYTES = 64 * 1024 * 1024
"""A compressed message may not unpack to more."""
TIMEOUT = 120
"""Seconds for one message; gpg needs milliseconds."""

# What it logs quotes gpg's output, with names in it; what went wrong is raised here.
logging.getLogger("gnupg").setLevel(logging.CRITICAL)

_NOT_IN_NAMES = str.maketrans(dict.fromkeys("<>()@", " "))
_LIMITS = ("--trust-model", "always", "--max-output", str(MAX_PLAIN_BYTES))
_NO_SHA1 = ("--weak-digest", "SHA1")
"""Of signatures that stand alone: inside encryption it would keep a whole message shut."""
_QUIET = ("--batch", "--no-tty", "--no-options", "--no-auto-key-locate", "--no-auto-key-retrieve")


@dataclass(frozen=True)
class OwnKey:
    """A fresh key pair: `secret` and `public` are binary exports; `secret` has no passphrase.

    `revocation` ends it one day (`openpgp_own.revoked_public`); whoever keeps the key keeps it, too.
    """

    fingerprint: str
    secret: bytes
    public: bytes
    revocation: bytes

    def __repr__(self) -> str:
        return f"OwnKey({self.fingerprint})"


@dataclass(frozen=True)
class Decrypted:
    """An opened message: `signer` is the primary key's full fingerprint where one signed.

    `valid` says that the signature is good, by a key that was handed in and is neither
    expired nor revoked.
    """

    data: bytes
    signer: str | None
    valid: bool

    def __repr__(self) -> str:
        return f"Decrypted({len(self.data)} bytes, signer={self.signer}, valid={self.valid})"


class OwnKeyring:
    """A gpg home for the practice's own key; use it in a `with` statement or close it."""

    def __init__(self, program: str = "gpg", folder: Path | None = None) -> None:
        """`folder` is where the private home is made, by default one held in memory.

        Raises SealwellError `gpg-missing`, `gpg-failed` (it does not run) or `gpg-home-long`.
        """
        self._home = GpgHome(folder)
        self._program = program
        try:
            self._gpg = gnupg.GPG(gpgbinary=program, gnupghome=str(self._home.path), options=list(_QUIET[2:]))
        except (OSError, ValueError) as problem:
            self._home.close()
            raise SealwellError("gpg-missing" if isinstance(problem, OSError) else "gpg-failed") from problem
        self._gpg.encoding = "utf-8"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the agent and remove the home with the key in it."""
        self._home.close()

    def make_key(self, name: str, address: str) -> OwnKey:
        """A new ed25519/cv25519 key pair for `name <address>`, without passphrase and end.

        It has no passphrase because it is kept in the encrypted database only. What would
        forge an address or a comment is left out of the name. Raises InputError
        `address-wrong`, SealwellError `gpg-failed`.
        """
        if mailbox(address) is None:
            raise InputError("address-wrong")
        plain = clean(name.translate(_NOT_IN_NAMES), 100) or address.partition("@")[0]
        wishes = self._gpg.gen_key_input(
            key_type="eddsa",
            key_curve="ed25519",
            key_usage="sign",
            subkey_type="ecdh",
            subkey_curve="cv25519",
            subkey_usage="encrypt",
            name_real=plain,
            name_email=address,
            expire_date=0,
            no_protection=True,
        )
        made = self._gpg.gen_key(wishes)
        if not made.fingerprint:
            raise SealwellError("gpg-failed")
        secret = self._gpg.export_keys(made.fingerprint, secret=True, armor=False, expect_passphrase=False)
        public = self._gpg.export_keys(made.fingerprint, armor=False)
        if not secret or not public:
            raise SealwellError("gpg-failed")
        return OwnKey(made.fingerprint, bytes(secret), bytes(public), revocation_of(bytes(secret)))

    def rotate(self, old: bytes) -> OwnKey:
        """A new key for the name and address of the secret key `old`.

        The old one stays good for reading: hand both to `open`. Raises as `make_key`, and
        VaultError `own-key-damaged`.
        """
        name, address = named(old)
        return self.make_key(name, address)

    def open(self, secret: bytes, *older: bytes) -> str:
        """Import the practice's key, and those that it replaced, to read what was sealed to them.

        The full fingerprint of the first. VaultError `own-key-damaged`, whichever it is.
        """
        first, *_ = [self._import(each) for each in (secret, *older)]
        return first

    def _import(self, secret: bytes) -> str:
        imported = self._gpg.import_keys(secret)
        if imported.sec_imported + imported.sec_dups != 1 or not imported.fingerprints:
            raise VaultError("own-key-damaged")
        return str(imported.fingerprints[0])

    def decrypt(self, data: bytes, senders: tuple[bytes, ...] = ()) -> Decrypted:
        """Open a message to the practice; all of it, or nothing at all.

        `senders` are binary public keys whose signature would count; they are on a key
        ring of their own for this one call. A message without integrity protection, with
        a bad signature, with more than one signature, or cut short is refused with
        InputError `message-unopenable`; nothing of it is handed out (gpg prints plaintext
        before it has checked it).
        """
        lines, code, plain = self._run(data, senders, ("--decrypt",))
        return _released(read_status(lines, code), plain)

    def verify(self, content: bytes, signature: bytes, senders: tuple[bytes, ...]) -> Verified:
        """Check a signature that stands beside `content` (RFC 3156 5): `senders` as in `decrypt`."""
        lines, code, _ = self._run(signature, senders, (*_NO_SHA1, "--verify"), beside=content)
        return read_verified(lines, code)

    def verify_text(self, text: bytes, senders: tuple[bytes, ...]) -> tuple[Verified, bytes]:
        """Check a text that is signed within itself (RFC 9580 7), and give what was signed of it."""
        lines, code, plain = self._run(text, senders, (*_NO_SHA1, "--decrypt"))
        return read_verified(lines, code), plain

    def _run(
        self, data: bytes, senders: tuple[bytes, ...], what: tuple[str, ...], beside: bytes | None = None
    ) -> tuple[bytes, int, bytes]:
        """The status lines, the exit code and what came out."""
        with self._home.scratch() as scratch:
            status, ring, other = scratch / "status", scratch / "senders.gpg", scratch / "content"
            ring.write_bytes(b"".join(senders))
            command = [self._program, "--homedir", str(self._home.path), *_QUIET, *_LIMITS]
            command += ["--keyring", str(ring), "--status-file", str(status), "--output", "-", *what]
            if beside is not None:
                other.write_bytes(beside)
                command += ["-", str(other)]
            try:
                ran = subprocess.run(command, input=data, capture_output=True, timeout=TIMEOUT, check=False)
            except subprocess.TimeoutExpired as problem:
                raise InputError("message-unopenable") from problem
            except OSError as problem:
                raise SealwellError("gpg-missing") from problem
            lines = status.read_bytes() if status.exists() else b""
        return lines, ran.returncode, ran.stdout


def _released(verdict: Verdict, data: bytes) -> Decrypted:
    if not verdict.opened:
        raise InputError("message-unopenable")
    return Decrypted(data, verdict.signer, verdict.valid)
