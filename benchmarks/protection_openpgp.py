"""OpenPGP in bulk: what a send signs and encrypts in process, and python-gnupg's process a message.

Both take the same payloads of 10 KB to the same recipients with the same signing key, one recipient a
message; python-gnupg has the recipients imported already. Its time is measured over fewer messages.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import gnupg

from benchmarks._measure import Table, Target, scratch, timed
from desktop.clock import SystemClock
from desktop.crypto.openpgp import OwnKeyring
from desktop.crypto.openpgp_facts import inspect_openpgp
from desktop.crypto.openpgp_seal import OpenPgpSealer
from desktop.mail import mime

ROUNDS = 5
OURS = 400
THEIRS = 12
RECIPIENTS = 10
SIZE = 7_500
"""Octets of text; with header and encoding 10 KB."""


def payload(number: int) -> bytes:
    sentence = f"Ana, your visit {number} is on Tuesday at 14:30; please bring your card. Ñandú.\n"
    header = (("Subject", "Your visit"), ("To", "reader@example.org"))
    entity = mime.text_entity(sentence * (SIZE // len(sentence)), legacy_subject="Your visit")
    return bytes(mime.protected(entity, header, header))


def recipients(gpg: gnupg.GPG, algorithm: str, count: int) -> list[tuple[str, bytes]]:
    made = []
    for number in range(count):
        command = ["gpg", "--homedir", gpg.gnupghome, "--batch", "--pinentry-mode", "loopback"]
        command += ["--passphrase", "", "--quick-gen-key", f"R <{algorithm}-{number}@example.org>"]
        usage = "sign,encrypt" if algorithm.startswith("rsa") else "default"
        subprocess.run([*command, algorithm, usage, "never"], capture_output=True, check=True, timeout=120)
        fingerprint = gpg.list_keys()[-1]["fingerprint"]
        key = gpg.export_keys(fingerprint, armor=False)
        made.append((fingerprint, inspect_openpgp(bytes(key), SystemClock().now()).data))
    return made


def measure(table: Table, home: Path, name: str, algorithm: str, target: Target | None) -> None:
    gpg = gnupg.GPG(gnupghome=str(home))
    with OwnKeyring() as ring:
        own = ring.make_key("Practice", "front@practice.example")
    gpg.import_keys(own.secret)
    readers = recipients(gpg, algorithm, RECIPIENTS)
    letters = [payload(number) for number in range(OURS)]
    sealer = OpenPgpSealer(own.secret)

    def ours() -> None:
        for number, letter in enumerate(letters):
            fingerprint, key = readers[number % RECIPIENTS]
            sealer.seal(letter, key, fingerprint)

    def theirs() -> None:
        for number, letter in enumerate(letters[:THEIRS]):
            fingerprint, _ = readers[number % RECIPIENTS]
            done = gpg.encrypt(letter, fingerprint, sign=own.fingerprint, always_trust=True)
            assert done.ok, done.status

    theirs()
    rates, anchor = [], []
    for _ in range(ROUNDS):
        rates.append(OURS / timed(ours))
        anchor.append(THEIRS / timed(theirs))
    table.line(name, rates, anchor, unit="a second", target=target)


def main() -> int:
    # Where developers set it, each error inside the library costs a walk of the stack.
    os.environ["RUST_BACKTRACE"] = "0"
    table = Table(
        f"OpenPGP: signed and encrypted, {len(payload(0)):,} octets, {ROUNDS} rounds of {OURS}",
        f"python-gnupg, a process for each of {THEIRS} messages a round",
    )
    for name, algorithm, target in (
        ("to cv25519", "future-default", Target(20, at_most=False)),
        ("to RSA-3072", "rsa3072", None),
    ):
        # gpg's agent needs a short path; `scratch` gives one.
        with scratch() as folder:
            try:
                measure(table, folder, name, algorithm, target)
            finally:
                subprocess.run(
                    ["gpgconf", "--homedir", str(folder), "--kill", "all"], check=False, timeout=30
                )
    return table.end()


if __name__ == "__main__":
    sys.exit(main())
