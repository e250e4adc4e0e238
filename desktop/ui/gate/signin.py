"""Signing in: name and password first, the second factor where it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.office.values_entry import Credentials, EntryNeeds, SignedIn
from desktop.ui.base import Ui, button
from desktop.ui.bridge import Task
from desktop.ui.form import CentredForm, Field
from desktop.ui.gate.second import KEY, SecondFactor

_FORGET_MS = 120_000
"""A password that waits for its code is forgotten after two minutes."""
DAMAGED = frozenset(
    {
        *("database-damaged", "database-missing", "database-not-ours", "database-plain"),
        *("database-unwritable", "disk-full", "keyring-failed", "not-enrolled", "device-mismatch"),
        *("vault-altered", "vault-damaged", "vault-missing", "vault-unreadable", "tries-unwritable"),
        *("log-damaged", "log-key-damaged", "mac-key-damaged", "slot-damaged"),
    }
)
"""Errors after which nobody gets in by trying again: today's list can still be read."""


class SignInPage(CentredForm):
    """Emits `signed_in` with the answer; nothing secret stays in its fields on any way out."""

    signed_in = Signal(object)
    join_wanted = Signal()
    emergency_wanted = Signal()
    restore_wanted = Signal()
    sample_wanted = Signal()
    problem_wanted = Signal()
    readonly_wanted = Signal(str)
    """With the name that was typed."""

    def __init__(
        self, ui: Ui, practice: str, picture: str = "shield-check", words: str = "ui.signin"
    ) -> None:
        super().__init__(ui, picture, ui.say(f"{words}.title"), practice or ui.say("ui.signin.lead"))
        self._go_words = ui.say(f"{words}.go")
        self._asked_about = ""
        self.user = Field(ui.say("ui.signin.user"))
        self.password = Field(ui.say("ui.signin.password"), secret=True)
        self.second = SecondFactor(ui)
        for field in (self.user, self.password):
            self.column.addWidget(field)
            field.input.returnPressed.connect(self.submit)
        self.column.addWidget(self.second)
        self.second.submitted.connect(self.submit)
        self.user.input.editingFinished.connect(self.ask_needs)
        self.buttons = QHBoxLayout()
        self.buttons.addStretch()
        self.go = button(self._go_words, self.submit, "primary")
        self.buttons.addWidget(self.go)
        self.column.addLayout(self.buttons)
        self._forget = QTimer(self)
        self._forget.setSingleShot(True)
        self._forget.setInterval(_FORGET_MS)
        self._forget.timeout.connect(self._reset)
        self.damaged = self._ways_out_of_damage()
        self.column.addWidget(self.damaged)
        self.quiet: list[QPushButton] = []
        self._add_quiet()

    @property
    def code(self) -> Field:
        return self.second.code

    def _add_quiet(self) -> None:
        """The ways in that are seldom needed, small below a line."""
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setObjectName("line")
        self.column.addWidget(line)
        row = QHBoxLayout()
        self.invited = button(self.ui.say("ui.signin.invited"), self.join_wanted.emit, "quiet")
        self.emergency = button(self.ui.say("ui.signin.emergency"), self.emergency_wanted.emit, "quiet")
        self.restore = button(self.ui.say("ui.signin.restore"), self.restore_wanted.emit, "quiet")
        self.sample = button(self.ui.say("ui.sample.look"), self._look_around, "quiet")
        self.quiet = [self.invited, self.emergency, self.restore, self.sample]
        self.problem = button(self.ui.say("ui.problem.report"), self.problem_wanted.emit, "quiet")
        row.addWidget(self.invited)
        row.addStretch()
        row.addWidget(self.emergency)
        self.column.addLayout(row)
        below = QHBoxLayout()
        below.addWidget(self.restore)
        below.addStretch()
        below.addWidget(self.problem)
        self.column.addLayout(below)
        self.column.addWidget(self.sample, 0, Qt.AlignmentFlag.AlignLeft)

    def _look_around(self) -> None:
        self.notice.show_words(self.ui.say("ui.sample.opening"), "plain")
        self.sample_wanted.emit()

    def _ways_out_of_damage(self) -> QWidget:
        """Shown where the practice cannot be opened any more."""
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.readonly = button(
            self.ui.say("ui.signin.readonly"), lambda: self.readonly_wanted.emit(self.user.text.strip())
        )
        self.restore_newest = button(self.ui.say("ui.signin.restore-newest"), self.restore_wanted.emit)
        column.addWidget(self.readonly)
        column.addWidget(self.restore_newest)
        made.hide()
        return made

    def say_so(self, user: str, words: str) -> None:
        """Arriving from another page: what was done, and as whom to sign in now."""
        self.user.input.setText(user)
        if words:
            self.notice.show_words(words, "ok")

    # --- what is asked for ----------------------------------------------------------

    def ask_needs(self) -> None:
        """Whether this person signs in with a security key; known by the name alone."""
        user = self.user.text.strip()
        if not user or user == self._asked_about:
            return
        self._asked_about = user
        self.ui.bridge.run(self, lambda _: self.ui.office.entry_needs(user), self.show_needs, lambda _: None)

    def show_needs(self, needs: EntryNeeds) -> None:
        self.second.offer_key(needs.security_key)

    def focus_first_empty(self) -> None:
        for field in (self.user, self.password):
            if not field.text and not field.isHidden():
                field.input.setFocus()
                return
        missing = self.second.missing()
        if missing is not None:
            missing.input.setFocus()

    # --- asking the office ------------------------------------------------------------

    def submit(self) -> None:
        """Check that nothing is missing, then ask the office."""
        wrong = [field for field in (self.user, self.password) if not field.text.strip()]
        missing = self.second.missing()
        if missing is not None:
            wrong.append(missing)
        for field in wrong:
            field.wrong(self.ui.say("ui.form.missing"))
        if wrong:
            self.focus_first_empty()
            return
        if not self.go.isEnabled():
            return
        second = self.second.given()
        given = Credentials(
            self.user.text.strip(),
            password=self.password.text,
            code=second.code,
            recovery_code=second.recovery_code,
            key_pin=second.key_pin,
        )
        self.wait(touch=self.second.mode == KEY)
        self.ui.bridge.run(self, self._work(given), self._done, self._failed)

    def wait(self, touch: bool) -> None:
        """While the office is asked; a security key blinks and waits for a finger."""
        self._forget.stop()
        if touch:
            self.notice.show_words(self.ui.say("ui.second.touch"), "plain")
        else:
            self.notice.clear()
        self.damaged.hide()
        self.go.setEnabled(False)
        self.go.setText(self.ui.say("ui.signin.opening"))
        self._may_leave(False)

    def show_problem(self, error: SealwellError) -> None:
        self.notice.show_words(self.ui.error(error))
        self.damaged.setVisible(error.code in DAMAGED)

    def _work(self, given: Credentials) -> Callable[[Task], SignedIn]:
        return lambda _: self.ui.office.sign_in(given)

    def _done(self, answer: SignedIn) -> None:
        self._reset()
        self.signed_in.emit(answer)

    def _failed(self, error: SealwellError) -> None:
        """The password was right where the code is asked for: it waits in its field for two minutes."""
        about_code = self.second.wants(error.code)
        if about_code:
            self.second.clear()
            self._forget.start()
            self._may_go()
        else:
            self._reset()
        if error.code == "code-needed":
            self.notice.clear()
        else:
            self.show_problem(error)
        self.focus_first_empty()

    def _reset(self) -> None:
        self._forget.stop()
        self.password.input.clear()
        self.second.clear()
        self._may_go()

    def _may_go(self) -> None:
        self.go.setEnabled(True)
        self.go.setText(self._go_words)
        self._may_leave(True)

    def _may_leave(self, may: bool) -> None:
        """Not while the office is asked: somebody let in without a page to say so would hold a session."""
        for way in self.quiet:
            way.setEnabled(may)
