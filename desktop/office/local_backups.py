"""The rooms of the office in this process that are about backups, restoring, emergencies and moving.

As `local.py`, of which this is a part: one object, each door's methods taken from the room behind it.
"""

from __future__ import annotations

from typing import NamedTuple

from desktop.office.backups import Backups
from desktop.office.drill import Drills
from desktop.office.emergency import Emergency
from desktop.office.kit import Kits
from desktop.office.moving import Moving
from desktop.office.restore import Restore
from desktop.office.retire import Retiring
from desktop.office.targets import Targets


class BackupRooms(NamedTuple):
    """In the order in which `assembly.py` builds them."""

    backups: Backups
    targets: Targets
    restore: Restore
    drills: Drills
    kits: Kits
    emergency: Emergency
    moving: Moving
    retiring: Retiring


class BackupOffice:
    """Fulfils the doors of `api_backups.py`."""

    def __init__(self, rooms: BackupRooms) -> None:
        self.find_backups = rooms.restore.find_backups
        self.restore = rooms.restore.restore
        self.show_backups = rooms.backups.show_backups
        self.freshness = rooms.backups.freshness
        self.create_backup = rooms.backups.create_backup
        self.verify_backup = rooms.backups.verify_backup
        self.add_target = rooms.targets.add_target
        self.change_target = rooms.targets.change_target
        self.retire_target = rooms.targets.retire_target
        self.test_target = rooms.targets.test_target
        self.list_target = rooms.targets.list_target
        self.drill_asks = rooms.drills.drill_asks
        self.run_drill = rooms.drills.run_drill
        self.print_kit = rooms.kits.print_kit
        self.print_new_kit = rooms.kits.print_new_kit
        self.renew_recovery_key = rooms.kits.renew_recovery_key
        self.open_emergency = rooms.emergency.open_emergency
        self.plan_move = rooms.moving.plan_move
        self.show_arrival = rooms.moving.show_arrival
        self.settle_arrival = rooms.moving.settle_arrival
        self.retire_computer = rooms.retiring.retire_computer
