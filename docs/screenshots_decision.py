"""Pictures of the decision card: beside a letter, with what was found, and for a day's reminders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from desktop.models.records import Label
from desktop.office.values import AttachmentIn
from desktop.ui.compose.page import ComposePage
from desktop.ui.reminders.page import TodayPage
from desktop.ui.workspace import Workspace

if TYPE_CHECKING:
    from docs.screenshots import Camera

_TELLING = {
    "en": "Your blood sugar is better.\n\nKind regards\nElm Street Family Practice",
    "es": "Su glucosa está mejor.\n\nAtentamente,\nElm Street Family Practice",
}
_SUBJECT = {"en": "Your diabetes", "es": "Su diabetes"}


def letter(camera: Camera, workspace: Workspace, contacts: Path) -> None:
    """The letter on the page: its card, then what was found in it, then the label that keeps it here."""
    page = workspace.pages["compose"]
    if not isinstance(page, ComposePage):
        raise TypeError("the letter is another page")
    page.deciding.checker.now()
    camera.settle()
    page.deciding.open_card(True)
    camera.take("compose-card")
    page.deciding.open_card(False)
    language = camera.ui.texts.language
    page.subject.setText(_SUBJECT[language])
    page.text.setPlainText(_TELLING[language])
    page.attachments.add(AttachmentIn("photo.png", data=b"\x89PNG\r\n\x1a\n"), str(contacts))
    page.deciding.checker.now()
    camera.take("compose-found")
    page.deciding.label.choose(Label.DO_NOT_EMAIL)
    page.deciding.label.changed.emit()
    camera.take("compose-call")
    page.clear()


def review(camera: Camera, today: TodayPage) -> None:
    """Somebody's card beside the day."""
    rows = today.review_view.rows.rows
    if rows:
        today.explain(rows[-1].person)
        camera.take("review-card")
    today.review_view.close_card()
