"""Sentences by code."""

from __future__ import annotations

from desktop.texts import Texts, keys


def test_a_sentence_that_names_a_value_is_not_whole_without_it() -> None:
    texts = Texts("en")
    assert texts.is_whole("event.people.shown")
    assert not texts.is_whole("ui.paper.page")
    assert not texts.is_whole("no.such.code")


def test_a_visits_time_is_said_with_its_weekday_and_words_stay_as_they_are() -> None:
    given = {"name": "Maria Lopez", "when": "2026-11-24T14:30"}
    assert Texts("en").say("reason.task-move", **given) == (
        "Move the visit of Maria Lopez on Tue 2026-11-24 14:30"
    )
    assert "mar 2026-11-24 14:30" in Texts("es").say("reason.task-move", **given).lower()
    assert Texts("en").say("reason.task-move", name="M", when="<tomorrow>").endswith("on <tomorrow>")


def test_a_time_that_ends_with_a_full_stop_ends_the_sentence_too() -> None:
    said = Texts("es").say("reason.ask-move", name="Maria", when="dom 22 nov, 2:30 p.m.")
    assert said.endswith("2:30 p.m.")
    assert not said.endswith("..")


def test_keys_are_called_as_the_system_calls_them() -> None:
    words = "Lock this window (Ctrl+L); change of person: Ctrl+Shift+L"
    assert keys(words, "linux") == keys(words, "win32") == words
    assert keys(words, "darwin") == "Lock this window (⌘L); change of person: ⇧⌘L"
    assert keys("Ctrl+Alt+1", "darwin") == "⌥⌘1"
