"""Where the log is remembered outside the database, and what to do where entries are missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QRadioButton, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_access import Purpose
from desktop.office.values_audit import CheckpointMade, GapExplained, LogState, ReportMade, WitnessLine
from desktop.texts import clean
from desktop.ui.audit.words import may_change, number_words
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.dates import when_words
from desktop.ui.dialog import FormDialog
from desktop.ui.files import choose_target
from desktop.ui.form import Field
from desktop.ui.stepup import proved
from desktop.ui.table import Column, Rows, table

CAUSES = ("restored-backup", "moved-computer", "disk-failure", "unknown")


class StateSection(Page):
    """Proof copies: who outside this database knows where the log stood, and since when.

    What is wrong stands above the page already (`banner.py`, told by `changed`).
    """

    def __init__(self, ui: Ui, session: Session, changed: Callable[[LogState], None]) -> None:
        """`changed` hears every state that is shown."""
        super().__init__(ui, "")
        self.title.hide()
        self._session = session
        self._changed = changed
        self.lead = plain_label(ui.say("ui.state.lead"), "muted", wrap=True)
        self.outer.addWidget(self.lead)
        self.explain_button = button(ui.say("ui.gap.explain"), self.explain, "primary")
        self.explain_button.hide()
        self.outer.addWidget(self.explain_button, 0, Qt.AlignmentFlag.AlignLeft)
        language = ui.texts.language
        self.rows = Rows[WitnessLine](
            [
                Column(ui.say("ui.state.where"), lambda one: ui.say(f"ui.witness.{one.kind}"), stretch=True),
                Column(ui.say("ui.state.when"), self._when, width=190),
                Column(
                    ui.say("ui.state.entries"),
                    lambda one: number_words(one.size, language) if one.size else "",
                    width=120,
                ),
                Column(ui.say("ui.state.agrees"), self._agrees, self._colour, width=150),
            ]
        )
        self.view = table(self.rows, ui.say("ui.state.list"))
        self.outer.addWidget(self.view, 1)
        foot = QHBoxLayout()
        self.total = plain_label("", "muted")
        self.make_button = button(ui.say("ui.state.make"), self.make)
        self.print_button = button(ui.say("ui.state.print"), self.choose_page, "primary")
        foot.addWidget(self.total)
        foot.addStretch()
        foot.addWidget(self.make_button)
        foot.addWidget(self.print_button)
        self.outer.addLayout(foot)
        self._gap: LogState | None = None

    def _when(self, line: WitnessLine) -> str:
        return when_words(line.at, None, self.ui.texts.language) if line.at else self.ui.say("ui.state.never")

    def _agrees(self, line: WitnessLine) -> str:
        code = {True: "yes", False: "no", None: "unasked"}[line.agrees]
        return self.ui.say(f"ui.state.agrees-{code}")

    def _colour(self, line: WitnessLine) -> str:
        tokens = self.ui.theme.tokens
        return {True: tokens.ok, False: tokens.error, None: tokens.muted}[line.agrees]

    # --- showing ----------------------------------------------------------------------------

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.log_state(self._session), self.show_state)

    def show_state(self, state: LogState) -> None:
        self._gap = state if state.gap is not None else None
        self.rows.show(state.witnesses)
        self.total.setText(
            self.ui.texts.count(
                "ui.audit.records", state.size, number=number_words(state.size, self.ui.texts.language)
            )
        )
        self.explain_button.setVisible(state.gap is not None and may_change(self._session.role))
        self._changed(state)

    # --- doing ------------------------------------------------------------------------------

    def make(self) -> None:
        self.notice.clear()
        self.make_button.setEnabled(False)
        self.call(lambda _: self.ui.office.make_checkpoint(self._session), self._made, self._not_made)

    def _made(self, made: CheckpointMade) -> None:
        self.make_button.setEnabled(True)
        CopyDialog(self.ui, made, self).open()
        self.refresh()

    def _not_made(self, error: SealwellError) -> None:
        self.make_button.setEnabled(True)
        self.show_error(error)

    def choose_page(self) -> None:
        day = self.ui.clock.now().astimezone().date().isoformat()
        choose_target(self, self.ui.say("ui.state.print-where"), f"audit-log-{day}.pdf", self.print_page)

    def print_page(self, to: Path) -> None:
        self.notice.clear()
        self.call(lambda _: self.ui.office.print_witness(self._session, str(to)), self._printed)

    def _printed(self, made: ReportMade) -> None:
        self.notice.show_words(self.ui.say("ui.state.printed", file=clean(Path(made.file).name)), "ok")
        self.refresh()

    def explain(self) -> None:
        if self._gap is not None:
            dialog = GapDialog(self.ui, self._session, self._gap, self)
            dialog.explained.connect(self._explained)
            dialog.open()

    def _explained(self, state: LogState) -> None:
        self.show_state(state)
        self.notice.show_words(self.ui.say("ui.gap.explained"), "ok")


class CopyDialog(FormDialog):
    """The proof copy itself: a few lines to keep outside, for those who know what they are."""

    def __init__(self, ui: Ui, made: CheckpointMade, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.state.made-title"), parent)
        number = number_words(made.size, ui.texts.language)
        self.content.addWidget(plain_label(ui.say("ui.state.made", number=number), wrap=True))
        self.note = made.note
        self.fold = QPushButton(ui.say("ui.record.technical"))
        self.fold.setObjectName("quiet")
        self.fold.setCheckable(True)
        self.fold.setAutoDefault(False)
        self.content.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignLeft)
        lines = plain_label(made.note.strip(), wrap=True)
        lines.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        lines.setAccessibleName(ui.say("ui.record.technical"))
        lines.hide()
        self.fold.toggled.connect(lines.setVisible)
        self.content.addWidget(lines)
        self.cancel.setText(ui.say("ui.close"))
        self.copy = button(ui.say("ui.state.copy"), self._copy, "primary")
        self.foot.addWidget(self.copy)

    def _copy(self) -> None:
        """It holds no health information and no secret."""
        QGuiApplication.clipboard().setText(self.note)
        self.notice.show_words(self.ui.say("ui.state.copied"), "ok")


class GapDialog(FormDialog):
    """Why entries are missing: a cause and a sentence; then everything works again."""

    explained = Signal(object)

    def __init__(self, ui: Ui, session: Session, state: LogState, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.gap.title"), parent)
        self._session = session
        self.content.addWidget(plain_label(gap_words(ui, state), wrap=True))
        self.content.addWidget(plain_label(ui.say("ui.gap.lead"), "muted", wrap=True))
        choices = QVBoxLayout()
        choices.setSpacing(4)
        choices.addWidget(plain_label(ui.say("ui.gap.cause"), "label"))
        self._group = QButtonGroup(self)
        self.causes: dict[str, QRadioButton] = {}
        for code in CAUSES:
            made = QRadioButton(ui.say(f"ui.gap.cause-{code}"))
            self._group.addButton(made)
            choices.addWidget(made)
            self.causes[code] = made
        self.content.addLayout(choices)
        self.reason = Field(ui.say("ui.gap.reason"), hint=ui.say("ui.gap.reason-hint"))
        self.content.addWidget(self.reason)
        self.go = button(ui.say("ui.gap.go"), self.explain, "primary")
        self.foot.addWidget(self.go)
        self.causes[CAUSES[0]].setFocus()

    def explain(self) -> None:
        cause = next((code for code, made in self.causes.items() if made.isChecked()), "")
        if not cause:
            self.notice.show_words(self.ui.say("ui.gap.cause-missing"), "warn")
            self.causes[CAUSES[0]].setFocus()
            return
        if not self.reason.text.strip():
            self.reason.wrong(self.ui.say("ui.form.missing"))
            self.reason.input.setFocus()
            return
        request = GapExplained(cause, self.reason.text.strip())
        self.go.setEnabled(False)
        self.notice.clear()
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.explain_gap(self._session, request),
            self._done,
            self._refused,
        )

    def _done(self, state: LogState) -> None:
        self.explained.emit(state)
        self.accept()

    def _refused(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.failed(error)


def gap_words(ui: Ui, state: LogState) -> str:
    """What is missing and since when, and what that means now."""
    gap = state.gap
    if gap is None:
        return ""
    parts = [ui.say(f"ui.gap.{gap.kind}", first=gap.first, last=gap.last)]
    if gap.since is not None:
        parts.append(ui.say("ui.gap.since", when=when_words(gap.since, None, ui.texts.language)))
    parts.append(ui.say("ui.gap.read-only"))
    return " ".join(parts)
