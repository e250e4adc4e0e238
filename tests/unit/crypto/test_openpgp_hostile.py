"""Key files that somebody made to do harm: each gets a reason or an error, soon."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pysequoia import Cert, CipherSuite, Profile, Tsk
from pysequoia.packet import Packet, PacketPile, Tag

from desktop.crypto.keyrecord import MAX_KEY_BYTES
from desktop.crypto.openpgp_facts import (
    MAX_NAMES,
    address_in,
    inspect_openpgp,
    narrowed,
    sealable,
    split_openpgp,
)
from desktop.errors import InputError

NOW = datetime.fromtimestamp(1_900_000_000, UTC)
PATIENCE = 5.0
"""Seconds for any single file, on a busy machine."""
KEY, SUBKEY, USER_ID, ATTRIBUTE = 6, 14, 13, 17


def made(*user_ids: str, suite: CipherSuite = CipherSuite.Cv25519, v6: bool = False) -> bytes:
    profile = Profile.RFC9580 if v6 else Profile.RFC4880
    key = Tsk.generate(user_ids=list(user_ids), profile=profile, cipher_suite=suite, validity_seconds=None)
    return bytes(key.extract_certificate())


def packet(tag: int, body: bytes) -> bytes:
    return bytes([0xC0 | tag, 0xFF]) + len(body).to_bytes(4, "big") + body


def raw(packets: list[Packet]) -> bytes:
    return b"".join(packet(int(each.tag), bytes(each.body)) for each in packets)


def parts(key: bytes) -> list[Packet]:
    return list(PacketPile.from_bytes(key))


def outcome(data: bytes) -> str | None:
    """The reason or the error's code, within time; any other exception fails the test."""
    began = time.monotonic()
    try:
        reason = inspect_openpgp(data, NOW).reason
    except InputError as problem:
        reason = problem.code
    assert time.monotonic() - began < PATIENCE
    return reason


GOOD = made("Maria <maria@example.org>")


def many_names() -> bytes:
    return made(*(f"N{n} <n{n}@example.org>" for n in range(2_000)))


def one_name_four_thousand_times() -> bytes:
    head, direct, name, signature, *_ = parts(GOOD)
    return raw([head, direct] + [name, signature] * 2_000)


def four_thousand_signatures() -> bytes:
    return raw(parts(GOOD)[:3] + [parts(GOOD)[3]] * 4_000)


def false_subkeys() -> bytes:
    """As many subkeys and bindings as are looked at, none of which verifies."""
    forged = b""
    for number in range(64):
        subkey = bytearray(parts(GOOD)[-2].body)
        subkey[4] ^= number + 1
        binding = bytes(parts(GOOD)[-1].body[:-1])
        forged += packet(SUBKEY, bytes(subkey)) + b"".join(packet(2, binding + bytes([n])) for n in range(16))
    return raw(parts(GOOD)[:4]) + forged


def huge_name() -> bytes:
    return raw(parts(GOOD)[:2]) + packet(USER_ID, b"A" * 900_000)


def version_3() -> bytes:
    numbers = b"\x08\x00" + b"\xff" * 256 + b"\x00\x11\x01\x00\x01"
    return packet(KEY, b"\x03" + (10**9).to_bytes(4, "big") + b"\0\0\1" + numbers)


def dsa(algorithm: int = 17, bits: int = 2048) -> bytes:
    number = bits.to_bytes(2, "big") + b"\xff" * (bits // 8)
    return packet(KEY, b"\x04" + (10**9).to_bytes(4, "big") + bytes([algorithm]) + number * 4)


def unknown_algorithm() -> bytes:
    return packet(KEY, b"\x04" + (10**9).to_bytes(4, "big") + b"\x63" + b"x" * 64) + packet(
        USER_ID, b"a@b.example"
    )


def cut_lengths() -> bytes:
    return b"\xc6\xff\xff\xff\xff\xff" + b"x" * 100


def endless_partial() -> bytes:
    return b"\xc6" + b"\xe0x" * 100_000


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (many_names, {"too-many-names"}),
        (one_name_four_thousand_times, {"cannot-encrypt", "too-many-names"}),
        (four_thousand_signatures, {"cannot-encrypt"}),
        (false_subkeys, {"cannot-encrypt"}),
        (huge_name, {"cannot-encrypt"}),
        (version_3, {"key-unreadable"}),
        (dsa, {"cannot-encrypt", "key-unreadable"}),
        (lambda: dsa(16), {"cannot-encrypt", "key-unreadable"}),
        (lambda: dsa(17, 1024), {"weak-key", "key-unreadable", "cannot-encrypt"}),
        (unknown_algorithm, {"cannot-encrypt", "key-unreadable"}),
        (cut_lengths, {"key-unreadable"}),
        (endless_partial, {"key-unreadable"}),
        (lambda: bytes(MAX_KEY_BYTES), {"key-unreadable"}),
        (lambda: packet(60, b"x" * 100) * 9_000, {"key-unreadable"}),
        (lambda: GOOD * 500, {None, "several-keys", "cannot-encrypt"}),
        (lambda: b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n" * 20_000, {"key-unreadable"}),
    ],
)
def test_each_hostile_key_has_its_answer_in_time(
    make: Callable[[], bytes], expected: set[str | None]
) -> None:
    assert outcome(make()) in expected


