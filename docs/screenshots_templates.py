"""The gallery of templates, the editor and its dialogs, for `docs/screenshots.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, Qt
from PySide6.QtGui import QImage

from desktop.models.accounts import Session
from desktop.models.purposes import MailPurpose
from desktop.office.api import Office
from desktop.office.values_templates import PictureRequest, TemplateKeep, TemplateWords
from desktop.ui.campaigns.place import TEMPLATES, CampaignsPlace
from desktop.ui.campaigns.purpose import PurposeQuestions
from desktop.ui.templates.conflict import ConflictDialog
from desktop.ui.templates.details import Details, DetailsDialog
from desktop.ui.templates.look import LookDialog
from desktop.ui.templates.page import TemplatesPage
from desktop.ui.templates.pictures import PicturesDialog
from desktop.ui.templates.testing import TestDialog
from desktop.ui.templates.versions import VersionsDialog

if TYPE_CHECKING:
    from desktop.ui.workspace import Workspace
    from docs.screenshots import Camera

_STOPS = "Hello {{ first_name }},\n\n[Read more](https://elsewhere.example.net/)\n\nBring [what to bring]."


def add_templates(office: Office, session: Session) -> None:
    """A picture, and one template of the practice's own in two versions, the first approved."""
    image = QImage(480, 200, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkCyan)
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    data = bytes(buffer.data().data())
    office.add_picture(session, PictureRequest("front-door", data, "Our front door on Elm Street"))
    words = office.library_words("closure-weather")
    request = TemplateKeep("Snow days", "practice", MailPurpose.OPERATIONS, words, code="closure-weather")
    line = office.keep_template(session, request).line
    newer = {**words, "en": TemplateWords("We are closed today", words["en"].body, "Because of snow")}
    again = TemplateKeep("Snow days", "practice", MailPurpose.OPERATIONS, newer, line.id, line.version)
    office.keep_template(session, again)


def at_work(camera: Camera, workspace: Workspace, session: Session) -> None:
    ui = camera.ui
    workspace.open("campaigns")
    place = workspace.pages["campaigns"]
    if not isinstance(place, CampaignsPlace):
        raise TypeError("Campaigns is another page")
    place.open_part(TEMPLATES)
    camera.settle()
    page = place.tabs.pages[TEMPLATES]
    if not isinstance(page, TemplatesPage):
        raise TypeError("Templates is another page")
    camera.take("templates")
    _editor(camera, page, session)
    parts = ui.office.template_parts(session)
    group = parts.groups[0]
    camera.dialog("template-new", DetailsDialog(ui, Details(group=group), parts, page, PurposeQuestions))
    camera.dialog("template-pictures", PicturesDialog(ui, session, page))
    camera.dialog("template-look", LookDialog(ui, session, parts, page))
    page.show_gallery()
    camera.settle()


def _editor(camera: Camera, page: TemplatesPage, session: Session) -> None:
    ui, editor = camera.ui, page.editor
    own = next(one for one in page.gallery.rows.rows if one.own is not None)
    page.open_shelf(own)
    _settle(camera, page)
    camera.take("template")
    editor.preview.show_view("desktop")
    camera.take("template-computer")
    editor.preview.show_view("text")
    camera.take("template-text")
    editor.preview.show_view("phone")
    shown = ui.office.show_template(session, own.own.id) if own.own else None
    if shown is not None:
        details = Details(shown.line.name, shown.line.group, shown.line.purpose)
        parts = ui.office.template_parts(session)
        camera.dialog("template-details", DetailsDialog(ui, details, parts, page, None))
        camera.dialog("template-versions", VersionsDialog(ui, session, shown, page, may=True))
        camera.dialog("template-conflict", ConflictDialog(ui, session, shown, page))
        camera.dialog("template-test", TestDialog(ui, session, shown, page, unsaved=True))
    editor.languages.form.body.setPlainText(_STOPS)
    _settle(camera, page)
    camera.take("template-stops")


def _settle(camera: Camera, page: TemplatesPage) -> None:
    while True:
        camera.settle()
        if page.editor.preview.settled:
            return
