"""Emergency mode: today's visits and calls out of a practice that is damaged; nothing is changed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QRadioButton,
    QTableView,
    QVBoxLayout,
)

from desktop.errors import InputError, SealwellError
from desktop.office.values_backups import Damage, EmergencyRequest, EmergencyShown, EmergencyVisit
from desktop.paths import write_private
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.bridge import Task
from desktop.ui.dates import day_words
from desktop.ui.files import choose_target
from desktop.ui.form import CentredForm, Field, explained, filled
from desktop.ui.gate.gate import Gate
from desktop.ui.gate.pages import Pages
from desktop.ui.table import Column, Rows, table

_WIDE = 560
_NAMED = 60
"""Damaged parts that are named one by one; a number stands for the rest."""


class ReadonlyPages(Pages):
    """Who asks and why, then the list; it is gone when they leave, and when nobody moves any more."""

    def __init__(self, ui: Ui, gate: Gate, user: str = "") -> None:
        super().__init__(ui)
        self._gate = gate
        self._task: Task | None = None
        self.ask = AskPage(ui, self, user)
        self.addWidget(self.ask)
        self.watch_idle()

    def back(self) -> None:
        self._end()
        self._gate.show_start()

    def restore(self) -> None:
        self._end()
        self._gate.show_restore()

    def lock(self) -> None:
        """No name stays on the screen, and nothing secret that was typed."""
        if isinstance(self.currentWidget(), ListPage):
            self._end()
            self._gate.show_sign_in("", self.ui.say("ui.readonly.closed"))
        else:
            self.ask.forget()

    def idle(self) -> None:
        """Nobody has moved."""
        self.lock()
        if self.currentWidget() is self.ask:
            self.watch.start()

    def open_with(self, request: EmergencyRequest) -> None:
        self._task = self.ui.bridge.run(
            self,
            lambda task: self.ui.office.open_emergency(request, task.progress),
            self._opened,
            self.ask.failed,
            self.ask.show_progress,
        )

    def _opened(self, shown: EmergencyShown) -> None:
        self._task = None
        self.list = ListPage(self.ui, self, shown)
        self.advance(self.list)
        self.watch.start()

    def _end(self) -> None:
        self.watch.stop()
        if self._task is not None:
            self._task.cancel()
        page = self.currentWidget()
        if isinstance(page, ListPage):
            page.forget()


class AskPage(CentredForm):
    """Name, what opens it, and why; who opened it and why is told when the practice is whole again."""

    def __init__(self, ui: Ui, pages: ReadonlyPages, user: str) -> None:
        say = ui.say
        super().__init__(ui, "calendar-check", say("ui.readonly.title"), say("ui.readonly.lead"), _WIDE)
        self._pages = pages
        self.user = Field(say("ui.signin.user"))
        self.user.input.setText(user)
        self.by_password = QRadioButton(say("ui.readonly.by-password"))
        self.by_key = QRadioButton(say("ui.readonly.by-key"))
        self.by_password.setChecked(True)
        ways = QButtonGroup(self)
        self.password = Field(say("ui.signin.password"), secret=True)
        self.key_pin = Field(say("ui.second.key-pin"), secret=True, hint=say("ui.restore.key-pin-hint"))
        self.key = Field(say("ui.emergency.key"), hint=say("ui.restore.key-hint"))
        self.reason = Field(say("ui.emergency.reason"), hint=say("ui.readonly.reason-hint"))
        self.column.addWidget(self.user)
        for way in (self.by_password, self.by_key):
            ways.addButton(way)
            self.column.addWidget(way)
        for one in (self.password, self.key_pin, self.key, self.reason):
            self.column.addWidget(one)
            one.input.returnPressed.connect(self.submit)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(say("ui.readonly.reading"))
        self.bar.hide()
        self.column.addWidget(self.bar)
        row = QHBoxLayout()
        self.back = button(say("ui.back"), pages.back, "quiet")
        self.go = button(say("ui.readonly.go"), self.submit, "primary")
        row.addWidget(self.back)
        row.addStretch()
        row.addWidget(self.go)
        self.column.addLayout(row)
        self.by_key.toggled.connect(lambda _: self._show_way())
        self._show_way()
        self.setFocusProxy(self.password.input if user else self.user.input)

    def _show_way(self) -> None:
        by_key = self.by_key.isChecked()
        self.key.setVisible(by_key)
        self.password.setVisible(not by_key)
        self.key_pin.setVisible(not by_key)

    def submit(self) -> None:
        by_key = self.by_key.isChecked()
        needed = (self.user, self.key if by_key else self.password)
        if not filled(self.ui, needed) or not explained(self.ui, self.reason):
            return
        if not self.go.isEnabled():
            return
        self.notice.clear()
        self.go.setEnabled(False)
        self.bar.setRange(0, 0)
        self.bar.show()
        self._pages.open_with(
            EmergencyRequest(
                self.user.text.strip(),
                reason=self.reason.text.strip(),
                password="" if by_key else self.password.text,
                recovery_key=self.key.text.strip() if by_key else "",
                key_pin="" if by_key else self.key_pin.text,
            )
        )

    def show_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, 1000 if total else 0)
        self.bar.setValue(done * 1000 // max(total, 1))

    def forget(self) -> None:
        for one in (self.password, self.key_pin, self.key):
            one.input.clear()

    def failed(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.bar.hide()
        for one in (self.password, self.key_pin):
            one.input.clear()
        self.notice.show_words(self.ui.error(error))


class ListPage(Page):
    """The day's visits and whom to phone; what was not readable stands under Technical details."""

    def __init__(self, ui: Ui, pages: ReadonlyPages, shown: EmergencyShown) -> None:
        say, language = ui.say, ui.texts.language
        day = day_words(shown.day, language)
        super().__init__(ui, say("ui.readonly.list-title", day=day))
        self._paper = shown.paper
        self._day = shown.day.isoformat()
        self.close_button = button(say("ui.readonly.close"), pages.back)
        self.restore = button(say("ui.signin.restore-newest"), pages.restore)
        self.save = button(say("ui.readonly.save"), self.choose_file, "primary")
        self.save.setEnabled(bool(shown.paper))
        self.head.addStretch()
        for one in (self.close_button, self.restore, self.save):
            self.head.addWidget(one)
        if shown.practice:
            self.outer.insertWidget(1, plain_label(clean(shown.practice), "muted"))
        self.notice.show_words(
            say("ui.readonly.only-reading" if shown.recorded else "ui.readonly.not-recorded"),
            "plain" if shown.recorded else "warn",
        )
        self.visits = self._list("visits", shown.visits)
        self.calls = self._list("calls", shown.calls)
        self.damage: list[QLabel] = []
        self._show_damage(shown.damage)
        self.setFocusProxy(self.save if shown.paper else self.close_button)

    def _list(self, code: str, visits: tuple[EmergencyVisit, ...]) -> Rows[EmergencyVisit]:
        say = self.ui.say
        title = self.ui.texts.count(f"ui.readonly.{code}", len(visits))
        self.outer.addWidget(plain_label(title, "heading"))
        last = (
            Column[EmergencyVisit](say("ui.readonly.provider"), lambda one: clean(one.provider), stretch=True)
            if code == "visits"
            else Column[EmergencyVisit](
                say("ui.readonly.why"), lambda one: self.ui.reason(one.why) if one.why else "", stretch=True
            )
        )
        rows = Rows[EmergencyVisit](
            [
                Column(say("ui.readonly.at"), lambda one: _when(one, self.ui.texts.language), width=150),
                Column(say("ui.readonly.name"), lambda one: clean(one.name), width=260),
                Column(
                    say("ui.readonly.phone"),
                    lambda one: clean(one.phone) or say("ui.calls.no-phone"),
                    width=170,
                ),
                Column(say("ui.readonly.kind"), lambda one: clean(one.kind), width=150),
                last,
            ]
        )
        rows.show(visits)
        view = table(rows, title)
        view.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        view.setVisible(bool(visits))
        self.outer.addWidget(view, max(1, len(visits)))
        return rows

    def _show_damage(self, damage: tuple[Damage, ...]) -> None:
        if not damage:
            return
        self.details = button(self.ui.say("ui.readonly.technical"), self._toggle, "quiet")
        self.outer.addWidget(self.details, 0, Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout()
        column.setSpacing(2)
        for one in damage[:_NAMED]:
            self.damage.append(plain_label(self._damage_words(one), "muted", wrap=True))
        left = len(damage) - _NAMED
        if left > 0:
            self.damage.append(plain_label(self.ui.texts.count("ui.readonly.damage-more", left), "muted"))
        for label in self.damage:
            label.hide()
            column.addWidget(label)
        self.outer.addLayout(column)

    def _damage_words(self, one: Damage) -> str:
        """`lost` beside a page: so many more that are not named one by one."""
        if one.kind == "page" and one.lost:
            return self.ui.texts.count("ui.readonly.damage-more", one.lost)
        return self.ui.say(f"ui.readonly.damage-{one.kind}", what=clean(one.what), lost=one.lost)

    def _toggle(self) -> None:
        for label in self.damage:
            label.setVisible(label.isHidden())

    def choose_file(self) -> None:
        name = self.ui.say("ui.readonly.file", day=self._day)
        choose_target(self, self.ui.say("ui.readonly.save"), name, self.write)

    def write(self, path: Path) -> None:
        try:
            write_private(path, self._paper)
        except OSError:
            self.show_error(InputError("file-not-written", file=clean(path.name)))
            return
        self.notice.show_words(self.ui.say("ui.readonly.saved", file=clean(path.name)), "ok")

    def forget(self) -> None:
        """Before the page goes: nobody's name waits for the memory to be used again."""
        self._paper = b""
        for rows in (self.visits, self.calls):
            rows.show(())


def _when(one: EmergencyVisit, language: str) -> str:
    """The day too, where it may be another one."""
    at = clean(one.at)
    return f"{day_words(one.day, language)}, {at}" if one.day is not None else at
