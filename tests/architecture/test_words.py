"""Every code has its sentence in every language, in words that people use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from string import Formatter

import pytest
from babel.messages.catalog import Message

import catalogues
from desktop.audit.events import Act
from tests.support.source import first_words, modules

LANGUAGES = catalogues.LANGUAGES
WORDS: dict[str, dict[str, Message]] = {
    language: {
        message.id if isinstance(message.id, str) else message.id[0]: message
        for message in catalogues.load(language)
        if message.id
    }
    for language in LANGUAGES
}
CLAIMS = re.compile(
    r"hipaa[- ]certif|certifica\w+ (por |de )?hipaa|unbreakable|irrompible|inquebrantable"
    r"|exactly once|exactamente una vez|tamper-?proof|a prueba de manipula"
    r"|100 ?% (secure|segur)|guarantee|garantiza",
    re.IGNORECASE,
)
# As words: a file name such as vault.keys or *.pgp is what it is.
TERMS = re.compile(
    r"(?<![.\w])(envelopes?|secret desk|passphrases?|proven tls|end[- ]to[- ]end|ledger|uncertain|rehears\w+"
    r"|posture|break-glass|vaults?|key ?slots?|rungs?|tls|smtp|starttls|s/?mime|(open)?pgp|mime|argon2"
    r"|hash chain|idempot\w+|bóveda|frase de contraseña|extremo a extremo|libro mayor|criptogr\w+)(?!\.?\w)",
    re.IGNORECASE,
)
# Pages and messages for whoever sets up the relay or types commands may use its terms.
TECHNICAL = re.compile(
    r"^(cli\.|mail\.relay\.|error\.relay-|reason\.relay-|reason\.doctor-|error\.method-unknown|.*technical)"
)


def sentences(language: str) -> Iterator[tuple[str, str]]:
    for code, message in WORDS[language].items():
        texts = message.string if isinstance(message.string, list | tuple) else [message.string]
        yield from ((code, text or "") for text in texts)


def literal_codes(*callables: str) -> dict[str, str]:
    """Each code that the source names, with one place where it does."""
    return {
        code: f"{module.name}:{node.lineno}"
        for module in modules()
        for constants in (module.constants(),)
        for node in module.calls(*callables)
        for code in first_words(node, constants)
    }


@lru_cache(maxsize=1)
def error_classes() -> frozenset[str]:
    """SealwellError and all that inherit from it, by name."""
    names = {"SealwellError"}
    bases = {
        node.name: {getattr(base, "id", "") for base in node.bases}
        for module in modules()
        for node in module.classes()
    }
    while more := {name for name, over in bases.items() if over & names} - names:
        names |= more
    return frozenset(names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_known_error_says_what_happened_and_what_to_do(language: str) -> None:
    codes = literal_codes(*error_classes())
    assert len(codes) > 20, "the scan finds nothing: has the way of raising changed?"
    missing = [
        f"{entry} ({place})"
        for code, place in codes.items()
        for entry in (f"error.{code}", f"error.{code}.hint")
        if entry not in WORDS[language]
    ]
    assert sorted(missing) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words(language: str) -> None:
    codes = literal_codes("Reason")
    assert len(codes) > 20
    missing = [
        f"reason.{code} ({place})" for code, place in codes.items() if f"reason.{code}" not in WORDS[language]
    ]
    assert sorted(missing) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_has_words(language: str) -> None:
    assert [act.value for act in Act if f"event.{act.value}" not in WORDS[language]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_that_is_asked_for_is_there(language: str) -> None:
    asked = {
        code: place
        for code, place in literal_codes("say", "count").items()
        if re.fullmatch(r"(ui|cli|mail|event|reason|error|report)\.[a-z0-9.-]+", code)
    }
    assert len(asked) > 20
    assert sorted(f"{code} ({place})" for code, place in asked.items() if code not in WORDS[language]) == []


def test_an_error_gives_each_value_that_its_sentence_names() -> None:
    lacking = []
    for module in modules():
        for node in module.calls(*error_classes()):
            given = {keyword.arg for keyword in node.keywords}
            for code in first_words(node, module.constants()):
                message = WORDS["en"].get(f"error.{code}")
                named = (
                    {n for _, n, _, _ in Formatter().parse(str(message.string)) if n} if message else set()
                )
                if None not in given and not named <= given:
                    lacking.append(f"{module.name}:{node.lineno} {code} lacks {sorted(named - given)}")
    assert lacking == []


def test_the_catalogues_are_whole() -> None:
    assert catalogues.problems() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_claimed_that_nobody_can_keep(language: str) -> None:
    assert [f"{code}: {text}" for code, text in sentences(language) if CLAIMS.search(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_term_of_art_stands_on_the_screen(language: str) -> None:
    found = [
        f"{code}: {text}"
        for code, text in sentences(language)
        if TERMS.search(text) and not TECHNICAL.match(code)
    ]
    assert found == []
