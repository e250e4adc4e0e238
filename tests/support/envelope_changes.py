"""Locked files that were changed on their way, by chance or on purpose."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from desktop.crypto.envelope import (
    LEAST_ROUNDS,
    EnvelopeContent,
    derive_person_key,
    new_passphrase,
    new_salt,
    seal_envelope,
)
from desktop.crypto.envelope_page import sealed_part
from tests.support.envelope_page import WORDS

SUBJECT = "Su cita"
SECRET = "María López: martes, 14:30"
PASSPHRASE = new_passphrase(random.Random(7))
KINDS = ("byte", "payload", "header", "check", "cut", "gap")

OPEN = """
const done = arguments[arguments.length - 1], part = (id) => document.getElementById(id);
const until = performance.now() + 20000;
const late = () => performance.now() > until;
const shown = (id) => part(id) && !part(id).hidden;
const said = () => part("say") && part("say").textContent !== document.body.dataset.working
  ? part("say").textContent : "";
const answer = () => done([said(), document.documentElement.textContent]);
const opened = () => said() || shown("letter") || late() ? answer() : setTimeout(opened, 2);
const ready = () => {
  if (said() || late()) return answer();
  if (!shown("form")) return setTimeout(ready, 2);
  part("words").value = WORDS;
  part("form").requestSubmit();
  opened();
};
ready();
""".replace("WORDS", json.dumps(PASSPHRASE))
"""Types the right words into the page if it asks for any; gives what it says and all its text."""


def small_file() -> bytes:
    """A locked file with every field of the header in use."""
    salt = new_salt()
    key = derive_person_key(PASSPHRASE, salt, LEAST_ROUNDS)
    letter = EnvelopeContent(SUBJECT, SECRET)
    return seal_envelope(
        key, salt, LEAST_ROUNDS, letter, WORDS, expires=date(2099, 12, 31), reply_to="front@sol.example"
    )


def changed(locked: bytes, number: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """`number` files, each changed at another random place; kinds take turns."""
    chance = random.Random(seed)
    for at in range(number):
        kind = KINDS[at % len(KINDS)]
        yield kind, _changed(locked, kind, chance)


def _changed(locked: bytes, kind: str, chance: random.Random) -> bytes:
    sealed = sealed_part(locked)
    start = locked.index(sealed.encode())
    place = chance.randrange(start, start + len(sealed))
    if kind == "byte":
        flipped = bytearray(locked)
        flipped[place] ^= 1 << chance.randrange(7)
        return bytes(flipped)
    if kind == "cut":
        return locked[:place]
    if kind == "gap":
        return locked[:place] + locked[min(place + chance.randrange(1, 400), start + len(sealed)) :]
    header, payload, _ = (bytearray(base64.b64decode(part)) for part in sealed.split("."))
    if kind == "check":
        fields = json.loads(header)
        check = bytearray(base64.b64decode(fields["check"]))
        check[chance.randrange(len(check))] ^= 1 << chance.randrange(8)
        header = bytearray(json.dumps(fields | {"check": _b64(check)}, separators=(",", ":")).encode())
    else:
        part = payload if kind == "payload" else header
        part[chance.randrange(len(part))] ^= 1 << chance.randrange(8)
    body = f"{_b64(header)}.{_b64(payload)}"
    # Whoever changes a file on purpose also puts the damage check right again.
    total = _b64(hashlib.sha256(body.encode()).digest())
    return locked.replace(sealed.encode(), f"{body}.{total}".encode())


def _b64(data: bytes | bytearray) -> str:
    return base64.b64encode(data).decode()


def written(folder: Path, data: bytes) -> str:
    """Its address from file://."""
    path = folder / "changed.html"
    path.write_bytes(data)
    return path.as_uri()