def test_two_hundred_names_are_read() -> None:
    key = made(*(f"n{n}@example.org" for n in range(MAX_NAMES)))
    assert len(inspect_openpgp(key, NOW).addresses) == MAX_NAMES


@pytest.mark.parametrize("suite", [CipherSuite.Cv448, CipherSuite.P521, CipherSuite.RSA2k])
@pytest.mark.parametrize("v6", [False, True])
def test_rarer_kinds_of_keys_are_usable(suite: CipherSuite, v6: bool) -> None:
    assert inspect_openpgp(made("Maria <maria@example.org>", suite=suite, v6=v6), NOW).usable


def test_packets_that_nobody_knows_are_passed_over_and_not_kept() -> None:
    packets = parts(GOOD)
    strange = (
        raw(packets[:4]) + packet(60, b"private") * 500 + packet(ATTRIBUTE, b"\x02\x01x") + raw(packets[4:])
    )
    facts = inspect_openpgp(strange, NOW)
    assert (facts.usable, facts.data) == (True, inspect_openpgp(GOOD, NOW).data)


@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        ("Mar\u202eia\n <maria@example.org>", ("maria@example.org",)),
        ("Maria <maria@example.org>\n<evil@example.org>", ()),
        ("<maria@example.org\n>", ()),
        ("<ma\u202eria@example.org>", ()),
        ("<maria@exam\u200bple.org>", ("maria@example.org",)),
        ("<maria@\u0435xample.org>", ("maria@xn--xample-2of.org",)),
        ("\x00<maria@example.org>", ("maria@example.org",)),
        ("<maria@example.org\x00>", ()),
        ("<maria@example.org,evil@example.org>", ()),
        ("maria@example.org" + "x" * 400, ()),
        ("<" * 1000 + "maria@example.org>", ()),
    ],
)
def test_names_that_play_with_the_eye_give_their_true_address_or_none(
    name: str, addresses: tuple[str, ...]
) -> None:
    assert inspect_openpgp(made(name), NOW).addresses == addresses


def test_a_key_is_narrowed_to_one_address_and_stays_usable() -> None:
    key = made("Maria <maria@example.org>", "Maria <maria@work.example>", "nobody")
    alone = narrowed(key, "maria@work.example")
    assert alone is not None
    facts = inspect_openpgp(alone, NOW)
    assert (facts.usable, facts.addresses) == (True, ("maria@work.example",))
    assert [each.tag for each in parts(alone)].count(Tag.UserID) == 1
    assert narrowed(key, "maria@example.com") is None
    with pytest.raises(InputError, match="key-unreadable"):
        narrowed(b"hello", "maria@example.org")


def test_only_so_many_keys_of_a_file_are_split() -> None:
    several = b"".join(made(f"n{n}@example.org") for n in range(25))
    assert len(split_openpgp(several)) == 20
    assert split_openpgp(GOOD)[0] == bytes(Cert.from_bytes(GOOD))
    with pytest.raises(InputError, match="key-unreadable"):
        split_openpgp(b"\xff\xff")


def test_random_bytes_and_shuffled_packets_raise_nothing_else() -> None:
    chance = random.Random(5)
    sources = [
        parts(GOOD),
        parts(made("a@example.org", suite=CipherSuite.Cv448)),
        parts(made("b@x.example", v6=True)),
    ]
    for _ in range(150):
        pieces = [raw([each]) for each in chance.choice(sources)]
        chance.shuffle(pieces)
        mixed = bytearray(b"".join(pieces[: chance.randrange(1, len(pieces) + 1)]))
        for _ in range(chance.randrange(3)):
            mixed[chance.randrange(len(mixed))] = chance.randrange(256)
        outcome(bytes(mixed))
        outcome(bytes([0x80 | chance.randrange(128)]) + chance.randbytes(chance.randrange(1, 400)))


def test_the_two_readings_of_a_key_agree_where_it_is_honest() -> None:
    """Before sealing a lone binding is not tried: what is cut out must be the same."""
    facts = inspect_openpgp(GOOD, NOW + timedelta(days=1))
    again = sealable(facts.data, NOW + timedelta(days=1))
    assert bytes(again.certificate) == facts.data


@pytest.mark.parametrize(
    "text", ["", "<>", "@", "<@>", "a@b", "\udcff@example.org", "é" * 500 + "@example.org"]
)
def test_no_text_makes_an_address_of_itself(text: str) -> None:
    assert address_in(text) is None
