"""The place of templates: the gallery, and the editor over it while one is in hand."""

from __future__ import annotations

from desktop.models.accounts import Session
from desktop.office.values_templates import TemplatesShown
from desktop.ui.base import Page, Ui
from desktop.ui.navigation import Navigation
from desktop.ui.templates.gallery import Gallery


class TemplatesPage(Page):
    """Opens on the gallery."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.templates.title"))
        self.title.hide()
        self.gallery = Gallery(ui)
        self.outer.addWidget(self.gallery, 1)

    def refresh(self) -> None:
        self.call(
            lambda _: self.ui.office.list_library(),
            lambda library: self.gallery.show_all(TemplatesShown((), library, False, False)),
        )
