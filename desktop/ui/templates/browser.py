"""The exact page of a letter in the computer's own browser, from a file that does not stay.

With sample values only, and without pictures that show a patient: nothing of anybody lies on the disk
in the clear, not even for a minute.
"""

from __future__ import annotations

import base64
import tempfile
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from desktop.models.accounts import Session
from desktop.office.api import Office
from desktop.office.values_templates import TemplateTryRequest

STAYS = 60_000
"""Milliseconds: long enough for a browser that has to start first."""


def exact_page(office: Office, session: Session, sample: TemplateTryRequest) -> bytes:
    """The page with its pictures in it; nothing where it cannot be made. Off the window's thread."""
    preview = office.preview_template(session, sample)
    page = preview.html
    if not page:
        return b""
    pictures = {one.name: one for one in office.template_parts(session).pictures}
    for cid, name in preview.cids.items():
        found = pictures.get(name)
        if found is None or found.authorization is not None:
            continue
        data = base64.b64encode(office.picture_data(session, name)).decode("ascii")
        page = page.replace(f'"cid:{cid}"', f'"data:{found.kind};base64,{data}"')
    return page.encode()


def open_page(owner: QWidget, page: bytes) -> bool:
    """Whether a browser took it. The file goes after a minute, and with its `owner` at the latest."""
    with tempfile.NamedTemporaryFile(prefix="sealwell-", suffix=".html", delete=False) as file:
        file.write(page)
    path = Path(file.name)
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
        _remove(path)
        return False
    timer = QTimer(owner, singleShot=True, interval=STAYS)
    timer.timeout.connect(lambda: _remove(path))
    timer.timeout.connect(timer.deleteLater)
    timer.destroyed.connect(lambda: _remove(path))
    timer.start()
    return True


def _remove(path: Path) -> None:
    # A browser that still reads it on Windows keeps it there: it names nobody.
    with suppress(OSError):
        path.unlink(missing_ok=True)
