"""SCRAM against the vectors of RFC 5802 and RFC 7677, and relays that cheat."""

from __future__ import annotations

import base64

import pytest

from desktop.sync.relay_scram import Scram, ScramError, prepared

# RFC 5802, 5 and RFC 7677, 3: the client's nonce, what the relay says, the answer, its proof.
VECTORS = {
    "SCRAM-SHA-1": (
        "fyko+d2lbbFgONRv9qkxdawL",
        b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
        b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
        b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ),
    "SCRAM-SHA-256": (
        "rOprNGfwEbeRWgbNEkqO",
        b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        (
            b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        ),
        b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ),
}
SALT = base64.b64encode(b"salt").decode()


@pytest.mark.parametrize("mechanism", VECTORS)
def test_the_vectors_of_the_standards(mechanism: str) -> None:
    nonce, first, challenge, final, last = VECTORS[mechanism]
    scram = Scram(mechanism, "user", "pencil", nonce)
    assert scram.first() == first
    assert scram.final(challenge) == final
    scram.check(last)


@pytest.mark.parametrize("last", [b"v=", b"v=AAAA", b"e=invalid-proof", b"", b"v=rmF9!", b"\xff", b"x"])
def test_a_relay_that_does_not_prove_itself_is_refused(last: bytes) -> None:
    nonce, _, challenge, _, _ = VECTORS["SCRAM-SHA-256"]
    scram = Scram("SCRAM-SHA-256", "user", "pencil", nonce)
    scram.final(challenge)
    with pytest.raises(ScramError):
        scram.check(last)


def test_a_proof_that_comes_before_the_challenge_is_none() -> None:
    with pytest.raises(ScramError):
        Scram("SCRAM-SHA-256", "user", "pencil").check(b"v=AAAA")


@pytest.mark.parametrize(
    "challenge",
    [
        f"r=nonce,s={SALT},i=4096",  # only our own part: a replay
        f"r=other,s={SALT},i=4096",
        f"r=nonceX,s={SALT},i=4095",  # too cheap to guess
        f"r=nonceX,s={SALT},i=99999999",
        f"r=nonceX,s={SALT},i=2000000",
        f"r=nonceX,s={SALT},i=-1",
        f"r=nonceX,s={SALT},i=٤٠٩٦",
        f"r=nonceX,s={SALT}",
        "r=nonceX,s=!!,i=4096",
        "r=nonceX,i=4096",
        f"m=ext,r=nonceX,s={SALT},i=4096",
        f"r=nonceX,r=nonceY,s={SALT},i=4096",
        "",
        "gibberish",
    ],
)
def test_a_challenge_that_is_not_fit_is_refused(challenge: str) -> None:
    with pytest.raises(ScramError):
        Scram("SCRAM-SHA-256", "user", "pencil", "nonce").final(challenge.encode())


def test_names_and_passwords_are_prepared() -> None:
    assert Scram("SCRAM-SHA-1", "a=b,c", "x", "n").first() == b"n,,n=a=3Db=2Cc,r=n"
    # RFC 4013, 3
    assert prepared("I\u00adX") == "IX"
    assert prepared("user") == "user"
    assert prepared("\u00aa") == "a"
    assert prepared("\u2168") == "IX"
    assert prepared("a\u00a0b") == "a b"


def test_each_sign_in_has_a_nonce_of_its_own() -> None:
    assert Scram("SCRAM-SHA-1", "u", "p").first() != Scram("SCRAM-SHA-1", "u", "p").first()
