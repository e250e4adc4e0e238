"""G3: what is sealed for OpenPGP is opened and verified, to the byte, by gpg, sq and OpenPGP.js.

And the other way round: what they seal to the practice's key opens here (ADR 0001).
"""

from __future__ import annotations

import hashlib
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pysequoia import Cert, Tsk, decrypt, encrypt

from desktop.clock import SystemClock
from desktop.crypto.openpgp import OwnKey, OwnKeyring
from desktop.crypto.openpgp_facts import inspect_openpgp
from desktop.crypto.openpgp_seal import OpenPgpSealer
from desktop.errors import InputError
from desktop.mail import mime
from desktop.mail.mime import Attachment
from tests.support.gpg import Correspondents
from tests.support.openpgp_readers import Opened, armored_part, by_gpg, by_openpgp_js, by_sq

BUDGET, FULL = 12, 300
LARGEST = 10_000_000
KINDS = {
    "cv25519": ("future-default", "default"),
    "rsa3072": ("rsa3072", "sign,encrypt"),
    "rsa4096": ("rsa4096", "sign,encrypt"),
    "nistp256": ("nistp256", "cert,sign"),
}
WORDS = (
    "María",
    "血圧",
    "Überweisung",
    "ok.",
    "From here",
    "From ",
    ".",
    "=20",
    "🩺",
    "-----BEGIN",
    "\u202ex",
    "a\r",
)
HEADER = (
    ("From", "Practice <front@practice.example>"),
    ("To", "maria@example.org"),
    ("Subject", "Message from Practice"),
)
LETTER = b"Content-Type: text/plain; charset=utf-8\r\n\r\nMartes, 14:30 \xe2\x9c\x93\r\n"


@dataclass(frozen=True)
class Recipient:
    fingerprint: str
    key: bytes
    secret: Path


@dataclass(frozen=True)
class World:
    """The practice's key and sealer, recipients by kind of key, and a folder for what programs exchange."""

    own: OwnKey
    sealer: OpenPgpSealer
    people: Correspondents
    recipients: dict[str, Recipient]
    folder: Path

    @property
    def signer(self) -> Path:
        return self.folder / "practice.pgp"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = Path(tempfile.mkdtemp(prefix="g3-"))
    home.chmod(0o700)
    people, folder = Correspondents(home), tmp_path_factory.mktemp("g3")
    with OwnKeyring() as ring:
        own = ring.make_key("Practice", "front@practice.example")
    people.run("--import", data=own.public)
    (folder / "practice.pgp").write_bytes(own.public)
    recipients = {}
    for kind, (algorithm, usage) in KINDS.items():
        fingerprint = people.make(f"Reader <{kind}@example.org>", algorithm, usage)
        if kind.startswith("nist"):
            people.run("--quick-add-key", fingerprint, kind, "encr", "never")
        secret = folder / f"{kind}.secret"
        secret.write_bytes(people.secret(fingerprint))
        facts = inspect_openpgp(people.public(fingerprint), SystemClock().now())
        recipients[kind] = Recipient(fingerprint, facts.data, secret)
    yield World(own, OpenPgpSealer(own.secret), people, recipients, folder)
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=True, timeout=30)
    shutil.rmtree(home, ignore_errors=True)


