"""One letter to one person: name, subject, text, file; beside Send stands how it goes and why."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from desktop.config import LIMITS
from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import Level, PersonId
from desktop.office.values import AttachmentIn, CallOpened, PersonShown, Queued
from desktop.office.values_access import DraftKept, DraftsShown
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, card, plain_label
from desktop.ui.compose.attachments import AttachmentList
from desktop.ui.compose.deciding import Deciding, Written
from desktop.ui.compose.drafts import DiscardDialog, DraftKeeper, DraftList
from desktop.ui.compose.findings import TEXT, Finding, Findings, neutral_name
from desktop.ui.compose.letter import SubjectField, TextField
from desktop.ui.compose.recipient import RecipientField
from desktop.ui.compose.scan import ScanDialog, person_words
from desktop.ui.decision.beside import Beside
from desktop.ui.files import choose_file, dropped_file, read
from desktop.ui.gate.gate import Work
from desktop.ui.navigation import Navigation


class ComposePage(Page):
    """The recipient is a contact and never free text; the decision is shown before sending."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.compose.title"))
        self._session = session
        self._navigation = navigation
        self._filling = False
        self._sending = False
        self._take_latest = False
        self.setAcceptDrops(True)
        self.back = self.lead_back(ui.say("ui.rail.messages"), lambda: navigation.open("messages"))
        self.head.addStretch()
        self.drafts = DraftList(ui, self.continue_draft, self._ask_discard)
        self.outer.addWidget(self.drafts)
        self.recipient = RecipientField(ui, session)
        self.to = self.recipient.to
        self.subject = SubjectField(ui)
        self.text = TextField(ui)
        self.attachments = AttachmentList(ui)
        self.deciding = Deciding(self, session, navigation, self.recipient, self._written)
        self.found = self.deciding.found
        frame, self.column = card()
        self.column.setContentsMargins(20, 16, 20, 16)
        self.column.setSpacing(10)
        self.outer.addWidget(Beside(frame, self.deciding.card, self.text), 1)
        self._build()
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self.send)
        self.keeper = DraftKeeper(self, ui, session, self._letter)
        self._connect()
        self._show_send()

    def _build(self) -> None:
        say = self.ui.say
        form = QGridLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setColumnStretch(1, 1)
        for row, (code, field) in enumerate((("to", self.recipient), ("subject", self.subject))):
            label = plain_label(say(f"ui.compose.{code}"), "label")
            label.setMinimumHeight(36)
            label.setBuddy(field)
            form.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            form.addWidget(field, row, 1)
        self.column.addLayout(form)
        self.column.addWidget(self.text, 1)
        self.column.addWidget(self.attachments)
        self.column.addWidget(self.found)
        kind = QHBoxLayout()
        self.attach = button(say("ui.compose.attach"), self._choose_attachment)
        kind.addWidget(self.attach)
        kind.addWidget(self.deciding.label, 1)
        self.column.addLayout(kind)
        foot = QHBoxLayout()
        foot.setSpacing(10)
        self.discard_button = button(say("ui.drafts.discard"), self._ask_discard_letter, "link")
        self.discard_button.hide()
        self.send_button = button("", self.send, "primary")
        foot.addWidget(self.discard_button)
        foot.addWidget(self.deciding.line, 1)
        foot.addWidget(self.send_button)
        self.column.addLayout(foot)

    def _connect(self) -> None:
        self.recipient.chosen.connect(lambda: self.keeper.touch())
        self.recipient.edited.connect(self.deciding.nobody)
        self.recipient.loaded.connect(self._person_loaded)
        self.recipient.failed.connect(self.show_error)
        self.subject.textEdited.connect(lambda _: self._changed())
        self.text.textChanged.connect(self._changed)
        self.attachments.changed.connect(self._changed)
        self.attachments.changed.connect(self._order)
        self.deciding.changed.connect(self._show_send)
        self.deciding.label.changed.connect(self._changed)
        self.deciding.card.way_wanted.connect(lambda _: self.keeper.touch())
        self.deciding.card.level_wanted.connect(lambda _: self.keeper.touch())
        self.deciding.looked.connect(self._looked)
        self.found.show_wanted.connect(self._point_at)
        self.found.move_subject.connect(self._move_subject)
        self.found.rename.connect(self._rename)
        self.found.remove.connect(lambda finding: self.attachments.take_off(finding.file))
        self.found.look.connect(self._look_at)

    # --- the recipient ------------------------------------------------------------

    def start(self, person: PersonId | None) -> None:
        """Begin; a letter that is being written is kept unless another person is chosen."""
        if person is not None:
            self.recipient.load(person)
        self.to.setFocus()

    def fill(self, subject: str, text: str) -> None:
        """A prepared letter; what somebody is writing already is never written over."""
        if self.subject.text().strip() or self.text.toPlainText().strip():
            self.notice.show_words(self.ui.say("ui.compose.busy"), "warn")
            return
        self.subject.setText(subject)
        self.text.setPlainText(text)

    def _person_loaded(self, _: PersonShown) -> None:
        if self.to.hasFocus():
            self.subject.setFocus()
        self.deciding.person_chosen()

    # --- what was found -------------------------------------------------------------

    def _written(self) -> Written:
        return Written(self.subject.text().strip(), self.text.toPlainText(), self.attachments.files)

    def _looked(self, findings: Findings) -> None:
        self.text.underline(findings.in_text)
        self._order()

    def _order(self) -> None:
        """Tab goes from above: what was drawn anew is put back into its place."""
        before: QWidget = self.text
        for stop in (*self.attachments.buttons, *self.found.stops, self.attach):
            QWidget.setTabOrder(before, stop)
            before = stop

    def _point_at(self, finding: Finding) -> None:
        (self.text if finding.part == TEXT else self.subject).point_at(finding)

    def _move_subject(self) -> None:
        """What the subject said becomes the first line; outside stands what says nothing."""
        said = self.subject.text().strip()
        self.subject.setText(self.ui.say("ui.compose.neutral-subject"))
        self.text.setPlainText(f"{said}\n\n{self.text.toPlainText()}" if said else self.text.toPlainText())
        self.deciding.checker.now()
        self.subject.setFocus()

    def _rename(self, finding: Finding) -> None:
        taken = {one.name for one in self.attachments.files}
        old = self.attachments.files[finding.file].name
        self.attachments.rename(finding.file, neutral_name(old, self.ui.say("ui.compose.document"), taken))
        self.deciding.checker.now()

    def _look_at(self, finding: Finding) -> None:
        shown = self.recipient.person
        if shown is None:
            return
        ScanDialog(
            self.ui,
            finding.picture,
            person_words(shown),
            lambda: self.found.answer(finding),
            lambda: self.attachments.take_off(finding.file),
            self,
        ).open()

    # --- files --------------------------------------------------------------------

    def _choose_attachment(self) -> None:
        choose_file(self, self.ui.say("ui.compose.attach-title"), self.ui.say("ui.files.any"), self.take_file)

    def take_file(self, path: Path) -> None:
        """Attach a file; its bytes are read now, so that a later change cannot slip in."""

        def load(_: object) -> AttachmentIn:
            return AttachmentIn(path.name, data=read(path, LIMITS.attachment_bytes))

        def add(file: AttachmentIn) -> None:
            self.attachments.add(file, str(path))

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
        self.deciding.take_up(draft)
        self.subject.setText(draft.subject)
        self.text.setPlainText(draft.text)
        self._filling = False
        self.keeper.adopt(draft.id)
        self._show_letter_or_drafts()
        for path in draft.attachments:
            self.take_file(Path(path))
        if draft.person is not None:
            self.recipient.load(draft.person)
        self.text.setFocus()

    def unfinished(self) -> Work | None:
        """What keeps the letter on the page; None where there is none."""
        return self.keeper.work()

    def _letter(self) -> DraftKept | None:
        subject, text = self.subject.text(), self.text.toPlainText()
        if not (subject.strip() or text.strip() or self.attachments.files):
            return None
        shown = self.recipient.person
        return DraftKept(
            self.keeper.id,
            shown.person.id if shown is not None else None,
            subject=subject,
            text=text,
            attachments=self.attachments.paths,
            label=self.deciding.label.label,
            wanted=self.deciding.wanted,
            raise_to=Level.END_TO_END if self.deciding.raised else None,
        )

    def _changed(self) -> None:
        if not self._filling:
            self.keeper.touch()
            self.deciding.checker.soon()
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
        self._filling = True
        self.recipient.clear()
        self.subject.clear()
        self.text.clear()
        self.attachments.clear()
        self._filling = False
        self.deciding.clear()
        self.keeper.adopt("")
        self.discard_button.hide()

    # --- sending --------------------------------------------------------------------

    def _show_send(self) -> None:
        by_phone = self.deciding.by_phone
        self.send_button.setText(self.ui.say("ui.compose.call" if by_phone else "ui.compose.send"))
        self.send_button.setEnabled(self.deciding.ready and not self._sending)

    def send(self) -> None:
        """Refuse with the reason beside the field; else look once more, freeze and queue."""
        if self._sending:
            return
        if self.recipient.person is None or not self.send_button.isEnabled():
            (self.to if self.recipient.person is None else self.deciding.line.more).setFocus()
            return
        for field, value, code in (
            (self.subject, self.subject.text(), "ui.compose.no-subject"),
            (self.text, self.text.toPlainText(), "ui.compose.no-text"),
        ):
            if not value.strip() and not self.deciding.by_phone:
                self.notice.show_words(self.ui.say(code), "warn")
                field.setFocus()
                return
        self.notice.clear()
        shown = self.deciding.mark
        self.deciding.checker.then(lambda: self._send_as_shown(shown))

    def _send_as_shown(self, shown: tuple[str, ...]) -> None:
        """The last words are looked at too: what they change is shown before anything leaves."""
        if self.deciding.mark != shown:
            self.deciding.open_card(True)
            self.notice.show_words(self.ui.say("ui.compose.changed"), "warn")
            return
        request = self.deciding.request()
        if request is None or not self.deciding.ready:
            return
        self._sending = True
        self._show_send()
        self.call(lambda _: self.ui.office.send_letter(self._session, request), self._sent, self._refused)

    def _sent(self, answer: Queued | CallOpened) -> None:
        self._sending = False
        shown = self.recipient.person
        name = clean(shown.person.name) if shown is not None else ""
        if isinstance(answer, CallOpened):
            self.keeper.keep()  # whoever calls reads what was to be said
            self.clear()
            self.notice.show_words(self.ui.say("ui.compose.call-opened", name=name), "ok")
        else:
            self._throw_away(self.keeper.id)
            self.clear()
            self._navigation.queued(
                (answer.id,), lambda left: self.ui.say("ui.compose.leaves", name=name, seconds=left)
            )
        self.to.setFocus()

    def _refused(self, error: SealwellError) -> None:
        """The letter stays as it is; a changed decision is shown anew."""
        self._sending = False
        self.show_error(error)
        self.deciding.ask_anew()
