"""gpg's status lines, honest and hostile."""

from __future__ import annotations

import pytest

from desktop.crypto.openpgp_status import Verdict, read_status

SIGNER = "A" * 40
OPENED = [
    "ENC_TO 2E493B3EB74615F6 18 0",
    "BEGIN_DECRYPTION",
    "DECRYPTION_INFO 2 9 0",
    "PLAINTEXT 62 0 ",
    "DECRYPTION_OKAY",
    "GOODMDC",
    "END_DECRYPTION",
]
GOOD = [
    "NEWSIG",
    "GOODSIG AAAAAAAAAAAAAAAA Maria",
    f"VALIDSIG {'B' * 40} 2026-11-21 1795237572 0 4 0 22 10 00 {SIGNER}",
]


def lines(rows: list[str]) -> bytes:
    return "".join(f"[GNUPG:] {row}\n" for row in rows).encode("latin-1")


def signed(*rows: str) -> list[str]:
    return [*OPENED[:4], *rows, *OPENED[4:]]


def test_an_honest_message_is_opened_with_the_primary_key_of_its_signer() -> None:
    assert read_status(lines(OPENED), 0) == Verdict(True, None, False)
    assert read_status(lines(signed(*GOOD)), 0) == Verdict(True, SIGNER, True)


def test_bytes_of_a_notation_do_not_disturb() -> None:
    assert read_status(lines(signed("NOTATION_DATA \x9b\xad", *GOOD)), 0).valid


@pytest.mark.parametrize(
    "missing", ["BEGIN_", "DECRYPTION_INFO", "PLAINTEXT", "DECRYPTION_OKAY", "GOODMDC", "END_"]
)
def test_every_proof_is_needed(missing: str) -> None:
    rows = [row for row in OPENED if not row.startswith(missing)]
    assert len(rows) == len(OPENED) - 1
    assert not read_status(lines(rows), 0).opened


@pytest.mark.parametrize(
    "rows",
    [
        [*OPENED, "PLAINTEXT 62 0 "],
        [OPENED[3], *OPENED[:3], *OPENED[4:]],
        [*OPENED, *OPENED],
        [*OPENED, "DECRYPTION_FAILED"],
        [*OPENED, "BADMDC"],
        [*OPENED, "SOMETHING_NEW"],
        [row.replace("DECRYPTION_INFO 2 9 0", "DECRYPTION_INFO 0 9 0") for row in OPENED],
        [row.replace("DECRYPTION_INFO 2 9 0", "DECRYPTION_INFO") for row in OPENED],
        signed(*GOOD, *GOOD),
        signed(*GOOD, GOOD[1]),
        signed(GOOD[1]),
        signed(GOOD[2]),
        signed("BADSIG AAAAAAAAAAAAAAAA Maria"),
        signed(GOOD[1], GOOD[2].replace(SIGNER, "A" * 16)),
        signed(GOOD[1], GOOD[2].replace(SIGNER, "a" * 40)),
    ],
)
def test_what_is_doubled_out_of_order_unknown_or_bad_releases_nothing(rows: list[str]) -> None:
    assert read_status(lines(rows), 0) == Verdict(False)


def test_an_exit_code_other_than_0_releases_nothing() -> None:
    assert not read_status(lines(OPENED), 2).opened
    assert not read_status(lines(signed(*GOOD)), 1).opened


def test_text_between_the_lines_releases_nothing() -> None:
    assert not read_status(b"gpg: hello\n" + lines(OPENED), 0).opened
    assert not read_status(b"", 0).opened


def test_an_expired_signature_is_named_but_not_valid() -> None:
    rows = signed("EXPKEYSIG AAAAAAAAAAAAAAAA Maria", GOOD[2])
    assert read_status(lines(rows), 0) == Verdict(True, SIGNER, False)


def test_an_unknown_signer_needs_the_exit_code_that_belongs_to_it() -> None:
    rows = signed(f"ERRSIG AAAAAAAAAAAAAAAA 22 10 00 1795237572 9 {SIGNER}", "NO_PUBKEY AAAAAAAAAAAAAAAA")
    assert read_status(lines(rows), 2) == Verdict(True, SIGNER, False)
    assert not read_status(lines(rows), 0).opened
    assert not read_status(lines(rows[:5] + rows[6:]), 2).opened
