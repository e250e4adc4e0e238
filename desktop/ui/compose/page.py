"""One letter to one person: name, subject, text, file; beside Send stands how it goes and why."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStringListModel, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout

from desktop.config import LIMITS
from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import Method, PersonId
from desktop.office.values import (
    AttachmentIn,
    Explained,
    LetterRequest,
    PeopleFound,
    PersonLine,
    PersonShown,
    Queued,
)
from desktop.office.values_access import DraftKept, DraftsShown
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, card, plain_label
from desktop.ui.compose.attachments import AttachmentList
from desktop.ui.compose.drafts import DiscardDialog, DraftKeeper, DraftList
from desktop.ui.dates import date_words, moment_words
from desktop.ui.files import choose_file, dropped_file, read
from desktop.ui.gate.gate import Work
from desktop.ui.navigation import Navigation

_WAIT_MS = 200
_SUGGESTIONS = 12


class ComposePage(Page):
    """The recipient is a contact and never free text; the decision is shown before sending."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.compose.title"))
        self._session = session
        self._navigation = navigation
        self._person: PersonShown | None = None
        self._found: dict[str, PersonLine] = {}
        self._decided: Explained | None = None
        self._asked = 0
        self._filling = False
        self._take_latest = False
        self.setAcceptDrops(True)
        self.head.addStretch()
        self.drafts = DraftList(ui, self.continue_draft, self._ask_discard)
        self.outer.addWidget(self.drafts)
        frame, self.column = card()
        self.outer.addWidget(frame, 1)
        self._build_recipient()
        self._build_letter()
        self._build_foot()
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self.send)
        self.keeper = DraftKeeper(self, ui, session, self._letter)
        self.subject.textEdited.connect(lambda _: self._changed())
        self.text.textChanged.connect(self._changed)
        self.attachments.removed.connect(self._changed)

    def _build_recipient(self) -> None:
        self.to = QLineEdit()
        self.to.setPlaceholderText(self.ui.say("ui.compose.to-hint"))
        self.to.setAccessibleName(self.ui.say("ui.compose.to"))
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.activated.connect(self._choose)
        self.to.setCompleter(completer)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WAIT_MS)
        self._later.timeout.connect(self._suggest)
        self.to.textEdited.connect(self._edited)
        self.recipient = plain_label("", "muted", wrap=True)
        self.column.addWidget(plain_label(self.ui.say("ui.compose.to"), "label"))
        self.column.addWidget(self.to)
        self.column.addWidget(self.recipient)

    def _build_letter(self) -> None:
        say = self.ui.say
        self.subject = QLineEdit()
        self.subject.setPlaceholderText(say("ui.compose.subject-hint"))
        self.subject.setAccessibleName(say("ui.compose.subject"))
        self.text = QPlainTextEdit()
        self.text.setAccessibleName(say("ui.compose.text"))
        self.text.setPlaceholderText(say("ui.compose.text-hint"))
        self.text.setTabChangesFocus(True)
        self.column.addWidget(plain_label(say("ui.compose.subject"), "label"))
        self.column.addWidget(self.subject)
        self.column.addWidget(plain_label(say("ui.compose.text"), "label"))
        self.column.addWidget(self.text, 1)
        self.attachments = AttachmentList(self.ui)
        self.column.addWidget(self.attachments)

    def _build_foot(self) -> None:
        row = QHBoxLayout()
        self.attach = button(self.ui.say("ui.compose.attach"), self._choose_attachment)
        self.discard_button = button(self.ui.say("ui.drafts.discard"), self._ask_discard_letter, "link")
        self.discard_button.hide()
        self.send_button = button(self.ui.say("ui.compose.send"), self.send, "primary")
        how = QVBoxLayout()
        how.setSpacing(2)
        self.how = plain_label("", "label", wrap=True)
        self.why = plain_label("", "muted", wrap=True)
        for label in (self.how, self.why):
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            how.addWidget(label)
        row.addWidget(self.attach)
        row.addWidget(self.discard_button)
        row.addLayout(how, 1)
        row.addWidget(self.send_button)
        self.column.addLayout(row)
        self._show_decision(None)

    # --- the recipient ------------------------------------------------------------

    def start(self, person: PersonId | None) -> None:
        """Begin; a letter that is being written is kept unless another person is chosen."""
        if person is not None:
            self._load(person)
        self.to.setFocus()

    def _edited(self, _: str) -> None:
        self._person = None
        self.recipient.setText("")
        self._show_decision(None)
        self._later.start()

    def _suggest(self) -> None:
        text = self.to.text().strip()
        if not text:
            return
        self._asked += 1
        asked = self._asked

        def done(found: PeopleFound) -> None:
            if asked == self._asked:
                self._offer(found)

        self.call(lambda _: self.ui.office.search_people(self._session, text, _SUGGESTIONS), done)

    def _offer(self, found: PeopleFound) -> None:
        language = self.ui.texts.language
        self._found = {
            "  ·  ".join(
                p for p in (clean(one.name), date_words(one.birth_date, language), one.email) if p
            ): one
            for one in found.people
        }
        self._names.setStringList(list(self._found))
        if self._found and self.to.hasFocus():
            self.to.completer().complete()
        elif not self._found:
            self.recipient.setText(self.ui.say("ui.compose.nobody"))

    def _choose(self, words: str) -> None:
        line = self._found.get(words)
        if line is not None:
            self._load(line.id)
            self.keeper.touch()

    def _load(self, person: PersonId) -> None:
        self.call(lambda _: self.ui.office.show_person(self._session, person), self._loaded)

    def _loaded(self, shown: PersonShown) -> None:
        self._person = shown
        who = shown.person
        language = self.ui.texts.language
        self.to.setText(clean(who.name))
        parts = [
            self.ui.say("ui.compose.born", when=date_words(who.birth_date, language))
            if who.birth_date
            else "",
            who.email,
            self.ui.say("ui.compose.last-used", when=moment_words(shown.last_used, language))
            if shown.last_used
            else self.ui.say("ui.compose.first-time"),
        ]
        self.recipient.setText("  ·  ".join(part for part in parts if part))
        self.subject.setFocus()
        self._decide()

    # --- how it goes ------------------------------------------------------------

    def _request(self, person: PersonShown) -> LetterRequest:
        return LetterRequest(
            person.person.id,
            subject=self.subject.text().strip(),
            text=self.text.toPlainText(),
            attachments=self.attachments.files,
            expect=self._decided.hash if self._decided else "",
        )

    def _decide(self) -> None:
        person = self._person
        if person is None:
            return
        request = LetterRequest(person.person.id, subject="", text="")
        self.call(lambda _: self.ui.office.explain_letter(self._session, request), self._show_decision)

    def _show_decision(self, decided: Explained | None) -> None:
        self._decided = decided
        going = decided is not None and decided.method is not Method.NONE
        self.send_button.setEnabled(going)
        if decided is None:
            self.how.setText("")
            self.why.setText(self.ui.say("ui.compose.choose-first"))
            return
        name = self._person.person.first_name or self._person.person.name if self._person else ""
        self.how.setText(self.ui.say(f"ui.compose.how-{decided.method.value}", name=clean(name)))
        self.why.setText(" ".join(self.ui.reason(reason) for reason in decided.reasons))

    # --- files --------------------------------------------------------------------

    def _choose_attachment(self) -> None:
        choose_file(self, self.ui.say("ui.compose.attach-title"), self.ui.say("ui.files.any"), self.take_file)

    def take_file(self, path: Path) -> None:
        """Attach a file; its bytes are read now, so that a later change cannot slip in."""

        def load(_: object) -> AttachmentIn:
            return AttachmentIn(path.name, data=read(path, LIMITS.attachment_bytes))

        def add(file: AttachmentIn) -> None:
            self.attachments.add(file, str(path))
            if not self._filling:
                self._changed()

        self.call(load, add)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        path = dropped_file(event)
        if path is not None:
            event.acceptProposedAction()
            self.take_file(path)

    # --- drafts -----------------------------------------------------------------------

    def refresh(self) -> None:
        """Those that were begun, while the page itself is empty."""
        self.call(lambda _: self.ui.office.list_drafts(self._session), self._show_drafts)

    def _show_drafts(self, shown: DraftsShown) -> None:
        if self._take_latest and shown.drafts:
            self._take_latest = False
            self.continue_draft(shown.drafts[0])
            return
        self.drafts.show_drafts(shown)
        if self._letter() is not None:
            self.drafts.hide()

    def take_up(self) -> None:
        """Back after a lock: the letter as it was."""
        self._take_latest = True
        self.refresh()

    def continue_draft(self, draft: DraftKept) -> None:
        self.keeper.keep()
        self.clear()
        self._filling = True
        self.subject.setText(draft.subject)
        self.text.setPlainText(draft.text)
        self._filling = False
        self.keeper.adopt(draft.id)
        self._show_letter_or_drafts()
        for path in draft.attachments:
            self.take_file(Path(path))
        if draft.person is not None:
            self._load(draft.person)
        self.text.setFocus()

    def unfinished(self) -> Work | None:
        """What keeps the letter on the page; None where there is none."""
        return self.keeper.work()

    def _letter(self) -> DraftKept | None:
        subject, text = self.subject.text(), self.text.toPlainText()
        if not (subject.strip() or text.strip() or self.attachments.files):
            return None
        person = self._person.person.id if self._person is not None else None
        return DraftKept(
            self.keeper.id, person, subject=subject, text=text, attachments=self.attachments.paths
        )

    def _changed(self) -> None:
        if not self._filling:
            self.keeper.touch()
            self._show_letter_or_drafts()

    def _show_letter_or_drafts(self) -> None:
        writing = self._letter() is not None
        self.discard_button.setVisible(writing)
        if writing:
            self.drafts.hide()

    def _ask_discard_letter(self) -> None:
        dialog = DiscardDialog(self.ui, self)

        def gone() -> None:
            self._throw_away(self.keeper.id)
            self.clear()
            self.refresh()

        dialog.accepted.connect(gone)
        dialog.open()

    def _ask_discard(self, draft: DraftKept) -> None:
        dialog = DiscardDialog(self.ui, self)
        dialog.accepted.connect(lambda: self._throw_away(draft.id))
        dialog.open()

    def _throw_away(self, draft: str) -> None:
        if draft:
            self.call(lambda _: self.ui.office.discard_draft(self._session, draft), lambda _: self.refresh())

    def clear(self) -> None:
        """An empty page for the next letter; what was kept stays with the drafts."""
        self._person = None
        self._filling = True
        for field in (self.to, self.subject):
            field.clear()
        self.text.clear()
        self.attachments.clear()
        self._filling = False
        self.recipient.setText("")
        self._show_decision(None)
        self.keeper.adopt("")
        self.discard_button.hide()

    # --- sending --------------------------------------------------------------------

    def send(self) -> None:
        """Refuse with the reason beside the field, else freeze and queue."""
        person = self._person
        if person is None or not self.send_button.isEnabled():
            self.to.setFocus()
            return
        for field, value, code in (
            (self.subject, self.subject.text(), "ui.compose.no-subject"),
            (self.text, self.text.toPlainText(), "ui.compose.no-text"),
        ):
            if not value.strip():
                self.notice.show_words(self.ui.say(code), "warn")
                field.setFocus()
                return
        self.notice.clear()
        self.send_button.setEnabled(False)
        request = self._request(person)
        self.call(lambda _: self.ui.office.send_letter(self._session, request), self._sent, self._refused)

    def _sent(self, answer: Queued) -> None:
        name = clean(self._person.person.name) if self._person else ""
        self._throw_away(self.keeper.id)
        self.clear()
        self._navigation.queued(
            (answer.id,), lambda left: self.ui.say("ui.compose.leaves", name=name, seconds=left)
        )
        self.to.setFocus()

    def _refused(self, error: SealwellError) -> None:
        """The letter stays as it is; a changed decision is shown anew."""
        self.show_error(error)
        self._decide()
