"""A file that holds pictures only: somebody looks at its first page and says whom it is about."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from desktop.office.values import PersonShown
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dialog import FormDialog

_WIDTH, _HEIGHT = 460, 420


def person_words(shown: PersonShown) -> str:
    """Such as "Maria Lopez, 1961"."""
    who = shown.person
    name = clean(who.name)
    return f"{name}, {who.birth_date.year}" if who.birth_date else name


class ScanDialog(FormDialog):
    """ "Is this Maria Lopez, 1961?" Yes keeps the file, No takes it off; Cancel decides nothing."""

    def __init__(
        self,
        ui: Ui,
        picture: bytes,
        about: str,
        on_yes: Callable[[], None],
        on_no: Callable[[], None],
        parent: QWidget,
    ) -> None:
        super().__init__(ui, ui.say("ui.scan.question", person=about), parent)
        self._on_no = on_no
        self.content.addWidget(plain_label(ui.say("ui.scan.lead"), "muted", wrap=True))
        page = QLabel()
        page.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        page.setAccessibleName(ui.say("ui.scan.page"))
        shown = QPixmap()
        shown.loadFromData(picture)
        if not shown.isNull():
            page.setPixmap(
                shown.scaled(
                    _WIDTH,
                    _HEIGHT,
                    Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
            )
        self.page = page
        self.content.addWidget(page)
        self.no = button(ui.say("ui.scan.no"), self._refuse)
        self.yes = button(ui.say("ui.scan.yes"), self.accept, "primary")
        self.foot.addWidget(self.no)
        self.foot.addWidget(self.yes)
        self.accepted.connect(on_yes)

    def _refuse(self) -> None:
        self.reject()
        self._on_no()
