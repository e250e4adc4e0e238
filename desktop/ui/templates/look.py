"""How letters look and what stands in each: colour, logo, when mail is read, where links may lead."""

from __future__ import annotations

import re

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QComboBox, QLabel, QPlainTextEdit

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_templates import BrandChange, BrandShown, TemplateParts
from desktop.texts import LANGUAGES, clean
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.dialog import FormDialog
from desktop.ui.form import Field

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_DARK, _LIGHT = "#16202a", "#ffffff"
_ENOUGH = 4.5
"""WCAG 2.2, 1.4.3."""


class LookDialog(FormDialog):
    """`changed` once it is kept."""

    changed = Signal()

    def __init__(self, ui: Ui, session: Session, parts: TemplateParts, page: Page) -> None:
        super().__init__(ui, ui.say("ui.templates.letters-look"), page)
        self._session = session
        say = ui.say
        self.colour = Field(say("ui.templates.colour"), hint=say("ui.templates.colour-hint"))
        self.pick = button(say("ui.templates.pick-colour"), self.choose_colour)
        self.colour.beside(self.pick)
        self.sample = QLabel()
        self.sample.setMinimumHeight(44)
        self.contrast = plain_label("", "muted", wrap=True)
        label = plain_label(say("ui.templates.logo"), "label")
        self.logo = QComboBox()
        self.logo.setAccessibleName(say("ui.templates.logo"))
        self.logo.addItem(say("ui.templates.no-logo"), "")
        for one in parts.pictures:
            self.logo.addItem(clean(one.name), one.name)
        label.setBuddy(self.logo)
        for widget in (self.colour, self.sample, self.contrast, label, self.logo):
            self.content.addWidget(widget)
        self.hours: dict[str, Field] = {}
        for language in LANGUAGES:
            words = say("ui.templates.mail-hours", language=say(f"ui.language.{language}"))
            self.hours[language] = Field(words)
            self.content.addWidget(self.hours[language])
        label = plain_label(say("ui.templates.sites"), "label")
        self.sites = QPlainTextEdit()
        self.sites.setAccessibleName(say("ui.templates.sites"))
        self.sites.setTabChangesFocus(True)
        self.sites.setMinimumWidth(500)
        self.sites.setFixedHeight(76)
        label.setBuddy(self.sites)
        self.sites_about = plain_label(say("ui.templates.sites-hint"), "muted", wrap=True)
        self.below = plain_label("", "muted", wrap=True)
        for part in (label, self.sites, self.sites_about, self.below):
            self.content.addWidget(part)
        self.go = button(say("ui.save"), self.save, "primary")
        self.go.setEnabled(False)
        self.foot.addWidget(self.go)
        self.colour.input.textChanged.connect(lambda _: self._show_colour())
        ui.bridge.run(self, lambda _: ui.office.show_brand(session), self._show, self.failed)

    def _show(self, shown: BrandShown) -> None:
        brand, say = shown.brand, self.ui.say
        self.sample.setText(f"  {clean(shown.practice)}")
        self.colour.input.setText(brand.colour)
        self.logo.setCurrentIndex(max(0, self.logo.findData(brand.logo)))
        for language, field in self.hours.items():
            field.input.setText(brand.mail_hours.get(language, ""))
        self.sites.setPlainText("\n".join(brand.sites))
        imprint = ", ".join(clean(one) for one in (shown.practice, shown.address, shown.phone) if one)
        self.below.setText(say("ui.templates.imprint", imprint=imprint))
        if shown.hosts:
            hosts = ", ".join(map(clean, shown.hosts))
            self.sites_about.setText(
                f"{say('ui.templates.sites-hint')} {say('ui.templates.hosts', hosts=hosts)}"
            )
        self.go.setEnabled(shown.can_change)

    def _show_colour(self) -> None:
        """Words on the colour as they will stand there, and how well they are read."""
        colour = self.colour.text.strip()
        if not _COLOUR.fullmatch(colour):
            self.contrast.setText("")
            self.sample.setStyleSheet("")
            return
        on = max((_LIGHT, _DARK), key=lambda one: _contrast(colour, one))
        ratio = _contrast(colour, on)
        self.sample.setStyleSheet(
            f"background: {colour}; color: {on}; font-weight: 700; border-radius: 8px; padding: 0 12px;"
        )
        code = "contrast-good" if ratio >= _ENOUGH else "contrast-low"
        self.contrast.setText(self.ui.say(f"ui.templates.{code}", ratio=f"{ratio:.1f}"))

    def choose_colour(self) -> None:
        dialog = QColorDialog(QColor(self.colour.text.strip()), self)
        dialog.colorSelected.connect(lambda colour: self.colour.input.setText(colour.name()))
        dialog.open()

    def save(self) -> None:
        colour = self.colour.text.strip()
        if not _COLOUR.fullmatch(colour):
            self.colour.refuse(" ".join(self.ui.texts.error("template-colour", {})))
            return
        change = BrandChange(
            colour,
            str(self.logo.currentData()),
            {code: field.text.strip() for code, field in self.hours.items() if field.text.strip()},
            tuple(line.strip() for line in self.sites.toPlainText().splitlines() if line.strip()),
        )
        self.go.setEnabled(False)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.set_brand(self._session, change),
            lambda _: self._saved(),
            self._refused,
        )

    def _saved(self) -> None:
        self.changed.emit()
        self.accept()

    def _refused(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.failed(error)


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    made = QColor(colour)
    red, green, blue = map(_linear, (made.redF(), made.greenF(), made.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
