"""One look around: the practice is made, people change places by one press, and everything ends with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.crypto.kdf import FLOOR
from desktop.errors import Refused
from desktop.models.accounts import Role
from desktop.models.documents import Printer
from desktop.office.api import Office
from desktop.office.values_entry import QuickUnlock, SignedIn
from desktop.office.values_sample import LeftLetter
from desktop.paths import PracticeFolder
from desktop.sample.clock import CatchingUp
from desktop.sample.office import SampleOffice
from desktop.sample.paper import SamplePrinter
from desktop.sample.story import PASSWORD, PEOPLE, PIN, Progress, Setting, Story
from desktop.sample.wires import LocalInbox, LocalOutbox, local_wires
from desktop.texts import Texts

_BEGAN = timedelta(days=8)
"""Before today: more days take longer to live through, and nobody reads further back."""
_OPENS = time(9)


class Tour:
    """Fulfils `values_sample.Guide`. Everything lies in `root`, which the caller removes."""

    password = PASSWORD
    roles = tuple(reversed(PEOPLE))

    def __init__(self, root: Path, texts: Texts, zone: str, printer: Callable[[], Printer] | None) -> None:
        now = SystemClock().now()
        local = now.astimezone(ZoneInfo(zone))
        self._clock = CatchingUp(datetime.combine(local.date() - _BEGAN, _OPENS, local.tzinfo))
        self._outbox, self._inbox = LocalOutbox(self._clock), LocalInbox()
        self.folder = PracticeFolder(root / "practice")
        self._entering = threading.Lock()
        backups = root / "backups"
        backups.mkdir()
        self._office: Office = build_office(
            self.folder,
            self._clock,
            language=texts.language,
            params=lambda: FLOOR,  # its password stands in the window: nothing is gained by waiting
            device_store=lambda: None,
            printer=(lambda: SamplePrinter(printer())) if printer is not None else None,
            sample=local_wires(self._outbox, self._inbox),
        )
        self._story = Story(Setting(self._office, self._clock, self._inbox, texts, zone, now, backups))
        self.office = cast(Office, SampleOffice(self._office))

    def begin(self, progress: Progress) -> SignedIn:
        """Make the practice; who looks around begins at the front desk. Raises Refused("cancelled")."""
        if not self._story.tell(progress):
            raise Refused("cancelled")
        return self.enter(Role.FRONT_DESK)

    def enter(self, role: Role) -> SignedIn:
        """By PIN where that still counts, else by password and code."""
        with self._entering:
            self._office.lock()
            try:
                return self._office.quick_unlock(QuickUnlock(PEOPLE[role], pin=PIN))
            except Refused:
                return self._story.sign_in(role)

    def left(self) -> tuple[LeftLetter, ...]:
        return self._outbox.left()

    def close(self) -> None:
        self._office.close()
