"""The call list: whom to phone today, on the screen and on paper for when the network is down."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.models.accounts import Session
from desktop.office.values_delivery import CallLine, CallList
from desktop.office.values_protection import Paper
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.cards.saving import CardSaver
from desktop.ui.dates import day_words, time_words
from desktop.ui.dialog import FormDialog
from desktop.ui.table import Column, Rows, table

_WIDTH, _HEIGHT = 820, 300


class CallDialog(FormDialog):
    """The day's list; Save as PDF writes the page that can be printed and ticked."""

    def __init__(self, ui: Ui, session: Session, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.calls.title"), parent)
        self._session = session
        self.setMinimumWidth(min(_WIDTH, parent.window().width() - 60))
        self.lead = plain_label(ui.say("ui.calls.lead"), "muted", wrap=True)
        self.content.addWidget(self.lead)
        language = ui.texts.language
        self.rows = Rows[CallLine](
            [
                Column(
                    ui.say("ui.calls.when"),
                    lambda line: _visit_words(line, language),
                    width=175,
                ),
                Column(ui.say("ui.calls.name"), lambda line: clean(line.name), width=190),
                Column(
                    ui.say("ui.calls.phone"),
                    lambda line: clean(line.phone) or ui.say("ui.calls.no-phone"),
                    width=140,
                ),
                Column(ui.say("ui.calls.why"), lambda line: ui.reason(line.reason), stretch=True),
            ]
        )
        self.view = table(self.rows, ui.say("ui.calls.title"))
        self.view.setMinimumHeight(_HEIGHT)
        self.content.addWidget(self.view)
        self.empty = plain_label(ui.say("ui.calls.empty"), "muted", wrap=True)
        self.empty.hide()
        self.content.addWidget(self.empty)
        self._saver = CardSaver(ui, session, self, lambda words, kind: self.notice.show_words(words, kind))
        self.save = button(ui.say("ui.calls.save"), self._print, "primary")
        self.save.setEnabled(False)
        self.foot.addWidget(self.save)
        self.cancel.setText(ui.say("ui.close"))
        ui.bridge.run(self, lambda _: ui.office.call_list(session), self._show, self.failed)

    def _show(self, shown: CallList) -> None:
        day = day_words(shown.day, self.ui.texts.language)
        self.lead.setText(self.ui.texts.count("ui.calls.lead-day", len(shown.lines), day=day))
        self.rows.show(shown.lines)
        self.view.setVisible(bool(shown.lines))
        self.empty.setVisible(not shown.lines)
        self.save.setEnabled(bool(shown.lines))
        if shown.lines:
            self.view.selectRow(0)
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _print(self) -> None:
        self.save.setEnabled(False)
        self.ui.bridge.run(
            self, lambda _: self.ui.office.print_call_list(self._session), self._printed, self.failed
        )

    def _printed(self, paper: Paper) -> None:
        self.save.setEnabled(True)
        self._saver.save(paper)


def _visit_words(line: CallLine, language: str) -> str:
    """Day and wall-clock time: the list may reach into tomorrow."""
    if line.start is None:
        return ""
    return f"{day_words(line.start.date(), language)}, {time_words(line.start, language)}"
