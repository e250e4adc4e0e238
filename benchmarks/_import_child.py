"""The measured process of `import_people.py`: takes one file in and prints what that cost, as JSON.

`FILE DATABASE KEY`: the file as offices have it, a database to be made, and its key in hex. Seconds
are counted from the file's bytes to the end of the transaction, processor time with the limited
worker's; the peak is the kernel's, counted anew once all libraries are loaded.
"""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import closing
from pathlib import Path

from benchmarks._measure import forget, peak
from benchmarks._people import NOW, create, key_of, own_fields, store_parsed
from desktop.clock import SystemClock
from desktop.models.database import Database
from desktop.office.filereading import FileReading
from desktop.people.columns import PEOPLE
from desktop.people.importing import ImportResult
from desktop.people.mapping import Mapping, guess
from desktop.people.parsing import ParsedPeople, parse_people

_TICKS = os.sysconf("SC_CLK_TCK")


def main(arguments: list[str]) -> int:
    file, path, key = arguments
    data = Path(file).read_bytes()
    reading = FileReading(SystemClock())
    reading.read(data[:2000].rpartition(b"\n")[0], PEOPLE)
    with closing(create(Path(path), key_of(key))) as database:
        forget()
        before, worker = peak(), _worked_by_children()
        began, worked = time.perf_counter(), time.process_time()
        result = _whole(database, reading, data)
        seconds, processor = time.perf_counter() - began, time.process_time() - worked
        found = {"seconds": seconds, "before": before, "peak": peak()}
        processor += _worked_by_children() - worker
    reading.close()
    print(json.dumps({**found, "processor": processor, "created": result.created}))
    return 0


def _whole(database: Database, reading: FileReading, data: bytes) -> ImportResult:
    return store_parsed(database, _parsed(reading, data))


def _parsed(reading: FileReading, data: bytes) -> ParsedPeople:
    fields = own_fields()
    sheet = reading.read(data, PEOPLE)
    mapping = Mapping({one.position: one.field for one in guess(sheet, PEOPLE, fields) if one.field})
    return parse_people(sheet, mapping, today=NOW.date(), fields=fields)


def _worked_by_children() -> float:
    """Seconds of processor time of the processes that this one has started, while they run."""
    me = Path("/proc/self/task")
    children = [child for task in me.iterdir() for child in (task / "children").read_text("ascii").split()]
    return sum(map(_worked, children))


def _worked(process: str) -> float:
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
