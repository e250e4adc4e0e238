"""What tests of templates in the window do again and again."""

from __future__ import annotations

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.models.purposes import MailPurpose
from desktop.office.values_templates import OwnTemplate, TemplateKeep, TemplateWords
from desktop.ui.campaigns.place import CampaignsPlace
from desktop.ui.templates.editor import Editor
from desktop.ui.templates.gallery import Shelf
from desktop.ui.templates.page import TemplatesPage
from desktop.ui.templates.wording import WordsForm
from tests.ui.conftest import AtWork

WORDS = {"en": TemplateWords("Your visit", "Hello {{ first_name }},\n\nsee you soon.", "Soon")}


def templates_page(at_work: AtWork) -> TemplatesPage:
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
