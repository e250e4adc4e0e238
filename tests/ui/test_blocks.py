"""Text blocks in the window: written, changed, shared, removed; nothing typed is lost, nothing odd kept."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton

from desktop.mail.fields import FIELDS
from desktop.office.values_messages import SnippetLine, SnippetRequest
from desktop.ui.settings.page import SettingsPage
from desktop.ui.snippets.page import BlocksSection
from desktop.ui.users.dialogs import ConfirmDialog
from tests.ui.conftest import AtWork


@pytest.fixture
def page(at_work: AtWork) -> BlocksSection:
    opened = at_work.page("settings", SettingsPage).sections.open("blocks")
    at_work.screen.settle()
    assert isinstance(opened, BlocksSection)
    return opened


def choose(page: BlocksSection, kind: str) -> None:
    page.form.kind.setCurrentIndex(page.form.kind.findData(kind))


def save(at_work: AtWork, page: BlocksSection) -> None:
    page.save_button.click()
    at_work.screen.settle()


def blocks(at_work: AtWork) -> tuple[SnippetLine, ...]:
    return at_work.office.list_snippets(at_work.session).snippets


def write(at_work: AtWork, page: BlocksSection, name: str, text: str) -> None:
    page.new_button.click()
    page.form.name.input.setText(name)
    page.form.text.setPlainText(text)
    save(at_work, page)


def test_an_empty_list_says_what_text_blocks_are_for(page: BlocksSection) -> None:
    assert page.list.isHidden()
    assert "one press" in page.none.text()
    assert page.remove_button.isHidden()


def test_one_is_written_chosen_and_changed(at_work: AtWork, page: BlocksSection) -> None:
    write(at_work, page, "Greeting", "Dear {{ first_name }},")
    (one,) = blocks(at_work)
    assert (one.name, one.text, one.kind, one.shared) == (
        "Greeting",
        "Dear {{ first_name }},",
        "snippet",
        False,
    )
    assert page.notice.words == "Saved."
    assert page.list.currentIndex().row() == 0
    page.form.text.setPlainText("Hello {{ name }},")
    save(at_work, page)
    (same,) = blocks(at_work)
    assert (same.id, same.text) == (one.id, "Hello {{ name }},")


def test_a_letter_has_a_subject_and_a_signature_only_fields_of_the_practice(
    at_work: AtWork, page: BlocksSection
) -> None:
    assert page.form.subject.isHidden()
    choose(page, "template")
    assert not page.form.subject.isHidden()
    assert len(page.form.menu.actions()) == len(FIELDS)
    choose(page, "signature")
    names = [one.text() for one in page.form.menu.actions()]
    assert names[:2] == ["Name of the practice", "Phone of the practice"]
    assert set(names) - set(names[:2]) == {
        "Practice's address",
        "Page to book a visit",
        "Patient portal",
    }


def test_a_field_is_put_where_the_cursor_stands(page: BlocksSection) -> None:
    page.form.text.setPlainText("Dear ")
    page.form.text.moveCursor(page.form.text.textCursor().MoveOperation.End)
    next(one for one in page.form.menu.actions() if one.text() == "First name").trigger()
    assert page.form.text.toPlainText() == "Dear {{ first_name }}"


def test_a_block_for_everybody(at_work: AtWork, page: BlocksSection) -> None:
    assert not page.form.shared.isHidden()
    page.form.shared.setChecked(True)
    page.form.name.input.setText("Ours")
    page.form.text.setPlainText("Words")
    save(at_work, page)
    assert blocks(at_work)[0].shared


def test_what_does_not_compile_is_said_and_stays_in_the_form(at_work: AtWork, page: BlocksSection) -> None:
    write(at_work, page, "Odd", "{{ diagnosis }}")
    assert "diagnosis" in page.notice.words
    assert page.form.text.toPlainText() == "{{ diagnosis }}"
    assert page.save_button.isEnabled()
    assert blocks(at_work) == ()


def test_without_a_name_nothing_is_asked(at_work: AtWork, page: BlocksSection) -> None:
    page.form.text.setPlainText("Words")
    save(at_work, page)
    assert page.form.name.input.property("wrong")
    assert blocks(at_work) == ()


@pytest.mark.parametrize("go", [True, False])
def test_removing_asks_first(at_work: AtWork, page: BlocksSection, go: bool) -> None:
    write(at_work, page, "Greeting", "Dear {{ first_name }},")
    page.remove_button.click()
    (dialog,) = page.findChildren(ConfirmDialog)
    pressed: QPushButton = dialog.go if go else dialog.cancel
    pressed.click()
    at_work.screen.settle()
    assert len(blocks(at_work)) == (0 if go else 1)
    assert page.form.name.text == ("" if go else "Greeting")


def test_another_look_leaves_what_somebody_is_writing(at_work: AtWork, page: BlocksSection) -> None:
    page.form.name.input.setText("Half")
    page.form.text.setPlainText("a sentence")
    page.refresh()
    at_work.screen.settle()
    assert (page.form.name.text, page.form.text.toPlainText()) == ("Half", "a sentence")


def test_who_may_not_share_reads_the_practices_blocks(
    at_work: AtWork, page: BlocksSection, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work.office.keep_snippet(at_work.session, SnippetRequest("snippet", "Ours", "Words", shared=True))
    monkeypatch.setattr("desktop.office.snippets.may", lambda role, action: False)
    page.refresh()
    at_work.screen.settle()
    page.list.selectRow(0)
    assert page.form.text.isReadOnly()
    assert not page.save_button.isEnabled()
    assert page.remove_button.isHidden()
    page.new_button.click()
    assert page.form.shared.isHidden()
    assert page.save_button.isEnabled()
