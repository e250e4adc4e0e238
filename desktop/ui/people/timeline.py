"""What happened with one person: visits, messages, what they said about mail, and changes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.office.timeline_words import what_happened
from desktop.office.values import PersonShown
from desktop.office.values_person import Moment, TimelineLine, TimelinePlace, TimelineQuery, TimelineShown
from desktop.texts import clean
from desktop.ui.base import Ui, button, emptied, plain_label
from desktop.ui.dates import date_words, time_words
from desktop.ui.icons import icon
from desktop.ui.navigation import Navigation
from desktop.ui.personsection import PersonSection

_PICTURES = {
    Moment.VISIT: "calendar-check",
    Moment.SENT: "send",
    Moment.RECEIVED: "inbox",
    Moment.CONSENT: "shield-check",
    Moment.IMPORT: "file-text",
    Moment.CHANGE: "pencil",
}
_SIZE = 18


class TimelineSection(PersonSection):
    """Newest first; earlier ones come on a press, behind what stands there."""

    KINDS: tuple[Moment, ...] = ()
    NOTHING = "ui.timeline.nothing"

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, session)
        self._navigation = navigation
        self._older: TimelinePlace | None = None
        self.lines: list[TimelineLine] = []
        self.empty = plain_label("", "muted", wrap=True)
        self.column.addWidget(self.empty)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(10)
        self.column.addLayout(self._rows)
        self.older = button(ui.say("ui.timeline.older"), self.show_older)
        self.column.addWidget(self.older, 0, Qt.AlignmentFlag.AlignLeft)
        self.older.hide()

    def show_person(self, shown: PersonShown) -> None:
        super().show_person(shown)
        self._older = None
        self._ask(anew=True)

    def show_older(self) -> None:
        self._ask(anew=False)

    def _ask(self, *, anew: bool) -> None:
        if self.shown is None:
            return
        query = TimelineQuery(self.shown.person.id, None if anew else self._older, kinds=self.KINDS)
        self.older.setEnabled(False)
        self.call(
            lambda: self.ui.office.show_timeline(self.session, query), lambda page: self._show(page, anew)
        )

    def _show(self, page: TimelineShown, anew: bool) -> None:
        if anew:
            emptied(self._rows)
            self.lines = []
        for line in page.lines:
            self._rows.addWidget(self._row(line))
        self.lines += page.lines
        self._older = page.older
        self.older.setEnabled(True)
        self.older.setVisible(page.older is not None)
        words = [] if self.lines else [self.ui.say(self.NOTHING)]
        if "appointment" in page.hidden:
            words.append(self.ui.say("ui.timeline.no-visits"))
        self.empty.setText(" ".join(words))
        self.empty.setVisible(bool(words))

    def _row(self, line: TimelineLine) -> QWidget:
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        picture = QLabel()
        picture.setPixmap(icon(_PICTURES[line.kind], self.ui.theme.tokens.muted).pixmap(QSize(_SIZE, _SIZE)))
        grid.addWidget(picture, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(plain_label(self.words(line), "", wrap=True), 0, 1)
        grid.addWidget(plain_label(self.below(line), "muted", wrap=True), 1, 1)
        for place, (code, act) in enumerate(self.acts(line)):
            go = button(self.ui.say(code), act, "link")
            go.setAccessibleName(f"{self.ui.say(code)}: {self.words(line)}")
            grid.addWidget(go, 0, 2 + place, 2, 1)
        return made

    def acts(self, line: TimelineLine) -> tuple[tuple[str, Callable[[], None]], ...]:
        """What can be done about a line: the text's code, and what a press does."""
        conversation = line.conversation
        if conversation is None:
            return ()
        return (("ui.timeline.open", lambda: self._navigation.conversation(conversation)),)

    def words(self, line: TimelineLine) -> str:
        """What happened, in one line."""
        return what_happened(self.ui.texts, line)

    def below(self, line: TimelineLine) -> str:
        """When, where, and by whom."""
        say, language = self.ui.say, self.ui.texts.language
        at = line.start if line.start is not None else line.at.astimezone()
        parts = [f"{date_words(at.date(), language)}, {time_words(at, language)}"]
        if line.kind is Moment.VISIT:
            parts.append(clean(line.place))
        elif line.kind is Moment.SENT:
            parts.append(say(f"ui.state.{line.what}"))
        if line.kind is Moment.CONSENT and self.ui.texts.has(f"ui.came.{line.place}"):
            parts.append(say(f"ui.came.{line.place}"))
        if line.by:
            parts.append(say("ui.timeline.by", name=clean(line.by)))
        return "  ·  ".join(part for part in parts if part)
