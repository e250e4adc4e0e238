"""What stands above the words: whose conversation it is, what is asked, who has it, what belongs to it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.models.accounts import UserId
from desktop.models.correspondence import ConversationState, Urgency
from desktop.models.records import Label
from desktop.office.values_messages import ConversationLine, ConversationShown
from desktop.texts import clean
from desktop.ui.base import Notice, Ui, emptied, plain_label
from desktop.ui.dates import date_words
from desktop.ui.filed import filing_words
from desktop.ui.messages.words import about_words, breakable, owner_words

_LABELS = {Label.VERY_SENSITIVE: "pill-warn", Label.DO_NOT_EMAIL: "pill-error"}


class ConversationHead(QWidget):
    """Outside words are cleaned and plain here too."""

    def __init__(self, ui: Ui, user: UserId) -> None:
        super().__init__()
        self.ui = ui
        self._user = user
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 0, 14, 0)
        column.setSpacing(4)
        self.name = plain_label("", "heading", wrap=True)
        self.pills = QHBoxLayout()
        self.pills.setSpacing(6)
        top = QHBoxLayout()
        top.addWidget(self.name, 1)
        top.addLayout(self.pills)
        column.addLayout(top)
        self.facts = plain_label("", "muted", wrap=True)
        self.subject = plain_label("", "label", wrap=True)
        column.addWidget(self.facts)
        column.addWidget(self.subject)
        self.banner = Notice(ui.theme)
        column.addSpacing(2)
        column.addWidget(self.banner)
        row = QHBoxLayout()
        self.whose = QPushButton(ui.say("ui.messages.whose"))
        self.whose.setObjectName("primary")
        self.whose.setAutoDefault(False)
        row.addWidget(self.whose)
        row.addStretch()
        column.addLayout(row)
        self.tasks = plain_label("", "muted", wrap=True)
        self.filings = plain_label("", "muted", wrap=True)
        column.addWidget(self.tasks)
        column.addWidget(self.filings)

    def clear(self) -> None:
        emptied(self.pills)
        self.name.setText("")
        self.banner.clear()
        for one in (self.facts, self.subject, self.whose, self.tasks, self.filings):
            one.hide()

    def say(self, words: str) -> None:
        """One sentence where nothing else is known."""
        self.facts.setText(words)
        self.facts.show()

    def show_line(self, line: ConversationLine) -> None:
        self.name.setText(breakable(clean(line.name)) or self.ui.say("ui.messages.nobody"))

    def show_shown(self, shown: ConversationShown) -> None:
        line, say = shown.line, self.ui.say
        self.show_line(line)
        born = date_words(shown.birth_date, self.ui.texts.language)
        facts = (
            say("ui.compose.born", when=born) if born else "",
            say("ui.messages.mrn", number=clean(shown.external_id)) if shown.external_id else "",
        )
        self.facts.setText("  ·  ".join(part for part in facts if part))
        self.facts.setVisible(any(facts))
        self.subject.setText(breakable(clean(line.subject)) or say("ui.messages.no-subject"))
        self.subject.show()
        self._show_pills(line)
        self._show_banner(line)
        self.whose.setVisible(line.person is None)
        titles = [self.ui.reason(task.title) for task in shown.tasks]
        self.tasks.setText(say("ui.messages.tasks", tasks="; ".join(titles)))
        self.tasks.setVisible(bool(titles))
        self._show_filings(shown)

    def _show_pills(self, line: ConversationLine) -> None:
        emptied(self.pills)
        if line.urgency is Urgency.URGENT:
            self.pills.addWidget(plain_label(self.ui.say("ui.messages.urgent"), "pill-error"))
        words = self.ui.say(f"ui.label.{line.label.value}")
        self.pills.addWidget(plain_label(words, _LABELS.get(line.label, "pill-plain")))

    def _show_banner(self, line: ConversationLine) -> None:
        """Who answers now stands first; else what is asked, else whose it is and how it stands."""
        say = self.ui.say
        if line.answering:
            self.banner.show_words(say("ui.messages.answering-now", name=clean(line.answering)), "warn")
        elif line.person is None and line.state is ConversationState.OPEN:
            self.banner.show_words(say("ui.messages.unknown-sender"), "plain")
        elif line.ask is not None:
            urgent = line.urgency is Urgency.URGENT
            self.banner.show_words(about_words(self.ui, line), "error" if urgent else "plain")
        elif line.state is ConversationState.DONE:
            self.banner.show_words(say("ui.messages.is-done"), "ok")
        elif line.state is ConversationState.WAITING:
            self.banner.show_words(say("ui.messages.is-waiting"), "plain")
        elif line.owner is not None and line.owner != self._user:
            name = owner_words(self.ui, line, self._user)
            self.banner.show_words(say("ui.messages.is-theirs", name=name), "plain")
        else:
            self.banner.clear()

    def _show_filings(self, shown: ConversationShown) -> None:
        lines = [filing_words(self.ui, one) for one in shown.filings]
        self.filings.setText("\n".join(lines))
        self.filings.setVisible(bool(lines))
