"""The pictures that letters may show: added from a file or dropped here, described, taken away."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QIcon, QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QLabel, QListWidget, QListWidgetItem, QVBoxLayout

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.standing import AuthorizationId
from desktop.office.values_consent import AuthorizationLine
from desktop.office.values_templates import PictureLine, PictureRequest, PicturesShown
from desktop.texts import clean
from desktop.ui.audit.personfield import PersonField
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.dates import date_words
from desktop.ui.dialog import FormDialog
from desktop.ui.files import choose_file, dropped_file, read
from desktop.ui.form import Field
from desktop.ui.users.dialogs import ConfirmDialog

_LARGEST = 10 * 1024 * 1024
_PATTERNS = "*.png *.jpg *.jpeg *.gif"
_THUMB = QSize(72, 54)
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


class PicturesDialog(FormDialog):
    """`changed` after one was added or removed."""

    changed = Signal()

    def __init__(self, ui: Ui, session: Session, page: Page) -> None:
        super().__init__(ui, ui.say("ui.templates.pictures"), page)
        self._session, self._page = session, page
        self._lines: list[PictureLine] = []
        say = ui.say
        self.setAcceptDrops(True)
        self.cancel.setText(say("ui.close"))
        self.content.addWidget(plain_label(say("ui.templates.pictures-lead"), "muted", wrap=True))
        self.list = QListWidget()
        self.list.setAccessibleName(say("ui.templates.pictures"))
        self.list.setIconSize(_THUMB)
        self.list.setMinimumSize(520, 230)
        self.content.addWidget(self.list, 1)
        drop = QFrame()
        drop.setObjectName("drop")
        inside = QVBoxLayout(drop)
        inside.addWidget(plain_label(say("ui.templates.drop-picture"), "muted", wrap=True))
        self.content.addWidget(drop)
        self.remove_button = button(say("ui.templates.remove"), self.remove)
        self.remove_button.setEnabled(False)
        self.add_button = button(say("ui.templates.add-picture"), self.choose, "primary")
        self.foot.addWidget(self.remove_button)
        self.foot.addWidget(self.add_button)
        self.list.currentRowChanged.connect(lambda row: self.remove_button.setEnabled(row >= 0))
        self._look()

    def _look(self) -> None:
        self.ui.bridge.run(self, lambda _: self._read(), self._show, self.failed)

    def _read(self) -> tuple[PicturesShown, dict[str, bytes]]:
        """On the bridge's pool."""
        office = self.ui.office
        shown = office.list_pictures(self._session)
        names = [one.picture.name for one in shown.pictures]
        return shown, {name: office.picture_data(self._session, name) for name in names}

    def _show(self, found: tuple[PicturesShown, dict[str, bytes]]) -> None:
        shown, data = found
        self._lines = list(shown.pictures)
        self.list.clear()
        for line in self._lines:
            item = QListWidgetItem(self._words(line))
            picture = QPixmap()
            if picture.loadFromData(data[line.picture.name]):
                item.setIcon(QIcon(picture))
            self.list.addItem(item)
        self.add_button.setVisible(shown.can_keep)
        self.remove_button.setVisible(shown.can_keep)

    def _words(self, line: PictureLine) -> str:
        one, say = line.picture, self.ui.say
        told = [clean(one.alt) or say("ui.templates.no-alt"), f"{one.width} × {one.height}"]
        if line.used:
            told.append(self.ui.texts.count("ui.templates.picture-used", line.used))
        if not line.valid:
            told.append(say("ui.templates.picture-ended"))
        return f"{clean(one.name)}\n{' · '.join(told)}"

    # --- adding -----------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        path = dropped_file(event)
        if path is not None:
            event.acceptProposedAction()
            self.take_file(path)

    def choose(self) -> None:
        title = self.ui.say("ui.templates.add-picture")
        choose_file(self, title, f"{self.ui.say('ui.templates.picture-files')} ({_PATTERNS})", self.take_file)

    def take_file(self, path: Path) -> None:
        self.notice.clear()
        self.ui.bridge.run(
            self, lambda _: self._try(path), lambda found: self._describe(path.stem, *found), self.failed
        )

    def _try(self, path: Path) -> tuple[bytes, bytes]:
        """The file and the picture in it made anew, which alone is shown. On the bridge's pool."""
        data = read(path, _LARGEST)
        return data, self.ui.office.try_picture(data)

    def _describe(self, stem: str, data: bytes, made: bytes) -> None:
        dialog = DescribeDialog(self.ui, self._session, stem, data, made, self._page)
        dialog.kept.connect(self._added)
        dialog.open()

    def _added(self) -> None:
        self.changed.emit()
        self._look()

    # --- removing ---------------------------------------------------------------------------

    def remove(self) -> None:
        row = self.list.currentRow()
        if not 0 <= row < len(self._lines):
            return
        say, name = self.ui.say, self._lines[row].picture.name
        lead = say("ui.templates.remove-picture-lead", name=clean(name))
        dialog = ConfirmDialog(
            self.ui, say("ui.templates.remove-picture"), lead, say("ui.templates.remove"), self._page
        )
        dialog.accepted.connect(lambda: self._remove(name))
        dialog.open()

    def _remove(self, name: str) -> None:
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.retire_picture(self._session, name),
            lambda _: self._added(),
            self.failed,
        )


