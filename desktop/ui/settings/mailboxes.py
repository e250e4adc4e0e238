"""Mailboxes that are read for what came back: where, since when, and what is wrong, in words."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.delivery import AccountId
from desktop.office.values_delivery import MailboxLine, MailboxTested, Polled, ProviderShown
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, card, emptied, plain_label, scrolled_column
from desktop.ui.bridge import Task
from desktop.ui.dates import date_words, moment_words
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.settings.grant import GrantPart, Owner, provider_of
from desktop.ui.settings.mailbox import MailboxDialog, tested_words
from desktop.ui.settings.trial import Trial

_Shown = tuple[tuple[MailboxLine, ...], tuple[ProviderShown, ...]]


class MailboxSection(Page):
    """One card a mailbox; without any, what it would be good for."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.settings.mailbox"))
        self._session = session
        self._task: Task | None = None
        self._trial = Trial(self, ui)
        self.head.addStretch()
        self.poll_button = button(ui.say("ui.mailbox.read-now"), self.poll)
        self.add_button = button(ui.say("ui.mailbox.add"), self.add, "primary")
        self.head.addWidget(self.poll_button)
        self.head.addWidget(self.add_button)
        self.outer.addWidget(self._progress())
        self.column = scrolled_column(self.outer)
        self.cards: dict[AccountId, MailboxCard] = {}

    def _progress(self) -> QWidget:
        self.progress_row = QWidget()
        row = QHBoxLayout(self.progress_row)
        row.setContentsMargins(0, 0, 0, 0)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress_words = plain_label("", "muted")
        self.cancel_button = button(self.ui.say("ui.cancel"), self._cancel)
        row.addWidget(self.progress, 1)
        row.addWidget(self.progress_words)
        row.addWidget(self.cancel_button)
        self.progress_row.hide()
        return self.progress_row

    def refresh(self) -> None:
        self.call(self._read, self._show)

    def _read(self, _: object) -> _Shown:
        office = self.ui.office
        return office.list_mailboxes(self._session), office.list_providers()

    def _show(self, shown: _Shown) -> None:
        mailboxes, providers = shown
        emptied(self.column)
        self.cards = {
            line.id: MailboxCard(self, line, provider_of(providers, line.host))
            for line in mailboxes
            if line.retired_at is None
        }
        for made in self.cards.values():
            self.column.addWidget(made)
        if not self.cards:
            self.column.addWidget(plain_label(self.ui.say("ui.mailbox.none"), "muted", wrap=True))
        self.column.addStretch()
        self.poll_button.setVisible(bool(self.cards))
        self._offer(self._task is None and not self._trial.running)

    # --- what may be done ---------------------------------------------------------------------

    def add(self) -> None:
        self._edit(None)

    def edit(self, line: MailboxLine) -> None:
        self._edit(line)

    def _edit(self, line: MailboxLine | None) -> None:
        dialog = MailboxDialog(self.ui, self._session, self, line)
        dialog.accepted.connect(self.refresh)
        dialog.open()

    def grant(self, line: MailboxLine, provider: ProviderShown | None) -> GrantPart:
        """Whoever signed in wants to see that it is read."""
        owner = Owner(f"mailbox:{line.id}", line.name, line.user, line.grant, provider)
        return GrantPart(self, self._session, owner, self.poll, says=_ended(line))

    def ask_retire(self, account: AccountId) -> None:
        dialog = ConfirmDialog(self.ui, "ui.mailbox.retire", self)
        dialog.accepted.connect(
            lambda: self.call(
                lambda _: self.ui.office.retire_mailbox(self._session, account), lambda _: self.refresh()
            )
        )
        dialog.open()

    def test(self, account: AccountId) -> None:
        self._begin("ui.mailbox.testing")
        self._trial.run(
            lambda: self.ui.office.test_mailbox(self._session, account), self._tested, self._failed
        )

    def _tested(self, answer: MailboxTested) -> None:
        self._ended()
        self.notice.show_words(tested_words(self.ui, answer), "ok" if answer.ok else "error")

    def poll(self) -> None:
        """Read every mailbox now; what was read stays read when it is given up."""
        self._begin("ui.mailbox.reading")
        self._task = self.call(
            lambda task: self.ui.office.poll_mailbox(self._session, task.progress),
            self._polled,
            self._failed,
            self._show_progress,
        )

    def _begin(self, code: str) -> None:
        """One thing at a time: until it ends or is cancelled, nothing else is read or tested."""
        self.notice.clear()
        self.progress.setRange(0, 0)
        self.progress.setAccessibleName(self.ui.say(code))
        self.progress_words.setText(self.ui.say(code))
        self.progress_row.show()
        self._offer(False)

    def _offer(self, offered: bool) -> None:
        self.poll_button.setEnabled(offered)
        for made in self.cards.values():
            made.buttons["test"].setEnabled(offered)

    def _show_progress(self, done: int, total: int) -> None:
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(done)
        self.progress_words.setText(self.ui.say("ui.import.done-of", done=done, total=total))

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
        elif self._trial.running:
            self._trial.give_up()
            self._ended()

    def _ended(self) -> None:
        self._task = None
        self.progress_row.hide()
        self._offer(True)

    def _polled(self, answer: Polled) -> None:
        self._ended()
        if answer.trouble:
            self.notice.show_words(" ".join(self.ui.reason(one) for one in answer.trouble), "warn")
        else:
            new = sum(answer.counts.values())
            words = self.ui.texts.count("ui.mailbox.new", new)
            if new:
                words += " " + self.ui.texts.count("ui.mailbox.matched", answer.matched)
            self.notice.show_words(words, "ok")
        self.refresh()

    def _failed(self, error: SealwellError) -> None:
        self._ended()
        self.show_error(error)


