"""The pages of restore, emergency and a computer's end, filled, for what holds on every page."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtWidgets import QWidget

from desktop.models.accounts import Session
from desktop.models.records import Reason
from desktop.models.safekeeping import Place, TargetKind
from desktop.office.values_backups import (
    ARRIVAL_ITEMS,
    ArrivalShown,
    BackupsFound,
    Damage,
    EmergencyShown,
    EmergencyVisit,
    MoveItem,
    Restored,
    RestorePlace,
    Retired,
    StoredBackup,
)
from desktop.ui.gate.gate import Gate
from desktop.ui.gate.readonly import ListPage, ReadonlyPages
from desktop.ui.gate.restore import RestorePages
from desktop.ui.gate.restore_found import FoundPage, HostKeyPage, WherePage
from desktop.ui.gate.restore_open import DonePage, OpenPage, RunningPage
from desktop.ui.gate.signin import SignInPage
from desktop.ui.moving.arrival import ArrivalCard, ArrivalLine
from desktop.ui.moving.retire import RetireDialog, RetiredPage
from desktop.ui.workspace import Workspace
from tests.ui.conftest import Screen

SERVER = RestorePlace(Place(TargetKind.SFTP, "sftp://backup.example.com/practice", "elm"), secret="x")
PRINT = "SHA256:q7hKxJw4t0nS3v8Z1mYb5cQeRfTgUhViWjXkYlZmAn0"
VISIT = EmergencyVisit("09:30", "Zoraida Canaryfield", "303-555-0101", "Check-up", "Dr. Shah")


def wizard_pages(screen: Screen, session: Session, workspace: Workspace, gate: Gate) -> dict[str, QWidget]:
    """`gate` stands beside a practice: the wizard asks for a folder of its own."""
    ui, now = screen.ui, screen.clock.now()
    stored = tuple(
        StoredBackup(f"{hours}", now - timedelta(hours=4 * hours), 41_000_000, not hours, hours != 1)
        for hours in range(3)
    )
    found = BackupsFound(stored)
    steps, reading = RestorePages(ui, gate), ReadonlyPages(ui, gate, session.user_name)
    far, by_password, ask = WherePage(ui, steps, SERVER), OpenPage(ui, steps, stored[0]), reading.ask
    by_password.by_password.setChecked(True)
    broken = SignInPage(ui, "")
    broken.damaged.show()
    done = Restored("/srv/practice", "1", now, 120, 57, 41)
    damage = (Damage("page", "812"), Damage("table", "message", 3), Damage("file", "vault.keys"))
    shown = EmergencyShown(
        "Elm Street", now.date(), (VISIT,), (VISIT,), damage, recorded=False, paper=b"%PDF"
    )
    card, line = ArrivalCard(ui, workspace, lambda _: None), ArrivalLine(ui, lambda: None)
    items = tuple(
        MoveItem(item, Reason("no-address", {"name": "Bo"}), item == "relay") for item in ARRIVAL_ITEMS
    )
    for part in (card, line):
        part.show_items(ArrivalShown(items))
    for kept in (steps, reading):
        screen.qtbot.addWidget(kept)
    return {
        "sign-in-damaged": broken,
        "restore-where": steps.where,
        "restore-far": far,
        "restore-key": HostKeyPage(ui, steps, SERVER, BackupsFound((), "ssh-ed25519 AAAA", PRINT)),
        "restore-found": FoundPage(ui, steps, found, "", new_folder=True),
        "restore-open": OpenPage(ui, steps, stored[0]),
        "restore-password": by_password,
        "restore-running": RunningPage(ui, lambda: None),
        "restore-done": DonePage(ui, done, lambda: None, elsewhere=True),
        "restore-here": DonePage(ui, done, lambda: None, elsewhere=False),
        "readonly": ask,
        "readonly-list": ListPage(ui, reading, shown),
        "arrival-card": card,
        "arrival-line": line,
        "retire": RetireDialog(ui, session, workspace),
        "retired": RetiredPage(ui, Retired("/media/usb/retired.pdf", ("a", "b"), ("c",)), lambda: None),
    }