class DescribeDialog(FormDialog):
    """One picture before it is kept: its name, its words, and whether it shows a patient."""

    kept = Signal()

    def __init__(self, ui: Ui, session: Session, stem: str, data: bytes, made: bytes, page: Page) -> None:
        super().__init__(ui, ui.say("ui.templates.add-picture"), page)
        self._session, self._data = session, data
        say = ui.say
        shown = QLabel()
        picture = QPixmap()
        if picture.loadFromData(made):
            shown.setPixmap(picture.scaledToHeight(min(110, picture.height())))
        self.content.addWidget(shown)
        self.name = Field(say("ui.templates.picture-name"), hint=say("ui.templates.picture-name-hint"))
        self.name.input.setText(_NOT_IN_NAMES.sub("-", stem.lower()).strip("-")[:40])
        self.alt = Field(say("ui.templates.alt"), hint=say("ui.templates.alt-hint"))
        self.content.addWidget(self.name)
        self.content.addWidget(self.alt)
        self.of_patient = QCheckBox(say("ui.templates.of-patient"))
        self.content.addWidget(self.of_patient)
        self.person = PersonField(ui, session, say("ui.templates.which-patient"))
        self.permission = QComboBox()
        self.permission.setAccessibleName(say("ui.templates.permission"))
        self.permission_about = plain_label(say("ui.templates.permission-about"), "muted", wrap=True)
        self._of_patient = (self.permission_about, self.person, self.permission)
        for one in self._of_patient:
            self.content.addWidget(one)
            one.hide()
        self.of_patient.toggled.connect(self._ask_permission)
        self.person.changed.connect(self._find)
        self.go = button(say("ui.templates.keep-picture"), self.keep, "primary")
        self.foot.addWidget(self.go)
        self.alt.input.setFocus()

    def _ask_permission(self, on: bool) -> None:
        for one in self._of_patient:
            one.setVisible(on)

    def _find(self) -> None:
        self.permission.clear()
        person = self.person.chosen
        if person is not None:
            self.ui.bridge.run(
                self,
                lambda _: self.ui.office.show_consent(self._session, person).authorizations,
                self._offer,
                self.failed,
            )

    def _offer(self, found: tuple[AuthorizationLine, ...]) -> None:
        for one in found:
            if one.problem is None:
                signed = date_words(one.signed_on, self.ui.texts.language)
                self.permission.addItem(f"{clean(one.what, 60)}, {signed}", one.id)
        if not self.permission.count():
            self.notice.show_words(self.ui.say("ui.templates.no-permission"), "warn")
        else:
            self.notice.clear()

    def keep(self) -> None:
        if not self.name.text.strip():
            self.name.refuse(self.ui.say("ui.form.missing"))
            return
        if not self.alt.text.strip():
            self.alt.refuse(self.ui.say("ui.templates.alt-missing"))
            return
        of_patient, chosen = self.of_patient.isChecked(), self.permission.currentData()
        allowed = AuthorizationId(str(chosen)) if of_patient and chosen else None
        if of_patient and allowed is None:
            self.notice.show_words(self.ui.say("ui.templates.no-permission"), "warn")
            return
        request = PictureRequest(
            self.name.text.strip(), self._data, self.alt.text.strip(), of_patient, allowed
        )
        self.go.setEnabled(False)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.add_picture(self._session, request),
            lambda _: self._kept(),
            self._refused,
        )

    def _kept(self) -> None:
        self.kept.emit()
        self.accept()

    def _refused(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.failed(error)
