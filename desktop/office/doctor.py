"""The doctor: is this computer fit, and is this practice in order?"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from desktop.access.computer import Finding, Probe, check_clock, check_computer
from desktop.access.roles import Action, may
from desktop.access.signin import MAX_SEEN
from desktop.audit.events import Act, Event
from desktop.config import CONTENT_LIMITS
from desktop.crypto.devicekey import DeviceStore
from desktop.crypto.selftest import self_test
from desktop.errors import Refused, SealwellError, VaultError
from desktop.mail.content import check_content
from desktop.mail.content_values import ContentInput, Known
from desktop.mail.relays import baa_problem
from desktop.mail.sender import load_sender
from desktop.models import mailboxes, messages, relays, settings, targets, users
from desktop.models.accounts import Session
from desktop.models.database import Database, Tx
from desktop.models.records import Reason
from desktop.office.choices import read_policy
from desktop.office.desk import Desk, Opened
from desktop.office.files import content_hit
from desktop.office.opening import SAMPLE
from desktop.office.values_practice import Check, ContentHit, DoctorReport
from desktop.office.values_problem import ProblemFacts
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

    def report_problem(self, session: Session, words: str = "") -> ProblemFacts:
        """Counts and switches for a report, and what looks like a patient's in its writer's `words`.

        Whoever may not look for people is not told whether a name is a patient's: for them dates and
        numbers alone are found, and where there are none, Refused "not-allowed" says so.
        """
        opened = self._desk.check(session, Action.REPORT_PROBLEM)
        hits = self._hits(session, opened, words) if words.strip() else ()

        def look(tx: Tx) -> ProblemFacts:
            return ProblemFacts(_counts(tx), _switches(tx), hits)

        found = Event(Act.PROBLEM_REPORTED, det={"count": len(hits)})
        return self._desk.read(session, Action.REPORT_PROBLEM, look, lambda _: found)

    def _hits(self, session: Session, opened: Opened, words: str) -> tuple[ContentHit, ...]:
        searches = may(session.role, Action.SEARCH_PEOPLE)
        asked = ContentInput("", words, known=opened.names.everybody() if searches else Known())
        hits = check_content(asked, CONTENT_LIMITS, self._desk.clock.mono).hits
        if not hits and not searches:
            raise Refused("not-allowed")
        return tuple(map(content_hit, hits))

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


def _counts(tx: Tx) -> dict[str, int]:
    kept = {
        "users": len(users.listing(tx)),
        "relays": len(relays.listing(tx)),
        "mailboxes": len(mailboxes.listing(tx, live=True)),
        "backup-places": len(targets.listing(tx, live=True)),
        "idle-minutes": read_policy(tx).idle_minutes,
    }
    return kept | {f"messages-{state.value}": number for state, number in messages.counts(tx).items()}


def _switches(tx: Tx) -> dict[str, bool]:
    policy = read_policy(tx)
    return {
        "strict-lock": policy.strict_lock,
        "lock-on-close": policy.lock_on_close,
        "quick-unlock": policy.quick_unlock,
        "sample": settings.get(tx, SAMPLE) is not None,
    }


def _found(finding: Finding) -> Check:
    return Check(finding.check, finding.ok is not False, finding.reason)
