"""Looking out while the practice is open: at each sign-in, and once a minute after.

Not after each use case: that would cost every click, and a minute is soon enough for what
a person then does. The thread only asks for the last record where nothing has happened.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.compliance import alerts, digest, retention
from desktop.errors import SealwellError
from desktop.models.accounts import Role
from desktop.models.alerts import Alert
from desktop.models.database import Database
from desktop.office import keys_expiry
from desktop.office.officer import OfficerMail
from desktop.sync.pickups import Pickups

LOOK_EVERY = 60.0
"""Seconds between two looks."""


class Watch:
    """One per open practice; `stop` before the database closes."""

    def __init__(
        self, database: Database, audit: AuditLog, clock: Clock, officer: OfficerMail, pickups: Pickups
    ) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self.officer = officer
        self._pickups = pickups
        self._looking = threading.Lock()
        self._ended = threading.Event()
        self._started = False
        self._also: list[Callable[[], None]] = []
        self._later: list[Callable[[], None]] = []

    def also(self, look: Callable[[], None]) -> None:
        """Something else to be done at each sign-in and once a minute."""
        self._also.append(look)

    def later(self, look: Callable[[], None]) -> None:
        """As `also`, but never while somebody waits to be signed in: it may take seconds."""
        self._later.append(look)

    def signed_in(self, role: Role) -> None:
        """Look at once, leave the weekly review where it is due, destroy what is past its time."""
        now = self._clock.now()
        if role is Role.ADMINISTRATOR:
            self._database.write(lambda tx: digest.open_when_due(tx, now))
        self.tidy()
        self.look()
        self.look_at_keys()
        self._look_also()
        with self._looking:
            if not self._started:
                self._started = True
                threading.Thread(target=self._watch, name="watch", daemon=True).start()

    def look(self) -> None:
        """Read on to the end of the log, and tell the security officer of what is new."""
        with self._looking:
            raised: list[Alert] = []
            while self._database.read(lambda tx: alerts.is_due(tx, self._clock.now())):
                looked = self._database.write(lambda tx: alerts.look(tx, self._audit, self._clock.now()))
                raised += looked.raised
                if not looked.more:
                    break
            if raised:
                self._tell(raised)

    def tidy(self) -> None:
        """Destroy what is past its time; the search index forgets it little by little."""
        now = self._clock.now()
        if self._database.read(lambda tx: retention.is_due(tx, now)):
            self._database.write(lambda tx: retention.destroy_due(tx, self._audit, now))
        if self._database.read(retention.forgets):
            self._database.write(retention.forget_words)

    def look_at_keys(self) -> None:
        """Once an hour: tasks about keys that end soon, before somebody waits for a letter."""
        now = self._clock.now()
        if self._database.read(lambda tx: keys_expiry.is_due(tx, now)):
            self._database.write(lambda tx: keys_expiry.look(tx, self._audit, now))

    def _look_also(self) -> None:
        for look in self._also:
            look()

    def look_later(self) -> None:
        for look in self._later:
            look()

    def stop(self) -> None:
        """It does not look again; not waited for, because it may be the caller."""
        self._ended.set()
        self._pickups.stop()

    def _tell(self, raised: list[Alert]) -> None:
        """One letter for all; what is a mere notice waits in the program."""
        loud = [one for one in raised if one.severity != "notice"]
        if loud:
            lines: list[tuple[str, dict[str, str | int]]] = [("mail.officer.alerts.text", {})]
            for one in loud:
                lines += [(f"alert.{one.rule}", {}), ("mail.officer.alerts.count", {"count": one.count})]
            self.officer.tell("mail.officer.alerts.subject", lines)

    def _watch(self) -> None:
        pause = 0.0
        while not self._ended.wait(pause):
            try:
                if pause:
                    self.tidy()
                    self.look()
                    self.look_at_keys()
                    self._look_also()
                    self.look_later()
                self._pickups.look()  # of the network: not while somebody waits to be signed in
            except SealwellError as error:
                if error.code == "locked":  # closed meanwhile
                    return
            pause = LOOK_EVERY
