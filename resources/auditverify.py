#!/usr/bin/env python3
"""Check an export of a Sealwell audit log without Sealwell: Python 3.8 or newer, nothing else.

    python3 auditverify.py FILE.jsonl [--key VKEY] [--checkpoint NOTE]... [--marks KEY]... [--json]

VKEY is the practice's verifier key as printed on its recovery sheet, not from the file; NOTE a
file with an earlier checkpoint (a mail, a print-out, another export); KEY the first key of the
marks, `<number>:<64 hex digits>`, from the security officer. Exit code 0: whole; 1: not whole,
damaged or unreadable; 2: wrong use, or a question that this export cannot answer. What the
classes mean stands in audit-export.md; auditverify.mjs is the same in another language.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import hmac
import json
import re
import sys
from pathlib import Path
from typing import Any, BinaryIO

LONGEST_LINE = 1 << 20
MAX_NUMBER = 2**53 - 1
SLACK = 60000
DOMAIN = b"sealwell/audit-export/2\n"
HEX = re.compile("[0-9a-f]{64}")
PLACE = re.compile(rb'"seq":([0-9]{1,16}),"sess":"|^{"gap":{"first":([0-9]{1,16}),"last":([0-9]{1,16}),')
NO_HEADER = re.compile(rb'{"(hash|gap|checkpoint|closing)":')
DAMAGED = "A line is damaged."
FOREIGN = "A record stands where none may be."


class Bad(Exception):
    """The first thing that is wrong: class, first record that cannot be trusted, sentence."""


def bad_if(wrong: Any, class_: str, first_bad: int | None, say: str) -> None:
    if wrong:
        raise Bad(class_, first_bad, say)


P = 2**255 - 19  # Ed25519 (RFC 8032), points in extended coordinates
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(one: tuple[int, ...], two: tuple[int, ...]) -> tuple[int, ...]:
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def point(data: bytes) -> tuple[int, ...] | None:
    sign, y = data[31] >> 7, int.from_bytes(data, "little") & ((1 << 255) - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or ()


def is_signed(public: bytes, mark: bytes, data: bytes) -> bool:
    key, s = point(public), int.from_bytes(mark[32:], "little")
    if key is None or len(mark) != 64 or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(mark[:32] + public + data).digest(), "little") % ORDER
    minus = (P - key[0], key[1], 1, P - key[3])
    total: tuple[int, ...] = (0, 1, 1, 0)
    table = (total, BASE, minus, add(BASE, minus))
    for bit in range(252, -1, -1):
        total = add(total, total)
        choice = (s >> bit & 1) + 2 * (k >> bit & 1)
        total = add(total, table[choice]) if choice else total
    inverse = pow(total[2], P - 2, P)
    x, y = total[0] * inverse % P, total[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == mark[:32]


def whole(text: str) -> int:
    """Numbers of JSON as they may stand here; ValueError for all others."""
    if len(text) > 17 or abs(int(text)) > MAX_NUMBER:
        raise ValueError
    return int(text)


READER = json.JSONDecoder(parse_int=whole, parse_float=whole, parse_constant=whole)
WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def unbase64(text: str) -> bytes:
    """Only the one canonical spelling; anything else is empty."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if base64.b64encode(data).decode("ascii") == text else b""


def read_vkey(vkey: str) -> tuple[str, bytes, bytes] | None:
    """Name, key id and public key."""
    name, named, encoded = [*vkey.split("+", 2), "", ""][:3]
    blob = unbase64(encoded)
    key_id = hashlib.sha256(name.encode("utf-8", "replace") + b"\n" + blob).digest()[:4]
    right = name and len(blob) == 33 and blob[:1] == b"\x01" and named == key_id.hex()
    return (name, key_id, blob[1:]) if right else None


def read_note(note: str, key: tuple[str, bytes, bytes], bad: int) -> tuple[int, bytes]:
    """Size and root of a checkpoint of this log that `key` signed."""
    text, _, signed = note.rpartition("\n\n")
    origin, size, encoded = [*text.split("\n", 2), "", ""][:3]
    root, other = unbase64(encoded), False
    if len(root) != 32 or not re.fullmatch("0|[1-9][0-9]{0,14}", size) or not signed.endswith("\n"):
        raise Bad("checkpoint-forged", bad, "This is no signed checkpoint.")
    bad_if(origin != f"{key[0]}/audit", "checkpoint-forged", bad, "The checkpoint is of another log.")
    for line in signed[:-1].split("\n"):
        blob = unbase64(line[len(key[0]) + 3 :]) if line.startswith(f"\u2014 {key[0]} ") else b""
        if len(blob) == 68 and blob[:4] == key[1] and is_signed(key[2], blob[4:], f"{text}\n".encode()):
            return int(size), root
        other = other or (len(blob) == 68 and blob[:4] != key[1])
    bad_if(other, "key-swap", 1, "A checkpoint was signed with another key than this export.")
    raise Bad("checkpoint-forged", bad, "The signature of a checkpoint is wrong.")


