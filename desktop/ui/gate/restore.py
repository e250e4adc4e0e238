"""A practice brought back from a backup: where, which, with what, how far it is, and what waits then."""

from __future__ import annotations

from dataclasses import replace

from desktop.errors import SealwellError
from desktop.office.values_backups import BackupsFound, Restored, RestorePlace, RestoreRequest, StoredBackup
from desktop.ui.base import Ui
from desktop.ui.bridge import Task
from desktop.ui.gate.gate import Gate
from desktop.ui.gate.pages import Pages
from desktop.ui.gate.recovery import RecoveryPage
from desktop.ui.gate.restore_found import FoundPage, HostKeyPage, WherePage
from desktop.ui.gate.restore_open import DonePage, OpenPage, OpenWith, RunningPage


class RestorePages(Pages):
    """From the sign-in page, and from the first page of a bare computer; nothing here is a session's."""

    def __init__(self, ui: Ui, gate: Gate) -> None:
        super().__init__(ui)
        self._gate = gate
        self._place: RestorePlace | None = None
        self._key_file = ""
        self._found: BackupsFound | None = None
        self._chosen: StoredBackup | None = None
        self._to = ""
        self._user = ""
        self._task: Task | None = None
        self.where = WherePage(ui, self, None)
        self.addWidget(self.where)
        self.watch_idle()

    def lock(self) -> None:
        """What was typed to open the backup goes; a restore that runs goes on."""
        super().lock()
        page = self.currentWidget()
        if isinstance(page, OpenPage):
            page.forget()
        elif isinstance(page, WherePage):
            page.form.secret.input.clear()

    def stays(self) -> bool:
        """Closing the window ends the restore, or the one sight of the new recovery key."""
        page = self.currentWidget()
        if isinstance(page, RunningPage) and self._task is not None:
            page.notice.show_words(self.ui.say("ui.restore.still-running"), "warn")
            return True
        return isinstance(page, RecoveryPage) and page.holds()

    # --- where, and which -------------------------------------------------------------

    def leave(self) -> None:
        self._place = None
        self._gate.show_start()

    def look(self, place: RestorePlace, key_file: str = "") -> None:
        """Ask what lies there; the page that asked hears of what went wrong."""
        self._place = place
        page = self.currentWidget()
        if isinstance(page, WherePage):
            self._key_file = key_file
        if isinstance(page, WherePage | HostKeyPage):
            self.ui.bridge.run(page, lambda _: self.ui.office.find_backups(place), self._looked, page.failed)

    def _looked(self, found: BackupsFound) -> None:
        if found.host_key and self._place is not None:
            self.host_key = HostKeyPage(self.ui, self, self._place, found)
            self.advance(self.host_key)
        elif found.backups:
            self._found = found
            self.choose()
        else:
            self.to_where(self.ui.say("ui.restore.none"))

    def to_where(self, problem: str = "") -> None:
        self.where = WherePage(self.ui, self, self._place, self._key_file)
        self.advance(self.where)
        if problem:
            self.where.notice.show_words(problem, "warn")

    def trust(self, host_key: str) -> None:
        """The person compared the server's fingerprint."""
        if self._place is not None:
            self.look(replace(self._place, place=replace(self._place.place, host_key=host_key)))

    def choose(self) -> None:
        if self._found is not None:
            self.found = FoundPage(
                self.ui, self, self._found, self._to, new_folder=self._gate.practice_exists
            )
            self.advance(self.found)

    def chosen(self, backup: StoredBackup, to: str) -> None:
        self._chosen, self._to = backup, to
        self.open = OpenPage(self.ui, self, backup)
        self.advance(self.open)

    # --- bringing it back -------------------------------------------------------------

    def begin(self, given: OpenWith) -> None:
        if self._place is None or self._chosen is None:
            return
        self._user = given.user
        request = RestoreRequest(
            self._place,
            given.user,
            password=given.password,
            reason=given.reason,
            recovery_key=given.recovery_key,
            key_pin=given.key_pin,
            name=self._chosen.name,
            to=self._to,
        )
        self.running = RunningPage(self.ui, self.cancel)
        self.addWidget(self.running)
        self.setCurrentWidget(self.running)
        self.running.setFocus()
        self._task = self.ui.bridge.run(
            self,
            lambda task: self.ui.office.restore(request, task.progress),
            self._restored,
            self._failed,
            self.running.show_progress,
        )

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _failed(self, error: SealwellError) -> None:
        """Nothing is left behind: what was typed can be put right, and tried again."""
        self._task = None
        self.setCurrentWidget(self.open)
        self.removeWidget(self.running)
        self.running.deleteLater()
        self.open.failed(error)

    def _restored(self, answer: Restored) -> None:
        self._task = self._place = self._found = None
        self.removeWidget(self.open)
        self.open.deleteLater()
        if answer.recovery_key:
            self.recovery = RecoveryPage(self.ui, answer.recovery_key, lambda: self._done(answer))
            self.recovery.notice.show_words(self.ui.say("ui.restore.new-key"), "warn")
            self.advance(self.recovery)
        else:
            self._done(answer)

    def _done(self, answer: Restored) -> None:
        self.done = DonePage(self.ui, replace(answer, recovery_key=""), self.finish, elsewhere=bool(self._to))
        self.advance(self.done)

    def finish(self) -> None:
        """To the sign-in page: of the practice that came back, or of the one that was here all the time."""
        if self._to:
            self._gate.show_start()
        else:
            self._gate.show_sign_in(self._user, self.ui.say("ui.restore.sign-in"))
