"""The sheet that a letter is written on: to whom, what, which files; what was found, and how it goes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.models.records import Kind
from desktop.office.values import Explained, LetterRequest, PersonShown
from desktop.office.values_messages import EntryShown
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, card, plain_label
from desktop.ui.compose.answer import Answer
from desktop.ui.compose.attachments import AttachmentList
from desktop.ui.compose.blocks import TextBlocks
from desktop.ui.compose.deciding import Deciding, Written
from desktop.ui.compose.findings import Findings
from desktop.ui.compose.fixes import Fixes
from desktop.ui.compose.letter import LetterScroll, SubjectField, TextField
from desktop.ui.compose.recipient import RecipientField
from desktop.ui.compose.scan import person_words
from desktop.ui.compose.wording import quoted
from desktop.ui.dates import moment_words
from desktop.ui.decision.beside import Beside
from desktop.ui.files import choose_files, dropped_files
from desktop.ui.navigation import Navigation


class Sheet(Page):
    """The fields and how they hang together; `ComposePage` begins, keeps and sends what stands there.

    `touched` when somebody changed the letter.
    """

    touched = Signal()

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.compose.title"))
        self._blocked = False
        self.setAcceptDrops(True)
        self.back = self.lead_back(ui.say("ui.rail.messages"), lambda: navigation.open("messages"))
        self.head.addStretch()
        self.answer = Answer(self, session, self.quote)
        self.outer.addWidget(self.answer.banner)
        self.recipient = RecipientField(ui, session)
        self.to = self.recipient.to
        self.about = RecipientField(ui, session, "about")
        self.subject = SubjectField(ui)
        self.text = TextField(ui)
        self.attachments = AttachmentList(ui, session)
        self.deciding = Deciding(self, session, navigation, self.recipient, self._written)
        self.found = self.deciding.found
        self.blocks = TextBlocks(self, session, navigation, self.recipient, self.subject, self.text)
        self.fixes = Fixes(self, ui, self.subject, self.text, self.attachments, self.deciding, self.whose)
        frame, self.column = card()
        self.column.setContentsMargins(20, 16, 20, 16)
        self.column.setSpacing(10)
        self.foot = QHBoxLayout()
        self.foot.setSpacing(10)
        self._build()
        self.outer.addWidget(Beside(frame, self.deciding.card, self.text), 1)
        self._connect()
        QShortcut(QKeySequence("Ctrl+;"), self).activated.connect(self.blocks.open)
        self.show_about()

    def _build(self) -> None:
        say = self.ui.say
        form = QGridLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setColumnStretch(1, 1)
        fields: tuple[tuple[str, QWidget], ...] = (
            ("to", self.recipient),
            ("about", self.about),
            ("subject", self.subject),
        )
        for row, (code, field) in enumerate(fields):
            label = plain_label(say(f"ui.compose.{code}"), "label")
            label.setMinimumHeight(36)
            label.setBuddy(field)
            form.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            form.addWidget(field, row, 1)
            if code == "about":
                self.about_label = label
        self.written = LetterScroll(self.text)
        self.written.column.addLayout(form)
        self.written.column.addWidget(self.text, 1)
        self.written.column.addWidget(self.attachments)
        self.written.column.addWidget(self.found)
        self.column.addWidget(self.written, 1)
        kind = QHBoxLayout()
        self.attach = button(say("ui.compose.attach"), self._choose_attachments)
        kind.addWidget(self.attach)
        kind.addWidget(self.blocks.button)
        kind.addWidget(self.deciding.label, 1)
        self.column.addLayout(kind)
        self.column.addLayout(self.foot)

    def _connect(self) -> None:
        self.recipient.chosen.connect(self.touched)
        self.recipient.edited.connect(self.deciding.nobody)
        self.recipient.edited.connect(self.show_about)
        self.recipient.edited.connect(lambda: self.attachments.show_owned((), (), "", ""))
        self.recipient.loaded.connect(self._person_loaded)
        self.about.edited.connect(self.touched)
        self.about.loaded.connect(self._about_loaded)
        self.subject.textEdited.connect(lambda _: self.touched.emit())
        self.text.textChanged.connect(self.touched)
        self.attachments.changed.connect(self.touched)
        self.attachments.changed.connect(self._order)
        for asks in (self.recipient, self.about, self.attachments):
            asks.failed.connect(self.show_error)
        self.deciding.label.changed.connect(self.touched)
        self.deciding.looked.connect(self._looked)
        self.deciding.checker.answered.connect(self._show_owned)

    # --- whom it is about ----------------------------------------------------------------

    def whose(self) -> PersonShown | None:
        """The patient whom the letter is about: of one to a professional, another than its reader."""
        return (self.about.person if self.to_professional else None) or self.recipient.person

    @property
    def to_professional(self) -> bool:
        shown = self.recipient.person
        return shown is not None and shown.person.kind is Kind.PROFESSIONAL

    def _person_loaded(self, _: PersonShown) -> None:
        self.show_about()
        if self.to.hasFocus():
            self.subject.setFocus()
        self.deciding.person_chosen()

    def _about_loaded(self, _: PersonShown) -> None:
        self.touched.emit()
        self.deciding.checker.now()

    def show_about(self) -> None:
        for one in (self.about, self.about_label):
            one.setVisible(self.to_professional)

    # --- what is answered or passed on ---------------------------------------------------

    def quote(self) -> None:
        """Only when somebody asks: quoted words travel again, and may be read by more people."""
        if self.answer.entry is not None:
            self.text.add_below(self.quoted(self.answer.entry, "ui.answer.wrote"))
            self.answer.banner.quote_button.hide()
            self.text.setFocus()

    def quoted(self, entry: EntryShown, code: str) -> str:
        """With a heading that says who said it, and when; `code` names its words."""
        when = moment_words(entry.at, self.ui.texts.language)
        words = entry.own.strip() or entry.rest
        return quoted(self.ui.say(code, name=clean(entry.name), when=when), words)

    # --- what was found, and files ---------------------------------------------------------

    def _written(self) -> Written:
        about = self.about.person
        return Written(
            self.subject.text().strip(),
            self.text.toPlainText(),
            self.attachments.files,
            self.answer.conversation,
            self.answer.turn,
            about.person.id if about is not None and self.to_professional else None,
        )

    def _looked(self, findings: Findings) -> None:
        self.text.underline(findings.in_text)
        if self.found.blocked and not self._blocked:
            self.written.show_below(self.found)
        self._blocked = self.found.blocked
        self._order()

    def _show_owned(self, request: LetterRequest, decided: Explained) -> None:
        shown = self.whose()
        if shown is not None:
            name = clean(shown.person.name)
            self.attachments.show_owned(request.attachments, decided.files, name, person_words(shown))

    def _order(self) -> None:
        """Tab goes from above: what was drawn anew is put back into its place."""
        before: QWidget = self.text
        for stop in (*self.attachments.buttons, *self.found.stops, self.attach, self.blocks.button):
            QWidget.setTabOrder(before, stop)
            before = stop

    def _choose_attachments(self) -> None:
        title, patterns = self.ui.say("ui.compose.attach-title"), self.ui.say("ui.files.any")
        choose_files(self, title, patterns, self.take_files)

    def take_files(self, paths: list[Path]) -> None:
        self.attachments.take([str(path) for path in paths])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if dropped_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        paths = dropped_files(event)
        if paths:
            event.acceptProposedAction()
            self.take_files(paths)
