"""The page that shows a recovery key once: its kit is printed from there, without anybody signed in."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PySide6.QtWidgets import QFileDialog

from desktop.ui.gate.recovery import RecoveryPage
from tests.made_practice import Practice
from tests.ui.conftest import Screen


@pytest.fixture
def screen(practice: Practice, make_screen: Callable[..., Screen]) -> Screen:
    return make_screen(practice.office(), practice.clock)


def shown(screen: Screen, key: str, done: Callable[[], None] = lambda: None) -> RecoveryPage:
    return screen.show(RecoveryPage(screen.ui, key, done))


def press_print(screen: Screen, page: RecoveryPage) -> None:
    page.kit.click()
    screen.settle()


def test_the_kit_with_the_key_is_saved_where_the_person_says(
    practice: Practice, screen: Screen, tmp_path: Path
) -> None:
    key = practice.made.recovery_key
    page = shown(screen, key)
    page.kit.click()
    assert not page.kit.isEnabled()
    assert page.notice.words == screen.words("ui.recovery.printing")
    screen.settle()
    (chooser,) = page.findChildren(QFileDialog)
    to = tmp_path / "kit.pdf"
    chooser.fileSelected.emit(str(to))
    with pdfium.PdfDocument(io.BytesIO(to.read_bytes())) as paper:
        assert len(paper) == 1
        said = paper[0].get_textpage().get_text_bounded()
    assert all(group in said for group in key.split("-"))
    assert page.notice.words == screen.words("ui.recovery.printed", file="kit.pdf")
    assert page.kit.isEnabled()
    chooser.close()


def test_changing_ones_mind_saves_nothing_and_the_page_goes_on(practice: Practice, screen: Screen) -> None:
    done: list[bool] = []
    page = shown(screen, practice.made.recovery_key, lambda: done.append(True))
    press_print(screen, page)
    (chooser,) = page.findChildren(QFileDialog)
    chooser.reject()
    assert page.kit.isEnabled()
    for at, field in zip(page.asked, page.typed, strict=True):
        field.input.setText(practice.made.recovery_key.split("-")[at])
    page.submit()
    assert done == [True]


def test_where_it_cannot_be_written_that_is_said(practice: Practice, screen: Screen, tmp_path: Path) -> None:
    page = shown(screen, practice.made.recovery_key)
    press_print(screen, page)
    (chooser,) = page.findChildren(QFileDialog)
    chooser.fileSelected.emit(str(tmp_path / "nowhere" / "kit.pdf"))
    assert "kit.pdf" in page.notice.words
    chooser.close()


def test_a_key_that_is_not_this_practices_prints_nothing(screen: Screen) -> None:
    page = shown(screen, "-".join(["AAAA"] * 14))
    press_print(screen, page)
    assert page.findChildren(QFileDialog) == []
    assert page.notice.isVisible()
    assert page.kit.isEnabled()


def test_without_a_printer_the_page_says_so(practice: Practice, make_screen: Callable[..., Screen]) -> None:
    practice.printer = None
    screen = make_screen(practice.office(), practice.clock)
    page = shown(screen, practice.made.recovery_key)
    press_print(screen, page)
    assert page.notice.isVisible()
    assert page.findChildren(QFileDialog) == []
