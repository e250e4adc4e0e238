from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.audit.chain import canonical, canonical_record, clock_went_back, leaf_hash, parse

RECORD = {
    "v": 1,
    "seq": 1,
    "ts": 1764000000000,
    "boot": "b",
    "mono": 5,
    "actor": "system",
    "role": "system",
    "sess": "",
    "act": "session.locked",
    "obj": "",
    "outcome": "ok",
    "why": "",
    "det": {"count": 2},
    "app": "0.1",
    "prev": "0" * 64,
}


def test_the_leaf_hash_of_nothing_is_that_of_rfc_6962() -> None:
    assert leaf_hash(b"") == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_canonical_bytes_are_those_of_rfc_8785_section_3_2_3() -> None:
    # Property sorting by UTF-16 code units: the example of the RFC.
    given = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    order = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    text = canonical(given).decode("utf-8")
    found = [text.index(given[name]) for name in order]
    assert found == sorted(found)


def test_only_the_one_canonical_spelling_is_a_record() -> None:
    body = canonical(RECORD).decode("utf-8")
    assert parse(body) == RECORD
    assert parse(body.replace(":", ": ", 1)) is None
    assert parse(body.replace('"count":2', '"count":2.0')) is None
    assert parse(body.replace('"obj":""', '"obj":"","obj":""')) is None
    assert parse(body + "\n") is None
    assert parse("[" * 100_000) is None
    assert parse("\ud800") is None


def test_a_missing_foreign_or_nested_field_is_no_record() -> None:
    fewer = {name: value for name, value in RECORD.items() if name != "why"}
    for wrong in (fewer, {**RECORD, "note": ""}, {**RECORD, "det": {"a": {}}}, {**RECORD, "seq": "1"}):
        assert parse(canonical(wrong).decode("utf-8")) is None


WORDS = st.text(st.characters(codec="utf-8"), max_size=40)
NUMBERS = st.integers(0, 2**53 - 1)
NAME = st.from_regex(r"[a-z]{1,8}(-[a-z]{1,8})?", fullmatch=True)


@given(
    texts=st.dictionaries(NAME, WORDS, max_size=10),
    numbers=st.dictionaries(NAME, NUMBERS, max_size=5),
    det=st.dictionaries(NAME, WORDS | NUMBERS, max_size=6),
)
def test_the_quick_writer_and_rfc_8785_give_the_same_bytes(
    texts: dict[str, str], numbers: dict[str, int], det: dict[str, str | int]
) -> None:
    record = {**texts, **numbers, "det": det}
    assert canonical_record(record) == canonical(record)


@pytest.mark.parametrize(
    ("ts", "boot", "mono", "back"),
    [
        (1_000_000, "one", 500_000, False),
        (940_000, "one", 500_000, False),
        (939_999, "one", 500_000, True),
        (1_000_000, "one", 499_999, True),
        (1_500_000, "one", 1_060_000, False),
        (1_500_000, "one", 1_060_001, True),
        (9_000_000, "one", 500_001, False),
        (940_000, "two", 0, False),
        (939_999, "two", 0, True),
    ],
)
def test_a_clock_may_be_set_right_by_a_minute_and_forward(ts: int, boot: str, mono: int, back: bool) -> None:
    before = {"ts": 1_000_000, "boot": "one", "mono": 500_000}
    assert clock_went_back(before, ts, boot, mono) is back
