"""Nothing leaves by itself where what the program remembers, or the time, may be wrong.

Three things are noticed: a database older than one that was here before (a restored copy may
hold as waiting what has long been sent), a clock that went back or jumped ahead, and a computer
that woke after the time at which reminders and campaigns should have left. Each pauses
everything (a row of `pause`) until somebody has seen what would go.

What was here before is remembered outside the database, in a small file beside it: how far
the log had come, and the time. A MAC under a key that lies in the
database keeps the file honest. The log's own witnesses (`office/logwatch.py`) tell of a gap;
it counts here too.
"""

from __future__ import annotations

import hmac
import json
import secrets
import sys
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.frozen import dataclass
from desktop.models import fencing, pauses, vaultkeys
from desktop.models.database import Database, Tx
from desktop.models.delivery import EVERYTHING, Pause
from desktop.models.records import Reason
from desktop.paths import write_private

RESTORED, CLOCK_CHANGED, WOKE_LATE = "restored", "clock-changed", "woke-late"
KEY = "outbox-mark"
"""The key of the file's MAC, in `vaultkeys`: whoever has it has had such a file."""
BACK = timedelta(minutes=5)
"""A clock that is set right by less goes unnoticed."""
AHEAD = timedelta(days=1)
ASLEEP = timedelta(minutes=5)
LATE = timedelta(minutes=30)
_NEVER_LATE = ("letter",)
"""Kinds that leave however late it is: somebody waits for them."""
_LARGEST = 4096


@dataclass(frozen=True)
class Mark:
    """Where a database stood: `records` of its log; `awake` as `Clock.mono`."""

    records: int
    at: datetime
    boot: str
    awake: float


class Fence:
    """One per open practice. `begin` when it opens, `look` at each claim, `keep` once a minute."""

    def __init__(self, clock: Clock, audit: AuditLog) -> None:
        self._clock = clock
        self._audit = audit
        self._seen = self._time()
        self._file: Path | None = None
        self._key = b""
        self._kept = -1
        self._latest = clock.now()

    def begin(self, database: Database, file: Path, *, log_gap: bool) -> None:
        """Hold what is opened against what was here before; `log_gap`: entries of the log are missing."""
        data = _bytes(file)  # before the database is read: it can only have gone on since
        key = database.read(lambda tx: vaultkeys.get(tx, KEY))
        if key is None:
            key = database.write(_new_key)
            before, expected = None, False
        else:
            before, expected = _read(data, key), True
        self._file, self._key = file, key
        reason = database.read(lambda tx: self._older(tx, before, expected=expected, log_gap=log_gap))
        if reason:
            database.write(lambda tx: self.put(tx, reason))
        elif before is not None:
            self._latest = max(before.at, self._latest)  # small steps back must not add up unnoticed
        self.keep(database)

    def look(self, tx: Tx) -> None:
        """Compare the clocks with those of the last look, a minute ago at most where the computer was awake.

        Cheap; in the caller's writing transaction.
        """
        before, now = self._seen, self._time()
        self._seen = now
        passed, awake = now[0] - before[0], timedelta(seconds=now[1] - before[1])
        # Windows' own clock goes on in sleep: there only that nobody looked tells.
        asleep = passed if sys.platform == "win32" else passed - awake
        if passed < -BACK or (passed - awake > AHEAD and fencing.waits(tx)):
            self.put(tx, CLOCK_CHANGED)
        elif asleep > ASLEEP and fencing.is_late(tx, now[0], LATE, _NEVER_LATE):
            self.put(tx, WOKE_LATE)

    def put(self, tx: Tx, reason: str) -> None:
        """Pause everything; a fence that stands already stays, so that its cause is not hidden."""
        now = self._clock.now()
        if pauses.is_fenced(tx, now):
            return
        pauses.put(tx, Pause(EVERYTHING, Reason(reason), None, now))
        self._audit.record(tx, Event(Act.SENDING_PAUSED, EVERYTHING, why=reason))

    def keep(self, database: Database) -> None:
        """Remember outside where the database stands now; where that cannot be written, the older mark
        stays, which notices less and accuses nobody.
        """
        if self._file is None:
            return
        records = database.read(fencing.stand)
        if self._kept == records:
            return
        now, awake = self._time()
        self._latest = max(self._latest, now)
        try:
            _write(self._file, self._key, Mark(records, self._latest, self._clock.boot_id(), awake))
        except OSError:
            return
        self._kept = records

    def _older(self, tx: Tx, before: Mark | None, *, expected: bool, log_gap: bool) -> str:
        """Why nothing may leave by itself, '' where nothing speaks against it."""
        if log_gap or (expected and before is None):
            return RESTORED
        if before is None:
            return ""
        if before.records > fencing.stand(tx):
            return RESTORED
        now, awake = self._time()
        passed = now - before.at
        if passed < -BACK:
            return CLOCK_CHANGED
        ran = timedelta(seconds=awake - before.awake)
        jumped = before.boot == self._clock.boot_id() and passed - ran > AHEAD
        return CLOCK_CHANGED if jumped and fencing.waits(tx) else ""

    def _time(self) -> tuple[datetime, float]:
        return self._clock.now(), self._clock.mono()


def _new_key(tx: Tx) -> bytes:
    key = secrets.token_bytes(32)
    vaultkeys.put(tx, KEY, key)
    return key


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(_LARGEST)
    except FileNotFoundError:
        return b""


def _mac(key: bytes, body: bytes) -> str:
    return hmac.digest(key, b"outbox-mark\x00" + body, "sha256").hex()


def _write(file: Path, key: bytes, mark: Mark) -> None:
    body = json.dumps(asdict(mark) | {"at": mark.at.isoformat()}, sort_keys=True)
    write_private(file, json.dumps({"mark": body, "mac": _mac(key, body.encode())}).encode())


def _read(data: bytes, key: bytes) -> Mark | None:
    """None where the file is missing, damaged or another practice's."""
    try:
        whole = json.loads(data)
        body, mac = str(whole["mark"]), str(whole["mac"])
        if not hmac.compare_digest(mac.encode(), _mac(key, body.encode()).encode()):
            return None
        tree = json.loads(body)
        return Mark(**(tree | {"at": datetime.fromisoformat(tree["at"])}))
    except (ValueError, KeyError, TypeError):
        return None
