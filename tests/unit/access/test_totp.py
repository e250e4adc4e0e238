from __future__ import annotations

import base64
import hashlib
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest

from desktop.access import totp
from desktop.errors import Refused

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON = datetime(2026, 11, 24, 12, 0, 10, tzinfo=UTC)

# RFC 6238, appendix B: time, then the codes with SHA-1, SHA-256 and SHA-512.
RFC_6238 = [
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
    (20000000000, "65353130", "77737706", "47863826"),
]
SEEDS = {
    "sha1": b"12345678901234567890",
    "sha256": b"12345678901234567890123456789012",
    "sha512": b"1234567890123456789012345678901234567890123456789012345678901234",
}


@pytest.mark.parametrize("row", RFC_6238, ids=lambda row: str(row[0]))
@pytest.mark.parametrize("column", [1, 2, 3])
def test_g12_the_generator_agrees_with_the_vectors_of_rfc_6238(row: tuple[Any, ...], column: int) -> None:
    name = list(SEEDS)[column - 1]
    secret = base64.b32encode(SEEDS[name]).decode("ascii")
    digest = getattr(hashlib, name)
    assert pyotp.TOTP(secret, digits=8, digest=digest).at(row[0]) == row[column]


@pytest.mark.parametrize("row", RFC_6238, ids=lambda row: str(row[0]))
def test_g12_the_last_six_digits_of_a_vector_are_accepted(row: tuple[int, ...]) -> None:
    secret = base64.b32encode(SEEDS["sha1"]).decode("ascii")
    at = datetime.fromtimestamp(row[0], UTC)
    assert totp.verify(secret, str(row[1])[2:], at, 0) == row[0] // 30


def oathtool(secret: str, at: datetime) -> str:
    stamp = at.strftime("%Y-%m-%d %H:%M:%S UTC")
    command = ["oathtool", "--totp", "-b", secret, "-N", stamp]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_g12_codes_of_another_program_are_accepted_one_step_to_either_side_and_no_further() -> None:
    step = int(NOON.timestamp()) // 30
    secret = totp.new_secret()
    for off in (-1, 0, 1):
        code = oathtool(secret, NOON + timedelta(seconds=30 * off))
        assert totp.verify(secret, code, NOON, 0) == step + off
    for off in (-2, 2):
        code = oathtool(secret, NOON + timedelta(seconds=30 * off))
        with pytest.raises(Refused, match="code-wrong"):
            totp.verify(secret, code, NOON, 0)


def test_g12_a_code_works_once() -> None:
    code = oathtool(SECRET, NOON)
    step = totp.verify(SECRET, code, NOON, 0)
    for later in (0, 15, 30):
        with pytest.raises(Refused, match="code-used"):
            totp.verify(SECRET, code, NOON + timedelta(seconds=later), step)


def test_an_older_code_is_refused_after_a_newer_one() -> None:
    step = totp.verify(SECRET, oathtool(SECRET, NOON), NOON, 0)
    with pytest.raises(Refused, match="code-used"):
        totp.verify(SECRET, oathtool(SECRET, NOON - timedelta(seconds=30)), NOON, step)


@pytest.mark.parametrize("back", [timedelta(days=1), timedelta(days=365)])
def test_g12_a_clock_that_was_turned_back_replays_nothing(back: timedelta) -> None:
    earlier = NOON - back
    code = oathtool(SECRET, earlier)
    with pytest.raises(Refused, match="clock-back"):
        totp.verify(SECRET, code, earlier, int(NOON.timestamp()) // 30)
    with pytest.raises(Refused, match="clock-back"):
        totp.verify(SECRET, code, earlier, 0, seen=NOON)


def test_a_clock_put_right_by_seconds_is_no_rollback() -> None:
    a_little = NOON - timedelta(seconds=25)
    step = totp.verify(SECRET, oathtool(SECRET, a_little), a_little, 0, seen=NOON)
    assert step == int(a_little.timestamp()) // 30


def test_spaces_and_full_width_digits_are_read_as_typed_digits() -> None:
    code = oathtool(SECRET, NOON)
    assert totp.verify(SECRET, f" {code[:3]} {code[3:]} ", NOON, 0)
    assert totp.verify(SECRET, "".join(chr(ord(c) + 0xFEE0) for c in code), NOON, 0)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12345\u00b2"])
def test_what_is_no_six_digit_code_is_wrong(code: str) -> None:
    with pytest.raises(Refused, match="code-wrong"):
        totp.verify(SECRET, code, NOON, 0)


def test_the_address_for_the_app_names_practice_and_user_and_leads_back_to_the_secret() -> None:
    secret = totp.new_secret()
    uri = totp.uri(secret, "maria:front", "Lakeside: Clinic")
    parsed = pyotp.parse_uri(uri)
    assert parsed.name == "maria front"
    assert parsed.issuer == "Sealwell Lakeside  Clinic"
    assert totp.secret_of(uri) == secret
    assert len(base64.b32decode(secret)) == 20


def test_g12_a_second_use_is_refused_a_hundred_times_out_of_a_hundred() -> None:
    """Each code again in each of the three steps in which it could be right, over a thousand seconds."""
    secret, last = totp.new_secret(), 0
    for number in range(100):
        at = NOON + timedelta(seconds=30 * number)
        code = pyotp.TOTP(secret).at(at)
        last = totp.verify(secret, code, at, last)
        for again in (-30, 0, 30):
            with pytest.raises(Refused, match="code-used"):
                totp.verify(secret, code, at + timedelta(seconds=again), last)
