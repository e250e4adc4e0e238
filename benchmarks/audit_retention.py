"""Six years of a practice's log, 200 records a day: checked, a year of it sealed and opened, looked at.

G23 wants 438,000 records checked within 20 s. By default a tenth of them are made and held
against a tenth of the time; `dev.py bench audit_retention 438000` is the whole. *Sealing* and
*opening* are a sixth of the log through `audit/segments.py`, beside hashing the same bytes
and opening them with the bare cipher. A *look* of the alert rules reads a day's 200 records:
the anchor is the same look in a log a hundred times smaller.
"""

from __future__ import annotations

import hashlib
import secrets
import sys
import time
from contextlib import closing
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks._audit import Log, fill
from benchmarks._measure import Table, Target, scratch, timed
from benchmarks._people import create, new_key
from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.audit.segments import Cover, Edge, read_segment, survey, write_segment
from desktop.audit.verify import verify
from desktop.clock import SystemClock
from desktop.compliance import alerts
from desktop.models import audit
from desktop.models.accounts import Role
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id

WHOLE, SECONDS = 438_000, 20.0
RECORDS = WHOLE // 10
DAY = 200
ROUNDS = 3


def main(records: int = RECORDS) -> int:
    table = Table(
        f"audit retention: {records:,} records of six years, {ROUNDS} rounds",
        "hashing the same rows or bytes; for a look, the same look in a small log",
    )
    log, small = Log(records), Log(max(DAY, records // 100))
    with (
        scratch() as folder,
        closing(create(folder / "log.db", new_key())) as database,
        closing(create(folder / "small.db", new_key())) as other,
    ):
        for made, into in ((log, database), (small, other)):
            fill(into, made)
        ours = [timed(lambda: _checked(database, records)) for _ in range(ROUNDS)]
        anchor = [timed(lambda: _hashed(database)) for _ in range(ROUNDS)]
        target = Target(SECONDS * records / WHOLE, "figure")
        table.line("checking all of it", ours, anchor, unit="s", target=target)
        _sealing(table, database, folder, records // 6)
        _looking(table, database, other)
    return table.end()


def _checked(database: Database, records: int) -> None:
    verdict = database.read(lambda tx: verify(audit.records(tx), count=audit.count(tx)))
    assert verdict.ok
    assert verdict.records == records


def _hashed(database: Database) -> None:
    def work(tx: Tx) -> None:
        for record in audit.records(tx):
            hashlib.sha256(b"\x00" + record.body.encode()).hexdigest()

    database.read(work)


def _sealing(table: Table, database: Database, folder: Path, many: int) -> None:
    key, path = secrets.token_bytes(32), folder / "year.segment"

    def seal(tx: Tx) -> tuple[Cover, str]:
        cover = survey(audit.records(tx, limit=many), Edge(), 2020)
        return cover, write_segment(path, cover, audit.records(tx, limit=many), key)

    sealing, opening, hashing, decrypting = [], [], [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        cover, sha256 = database.read(seal)
        sealing.append(time.perf_counter() - began)
        hashing.append(timed(lambda: database.read(lambda tx: _read(tx, many))))
        opening.append(timed(lambda: list(read_segment(path, key, sha256, cover))))  # noqa: B023
        decrypting.append(timed(lambda: _ciphered(path)))
    table.line(f"sealing {many:,}", sealing, hashing, unit="s")
    table.line("opening and checking them", opening, decrypting, unit="s")


def _read(tx: Tx, many: int) -> None:
    for record in audit.records(tx, limit=many):
        hashlib.sha256(record.body.encode()).hexdigest()


def _ciphered(path: Path) -> None:
    """AES-256-GCM over as many bytes, with nothing else."""
    cipher, data = AESGCM(secrets.token_bytes(32)), path.read_bytes()
    for number, place in enumerate(range(0, len(data), 1024 * 1024)):
        cipher.encrypt(number.to_bytes(12, "big"), data[place : place + 1024 * 1024], None)


def _looking(table: Table, large: Database, small: Database) -> None:
    times: list[list[float]] = [[], []]
    for number, database in enumerate((large, small)):
        watching = AuditLog("0", SystemClock())
        now = SystemClock().now()
        while database.write(lambda tx: alerts.look(tx, watching, now)).more:  # noqa: B023
            pass
        for _ in range(ROUNDS):
            day = [Event(Act.PEOPLE_SHOWN, obj=new_id()) for _ in range(DAY)]
            database.write(lambda tx: watching.record_all(tx, day, new_id(), Role.FRONT_DESK))  # noqa: B023
            began = time.perf_counter()
            database.write(lambda tx: alerts.look(tx, watching, now))  # noqa: B023
            times[number].append((time.perf_counter() - began) * 1000)
    table.line(f"a look at {DAY} new records", *times, unit="ms")


if __name__ == "__main__":
    sys.exit(main(*(int(each) for each in sys.argv[1:])))
