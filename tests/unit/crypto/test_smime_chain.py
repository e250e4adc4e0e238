"""Who vouches for a certificate, and what is wrong on the way up."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from desktop.crypto.smime_chain import MOST_ISSUERS, chain_of, split_chain
from desktop.errors import InputError
from tests.support.smime_readers import certify, der

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CA = x509.BasicConstraints(ca=True, path_length=None)
Key = ec.EllipticCurvePrivateKey


def new() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


ROOT_KEY, MIDDLE_KEY, KEY = new(), new(), new()
ROOT = certify(ROOT_KEY, "Root\u202e of all\n", NOW, None, CA)
MIDDLE = certify(MIDDLE_KEY, "Middle", NOW, (ROOT_KEY, ROOT), CA)
PERSON = certify(KEY, "maria@example.org", NOW, (MIDDLE_KEY, MIDDLE))


def told(
    certificate: x509.Certificate, *chain: x509.Certificate, at: datetime = NOW
) -> tuple[bool, str | None]:
    facts = chain_of(der(certificate), b"".join(map(der, chain)), at)
    return facts.complete, facts.problem


def test_a_chain_is_climbed_in_any_order() -> None:
    assert chain_of(der(PERSON), der(MIDDLE) + der(ROOT), NOW).issuer == "Middle"
    assert told(PERSON, MIDDLE, ROOT) == told(PERSON, ROOT, MIDDLE) == (True, None)
    assert told(PERSON, MIDDLE) == told(PERSON) == told(PERSON, ROOT) == (False, None)


def test_one_that_stands_alone_is_its_own_issuer() -> None:
    alone = certify(KEY, "maria@example.org", NOW)
    facts = chain_of(der(alone), b"", NOW)
    assert (facts.issuer, facts.complete, facts.problem) == ("maria@example.org", True, None)


def test_the_issuers_name_is_fit_to_show() -> None:
    assert chain_of(der(MIDDLE), b"", NOW).issuer == "Root of all"


def test_an_expired_issuer_is_named() -> None:
    short = certify(MIDDLE_KEY, "Middle", NOW, (ROOT_KEY, ROOT), CA, days=1)
    assert told(PERSON, short, ROOT) == (True, None)
    assert told(PERSON, short, ROOT, at=NOW + timedelta(days=1)) == (False, "issuer-expired")
    assert told(PERSON, short, ROOT, at=NOW - timedelta(days=2)) == (False, "issuer-expired")


def test_an_issuer_must_be_an_authority() -> None:
    for extensions in ((), (x509.BasicConstraints(ca=False, path_length=None),), (CA, usage(signs=False))):
        middle = certify(MIDDLE_KEY, "Middle", NOW, (ROOT_KEY, ROOT), *extensions)
        assert told(PERSON, middle, ROOT) == (False, "issuer-no-authority")
    assert told(PERSON, certify(MIDDLE_KEY, "Middle", NOW, (ROOT_KEY, ROOT), CA, usage(signs=True)), ROOT)[0]


def usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(not signs, False, False, False, False, signs, False, False, False)


def test_a_name_without_the_signature_does_not_count() -> None:
    other_key = new()
    same_name = certify(other_key, "Middle", NOW, (ROOT_KEY, ROOT), CA)
    assert told(PERSON, same_name, ROOT) == (False, "issuer-foreign")
    assert told(PERSON, same_name, MIDDLE, ROOT) == (True, None)


def test_how_far_an_authority_reaches_is_kept() -> None:
    narrow = certify(ROOT_KEY, "Root\u202e of all\n", NOW, None, x509.BasicConstraints(True, 0))
    assert told(PERSON, MIDDLE, narrow) == (False, "chain-too-long")
    assert told(MIDDLE, narrow) == (True, None)


def test_a_circle_ends() -> None:
    left_key, right_key = new(), new()
    right_name = certify(right_key, "Right", NOW)
    left = certify(left_key, "Left", NOW, (right_key, right_name), CA)
    right = certify(right_key, "Right", NOW, (left_key, left), CA)
    person = certify(KEY, "maria@example.org", NOW, (left_key, left))
    assert told(person, left, right) == (False, "chain-too-long")


def test_a_hundred_issuers_of_one_name_are_no_chain() -> None:
    many = [certify(new(), "Middle", NOW, None, CA) for _ in range(MOST_ISSUERS + 1)]
    assert told(PERSON, *many) == (False, "chain-unreadable")
    assert told(PERSON, *many[:MOST_ISSUERS]) == (False, "issuer-foreign")


@pytest.mark.parametrize(
    "chain", [b"garbage", b"0", b"0\x80", b"0\x03\x02\x01\x00", b"\x00" * 9, b"0" * 2_000_000]
)
def test_a_chain_that_is_none_is_told(chain: bytes) -> None:
    assert chain_of(der(PERSON), chain, NOW).problem == "chain-unreadable"


def test_the_certificate_itself_must_be_one() -> None:
    for data, code in ((b"hello", "key-unreadable"), (bytes(2_000_000), "key-too-large")):
        with pytest.raises(InputError, match=code):
            chain_of(data, b"", NOW)


def test_damaged_chains_never_raise_anything() -> None:
    chance = random.Random(5)
    whole = der(MIDDLE) + der(ROOT)
    problems = set()
    for _ in range(500):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        problems.add(chain_of(der(PERSON), bytes(data), NOW).problem)
    assert {"chain-unreadable", "issuer-foreign"} <= problems


def test_a_chain_is_taken_apart_as_it_was_put_together() -> None:
    assert split_chain(der(MIDDLE) + der(ROOT)) == (der(MIDDLE), der(ROOT))
    assert split_chain(b"") == ()


def test_a_weakly_signed_issuer_is_named() -> None:
    loaded = asn1_x509.Certificate.load(der(MIDDLE))
    for algorithm in (loaded["signature_algorithm"], loaded["tbs_certificate"]["signature"]):
        algorithm["algorithm"] = "sha1_ecdsa"
    weak = loaded.dump(force=True)
    assert chain_of(der(PERSON), weak + der(ROOT), NOW).problem == "issuer-weak"
