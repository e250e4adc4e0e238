"""Every code of the people room has words in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import desktop.people
from desktop.texts import Texts

ROOM = Path(next(iter(desktop.people.__path__)))
CODE = re.compile(r'(Reason|InputError|Refused)\(\s*"([a-z0-9-]+)"')


def codes() -> Iterator[str]:
    for file in sorted(ROOM.glob("*.py")):
        for kind, code in CODE.findall(file.read_text(encoding="utf-8")):
            if kind == "Reason":
                yield f"reason.{code}"
            else:
                yield from (f"error.{code}", f"error.{code}.hint")
    yield from (f"reason.{code}" for code in ("lookalike", "mixed-script", "external-id-of-another"))


@pytest.mark.parametrize("code", sorted(set(codes())))
def test_a_code_has_words_in_english_and_spanish(code: str) -> None:
    english, spanish = Texts("en"), Texts("es")

    assert english.has(code)
    assert spanish.has(code)
    assert english.say(code) != spanish.say(code)
