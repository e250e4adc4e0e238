"""My security: what secures one's own account, and where one is signed in."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.office.values_access import KeyShown, Purpose, RecoveryCodes, SecurityShown, SessionShown
from desktop.texts import clean
from desktop.ui.account.dialogs import (
    AuthenticatorDialog,
    CodesDialog,
    KeyDialog,
    KeyRemoveDialog,
    PasswordDialog,
    PinDialog,
)
from desktop.ui.base import Page, Ui, button, card, emptied, plain_label
from desktop.ui.dates import moment_words
from desktop.ui.dialog import FormDialog
from desktop.ui.problem.dialog import ProblemDialog
from desktop.ui.stepup import proved

_FEW_CODES = 3


class AccountPage(Page):
    """One card a subject; everything on it is about the person who is signed in."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.account.title"))
        self._session = session
        self.head.addWidget(plain_label("", "muted"))
        self.head.addStretch()
        self.head.addWidget(button(ui.say("ui.problem.report"), self._report, "quiet"))
        self.column = QVBoxLayout()
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(14)
        holder = QWidget()
        holder.setLayout(self.column)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(holder)
        self.outer.addWidget(scroll, 1)
        self.shown: SecurityShown | None = None
        self._cards: list[QWidget] = []

    def _report(self) -> None:
        ProblemDialog(self.ui, self._session, self).open()

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.show_security(self._session), self._show)

    def _show(self, shown: SecurityShown) -> None:
        self.shown = shown
        emptied(self.column)
        role = self.ui.say(f"ui.role.{shown.role.value}")
        self.title.setText(self.ui.say("ui.account.of", name=clean(shown.user), role=role))
        self._password_card()
        self._factor_card(shown)
        self._keys_card(shown.keys)
        self._quick_card(shown)
        self._sessions_card(shown.sessions)
        self.column.addStretch()

    # --- the cards ------------------------------------------------------------------

    def _card(self, code: str, about: str) -> tuple[QVBoxLayout, QHBoxLayout]:
        """Heading and sentence on the left, buttons on the right."""
        frame, column = card()
        column.setContentsMargins(20, 14, 20, 14)
        column.setSpacing(8)
        row = QHBoxLayout()
        side = QVBoxLayout()
        side.setSpacing(4)
        side.addWidget(plain_label(self.ui.say(code), "heading"))
        side.addWidget(plain_label(about, "muted", wrap=True))
        row.addLayout(side, 1)
        acts = QHBoxLayout()
        acts.setSpacing(8)
        row.addLayout(acts)
        column.addLayout(row)
        self.column.addWidget(frame)
        return column, acts

    def _password_card(self) -> None:
        _, acts = self._card("ui.account.password", self.ui.say("ui.account.password-about"))
        self.password_button = button(self.ui.say("ui.account.password-change"), self.change_password)
        acts.addWidget(self.password_button)

    def _factor_card(self, shown: SecurityShown) -> None:
        say = self.ui.say
        column, acts = self._card("ui.account.app", say("ui.account.app-about"))
        self.app_button = button(say("ui.account.app-replace"), self.replace_authenticator)
        acts.addWidget(self.app_button)
        few = shown.codes_left < _FEW_CODES
        words = self.ui.texts.count("ui.account.codes-left", shown.codes_left)
        row = QHBoxLayout()
        row.addWidget(plain_label(words, "problem" if few else "", wrap=True), 1)
        self.codes_button = button(say("ui.account.codes-new"), self.new_codes)
        row.addWidget(self.codes_button)
        column.addLayout(row)

    def _keys_card(self, keys: tuple[KeyShown, ...]) -> None:
        say = self.ui.say
        column, acts = self._card("ui.account.keys", say("ui.account.keys-about"))
        self.key_button = button(say("ui.account.key-add"), self.add_key)
        acts.addWidget(self.key_button)
        language = self.ui.texts.language
        for key in keys:
            name = clean(key.name)
            added = say("ui.account.key-added", name=name, when=moment_words(key.added_at, language))
            used = (
                say("ui.account.key-used", when=moment_words(key.last_used, language))
                if key.last_used
                else ""
            )
            row = QHBoxLayout()
            row.addWidget(plain_label(f"{added} {used}".strip(), wrap=True), 1)
            remove = button(say("ui.account.key-remove"), partial(self.remove_key, key))
            remove.setAccessibleName(say("ui.account.key-remove-name", name=name))
            row.addWidget(remove)
            column.addLayout(row)

    def _quick_card(self, shown: SecurityShown) -> None:
        say = self.ui.say
        if not shown.quick_allowed:
            self._card("ui.account.pin", say("ui.account.pin-forbidden"))
            return
        about = "ui.account.pin-set" if shown.quick_pin else "ui.account.pin-about"
        _, acts = self._card("ui.account.pin", say(about))
        words = "ui.account.pin-change" if shown.quick_pin else "ui.account.pin-choose"
        self.pin_button = button(say(words), self.set_pin)
        if shown.quick_pin:
            self.forget_button = button(say("ui.account.pin-forget"), self.forget_pin)
            acts.addWidget(self.forget_button)
        acts.addWidget(self.pin_button)

    def _sessions_card(self, sessions: tuple[SessionShown, ...]) -> None:
        say = self.ui.say
        column, _ = self._card("ui.account.sessions", say("ui.account.sessions-about"))
        for one in sessions:
            since = moment_words(one.started, self.ui.texts.language)
            words = say(
                "ui.account.session-command" if one.command else "ui.account.session-window", since=since
            )
            row = QHBoxLayout()
            row.addWidget(plain_label(words, wrap=True), 1)
            if one.this:
                row.addWidget(plain_label(say("ui.account.session-this"), "pill-ok"))
            else:
                end = button(say("ui.account.session-end"), partial(self.end_session, one))
                end.setAccessibleName(f"{say('ui.account.session-end')}: {words}")
                row.addWidget(end)
            column.addLayout(row)

    # --- doing ------------------------------------------------------------------------

    def _open(self, dialog: FormDialog, done: str) -> None:
        def finished() -> None:
            self.notice.show_words(self.ui.say(done), "ok")
            self.refresh()

        self.notice.clear()
        dialog.accepted.connect(finished)
        dialog.open()

    @property
    def _has_key(self) -> bool:
        return self.shown is not None and bool(self.shown.keys)

    def change_password(self) -> None:
        dialog = PasswordDialog(self.ui, self._session, self._has_key, self)
        self._open(dialog, "ui.account.password-changed")

    def replace_authenticator(self) -> None:
        self._open(AuthenticatorDialog(self.ui, self._session, self), "ui.account.app-replaced")

    def add_key(self) -> None:
        self._open(KeyDialog(self.ui, self._session, self._has_key, self), "ui.account.key-done")

    def remove_key(self, key: KeyShown) -> None:
        self._open(KeyRemoveDialog(self.ui, self._session, key, self), "ui.account.key-removed")

    def set_pin(self) -> None:
        self._open(PinDialog(self.ui, self._session, self), "ui.account.pin-done")

    def forget_pin(self) -> None:
        self.call(lambda _: self.ui.office.forget_quick_pin(self._session), lambda _: self.refresh())

    def end_session(self, one: SessionShown) -> None:
        self.call(lambda _: self.ui.office.end_session(self._session, one.id), lambda _: self.refresh())

    def new_codes(self) -> None:
        """The old ones stop counting at once, so that a lost sheet is worth nothing."""

        def made(answer: RecoveryCodes) -> None:
            dialog = CodesDialog(self.ui, self._session.user_name, answer.codes, self)
            dialog.finished.connect(lambda _: self.refresh())
            dialog.open()

        self.notice.clear()
        proved(
            self,
            self.ui,
            self._session,
            Purpose.OWN_SECURITY,
            lambda _: self.ui.office.new_recovery_codes(self._session),
            made,
            self.show_error,
        )
