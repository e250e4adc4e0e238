"""Backups, trying a restore and the recovery kit, for `docs/screenshots.py`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QScrollArea

from desktop.models.accounts import Session, UserId
from desktop.models.records import Reason
from desktop.models.safekeeping import LOCKED, Drill, DrillId, Place, TargetKind
from desktop.office.api import Office
from desktop.office.values_backups import (
    BackupsShown,
    BackupVerified,
    DrillShown,
    Freshness,
    TargetLine,
    TargetRequest,
    TargetStep,
    TargetTested,
)
from desktop.ui.backups.adding import PlaceDialog
from desktop.ui.backups.check import CheckDialog
from desktop.ui.backups.drill import DrillDialog
from desktop.ui.backups.drives import Drive
from desktop.ui.backups.kit import KitDialog, NewKeyDialog
from desktop.ui.backups.page import BackupsSection
from desktop.ui.settings.page import SettingsPage

if TYPE_CHECKING:
    from desktop.ui.workspace import Workspace
    from docs.screenshots import Camera

_PRINT = "SHA256:zS1uPz2Rk9tTn7kYQm0cO1ZlqC5WvJ8e0H3yX4bN6aE"
_KEY = "ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345-6789-ABCD-EFGH-JKMN-PQRS-TVWX-12"
_NAMES = {
    "en": ("Blue drive", "Cellar"),
    "es": ("Memoria azul", "Sótano"),
}
_SHOWN = (
    Place(TargetKind.USB, "/media/ana/BLUE"),
    Place(TargetKind.SHARE, "//cellar/backups"),
)


def add_places(office: Office, session: Session, folder: Path) -> None:
    """Two real places with a real backup, so that no picture warns of a missing one."""
    for number, name in enumerate(_NAMES["en"]):
        place = folder / f"place-{number}"
        place.mkdir()
        office.add_target(session, TargetRequest(name, Place(TargetKind.FOLDER, str(place))))
    office.create_backup(session)


def at_work(camera: Camera, workspace: Workspace, session: Session) -> None:
    workspace.backups()
    camera.settle()
    settings = workspace.pages["settings"]
    section = settings.sections.pages["backups"] if isinstance(settings, SettingsPage) else None
    if not isinstance(section, BackupsSection):
        raise TypeError("Backups is another page")
    shown = _pretty(camera.ui.office.show_backups(session), camera.ui.texts.language)
    section.show_backups(shown)
    camera.take("settings-backups")
    _page(camera, section, shown)
    _places(camera, session, section, shown)
    _tried(camera, session, section, shown)
    section.refresh()
    camera.settle()


def _pretty(shown: BackupsShown, language: str) -> BackupsShown:
    """The same under names that a practice would give, and as large as a practice is."""
    names = _NAMES[language]
    lines = tuple(
        replace(line, target=replace(line.target, name=name, place=place), bytes=312_000_000)
        for line, name, place in zip(shown.targets, names, _SHOWN, strict=True)
    )
    return replace(shown, targets=lines)


def _page(camera: Camera, section: BackupsSection, shown: BackupsShown) -> None:
    scroll = section.findChildren(QScrollArea)[0].verticalScrollBar()
    scroll.setValue(scroll.maximum())
    camera.take("settings-backups-more")
    scroll.setValue(0)
    section.state.going.begin()
    section.state.going.told(41, 100)
    camera.take("settings-backups-running")
    section.state.going.hide()
    now = camera.ui.clock.now()
    usb = shown.targets[0]
    last = replace(usb.last, made_at=now - timedelta(hours=53)) if usb.last else None
    away = replace(usb, last=last, trouble=Reason("target-not-connected"), behind=9, next_at=now)
    freshness = Freshness(
        LOCKED, now - timedelta(hours=50), now - timedelta(hours=53), Reason("backup-locked")
    )
    section.show_backups(replace(shown, freshness=freshness, targets=(away,)))
    camera.take("settings-backups-old")
    section.show_backups(shown)


def _places(camera: Camera, session: Session, section: BackupsSection, shown: BackupsShown) -> None:
    def dialog(kind: TargetKind | None = None, line: TargetLine | None = None) -> PlaceDialog:
        made = PlaceDialog(camera.ui, session, section, line)
        if kind is not None:
            made.choose(kind)
        return made

    camera.dialog("backup-place-kinds", dialog())
    usb = dialog(TargetKind.USB)
    usb.open()
    camera.settle()
    if usb.fields is not None:
        usb.fields.show_drives([Drive("BLUE", "/media/ana/BLUE", 58_000_000_000)])
    camera.dialog("backup-place-usb", usb)
    for kind in (TargetKind.SFTP, TargetKind.S3):
        camera.dialog(f"backup-place-{kind.value}", dialog(kind))
    compare = dialog(TargetKind.SFTP)
    step = TargetStep("host-key", False, Reason("target-step-compare", {"fingerprint": _PRINT}))
    compare._tested(TargetTested(False, (step,), "ssh-ed25519 AAAA", _PRINT))
    camera.dialog("backup-place-compare", compare)
    camera.dialog("backup-place-change", dialog(None, shown.targets[0]))


def _tried(camera: Camera, session: Session, section: BackupsSection, shown: BackupsShown) -> None:
    ui = camera.ui
    check = CheckDialog(ui, session, shown, section)
    camera.settle()
    camera.dialog("backup-check", check)
    checked = CheckDialog(ui, session, shown, section)
    camera.settle()
    checked._verified(BackupVerified(True, "", None, 4_120, 48_211))
    camera.dialog("backup-checked", checked)
    drill = DrillDialog(ui, session, shown, section)
    camera.settle()
    camera.dialog("drill", drill)
    drilled = DrillDialog(ui, session, shown, section)
    camera.settle()
    target = shown.targets[0].target.id
    done = Drill(
        DrillId("1"), ui.clock.now(), UserId(session.user), target, None, True, "", 41, 4_120, 50, True
    )
    drilled._done(DrillShown(done, None, b"%PDF"))
    camera.dialog("drill-done", drilled)
    kit = KitDialog(ui, session, section)
    kit.with_key.setChecked(True)
    camera.dialog("recovery-kit", kit)
    key = NewKeyDialog(ui, _KEY, section)
    key.open()
    camera.take("recovery-key-new", key)
    key.accept()
    camera.settle()
