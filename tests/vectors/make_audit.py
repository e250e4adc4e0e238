"""Makes the golden exports in `audit/` anew: `.venv/bin/python -m tests.vectors.make_audit`.

One good log and damaged ones, from a fixed seed. They are kept, so that a verifier of
another day or another make is measured against the same bytes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from desktop.audit.lines import Scope
from desktop.audit.merkle import Range
from tests.support.forge import Log, World, export, leaf, note_at
from tests.support.tampering import CLASSES, Case, lines_in, signed

FOLDER = Path(__file__).resolve().parent / "audit"
SEED = 5424


def whole(world: World) -> Iterator[Case]:
    """What is not tampered with, and must be said to be whole."""
    log, marks = world.log, ((1, world.first_key.hex()),)
    notes = (note_at(log.bodies, 5), note_at(log.bodies, len(log)))
    yield Case("good", export(log), "ok", None, notes, marks=marks)
    yield Case("good-no-key", export(log), "ok", None, key="")
    filtered = Scope({"act": "people.shown"}, lambda record: "people.shown" in record.body)
    yield Case("good-filtered", export(log, scope=filtered), "ok", None, (log.points[0][1],))
    yield Case("good-nothing-shown", export(log, scope=Scope({"obj": "x"}, lambda _: False)), "ok", None)
    yield Case("good-range", export(log, scope=Scope(first=5, last=9)), "ok", None)
    gone = Range()
    for body in log.bodies[:6]:
        gone.append(leaf(body))
    kept = Log(log.bodies[6:], log.macs[6:], log.points)
    yield Case("good-purged", export(kept, scope=Scope(purged=gone, first=7)), "ok", None)
    yield Case("good-empty", export(Log([], [], [])), "ok", None)
    asked = (note_at(log.bodies, 6),)
    hidden = Scope({"obj": "x"}, lambda record: record.seq < 2)
    yield Case("unanswered-checkpoint", export(log, scope=hidden), "unanswered", None, asked)
    yield Case("unanswered-marks", export(log, scope=hidden), "unanswered", None, marks=marks)
    said = log.copy()
    said.bodies[-1].update(act="clock.anomaly", ts=said.bodies[-2]["ts"] - 10**7)
    yield Case("good-clock-said", export(replace(said, macs=[])), "ok", None)


def odd(world: World) -> Iterator[Case]:
    """Files that are damaged in other ways, or none at all."""
    data = export(world.log)
    lines = lines_in(data)
    end = len(world.log) + 1
    yield Case("odd-empty", b"", "truncate", 1)
    yield Case("odd-line-feed", b"\n", "unreadable", None)
    yield Case("odd-no-export", b"%PDF-1.7\n" + bytes(range(256)) + b"\n", "unreadable", None)
    yield Case("odd-no-header", b"".join(lines[1:]), "delete", 0)
    newer = lines[0].replace(b'"v":2', b'"v":3')
    yield Case("odd-newer-export", newer + b"".join(lines[1:]), "unreadable", None)
    log = world.log.copy()
    log.bodies[-1]["v"] = 2
    yield Case("odd-newer-record", export(log), "unreadable", end - 1)
    log.bodies[-1].update(v=1, more="")
    yield Case("odd-more-fields", export(log), "edit", end - 1)
    yield Case("odd-more-behind", data + b"{}\n", "insert", end)
    yield Case("odd-closed-twice", data + lines[-1], "insert", end)
    yield Case("odd-crlf", data.replace(b"\n", b"\r\n"), "edit", 0)
    yield Case("odd-bom", b"\xef\xbb\xbf" + data, "unreadable", None)
    yield Case("odd-utf-16", data.decode().encode("utf-16"), "unreadable", None)
    yield Case("odd-bad-utf-8", data.replace(b'"act":"', b'"act":"\xff', 1), "edit", 1)
    yield Case("odd-lone-surrogate", data.replace(b'"role":"', b'"role":"\\ud800', 1), "edit", 1)
    yield Case("odd-double-name", data.replace(b'"app":"0.1"', b'"app":"0.1","app":"0.1"', 1), "edit", 1)
    for name, number in (("float", b"1.0"), ("exponent", b"1e0"), ("minus-zero", b"-0"), ("nan", b"NaN")):
        yield Case(f"odd-{name}", data.replace(b'"v":1', b'"v":' + number, 1), "edit", 1)
    yield Case("odd-huge-number", data.replace(b'"seq":1,', b'"seq":' + b"9" * 5000 + b",", 1), "edit", 1)
    yield Case("odd-nested", lines[0] + b"[" * 3000 + b"]" * 3000 + b"\n", "edit", 1)
    gap = Scope({"obj": "x"}, lambda record: record.seq == 3)
    filtered = export(world.log, scope=replace(gap))
    first = filtered.index(b'"nodes":["') + 10
    yield Case(
        "odd-gap-node",
        filtered[:first] + b"0" * 64 + filtered[first + 64 :],
        "edit",
        1,
    )
    yield Case("odd-gap-short", filtered.replace(b'"last":2,', b'"last":1,', 1), "delete", 2)
    yield Case("odd-gap-long", filtered.replace(b'"last":2,', b'"last":3,', 1), "edit", 1)
    *head, last = lines
    closing = json.loads(last)["closing"]
    del closing["signature"]
    wrong = signed({**closing, "records": closing["records"] - 1})
    trusted = world.log.points[-1][0] + 1
    yield Case("odd-closing-count", b"".join(head) + wrong, "checkpoint-forged", trusted)
    at = next(at for at, line in enumerate(lines) if line.startswith(b'{"checkpoint"'))
    early = [*lines[: at - 1], lines[at], lines[at - 1], *lines[at + 1 :]]
    yield Case("odd-checkpoint-early", b"".join(early), "reorder", world.every)
    late = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
    yield Case("odd-checkpoint-late", b"".join(late), "reorder", world.every + 2)
    forged = lines[at].replace(f"\\n{world.every}\\n".encode(), f"\\n{world.every + 1}\\n".encode())
    yield Case(
        "odd-checkpoint-forged", b"".join([*lines[:at], forged, *lines[at + 1 :]]), "checkpoint-forged", 1
    )


def cases() -> Iterator[Case]:
    yield from whole(World(random.Random(SEED), 4, 14))
    for maker in CLASSES.values():
        for number in range(2):
            for case in maker(World(random.Random(SEED + number), 3 + number, 11)):
                yield replace(case, name=f"{case.name}-{number + 1}")
    yield from odd(World(random.Random(SEED), 4, 9))


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    listed = []
    for case in cases():
        (FOLDER / f"{case.name}.jsonl").write_bytes(case.data)
        entry = {"name": case.name, "class": case.class_, "first_bad": case.first_bad, "key": case.key}
        listed.append({**entry, "checkpoints": case.notes, "marks": case.marks})
    (FOLDER / "cases.json").write_text(json.dumps(listed, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
