"""The second page: what the letter is for, then which one it is, or which two are compared."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.models.campaigning import TemplateId, Variant
from desktop.models.purposes import MailPurpose
from desktop.office.values_templates import OwnTemplate, TemplateShown, TemplatesShown
from desktop.texts import clean, clean_lines
from desktop.ui.audit.inputs import number_input
from desktop.ui.base import Page, Ui, button, card, plain_label, scrolled_column
from desktop.ui.campaigns.draft import Draft
from desktop.ui.campaigns.purpose import PurposeQuestions
from desktop.ui.table import Column, Rows, table

_WORDINGS_FROM = 1_000
"""Offered above as many people; what a comparison needs is checked behind the door."""
_BEGINNING = 420
"""Characters of a letter that remind people which one it is."""
_SHORTEST = 170
_FIELD, _CHOICE = re.compile(r"{{.*?}}"), re.compile(r"{%.*?%}")
_MARK = re.compile(r"^#+ +|\*\*", re.MULTILINE)


class WhatPage(QWidget):
    """`look` reads the templates anew; `draft` is what is chosen."""

    def __init__(self, ui: Ui, session: Session, page: Page, on_templates: Callable[[], None]) -> None:
        super().__init__()
        self.ui, self._session, self._page = ui, session, page
        self._own: tuple[OwnTemplate, ...] = ()
        self._template: TemplateId | None = None
        self._version = 0
        self._variants: tuple[Variant, ...] = ()
        self._purpose: MailPurpose | None = None
        """As it was answered when it was last settled."""
        self._showing = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        column = scrolled_column(outer, margin=8)
        frame, inner = card()
        inner.addWidget(plain_label(ui.say("ui.campaigns.purpose"), "heading"))
        self.purpose = PurposeQuestions(ui, page, self._settled)
        inner.addWidget(self.purpose)
        column.addWidget(frame)
        self.letters, below = card()
        self._build_letters(below, on_templates)
        column.addWidget(self.letters)
        column.addStretch()
        self.letters.hide()

    def _build_letters(self, column: QVBoxLayout, on_templates: Callable[[], None]) -> None:
        say = self.ui.say
        head = QHBoxLayout()
        head.addWidget(plain_label(say("ui.campaigns.letter"), "heading"))
        head.addStretch()
        self.templates_button = button(say("ui.campaigns.write-letter"), on_templates, "link")
        head.addWidget(self.templates_button)
        column.addLayout(head)
        self.rows = Rows[OwnTemplate](
            [
                Column(say("ui.campaigns.letter-name"), lambda one: clean(one.name), stretch=True),
                Column(say("ui.campaigns.letter-languages"), self._languages, width=190),
            ]
        )
        self.list = table(self.rows, say("ui.campaigns.letter"))
        self.list.setMinimumHeight(_SHORTEST)
        self.list.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now.row()))
        column.addWidget(self.list)
        self.none = plain_label(say("ui.campaigns.no-letter"), "muted", wrap=True)
        column.addWidget(self.none)
        self.subject = plain_label("", "label", wrap=True)
        self.beginning = plain_label("", "muted", wrap=True)
        column.addWidget(self.subject)
        column.addWidget(self.beginning)
        self.two = QCheckBox(say("ui.campaigns.two-wordings"))
        self.two.toggled.connect(lambda on: self._second.setVisible(on))
        column.addWidget(self.two)
        column.addWidget(self._build_second())

    def _build_second(self) -> QWidget:
        say = self.ui.say
        self._second = QWidget()
        row = QHBoxLayout(self._second)
        row.setContentsMargins(0, 0, 0, 0)
        self.other = QComboBox()
        self.other.setAccessibleName(say("ui.campaigns.second-letter"))
        self.share = number_input(say("ui.campaigns.second-share"), 5, 95)
        self.share.setValue(50)
        self.share.setSuffix(" %")
        label = plain_label(say("ui.campaigns.second-letter"))
        label.setBuddy(self.other)
        gets = plain_label(say("ui.campaigns.second-share"))
        gets.setBuddy(self.share)
        row.addWidget(label)
        row.addWidget(self.other, 1)
        row.addWidget(gets)
        row.addWidget(self.share)
        self._second.hide()
        return self._second

    def _languages(self, one: OwnTemplate) -> str:
        return ", ".join(self.ui.say(f"ui.campaigns.language-{code}") for code in one.languages)

    # --- showing ------------------------------------------------------------------------------

    def show_draft(self, draft: Draft) -> None:
        self._template, self._version = draft.template, draft.template_version
        self._variants = draft.variants
        self._purpose = None
        self.two.setChecked(bool(draft.variants))
        if draft.variants:
            self.share.setValue(draft.variants[-1].share)
        self.purpose.show_answers(draft.answers, clean(draft.payer))

    def _settled(self, purpose: MailPurpose | None) -> None:
        """Answered anew with another purpose: a letter that stands in no row any more is not the one."""
        if purpose is not None and self._purpose not in (None, purpose):
            self._template, self._version, self._variants = None, 0, ()
            self.two.setChecked(False)
        self._purpose = purpose or self._purpose
        self._offer()

    def offer_two(self, people: int) -> None:
        self.two.setVisible(people > _WORDINGS_FROM or bool(self._variants))

    def draft(self, before: Draft) -> Draft:
        return replace(
            before,
            answers=dict(self.purpose.answers),
            payer=self.purpose.payer.text.strip() if self.purpose.purpose in (MailPurpose.PAID, None) else "",
            template=self._template,
            template_version=self._version,
            variants=self.variants(),
        )

    def variants(self) -> tuple[Variant, ...]:
        """Two wordings, or none; those of the draft as long as nobody chose others."""
        other = next((one for one in self._own if one.id == self.other.currentData()), None)
        if not self.two.isChecked() or self._template is None or other is None:
            return self._variants if self.two.isChecked() else ()
        kept = {one.template: one.version for one in self._variants}
        share = self.share.value()
        first = Variant("A", self._template, self._version, 100 - share)
        return (first, Variant("B", other.id, kept.get(other.id, other.approved), share))

    def look(self) -> None:
        self._page.call(lambda _: self.ui.office.list_templates(self._session), self._show)

    def _show(self, shown: TemplatesShown) -> None:
        self._own = tuple(one for one in shown.own if one.approved and not one.visit and not one.retired)
        self.templates_button.setVisible(shown.can_keep)
        self._offer()

    def _offer(self) -> None:
        """Letters of this purpose, once it is known."""
        mine = next((one for one in self._own if one.id == self._template), None)
        purpose = self.purpose.purpose or (mine.purpose if mine is not None else None)
        self.letters.setVisible(purpose is not None)
        fitting = [one for one in self._own if one.purpose is purpose]
        self._showing = True
        self.rows.show(fitting)
        row = next((at for at, one in enumerate(fitting) if one.id == self._template), -1)
        if row >= 0:
            self.list.selectRow(row)
            self._describe(fitting[row].id)
        else:
            self.list.clearSelection()
            self.subject.setText("")
            self.beginning.setText("")
        self._offer_second(fitting)
        self._showing = False
        self.list.setVisible(bool(fitting))
        self.none.setVisible(not fitting)

    def _offer_second(self, fitting: list[OwnTemplate]) -> None:
        second = self._variants[-1].template if self._variants else self.other.currentData()
        self.other.clear()
        for one in fitting:
            if one.id != self._template:
                self.other.addItem(clean(one.name), one.id)
        self.other.setCurrentIndex(max(0, self.other.findData(second)) if self.other.count() else -1)
        self.two.setEnabled(bool(self.other.count()))

    # --- choosing -----------------------------------------------------------------------------

    def _choose(self, row: int) -> None:
        if self._showing or not 0 <= row < len(self.rows.rows):
            return
        chosen = self.rows.rows[row]
        if chosen.id != self._template:
            self._template, self._version = chosen.id, chosen.approved
            self._offer_second(self.rows.rows)
        self._describe(chosen.id)

    def _describe(self, template: TemplateId) -> None:
        version = self._version
        self._page.call(
            lambda _: self.ui.office.show_template(self._session, template, version), self._described
        )

    def _described(self, shown: TemplateShown) -> None:
        if shown.line.id != self._template or not shown.texts:
            return
        language = self.ui.texts.language
        words = shown.texts.get(language) or next(iter(shown.texts.values()))
        self.subject.setText(clean(_without_fields(words.subject), 160))
        self.beginning.setText(clean_lines(_MARK.sub("", _without_fields(words.body)), _BEGINNING))


def _without_fields(words: str) -> str:
    """What differs from person to person as three dots: the check shows it filled in."""
    return _CHOICE.sub("", _FIELD.sub("…", words))
