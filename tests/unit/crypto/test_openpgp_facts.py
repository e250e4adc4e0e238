"""Key files as gpg writes them, inspected."""

from __future__ import annotations

import random
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from pysequoia import Cert, Profile, Tsk
from pysequoia.packet import PacketPile, Tag

from desktop.crypto.keyrecord import MAX_KEY_BYTES, mailbox
from desktop.crypto.openpgp_facts import inspect_openpgp, sealable
from desktop.errors import InputError

if TYPE_CHECKING:
    from tests.support.gpg import Correspondents

NOW = datetime.fromtimestamp(4_000_000_000, UTC)
"""Long after every key here was made; keys without an end are good."""


@pytest.fixture(scope="module")
def good(people: Correspondents) -> bytes:
    return people.public(people.make("Maria Lopez <Maria.Lopez@EXAMPLE.org>"))


def test_a_good_key_is_usable_with_its_address_and_full_fingerprint(
    people: Correspondents, good: bytes
) -> None:
    facts = inspect_openpgp(good, NOW)
    assert (facts.usable, facts.reason, facts.kind) == (True, None, "openpgp")
    assert facts.addresses == ("Maria.Lopez@example.org",)
    assert facts.fingerprint == people.fingerprint("Maria Lopez <Maria.Lopez@EXAMPLE.org>")
    assert facts.expires is None
    assert inspect_openpgp(facts.data, NOW) == facts


def test_an_armored_key_inside_a_letter_is_read(good: bytes) -> None:
    letter = b"Hello, here is my key.\r\n\r\n" + str(Cert.from_bytes(good)).encode() + b"\r\nMaria\r\n"
    assert inspect_openpgp(letter, NOW).usable


def test_rsa_with_one_key_for_everything_is_usable(people: Correspondents) -> None:
    key = people.public(people.make("One <one@example.org>", "rsa2048", "sign,encrypt"))
    assert inspect_openpgp(key, NOW).usable


def test_an_expired_key_says_when_it_expired(people: Correspondents) -> None:
    key = people.public(people.make("Old <old@example.org>", "future-default", "default", "20301231T000000"))
    before = inspect_openpgp(key, datetime(2030, 12, 30, tzinfo=UTC))
    after = inspect_openpgp(key, datetime(2030, 12, 31, tzinfo=UTC))
    assert before.usable
    assert before.expires == after.expires == datetime(2030, 12, 31, tzinfo=UTC)
    assert (after.usable, after.reason, after.data) == (False, "expired", b"")


def test_a_key_whose_encryption_subkey_expired_is_expired(people: Correspondents) -> None:
    key = people.make("Sub <sub@example.org>", "ed25519", "default")
    people.run("--quick-add-key", key, "cv25519", "encr", "20301231T000000")
    assert inspect_openpgp(people.public(key), datetime(2031, 1, 1, tzinfo=UTC)).reason == "expired"


def test_an_expired_subkey_is_cut_off_where_another_one_lives(people: Correspondents) -> None:
    key = people.make("Two <two@example.org>", "ed25519", "default")
    people.run("--quick-add-key", key, "cv25519", "encr", "20301231T000000")
    people.run("--quick-add-key", key, "cv25519", "encr", "20351231T000000")
    facts = inspect_openpgp(people.public(key), datetime(2031, 1, 1, tzinfo=UTC))
    assert facts.usable
    assert facts.expires == datetime(2035, 12, 31, tzinfo=UTC)
    assert [p.tag for p in PacketPile.from_bytes(facts.data)].count(Tag.PublicSubkey) == 1


def test_a_revoked_key_is_refused(people: Correspondents) -> None:
    key = people.make("Gone <gone@example.org>")
    prepared = (people.home / "openpgp-revocs.d" / f"{key}.rev").read_bytes().replace(b":-----", b"-----")
    people.run("--import", data=prepared)
    facts = inspect_openpgp(people.public(key), NOW)
    assert (facts.usable, facts.reason) == (False, "revoked")


def test_a_revoked_encryption_subkey_is_refused(people: Correspondents) -> None:
    key = people.make("Revsub <revsub@example.org>")
    people.run("--command-fd", "0", "--edit-key", key, data=b"key 1\nrevkey\ny\n0\n\ny\nsave\n")
    with pytest.raises(InputError, match="key-unusable") as refused:
        sealable(people.public(key), NOW)
    assert refused.value.params == {"reason": "revoked"}


@pytest.mark.parametrize(
    ("who", "algorithm", "usage", "options", "reason"),
    [
        ("weak <weak@example.org>", "rsa1024", "default", (), "weak-key"),
        ("sign <sign@example.org>", "ed25519", "sign", (), "cannot-encrypt"),
        (
            "sha1 <sha1@example.org>",
            "rsa2048",
            "default",
            ("--cert-digest-algo", "SHA1", "--allow-weak-digest-algos"),
            "weak-signature",
        ),
        ("somebody without address", "future-default", "default", (), "key-without-address"),
        ("odd <a@example.org> <b@example.org>", "future-default", "default", (), "key-without-address"),
    ],
)
def test_a_key_that_cannot_be_used_says_why(
    people: Correspondents, who: str, algorithm: str, usage: str, options: tuple[str, ...], reason: str
) -> None:
    extra = ("--allow-freeform-uid",)
    key = people.public(people.make(who, algorithm, usage, "never", *extra, *options))
    facts = inspect_openpgp(key, NOW)
    assert (facts.usable, facts.reason, facts.data) == (False, reason, b"")


