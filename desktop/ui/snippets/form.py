"""The form of one text block: what it is, its words, and the fields that are filled in for each person."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QMenu, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.models.correspondence import SnippetId
from desktop.office.values_messages import SnippetLine, SnippetRequest, SnippetsShown
from desktop.texts import LANGUAGES, clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.form import Field

SNIPPET, TEMPLATE, SIGNATURE = "snippet", "template", "signature"
KINDS = (SNIPPET, TEMPLATE, SIGNATURE)


class BlockForm(QWidget):
    """`touched`: somebody has changed something since it was filled."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        self.touched = False
        self._shown = SnippetsShown(())
        say = ui.say
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.name = Field(say("ui.blocks.title"))
        column.addWidget(self.name)
        row = QHBoxLayout()
        row.setSpacing(12)
        self.kind = self._choice(
            row, say("ui.blocks.kind"), [(one, say(f"ui.blocks.kind-{one}")) for one in KINDS]
        )
        self.language = self._choice(
            row, say("ui.person.language"), [(one, say(f"ui.language.{one}")) for one in LANGUAGES]
        )
        row.addStretch()
        column.addLayout(row)
        self.subject = Field(say("ui.blocks.subject"))
        column.addWidget(self.subject)
        head = QHBoxLayout()
        label = plain_label(say("ui.blocks.text"), "label")
        head.addWidget(label)
        head.addStretch()
        self.insert = button(say("ui.blocks.insert"), lambda: None, "link")
        self.menu = QMenu(self)
        self.insert.setMenu(self.menu)
        head.addWidget(self.insert)
        column.addLayout(head)
        self.text = QPlainTextEdit()
        self.text.setAccessibleName(say("ui.blocks.text"))
        self.text.setTabChangesFocus(True)
        label.setBuddy(self.text)
        column.addWidget(self.text, 1)
        self.about = plain_label("", "muted", wrap=True)
        column.addWidget(self.about)
        self.shared = QCheckBox(say("ui.blocks.shared"))
        column.addWidget(self.shared)
        self.kind.currentIndexChanged.connect(lambda _: self._follow())
        for changed in (self.name.input.textEdited, self.subject.input.textEdited, self.text.textChanged):
            changed.connect(self._touch)
        for chosen in (self.kind.activated, self.language.activated, self.shared.clicked):
            chosen.connect(self._touch)

    def _choice(self, row: QHBoxLayout, words: str, choices: list[tuple[str, str]]) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(words)
        for code, name in choices:
            made.addItem(name, code)
        label = plain_label(words, "label")
        label.setBuddy(made)
        column = QVBoxLayout()
        column.setSpacing(5)
        column.addWidget(label)
        column.addWidget(made)
        row.addLayout(column)
        return made

    def _touch(self, *_: object) -> None:
        self.touched = True

    def offer(self, shown: SnippetsShown) -> None:
        """What this person may do, and what a text may name."""
        self._shown = shown
        self._follow()

    def fill(self, one: SnippetLine | None) -> None:
        """A block, or with None an empty form in the program's language."""
        given = one or SnippetLine(SnippetId(""), SNIPPET, "", "", language=self.ui.texts.language)
        self.name.input.setText(given.name)
        self.subject.input.setText(given.subject)
        self.text.setPlainText(given.text)
        self.kind.setCurrentIndex(self.kind.findData(given.kind))
        self.language.setCurrentIndex(self.language.findData(given.language))
        self.shared.setChecked(given.shared)
        self.shared.setEnabled(self._shown.may_share)
        self.shared.setVisible(self._shown.may_share or given.shared)
        for field in (self.name.input, self.subject.input, self.text):
            field.setReadOnly(not given.can_change)
        for choice in (self.kind, self.language, self.insert):
            choice.setEnabled(given.can_change)
        self.name.wrong("")
        self._follow()
        self.touched = False

    def request(self, id_: SnippetId | None) -> SnippetRequest | None:
        """What the form says; None where it has no name, which is said beside the field."""
        name = self.name.text.strip()
        if not name:
            self.name.wrong(self.ui.say("ui.blocks.name-missing"))
            self.name.input.setFocus()
            return None
        return SnippetRequest(
            kind=str(self.kind.currentData()),
            name=name,
            text=self.text.toPlainText(),
            subject=self.subject.text.strip(),
            language=str(self.language.currentData()),
            shared=self.shared.isChecked(),
            id=id_,
        )

    def _follow(self) -> None:
        """The subject is a template's, and a signature names the practice alone."""
        kind = str(self.kind.currentData())
        self.subject.setVisible(kind == TEMPLATE)
        self.about.setText(self.ui.say(f"ui.blocks.about-{kind}"))
        self.menu.clear()
        plain = self._shown.own_fields if kind == SIGNATURE else self._shown.fields
        offered = [(name, self.ui.say(f"ui.blocks.field-{name}")) for name in plain]
        if kind != SIGNATURE:
            offered += [(one.name, clean(one.label)) for one in self._shown.custom]
        for name, label in offered:
            made = self.menu.addAction(label.replace("&", "&&"))
            made.triggered.connect(partial(self._insert, name))

    def _insert(self, name: str, _: bool = False) -> None:
        self.text.insertPlainText("{{ " + name + " }}")
        self.text.setFocus()
