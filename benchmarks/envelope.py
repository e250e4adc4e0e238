"""Locked files a second with the person's key derived once, and the two things around it.

The anchor is what the cipher and the derivation of its keys cost for the same bytes:
two HKDFs, one AES-256-GCM. A PDF stands beside an empty one that is locked as well; the key
of a card has a line of its own.
"""

from __future__ import annotations

import random
import secrets
import sys
from datetime import date
from io import BytesIO

import pikepdf
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from benchmarks._measure import Table, Target, timed
from desktop.crypto.envelope import (
    ROUNDS,
    Attachment,
    EnvelopeContent,
    EnvelopeWords,
    derive_person_key,
    new_passphrase,
    new_salt,
    seal_envelope,
)
from desktop.crypto.envelope_content import pack
from desktop.crypto.envelope_pdf import PdfWords, seal_pdf
from desktop.crypto.envelope_reply import new_reply_keys
from desktop.texts import Texts

EACH = 400
PDFS = 10
SETS = 7
TEXT = "Dear Maria,\n\nwe expect you on Tuesday at 14:30. Please bring your insurance card.\n" * 12


def main() -> int:
    table = Table(
        f"locked files of a letter of {len(TEXT):,} characters, {SETS} rounds of {EACH}",
        "two HKDF and one AES-256-GCM over the same bytes",
    )
    passphrase, salt = new_passphrase(random.Random(1)), new_salt()
    keys = [timed(lambda: derive_person_key(passphrase, salt)) * 1000 for _ in range(3)]
    key = derive_person_key(passphrase, salt)
    words = EnvelopeWords.of(Texts("es"), "Clínica Sol & Mar", "555 0100")
    reply = new_reply_keys().public
    day = date(2026, 12, 31)
    for name, letter in (
        ("HTML, letter", EnvelopeContent("Your visit", TEXT)),
        ("HTML, and 100 kB", EnvelopeContent("s", TEXT, "", (Attachment("a", "b", bytes(100_000)),))),
    ):
        ours, anchor = [], []
        plain = pack(letter)
        for _ in range(SETS):
            files = timed(lambda: [_sealed(key, salt, letter, words, day, reply) for _ in range(EACH)])  # noqa: B023
            ours.append(EACH / files)
            anchor.append(EACH / timed(lambda: [_bare(key, plain) for _ in range(EACH)]))  # noqa: B023
        target = Target(1000, "figure", at_most=False) if name == "HTML, letter" else None
        table.line(name, ours, anchor, unit="file/s", target=target)
    around = PdfWords.of(Texts("es"), "Clínica Sol & Mar")
    letter = EnvelopeContent("Your visit", TEXT)
    seal_pdf(letter, passphrase, around)  # cuts the fonts down, once per process
    pdfs, empty = [], []
    for _ in range(SETS):
        pdfs.append(PDFS / timed(lambda: [seal_pdf(letter, passphrase, around) for _ in range(PDFS)]))
        empty.append(PDFS / timed(lambda: [_locked_page(passphrase) for _ in range(PDFS)]))
    table.line("PDF, beside an empty one", pdfs, empty, unit="file/s", target=Target(0.7, at_most=False))
    table.line(f"a card's key, {ROUNDS:,} rounds, once", keys, unit="ms")
    return table.end()


def _sealed(
    key: bytes, salt: bytes, letter: EnvelopeContent, words: EnvelopeWords, day: date, reply: bytes
) -> bytes:
    return seal_envelope(
        key, salt, ROUNDS, letter, words, phrase="blue heron", expires=day, reply_key=reply, reply_to="a@b.c"
    )


def _locked_page(password: str) -> bytes:
    """What pikepdf takes for a page with nothing on it: the hash of revision 6, above all."""
    made = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(made, encryption=pikepdf.Encryption(owner=password, user=password, R=6))
    return made.getvalue()


def _bare(key: bytes, plain: bytes) -> bytes:
    file = secrets.token_bytes(32)
    HKDF(SHA256(), 32, file, b"check").derive(key)
    sealing = HKDF(SHA256(), 32, file, b"file").derive(key)
    return AESGCM(sealing).encrypt(secrets.token_bytes(12), plain, file)


if __name__ == "__main__":
    sys.exit(main())
