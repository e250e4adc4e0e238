"""One letter to one person: name, subject, text, file; beside Send stands how it goes and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from PySide6.QtGui import QKeySequence, QShortcut

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import Level, MessageId, PersonId
from desktop.office.values import CallOpened, Queued
from desktop.office.values_access import DraftKept, DraftsShown
from desktop.office.values_messages import ConversationShown, EntryShown
from desktop.texts import Texts, clean
from desktop.ui.base import Ui, button
from desktop.ui.compose.drafts import DiscardDialog, DraftKeeper, DraftList
from desktop.ui.compose.sheet import Sheet
from desktop.ui.compose.wording import answer_subject, forward_subject, gaps
from desktop.ui.gate.gate import Work
from desktop.ui.navigation import Navigation

_MOVED, _ABOUT = "conversation-moved-on", "about-missing"


class ComposePage(Sheet):
    """The recipient is a contact and never free text; the decision is shown before sending."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, session, navigation)
        self._session = session
        self._navigation = navigation
        self._filling = False
        self._sending = False
        self._take_latest = False
        self._from_messages = False
        self._begun = 0
        self._last: tuple[MessageId, DraftKept] | None = None
        self.drafts = DraftList(ui, self.continue_draft, self._ask_discard)
        self.outer.insertWidget(self.outer.indexOf(self.answer.banner), self.drafts)
        self.discard_button = button(ui.say("ui.drafts.discard"), self._ask_discard_letter, "link")
        self.discard_button.hide()
        self.send_button = button("", self.send, "primary")
        self.foot.addWidget(self.discard_button)
        self.foot.addWidget(self.deciding.line, 1)
        self.foot.addWidget(self.send_button)
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self.send)
        self.keeper = DraftKeeper(self, ui, session, self._letter)
        self.touched.connect(self._changed)
        self.attachments.changed.connect(self._accompany)
        self.recipient.loaded.connect(lambda _: self._accompany())
        for wish in (self.deciding.card.way_wanted, self.deciding.card.level_wanted):
            wish.connect(lambda _: self.keeper.touch())
        self.deciding.changed.connect(self._show_send)
        self.answer.changed.connect(self._moved_on)
        self.answer.gone.connect(self._thread_gone)
        self._show_send()

    # --- the recipient ------------------------------------------------------------

    def start(self, person: PersonId | None) -> None:
        """Begin; a letter that is being written is kept unless another person is chosen."""
        if self.answer.conversation is not None:
            self._put_aside()
        if person is not None:
            self.recipient.load(person)
        self.to.setFocus()

    def fill(self, subject: str, text: str) -> None:
        """A prepared letter; what somebody is writing already is never written over."""
        if self.subject.text().strip() or self.text.written:
            self.notice.show_words(self.ui.say("ui.compose.busy"), "warn")
            return
        self.subject.setText(subject)
        self.text.begin(text)

    # --- answers and what is passed on --------------------------------------------------

    def reply(self, shown: ConversationShown, entry: EntryShown) -> None:
        """An answer to whom said it; a draft of one that was begun before is gone on with."""
        if self.answer.conversation == shown.line.id and self._letter() is not None:
            self.text.setFocus()
            return
        if shown.reply_to is None:
            self.notice.show_words(self.ui.say("ui.answer.nobody"), "warn")
            return
        whom = shown.reply_to
        self._put_aside()
        begun = self._begun

        def go_on(kept: DraftsShown) -> None:
            if begun != self._begun:
                return
            before = next((one for one in kept.drafts if one.conversation == shown.line.id), None)
            if before is not None:
                self.continue_draft(before)
                return
            self._from_messages = True
            self.title.setText(self.ui.say("ui.answer.title"))
            self.answer.begin(shown, entry)
            self.recipient.fix(True)
            self.recipient.load(whom)
            if shown.line.person not in (None, whom):
                self.about.load(shown.line.person)
            subject = entry.subject or shown.line.subject
            with self._filled():
                self.subject.setText(answer_subject(clean(subject), self.ui.say("ui.answer.no-subject")))
                self.text.begin()
            self._show_letter_or_drafts()
            self.text.setFocus()

        self.call(lambda _: self.ui.office.list_drafts(self._session), go_on)

    def forward(self, shown: ConversationShown, entry: EntryShown) -> None:
        """What was said and its files, to somebody else; about the person whose conversation it is."""
        self._put_aside()
        self._from_messages = True
        self.title.setText(self.ui.say("ui.forward.title"))
        with self._filled():
            self.subject.setText(forward_subject(clean(entry.subject), self.ui.say("ui.answer.no-subject")))
            self.text.begin(below=self.quoted(entry, "ui.forward.heading"))
        if shown.line.person is not None:
            self.about.load(shown.line.person)
        self.attachments.take_received(entry.id, tuple(file.part for file in entry.files))
        if entry.more_files:
            self.notice.show_words(self.ui.texts.count("ui.forward.more", entry.more_files), "warn")
        self._show_letter_or_drafts()
        self.to.setFocus()

    def _put_aside(self) -> None:
        """What is on the page goes to the drafts, and is said to be there."""
        kept = self.keeper.keep(left=True)
        self.notice.clear()
        self.clear()
        if kept:
            self.notice.show_words(self.ui.say("ui.answer.put-aside"), "plain")

    def _accompany(self) -> None:
        """A file alone is a letter too: words that go with it, in its reader's language, to be changed."""
        shown, count = self.recipient.person, len(self.attachments.files)
        if shown is None or not count:
            return
        texts = Texts(shown.person.language)
        with self._filled():
            if not self.subject.text().strip():
                self.subject.setText(texts.say("ui.compose.neutral-subject"))
            if not self.text.written:
                self.text.begin(texts.count("ui.compose.with-file", count))
        self.deciding.checker.soon()

    def _moved_on(self) -> None:
        self.deciding.ask_anew()
        self._changed()

    def _thread_gone(self) -> None:
        self.recipient.fix(False)
        self.deciding.ask_anew()

    # --- drafts -----------------------------------------------------------------------

    def refresh(self) -> None:
        """Those that were begun, while the page itself is empty."""
        self.blocks.refresh()
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

    def take_back(self, messages: tuple[MessageId, ...]) -> bool:
        """The letter that was stopped before it left stands here again; not over another one."""
        last, self._last = self._last, None
        if last is None or last[0] not in messages or self._letter() is not None:
            return False
        self.continue_draft(replace(last[1], id=""), seen=True)
        self.keeper.touch()
        return True

    def continue_draft(self, draft: DraftKept, *, seen: bool = False) -> None:
        """With `seen` its writer knows all that was said in its conversation."""
        self.keeper.keep(left=True)
        self.clear()
        self.deciding.take_up(draft)
        with self._filled():
            self.subject.setText(draft.subject)
            self.text.setPlainText(draft.text)
        self.keeper.adopt(draft.id)
        self._show_letter_or_drafts()
        self.attachments.take(draft.attachments)
        if draft.person is not None:
            self.recipient.load(draft.person)
        if draft.about is not None:
            self.about.load(draft.about)
        if draft.conversation is not None:
            self._from_messages = True
            self.title.setText(self.ui.say("ui.answer.title"))
            self.recipient.fix(draft.person is not None)
            self.answer.resume(draft.conversation, None if seen else draft.turn)
        self.text.setFocus()

    def unfinished(self) -> Work | None:
        """What keeps the letter on the page; None where there is none."""
        return self.keeper.work(left=True)

    def _letter(self) -> DraftKept | None:
        if not (self.subject.text().strip() or self.text.written or self.attachments.files):
            return None
        shown, about = self.recipient.person, self.about.person
        return DraftKept(
            self.keeper.id,
            shown.person.id if shown is not None else None,
            subject=self.subject.text(),
            text=self.text.toPlainText(),
            attachments=self.attachments.paths,
            label=self.deciding.label.label,
            wanted=self.deciding.wanted,
            raise_to=Level.END_TO_END if self.deciding.raised else None,
            conversation=self.answer.conversation,
            turn=self.answer.turn,
            about=about.person.id if about is not None else None,
        )

    def _changed(self) -> None:
        if not self._filling:
            self.keeper.touch()
            self.deciding.checker.soon()
            self._show_letter_or_drafts()

    @contextmanager
    def _filled(self) -> Iterator[None]:
        """What the program writes there is no change that somebody made."""
        before, self._filling = self._filling, True
        yield
        self._filling = before

    def _show_letter_or_drafts(self) -> None:
        writing = self._letter() is not None
        self.discard_button.setVisible(writing)
        if writing:
            self.drafts.hide()

    def _ask_discard_letter(self) -> None:
        dialog = DiscardDialog(self.ui, self)

        def gone() -> None:
            self._throw_away(self.keeper.away())
            self.clear()
            self.refresh()

        dialog.accepted.connect(gone)
        dialog.open()

    def _ask_discard(self, draft: DraftKept) -> None:
        dialog = DiscardDialog(self.ui, self)
        dialog.accepted.connect(
            lambda: self._throw_away(lambda: self.ui.office.discard_draft(self._session, draft.id))
        )
        dialog.open()

    def _throw_away(self, away: Work) -> None:
        self.call(lambda _: away(), lambda _: self.refresh())

    def clear(self) -> None:
        """An empty page for the next letter; what was kept stays with the drafts."""
        self._begun += 1
        with self._filled():
            self.recipient.clear()
            self.about.clear()
            self.subject.clear()
            self.text.begin()
            self.attachments.clear()
        self.answer.end()
        self._from_messages = False
        self.title.setText(self.ui.say("ui.compose.title"))
        self.show_about()
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
        if not self.deciding.by_phone and not self._complete():
            return
        self.notice.clear()
        shown = self.deciding.mark
        self.deciding.checker.then(lambda: self._send_as_shown(shown))

    def _complete(self) -> bool:
        """Whether nothing is missing; else it is said, and the cursor stands there."""
        left = gaps(f"{self.subject.text()} {self.text.toPlainText()}")
        for field, missing, words in (
            (self.subject, not self.subject.text().strip(), self.ui.say("ui.compose.no-subject")),
            (self.text, not self.text.written, self.ui.say("ui.compose.no-text")),
            (self.text, bool(left), self.ui.say("ui.compose.gaps", fields=", ".join(left))),
        ):
            if missing:
                self.notice.show_words(words, "warn")
                field.setFocus()
                return False
        return True

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
        begun, letter, away = self._begun, self._letter(), self.keeper.away()
        shown_to = self.recipient.person
        name = clean(shown_to.person.name) if shown_to is not None else ""

        def sent(answer: Queued | CallOpened) -> None:
            self._sending = False
            if begun == self._begun:
                self._sent(answer, name, away)
            else:  # another letter is on the page by now
                self._show_send()
                if isinstance(answer, Queued):
                    self._throw_away(away)
                    self._say_sent(answer, name, letter)

        def refused(error: SealwellError) -> None:
            self._sending = False
            if begun == self._begun:
                self._refused(error)
            else:
                self._show_send()
                self.show_error(error)

        self.call(lambda _: self.ui.office.send_letter(self._session, request), sent, refused)

    def _sent(self, answer: Queued | CallOpened, name: str, away: Work) -> None:
        if isinstance(answer, CallOpened):
            self.keeper.keep()  # whoever calls reads what was to be said
            self.clear()
            self.notice.show_words(self.ui.say("ui.compose.call-opened", name=name), "ok")
        else:
            back, letter = self._from_messages, self._letter()
            self._throw_away(away)
            self.answer.forget()
            self.clear()
            if back:
                self._navigation.open("messages")
            self._say_sent(answer, name, letter)
            if back:
                return
        self.to.setFocus()

    def _say_sent(self, answer: Queued, name: str, letter: DraftKept | None) -> None:
        self._last = (answer.id, letter) if letter is not None else None
        self._navigation.queued(
            (answer.id,), lambda left: self.ui.say("ui.compose.leaves", name=name, seconds=left)
        )

    def _refused(self, error: SealwellError) -> None:
        """The letter stays as it is; a changed decision is shown anew."""
        self.show_error(error)
        if error.code == _MOVED:
            self.answer.look_again()
        elif error.code == _ABOUT:
            self.about.setFocus()
        else:
            self.deciding.ask_anew()
