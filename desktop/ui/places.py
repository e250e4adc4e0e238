"""Where backups lie, as a form: a folder of this computer, or the address of a storage far away.

Shared by whoever looks for backups on a bare computer and by whoever adds a place for them.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from desktop.errors import InputError
from desktop.models.safekeeping import MOUNTED, Place, TargetKind
from desktop.ui.agreement import pair
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.certificate import CertificateField
from desktop.ui.files import choose_file, choose_folder, read
from desktop.ui.form import Field

TO_LOOK = (TargetKind.FOLDER, TargetKind.SHARE, TargetKind.SFTP, TargetKind.WEBDAV, TargetKind.S3)
"""Looking into a USB drive is looking into a folder."""
_KEY_BYTES = 64 * 1024
_SCHEMES = {TargetKind.SFTP: "sftp://", TargetKind.WEBDAV: "https://", TargetKind.S3: "https://"}


class PlaceForm(QWidget):
    """Kind, address, and what the kind asks for besides; `kind_changed` when another is chosen.

    Of one kind alone nothing is to be chosen.
    """

    kind_changed = Signal()

    def __init__(self, ui: Ui, kinds: tuple[TargetKind, ...] = TO_LOOK) -> None:
        super().__init__()
        self.ui = ui
        say = ui.say
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        self.kind_box = QComboBox()
        self.kind_box.setAccessibleName(say("ui.place.kind"))
        for kind in kinds:
            self.kind_box.addItem(say(f"ui.place.{kind.value}"), kind.value)
        label = plain_label(say("ui.place.kind"), "label")
        label.setBuddy(self.kind_box)
        self.address = Field(say("ui.place.address"))
        self.browse = button(say("ui.place.browse"), self.choose)
        self.address.beside(self.browse)
        self.user = Field(say("ui.place.user"))
        self.secret = Field(say("ui.place.secret"), secret=True)
        self.key_file = Field(say("ui.place.key-file"), hint=say("ui.place.key-file-hint"))
        self.key_browse = button(say("ui.place.choose-file"), self.choose_key)
        self.key_file.beside(self.key_browse)
        self.ca_file = CertificateField(ui)
        column.addWidget(label)
        column.addWidget(self.kind_box)
        column.addWidget(self.address)
        column.addLayout(pair(self.user, self.secret))
        column.addWidget(self.key_file)
        column.addWidget(self.ca_file)
        self.kind_box.currentIndexChanged.connect(lambda _: self._take_kind())
        if len(kinds) == 1:
            label.hide()
            self.kind_box.hide()
        self._take_kind()

    @property
    def kind(self) -> TargetKind:
        return TargetKind(str(self.kind_box.currentData()))

    def _take_kind(self) -> None:
        kind = self.kind
        far = kind not in MOUNTED
        self.address.hint(self.ui.say(f"ui.place.{kind.value}-hint"))
        self.browse.setVisible(not far)
        for field in (self.user, self.secret):
            field.setVisible(far)
        self.key_file.setVisible(kind is TargetKind.SFTP)
        self.ca_file.setVisible(kind in (TargetKind.WEBDAV, TargetKind.S3))
        self.kind_changed.emit()

    def choose(self) -> None:
        choose_folder(
            self, self.ui.say("ui.place.browse"), lambda path: self.address.input.setText(str(path))
        )

    def choose_key(self) -> None:
        choose_file(
            self, self.ui.say("ui.place.key-file"), "", lambda path: self.key_file.input.setText(str(path))
        )

    def show_place(self, place: Place) -> None:
        """A place that is known already; its secret is not shown."""
        self.kind_box.setCurrentIndex(max(0, self.kind_box.findData(place.kind.value)))
        self.address.input.setText(place.address)
        self.user.input.setText(place.user)
        self.ca_file.input.setText(place.ca_file)

    def show_secret(self, secret: str, key_file: str) -> None:
        """What was given before. A key's text does not fit a line: its file is named again."""
        self.key_file.input.setText(key_file)
        if not key_file:
            self.secret.input.setText(secret)

    def value(self, *, secret_needed: bool = True) -> tuple[Place, str] | None:
        """The place and its secret, or None with what is missing said beside its field."""
        kind = self.kind
        by_file = kind is TargetKind.SFTP and bool(self.key_file.text.strip())
        wanted = [self.address]
        if kind not in MOUNTED:
            wanted += [self.user, self.secret] if secret_needed and not by_file else [self.user]
        for field in wanted:
            if not field.text.strip():
                field.wrong(self.ui.say("ui.form.missing"))
                field.input.setFocus()
                return None
        if kind in MOUNTED:
            # Whole: the background service does not stand in the folder that the window was started in.
            return Place(kind, str(Path(self.address.text.strip()).expanduser().absolute())), ""
        ca_file = self.ca_file.value() if not self.ca_file.isHidden() else ""
        if ca_file is None:
            return None
        secret = self._key() if by_file else self.secret.text
        if secret is None:
            return None
        return Place(kind, self._address(kind), self.user.text.strip(), ca_file=ca_file), secret

    def _key(self) -> str | None:
        """The private key out of its file; None where it cannot be read, which is said beside it."""
        try:
            return read(Path(self.key_file.text.strip()).expanduser(), _KEY_BYTES).decode("ascii")
        except (InputError, UnicodeDecodeError):
            self.key_file.wrong(self.ui.say("ui.place.key-file-wrong"))
            self.key_file.input.setFocus()
            return None

    def _address(self, kind: TargetKind) -> str:
        """With the scheme that people leave out."""
        typed = self.address.text.strip()
        return typed if "://" in typed else f"{_SCHEMES[kind]}{typed}"
