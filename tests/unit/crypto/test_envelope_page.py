"""The words around the lock, in both languages."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from desktop.crypto.envelope_page import EnvelopeWords, page, sealed_part
from desktop.errors import InputError
from desktop.texts import LANGUAGES, Texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_page_is_in_the_catalogue(language: str) -> None:
    words = EnvelopeWords.of(Texts(language), "Sol & Mar")
    assert words.language == language
    assert "Sol & Mar" in words.sender
    said = asdict(words)
    assert all(text and not text.startswith("envelope.page.") for text in said.values())
    assert len(set(said.values())) == len(said)


def test_the_two_languages_differ() -> None:
    english, spanish = (asdict(EnvelopeWords.of(Texts(language), "Sol")) for language in LANGUAGES)
    assert all(english[name] != spanish[name] for name in english)


def test_an_unknown_language_is_english() -> None:
    assert EnvelopeWords.of(Texts("xx"), "Sol").language == "en"


def test_a_practice_name_stays_one_line_of_text() -> None:
    words = EnvelopeWords.of(Texts("en"), "Sol\r\n</script><b>@sealed@ \u202emar")
    html = page("A.B.C", words).decode()
    assert "Sol &lt;/script&gt;&lt;b&gt;@sealed@ mar" in html
    assert sealed_part(html.encode()) == "A.B.C"


def test_a_file_with_two_sealed_parts_is_refused() -> None:
    words = EnvelopeWords.of(Texts("en"), "Sol")
    with pytest.raises(InputError, match="envelope-unreadable"):
        sealed_part(page("A.B.C", words) + b'<i id="sealed">')
