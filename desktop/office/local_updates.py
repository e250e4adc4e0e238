"""The room of new versions in this process; as `local_people.py`."""

from __future__ import annotations

from desktop.office.updates import Updates


class UpdateOffice:
    """Fulfils `api_updates.UpdateDoor`."""

    def __init__(self, room: Updates) -> None:
        self.show_updates = room.show_updates
        self.allow_updates = room.allow_updates
        self.check_updates = room.check_updates
        self.verify_update = room.verify_update
        self.download_update = room.download_update
