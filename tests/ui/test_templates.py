"""Templates in the real page: found, begun from the library, written, looked at, kept, approved, refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.errors import Refused
from desktop.models.purposes import MailPurpose
from desktop.office.values_templates import OwnTemplate, TemplateKeep, TemplateWords
from desktop.ui.campaigns.place import CampaignsPlace
from desktop.ui.templates.conflict import ConflictDialog
from desktop.ui.templates.details import DetailsDialog
from desktop.ui.templates.editor import Editor
from desktop.ui.templates.gallery import Shelf
from desktop.ui.templates.look import LookDialog
from desktop.ui.templates.page import TemplatesPage
from desktop.ui.templates.pictures import DescribeDialog, PicturesDialog
from desktop.ui.templates.versions import VersionsDialog
from desktop.ui.templates.wording import WordsForm
from desktop.ui.users.dialogs import ConfirmDialog
from tests.ui.conftest import AtWork

WORDS = {"en": TemplateWords("Your visit", "Hello {{ first_name }},\n\nsee you soon.", "Soon")}


@pytest.fixture
def page(at_work: AtWork) -> TemplatesPage:
    place = at_work.page("campaigns", CampaignsPlace)
    place.open_part("templates")
    at_work.screen.settle()
    made = place.tabs.pages["templates"]
    assert isinstance(made, TemplatesPage)
    return made


def seen(at_work: AtWork, page: TemplatesPage) -> Editor:
    """After the pause in typing and the answer."""
    at_work.screen.qtbot.waitUntil(lambda: page.editor.preview.settled, timeout=20_000)
    at_work.screen.settle()
    return page.editor


def shelf(page: TemplatesPage, code: str) -> Shelf:
    return next(one for one in page.gallery.rows.rows if one.library and one.library.code == code)


def begun(at_work: AtWork, page: TemplatesPage, code: str = "closure-holiday") -> Editor:
    page.open_shelf(shelf(page, code))
    at_work.screen.settle()
    return seen(at_work, page)


def kept(at_work: AtWork, name: str = "Ours") -> OwnTemplate:
    """One of the practice's own, begun from the library."""
    request = TemplateKeep(name, "visits", MailPurpose.TREATMENT, WORDS, code="after-visit")
    return at_work.office.keep_template(at_work.session, request).line


def opened(at_work: AtWork, page: TemplatesPage, one: OwnTemplate) -> Editor:
    page.look()
    at_work.screen.settle()
    page.open_shelf(Shelf(own=one))
    at_work.screen.settle()
    return seen(at_work, page)


def stops(editor: Editor) -> bool:
    return editor.findings.stops


def letter_text(editor: Editor) -> str:
    """As plain text; '' where nobody's letter is shown."""
    return editor.preview.made.preview.text if editor.preview.made else ""


def in_hand(page: TemplatesPage) -> bool:
    return page.editing


def dialog(page: QWidget, kind: type[QWidget]) -> QWidget:
    return next(one for one in page.window().findChildren(kind) if one.isVisible())


def write(form: WordsForm, words: str) -> None:
    form.body.setFocus()
    QTest.keyClicks(form.body, words)


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


def test_the_browser_gets_a_page_of_sample_values_that_does_not_stay(
    at_work: AtWork, page: TemplatesPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened_at: list[Path] = []

    def take(url: QUrl) -> bool:
        path = Path(url.toLocalFile())
        assert "Maria" in path.read_text(encoding="utf-8")
        assert "Canaryfield" not in path.read_text(encoding="utf-8")
        opened_at.append(path)
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", take)
    editor = begun(at_work, page)
    editor.languages.form.fill(TemplateWords("Hello", "Dear {{ name }}.", ""))
    editor.preview.person.put(at_work.person("Zoraida"), "Zoraida")
    seen(at_work, page)
    editor.preview.open_browser()
    at_work.screen.settle()
    assert opened_at[0].exists()
    editor.preview.deleteLater()
    at_work.screen.qtbot.waitUntil(lambda: not opened_at[0].exists(), timeout=10_000)


def test_no_browser_is_said_and_nothing_stays(
    at_work: AtWork, page: TemplatesPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Path] = []

    def refuse(url: QUrl) -> bool:
        tried.append(Path(url.toLocalFile()))
        return False

    monkeypatch.setattr(QDesktopServices, "openUrl", refuse)
    editor = begun(at_work, page)
    editor.preview.open_browser()
    at_work.screen.settle()
    assert editor.preview.state.text() == at_work.screen.words("ui.templates.no-browser")
    assert not tried[0].exists()


def picture() -> bytes:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkCyan)
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def test_a_picture_is_added_from_a_file_described_offered_and_removed(
    at_work: AtWork, page: TemplatesPage
) -> None:
    page.show_pictures()
    at_work.screen.settle()
    shown = dialog(page, PicturesDialog)
    assert isinstance(shown, PicturesDialog)
    shown.take_file(at_work.file("Front Door.png", picture()))
    at_work.screen.settle()
    about = dialog(page, DescribeDialog)
    assert isinstance(about, DescribeDialog)
    assert about.name.text == "front-door"
    about.keep()
    assert about.isVisible(), "nobody has said what it shows"
    about.alt.input.setText("Our front door")
    about.keep()
    at_work.screen.settle()
    assert shown.list.count() == 1
    assert [one.name for one in page._parts.pictures] == ["front-door"]
    shown.list.setCurrentRow(0)
    shown.remove()
    asked = dialog(page, ConfirmDialog)
    assert isinstance(asked, ConfirmDialog)
    asked.accept()
    at_work.screen.settle()
    assert shown.list.count() == 0


def test_what_is_no_picture_is_refused_beside_its_form(at_work: AtWork, page: TemplatesPage) -> None:
    page.show_pictures()
    at_work.screen.settle()
    shown = dialog(page, PicturesDialog)
    assert isinstance(shown, PicturesDialog)
    shown.take_file(at_work.file("notes.png", b"not a picture"))
    at_work.screen.settle()
    about = dialog(page, DescribeDialog)
    assert isinstance(about, DescribeDialog)
    about.alt.input.setText("Notes")
    about.keep()
    at_work.screen.settle()
    assert about.notice.words
    assert about.go.isEnabled()
    about.reject()


def test_the_look_shows_its_contrast_and_refuses_what_is_no_colour(
    at_work: AtWork, page: TemplatesPage
) -> None:
    page.show_look()
    at_work.screen.settle()
    look = dialog(page, LookDialog)
    assert isinstance(look, LookDialog)
    look.colour.input.setText("#ffee00")
    assert "to 1" in look.contrast.text()
    look.colour.input.setText("yellow")
    look.save()
    assert look.isVisible()
    look.colour.input.setText("#102a54")
    look.hours["en"].input.setText("Monday to Friday, 8 to 5")
    look.save()
    at_work.screen.settle()
    assert at_work.office.show_brand(at_work.session).brand.colour == "#102a54"
    editor = begun(at_work, page)
    letter = editor.preview.made.preview.letter if editor.preview.made else None
    assert letter is not None
    assert letter.colour == "#102a54"
    assert any("Monday to Friday" in line for line in letter.footer)
