"""The pages and dialogs of backups, filled, for what holds on every page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from PySide6.QtWidgets import QWidget

from desktop.models.accounts import Session, UserId
from desktop.models.records import Baa, Reason
from desktop.models.safekeeping import (
    FRESH,
    LOCKED,
    Backup,
    BackupId,
    Copy,
    Drill,
    DrillId,
    Place,
    Target,
    TargetId,
    TargetKind,
)
from desktop.office.values_backups import (
    BackupLine,
    BackupsShown,
    DrillShown,
    Freshness,
    TargetLine,
    TargetStep,
    TargetTested,
)
from desktop.ui.backups.adding import PlaceDialog
from desktop.ui.backups.check import CheckDialog
from desktop.ui.backups.drill import DrillDialog
from desktop.ui.backups.drives import Drive
from desktop.ui.backups.history import HistoryDialog
from desktop.ui.backups.kinds import FAR, NEAR
from desktop.ui.backups.kit import KitDialog, NewKeyDialog
from desktop.ui.backups.page import BackupsPage, BackupsSection
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.workspace import Workspace
from tests.ui.conftest import Screen

KEY = "ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345-6789-ABCD-EFGH-JKMN-PQRS-TVWX-12"
PRINT = "SHA256:zS1uPz2Rk9tTn7kYQm0cO1ZlqC5WvJ8e0H3yX4bN6aE"
USB, CLOUD = TargetId("1" * 32), TargetId("2" * 32)


def backup_at(at: datetime, number: int, size: int = 41_000_000, *, whole: bool = False) -> Backup:
    parent = None if whole else BackupId("0" * 32)
    return Backup(BackupId(f"{number:032x}"), "", at, parent, 1, 900, "", "", size, size, "", at)


def good(now: datetime) -> BackupsShown:
    """Two places with everything, a drill that went well."""
    last = backup_at(now - timedelta(minutes=12), 1)
    usb = Target(USB, "Blue drive", Place(TargetKind.USB, "/media/ana/BLUE"), "m", now)
    far = Place(TargetKind.SFTP, "sftp://backup.example.com/elmstreet")
    baa = Baa("Safekeep Inc.", date(2026, 1, 5), None, "backups")
    cloud = Target(CLOUD, "Safekeep Inc.", far, "m", now, every_hours=24, baa=baa)
    made = tuple(
        BackupLine(
            backup_at(now - timedelta(hours=4 * at, minutes=12), at + 1, whole=not at % 6),
            tuple(Copy(last.id, where, now) for where in ((USB, CLOUD) if not at % 2 else (USB,))),
        )
        for at in range(9)
    )
    drill = Drill(
        DrillId("1"), now - timedelta(days=70), UserId("u"), USB, None, True, "", 41, 4_120, 50, True
    )
    return BackupsShown(
        Freshness(FRESH, now - timedelta(minutes=5), last.made_at, Reason("backup-fresh")),
        (
            TargetLine(usb, last, 312_000_000, None),
            TargetLine(cloud, last, 309_000_000, now + timedelta(hours=4)),
        ),
        made,
        (drill,),
        (now + timedelta(days=20)).date(),
        here_bytes=331_000_000,
    )


def old(now: datetime) -> BackupsShown:
    """Two days without one: a drive that is away, a provider without an agreement."""
    shown = good(now)
    usb, cloud = shown.targets
    last = backup_at(now - timedelta(hours=53), 2)
    away = replace(
        usb, last=last, behind=12, tried_at=now, trouble=Reason("target-not-connected"), next_at=now
    )
    bare = replace(cloud, target=replace(cloud.target, baa=None), last=None, bytes=0)
    bare = replace(bare, baa_problem=Reason("no-baa", {"relay": "Safekeep Inc."}))
    freshness = Freshness(LOCKED, now - timedelta(hours=50), last.made_at, Reason("backup-locked"))
    failed = tuple(replace(one, ok=False, why="target-not-connected") for one in shown.drills)
    return replace(
        shown, freshness=freshness, targets=(away, bare), drills=failed, drill_due=date(2026, 11, 1)
    )


def to_compare() -> TargetTested:
    step = TargetStep("host-key", False, Reason("target-step-compare", {"fingerprint": PRINT}))
    return TargetTested(False, (step,), "ssh-ed25519 AAAA", PRINT)


def backup_dialogs(screen: Screen, session: Session, workspace: Workspace) -> dict[str, QWidget]:
    ui, now = screen.ui, screen.clock.now()
    full, late, page = (
        BackupsSection(ui, session, workspace),
        BackupsSection(ui, session, workspace),
        BackupsPage(ui, session, workspace),
    )
    full.show_backups(good(now))
    full.state.going.begin()
    full.state.going.told(41, 100)
    late.show_backups(old(now))
    page.show_backups(replace(good(now), running=True))
    kinds = PlaceDialog(ui, session, workspace)
    forms = {kind: PlaceDialog(ui, session, workspace) for kind in (*NEAR, *FAR)}
    for kind, form in forms.items():
        form.choose(kind)
    usb = forms[TargetKind.USB].fields
    if usb is not None:
        usb.show_drives([Drive("BLUE", "/media/ana/BLUE", 58_000_000_000)])
    compare = PlaceDialog(ui, session, workspace)
    compare.choose(TargetKind.SFTP)
    compare._tested(to_compare())
    drill, drilled = (DrillDialog(ui, session, good(now), workspace) for _ in range(2))
    drilled._done(DrillShown(good(now).drills[0], None, b"%PDF"))
    check = CheckDialog(ui, session, good(now), workspace)
    kit = KitDialog(ui, session, workspace)
    kit.with_key.setChecked(True)
    return {
        "backups-good": full,
        "backups-old": late,
        "backups-page": page,
        "place-kinds": kinds,
        **{f"place-{kind.value}": form for kind, form in forms.items()},
        "place-compare": compare,
        "place-change": PlaceDialog(ui, session, workspace, good(now).targets[1]),
        "place-retire": ConfirmDialog(ui, "ui.target.retire", workspace),
        "backup-check": check,
        "backup-history": HistoryDialog(ui, good(now), workspace),
        "drill": drill,
        "drilled": drilled,
        "kit": kit,
        "new-key-ask": ConfirmDialog(ui, "ui.kit.new-key", workspace),
        "new-key": NewKeyDialog(ui, KEY, workspace),
    }