class MailboxCard(QWidget):
    """One mailbox: where it is, when it was last read, its agreement, and what is wrong with it."""

    def __init__(self, page: MailboxSection, line: MailboxLine, provider: ProviderShown | None) -> None:
        super().__init__()
        self._page = page
        ui, say = page.ui, page.ui.say
        language = ui.texts.language
        frame, column = card()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        top = QHBoxLayout()
        top.addWidget(plain_label(clean(line.name), "heading", wrap=True), 1)
        top.addWidget(self._pill(ui, line))
        column.addLayout(top)
        where = f"{clean(line.address or line.user)}  ·  {line.host}:{line.port}  ·  {clean(line.folder)}"
        column.addWidget(plain_label(where, "muted", wrap=True))
        read = (
            say("ui.mailbox.last-read", when=moment_words(line.polled_at, language))
            if line.polled_at is not None
            else say("ui.mailbox.never-read")
        )
        every = ui.texts.count("ui.mailbox.every", line.minutes)
        tidy = say("ui.mailbox.tidies" if line.tidy else "ui.mailbox.leaves")
        column.addWidget(plain_label(f"{read}  ·  {every}  ·  {tidy}", "muted", wrap=True))
        column.addWidget(plain_label(_agreement_words(ui, line), "muted", wrap=True))
        for reason in (line.baa_problem, line.trouble):
            if reason is not None:
                column.addWidget(plain_label(ui.reason(reason), "problem", wrap=True))
        self.grant = page.grant(line, provider)
        column.addWidget(self.grant)
        row = QHBoxLayout()
        self.buttons: dict[str, QPushButton] = {}
        for code, words, do in (
            ("test", say("ui.relay.test"), lambda: page.test(line.id)),
            ("edit", say("ui.relay.edit"), lambda: page.edit(line)),
            ("retire", say("ui.mailbox.retire"), lambda: page.ask_retire(line.id)),
        ):
            made = button(words, do)
            made.setAccessibleDescription(clean(line.name))
            self.buttons[code] = made
            if code == "retire":
                row.addStretch()
            row.addWidget(made)
        column.addLayout(row)

    def _pill(self, ui: Ui, line: MailboxLine) -> QLabel:
        if line.trouble is not None or line.baa_problem is not None or _ended(line):
            return plain_label(ui.say("ui.mailbox.trouble"), "pill-error")
        if line.polled_at is None:
            return plain_label(ui.say("ui.mailbox.not-read"), "pill-plain")
        return plain_label(ui.say("ui.mailbox.read"), "pill-ok")


def _ended(line: MailboxLine) -> bool:
    """Whether its sign-in by browser is over while no look into it has found that out yet."""
    ended = line.grant.trouble if line.grant is not None else None
    return ended is not None and (line.trouble is None or line.trouble.code != ended.code)


def _agreement_words(ui: Ui, line: MailboxLine) -> str:
    if line.baa is None:
        return ui.say("ui.relay.no-agreement")
    language = ui.texts.language
    who, signed = clean(line.baa.counterparty), date_words(line.baa.signed, language)
    if line.baa.expires is None:
        return ui.say("ui.relay.agreement-open", who=who, signed=signed)
    expires = date_words(line.baa.expires, language)
    return ui.say("ui.relay.agreement", who=who, signed=signed, expires=expires)
