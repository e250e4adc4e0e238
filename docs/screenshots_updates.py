"""Program updates, for `docs/screenshots.py`: as they are where a newer version was published."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.office.values_updates import UpdateOffer, UpdatesShown, UpdateVerified
from desktop.ui.settings.page import SettingsPage
from desktop.ui.settings.updates import UpdateSection

if TYPE_CHECKING:
    from desktop.ui.workspace import Workspace
    from docs.screenshots import Camera

_NOTES = {
    "en": "A letter that was answered while it was being written no longer loses its attachment.\n"
    "Lists from two more practice programs are understood.",
    "es": "Una carta que recibió respuesta mientras se escribía ya no pierde su archivo adjunto.\n"
    "Se entienden las listas de dos programas de consultorio más.",
}


def at_work(camera: Camera, workspace: Workspace) -> None:
    workspace.open("settings")
    settings = workspace.pages["settings"]
    if not isinstance(settings, SettingsPage):
        return
    section = settings.sections.open("updates")
    if not isinstance(section, UpdateSection):
        return
    camera.take("settings-updates-none")
    now = camera.ui.clock.now()
    offer = UpdateOffer(
        version="1.4.0",
        severity="high",
        released=now - timedelta(days=2),
        install_by=now + timedelta(days=28),
        notes_en=_NOTES["en"],
        notes_es=_NOTES["es"],
        file="sealwell-1.4.0-windows-x64-setup.exe",
        bytes=41_300_000,
        after="",
    )
    section.show_known(UpdatesShown("1.3.2", True, "newer", offer, now, now, "", False))
    camera.take("settings-updates")
    section.show_verified(UpdateVerified(Path(offer.file).name, "1.4.0", "windows", newer=True))
    camera.take("settings-updates-genuine")
