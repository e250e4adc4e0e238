"""The audit log of many years: appending, checking inside, handing out, checking outside.

A practice's database gets 1,000,000 records (an argument says otherwise) with marks and
checkpoints. *Append* is one small transaction with its record, less the same transaction
without one. *Inside* reads every record from the encrypted database and holds it against
hashes, links, marks and checkpoints. *Outside* is an export and a verifier of another
process over the file, first key of the marks and all. The anchor of each is the least that
must be done: reading the same rows or lines and hashing their bytes.
"""

from __future__ import annotations

import hashlib
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks._measure import Table, Target, scratch, timed
from desktop.audit.chain import leaf_hash
from desktop.audit.events import Act, Event
from desktop.audit.export import Format, export_log
from desktop.audit.lines import Proofs, Scope, one_a_day
from desktop.audit.log import AuditLog
from desktop.audit.logkey import LogKey
from desktop.audit.macs import FirstKey, MacKeys, open_first_key
from desktop.audit.note import read_checkpoint
from desktop.audit.proving import Marking, make_checkpoint
from desktop.audit.verify import Evidence, verify
from desktop.clock import SystemClock
from desktop.crypto.sealedbox import new_box_keys
from desktop.models import audit as kept
from desktop.models import audit_proofs as proofs
from desktop.models import settings
from desktop.models.database import Database, Tx
from desktop.paths import resource as shipped

RECORDS = 1_000_000
BATCH = 1000
EVERY = 20_000
"""Records between two checkpoints."""
APPENDS = 300
ROUNDS = 5
MEMORY = 250
"""MiB."""
VAULT = b"v" * 16
_PYTHON = (sys.executable, str(shipped("auditverify.py")))
_NODE = ("node", str(shipped("auditverify.mjs")))
ID = "0123456789abcdef0123456789abcdef"
EVENTS = [
    Event(Act.PEOPLE_SHOWN, obj=ID),
    Event(Act.MESSAGE_ACCEPTED, obj=ID, det={"method": "openpgp", "attempts": 1}),
    Event(Act.SESSION_LOCKED),
    Event(Act.PEOPLE_SEARCHED, det={"count": 7, "ids": ID * 2}),
]


_AROUND = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""


class Practice:
    """A database with a log of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = SystemClock()
        self.key = LogKey(VAULT, bytes(range(32)))
        self.database = Database.create(folder / "practice.db", b"k" * 32, b"s" * 16, VAULT, 1)
        self.keys = MacKeys(folder / "practice.mac", b"w" * 32, VAULT)
        officer = new_box_keys()
        self.first: FirstKey = open_first_key(officer.private, self.keys.start(1, officer.public))
        self.log = AuditLog("0.1", self.clock, Marking(self.keys))

    def close(self) -> None:
        self.database.close()

    def fill(self, records: int) -> None:
        events = (EVENTS * (BATCH // len(EVENTS) + 1))[:BATCH]
        for done in range(0, records, BATCH):
            self.database.write(lambda tx: self.log.record_all(tx, events, ID, "manager", ID))
            if done % EVERY == 0:
                self.checkpoint()

    def checkpoint(self) -> None:
        made = self.database.write(
            lambda tx: make_checkpoint(tx, self.log, self.key, self.keys, VAULT, self.clock)
        )
        if made is not None:
            self.keys.keep(made.step)

    def inside(self) -> int:
        def look(tx: Tx) -> int:
            points = [read_checkpoint(each.note, self.key.vkey) for each in proofs.checkpoints(tx)]
            evidence = Evidence(kept=points, macs=proofs.macs(tx), first_key=self.first)
            verdict = verify(kept.records(tx), kept.count(tx), evidence=evidence)
            assert verdict.ok, verdict
            return verdict.records

        return self.database.read(look)

    def hashing(self) -> None:
        def look(tx: Tx) -> None:
            for record in kept.records(tx):
                leaf_hash(record.body.encode())

        self.database.read(look)

    def export(self, to: Path) -> None:
        def look(tx: Tx) -> None:
            points = [(each.size, each.note, each.made_at) for each in proofs.checkpoints(tx)]
            proof = Proofs(one_a_day(points), proofs.macs(tx))
            export_log(kept.records(tx), to, Format.JSONL, self.key, self.clock.now(), Scope(), proof)

        self.database.read(look)

    def outside(self, file: Path, *program: str) -> float:
        """The verifier's peak in MiB, by a small process around it (a fork counts its parent's)."""
        words = [str(file), "--key", self.key.vkey, "--marks", self.first.words(), "--json"]
        command = [sys.executable, "-S", "-c", _AROUND, *program, *words]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return int(done.stdout.splitlines()[-1]) / 1024


def main(records: int = RECORDS) -> int:
    table = Table(
        f"audit: a log of {records:,} records", "reading the same rows or lines and hashing their bytes"
    )
    with scratch() as folder, closing(Practice(folder)) as practice:
        filling = timed(lambda: practice.fill(records))
        _appending(table, practice)
        scale = records / RECORDS
        inside, anchor = timed(practice.inside), timed(practice.hashing)
        table.line("checked inside", [inside], [anchor], unit="s", target=Target(30 * scale, of="figure"))
        file = folder / "log.jsonl"
        exported = timed(lambda: practice.export(file))
        hashing = timed(lambda: _hash_lines(file))
        table.line("exported", [exported], [hashing], unit="s")
        peaks: list[float] = []
        python = timed(lambda: peaks.append(practice.outside(file, *_PYTHON)))
        node = timed(lambda: peaks.append(practice.outside(file, *_NODE)))
        table.line("checked outside, Python", [python], [hashing], unit="s")
        limit = Target(60 * scale, of="figure")
        table.line("  export and check", [exported + python], unit="s", target=limit)
        table.line("checked outside, Node", [node], [hashing], unit="s")
        limit = Target(MEMORY, of="figure")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        table.line("peak memory inside", [peak], unit="MiB", target=limit)
        table.line("  of the Python verifier", peaks[:1], unit="MiB", target=limit)
        table.line("  of the Node verifier", peaks[1:], unit="MiB", target=limit)
        table.note(f"{file.stat().st_size / 2**20:.0f} MiB of lines; filling the log took {filling:.0f} s")
    return table.end()


def _appending(table: Table, practice: Practice) -> None:
    numbers = count()

    def change(tx: Tx) -> None:
        settings.put(tx, "practice-name", str(next(numbers)))

    def recorded(tx: Tx) -> None:
        change(tx)
        practice.log.record(tx, EVENTS[0], ID, "manager", ID)

    def each(work: Callable[[Tx], Any]) -> float:
        return timed(lambda: [practice.database.write(work) for _ in range(APPENDS)]) / APPENDS * 1000

    rounds = [(each(change), each(recorded)) for _ in range(ROUNDS)]
    extra = [after - before for before, after in rounds]
    table.line("append, on top", extra, unit="ms", target=Target(0.3, of="figure"))
    table.line(
        "  its transaction", [after for _, after in rounds], [before for before, _ in rounds], unit="ms"
    )


def _hash_lines(file: Path) -> None:
    with file.open("rb") as lines:
        for line in lines:
            hashlib.sha256(line).digest()


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
