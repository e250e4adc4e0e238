"""Sentences by code."""

from __future__ import annotations

from desktop.texts import Texts


def test_a_sentence_that_names_a_value_is_not_whole_without_it() -> None:
    texts = Texts("en")
    assert texts.is_whole("event.people.shown")
    assert not texts.is_whole("ui.paper.page")
    assert not texts.is_whole("no.such.code")
