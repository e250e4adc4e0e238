"""Every code that a look can end in has a sentence, in both languages, without a hole in it."""

from __future__ import annotations

import re

import pytest

from desktop.texts import Texts
from tests.support.source import ROOT

SOURCES = [*sorted((ROOT / "desktop" / "sync").glob("posture*.py")), ROOT / "desktop" / "mail" / "domains.py"]
CODE = re.compile(r'"((?:posture|domain|tls)-[a-z0-9-]+)"')
NO_CODES = {"tls-rpt"}
VALUES = ("domain", "seen", "host", "name", "term", "selector", "policy")
NUMBERS = ("bits", "lookups", "most", "seconds", "servers")


def codes() -> list[str]:
    found = {code for source in SOURCES for code in CODE.findall(source.read_text("utf-8"))}
    return sorted(found - NO_CODES)


def test_the_scan_finds_them() -> None:
    assert len(codes()) > 60


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_code_has_its_sentence(language: str) -> None:
    texts = Texts(language)
    given: dict[str, str | int] = {**dict.fromkeys(VALUES, "x.example"), **dict.fromkeys(NUMBERS, 7)}
    for code in codes():
        assert texts.has(f"reason.{code}"), code
        said = texts.say(f"reason.{code}", **given)
        assert said.endswith((".", ".txt.")), code
        assert not re.search(r"[{}]|  | [.,)]|\(\)|«»|“”", said), said
