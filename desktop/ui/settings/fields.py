"""Fields of the practice's own: the list, and one of them in a dialog."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QComboBox, QPlainTextEdit, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.standing import CustomField, FieldClass, FieldKind
from desktop.office.values_facts import FieldLine, FieldRequest, FieldsShown
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.dialog import FormDialog
from desktop.ui.form import Field, filled
from desktop.ui.table import Column, Rows, table

_TALL = 110


class OwnFieldsSection(Page):
    """Who sees a field follows from its class; a retired one is offered no more."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.settings.fields"))
        self._session = session
        say = ui.say
        self.head.addStretch()
        self.new_button = button(say("ui.own-fields.new"), lambda: self.change(None), "primary")
        self.head.addWidget(self.new_button)
        self.outer.addWidget(plain_label(say("ui.own-fields.lead"), "muted", wrap=True))
        muted = ui.theme.tokens.muted

        def colour(line: FieldLine) -> str:
            return muted if line.field.retired_at is not None else ""

        self.rows = Rows[FieldLine](
            (
                Column(say("ui.own-fields.label"), lambda one: clean(one.field.label), colour, stretch=True),
                Column(
                    say("ui.own-fields.kind"),
                    lambda one: say(f"ui.own-fields.kind-{one.field.kind.value}"),
                    colour,
                    width=130,
                ),
                Column(
                    say("ui.own-fields.class"),
                    lambda one: say(f"ui.own-fields.class-{one.field.group.value}"),
                    colour,
                    width=170,
                ),
                Column(say("ui.own-fields.used"), lambda one: str(one.used), colour, width=90),
                Column(
                    "",
                    lambda one: say("ui.own-fields.retired") if one.field.retired_at is not None else "",
                    colour,
                    width=110,
                ),
            )
        )
        self.list = table(self.rows, say("ui.settings.fields"))
        self.list.doubleClicked.connect(lambda _: self.change_chosen())
        for key in ("Return", "Enter"):
            QShortcut(QKeySequence(key), self.list).activated.connect(self.change_chosen)
        self.outer.addWidget(self.list, 1)
        self.empty = plain_label(say("ui.own-fields.begin"), "muted", wrap=True)
        self.outer.addWidget(self.empty)
        self.change_button = button(say("ui.own-fields.change"), self.change_chosen)
        self.outer.addWidget(self.change_button, 0, Qt.AlignmentFlag.AlignLeft)

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.list_fields(self._session), self._show)

    def _show(self, shown: FieldsShown) -> None:
        self.rows.show(shown.fields)
        self.list.setVisible(bool(shown.fields))
        self.empty.setVisible(not shown.fields)
        self.new_button.setEnabled(shown.can_change)
        self.change_button.setVisible(shown.can_change and bool(shown.fields))

    def change_chosen(self) -> None:
        row = self.list.currentIndex().row()
        if 0 <= row < len(self.rows.rows):
            self.change(self.rows.rows[row].field)

    def change(self, one: CustomField | None) -> None:
        """A new one, or one that is there."""
        dialog = FieldDialog(self.ui, self._session, one, len(self.rows.rows), self)
        dialog.saved.connect(self._saved)
        dialog.open()

    def _saved(self, shown: object) -> None:
        if isinstance(shown, FieldsShown):
            self._show(shown)
            self.notice.show_words(self.ui.say("ui.own-fields.kept"), "ok")


class FieldDialog(FormDialog):
    """Short name and kind stay as they were first kept. Emits `saved` with the office's `FieldsShown`."""

    saved = Signal(object)

    def __init__(
        self, ui: Ui, session: Session, one: CustomField | None, place: int, parent: QWidget
    ) -> None:
        say = ui.say
        super().__init__(ui, say("ui.own-fields.new" if one is None else "ui.own-fields.change"), parent)
        self._session, self._one, self._place = session, one, place
        self.label = Field(say("ui.own-fields.label"), hint=say("ui.own-fields.label-hint"))
        self.name = Field(say("ui.own-fields.name"), hint=say("ui.own-fields.name-hint"))
        if one is not None:
            self.label.input.setText(clean(one.label))
            self.name.input.setText(one.name)
            self.name.input.setReadOnly(True)
        self.content.addWidget(self.label)
        self.content.addWidget(self.name)
        self.kind = self._chooser("kind", tuple(FieldKind), one.kind if one is not None else FieldKind.TEXT)
        self.kind.setEnabled(one is None)
        group = one.group if one is not None else FieldClass.PLAIN
        self.group = self._chooser("class", tuple(FieldClass), group)
        self.content.addWidget(plain_label(say("ui.own-fields.class-hint"), "muted", wrap=True))
        self.choices = QPlainTextEdit(
            "\n".join(clean(text) for text in one.choices) if one is not None else ""
        )
        self.choices.setAccessibleName(say("ui.own-fields.choices"))
        self.choices.setTabChangesFocus(True)
        self.choices.setFixedHeight(_TALL)
        self.choices_label = plain_label(say("ui.own-fields.choices"), "label")
        self.content.addWidget(self.choices_label)
        self.content.addWidget(self.choices)
        self.retired = QCheckBox(say("ui.own-fields.retire"))
        self.retired.setVisible(one is not None)
        self.retired.setChecked(one is not None and one.retired_at is not None)
        self.content.addWidget(self.retired)
        self.kind.currentIndexChanged.connect(lambda _: self._fit())
        self._fit()
        self.go = button(say("ui.save"), self.save, "primary")
        self.go.setDefault(True)
        self.foot.addWidget(self.go)
        self.label.input.setFocus()

    def _chooser(
        self, code: str, offered: tuple[FieldKind, ...] | tuple[FieldClass, ...], now: str
    ) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(self.ui.say(f"ui.own-fields.{code}"))
        for one in offered:
            made.addItem(self.ui.say(f"ui.own-fields.{code}-{one.value}"), one.value)
        made.setCurrentIndex(max(0, made.findData(str(now))))
        self.content.addWidget(plain_label(made.accessibleName(), "label"))
        self.content.addWidget(made)
        return made

    def _fit(self) -> None:
        """Choices stand there only where there is something to choose from."""
        chooses = self.kind.currentData() == FieldKind.CHOICE.value
        self.choices.setVisible(chooses)
        self.choices_label.setVisible(chooses)

    def save(self) -> None:
        if not filled(self.ui, (self.label, self.name)):
            return
        request = FieldRequest(
            self.name.text,
            self.label.text,
            FieldKind(str(self.kind.currentData())),
            FieldClass(str(self.group.currentData())),
            tuple(line for line in self.choices.toPlainText().splitlines() if line.strip()),
            self._one.place if self._one is not None else self._place,
            self.retired.isChecked(),
        )
        self.notice.clear()
        self.go.setEnabled(False)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.set_field(self._session, request),
            self._done,
            self._refused,
        )

    def _done(self, shown: FieldsShown) -> None:
        self.saved.emit(shown)
        self.accept()

    def _refused(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.failed(error)
