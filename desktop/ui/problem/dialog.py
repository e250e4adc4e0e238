"""Report a problem: everything that the report holds stands here before it is saved.

The program sends nothing. What it knows by itself is shown at once; what the background service adds
comes when it answers, and is not waited for where it does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from desktop.errors import InputError, SealwellError
from desktop.models.accounts import Session
from desktop.paths import write_private
from desktop.problem import Problem, Section, collect, rows_of
from desktop.texts import clean, clean_lines
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dialog import FormDialog
from desktop.ui.files import choose_target
from desktop.ui.theme import DARK

if TYPE_CHECKING:
    from desktop.office.values_practice import ContentHit

_NAME = "sealwell-problem.txt"
_WIDTH, _OWN, _WHOLE = 760, 84, 260
_PLATFORMS = frozenset({"xcb", "wayland", "windows", "cocoa", "offscreen"})
_MOST = 4000
_SHOWN_HITS = 3


class ProblemDialog(FormDialog):
    """Without a session, no practice is asked anything."""

    def __init__(self, ui: Ui, session: Session | None, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.problem.title"), parent)
        self._session = session
        self._sections = [_window(ui, parent)]
        self._accepted = ""
        """Words that were read once more after a warning."""
        self.content.addWidget(plain_label(ui.say("ui.problem.lead"), "muted", wrap=True))
        label = plain_label(ui.say("ui.problem.own"), "label")
        self.own = QPlainTextEdit()
        self.own.setTabChangesFocus(True)
        self.own.setFixedHeight(_OWN)
        self.own.setAccessibleName(ui.say("ui.problem.own"))
        self.own.setPlaceholderText(ui.say("ui.problem.own-hint"))
        label.setBuddy(self.own)
        self.content.addWidget(label)
        self.content.addWidget(self.own)
        self.content.addWidget(plain_label(ui.say("ui.problem.whole"), "label"))
        self.whole = QPlainTextEdit()
        self.whole.setReadOnly(True)
        self.whole.setTabChangesFocus(True)
        self.whole.setMinimumSize(_WIDTH, _WHOLE)
        self.whole.setAccessibleName(ui.say("ui.problem.whole"))
        self.content.addWidget(self.whole)
        self.copy = button(ui.say("ui.problem.copy"), lambda: self._checked(self._copy))
        self.save = button(ui.say("ui.problem.save"), lambda: self._checked(self._save), "primary")
        self.foot.addWidget(self.copy)
        self.foot.addWidget(self.save)
        self.cancel.setText(ui.say("ui.close"))
        self.problem = self._collected()
        self._show()
        self.own.textChanged.connect(self._show)
        self.own.setFocus(Qt.FocusReason.OtherFocusReason)
        ui.bridge.run(self, lambda _: self._asked(), self._add, self._not_asked)

    # --- what it holds ------------------------------------------------------------------

    def _collected(self) -> Problem:
        if self.ui.folder is None:
            return Problem(tuple(self._sections), (), 0)
        return collect(self.ui.folder, self.ui.bridge.last_error, self._sections)

    def _asked(self) -> list[Section]:
        """Off the window's thread: the checks, and the numbers where somebody is signed in."""
        checks = self.ui.office.doctor().checks
        found = [Section("checks", tuple((one.check, "ok" if one.ok else one.reason.code) for one in checks))]
        if self._session is not None:
            found.append(self._numbers(self._session))
        return found

    def _numbers(self, session: Session) -> Section:
        """Why there are none belongs into the report, and takes nothing else out of it."""
        try:
            facts = self.ui.office.report_problem(session)
        except SealwellError as error:
            return Section("practice", (("service", error.code),))
        return Section("practice", tuple(rows_of({**facts.counts, **facts.switches})))

    def _add(self, sections: list[Section]) -> None:
        self._sections += sections
        self.problem = self._collected()
        self._show()

    def _not_asked(self, error: SealwellError) -> None:
        """That it does not answer belongs into the report."""
        self._add([Section("checks", (("service", error.code),))])

    def _show(self) -> None:
        self.problem = replace(self.problem, own_words=self._words)
        self.whole.setPlainText(self.problem.text(self.ui.texts))

    @property
    def _words(self) -> str:
        return clean_lines(self.own.toPlainText(), _MOST)

    # --- before it goes anywhere --------------------------------------------------------

    def _checked(self, go_on: Callable[[], None]) -> None:
        """The writer's own words are looked at first; who has read them once more goes on.

        Where nobody is signed in, no name is known: dates and numbers alone are found.
        """
        words, session = self._words, self._session
        if not words or words == self._accepted:
            go_on()
            return

        def look() -> tuple[ContentHit, ...]:
            if session is not None:
                return self.ui.office.report_problem(session, words).hits
            return self.ui.office.check_file("words.txt", words.encode("utf-8")).hits

        def looked(hits: tuple[ContentHit, ...]) -> None:
            if self._words != words:  # what is typed meanwhile goes along
                self._checked(go_on)
            elif hits:
                self._warn(words, self.ui.say("ui.problem.patient", what=_quoted(words, hits)))
            elif session is None:
                self._warn(words, self.ui.say("ui.problem.not-checked"))
            else:
                go_on()

        def not_looked(_: SealwellError) -> None:
            self._warn(words, self.ui.say("ui.problem.not-checked"))

        self.ui.bridge.run(self, lambda _: look(), looked, not_looked)

    def _warn(self, words: str, why: str) -> None:
        self._accepted = words
        self.notice.show_words(why, "warn")
        self.own.setFocus(Qt.FocusReason.OtherFocusReason)

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.problem.text(self.ui.texts))
        self.notice.show_words(self.ui.say("ui.problem.copied"), "ok")

    def _save(self) -> None:
        choose_target(self, self.ui.say("ui.problem.save"), _NAME, self.write)

    def write(self, path: Path) -> None:
        """As JSON where the name says so."""
        try:
            as_json = path.suffix.lower() == ".json"
            write_private(path, self.problem.written(self.ui.texts, as_json=as_json))
        except OSError:
            self.failed(InputError("file-not-written", file=clean(path.name)))
            return
        self.notice.show_words(self.ui.say("ui.problem.saved", file=clean(path.name)), "ok")


def _quoted(words: str, hits: tuple[ContentHit, ...]) -> str:
    found = dict.fromkeys(clean(words[one.start : one.end]) for one in hits)
    return ", ".join(f"“{one}”" for one in list(found)[:_SHOWN_HITS] if one)


def _window(ui: Ui, window: QWidget) -> Section:
    """Of screens their size and scale: their names may be somebody's."""
    platform = QApplication.platformName()
    screens = ", ".join(
        f"{one.size().width()}x{one.size().height()} {round(one.devicePixelRatio() * 100)} %"
        for one in QApplication.screens()
    )
    rows = (
        ("qt", qVersion()),
        ("platform", platform if platform in _PLATFORMS else "other"),
        ("screens", screens),
        ("window", f"{window.width()}x{window.height()}"),
        ("language", ui.texts.language),
        ("dark", "yes" if ui.theme.tokens is DARK else "no"),
    )
    return Section("window", rows)
