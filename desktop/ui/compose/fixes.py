"""Steps that settle what was found in a letter: show it, move it, rename or take off a file, look."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.office.values import PersonShown
from desktop.ui.base import Ui
from desktop.ui.compose.attachments import AttachmentList
from desktop.ui.compose.deciding import Deciding
from desktop.ui.compose.findings import TEXT, Finding, neutral_name
from desktop.ui.compose.letter import SubjectField, TextField
from desktop.ui.compose.scan import ScanDialog, person_words


class Fixes:
    """`whose` answers the patient whom the letter is about."""

    def __init__(
        self,
        page: QWidget,
        ui: Ui,
        subject: SubjectField,
        text: TextField,
        attachments: AttachmentList,
        deciding: Deciding,
        whose: Callable[[], PersonShown | None],
    ) -> None:
        self._page = page
        self.ui = ui
        self._subject = subject
        self._text = text
        self._attachments = attachments
        self._deciding = deciding
        self._whose = whose
        found = deciding.found
        found.show_wanted.connect(self._point_at)
        found.move_subject.connect(self._move_subject)
        found.rename.connect(self._rename)
        found.remove.connect(lambda finding: attachments.take_off(finding.file))
        found.look.connect(self._look_at)

    def _point_at(self, finding: Finding) -> None:
        (self._text if finding.part == TEXT else self._subject).point_at(finding)

    def _move_subject(self) -> None:
        """What the subject said becomes the first line; outside stands what says nothing."""
        said = self._subject.text().strip()
        self._subject.setText(self.ui.say("ui.compose.neutral-subject"))
        text = self._text.toPlainText()
        self._text.setPlainText(f"{said}\n\n{text}" if said else text)
        self._deciding.checker.now()
        self._subject.setFocus()

    def _rename(self, finding: Finding) -> None:
        taken = {one.name for one in self._attachments.files}
        old = self._attachments.files[finding.file].name
        self._attachments.rename(finding.file, neutral_name(old, self.ui.say("ui.compose.document"), taken))
        self._deciding.checker.now()

    def _look_at(self, finding: Finding) -> None:
        shown = self._whose()
        if shown is None:
            return
        ScanDialog(
            self.ui,
            finding.picture,
            person_words(shown),
            lambda: self._deciding.found.answer(finding),
            lambda: self._attachments.take_off(finding.file),
            self._page,
        ).open()
