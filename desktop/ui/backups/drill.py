"""Trying a restore: two groups of the recovery key, then the newest backup is opened and timed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.models.safekeeping import Drill
from desktop.office.values_backups import BackupsShown, DrillAsks, DrillRequest, DrillShown
from desktop.ui.audit.words import number_words
from desktop.ui.backups.choice import place_box, target_of
from desktop.ui.backups.running import RunningDialog
from desktop.ui.backups.words import name_of, trouble_words
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.form import Field
from desktop.ui.saving import save_paper


class DrillDialog(RunningDialog):
    """What was asked for is typed from the paper: that proves that the paper is there."""

    def __init__(self, ui: Ui, session: Session, shown: BackupsShown, parent: QWidget) -> None:
        super().__init__(
            ui, session, parent, ui.say("ui.drill.title"), ui.say("ui.drill.go"), ui.say("ui.drill.going")
        )
        self._places = {line.target.id: name_of(line) for line in shown.targets}
        self.answer: DrillShown | None = None
        self.typed: list[Field] = []
        column = QVBoxLayout(self.form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(plain_label(ui.say("ui.drill.lead"), "muted", wrap=True))
        self.place = place_box(ui, shown, ui.say("ui.drill.place"), ui.say("ui.backups.newest-anywhere"))
        label = plain_label(self.place.accessibleName(), "label")
        label.setBuddy(self.place)
        which = QVBoxLayout()
        which.setSpacing(5)
        which.addWidget(label)
        which.addWidget(self.place)
        column.addLayout(which)
        self.asked = plain_label("", wrap=True)
        column.addWidget(self.asked)
        self._row = QHBoxLayout()
        self._row.setSpacing(12)
        column.addLayout(self._row)
        self.facts = QWidget()
        self.facts.hide()
        self.content.addWidget(self.facts)
        self.save_button = button(ui.say("ui.drill.save"), self.save, "primary")
        self.save_button.hide()
        self.foot.addWidget(self.save_button)
        self.go.setEnabled(False)
        ui.bridge.run(self, lambda _: ui.office.drill_asks(session), self._asks, self.failed)

    def _asks(self, asks: DrillAsks) -> None:
        say = self.ui.say
        self.asked.setText(say("ui.drill.groups" if asks.groups else "ui.drill.whole-key"))
        names = [say("ui.recovery.group", number=number) for number in asks.groups]
        for name in names or [say("ui.drill.key")]:
            field = Field(name)
            field.input.returnPressed.connect(self.start)
            self.typed.append(field)
            self._row.addWidget(field, 0 if asks.groups else 1, Qt.AlignmentFlag.AlignTop)
        if asks.groups:
            self._row.addStretch()
        self.go.setEnabled(True)
        self.typed[0].show()  # what is not visible yet cannot take the focus
        self.typed[0].input.setFocus()

    def start(self) -> None:
        if not self.go.isEnabled():
            return
        for field in self.typed:
            if not field.text.strip():
                field.wrong(self.ui.say("ui.form.missing"))
                field.input.setFocus()
                return
        request = DrillRequest(tuple(field.text.strip() for field in self.typed), target_of(self.place))
        self.run(lambda task: self.ui.office.run_drill(self._session, request, task.progress), self._done)

    def _done(self, answer: DrillShown) -> None:
        self.answer = answer
        for field in self.typed:
            field.input.clear()
        drill, ui = answer.drill, self.ui
        if drill.ok:
            self.notice.show_words(ui.texts.count("ui.drill.ok", drill.seconds), "ok")
        else:
            why = trouble_words(ui, answer.reason) if answer.reason is not None else ""
            self.notice.show_words(ui.say("ui.drill.failed", why=why), "error")
        self._show_facts(drill)
        self.end()
        self.save_button.setVisible(bool(answer.paper))
        if answer.paper:
            self.save_button.setFocus()

    def _show_facts(self, drill: Drill) -> None:
        ui, language = self.ui, self.ui.texts.language
        form = QFormLayout(self.facts)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(18)
        place = self._places.get(drill.target) if drill.target is not None else None
        key = "ui.drill.key-there" if drill.key_proven else "ui.drill.key-not"
        for code, words in (
            ("from", place or ""),
            ("took", ui.texts.count("ui.drill.seconds", drill.seconds)),
            ("records", number_words(drill.records, language)),
            ("sampled", number_words(drill.sampled, language)),
            ("paper-key", ui.say(key)),
        ):
            if words:
                form.addRow(
                    plain_label(ui.say(f"ui.drill.fact-{code}"), "muted"), plain_label(words, wrap=True)
                )
        self.facts.show()

    def save(self) -> None:
        if self.answer is not None:
            day = self.answer.drill.at.astimezone().date().isoformat()
            save_paper(
                self, self.ui, self.answer.paper, f"restore-drill-{day}.pdf", "ui.drill.saved", self._said
            )

    def _said(self, words: str, kind: str) -> None:
        self.notice.show_words(words, kind)
