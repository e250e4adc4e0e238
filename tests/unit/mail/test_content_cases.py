"""Some 240 texts that give somebody away and 240 that do not; the shares are printed."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.config import CONTENT_LIMITS
from desktop.mail.content import check_content
from desktop.mail.content_names import NameIndex
from desktop.mail.content_values import ContentInput, Known, Part
from desktop.models.records import PersonId

CASES = Path(__file__).resolve().parents[2] / "vectors" / "content"
PEOPLE = NameIndex(
    (PersonId(str(number)), first, last)
    for number, (first, last) in enumerate(
        [
            ("María", "López Hernández"),
            ("Priya", "Venkataraman"),
            ("Rose", "Garden"),
            ("Grant", "Young"),
            ("John", "Smith"),
            ("Mary", "O'Brien"),
            ("Juan", "de la Cruz"),
            ("Anne-Marie", "Dubois"),
            ("Søren", "Kierkegaard"),
        ]
    )
)


def lines(name: str) -> Iterator[str]:
    for line in (CASES / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), line.replace(r"\n", "\n"))


def found(text: str) -> list[tuple[str, str]]:
    report = check_content(ContentInput("", text, known=Known(people=PEOPLE)), CONTENT_LIMITS, time.monotonic)
    assert all(hit.where.part is Part.TEXT for hit in report.hits)
    return [(hit.kind.value, text[hit.start : hit.end]) for hit in report.hits]


POSITIVE = [tuple(line.split("|", 1)) for line in lines("positive.txt")]
NEGATIVE = list(lines("negative.txt"))


@pytest.mark.parametrize(("kind", "marked"), POSITIVE)
def test_what_gives_somebody_away_is_found_where_it_stands(kind: str, marked: str) -> None:
    wanted = re.search(r"\[(.*)\]", marked, re.DOTALL)
    assert wanted is not None
    assert (kind, wanted[1]) in found(marked.replace("[", "", 1).replace("]", "", 1))


@pytest.mark.parametrize("text", NEGATIVE)
def test_what_gives_nobody_away_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_there_are_enough_cases_of_both_sorts(capsys: pytest.CaptureFixture[str]) -> None:
    missed = sum(
        (kind, re.sub(r".*\[(.*)\].*", r"\1", marked, flags=re.DOTALL))
        not in found(marked.replace("[", "", 1).replace("]", "", 1))
        for kind, marked in POSITIVE
    )
    false = sum(bool(found(text)) for text in NEGATIVE)
    with capsys.disabled():
        sys.stdout.write(
            f"\ncontent check: {missed} of {len(POSITIVE)} missed, {false} of {len(NEGATIVE)} false\n"
        )
    assert len(POSITIVE) >= 200
    assert len(NEGATIVE) >= 200
    assert (missed, false) == (0, 0)


def test_all_the_harmless_texts_in_one_letter_stay_harmless() -> None:
    assert [hit for hit in found(" .\n\n".join(NEGATIVE)) if hit[0] in ("ssn", "card", "other-name")] == []


def test_no_more_is_listed_than_the_limit_and_what_blocks_is_kept() -> None:
    limits = replace(CONTENT_LIMITS, hits=10)
    text = "SSN 123-45-6788. " * 50 + "Maria Lopez"
    report = check_content(ContentInput("", text, known=Known(people=PEOPLE)), limits, time.monotonic)
    assert report.shortened
    assert len(report.hits) == 11
    assert report.hits[-1].kind.value == "other-name"
