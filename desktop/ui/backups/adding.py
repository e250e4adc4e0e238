"""Adding or changing a place for backups: its kind, where it is, an agreement if it needs one, a test."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.safekeeping import TargetKind
from desktop.office.values_access import Purpose
from desktop.office.values_backups import TargetLine, TargetRequest, TargetTested
from desktop.texts import clean
from desktop.ui.backups.fields import PlaceFields
from desktop.ui.backups.kinds import KindList
from desktop.ui.backups.words import trouble_words
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dialog import FormDialog
from desktop.ui.stepup import proved

_FINGERPRINT_CHARS = 120
_CHANGED = "target-host-key-changed"


class HostKeyPanel(QWidget):
    """What an SFTP server shows of itself; somebody compares it, and only then anything is sent there."""

    def __init__(self, ui: Ui, fingerprint: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(8)
        column.addWidget(plain_label(ui.say("ui.target.compare"), "label"))
        column.addWidget(plain_label(ui.say("ui.target.compare-lead"), "muted", wrap=True))
        self.shown = plain_label(clean(fingerprint, _FINGERPRINT_CHARS), "mono", wrap=True)
        by = Qt.TextInteractionFlag
        self.shown.setTextInteractionFlags(by.TextSelectableByMouse | by.TextSelectableByKeyboard)
        self.shown.setAccessibleName(f"{ui.say('ui.target.compare')} {self.shown.text()}")
        column.addWidget(self.shown)
        column.addStretch()


class PlaceDialog(FormDialog):
    """Two steps: which kind, then the rest with Test and Save. `line` is a place that is changed."""

    def __init__(self, ui: Ui, session: Session, parent: QWidget, line: TargetLine | None = None) -> None:
        title = ui.say("ui.target.edit-title" if line else "ui.target.add-title")
        super().__init__(ui, title, parent)
        self._session = session
        self._line = line
        self._asked: object | None = None
        self._host_key = line.target.place.host_key if line is not None else ""
        self._seen: TargetTested | None = None
        self._save_after = False
        self.setMinimumWidth(580)
        self.fields: PlaceFields | None = None
        self.panel: HostKeyPanel | None = None
        self.new_key_button = button(ui.say("ui.target.new-key"), self.show_new_key, "quiet")
        self.new_key_button.hide()
        self.content.addWidget(self.new_key_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.kinds = KindList(ui, self.choose)
        self.content.addWidget(self.kinds)
        self.back_button = button(ui.say("ui.back"), self.back)
        self.foot.insertWidget(0, self.back_button)
        self.test_button = button(ui.say("ui.target.test"), self.test)
        self.save_button = button(ui.say("ui.save"), self.save, "primary")
        self.foot.addWidget(self.test_button)
        self.foot.addWidget(self.save_button)
        if line is not None:
            self.choose(line.target.place.kind)
        else:
            self.back()

    def choose(self, kind: TargetKind) -> None:
        """The second step."""
        self._drop_fields()
        self.fields = PlaceFields(self.ui, kind, self._line)
        self.fields.changed.connect(self._forget_key)
        self.content.addWidget(self.fields)
        self.kinds.hide()
        self.notice.clear()
        self.back_button.setVisible(self._line is None)
        self.test_button.show()
        self.save_button.show()
        self.fields.focus_first()

    def back(self) -> None:
        """From the comparison to the fields; from them to the kinds, and what was typed is gone."""
        if self.panel is not None:
            self._drop_panel()
            self._save_after = False
            self.back_button.setVisible(self._line is None)
            return
        self._busy(False)
        self._asked = None
        self._drop_fields()
        self.notice.clear()
        self.kinds.show()
        for one in (self.back_button, self.test_button, self.save_button):
            one.hide()
        next(iter(self.kinds.rows.values())).setFocus()

    def _drop_fields(self) -> None:
        self._drop_panel()
        if self.fields is not None:
            self.content.removeWidget(self.fields)
            self.fields.hide()
            self.fields.deleteLater()
            self.fields = None

    def _forget_key(self) -> None:
        """Another address is another server."""
        self._host_key = ""
        self._seen = None
        self.new_key_button.hide()
        self._drop_panel()

    # --- asking -------------------------------------------------------------------------------

    def request(self) -> TargetRequest | None:
        made = self.fields.request() if self.fields is not None else None
        if made is None:
            return None
        return replace(made, place=replace(made.place, host_key=self._host_key))

    def test(self) -> None:
        """Pressed again, it gives up: what comes later is shown to nobody."""
        if self._asked is not None:
            self._asked = None
            self._busy(False)
            self.notice.clear()
            return
        request = self.request()
        if request is None:
            return
        self._ask(request)

    def show_new_key(self) -> None:
        """Somebody was told that the server's key was changed: it is compared as that of a new place."""
        request = self.request()
        if request is not None:
            self._ask(replace(request, place=replace(request.place, host_key=""), target=None))

    def _ask(self, request: TargetRequest) -> None:
        mine = self._asked = object()
        self._drop_panel()
        self.new_key_button.hide()
        self.notice.show_words(self.ui.say("ui.target.testing"), "plain")
        self._busy(True)
        self.test_button.setEnabled(True)
        self.test_button.setText(self.ui.say("ui.relay.stop-test"))
        proved(
            self,
            self.ui,
            self._session,
            Purpose.KEYS,
            lambda _: self.ui.office.test_target(self._session, request),
            lambda answer: self._tested(answer) if self._asked is mine else None,
            lambda error: self._refused(error) if self._asked is mine else None,
        )

    def _tested(self, answer: TargetTested) -> None:
        self._asked = None
        self._busy(False)
        self._seen = answer
        if is_to_compare(answer):
            self._compare(answer)
            return
        self.notice.show_words(steps_words(self.ui, answer), "ok" if answer.ok else "error")
        self.new_key_button.setVisible(any(step.reason.code == _CHANGED for step in answer.steps))
        if self._save_after and answer.ok:
            self._store()

    def _compare(self, answer: TargetTested) -> None:
        """Save becomes "It is the same"; the fingerprint has the focus, so that Enter confirms nothing."""
        self.notice.clear()
        self.panel = HostKeyPanel(self.ui, answer.fingerprint)
        self.content.insertWidget(0, self.panel)
        self._hide_fields(True)
        self.back_button.show()
        self.save_button.setText(self.ui.say("ui.target.same"))
        self.panel.show()  # what is not visible yet cannot take the focus
        self.panel.shown.setFocus()

    def _confirm(self) -> None:
        if self._seen is not None:
            self._host_key = self._seen.host_key
        self._drop_panel()
        self.test()

    def _drop_panel(self) -> None:
        if self.panel is not None:
            self.content.removeWidget(self.panel)
            self.panel.hide()
            self.panel.deleteLater()
            self.panel = None
            self._hide_fields(False)
            self.save_button.setText(self.ui.say("ui.save"))

    def _hide_fields(self, hidden: bool) -> None:
        """While the server is compared, nothing else is looked at."""
        self.test_button.setHidden(hidden)
        if self.fields is not None:
            self.fields.setHidden(hidden)

    def save(self) -> None:
        """An SFTP server is compared first: nothing goes to one that nobody has looked at."""
        if self.panel is not None:
            self._confirm()
            return
        request = self.request()
        if request is None:
            return
        if request.place.kind is TargetKind.SFTP and not request.place.host_key:
            self._save_after = True
            self.test()
            return
        self._store()

    def _store(self) -> None:
        request = self.request()
        if request is None:
            return
        self._save_after = False
        self.notice.show_words(self.ui.say("ui.target.saving"), "plain")
        self._busy(True)
        proved(
            self,
            self.ui,
            self._session,
            Purpose.KEYS,
            lambda _: self._keep(request),
            lambda _: self.accept(),
            self._refused,
        )

    def _keep(self, request: TargetRequest) -> TargetLine:
        office = self.ui.office
        if self._line is None:
            return office.add_target(self._session, request)
        return office.change_target(self._session, request)

    def _busy(self, busy: bool) -> None:
        self.test_button.setText(self.ui.say("ui.target.test"))
        for one in (self.test_button, self.save_button, self.back_button):
            one.setEnabled(not busy)

    def _refused(self, error: SealwellError) -> None:
        self._asked = None
        self._save_after = False
        self._busy(False)
        self.failed(error)


def is_to_compare(answer: TargetTested) -> bool:
    """A server whose key nobody has confirmed yet; one that has another key than before is none."""
    if answer.ok or not answer.host_key or not answer.steps:
        return False
    last = answer.steps[-1]
    return last.step == "host-key" and last.reason.code != _CHANGED


def steps_words(ui: Ui, answer: TargetTested) -> str:
    """Every step with what came of it, one a line; the first that failed is the last, with what to do."""
    lines = [f"✓ {ui.reason(step.reason)}" for step in answer.steps if step.ok]
    lines += [f"✗ {trouble_words(ui, step.reason)}" for step in answer.steps if not step.ok]
    return "\n".join(lines)
