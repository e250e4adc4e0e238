"""Twelve ways to tamper with an audit log (SECURITY goal G20), each with the verdict that is due."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from desktop.audit.lines import Scope
from desktop.audit.logkey import LogKey
from desktop.audit.note import Checkpoint, sign_checkpoint
from tests.support.forge import (
    KEY,
    ORIGIN,
    THIEF,
    Log,
    World,
    chained,
    export,
    grown,
    jcs,
    leaf,
    marked,
    note_at,
    pointed,
    root_of,
    stepped,
)


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
    return int(world.rng.choice(spots))


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
    seen, missed = world.rng.choice(list(pairwise(known)))
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
    size_of, note = world.log.points[0]
    yield case("witness", last, (note.replace(f"\n{size_of}\n", f"\n{size_of - 1}\n"),), 1)


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
"""The ways, by the class that the verdict names."""
