"""What a template is beside its words: its name, where people look for it, and what it is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import Protocol, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from desktop.frozen import dataclass
from desktop.models.purposes import BASES, MailPurpose
from desktop.office.values_templates import TemplateParts
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.dialog import FormDialog
from desktop.ui.form import Field, filled


@dataclass(frozen=True)
class Details:
    name: str = ""
    group: str = ""
    purpose: MailPurpose = MailPurpose.TREATMENT
    layout: str = "letter"
    visit: bool = False
    payer: str = ""
    answers: dict[str, str] = field(default_factory=dict)


class Questions(Protocol):
    """A widget that finds out what a letter to many is for (`ui/campaigns/purpose.py`)."""

    answers: dict[str, str]
    purpose: MailPurpose | None
    payer: Field

    def show_answers(self, answers: Mapping[str, str], payer: str) -> None: ...
    def begin_anew(self) -> None: ...


Asks = Callable[[Ui, Page, Callable[[MailPurpose | None], None]], Questions]


class DetailsDialog(FormDialog):
    """`settled` tells the details.

    What is no copy from the library is asked what it is for; a copy has its purpose, which only a stricter
    one may replace. `fixed`: a version was approved, and only name and group change.
    """

    settled = Signal(object)

    def __init__(
        self,
        ui: Ui,
        details: Details,
        parts: TemplateParts,
        page: Page,
        asks: Asks | None,
        *,
        fixed: bool = False,
    ) -> None:
        title = "ui.templates.details" if details.name else "ui.templates.new"
        super().__init__(ui, ui.say(title), page)
        self._details = details
        self._boxes: dict[str, QWidget] = {}
        say = ui.say
        self.name = Field(say("ui.templates.name"), hint=say("ui.templates.name-hint"))
        self.name.input.setText(details.name)
        self.content.addWidget(self.name)
        groups = [(code, say(f"template.group.{code}")) for code in parts.groups]
        self.group = self._choice("group", groups, details.group)
        self.questions: Questions | None = None
        self._purpose_part = QWidget()
        self.content.addWidget(self._purpose_part)
        self._purpose_part.setVisible(asks is not None and not fixed)
        place = QVBoxLayout(self._purpose_part)
        place.setContentsMargins(0, 0, 0, 0)
        if asks is not None and not fixed:
            place.addWidget(plain_label(say("ui.templates.for"), "label"))
            self.questions = asks(ui, page, self._answered)
            place.addWidget(cast(QWidget, self.questions))
        purposes = [(one.value, say(f"ui.templates.purpose.{one}")) for one in MailPurpose]
        self.purpose = self._choice("for", purposes, details.purpose.value)
        self.about = plain_label("", "muted", wrap=True)
        self.content.addWidget(self.about)
        self.payer = Field(say("ui.templates.payer"))
        self.payer.input.setText(details.payer)
        self.content.addWidget(self.payer)
        layouts = [(code, say(f"ui.templates.layout-{code}")) for code in parts.layouts]
        self.layout_box = self._choice("layout", layouts, details.layout)
        self.visit = QCheckBox(say("ui.templates.visit"))
        self.visit.setChecked(details.visit)
        self.content.addWidget(self.visit)
        if fixed:
            self.notice.show_words(say("ui.templates.fixed"), "plain")
        for one in (self.purpose, self.payer, self.layout_box, self.visit):
            one.setEnabled(not fixed)
        self.purpose.currentIndexChanged.connect(lambda _: self._follow())
        self.go = button(say("ui.save" if details.name else "ui.templates.begin"), self.finish, "primary")
        self.foot.addWidget(self.go)
        self._follow()
        if self.questions is not None:
            for hidden in (self._boxes["for"], self.about):
                hidden.hide()
            self._answered(None)
            if details.answers:
                self.questions.show_answers(details.answers, details.payer)
            else:
                self.questions.begin_anew()
        self.name.input.setFocus()

    def _choice(self, code: str, offered: list[tuple[str, str]], now: str) -> QComboBox:
        words = self.ui.say(f"ui.templates.{code}")
        made = QComboBox()
        made.setAccessibleName(words)
        for value, name in offered:
            made.addItem(name, value)
        made.setCurrentIndex(max(0, made.findData(now)))
        label = plain_label(words, "label")
        label.setBuddy(made)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addWidget(label)
        column.addWidget(made)
        self.content.addWidget(holder)
        self._boxes[code] = holder
        return made

    @property
    def _purpose(self) -> MailPurpose:
        return MailPurpose(str(self.purpose.currentData()))

    def _follow(self) -> None:
        purpose = self._purpose
        rule = self.ui.say("ui.templates.rule", citation=BASES[purpose].citation)
        self.about.setText(f"{self.ui.say(f'ui.templates.about.{purpose}')} {rule}")
        self.payer.setVisible(self.questions is None and purpose is MailPurpose.PAID)

    def _answered(self, purpose: MailPurpose | None) -> None:
        if purpose is not None:
            self.purpose.setCurrentIndex(self.purpose.findData(purpose.value))
        self.go.setEnabled(purpose is not None)

    def finish(self) -> None:
        name, purpose = self.name.text.strip(), self._purpose
        payer = self.payer if self.questions is None else self.questions.payer
        wanted = (self.name, payer) if purpose is MailPurpose.PAID else (self.name,)
        if not filled(self.ui, wanted):
            return
        self.settled.emit(
            replace(
                self._details,
                name=name,
                group=str(self.group.currentData()),
                purpose=purpose,
                layout=str(self.layout_box.currentData()),
                visit=self.visit.isChecked(),
                payer=payer.text.strip() if purpose is MailPurpose.PAID else "",
                answers=self._details.answers if self.questions is None else dict(self.questions.answers),
            )
        )
        self.accept()
