"""The doctor: is this computer fit, and is this practice in order?"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from desktop.access.computer import Finding, Probe, check_clock, check_computer
from desktop.access.signin import MAX_SEEN
from desktop.crypto.devicekey import DeviceStore
from desktop.crypto.selftest import self_test
from desktop.errors import SealwellError, VaultError
from desktop.mail.relays import baa_problem
from desktop.mail.sender import load_sender
from desktop.models import settings
from desktop.models.database import Database
from desktop.models.records import Reason
from desktop.office.desk import Desk
from desktop.office.values_practice import Check, DoctorReport
from desktop.paths import PracticeFolder, resource


class Doctor:
    """Names no person; what needs the practice is asked only while it is open.

    What could not be found out about the computer counts as no failure: its words say so.
    """

    def __init__(
        self,
        desk: Desk,
        folder: PracticeFolder,
        device_store: Callable[[], DeviceStore | None],
        probe: Probe,
    ) -> None:
        self._desk = desk
        self._folder = folder
        self._device_store = device_store
        self._probe = probe

    def doctor(self) -> DoctorReport:
        checks = [self._crypto(), self._gpg(), self._keyring(), self._resources(), self._practice()]
        checks += self.look_over_computer().checks
        opened = self._desk.opened_or_none()
        if opened is not None:
            checks += [
                self._clock(opened.database),
                self._database(opened.database),
                self._relay(opened.database),
            ]
        return DoctorReport(tuple(checks))

    def look_over_computer(self) -> DoctorReport:
        """What is asked of the computer itself, before anybody signs in."""
        found = check_computer(self._folder.root, self._probe)
        return DoctorReport(tuple(_found(one) for one in found))

    def _crypto(self) -> Check:
        try:
            self_test()
        except SealwellError as error:
            return Check("crypto", False, Reason(error.code))
        return Check("crypto", True, Reason("doctor-crypto-right"))

    def _gpg(self) -> Check:
        there = shutil.which("gpg") is not None
        return Check("gpg", there, Reason("doctor-gpg-found" if there else "doctor-gpg-missing"))

    def _keyring(self) -> Check:
        try:
            store = self._device_store()
        except VaultError as error:
            return Check("keyring", False, Reason(error.code))
        return Check("keyring", store is not None, Reason("doctor-keyring" if store else "doctor-no-keyring"))

    def _resources(self) -> Check:
        whole = all(
            resource(name).exists() for name in ("passwords.txt", "wordlist.txt", "translations/es.mo")
        )
        return Check("resources", whole, Reason("doctor-files" if whole else "doctor-files-missing"))

    def _practice(self) -> Check:
        there = self._folder.keys.exists()
        return Check("practice", there, Reason("doctor-practice" if there else "doctor-no-practice"))

    def _clock(self, database: Database) -> Check:
        seen = database.read(lambda tx: settings.get(tx, MAX_SEEN))
        last = datetime.fromisoformat(seen) if seen else None
        return _found(check_clock(self._desk.clock.now(), last))

    def _database(self, database: Database) -> Check:
        try:
            database.integrity()
        except VaultError as error:
            return Check("database", False, Reason(error.code))
        return Check("database", True, Reason("doctor-database"))

    def _relay(self, database: Database) -> Check:
        sender = database.read(load_sender)
        relay = sender.relay
        if relay is None:
            return Check("relay", False, Reason("doctor-no-relay"))
        problem = baa_problem(relay, self._desk.clock.now().astimezone(ZoneInfo(sender.zone)).date())
        return Check("relay", problem is None, problem or Reason("doctor-relay"))


def _found(finding: Finding) -> Check:
    return Check(finding.check, finding.ok is not False, finding.reason)
