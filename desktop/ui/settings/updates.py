"""New versions of the program: whether to look for them, what was found, and whether a file is the right one.

Nothing is installed from here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QVBoxLayout

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_updates import UpdateCheckFile, UpdateDownloaded, UpdatesShown, UpdateVerified
from desktop.texts import clean
from desktop.ui.backups.state import Going
from desktop.ui.base import Page, Ui, button, card, plain_label, scrolled_column
from desktop.ui.bridge import Task
from desktop.ui.dates import moment_words
from desktop.ui.files import choose_file
from desktop.ui.settings.offer import OfferCard

T = TypeVar("T")


class UpdateSection(Page):
    """What runs here, the newer version if there is one, and a file that somebody brought."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.settings.updates"))
        self._session = session
        self._shown: UpdatesShown | None = None
        self._task: Task | None = None
        self.going: Going | None = None
        column = scrolled_column(self.outer, margin=8)
        column.addWidget(self._here())
        self.offer = OfferCard(ui, self.download)
        column.addWidget(self.offer)
        self._loading = QVBoxLayout()
        column.addLayout(self._loading)
        column.addWidget(self._proof())
        column.addStretch()
        self._busy(True)

    def _here(self) -> QFrame:
        say = self.ui.say
        frame, column = card()
        top = QHBoxLayout()
        self.version = plain_label("", "heading")
        top.addWidget(self.version, 1)
        self.check_button = button(say("ui.updates.check"), self.check)
        top.addWidget(self.check_button)
        column.addLayout(top)
        self.state = plain_label("", wrap=True)
        column.addWidget(self.state)
        self.looked = plain_label("", "muted", wrap=True)
        column.addWidget(self.looked)
        self.allow = QCheckBox(say("ui.updates.allow"))
        self.allow.clicked.connect(self.set_allowed)
        column.addWidget(self.allow)
        column.addWidget(plain_label(say("ui.updates.allow-hint"), "muted", wrap=True))
        return frame

    def _proof(self) -> QFrame:
        say = self.ui.say
        frame, column = card()
        column.addWidget(plain_label(say("ui.updates.verify-heading"), "heading"))
        column.addWidget(plain_label(say("ui.updates.verify-hint"), "muted", wrap=True))
        row = QHBoxLayout()
        self.verify_button = button(say("ui.updates.verify"), self.choose)
        row.addWidget(self.verify_button)
        row.addStretch()
        column.addLayout(row)
        return frame

    # --- what is known -----------------------------------------------------------------------

    def refresh(self) -> None:
        if self._task is None:
            self.call(lambda _: self.ui.office.show_updates(self._session), self.show_known)

    def show_known(self, shown: UpdatesShown) -> None:
        """Take what the office knows onto the page."""
        say = self.ui.say
        self._shown = shown
        self.version.setText(say("ui.updates.here", version=shown.version))
        newer = shown.offer.version if shown.offer is not None else ""
        words = [say(f"ui.updates.state-{shown.state}", version=newer)]
        if shown.by_system:
            words.append(say("ui.updates.by-system"))
        self.state.setText(" ".join(words))
        self.looked.setText(self._looked(shown))
        self.looked.setVisible(bool(self.looked.text()))
        self.allow.setChecked(shown.allowed)
        self.offer.show_offer(shown.offer, by_system=shown.by_system)
        if self.offer.download_button is not None:  # made last, and reached in its place
            self.setTabOrder(self.allow, self.offer.download_button)
            self.setTabOrder(self.offer.download_button, self.verify_button)
        self._busy(False)

    def _looked(self, shown: UpdatesShown) -> str:
        language = self.ui.texts.language
        if shown.problem and shown.tried_at is not None:
            words, _ = self.ui.texts.error(shown.problem, {})
            return self.ui.say("ui.updates.trouble", when=moment_words(shown.tried_at, language), words=words)
        if shown.checked_at is not None:
            return self.ui.say("ui.updates.checked", when=moment_words(shown.checked_at, language))
        return ""

    def _busy(self, busy: bool) -> None:
        """What this copy cannot do, or may not, is not offered."""
        shown = self._shown
        can = not busy and shown is not None and shown.state != "no-key"
        self.allow.setEnabled(can)
        self.verify_button.setEnabled(can)
        allowed = can and shown is not None and shown.allowed
        self.check_button.setEnabled(allowed)
        if self.offer.download_button is not None:
            self.offer.download_button.setEnabled(allowed)

    # --- what is done ------------------------------------------------------------------------

    def set_allowed(self, allowed: bool) -> None:
        def done(shown: UpdatesShown) -> None:
            self.show_known(shown)
            code = "ui.updates.allowed" if shown.allowed else "ui.updates.forbidden"
            self.notice.show_words(self.ui.say(code), "ok")
            self.allow.setFocus()  # it was out of reach meanwhile

        self._busy(True)
        self.call(lambda _: self.ui.office.allow_updates(self._session, allowed), done, self._failed)

    def check(self) -> None:
        def done(shown: UpdatesShown) -> None:
            self.notice.clear()
            self.show_known(shown)
            self.check_button.setFocus()

        self._busy(True)
        self.notice.show_words(self.ui.say("ui.updates.checking"), "plain")
        self.call(lambda _: self.ui.office.check_updates(self._session), done, self._failed)

    def download(self) -> None:
        offer = self._shown.offer if self._shown is not None else None
        if offer is not None:
            self._run(
                self.ui.say("ui.updates.downloading", version=offer.version),
                lambda task: self.ui.office.download_update(self._session, "", task.progress),
                self._downloaded,
            )

    def choose(self) -> None:
        choose_file(self, self.ui.say("ui.updates.verify"), "", self.verify)

    def verify(self, path: Path) -> None:
        """Say whether this file is what was published."""
        request = UpdateCheckFile(str(path))
        self._run(
            self.ui.say("ui.updates.verifying", file=clean(path.name)),
            lambda task: self.ui.office.verify_update(self._session, request, task.progress),
            self.show_verified,
        )

    def cancel(self) -> None:
        if self._task is not None and self.going is not None:
            self._task.cancel()
            self.going.stopping()

    def _run(self, words: str, work: Callable[[Task], T], done: Callable[[T], None]) -> None:
        """Something that takes its time, with a bar and Cancel."""

        def answered(answer: T) -> None:
            self._over()
            done(answer)

        self.notice.clear()
        self._busy(True)
        self.going = Going(self.ui, words, self.cancel)
        self._loading.addWidget(self.going)
        self.going.begin()
        self._task = self.call(work, answered, self._failed, self.going.told)
        self.destroyed.connect(self._task.cancel)  # by a lock: nobody waits for it any more
        self.going.cancel.setFocus()

    def _over(self) -> None:
        self._task = None
        if self.going is not None:
            self.going.hide()
            self.going.deleteLater()
            self.going = None
        self._busy(False)

    def _downloaded(self, done: UpdateDownloaded) -> None:
        path = Path(done.path)
        words = self.ui.say("ui.updates.downloaded", file=clean(path.name), folder=clean(path.parent.name))
        self.notice.show_words(words, "ok")
        self.verify_button.setFocus()

    def show_verified(self, found: UpdateVerified) -> None:
        """Say that a file is what was published."""
        code = "ui.updates.genuine" if found.newer else "ui.updates.genuine-same"
        self.notice.show_words(self.ui.say(code, file=clean(found.name), version=found.version), "ok")
        self.verify_button.setFocus()

    def _failed(self, error: SealwellError) -> None:
        """What was tried in vain is on the page too, the next time that it is looked at."""
        self._over()
        if error.code == "cancelled":
            self.notice.show_words(self.ui.say("ui.updates.stopped"), "plain")
        else:
            self.show_error(error)
        self.refresh()
