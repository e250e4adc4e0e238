"""First things after signing in: an own password where somebody else chose it, and what must be seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_access import NoticeLine, NoticesShown, PasswordChange
from desktop.office.values_entry import SignedIn
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dates import moment_words
from desktop.ui.form import CentredForm, Field
from desktop.ui.gate.gate import Gate
from desktop.ui.gate.pages import Pages
from desktop.ui.password import NewPassword

_WIDE = 560


class ArrivalPages(Pages):
    """Nothing else can be done before these are done."""

    def __init__(self, ui: Ui, gate: Gate, signed: SignedIn) -> None:
        super().__init__(ui)
        self._gate = gate
        self._signed = signed
        self._left: list[NoticeLine] = []
        if signed.must_change:
            self.own = MustChangePage(ui, signed.session, self.notices)
            self.addWidget(self.own)
        else:
            self.waiting = CentredForm(ui, "info", ui.say("ui.arrival.title"), "")
            self.addWidget(self.waiting)
            self.notices()

    def notices(self) -> None:
        if not self._signed.notices:
            self._gate.enter(self._done())
            return
        session = self._signed.session
        self.ui.bridge.run(self, lambda _: self.ui.office.list_notices(session), self._show, self._failed)

    def _show(self, shown: NoticesShown) -> None:
        self._left = list(shown.notices)
        self._next()

    def _next(self) -> None:
        if not self._left:
            self._gate.enter(self._done())
            return
        self.notice = NoticePage(self.ui, self._left[0], self.seen)
        self.advance(self.notice)

    def seen(self) -> None:
        """Seen and said so; the next one, or on to the work."""
        line, session = self._left[0], self._signed.session
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.acknowledge_notice(session, line.id),
            lambda _: self._acknowledged(),
            self._failed,
        )

    def _acknowledged(self) -> None:
        self._left = self._left[1:]
        self._next()

    def _failed(self, error: SealwellError) -> None:
        page = self.currentWidget()
        if isinstance(page, NoticePage):
            page.failed(error)
        elif isinstance(page, CentredForm):
            page.notice.show_words(self.ui.error(error))

    def _done(self) -> SignedIn:
        return replace(self._signed, must_change=False, notices=0)


class MustChangePage(CentredForm):
    """The password that somebody else knows is replaced before anything else."""

    def __init__(self, ui: Ui, session: Session, done: Callable[[], None]) -> None:
        super().__init__(ui, "key-round", ui.say("ui.must-change.title"), ui.say("ui.must-change.lead"))
        self._session = session
        self._on_done = done
        self.old = Field(ui.say("ui.must-change.old"), secret=True)
        self.passwords = NewPassword(ui, ui.say("ui.password.new"))
        self.column.addWidget(self.old)
        self.column.addWidget(self.passwords)
        self.passwords.again.input.returnPressed.connect(self.submit)
        row = QHBoxLayout()
        row.addStretch()
        self.go = button(ui.say("ui.next"), self.submit, "primary")
        row.addWidget(self.go)
        self.column.addLayout(row)

    def submit(self) -> None:
        if not self.old.text:
            self.old.wrong(self.ui.say("ui.form.missing"))
            self.old.input.setFocus()
            return
        if self.passwords.problem() or not self.go.isEnabled():
            return
        self.notice.clear()
        self.go.setEnabled(False)
        change = PasswordChange(old=self.old.text, new=self.passwords.text)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.change_password(self._session, change),
            lambda _: self._changed(),
            self._failed,
        )

    def _changed(self) -> None:
        self.old.input.clear()
        self.passwords.clear()
        self._on_done()

    def _failed(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.old.input.clear()
        self.notice.show_words(self.ui.error(error))


class NoticePage(CentredForm):
    """One thing that everybody must have seen, such as an emergency access."""

    def __init__(self, ui: Ui, line: NoticeLine, seen: Callable[[], None]) -> None:
        details = {name: clean(value) for name, value in line.details.items()}
        super().__init__(ui, "triangle-alert", ui.say("ui.arrival.title"), "", _WIDE)
        self.lead.hide()
        self._seen = seen
        self.words = plain_label(ui.say(f"notice.{line.kind}", **details), "heading", wrap=True)
        self.column.addWidget(self.words)
        self.column.addWidget(plain_label(moment_words(line.at, ui.texts.language), "muted"))
        self.column.addWidget(plain_label(ui.say("ui.arrival.ask"), "muted", wrap=True))
        row = QHBoxLayout()
        row.addStretch()
        self.go = button(ui.say("ui.arrival.seen"), self.submit, "primary")
        row.addWidget(self.go)
        self.column.addLayout(row)

    def submit(self) -> None:
        self.go.setEnabled(False)
        self._seen()

    def failed(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.notice.show_words(self.ui.error(error))
