"""G4 for S/MIME: what is sealed is opened and verified, to the byte, by OpenSSL and by NSS.

NSS 3.87 (Debian 12) neither writes nor reads ECDH recipients or AES-GCM, whoever wrote
them; of such messages it verifies the signature that OpenSSL took out.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from desktop.clock import SystemClock
from desktop.crypto.smime import AES_GCM, Identity, SmimeSealer, make_identity
from desktop.mail import mime
from desktop.mail.mime import Attachment
from tests.support.smime_readers import CURVES, Nss, OpenSsl, certify, identity, inner_cms

BUDGET, FULL = 16, 300
LARGEST = 10_000_000
WORDS = (
    "Maria",
    "Núñez",
    "血圧",
    "Überweisung",
    "ok.",
    "From here",
    ".",
    "=20",
    "🩺",
    "1961",
    "\u202eabc",
    "--",
)


@dataclass(frozen=True)
class Practice:
    """The senders (RSA and EC), the recipients by kind, and both programs."""

    senders: tuple[tuple[SmimeSealer, OpenSsl], ...]
    recipients: tuple[tuple[str, Identity, OpenSsl], ...]
    nss: Nss
    now: datetime


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    folder, now = tmp_path_factory.mktemp("smime"), SystemClock().now()
    nss = Nss(folder / "nss")
    senders = []
    curve_key = ec.generate_private_key(ec.SECP256R1())
    for name, own in (
        ("rsa-sender", make_identity("Practice", "front@practice.example", now)),
        ("ec-sender", identity(curve_key, certify(curve_key, "lab@practice.example", now))),
    ):
        nss.trust(name, own.cert_der)
        senders.append((SmimeSealer(own), OpenSsl(folder, name, own)))
    patient = make_identity("Maria", "maria@example.org", now)
    nss.own("patient", patient)
    recipients = [("rsa", patient, OpenSsl(folder, "rsa", patient))]
    for curve in CURVES:
        key = ec.generate_private_key(curve)
        own = identity(key, certify(key, f"{curve.name}@example.org", now))
        recipients.append((curve.name, own, OpenSsl(folder, curve.name, own)))
    return Practice(tuple(senders), tuple(recipients), nss, now)


def letter(chance: random.Random, size: int) -> bytes:
    """A payload as the program writes it: text, HTML, attachments of `size` octets together."""
    text = "\n".join(" ".join(chance.choices(WORDS, k=9)) for _ in range(chance.randrange(40)))
    files = []
    for number in range(chance.randrange(1, 4) if size else 0):
        name = "".join(chance.choices("aábcñ血 _.-'\"", k=chance.choice((3, 35, 120)))) + f"{number}.pdf"
        files.append(Attachment(name, chance.randbytes(size // (number + 1))))
    html = chance.choice((None, "<p>ñ</p>"))
    entity = mime.text_entity(text, html, tuple(files), legacy_subject="Su cita")
    inner = (("Subject", "Su cita"), ("Message-ID", "<1@practice.example>"))
    return bytes(mime.protected(entity, inner, (("Subject", "[...]"),)))


def sizes(chance: random.Random, count: int, largest: int) -> list[int]:
    """Most are as mail is, every tenth is empty of files, every twentieth as large as may be."""
    return [
        0 if n % 10 == 0 else largest if n % 20 == 7 else int(10 ** chance.uniform(1, 6))
        for n in range(count)
    ]


def hold(practice: Practice, count: int, largest: int) -> None:
    chance = random.Random(4)
    for number, size in enumerate(sizes(chance, count, largest)):
        kind, recipient, reader = practice.recipients[(number // 2) % 2 and chance.randrange(1, 4)]
        sealer, signer = practice.senders[number % 2]
        capabilities = (AES_GCM,) if number % 5 == 4 else ()
        payload = letter(chance, size)
        sealed = sealer.seal(payload, recipient.cert_der, capabilities)
        entity = reader.open(sealed)
        assert signer.verify(entity, practice.now) == payload, (number, kind, "OpenSSL")
        if kind == "rsa" and not capabilities:
            assert practice.nss.read(sealed) == entity, (number, "NSS opens")
        assert practice.nss.read(inner_cms(entity)) == payload, (number, kind, "NSS verifies")


def test_g4_smime_is_opened_and_verified_by_openssl_and_nss(practice: Practice) -> None:
    hold(practice, BUDGET, 300_000)


@pytest.mark.soak
def test_g4_three_hundred_smime_messages_up_to_ten_megabytes(practice: Practice) -> None:
    hold(practice, FULL, LARGEST)


def test_an_altered_signature_satisfies_neither_program(practice: Practice) -> None:
    for sealer, signer in practice.senders:
        entity = sealer.sign(b"Content-Type: text/plain\r\n\r\nAt 14:30\r\n")
        altered = inner_cms(entity).replace(b"14:30", b"14:45")
        with pytest.raises(RuntimeError):
            practice.nss.read(altered)
        with pytest.raises(RuntimeError):
            signer.verify(mime.outer((), mime.smime_enveloped(altered, "signed-data")), practice.now)


def test_what_nss_cannot_open_it_cannot_open_from_openssl_either(practice: Practice, tmp_path: Path) -> None:
    """When this fails, a newer NSS has learned it: the guide may promise more."""
    kind, recipient, reader = practice.recipients[1]
    practice.nss.own(kind, recipient)
    foreign = OpenSsl._run(
        "-encrypt", "-aes256", "-outform", "DER", "-recip", reader.certificate, data=b"hello\r\n"
    )
    assert reader.open(foreign) == b"hello\r\n"
    ours = practice.senders[0][0].seal(b"Content-Type: text/plain\r\n\r\nhello\r\n", recipient.cert_der)
    for sealed in (foreign, ours):
        with pytest.raises(RuntimeError, match="BAD_DER"):
            practice.nss.read(sealed)
