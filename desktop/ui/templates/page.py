"""The place of templates: the gallery, and the editor over it while one is in hand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.office.values_templates import (
    TemplateLine,
    TemplateParts,
    TemplateShown,
    TemplatesShown,
    TemplateWords,
)
from desktop.ui.base import Page, Ui, button
from desktop.ui.gate.gate import Work
from desktop.ui.navigation import Navigation
from desktop.ui.templates.beside import Beside
from desktop.ui.templates.details import Asks, Details, DetailsDialog
from desktop.ui.templates.editor import Editor
from desktop.ui.templates.gallery import Gallery, Shelf
from desktop.ui.templates.look import LookDialog
from desktop.ui.templates.pictures import PicturesDialog

_NONE = TemplateParts((), (), (), (), (), ())


class TemplatesPage(Page):
    """Opens on the gallery; a template that is in hand stays there until one goes back.

    `asks` builds the questions that find out what a letter is for.
    """

    def __init__(self, asks: Asks, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.templates.title"))
        self._session, self._asks = session, asks
        self._parts = _NONE
        self._may = False
        self.title.hide()
        self.outer.setSpacing(0)
        self.stack = QStackedWidget()
        self.outer.addWidget(self.stack, 1)
        self.stack.addWidget(self._build_gallery())
        self.editor = Editor(ui, session, asks)
        self.editor.outer.setContentsMargins(0, 0, 0, 0)
        self.editor.left.connect(self.show_gallery)
        self.editor.pictures.connect(self.show_pictures)
        self.stack.addWidget(self.editor)

    def _build_gallery(self) -> QWidget:
        say = self.ui.say
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        self.pictures_button = button(say("ui.templates.pictures"), self.show_pictures)
        self.look_button = button(say("ui.templates.letters-look"), self.show_look)
        self.new_button = button(say("ui.templates.new"), self.begin)
        for one in (self.pictures_button, self.look_button, self.new_button):
            row.addWidget(one)
        column.addLayout(row)
        below = QHBoxLayout()
        below.setSpacing(14)
        self.gallery = Gallery(self.ui)
        self.beside = Beside(self.ui, self._session)
        below.addWidget(self.gallery, 1)
        below.addWidget(self.beside, 0, Qt.AlignmentFlag(0))
        column.addLayout(below, 1)
        self.gallery.chosen.connect(lambda shelf: self.beside.show_one(shelf, may=self._may))
        self.gallery.opened.connect(self.open_shelf)
        self.beside.opened.connect(self.open_shelf)
        self.beside.failed.connect(self.show_error)
        return holder

    # --- the gallery ------------------------------------------------------------------------

    @property
    def editing(self) -> bool:
        return self.stack.currentWidget() is self.editor

    def refresh(self) -> None:
        """While a template is in hand nothing moves."""
        if not self.editing:
            self.look()

    def look(self) -> None:
        self.notice.clear()
        self.call(lambda _: self._ask(), self._show)

    def _ask(self) -> tuple[TemplatesShown, TemplateParts]:
        office = self.ui.office
        return office.list_templates(self._session), office.template_parts(self._session)

    def _show(self, found: tuple[TemplatesShown, TemplateParts]) -> None:
        shown, self._parts = found
        self._may = shown.can_keep
        for one in (self.pictures_button, self.look_button, self.new_button):
            one.setVisible(shown.can_keep)
        self.gallery.show_all(shown)

    def show_gallery(self) -> None:
        self.stack.setCurrentIndex(0)
        self.look()
        self.gallery.list.setFocus()

    # --- the editor -------------------------------------------------------------------------

    def begin(self) -> None:
        """A new template: first what it is, then its words."""
        group = self._parts.groups[0] if self._parts.groups else ""
        dialog = DetailsDialog(self.ui, Details(group=group), self._parts, self, self._asks)
        dialog.settled.connect(lambda details: self._edit(details, {}, ""))
        dialog.open()

    def open_shelf(self, shelf: Shelf) -> None:
        if shelf.own is not None:
            template = shelf.own.id
            self.call(lambda _: self.ui.office.show_template(self._session, template), self._open)
        elif shelf.library is not None and self._may:
            line = shelf.library
            self.call(
                lambda _: self.ui.office.library_words(line.code), lambda words: self._copy(line, words)
            )

    def _open(self, shown: TemplateShown) -> None:
        if self.editing:  # asked for twice: what stands there may have been changed since
            return
        self.stack.setCurrentWidget(self.editor)
        self.editor.open(shown, self._parts, self._may)
        self.editor.languages.form.subject.setFocus()

    def _copy(self, line: TemplateLine, words: dict[str, TemplateWords]) -> None:
        if self.editing:
            return
        name = self.ui.say(f"template.title.{line.code}")
        details = Details(name, line.group, line.purpose, visit=line.visit)
        self._edit(details, words, line.code)

    def _edit(self, details: Details, words: dict[str, TemplateWords], code: str) -> None:
        self.stack.setCurrentWidget(self.editor)
        self.editor.begin(details, words, self._parts, code)
        self.editor.languages.form.subject.setFocus()

    def unfinished(self) -> Work | None:
        """What keeps the words in the editor before a lock."""
        return self.editor.unfinished() if self.editing else None

    def take_up(self) -> None:
        """Back after a lock: the template that was kept is the one that changed last."""
        self.call(lambda _: self._ask(), self._take_up)

    def _take_up(self, found: tuple[TemplatesShown, TemplateParts]) -> None:
        self._show(found)
        mine = [one for one in found[0].own if one.by == self._session.user_name]
        if mine:
            template = max(mine, key=lambda one: one.changed_at).id
            self.call(lambda _: self.ui.office.show_template(self._session, template), self._taken_up)

    def _taken_up(self, shown: TemplateShown) -> None:
        self._open(shown)
        self.editor.notice.show_words(self.ui.say("ui.templates.kept-at-lock"), "ok")

    # --- pictures and look ------------------------------------------------------------------

    def show_pictures(self) -> None:
        dialog = PicturesDialog(self.ui, self._session, self)
        dialog.changed.connect(self._renew)
        dialog.open()

    def show_look(self) -> None:
        dialog = LookDialog(self.ui, self._session, self._parts, self)
        dialog.changed.connect(self._renew)
        dialog.open()

    def _renew(self) -> None:
        self.beside.forget_pictures()
        self.call(lambda _: self.ui.office.template_parts(self._session), self._renewed)

    def _renewed(self, parts: TemplateParts) -> None:
        self._parts = parts
        if self.editing:
            self.editor.offer(parts)
        else:
            self.look()
