"""The daily letter to the security officer: the log's checkpoint and one sentence.

It carries no word about patients. How much is recorded a day is what a mail host can see in
it (SECURITY.md 5.2). It counts as a witness once the mail service has taken it.
"""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.audit.witness import MAIL
from desktop.clock import Clock
from desktop.models import messages, settings, witnesses
from desktop.models.audit_proofs import KeptCheckpoint
from desktop.models.database import Database, Tx
from desktop.models.records import MessageId, State
from desktop.models.witnesses import GivenMark
from desktop.office.choices import read_policy
from desktop.office.officer import OfficerMail

_DAY = "witness-mail-day"
_LAST = "witness-mail-last"


class DailyMail:
    """Sends at most one a day of the practice, whichever program makes the checkpoint."""

    def __init__(self, database: Database, officer: OfficerMail, audit: AuditLog, clock: Clock) -> None:
        self._database = database
        self._officer = officer
        self._audit = audit
        self._clock = clock

    def send(self, made: KeptCheckpoint) -> bool:
        """Queue it, unless today's has been: the day is taken first, so that a crash sends none twice."""
        if not self._database.read(lambda tx: bool(read_policy(tx).officer_email) and self._is_due(tx)):
            return False
        if not self._database.write(self._take_day):
            return False
        practice = self._database.read(lambda tx: settings.get(tx, "practice-name")) or ""
        message = self._officer.tell(
            "mail.witness.subject",
            [("mail.witness.text", {"practice": practice}), ("mail.witness.note", {"note": made.note})],
        )
        if not message:
            return False
        self._database.write(lambda tx: self._keep(tx, message, made))
        return True

    def _is_due(self, tx: Tx) -> bool:
        return settings.get(tx, _DAY) != self._today(tx)

    def _take_day(self, tx: Tx) -> bool:
        if not self._is_due(tx):
            return False
        settings.put(tx, _DAY, self._today(tx))
        return True

    def _today(self, tx: Tx) -> str:
        zone = ZoneInfo(settings.get(tx, "zone") or "UTC")
        return self._clock.now().astimezone(zone).date().isoformat()

    def _keep(self, tx: Tx, message: MessageId, made: KeptCheckpoint) -> None:
        before = mailed(tx)
        if before is not None:
            witnesses.put(tx, before)
        tree = {
            "message": message,
            "size": made.size,
            "note": made.note,
            "at": self._clock.now().isoformat(),
        }
        settings.put(tx, _LAST, json.dumps(tree))
        self._audit.record(tx, Event(Act.WITNESS_MAILED, obj=message, det={"records": made.size}))


def mailed(tx: Tx) -> GivenMark | None:
    """The last letter that the mail service took; None where none was."""
    spelled = settings.get(tx, _LAST)
    if spelled:
        tree = json.loads(spelled)
        message = messages.get(tx, MessageId(tree["message"]))
        if message is not None and message.state is State.ACCEPTED:
            return GivenMark(MAIL, tree["size"], tree["note"], datetime.fromisoformat(tree["at"]))
    return witnesses.listing(tx).get(MAIL)
