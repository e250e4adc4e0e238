"""Where files of a mail and exports go: a place is chosen first, then the office is asked for the bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from desktop.errors import InputError, SealwellError
from desktop.models.accounts import Session
from desktop.models.correspondence import ConversationId, EntryId, FileIn, FilingForm
from desktop.models.records import PersonId
from desktop.office.values_messages import FileOut, ToChart
from desktop.paths import write_private
from desktop.texts import clean
from desktop.ui.base import Ui
from desktop.ui.files import choose_target

Said = Callable[[str, str], None]
"""Words and their kind, for the page's notice."""


class Saver:
    """Nothing is opened: what was saved is the person's own to look at."""

    def __init__(
        self, ui: Ui, session: Session, owner: QWidget, said: Said, filed: Callable[[], None]
    ) -> None:
        self._ui = ui
        self._session = session
        self._owner = owner
        self._said = said
        self._filed = filed

    def save(self, entry: EntryId, file: FileIn) -> None:
        self._where(file.name, lambda: self._ui.office.save_file(self._session, entry, file.part))

    def file_to(self, conversation: ConversationId, person: PersonId, entry: EntryId, file: FileIn) -> None:
        """One received file to a person's record: saved, and written down there."""
        wanted = ToChart(conversation, FilingForm.FILE, person, entry, file.part)
        self._where(file.name, lambda: self._export(wanted), filed=True)

    def export(self, conversation: ConversationId, form: FilingForm, person: PersonId | None) -> None:
        day = self._ui.clock.now().astimezone().date().isoformat()
        name = f"{self._ui.say('ui.messages.export-name')}-{day}.{form.value}"
        wanted = ToChart(conversation, form, person)
        self._where(name, lambda: self._export(wanted), filed=person is not None)

    def _export(self, wanted: ToChart) -> FileOut:
        return self._ui.office.export_conversation(self._session, wanted)

    def _where(self, name: str, ask: Callable[[], FileOut], *, filed: bool = False) -> None:
        title = self._ui.say("ui.messages.save-where")
        safe = clean(name, 120).replace("/", "_").replace("\\", "_")
        choose_target(self._owner, title, safe, lambda path: self.write(path, ask, filed=filed))

    def write(self, path: Path, ask: Callable[[], FileOut], *, filed: bool = False) -> None:
        """Fetch and write off the window's thread: such a file may be large."""

        def work(_: object) -> str:
            data = ask().data
            try:
                write_private(path, data)
            except OSError as error:
                raise InputError("file-not-written", file=clean(path.name)) from error
            return clean(path.name)

        def done(name: str) -> None:
            code = "ui.messages.filed" if filed else "ui.messages.saved"
            self._said(self._ui.say(code, file=name), "ok")
            if filed:
                self._filed()

        def failed(error: SealwellError) -> None:
            self._said(self._ui.error(error), "error")

        self._ui.bridge.run(self._owner, work, done, failed)