def fields(**named: str) -> dict[str, str]:
    return {name: kind for kind, names in named.items() for name in names.split()}


HEADER = fields(int="first last made purged v", str="vault vkey", dict="filter")
CLOSING = fields(int="records v", str="checkpoint sha256 signature")
GAP = fields(int="first last", list="nodes")
RECORD = fields(str="boot actor role sess act obj outcome why app prev", int="v seq ts mono", dict="det")


def has(tree: Any, wanted: dict[str, str]) -> bool:
    """Exactly these fields, of these types."""
    return type(tree) is dict and {name: type(tree[name]).__name__ for name in tree} == wanted


def is_flat(tree: dict[str, Any]) -> bool:
    return all(name.isascii() and type(value) in (str, int) for name, value in tree.items())


class Export:
    """One pass over the lines; kept are the edge of the Merkle tree and what was last seen."""

    def __init__(self, file: BinaryIO, vkey: str, notes: list[str], marks: dict[int, bytes]) -> None:
        self.file, self.vkey, self.notes, self.marks = file, vkey, notes, marks
        self.sum, self.size, self.nodes = hashlib.sha256(), 0, []  # type: Any, int, list[tuple[int, bytes]]
        self.shown = self.boundary = self.kept = self.seen = 0
        self.fork = self.clock = self.remac = self.unanswered = 0
        self.prev, self.older, self.pending = "0" * 64, "", 0
        self.before: dict[str, Any] | None = None
        self.mark: bytes | None = None

    def verify(self) -> None:
        self.read_header(self.line())
        while True:
            raw = self.line()
            bad_if(not raw, "truncate", self.size + 1, "The file ends before its closing line.")
            tree = self.load(raw)
            if "record" in tree:
                self.read_record(tree, raw)
            elif tree.keys() == {"gap"}:
                self.read_gap(tree["gap"])
            elif has(tree, {"checkpoint": "str"}):
                self.read_checkpoint(tree["checkpoint"])
            elif tree.keys() == {"closing"} and has(tree["closing"], CLOSING):
                self.read_closing(tree["closing"])
                return self.judge()
            else:
                raise Bad("edit", self.size + 1, DAMAGED)
            self.sum.update(raw)

    def line(self) -> bytes:
        raw = self.file.readline(LONGEST_LINE + 1)
        bad_if(len(raw) > LONGEST_LINE, "edit", self.size + 1, DAMAGED)
        bad_if(raw and raw[-1] != 10, "truncate", self.size + 1, "The file ends in the middle of a line.")
        return raw

    def load(self, raw: bytes) -> dict[str, Any]:
        """The line's one object, if this is its one spelling."""
        try:
            text = raw[:-1].decode("utf-8")
            tree = READER.decode(text)
            if type(tree) is dict and WRITER.encode(tree) == text:
                return tree
        except (ValueError, RecursionError):
            pass
        raise Bad("edit", self.size + 1, DAMAGED)

    def read_header(self, raw: bytes) -> None:
        bad_if(not raw, "truncate", 1, "The file is empty.")
        bad_if(NO_HEADER.match(raw), "delete", 0, "The header line is missing.")
        bad_if(not raw.startswith(b'{"header":'), "unreadable", None, "This is no export of an audit log.")
        self.size = -1  # a damaged header is record 0
        self.header = header = self.load(raw)["header"]
        self.size = 0
        if type(header) is dict and type(header.get("v")) is int and header["v"] != 2:
            raise Bad("unreadable", None, "The version of this export is not known.")
        key = read_vkey(header["vkey"]) if has(header, HEADER) and is_flat(header["filter"]) else None
        if key is None or key[0] != f"sealwell.local/{header['vault']}":
            raise Bad("edit", 0, DAMAGED)
        bad_if(self.vkey not in ("", header["vkey"]), "key-swap", 1, "The export is signed with another key.")
        self.key = key
        self.witnesses = sorted(read_note(note, key, 1) for note in self.notes)
        self.left = [(size, root) for size, root in self.witnesses if size]
        self.sum.update(raw)

    def place(self, low: int, hashed: str = "") -> None:
        """Whether the records from `low` on come next; if not, what was done there."""
        wanted, found, again = self.size + 1, False, False
        bad_if(low == wanted and self.pending, "reorder", wanted, "A checkpoint stands too early.")
        if low < wanted:
            raise Bad("insert", low if low == wanted - 1 and hashed != self.prev else wanted, FOREIGN)
        if low == wanted:
            return
        for raw in iter(lambda: self.file.readline(LONGEST_LINE + 1), b""):
            match = PLACE.search(raw)
            if match:
                start = int(match.group(1) or match.group(2))
                found = found or start <= wanted <= int(match.group(1) or match.group(3))
                again = again or start == low
        bad_if(found and again, "insert", wanted, FOREIGN)
        bad_if(found, "reorder", wanted, "Records stand in another order than they were written.")
        segment = self.boundary == wanted - 1 and low - 1 in (self.pending, *dict(self.witnesses))
        bad_if(segment, "segment-loss", wanted, "A whole segment between two checkpoints is missing.")
        raise Bad("delete", wanted, "Records are missing.")

    def read_record(self, tree: dict[str, Any], raw: bytes) -> None:
        wanted, record = self.size + 1, tree["record"]
        hashes = f"{tree.get('hash')}{tree.get('mac', '0' * 64)}"
        fits = len(tree) == 2 + ("mac" in tree) and re.fullmatch("[0-9a-f]{128}", hashes)
        known = has(record, RECORD) and record["v"] == 1 and is_flat(record["det"])
        newer = type(record) is dict and type(record.get("v")) is int and record["v"] != 1
        bad_if(not fits or not (known or newer), "edit", wanted, DAMAGED)
        leaf = hashlib.sha256(b"\0" + raw[raw.index(b'"record":') + 9 : -2])
        bad_if(leaf.hexdigest() != tree["hash"], "edit", wanted, "A record does not fit its hash.")
        bad_if(newer, "unreadable", wanted, "The version of a record is not known.")
        self.place(record["seq"], tree["hash"])
        if self.prev and record["prev"] != self.prev:
            bad_if(record["prev"] == self.older, "insert", wanted - 1, FOREIGN)
            raise Bad("edit", max(1, wanted - 1), "The next record links to another one.")
        self.check_mark(record, tree)
        self.check_clock(record)
        self.older, self.prev = self.prev, tree["hash"]
        self.shown += 1
        self.append(leaf.digest())

    def append(self, hashed: bytes, size: int = 1) -> None:
        """Add a leaf, or the root of a subtree (RFC 6962), and meet the checkpoints given."""
        self.size += size
        while self.nodes and self.nodes[-1][0] == size:
            hashed = hashlib.sha256(b"\x01" + self.nodes.pop()[1] + hashed).digest()
            size *= 2
        self.nodes.append((size, hashed))
        while self.left and self.left[0][0] <= self.size:
            at, root = self.left.pop(0)
            if at != self.size:
                self.unanswered = at
            elif self.root() != root:
                self.fork = self.fork or self.seen + 1
            elif not self.fork:
                self.seen = at

    def root(self) -> bytes:
        hashed = self.nodes[-1][1] if self.nodes else hashlib.sha256(b"").digest()
        for _, left in reversed(self.nodes[:-1]):
            hashed = hashlib.sha256(b"\x01" + left + hashed).digest()
        return hashed

    def check_mark(self, record: dict[str, Any], tree: dict[str, Any]) -> None:
        self.mark = self.marks.pop(record["seq"], self.mark)
        if self.mark is not None:
            if tree.get("mac") != hmac.new(self.mark, bytes.fromhex(tree["hash"]), "sha256").hexdigest():
                self.remac = self.remac or record["seq"]
            if record["act"] == "audit.checkpoint":
                extracted = hmac.new(bytes(32), self.mark, "sha256").digest()
                self.mark = hmac.new(extracted, b"sealwell/audit-mac/next\x01", "sha256").digest()

    def check_clock(self, record: dict[str, Any]) -> None:
        before, self.before = self.before, record
        if before is not None and record["act"] != "clock.anomaly" and not self.clock:
            passed = record["mono"] - before["mono"] if record["boot"] == before["boot"] else 0
            if passed < 0 or before["ts"] - record["ts"] + passed > SLACK:
                self.clock = record["seq"]

    def read_gap(self, gap: Any) -> None:
        wanted, header, size = self.size + 1, self.header, 1
        bad_if(not has(gap, GAP) or not 1 <= gap["first"] <= gap["last"], "edit", wanted, DAMAGED)
        first, last = gap["first"], gap["last"]
        self.place(first)
        outside = last < header["first"] or 0 < header["last"] < first or last <= header["purged"]
        bad_if(not header["filter"] and not outside, "segment-loss", wanted, "Records are left out unasked.")
        if self.mark is not None or any(first <= at <= last for at in self.marks):
            self.mark, self.unanswered = None, first
        self.before, self.older = None, ""
        for each in gap["nodes"]:
            size = self.size & -self.size or 1 << 53
            while size > last - self.size:
                size >>= 1
            bad_if(not size or not HEX.fullmatch(str(each)), "edit", wanted, DAMAGED)
            self.append(bytes.fromhex(each), size)
            self.prev = each if size == 1 else ""
        bad_if(self.size != last, "edit", wanted, DAMAGED)

    def read_checkpoint(self, note: str) -> None:
        size, root = read_note(note, self.key, max(self.kept, self.seen) + 1)
        bad_if(size < self.size, "reorder", self.size + 1, "A checkpoint stands too late.")
        if size > self.size:
            self.pending = size
        elif self.root() != root:
            self.fork = self.fork or self.kept + 1
        else:
            self.boundary, self.kept = size, self.kept if self.fork else size

    def read_closing(self, closing: dict[str, Any]) -> None:
        trusted = max(self.kept, self.seen) + 1
        bad_if(self.pending, "truncate", self.size + 1, "The last records are missing.")
        bad_if(self.file.read(1), "insert", self.size + 1, "Something stands behind the closing line.")
        mark = unbase64(closing.pop("signature"))
        if closing["v"] != 2 or not is_signed(self.key[2], mark, DOMAIN + WRITER.encode(closing).encode()):
            raise Bad("checkpoint-forged", trusted, "The closing line was not signed with this key.")
        size, root = read_note(closing["checkpoint"], self.key, trusted)
        same = size == self.size and root == self.root()
        if closing["sha256"] != self.sum.hexdigest():
            bad_if(size > self.size, "truncate", self.size + 1, "The last records are missing.")
            bad_if(size < self.size, "insert", size + 1, FOREIGN)
            raise Bad("edit", 0 if same else trusted, "The file was changed after it was signed.")
        same = same and closing["records"] == self.shown
        bad_if(not same, "checkpoint-forged", trusted, "The signed checkpoint is not that of these records.")

    def judge(self) -> None:
        """The lines agree with each other: now with what is known from elsewhere."""
        bad_if(self.remac, "re-mac", self.remac, "The mark of a record was not made with the officer's key.")
        bad_if(self.fork, "fork", self.fork, "A checkpoint knows another history of these records.")
        bad_if(self.left, "rollback", self.size + 1, "A checkpoint knows more records: the log was set back.")
        bad_if(self.clock, "clock", self.clock, "The clock went back here, and no record says so.")
        bad_if(
            self.unanswered or self.marks, "unanswered", None, "Ask for a whole export: this leaves it out."
        )


