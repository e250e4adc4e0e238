"""Drafts: kept two seconds after the last change, found again after a lock or another day."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_access import DraftKept, DraftsShown
from desktop.texts import clean
from desktop.ui.base import Ui, button, card, plain_label
from desktop.ui.dates import moment_words
from desktop.ui.dialog import FormDialog
from desktop.ui.gate.gate import Work

if TYPE_CHECKING:
    from desktop.office.api import Office

WAIT_MS = 2000
_SHOWN = 3


class _Kept:
    """One letter's draft: each version goes under the same id, in order, whichever thread keeps it."""

    def __init__(self, draft: str) -> None:
        self.id = draft
        self.begun = False
        self._gone = False
        self._one_at_a_time = threading.Lock()

    def keep(self, office: Office, session: Session, draft: DraftKept) -> None:
        with self._one_at_a_time:
            if not self._gone:
                self.id = office.keep_draft(session, replace(draft, id=self.id)).id

    def discard(self, office: Office, session: Session) -> None:
        """Sent: no version that is still under way brings it back, to be sent a second time."""
        with self._one_at_a_time:
            self._gone = True
            if self.id:
                office.discard_draft(session, self.id)


class DraftKeeper(QObject):
    """Keeps what `look` answers, `WAIT_MS` after the last change."""

    def __init__(
        self, owner: QWidget, ui: Ui, session: Session, look: Callable[[], DraftKept | None]
    ) -> None:
        super().__init__(owner)
        self._ui = ui
        self._session = session
        self._look = look
        self._changed = False
        self._kept = _Kept("")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(lambda: self.keep())

    @property
    def id(self) -> str:
        """The id that the office gave, or "" for a letter that was not kept yet."""
        return self._kept.id

    def touch(self) -> None:
        """Something changed: keep it soon."""
        self._changed = True
        self._timer.start()

    def adopt(self, draft: str) -> None:
        """The letter on the page is this draft, or a new one for ""."""
        self._timer.stop()
        self._changed = False
        self._kept = _Kept(draft)

    def work(self, *, left: bool = False) -> Work | None:
        """What keeps the letter as it is now, off the window's thread; None where there is no letter.

        `left` where its writer leaves off: nobody sees them answering then.
        """
        found = self._look()
        if found is None:
            return None
        draft = replace(found, left=left)
        kept, ui, session = self._kept, self._ui, self._session
        kept.begun = True
        return lambda: kept.keep(ui.office, session, draft)

    def away(self) -> Work:
        """What throws this letter's draft away, whichever letter is on the page by then."""
        kept, ui, session = self._kept, self._ui, self._session
        return lambda: kept.discard(ui.office, session)

    def keep(self, *, left: bool = False) -> bool:
        """Now, if something changed; answers whether the letter is among the drafts."""
        work = self.work(left=left) if self._changed or (left and self._kept.begun) else None
        if work is not None:
            self._changed = False
            self._ui.bridge.run(self, lambda _: work(), lambda _: None, self._not_kept)
        return work is not None or bool(self.id)

    def _not_kept(self, _: SealwellError) -> None:
        """It is tried again with the next change and at the lock."""
        self._changed = True


class DraftList(QWidget):
    """Above an empty letter: those that were begun; nothing is shown where there are none."""

    def __init__(
        self, ui: Ui, take: Callable[[DraftKept], None], discard: Callable[[DraftKept], None]
    ) -> None:
        super().__init__()
        self.ui = ui
        self._take = take
        self._discard = discard
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, self._column = card()
        self._column.setContentsMargins(20, 12, 20, 12)
        self._column.setSpacing(0)
        self._column.addWidget(plain_label(ui.say("ui.drafts.heading"), "heading"))
        outer.addWidget(frame)
        self._lines: list[QWidget] = []
        self.drafts: tuple[DraftKept, ...] = ()
        self.hide()

    def show_drafts(self, shown: DraftsShown) -> None:
        self.drafts = shown.drafts
        for old in self._lines:
            old.hide()
            old.deleteLater()
        self._lines = [self._line(one) for one in shown.drafts[:_SHOWN]]
        for made in self._lines:
            self._column.addWidget(made)
        self.setVisible(bool(self._lines))

    def _line(self, draft: DraftKept) -> QWidget:
        say = self.ui.say
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        title = clean(draft.subject, 80) or say("ui.drafts.untitled")
        when = moment_words(draft.changed_at, self.ui.texts.language) if draft.changed_at else ""
        if draft.name:
            code = "ui.drafts.answers" if draft.conversation is not None else "ui.drafts.to"
            title = f"{say(code, name=clean(draft.name, 80))}  ·  {title}"
        row.addWidget(plain_label(title, wrap=True), 1)
        row.addWidget(plain_label(when, "muted"))
        on = button(say("ui.drafts.continue"), partial(self._take, draft), "link")
        on.setAccessibleName(f"{say('ui.drafts.continue')}: {title}")
        away = button(say("ui.drafts.discard"), partial(self._discard, draft), "link")
        away.setAccessibleName(f"{say('ui.drafts.discard')}: {title}")
        row.addWidget(on)
        row.addWidget(away)
        return made


class DiscardDialog(FormDialog):
    """A draft cannot be brought back."""

    def __init__(self, ui: Ui, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.drafts.discard-title"), parent)
        self.content.addWidget(plain_label(ui.say("ui.drafts.discard-lead"), "muted", wrap=True))
        self.go = button(ui.say("ui.drafts.discard"), self.accept, "primary")
        self.foot.addWidget(self.go)
