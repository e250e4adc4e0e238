"""The fields of one place for backups, by its kind."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.models.safekeeping import AT_OTHERS, TargetKind
from desktop.office.values_backups import TargetLine, TargetRequest
from desktop.texts import clean
from desktop.ui.agreement import AgreementFields
from desktop.ui.backups.drives import Drive, drives
from desktop.ui.backups.words import EVERY, hours_words
from desktop.ui.base import Ui, plain_label
from desktop.ui.files import size_words
from desktop.ui.form import Field
from desktop.ui.places import PlaceForm

_SCOPE = "backups"


class PlaceFields(QWidget):
    """`changed` when what is reached is another place than before."""

    changed = Signal()

    def __init__(self, ui: Ui, kind: TargetKind, line: TargetLine | None = None) -> None:
        super().__init__()
        self.ui = ui
        self._kind = kind
        self._line = line
        say = ui.say
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self.lead = plain_label(say(f"ui.target.lead-{kind.value}"), "muted", wrap=True)
        column.addWidget(self.lead)
        self.drives = QComboBox()
        self.drives.setAccessibleName(say("ui.target.drive"))
        self.drive_part = self._drive_part()
        column.addWidget(self.drive_part)
        self.place = PlaceForm(ui, (kind,))
        self.place.address.hint(say(f"ui.target.hint-{kind.value}"))
        self.place.address.input.textChanged.connect(lambda _: self.changed.emit())
        column.addWidget(self.place)
        self.name = Field(say("ui.target.name"), hint=say("ui.target.name-hint"))
        self.name.input.setText(say(f"ui.target.kind-{kind.value}") if line is None else "")
        self.every = QComboBox()
        column.addLayout(self._name_and_every())
        self.own = QCheckBox(say("ui.target.own"))
        self.agreement = AgreementFields(ui, _SCOPE)
        column.addWidget(self.own)
        column.addWidget(self.agreement)
        far = kind in AT_OTHERS
        self.own.setVisible(far)
        self.agreement.setVisible(far)
        self.own.toggled.connect(lambda on: self.agreement.setVisible(far and not on))
        if line is not None:
            self._fill(line)

    def _drive_part(self) -> QWidget:
        """For a USB drive: those that are plugged in; shown once they are known."""
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        label = plain_label(self.ui.say("ui.target.drive"), "label")
        label.setBuddy(self.drives)
        column.addWidget(label)
        column.addWidget(self.drives)
        self.drives.activated.connect(lambda _: self._take_drive())
        made.hide()
        if self._kind is TargetKind.USB and self._line is None:
            self.ui.bridge.run(self, lambda _: drives(), self.show_drives, lambda _: None)
        return made

    def show_drives(self, found: list[Drive]) -> None:
        """The first one is taken; another folder can still be chosen below."""
        self.drives.clear()
        for one in found:
            free = size_words(one.free, self.ui.texts.language)
            words = self.ui.say("ui.target.drive-free", name=clean(one.name), free=free)
            self.drives.addItem(words, one.path)
        self.drive_part.setVisible(bool(found))
        self.lead.setText(self.ui.say("ui.target.lead-usb" if found else "ui.target.no-drive"))
        if found and not self.place.address.text.strip():
            self._take_drive()

    def _take_drive(self) -> None:
        self.place.address.input.setText(str(self.drives.currentData() or ""))

    def _name_and_every(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.name, 3, Qt.AlignmentFlag.AlignTop)
        side = QVBoxLayout()
        side.setSpacing(5)
        label = QLabel(self.ui.say("ui.target.how-often"))
        label.setObjectName("label")
        label.setBuddy(self.every)
        self.every.setAccessibleName(label.text())
        known = self._line.target.every_hours if self._line is not None else 0
        for hours in sorted({*EVERY, known}):
            self.every.addItem(hours_words(self.ui, hours), hours)
        side.addWidget(label)
        side.addWidget(self.every)
        side.addStretch()
        row.addLayout(side, 2)
        return row

    def _fill(self, line: TargetLine) -> None:
        target = line.target
        self.place.show_place(target.place)
        self.name.input.setText(target.name)
        self.every.setCurrentIndex(max(0, self.every.findData(target.every_hours)))
        self.own.setChecked(target.own)
        self.agreement.fill(target.baa)
        if self._kind in AT_OTHERS:
            self.place.secret.hint(self.ui.say("ui.target.secret-kept"))

    def focus_first(self) -> None:
        (self.place.address if self._line is None else self.name).input.setFocus()

    # --- what the form says -------------------------------------------------------------------------

    def request(self) -> TargetRequest | None:
        """Or None, with what is wrong beside its field."""
        found = self.place.value(secret_needed=self._line is None)
        if found is None:
            return None
        if not self.name.text.strip():
            self.name.wrong(self.ui.say("ui.form.missing"))
            self.name.input.setFocus()
            return None
        far = self._kind in AT_OTHERS
        own = far and self.own.isChecked()
        fit, baa = self.agreement.value() if far and not own else (True, None)
        if not fit:
            return None
        place, secret = found
        return TargetRequest(
            name=self.name.text.strip(),
            place=place,
            secret=secret,
            every_hours=int(self.every.currentData()),
            own=own,
            baa=baa,
            target=self._line.target.id if self._line is not None else None,
        )
