"""Templates in the real page: found, begun from the library, written, looked at, kept, approved, refused."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.errors import Refused
from desktop.models.purposes import MailPurpose
from desktop.office.values_templates import TemplateKeep, TemplateWords
from desktop.ui.templates.conflict import ConflictDialog
from desktop.ui.templates.details import DetailsDialog
from desktop.ui.templates.page import TemplatesPage
from desktop.ui.templates.versions import VersionsDialog
from desktop.ui.users.dialogs import ConfirmDialog
from tests.ui.conftest import AtWork
from tests.ui.template_desk import (
    begun,
    dialog,
    in_hand,
    kept,
    letter_text,
    opened,
    seen,
    shelf,
    stops,
    templates_page,
    write,
)


@pytest.fixture
def page(at_work: AtWork) -> TemplatesPage:
    return templates_page(at_work)


def test_the_gallery_names_every_template_with_what_it_is_for(at_work: AtWork, page: TemplatesPage) -> None:
    rows = page.gallery.rows.rows
    assert len(rows) == len(at_work.office.list_library())
    assert page.beside.subject.text()
    assert page.beside.letter.findChildren(QWidget, "paper")
    page.gallery.search.setText("flu")
    at_work.screen.settle()
    assert [one.library.code for one in page.gallery.rows.rows if one.library] == ["flu-season"]
    page.gallery.search.setText("no such template")
    assert not page.gallery.none.isHidden()
    page.gallery.search.clear()
    page.gallery.group.setCurrentIndex(page.gallery.group.findData("billing"))
    page.gallery.group.activated.emit(page.gallery.group.currentIndex())
    assert {one.group for one in page.gallery.rows.rows} == {"billing"}


def test_the_letter_beside_the_gallery_turns_its_language(at_work: AtWork, page: TemplatesPage) -> None:
    english = page.beside.subject.text()
    QTest.keyClick(page.beside.buttons["es"], Qt.Key.Key_Space)
    at_work.screen.settle()
    assert page.beside.subject.text() != english


def test_a_copy_from_the_library_is_written_with_the_keyboard_saved_and_approved(
    at_work: AtWork, page: TemplatesPage
) -> None:
    page.gallery.list.setFocus()
    page.gallery.list.selectRow(page.gallery.rows.rows.index(shelf(page, "recall-checkup")))
    QTest.keyClick(page.gallery.list, Qt.Key.Key_Return)
    at_work.screen.settle()
    editor = seen(at_work, page)
    assert in_hand(page)
    assert editor.pill.text() == at_work.screen.words("ui.templates.state.unsaved")
    QTest.keyClick(editor.save_button, Qt.Key.Key_Space)
    at_work.screen.settle()
    own = at_work.office.list_templates(at_work.session).own
    assert [(one.code, one.version, one.approved, one.languages) for one in own] == [
        ("recall-checkup", 1, 0, ("en", "es"))
    ]
    assert not editor.save_button.isEnabled()
    QTest.keyClick(editor.approve_button, Qt.Key.Key_Space)
    asked = dialog(page, ConfirmDialog)
    assert isinstance(asked, ConfirmDialog)
    QTest.keyClick(asked.go, Qt.Key.Key_Space)
    at_work.screen.settle()
    assert editor.notice.words == at_work.screen.words("ui.templates.approved")
    assert at_work.office.list_templates(at_work.session).own[0].approved == 1
    editor.back.click()
    at_work.screen.settle()
    assert page.gallery.rows.rows[0].own is not None


def test_the_preview_follows_the_keys_and_what_stops_leads_to_its_place(
    at_work: AtWork, page: TemplatesPage
) -> None:
    editor = begun(at_work, page)
    form = editor.languages.form
    form.fill(TemplateWords("Hello", "Come on {{ date }}.", ""))
    seen(at_work, page)
    form.body.moveCursor(form.body.textCursor().MoveOperation.End)
    write(form, " Bring {{ shoes }}")
    seen(at_work, page)
    assert stops(editor)
    assert editor.preview.state.text() == at_work.screen.words("ui.templates.no-preview")
    assert editor.preview.made is not None, "the last letter that could be made stays"
    form.subject.setFocus()
    editor.findings.lines[0].click()
    assert form.body.textCursor().selectedText() == "shoes"
    QTest.keyClicks(form.body, "first_name")
    seen(at_work, page)
    assert not stops(editor)
    editor.preview.show_view("text")
    assert "Bring Maria" in editor.preview.text.toPlainText()


def test_typing_goes_on_while_the_letter_is_made(
    at_work: AtWork, page: TemplatesPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = begun(at_work, page)
    asked: list[str] = []
    real = at_work.office.preview_template

    def counted(*arguments: object) -> object:
        asked.append("")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(at_work.office, "preview_template", counted)
    write(editor.languages.form, "One sentence that is typed at a stretch. ")
    seen(at_work, page)
    assert "typed at a stretch" in (editor.preview.made.preview.text if editor.preview.made else "")
    assert len(asked) <= 2, "not one for each key"


def test_a_chosen_person_is_shown_and_what_is_not_known_of_them_is_named(
    at_work: AtWork, page: TemplatesPage
) -> None:
    editor = begun(at_work, page)
    editor.languages.form.fill(TemplateWords("Hello", "Dear {{ name }}, come on {{ date }}.", ""))
    seen(at_work, page)
    editor.preview.person.put(at_work.person("Zoraida"), "Zoraida")
    seen(at_work, page)
    words = at_work.screen.words
    assert editor.preview.state.text() == words("ui.templates.missing", fields=words("ui.blocks.field-date"))
    assert letter_text(editor) == "", "nobody else's letter stays on the screen"
    editor.languages.form.fill(TemplateWords("Hello", "Dear {{ name }}, come.", ""))
    seen(at_work, page)
    assert "Zoraida Canaryfield" in letter_text(editor)


def test_buttons_of_the_letter_are_buttons_and_say_where_they_lead(
    at_work: AtWork, page: TemplatesPage
) -> None:
    editor = begun(at_work, page)
    form = editor.languages.form
    form.fill(TemplateWords("Hello", "Please call.", ""))
    form.body.moveCursor(form.body.textCursor().MoveOperation.End)
    actions = form.tools["button"].menu().actions()
    next(one for one in actions if one.text() == form.field_words("practice_phone")).trigger()
    QTest.keyClicks(form.body, "Call us")
    seen(at_work, page)
    assert "[Call us]({{ practice_phone }})" in form.body.toPlainText()
    form.fill(TemplateWords("Hello", "Please call.\n\n[Call us](tel:3035550100)", ""))
    seen(at_work, page)
    assert [one.text() for one in editor.preview.letter.buttons] == ["Call us"]
    QTest.keyClick(editor.preview.letter.buttons[0], Qt.Key.Key_Space)
    assert editor.preview.state.text().startswith("Leads to")


def test_tools_write_marks_and_a_clinical_field_is_not_offered_to_a_subject(
    at_work: AtWork, page: TemplatesPage
) -> None:
    form = begun(at_work, page).languages.form
    form.fill(TemplateWords("", "one", ""))
    form.body.selectAll()
    QTest.keyClick(form.body, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert form.body.toPlainText() == "**one**"
    form.tools["list"].click()
    assert form.body.toPlainText() == "- **one**"
    form.tools["list"].click()
    assert form.body.toPlainText() == "**one**"
    menu = form.tools["field"].menu()
    provider = next(one for one in menu.actions() if one.text() == form.field_words("provider"))
    form.subject.setFocus()
    menu.aboutToShow.emit()
    assert not provider.isEnabled()
    form.body.setFocus()
    menu.aboutToShow.emit()
    assert provider.isEnabled()
    form.body.selectAll()
    known = form.tools["known"].menu().actions()
    next(one for one in known if one.text() == form.field_words("provider")).trigger()
    assert form.body.toPlainText() == "{% if provider %}**one**{% endif %}"


def test_leaving_unsaved_words_is_asked_about_and_cancel_keeps_them(
    at_work: AtWork, page: TemplatesPage
) -> None:
    editor = begun(at_work, page)
    editor.back.click()
    asked = dialog(page, ConfirmDialog)
    assert isinstance(asked, ConfirmDialog)
    asked.reject()
    assert in_hand(page)
    editor.back.click()
    again = dialog(page, ConfirmDialog)
    assert isinstance(again, ConfirmDialog)
    again.accept()
    at_work.screen.settle()
    assert not in_hand(page)
    assert at_work.office.list_templates(at_work.session).own == ()


def test_a_refusal_is_said_and_the_words_stay(
    at_work: AtWork, page: TemplatesPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = begun(at_work, page)

    def refuse(*_: object) -> None:
        raise Refused("not-allowed")

    monkeypatch.setattr(at_work.office, "keep_template", refuse)
    body = editor.languages.form.body.toPlainText()
    editor.save()
    at_work.screen.settle()
    assert editor.notice.words
    assert editor.touched
    assert editor.save_button.isEnabled()
    assert editor.languages.form.body.toPlainText() == body


def test_a_template_of_ones_own_is_asked_what_it_is_for(at_work: AtWork, page: TemplatesPage) -> None:
    page.begin()
    at_work.screen.settle()
    made = dialog(page, DetailsDialog)
    assert isinstance(made, DetailsDialog)
    made.name.input.setText("Parking")
    assert not made.go.isEnabled(), "nobody has said what it is for"
    made.reject()
    assert not in_hand(page)


@pytest.mark.parametrize("way", ["over", "beside", "cancel"])
def test_two_managers_write_one_template_and_nobodys_words_go(
    at_work: AtWork, page: TemplatesPage, way: str
) -> None:
    one = kept(at_work)
    editor = opened(at_work, page, one)
    theirs = {"en": TemplateWords("Your visit", "Words of the other.", "")}
    request = TemplateKeep("Ours", "visits", MailPurpose.TREATMENT, theirs, one.id, one.version)
    at_work.office.keep_template(at_work.session, request)
    write(editor.languages.form, "Mine. ")
    mine = editor.languages.form.body.toPlainText()
    editor.save()
    at_work.screen.settle()
    told = dialog(page, ConflictDialog)
    assert isinstance(told, ConflictDialog)
    assert "Words of the other." in told.reader.text.toPlainText()
    act = {"over": told.over_button.click, "beside": told.beside_button.click, "cancel": told.reject}
    act[way]()
    at_work.screen.settle()
    assert editor.languages.form.body.toPlainText() == mine
    office, session = at_work.office, at_work.session
    assert office.show_template(session, one.id, 2).texts["en"].body == "Words of the other."
    own = {line.name: line for line in office.list_templates(session).own}
    if way == "over":
        assert own["Ours"].version == 3
        assert office.show_template(session, one.id).texts["en"].body == mine
    elif way == "beside":
        copy = own[at_work.screen.words("ui.templates.copy-of", name="Ours")]
        assert office.show_template(session, copy.id).texts["en"].body == mine
        assert own["Ours"].version == 2
    else:
        assert own["Ours"].version == 2
        assert editor.touched
        assert editor.notice.words


def test_an_older_version_is_looked_at_and_begun_from_again(at_work: AtWork, page: TemplatesPage) -> None:
    one = kept(at_work)
    newer = {"en": TemplateWords("Your visit", "Newer words.", "")}
    request = TemplateKeep("Ours", "visits", MailPurpose.TREATMENT, newer, one.id, 1)
    line = at_work.office.keep_template(at_work.session, request).line
    editor = opened(at_work, page, line)
    editor.show_versions()
    at_work.screen.settle()
    listed = dialog(page, VersionsDialog)
    assert isinstance(listed, VersionsDialog)
    assert [row.number for row in listed.rows.rows] == [2, 1]
    assert listed.again_button.isHidden()
    QTest.keyClick(listed.list, Qt.Key.Key_Down)
    at_work.screen.settle()
    assert "see you soon" in listed.reader.text.toPlainText()
    listed.again_button.click()
    assert "see you soon" in editor.languages.form.body.toPlainText()
    assert editor.touched


def test_a_template_is_removed_after_a_question(at_work: AtWork, page: TemplatesPage) -> None:
    editor = opened(at_work, page, kept(at_work))
    editor.remove()
    asked = dialog(page, ConfirmDialog)
    assert isinstance(asked, ConfirmDialog)
    asked.accept()
    at_work.screen.settle()
    assert not in_hand(page)
    assert at_work.office.list_templates(at_work.session).own == ()


def test_before_a_lock_unsaved_words_are_kept_as_a_version(at_work: AtWork, page: TemplatesPage) -> None:
    one = kept(at_work)
    editor = opened(at_work, page, one)
    assert at_work.workspace.unfinished() is None
    write(editor.languages.form, "Half. ")
    work = page.unfinished()
    assert work is not None
    assert at_work.workspace.unfinished() is not None
    work()
    shown = at_work.office.show_template(at_work.session, one.id)
    assert shown.line.version == 2
    assert shown.texts["en"].body.startswith("Half. ")
