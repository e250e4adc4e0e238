"""What the forms for other programs share: a record read once, its time, progress over many.

The forms themselves are `fhir.py`, `syslog.py` and `report.py`; only JSON
Lines (`export.py`) can be verified. A record that was altered into something unreadable comes
out in each of them as what it is: leaving it out would hide it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from desktop.audit.chain import parse
from desktop.errors import Refused
from desktop.frozen import dataclass
from desktop.models.documents import Progress
from desktop.models.records import AuditRecord

T = TypeVar("T")

SYSTEM_URI = "urn:x-sealwell"
"""Names our own code systems and identifiers where a form wants a URI."""
DAMAGED = "damaged"
"""The act and the reason of a record that cannot be read."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EVERY = 500


@dataclass(frozen=True)
class Seen:
    """One record, read. `at` is None for a number that is no time (only an altered record has one)."""

    seq: int
    hash: str
    at: datetime | None
    actor: str
    role: str
    session: str
    act: str
    obj: str
    outcome: str
    why: str
    det: dict[str, str | int]
    app: str
    readable: bool = True

    @property
    def place(self) -> str:
        """The room of the act: `people` of `people.shown`."""
        return self.act.partition(".")[0]


def seen(record: AuditRecord) -> Seen:
    body = parse(record.body)
    if body is None:
        return Seen(
            record.seq, record.hash, None, "", "", "", DAMAGED, "", "failed", DAMAGED, {}, "", readable=False
        )
    return Seen(
        seq=record.seq,
        hash=record.hash,
        at=moment(body["ts"]),
        actor=body["actor"],
        role=body["role"],
        session=body["sess"],
        act=body["act"],
        obj=body["obj"],
        outcome=body["outcome"],
        why=body["why"],
        det=body["det"],
        app=body["app"],
    )


def moment(milliseconds: int) -> datetime | None:
    """UTC; None for a number beyond the years 1 to 9999."""
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def iso(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, `2026-11-21T08:15:03.120Z`."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def watched(things: Iterable[T], of: int, progress: Progress | None) -> Iterator[T]:
    """Pass `things` on and tell of it now and then. Raises Refused("cancelled") when told to stop."""
    done = 0
    for done, thing in enumerate(things, 1):
        yield thing
        if progress is not None and done % _EVERY == 0 and not progress(min(done, of), of):
            raise Refused("cancelled")
    if progress is not None and not progress(of, of):
        raise Refused("cancelled")
