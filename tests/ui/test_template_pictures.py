"""Pictures of letters, their look, and the exact page in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage

from desktop.models.purposes import MailPurpose
from desktop.office.values_templates import PictureRequest, TemplateTryRequest, TemplateWords
from desktop.ui.templates.browser import exact_page
from desktop.ui.templates.look import LookDialog
from desktop.ui.templates.page import TemplatesPage
from desktop.ui.templates.pictures import DescribeDialog, PicturesDialog
from desktop.ui.users.dialogs import ConfirmDialog
from tests.ui.conftest import AtWork
from tests.ui.template_desk import begun, dialog, seen, templates_page


@pytest.fixture
def page(at_work: AtWork) -> TemplatesPage:
    return templates_page(at_work)


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


def test_the_browser_shows_the_pictures_of_the_letter_out_of_the_page_itself(
    at_work: AtWork, page: TemplatesPage
) -> None:
    office, session = at_work.office, at_work.session
    office.add_picture(session, PictureRequest("door", picture(), "Our door"))
    words = TemplateWords("Hello", "![Our door](picture:door)")
    made = exact_page(office, session, TemplateTryRequest(words, "en", MailPurpose.TREATMENT))
    assert b'src="data:image/png;base64,' in made
    assert b"cid:" not in made


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


SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><image href='file:///etc/passwd'/></svg>"


@pytest.mark.parametrize("data", [b"not a picture", SVG], ids=["words", "svg"])
def test_a_file_that_is_no_picture_is_refused_and_the_window_never_reads_it(
    at_work: AtWork, page: TemplatesPage, data: bytes
) -> None:
    page.show_pictures()
    at_work.screen.settle()
    shown = dialog(page, PicturesDialog)
    assert isinstance(shown, PicturesDialog)
    shown.take_file(at_work.file("notes.png", data))
    at_work.screen.settle()
    assert shown.notice.words
    assert not page.window().findChildren(DescribeDialog)


def test_a_refusal_of_a_picture_is_said_beside_its_form(at_work: AtWork, page: TemplatesPage) -> None:
    page.show_pictures()
    at_work.screen.settle()
    shown = dialog(page, PicturesDialog)
    assert isinstance(shown, PicturesDialog)
    shown.take_file(at_work.file("door.png", picture()))
    at_work.screen.settle()
    about = dialog(page, DescribeDialog)
    assert isinstance(about, DescribeDialog)
    about.name.input.setText("No Name That Is One")
    about.alt.input.setText("Our door")
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
