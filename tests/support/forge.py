"""Random audit logs, and twelve ways to tamper with them, each with the verdict that is due.

A log is built by hand here: chain, marks and checkpoints are computed from their
definitions, so that nothing under test makes its own evidence. Only the export is ours.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from desktop.audit.lines import Lines, Proofs, Scope
from desktop.audit.logkey import LogKey
from desktop.audit.note import Checkpoint, sign_checkpoint
from desktop.models.records import AuditRecord

VAULT = bytes(range(16))
KEY = LogKey(VAULT, bytes(range(32)))
THIEF = LogKey(VAULT, b"thief" + bytes(27))
ORIGIN = f"sealwell.local/{VAULT.hex()}/audit"
MADE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
START = 1764000000000
Bodies = list[dict[str, Any]]


def jcs(tree: Any) -> bytes:
    return json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def leaf(body: dict[str, Any]) -> bytes:
    return hashlib.sha256(b"\0" + jcs(body)).digest()


def root_of(leaves: list[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def stepped(key: bytes) -> bytes:
    extracted = hmac.digest(bytes(32), key, "sha256")
    return hmac.digest(extracted, b"sealwell/audit-mac/next\x01", "sha256")


@dataclass
class Log:
    """Bodies in order, and what lies beside them."""

    bodies: Bodies
    macs: list[bytes]
    points: list[tuple[int, str]]

    def copy(self) -> Log:
        return Log([dict(body) for body in self.bodies], list(self.macs), list(self.points))

    def __len__(self) -> int:
        return len(self.bodies)


def chained(bodies: Bodies, start: int = 0) -> None:
    """Link the bodies anew from `start` on, as somebody would who has the keys."""
    for at in range(start, len(bodies)):
        bodies[at]["seq"] = at + 1
        bodies[at]["prev"] = leaf(bodies[at - 1]).hex() if at else "0" * 64


def marked(bodies: Bodies, first_key: bytes) -> list[bytes]:
    macs = []
    for body in bodies:
        macs.append(hmac.digest(first_key, leaf(body), "sha256"))
        if body["act"] == "audit.checkpoint":
            first_key = stepped(first_key)
    return macs


def note_at(bodies: Bodies, size: int, key: LogKey = KEY) -> str:
    root = root_of([leaf(body) for body in bodies[:size]])
    return sign_checkpoint(key, Checkpoint(ORIGIN, size, root))


def pointed(bodies: Bodies, key: LogKey = KEY) -> list[tuple[int, str]]:
    ends = [body["seq"] for body in bodies if body["act"] == "audit.checkpoint"]
    return [(size, note_at(bodies, size, key)) for size in ends]


def event(rng: random.Random, before: dict[str, Any] | None, act: str = "") -> dict[str, Any]:
    passed = rng.randint(1, 90_000)
    if before is None or rng.random() < 0.05:
        boot, mono = f"boot-{rng.randrange(10**6)}", rng.randrange(10**6)
    else:
        boot, mono = before["boot"], before["mono"] + passed
    return {
        "v": 1,
        "seq": 0,
        "ts": (before["ts"] if before else START) + passed + rng.randint(0, 300),
        "boot": boot,
        "mono": mono,
        "actor": f"{rng.getrandbits(128):032x}",
        "role": "manager",
        "sess": f"{rng.getrandbits(128):032x}",
        "act": act or rng.choice(("people.shown", "session.locked", "message.queued", "today.shown")),
        "obj": "",
        "outcome": rng.choice(("ok", "refused")),
        "why": rng.choice(("", "locked", "d\u00eda \u2028 \U0001f600 \"'\\\n\x1f")),
        "det": {"count": rng.randrange(2**40), "state": "queued"},
        "app": "0.1",
        "prev": "",
    }


def grown(bodies: Bodies, rng: random.Random, length: int, every: int) -> None:
    """Add events until there are `length`, a checkpoint every so many."""
    while len(bodies) < length:
        ends = (len(bodies) + 1) % every == 0
        bodies.append(event(rng, bodies[-1] if bodies else None, "audit.checkpoint" if ends else ""))
        chained(bodies, len(bodies) - 1)


@dataclass
class World:
    """A practice: its log, and the first key of its marks."""

    rng: random.Random
    every: int = 4
    length: int = 0
    first_key: bytes = b""
    log: Log = field(default_factory=lambda: Log([], [], []))

    def __post_init__(self) -> None:
        self.first_key = self.rng.randbytes(32)
        self.length = self.length or self.rng.randint(3 * self.every + 2, 6 * self.every)
        self.length += 2 * (self.length % self.every == 0)
        bodies: Bodies = []
        grown(bodies, self.rng, self.length, self.every)
        self.log = self.sealed(bodies)

    def sealed(self, bodies: Bodies) -> Log:
        return Log(bodies, marked(bodies, self.first_key), pointed(bodies))


def export(
    log: Log, key: LogKey = KEY, scope: Scope | None = None, hashes: dict[int, str] | None = None
) -> bytes:
    """The file that the program writes of this log; `hashes` are columns that somebody changed."""
    records = [
        AuditRecord(body["seq"], jcs(body).decode(), (hashes or {}).get(body["seq"], leaf(body).hex()))
        for body in log.bodies
    ]
    macs = [(body["seq"], mac) for body, mac in zip(log.bodies, log.macs, strict=False)]
    lines = Lines(records, key, MADE, scope or Scope(), Proofs(log.points, [] if scope else macs))
    return b"".join(lines.parts())


@dataclass(frozen=True)
class Case:
    """A file, what an outsider holds, and the verdict that is due."""

    name: str
    data: bytes
    class_: str
    first_bad: int | None
    notes: tuple[str, ...] = ()
    key: str = KEY.vkey
    marks: tuple[tuple[int, str], ...] = ()


def line_of(lines: list[bytes], seq: int) -> int:
    """Where the record `seq` stands in a whole export."""
    return next(at for at, line in enumerate(lines) if f'"seq":{seq},"sess"'.encode() in line)


def lines_in(data: bytes) -> list[bytes]:
    return [line + b"\n" for line in data[:-1].split(b"\n")]


def middle(world: World) -> int:
    """A record that no checkpoint stands beside, not the first and not among the last."""
    spots = [
        body["seq"]
        for body in world.log.bodies[1:-2]
        if body["seq"] % world.every not in (0, 1) and body["seq"] + 1 < len(world.log)
    ]
    return world.rng.choice(spots)


Maker = Callable[[World], Iterator[Case]]


def edited(world: World) -> Iterator[Case]:
    seq = middle(world)
    whole = lines_in(export(world.log))
    at = line_of(whole, seq)
    changed = whole[at].replace(b'"outcome":"ok"', b'"outcome":"no"').replace(b'"refused"', b'"refuser"')
    yield Case("edit-line", b"".join([*whole[:at], changed, *whole[at + 1 :]]), "edit", seq)
    log = world.log.copy()
    was = leaf(log.bodies[seq - 1]).hex()
    log.bodies[seq - 1]["why"] = "altered"
    yield Case("edit-row", export(log, hashes={seq: was}), "edit", seq)
    yield Case("edit-row-and-hash", export(log), "edit", seq)
    broken = whole[at].replace(b'"app":', b'"app": ')
    yield Case("edit-spelling", b"".join([*whole[:at], broken, *whole[at + 1 :]]), "edit", seq)
    header = whole[0].replace(b'"last":0', b'"last":1')
    yield Case("edit-header", header + b"".join(whole[1:]), "edit", 0)


def deleted(world: World) -> Iterator[Case]:
    seq = middle(world)
    whole = lines_in(export(world.log))
    at = line_of(whole, seq)
    yield Case("delete-line", b"".join([*whole[:at], *whole[at + 1 :]]), "delete", seq)
    log = world.log.copy()
    del log.bodies[seq - 1], log.macs[seq - 1]
    yield Case("delete-row", export(log), "delete", seq)
    chained_on = world.log.copy()
    del chained_on.bodies[seq - 1 : seq + 1]
    yield Case("delete-two-rows", export(chained_on), "delete", seq)


def inserted(world: World) -> Iterator[Case]:
    seq = middle(world)
    whole = lines_in(export(world.log))
    at = line_of(whole, seq)
    again = whole[line_of(whole, seq - 1)]
    yield Case("insert-older-line", b"".join([*whole[: at + 1], again, *whole[at + 1 :]]), "insert", seq + 1)
    later = whole[line_of(whole, len(world.log))]
    yield Case("insert-later-line", b"".join([*whole[:at], later, *whole[at:]]), "insert", seq)
    log = world.log.copy()
    forged = {**log.bodies[seq - 1], "act": "people.shown", "why": "forged"}
    log.bodies.insert(seq - 1, forged)
    yield Case("insert-row", export(replace(log, macs=[])), "insert", seq)


def reordered(world: World) -> Iterator[Case]:
    seq = middle(world)
    whole = lines_in(export(world.log))
    one, two = line_of(whole, seq), line_of(whole, seq + 1)
    swapped = list(whole)
    swapped[one], swapped[two] = swapped[two], swapped[one]
    yield Case("reorder-neighbours", b"".join(swapped), "reorder", seq)
    log = world.log.copy()
    there = world.rng.randrange(seq, len(log) - 1)
    log.bodies[seq - 1], log.bodies[there] = log.bodies[there], log.bodies[seq - 1]
    yield Case("reorder-rows", export(replace(log, points=[], macs=[])), "reorder", seq)


def truncated(world: World) -> Iterator[Case]:
    whole = lines_in(export(world.log))
    cut = world.rng.randrange(2, len(whole))
    shown = sum(b'"record":' in line for line in whole[:cut])
    yield Case("truncate-lines", b"".join(whole[:cut]), "truncate", shown + 1)
    half = whole[cut][: world.rng.randrange(1, len(whole[cut]))]
    yield Case("truncate-in-a-line", b"".join(whole[:cut]) + half, "truncate", shown + 1)
    last = len(world.log)
    at = line_of(whole, last)
    yield Case("truncate-last-record", b"".join([*whole[:at], whole[-1]]), "truncate", last)
    log = world.log.copy()
    left = log.points[-1][0] - 1
    del log.bodies[left:], log.macs[left:]
    yield Case("truncate-rows", export(log), "truncate", left + 1)


def forked(world: World) -> Iterator[Case]:
    known = [size for size, _ in world.log.points]
    seen, missed = world.rng.choice(list(zip(known, known[1:], strict=False)))
    notes = (world.log.points[known.index(seen)][1], note_at(world.log.bodies, missed))
    for name, begin in (
        ("fork-at-the-checkpoint", seen),
        ("fork-later", world.rng.randint(seen, missed - 1)),
    ):
        bodies = [dict(body) for body in world.log.bodies[:begin]]
        grown(bodies, world.rng, len(world.log) + 2, world.every)
        marks = ((1, world.first_key.hex()),)
        yield Case(name, export(world.sealed(bodies)), "fork", seen + 1, notes, marks=marks)
    rewritten = world.log.copy()
    rewritten.bodies[seen]["why"] = "rewritten"
    chained(rewritten.bodies, seen)
    again = replace(world.sealed(rewritten.bodies), macs=[])
    yield Case("fork-by-rewriting", export(again), "fork", seen + 1, notes)


def rolled_back(world: World) -> Iterator[Case]:
    size = world.log.points[-1][0]
    notes = (note_at(world.log.bodies, size), note_at(world.log.bodies, 2))
    left = world.rng.randint(2, size - 2)
    bodies = [dict(body) for body in world.log.bodies[:left]]
    yield Case("rollback", export(world.sealed(bodies)), "rollback", left + 1, notes)
    grown(bodies, world.rng, left + 1, world.every)
    yield Case("rollback-and-on", export(world.sealed(bodies)), "rollback", left + 2, notes)


def marked_anew(world: World) -> Iterator[Case]:
    marks = ((1, world.first_key.hex()),)
    ends = [size for size, _ in world.log.points]
    stolen = world.first_key
    for _ in ends:
        stolen = stepped(stolen)
    seq = world.rng.randint(1, ends[-1] - 1)
    for name, key in (("re-mac-with-the-key-of-today", stolen), ("re-mac-with-any-key", bytes(32))):
        bodies = [dict(body) for body in world.log.bodies]
        bodies[seq - 1]["why"] = "rewritten"
        chained(bodies, seq - 1)
        macs = [*world.log.macs[: seq - 1], *marked(bodies[seq - 1 :], key)]
        yield Case(name, export(Log(bodies, macs, pointed(bodies))), "re-mac", seq, marks=marks)
    dropped = replace(world.log.copy(), macs=world.log.macs[: seq - 1])
    yield Case("re-mac-without-marks", export(dropped), "re-mac", seq, marks=marks)


def key_swapped(world: World) -> Iterator[Case]:
    log = world.log.copy()
    log.bodies[-1]["why"] = "rewritten"
    theirs = replace(log, points=pointed(log.bodies, THIEF))
    yield Case("key-swap", export(theirs, THIEF), "key-swap", 1)
    note = world.log.points[0][1]
    yield Case("key-swap-by-a-checkpoint", export(theirs, THIEF), "key-swap", 1, (note,), key="")


def signed(statement: dict[str, Any], key: LogKey = KEY) -> bytes:
    """A closing line made by hand."""
    mark = key.sign(b"sealwell/audit-export/2\n" + jcs(statement))
    return jcs({"closing": {**statement, "signature": base64.b64encode(mark).decode()}}) + b"\n"


def checkpoint_forged(world: World) -> Iterator[Case]:
    *lines, last = lines_in(export(world.log))
    trusted = world.log.points[-1][0] + 1
    closing = json.loads(last)["closing"]
    unsigned = {name: value for name, value in closing.items() if name != "signature"}

    def case(name: str, line: bytes, notes: tuple[str, ...] = (), bad: int = trusted) -> Case:
        return Case(f"checkpoint-forged-{name}", b"".join(lines) + line, "checkpoint-forged", bad, notes)

    yield case("signature", last.replace(closing["signature"].encode(), KEY.sign(b"x").hex().encode()))
    theirs = {**unsigned, "checkpoint": note_at(world.log.bodies, len(world.log), THIEF)}
    yield case("closing-by-a-thief", signed(theirs, THIEF))
    other = sign_checkpoint(KEY, Checkpoint(ORIGIN, len(world.log), world.rng.randbytes(32)))
    yield case("other-root", signed({**unsigned, "checkpoint": other}))
    size = sign_checkpoint(KEY, Checkpoint(ORIGIN, len(world.log) + 1, root_of([])))
    yield case("other-size", signed({**unsigned, "checkpoint": size}))
    foreign = sign_checkpoint(KEY, Checkpoint("sealwell.local/other/audit", 1, root_of([])))
    yield case("of-another-log", last, (foreign,), 1)
    note = world.log.points[0][1]
    yield case("witness", last, (note.replace("\n4\n", "\n3\n"),), 1)


def clock_set(world: World) -> Iterator[Case]:
    seq = world.rng.randint(2, len(world.log))
    for name, by in (("clock-back-a-day", 86_400_000), ("clock-back-five-minutes", 300_000)):
        bodies = [dict(body) for body in world.log.bodies]
        for body in bodies[seq - 1 :]:
            body["ts"] -= by
        chained(bodies, seq - 1)
        yield Case(name, export(world.sealed(bodies)), "clock", seq)
    bodies = [dict(body) for body in world.log.bodies]
    before = bodies[seq - 2]
    bodies[seq - 1].update(boot=before["boot"], mono=max(0, before["mono"] - 1))
    for body in bodies[seq:]:
        body.update(boot="another", mono=body["seq"] * 10**6)
    if before["mono"] > 0:
        chained(bodies, seq - 1)
        yield Case("clock-of-the-machine-back", export(world.sealed(bodies)), "clock", seq)


def segment_lost(world: World) -> Iterator[Case]:
    ends = [0, *(size for size, _ in world.log.points)]
    at = world.rng.randrange(len(ends) - 1)
    low, high = ends[at], ends[at + 1]
    log = world.log.copy()
    del log.bodies[low:high]
    log.macs = []
    yield Case("segment-loss-rows", export(log), "segment-loss", low + 1)
    lost = replace(log, points=[point for point in log.points if point[0] != high])
    note = dict(world.log.points)[high]
    yield Case("segment-loss-known-from-outside", export(lost), "segment-loss", low + 1, (note,))
    if low:
        yield Case("segment-loss-as-a-gap", _hidden(world.log, low, high), "segment-loss", low + 1)


def _hidden(log: Log, low: int, high: int) -> bytes:
    """A segment left out, in an export that says that it is whole."""
    scope = Scope({"hide": 1}, lambda record: not low < record.seq <= high)
    *lines, _ = lines_in(export(log, scope=scope))
    lines[0] = lines[0].replace(b'{"hide":1}', b"{}")
    body = b"".join(lines)
    note = note_at(log.bodies, len(log))
    statement = {"checkpoint": note, "records": len(log) - (high - low), "v": 2}
    return body + signed({**statement, "sha256": hashlib.sha256(body).hexdigest()})


CLASSES: dict[str, Maker] = {
    "edit": edited,
    "delete": deleted,
    "insert": inserted,
    "reorder": reordered,
    "truncate": truncated,
    "fork": forked,
    "rollback": rolled_back,
    "re-mac": marked_anew,
    "key-swap": key_swapped,
    "checkpoint-forged": checkpoint_forged,
    "clock": clock_set,
    "segment-loss": segment_lost,
}
"""SECURITY goal G20: the ways, by the class that the verdict names."""
