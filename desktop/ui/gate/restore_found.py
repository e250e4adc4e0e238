"""The first pages of a restore: where the backups are, whether it is the right server, which one."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout

from desktop.errors import SealwellError
from desktop.office.values_backups import BackupsFound, RestorePlace, StoredBackup
from desktop.paths import default_practice
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dates import date_words, time_words
from desktop.ui.files import choose_folder, size_words
from desktop.ui.form import CentredForm, Field
from desktop.ui.places import PlaceForm
from desktop.ui.table import Column, Rows, table

_WIDE = 600
_WIDER = 680
_LIST_HEIGHT = 250


class Steps(Protocol):
    """What these pages tell the wizard."""

    def leave(self) -> None: ...
    def look(self, place: RestorePlace, key_file: str = "") -> None: ...
    def to_where(self, problem: str = "") -> None: ...
    def trust(self, host_key: str) -> None: ...
    def choose(self) -> None: ...
    def chosen(self, backup: StoredBackup, to: str) -> None: ...


class WherePage(CentredForm):
    """A drive, a folder, or the address of a storage; `before` is what was typed the last time,
    `key_file` where its secret came from.
    """

    def __init__(self, ui: Ui, steps: Steps, before: RestorePlace | None, key_file: str = "") -> None:
        super().__init__(ui, "download", ui.say("ui.restore.title"), ui.say("ui.restore.lead"), _WIDE)
        self._steps = steps
        self.form = PlaceForm(ui)
        self.column.addWidget(self.form)
        if before is not None:
            self.form.show_place(before.place)
            self.form.show_secret(before.secret, key_file)
        for field in (self.form.address, self.form.user, self.form.secret):
            field.input.returnPressed.connect(self.submit)
        row = QHBoxLayout()
        self.back = button(ui.say("ui.back"), steps.leave, "quiet")
        self.go = button(ui.say("ui.restore.look"), self.submit, "primary")
        row.addWidget(self.back)
        row.addStretch()
        row.addWidget(self.go)
        self.column.addLayout(row)
        self.setFocusProxy(self.form.kind_box)

    def submit(self) -> None:
        if not self.go.isEnabled():
            return
        given = self.form.value()
        if given is None:
            return
        place, secret = given
        self.notice.show_words(self.ui.say("ui.restore.looking"), "plain")
        self.go.setEnabled(False)
        self._steps.look(RestorePlace(place, secret=secret), self.key_file)

    @property
    def key_file(self) -> str:
        return "" if self.form.key_file.isHidden() else self.form.key_file.text.strip()

    def failed(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.notice.show_words(self.ui.error(error))
        self.form.address.input.setFocus()


class HostKeyPage(CentredForm):
    """A server that nobody knows yet on this computer: its fingerprint is compared by a person."""

    def __init__(self, ui: Ui, steps: Steps, place: RestorePlace, found: BackupsFound) -> None:
        say = ui.say
        super().__init__(ui, "key-round", say("ui.restore.key-title"), say("ui.restore.key-lead"), _WIDE)
        self._steps = steps
        self._host_key = found.host_key
        self.column.addWidget(plain_label(clean(place.place.address), "heading", wrap=True))
        kind, _, digest = clean(found.fingerprint).rpartition(":")
        self.fingerprint = plain_label(f"{kind}:\n{digest}" if kind else digest, "mono")
        self.fingerprint.setAccessibleName(clean(found.fingerprint))
        self.fingerprint.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.column.addWidget(self.fingerprint)
        self.column.addWidget(plain_label(say("ui.restore.key-why"), "muted", wrap=True))
        row = QHBoxLayout()
        self.back = button(say("ui.restore.key-differs"), self.refuse)
        self.go = button(say("ui.restore.key-same"), self.submit, "primary")
        row.addWidget(self.back)
        row.addStretch()
        row.addWidget(self.go)
        self.column.addLayout(row)
        self.setFocusProxy(self.back)

    def refuse(self) -> None:
        """Nothing was sent there, not even the password."""
        self._steps.to_where(self.ui.say("ui.restore.key-refused"))

    def submit(self) -> None:
        if self.go.isEnabled():
            self.go.setEnabled(False)
            self.notice.show_words(self.ui.say("ui.restore.looking"), "plain")
            self._steps.trust(self._host_key)

    def failed(self, error: SealwellError) -> None:
        self._steps.to_where(self.ui.error(error))


class FoundPage(CentredForm):
    """What lies there, the newest that can be brought back chosen; and where to, if a practice is here."""

    def __init__(self, ui: Ui, steps: Steps, found: BackupsFound, to: str, *, new_folder: bool) -> None:
        say, language = ui.say, ui.texts.language
        lead = ui.texts.count("ui.restore.found-lead", len(found.backups))
        super().__init__(ui, "download", say("ui.restore.found-title"), lead, _WIDER)
        self._steps = steps
        backups = sorted(found.backups, key=lambda one: one.made_at, reverse=True)
        muted = ui.theme.tokens.muted
        self.rows = Rows[StoredBackup](
            [
                Column(say("ui.restore.made"), lambda one: _made_words(one, language), width=240),
                Column(say("ui.restore.size"), lambda one: size_words(one.bytes, language), width=110),
                Column(
                    say("ui.restore.state"),
                    lambda one: say("ui.restore.usable" if one.complete else "ui.restore.incomplete"),
                    colour=lambda one: "" if one.complete else muted,
                    stretch=True,
                ),
            ]
        )
        self.rows.show(backups)
        self.view = table(self.rows, say("ui.restore.found-title"))
        self.view.setFixedHeight(_LIST_HEIGHT)
        self.column.addWidget(self.view)
        self.to: Field | None = None
        if new_folder:
            self._ask_folder(to)
        row = QHBoxLayout()
        self.back = button(say("ui.back"), steps.to_where, "quiet")
        self.go = button(say("ui.next"), self.submit, "primary")
        row.addWidget(self.back)
        row.addStretch()
        row.addWidget(self.go)
        self.column.addLayout(row)
        self.view.selectRow(next((at for at, one in enumerate(backups) if one.complete), 0))
        self.view.doubleClicked.connect(lambda _: self.submit())
        for key in ("Return", "Enter"):
            QShortcut(QKeySequence(key), self.view, self.submit, context=Qt.ShortcutContext.WidgetShortcut)
        self.setFocusProxy(self.view)

    def _ask_folder(self, to: str) -> None:
        """Never over the practice that is here; `to` is what was chosen before, if anything."""
        say, today = self.ui.say, self.ui.clock.now().astimezone().date()
        self.column.addWidget(plain_label(say("ui.restore.beside"), "muted", wrap=True))
        self.to = Field(say("ui.restore.to"), hint=say("ui.restore.to-hint"))
        suggested = default_practice().root.with_name(f"practice-{today.isoformat()}")
        self.to.input.setText(to or str(suggested))
        self.browse = button(say("ui.place.browse"), self.browse_folder)
        self.to.beside(self.browse)
        self.column.addWidget(self.to)

    def browse_folder(self) -> None:
        """A folder to put the new one into."""
        choose_folder(self, self.ui.say("ui.restore.to"), self.take_folder)

    def take_folder(self, path: Path) -> None:
        if self.to is not None:
            name = Path(self.to.text.strip()).name
            self.to.input.setText(str(path / name if any(path.iterdir()) and name else path))

    @property
    def chosen(self) -> StoredBackup | None:
        row = self.view.currentIndex().row()
        return self.rows.rows[row] if 0 <= row < len(self.rows.rows) else None

    def submit(self) -> None:
        backup = self.chosen
        if backup is None or not backup.complete:
            self.notice.show_words(self.ui.say("ui.restore.take-whole"), "warn")
            return
        to = self.to.text.strip() if self.to is not None else ""
        if self.to is not None and not to:
            self.to.wrong(self.ui.say("ui.form.missing"))
            self.to.input.setFocus()
            return
        # Whole: the background service does not stand in the folder that the window was started in.
        self._steps.chosen(backup, str(Path(to).expanduser().absolute()) if to else "")


def _made_words(backup: StoredBackup, language: str) -> str:
    """Day and time on this computer's clock, with the year: it may be an old one."""
    local = backup.made_at.astimezone()
    return f"{date_words(local.date(), language)}, {time_words(local, language)}"