def check(path: str, vkey: str, notes: list[str], marks: dict[int, bytes]) -> dict[str, Any]:
    """The verdict as one flat object; the other verifier gives the same. `notes` are paths."""
    verdict: dict[str, Any] = {"class": "ok", "first_bad": None, "say": "The export is whole."}
    verdict.update(key_checked=bool(vkey), records=0, size=0)
    try:
        earlier = [Path(note).read_bytes().decode("utf-8", "replace") for note in notes]
        with open(path, "rb") as file:
            export = Export(file, vkey, earlier, marks)
            try:
                export.verify()
            finally:
                verdict.update(records=export.shown, size=max(0, export.size))
    except OSError:
        verdict["class"], verdict["say"] = "unreadable", "A file cannot be read."
    except Bad as bad:
        verdict["class"], verdict["first_bad"], verdict["say"] = bad.args
    return {**verdict, "ok": verdict["class"] == "ok"}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="auditverify.py", description="Check an export of an audit log.")
    parser.add_argument("file")
    parser.add_argument("--key", default="", help="the practice's verifier key")
    parser.add_argument("--checkpoint", action="append", default=[], help="file with an earlier checkpoint")
    parser.add_argument("--marks", action="append", default=[], help="NUMBER:HEX from the security officer")
    parser.add_argument("--json", action="store_true", help="one JSON object as the answer")
    given = parser.parse_args(arguments)
    right = all(re.fullmatch("[1-9][0-9]{0,14}:[0-9a-f]{64}", each) for each in given.marks)
    if not right or (given.key and read_vkey(given.key) is None):
        parser.error("a key has another form")
    marks = {int(each.split(":")[0]): bytes.fromhex(each.split(":")[1]) for each in given.marks}
    verdict = check(given.file, given.key, given.checkpoint, marks)
    if given.json:
        print(WRITER.encode(verdict))
    else:
        bad = "" if verdict["first_bad"] is None else f" First bad record: {verdict['first_bad']}."
        key = "" if given.key else " The key itself was not checked: give the practice's (--key)."
        shown = f"{verdict['records']} of {verdict['size']} shown."
        print(f"{verdict['class']}: {verdict['say']}{bad} {shown}{key}")
    return 0 if verdict["ok"] else 2 if verdict["class"] == "unanswered" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