def test_a_weak_encryption_subkey_is_refused(people: Correspondents) -> None:
    key = people.make("Weaksub <weaksub@example.org>", "ed25519", "default")
    people.run("--quick-add-key", key, "rsa1024", "encr", "never")
    assert inspect_openpgp(people.public(key), NOW).reason == "weak-key"


def test_a_key_from_the_future_is_not_yet_valid(good: bytes) -> None:
    assert inspect_openpgp(good, datetime(2020, 1, 1, tzinfo=UTC)).reason == "not-yet-valid"


def test_a_secret_key_is_refused_and_nothing_of_it_is_kept(people: Correspondents, good: bytes) -> None:
    secret = people.secret(people.fingerprint("Maria Lopez <Maria.Lopez@EXAMPLE.org>"))
    for form in (secret, str(Tsk.from_bytes(secret)).encode()):
        facts = inspect_openpgp(form, NOW)
        assert (facts.usable, facts.reason, facts.data) == (False, "secret-key", b"")


def test_several_keys_in_one_file_are_refused(people: Correspondents, good: bytes) -> None:
    other = people.public(people.make("Other <other@example.org>"))
    facts = inspect_openpgp(good + other, NOW)
    assert (facts.usable, facts.reason, facts.data) == (False, "several-keys", b"")


def test_a_binding_by_a_stranger_does_not_make_a_key_usable(people: Correspondents, good: bytes) -> None:
    signer = people.public(people.make("Primary <primary@example.org>", "ed25519", "default"))
    stolen = list(PacketPile.from_bytes(good))
    assert stolen[3].tag == Tag.PublicSubkey
    forged = bytes(Cert.from_packets([*PacketPile.from_bytes(signer), stolen[3], stolen[4]]))
    assert inspect_openpgp(forged, NOW).reason == "cannot-encrypt"


def test_foreign_parts_are_not_kept(people: Correspondents, good: bytes) -> None:
    friend = people.make("Friend <friend@example.org>")
    people.run("--default-key", friend, "--quick-sign-key", inspect_openpgp(good, NOW).fingerprint)
    signed = people.public(inspect_openpgp(good, NOW).fingerprint)
    assert len(signed) > len(good)
    assert inspect_openpgp(signed, NOW) == inspect_openpgp(good, NOW)


def test_version_6_keys_are_usable() -> None:
    key = Tsk.generate("New <new@example.org>", profile=Profile.RFC9580).extract_certificate()
    facts = inspect_openpgp(bytes(key), NOW)
    assert facts.usable
    assert len(facts.fingerprint) == 64


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"hello",
        b"\x99\x00",
        b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n",
        "clé".encode("utf-16"),
    ],
)
def test_what_is_no_key_is_unreadable(data: bytes) -> None:
    with pytest.raises(InputError, match="key-unreadable"):
        inspect_openpgp(data, NOW)


def test_a_packet_that_would_unpack_to_gigabytes_is_unreadable() -> None:
    def packet(tag: int, body: bytes) -> bytes:
        return bytes([0xC0 | tag, 0xFF]) + len(body).to_bytes(4, "big") + body

    literal = packet(11, b"b\0\0\0\0\0" + bytes(100 * 1024 * 1024))
    pressed = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = packet(8, b"\x01" + pressed.compress(literal) + pressed.flush())
    with pytest.raises(InputError, match="key-unreadable"):
        inspect_openpgp(bomb, NOW)


def test_more_than_a_mebibyte_is_refused() -> None:
    with pytest.raises(InputError, match="key-too-large"):
        inspect_openpgp(bytes(MAX_KEY_BYTES + 1), NOW)


def test_damaged_keys_never_raise_anything_else(people: Correspondents, good: bytes) -> None:
    chance = random.Random(20261121)
    secret = people.secret(inspect_openpgp(good, NOW).fingerprint)
    armored = str(Cert.from_bytes(good)).encode()
    codes = set()
    for _ in range(1500):
        data = bytearray(chance.choice((good, secret, armored)))
        for _ in range(chance.choice((1, 1, 3, 12))):
            place = chance.randrange(len(data))
            if chance.random() < 0.7:
                data[place] ^= 1 << chance.randrange(8)
            else:
                del data[place : place + chance.randrange(1, 6)]
        codes.add(_outcome(bytes(data)))
    assert {"key-unreadable", "cannot-encrypt"} <= codes


def _outcome(data: bytes) -> str | None:
    """The reason or the error's code; any other exception fails the test."""
    try:
        return inspect_openpgp(data, NOW).reason
    except InputError as problem:
        return problem.code


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("a@example.org", "a@example.org"),
        ("O'Neil+x@Example.ORG", "O'Neil+x@example.org"),
        ("a@localhost", None),
        ("a b@example.org", None),
        ("a@example.org\n", None),
        ("a@@example.org", None),
        (".a@example.org", None),
        ('"a"@example.org', None),
        ("a@[127.0.0.1]", None),
        ("é@example.org", None),
        ("a@exämple.org", None),
        (f"{'a' * 65}@example.org", None),
    ],
)
def test_addresses_are_read_strictly(text: str, address: str | None) -> None:
    assert mailbox(text) == address


def test_the_end_is_the_earlier_of_key_and_subkey(people: Correspondents) -> None:
    key = people.make("Both <both@example.org>", "ed25519", "default", "20330101T000000")
    people.run("--quick-add-key", key, "cv25519", "encr", "20350101T000000")
    facts = inspect_openpgp(people.public(key), datetime(2031, 1, 1, tzinfo=UTC))
    assert facts.expires is not None
    assert abs(facts.expires - datetime(2033, 1, 1, tzinfo=UTC)) < timedelta(days=1)
