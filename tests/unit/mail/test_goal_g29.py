"""G29: at least 98 of 100 reports as a person would call them, and no mail that crashes the reader."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

from desktop.mail.returned import Kind, classify
from desktop.mail.returned_reading import understand
from tests.support.bounces import HARD, OTHER, SOFT, WHO, cases

CASES = tuple(cases())


def verdict(mail: bytes) -> str:
    found = classify(mail)
    if found.kind is not Kind.BOUNCE:
        return OTHER
    return HARD if any(one.hard for one in found.recipients) else SOFT


def test_the_corpus_is_called_by_its_name(record_property: Callable[[str, object], None]) -> None:
    wrong = [
        f"{case.name}: {verdict(case.mail)}, not {case.verdict}"
        for case in CASES
        if verdict(case.mail) != case.verdict
    ]
    right = 1 - len(wrong) / len(CASES)
    record_property("right", round(right, 4))
    assert len(CASES) >= 200
    assert Counter(case.verdict for case in CASES).keys() == {HARD, SOFT, OTHER}
    assert right >= 0.98, "\n".join(wrong)
    assert not [line for line in wrong if ": hard, " in line], "an address would be stopped for nothing"


def test_the_recipient_is_named_in_every_bounce() -> None:
    for case in CASES:
        if case.verdict != OTHER:
            assert WHO in [one.address for one in classify(case.mail).recipients], case.name


def changed(mail: bytes, chance: random.Random) -> bytes:
    """A mail as no server writes it: cut, doubled, bytes thrown in, parts in parts."""
    data = bytearray(mail)
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(data) or 1)
        match chance.randrange(5):
            case 0:
                data[place : place + chance.randint(1, 40)] = b""
            case 1:
                data[place:place] = chance.randbytes(chance.randint(1, 20))
            case 2:
                data[place:place] = chance.choice(
                    (b"=?utf-8?q?", b"\r\n\r\n", b"--R", b"\x00", b";;", b"*0*=''")
                )
            case 3:
                data[place:place] = bytes(data[place : place + 200])
            case _:
                data = bytearray(b"Content-Type: message/rfc822\r\n\r\n") + data
    return bytes(data)


def _fuzz(rounds: int, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(rounds):
        understand(changed(chance.choice(CASES).mail, chance))


def test_no_changed_report_crashes_the_reader() -> None:
    _fuzz(400, 29)


@pytest.mark.soak
def test_many_changed_reports_crash_nothing() -> None:
    _fuzz(60_000, 2026)
