"""Counts and rows in the smallest window: what finds no room goes below, nothing is cut."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QScrollArea

from desktop.ui.files import size_words
from desktop.ui.reminders.drill import LOCKED, NEED, ON_THE_WAY, PLAIN, SEALED, CountLine
from desktop.ui.settings.content import ContentSection
from tests.ui.conftest import AtWork

COUNTS = Counter({SEALED: 14, ON_THE_WAY: 7, LOCKED: 7, PLAIN: 3, NEED: 4})


@pytest.mark.parametrize("width", [380, 840])
def test_counts_that_find_no_room_stand_in_the_next_row(at_work: AtWork, width: int) -> None:
    line = CountLine(at_work.screen.ui, lambda _: None)
    at_work.screen.qtbot.addWidget(line)
    line.show()
    line.show_counts(COUNTS)
    line.resize(width, line.height())
    at_work.screen.settle()
    places = [made.geometry() for made in line.buttons.values()]
    assert len(places) == 6
    for made in line.buttons.values():
        assert made.width() >= made.sizeHint().width()
        assert QRect(0, 0, width, line.height()).contains(made.geometry())
    assert not any(one.intersects(two) for at, one in enumerate(places) for two in places[at + 1 :])


def test_the_kinds_of_content_are_not_squashed_but_scroll(at_work: AtWork) -> None:
    section = ContentSection(at_work.screen.ui, at_work.session)
    at_work.screen.show(section)
    section.resize(620, 420)
    section.refresh()
    at_work.screen.settle()
    boxes = sorted(section.choices.values(), key=lambda box: box.y())
    assert len(boxes) > 8
    assert all(one.geometry().bottom() < two.y() for one, two in pairwise(boxes))
    (bar,) = [area.verticalScrollBar() for area in section.findChildren(QScrollArea)]
    at_work.screen.qtbot.waitUntil(bar.isVisible, timeout=10_000)
    assert bar.maximum() > 0


@pytest.mark.parametrize(
    ("size", "language", "words"),
    [(240_000, "en", "240 kB"), (4_100_000, "en", "4.1 MB"), (4_100_000, "es", "4,1 MB")],
)
def test_sizes_are_said_as_in_mail_programs(size: int, language: str, words: str) -> None:
    assert size_words(size, language) == words