def payload(chance: random.Random, size: int) -> bytes:
    """What `mail/sealing.py` hands to the sealer: true header, text, perhaps HTML, files of `size` octets."""
    text = "\n".join(" ".join(chance.choices(WORDS, k=9)) for _ in range(chance.randrange(40)))
    files = []
    for number in range(chance.randrange(1, 4) if size else 0):
        name = "".join(chance.choices("aábcñ血 _.-'\"", k=chance.choice((3, 35, 120)))) + f"{number}.pdf"
        files.append(Attachment(name, chance.randbytes(size // (number + 1))))
    html = chance.choice((None, "<p>ñ</p>"))
    entity = mime.text_entity(text, html, tuple(files), legacy_subject="Su cita")
    return bytes(mime.protected(entity, (("Subject", "Su cita"), *HEADER[:2]), HEADER))


def sizes(chance: random.Random, count: int, largest: int) -> list[int]:
    """Most are as mail is, every tenth is without files, every twentieth as large as may be."""
    return [
        0 if n % 10 == 0 else largest if n % 20 == 7 else int(10 ** chance.uniform(1, 6))
        for n in range(count)
    ]


def hold(world: World, count: int, largest: int) -> None:
    chance = random.Random(3)
    wanted: list[Opened] = []
    jobs: list[tuple[Path, Path, Path]] = []
    for number, size in enumerate(sizes(chance, count, largest)):
        kind = list(world.recipients)[number % len(world.recipients)]
        reader = world.recipients[kind]
        plain = payload(chance, size)
        sealed = world.sealer.seal(plain, reader.key, reader.fingerprint)
        armored = armored_part(mime.outer(HEADER, mime.pgp_encrypted(sealed)))
        expected = Opened(hashlib.sha256(plain).hexdigest(), world.own.fingerprint)
        assert by_gpg(world.people, armored) == expected, (number, kind, "gpg")
        by_sequoia = by_sq(world.folder, armored, reader.secret, world.signer, world.own.fingerprint)
        assert by_sequoia == expected, (number, kind, "sq")
        message = world.folder / f"{number}.asc"
        message.write_bytes(armored)
        jobs.append((message, reader.secret, world.signer))
        wanted.append(expected)
        if len(jobs) == 20 or number == count - 1:
            assert by_openpgp_js(jobs) == wanted, (number, "OpenPGP.js")
            for written, *_ in jobs:
                written.unlink()
            jobs, wanted = [], []


def test_g3_openpgp_is_opened_and_verified_by_gpg_sq_and_openpgp_js(world: World) -> None:
    hold(world, BUDGET, 300_000)


@pytest.mark.soak
def test_g3_three_hundred_openpgp_messages_up_to_ten_megabytes(world: World) -> None:
    hold(world, FULL, LARGEST)


def test_g3_a_changed_message_satisfies_none_of_them(world: World) -> None:
    reader = world.recipients["cv25519"]
    sealed = world.sealer.seal(LETTER, reader.key, reader.fingerprint)
    lines = sealed.split(b"\n")
    middle = len(lines) // 2
    lines[middle] = lines[middle][:10] + (b"A" if lines[middle][10:11] != b"A" else b"B") + lines[middle][11:]
    changed = b"\n".join(lines)
    with pytest.raises((AssertionError, ValueError)):
        by_gpg(world.people, changed)
    with pytest.raises(AssertionError):
        by_sq(world.folder, changed, reader.secret, world.signer, world.own.fingerprint)
    (world.folder / "changed.asc").write_bytes(changed)
    with pytest.raises(AssertionError):
        by_openpgp_js([(world.folder / "changed.asc", reader.secret, world.signer)])


def test_g3_another_signer_satisfies_none_of_them(world: World) -> None:
    with OwnKeyring() as ring:
        other = ring.make_key("Somebody", "front@practice.example")
    reader = world.recipients["rsa3072"]
    foreign = OpenPgpSealer(other.secret).seal(LETTER, reader.key, reader.fingerprint)
    with pytest.raises((AssertionError, ValueError)):
        by_gpg(world.people, foreign)
    with pytest.raises(AssertionError):
        by_sq(world.folder, foreign, reader.secret, world.signer, world.own.fingerprint)
    (world.folder / "foreign.asc").write_bytes(foreign)
    with pytest.raises(AssertionError):
        by_openpgp_js([(world.folder / "foreign.asc", reader.secret, world.signer)])


@pytest.mark.parametrize("kind", KINDS)
def test_g3_what_gpg_seals_and_signs_pysequoia_opens(world: World, kind: str) -> None:
    """gpg's compressed messages hide their signature from it (ADR 0001), so its verdict is gpg's alone."""
    reader = world.recipients[kind]
    sealed = world.people.run(
        "-r", reader.fingerprint, "--local-user", reader.fingerprint, "--sign", "--encrypt", data=LETTER
    ).stdout
    assert decrypt(sealed, Tsk.from_bytes(reader.secret.read_bytes()).decryptor()).bytes == LETTER


def test_g3_what_pysequoia_seals_to_the_practice_its_gpg_opens_and_verifies(world: World) -> None:
    sender = world.recipients["nistp256"]
    signer = Tsk.from_bytes(sender.secret.read_bytes()).signer()
    sealed = encrypt(LETTER, recipients=[Cert.from_bytes(world.own.public)], signer=signer)
    with OwnKeyring() as ring:
        ring.open(world.own.secret)
        opened = ring.decrypt(sealed, (sender.key,))
    assert (opened.data, opened.signer, opened.valid) == (LETTER, sender.fingerprint, True)


def test_g3_what_sq_seals_to_the_practice_its_gpg_opens_and_verifies(world: World) -> None:
    sender = world.recipients["rsa3072"]
    command = ["sq", "encrypt", "--recipient-cert", str(world.signer), "--signer-key", str(sender.secret)]
    sealed = subprocess.run(command, input=LETTER, capture_output=True, check=True, timeout=60).stdout
    with OwnKeyring() as ring:
        ring.open(world.own.secret)
        opened = ring.decrypt(sealed, (world.people.public(sender.fingerprint),))
    assert (opened.data, opened.signer, opened.valid) == (LETTER, sender.fingerprint, True)


def test_brainpool_keys_are_refused_with_a_reason_until_the_library_seals_to_them(world: World) -> None:
    """When this fails, a newer pysequoia has learned the curves: they belong into KINDS then."""
    key = world.people.make("Reader <brain@example.org>", "brainpoolP256r1", "cert,sign")
    world.people.run("--quick-add-key", key, "brainpoolP256r1", "encr", "never")
    public = world.people.public(key)
    assert inspect_openpgp(public, SystemClock().now()).reason == "cannot-encrypt"
    with pytest.raises(InputError, match="key-unusable"):
        world.sealer.seal(LETTER, public, key)
