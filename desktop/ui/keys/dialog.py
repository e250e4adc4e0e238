"""One person's key: found, compared with them or tried out by a test message, then used.

The same dialog confirms a key that was kept before and waits. Whoever stops anywhere has
changed nothing, but for a key that is kept and waits.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.config import LIMITS
from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.protection import KeySource
from desktop.models.records import Person
from desktop.office.values import KeyLine, Queued
from desktop.office.values_access import Purpose
from desktop.office.values_protection import KeyCandidate, KeyConfirm, KeyKept, KeySearch, KeysFound
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.bridge import Task
from desktop.ui.dates import date_words
from desktop.ui.dialog import FormDialog
from desktop.ui.files import choose_file, dropped_file, read
from desktop.ui.keys.fingerprint import FingerprintView
from desktop.ui.stepup import proved

_WIDTH = 620
_MAIL = ".eml"
_PASTE_HEIGHT = 84


class KeyDialog(FormDialog):
    """Three steps in one place: where is it, is it theirs, done."""

    def __init__(
        self, ui: Ui, session: Session, person: Person, parent: QWidget, key: KeyLine | None = None
    ) -> None:
        title = ui.say("ui.key.confirm-title" if key else "ui.key.title")
        super().__init__(ui, title, parent)
        self.setMinimumWidth(_WIDTH)
        self.setAcceptDrops(key is None)
        self._session = session
        self._person = person
        self._name = clean(person.name) or clean(person.organisation)
        self._found: tuple[KeyCandidate, ...] = ()
        self._chosen: KeyCandidate | None = None
        self._kept = key
        self._build_source()
        self._build_compare()
        self._build_foot()
        if key is None:
            self._start()
        else:
            self._show_kept(key)

    # --- where is it ------------------------------------------------------------------

    def _build_source(self) -> None:
        say = self.ui.say
        self.source = QWidget()
        column = QVBoxLayout(self.source)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(plain_label(say("ui.key.lead", name=self._name), wrap=True))
        row = QHBoxLayout()
        self.choose = button(say("ui.key.file"), self._choose_file)
        self.look_up = button(say("ui.key.look-up"), self.look)
        self.look_up.setEnabled(bool(self._person.email))
        row.addWidget(self.choose)
        row.addWidget(self.look_up)
        row.addStretch()
        column.addLayout(row)
        note = say("ui.key.look-up-note", address=clean(self._person.email))
        self.look_up.setAccessibleDescription(note)
        if self._person.email:
            column.addWidget(plain_label(note, "muted", wrap=True))
        column.addWidget(plain_label(say("ui.key.drop"), "muted", wrap=True))
        self.paste = QPlainTextEdit()
        self.paste.setFixedHeight(_PASTE_HEIGHT)
        self.paste.setPlaceholderText(say("ui.key.paste-hint"))
        self.paste.setAccessibleName(say("ui.key.paste"))
        self.paste.setTabChangesFocus(True)
        self.paste.setAcceptDrops(False)
        self.paste.textChanged.connect(self._typed)
        column.addWidget(self.paste)
        self.content.addWidget(self.source)

    def _typed(self) -> None:
        self.use_text.setEnabled(bool(self.paste.toPlainText().strip()))

    def _choose_file(self) -> None:
        choose_file(self, self.ui.say("ui.key.choose"), self.ui.say("ui.files.keys"), self.take_file)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if self.source.isVisible() and dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        path = dropped_file(event)
        if path is not None:
            event.acceptProposedAction()
            self.take_file(path)

    def take_file(self, path: Path) -> None:
        """A key, a certificate, or a mail that came with one."""
        source = KeySource.MAIL if path.suffix.lower() == _MAIL else KeySource.FILE
        person = self._person.id

        def search(_: Task) -> KeysFound:
            data = read(path, LIMITS.attachment_bytes)
            return self.ui.office.find_keys(self._session, KeySearch(person, source, data))

        self._search(search)

    def take_text(self) -> None:
        data = self.paste.toPlainText().encode("utf-8")
        search = KeySearch(self._person.id, KeySource.PASTE, data)
        self._search(lambda _: self.ui.office.find_keys(self._session, search))

    def look(self) -> None:
        """The one place that asks the network, and only on this click."""
        search = KeySearch(self._person.id, KeySource.WKD)
        self._search(lambda _: self.ui.office.find_keys(self._session, search))

    def _search(self, work: Callable[[Task], KeysFound]) -> None:
        self._wait(True)
        self.notice.show_words(self.ui.say("ui.key.looking"), "plain")
        self.ui.bridge.run(self, work, self._show_found, self._search_failed)

    def _search_failed(self, error: SealwellError) -> None:
        self._wait(False)
        self.failed(error)

    def _wait(self, waiting: bool) -> None:
        """Nothing is asked twice while an answer is on its way."""
        for one in (self.choose, self.use_text, *self._answers):
            one.setEnabled(not waiting)
        self.look_up.setEnabled(not waiting and bool(self._person.email))
        if not waiting:
            self._typed()

    # --- is it theirs -----------------------------------------------------------------

    def _build_compare(self) -> None:
        say = self.ui.say
        self.compare = QWidget()
        column = QVBoxLayout(self.compare)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.choice = QComboBox()
        self.choice.setAccessibleName(say("ui.key.several"))
        self.choice.currentIndexChanged.connect(self._choose)
        self.several = plain_label(say("ui.key.several"), "label", wrap=True)
        column.addWidget(self.several)
        column.addWidget(self.choice)
        self.what = plain_label("", wrap=True)
        column.addWidget(self.what)
        self.call = plain_label(say("ui.key.call", name=self._name), wrap=True)
        column.addWidget(self.call)
        self.fingerprint = FingerprintView(self.ui, self._session)
        column.addWidget(self.fingerprint)
        self.technical = plain_label("", "muted", wrap=True)
        column.addWidget(self.technical)
        self.content.addWidget(self.compare)

    def _build_foot(self) -> None:
        say = self.ui.say
        self.use_text = button(say("ui.key.paste-go"), self.take_text, "primary")
        self.other = button(say("ui.key.other"), self._start)
        self.differs = button(say("ui.key.differs"), self._differ)
        self.send_test = button(say("ui.key.send-test"), self.try_out)
        self.could_read = button(say("ui.key.could-read"), self.read_it)
        self.matches = button(say("ui.key.matches"), self.agree, "primary")
        self._answers = (self.differs, self.send_test, self.could_read, self.matches)
        first, second = QHBoxLayout(), QHBoxLayout()
        for one in (self.matches, self.differs):
            first.addWidget(one)
        for one in (self.send_test, self.could_read):
            second.addWidget(one)
        for row in (first, second):
            row.addStretch()
            self.content.addLayout(row)
        for one in (self.other, self.use_text):
            self.foot.addWidget(one)

    def _start(self) -> None:
        self._chosen, self._found = None, ()
        self.notice.clear()
        self._stage(source=True)
        self.choose.setFocus()

    def _stage(self, *, source: bool = False, compare: bool = False) -> None:
        self.source.setVisible(source)
        self.use_text.setVisible(source)
        self._typed()
        self.compare.setVisible(compare)
        for one in (self.other, *self._answers):
            one.setVisible(False)

    def _show_found(self, found: KeysFound) -> None:
        self._wait(False)
        self.notice.clear()
        if not found.candidates:
            self.notice.show_words(self.ui.reason(found.reason) if found.reason else "", "warn")
            return
        self._found = found.candidates
        self._stage(compare=True)
        self.choice.blockSignals(True)
        self.choice.clear()
        for one in found.candidates:
            kind = self.ui.say(f"ui.key.kind.{one.kind.value}")
            self.choice.addItem(self.ui.say("ui.key.choice", kind=kind, addresses=_addresses(one)))
        self.choice.blockSignals(False)
        best = next((at for at, one in enumerate(found.candidates) if one.fits and one.usable), 0)
        self.choice.setCurrentIndex(best)
        for widget in (self.several, self.choice):
            widget.setVisible(len(found.candidates) > 1)
        self._choose(best)

    def _choose(self, at: int) -> None:
        if not 0 <= at < len(self._found):
            return
        one = self._chosen = self._found[at]
        say = self.ui.say
        words = [say("ui.key.found", addresses=_addresses(one))]
        if one.expires is not None:
            words.append(say("ui.key.until", until=date_words(one.expires.date(), self.ui.texts.language)))
        if one.issuer:
            words.append(say("ui.key.by", issuer=clean(one.issuer)))
        self.what.setText(" ".join(words))
        good = one.usable and one.fits
        self.notice.clear()
        if not one.usable:
            reason = self.ui.reason(one.reason) if one.reason else ""
            self.notice.show_words(say("ui.key.unusable", reason=reason))
        elif not one.fits:
            values = {"addresses": _addresses(one), "email": clean(self._person.email)}
            self.notice.show_words(say("ui.key.not-theirs", **values))
        self._ask(one.fingerprint, one.kind.value, good=good)
        self.other.setVisible(True)
        (self.matches if good else self.other).setFocus()

    def _ask(self, fingerprint: str, kind: str, *, good: bool) -> None:
        kind_words = self.ui.say(f"ui.key.technical-kind.{kind}")
        self.technical.setText(
            self.ui.say("ui.key.technical", kind=kind_words, fingerprint=fingerprint) if not good else ""
        )
        self.technical.setVisible(not good)
        self.call.setVisible(good)
        self.fingerprint.setVisible(good)
        for one in (self.differs, self.send_test, self.matches):
            one.setVisible(good)
        if good:
            self.fingerprint.show_fingerprint(fingerprint)

    def _show_kept(self, key: KeyLine) -> None:
        self._stage(compare=True)
        for widget in (self.several, self.choice):
            widget.hide()
        self.what.setText(self.ui.say("ui.key.waiting", name=self._name))
        self._ask(key.fingerprint, key.kind.value, good=True)
        self.differs.hide()
        self.could_read.show()
        self.matches.setFocus()

    # --- what they said ---------------------------------------------------------------

    def _differ(self) -> None:
        self._stage()
        self.other.setVisible(True)
        self.notice.show_words(self.ui.say("ui.key.differs-note", name=self._name), "warn")
        self.cancel.setText(self.ui.say("ui.keys.close"))
        self.cancel.setFocus()

    def agree(self) -> None:
        """They read the fingerprint out, and it is this one."""
        kept, chosen = self._kept, self._chosen
        if kept is not None:
            confirm = KeyConfirm(kept.id, "fingerprint", kept.fingerprint)
            self._do(lambda _: self.ui.office.confirm_key(self._session, confirm), self._done)
        elif chosen is not None:
            request = self._keeping(chosen, compared=True)
            self._do(lambda _: self.ui.office.keep_key(self._session, request), self._done)

    def try_out(self) -> None:
        """Keep it, not to be used yet, and write to it."""
        if self._kept is not None:
            self._send_test(self._kept)
        elif self._chosen is not None:
            request = self._keeping(self._chosen, compared=False)
            self._do(lambda _: self.ui.office.keep_key(self._session, request), self._send_test)

    def _send_test(self, kept: KeyLine) -> None:
        self._kept = kept
        self._wait(True)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.test_key(self._session, kept.id),
            self._test_sent,
            self._test_failed,
        )

    def _test_sent(self, _: Queued) -> None:
        self._wait(False)
        self._stage()
        self.notice.show_words(self.ui.say("ui.key.test-sent", name=self._name), "ok")
        self.could_read.show()
        self.cancel.setText(self.ui.say("ui.keys.close"))
        self.cancel.setFocus()

    def _test_failed(self, error: SealwellError) -> None:
        self._wait(False)
        self._stage()
        self.notice.show_words(self.ui.say("ui.key.test-failed", reason=self.ui.error(error)), "warn")
        self.cancel.setText(self.ui.say("ui.keys.close"))
        self.cancel.setFocus()

    def read_it(self) -> None:
        if self._kept is not None:
            confirm = KeyConfirm(self._kept.id, "test")
            self._do(lambda _: self.ui.office.confirm_key(self._session, confirm), self._done)

    def _keeping(self, chosen: KeyCandidate, *, compared: bool) -> KeyKept:
        return KeyKept(
            self._person.id, chosen.source, chosen.data, fingerprint=chosen.fingerprint, compared=compared
        )

    def _do(self, work: Callable[[Task], KeyLine], done: Callable[[KeyLine], None]) -> None:
        """Another key in the place of a confirmed one asks for the password once more."""
        self._wait(True)
        self.notice.clear()
        proved(self, self.ui, self._session, Purpose.KEYS, work, done, self._refused)

    def _refused(self, error: SealwellError) -> None:
        self._wait(False)
        self.failed(error)

    def _done(self, _: KeyLine) -> None:
        self._wait(False)
        self._stage()
        self.notice.show_words(self.ui.say("ui.key.kept", name=self._name), "ok")
        self.cancel.setText(self.ui.say("ui.keys.close"))
        self.cancel.setFocus()


def _addresses(one: KeyCandidate) -> str:
    return clean(", ".join(one.addresses))
