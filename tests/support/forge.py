"""Random audit logs, built by hand.

Chain, marks and checkpoints are computed from their definitions, so that nothing under
test makes its own evidence. Only the export is ours.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from dataclasses import dataclass, field
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
    lines = Lines(records, key, MADE, scope or Scope(), Proofs(log.points, macs))
    return b"".join(lines.parts())
