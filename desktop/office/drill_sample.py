"""A sample of a restored database, opened as the program opens it, and held against the one in use.

A page that can be decrypted is not yet a letter that can be read: what is sealed a second time
(card words, names of lists) is opened with its own key, what has a hash on record is hashed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial

from desktop.audit.tokens import read_ids
from desktop.errors import VaultError
from desktop.mail.cardwords import words_of
from desktop.models import audit, cards, people, samples, vaultkeys
from desktop.models.database import Database, Tx
from desktop.models.records import Reason

LEAST = 50
"""Rows, over all kinds, where there are so many."""
_SOME = 20


class DrillFailedError(Exception):
    """Something is not as it should be; no error of a use case, but what a drill is for to find."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


def check_sample(copy: Tx, used: Database) -> int:
    """How many rows of `copy` were opened. Raises DrillFailedError."""
    for most in (_SOME, LEAST):
        opened = sum(kind(copy, used, most) for kind in _KINDS)
        if opened >= LEAST:
            break
    return opened


def _sent(copy: Tx, used: Database, most: int) -> int:
    seen = {}
    for row in samples.sent(copy, most):
        _must(hashlib.sha256(row.wire).hexdigest() == row.sha256)
        seen[row.id] = row.sha256
    now = used.read(lambda tx: samples.hashes(tx, seen))
    _must(all(seen[id_] == sha256 for id_, sha256 in now.items()))
    return len(seen)


def _received(copy: Tx, used: Database, most: int) -> int:
    count = 0
    for row in samples.arrived(copy, most):
        _must(used.read(partial(samples.raw, id_=row.id)) in (b"", row.raw))
        count += 1
    return count


def _cards(copy: Tx, _used: Database, most: int) -> int:
    drawn = samples.carded(copy, most)
    found = cards.get_many(copy, drawn)
    try:
        words = [words_of(copy, found[person]) for person in drawn]
    except VaultError:
        raise _unreadable() from None
    _must(all(words))
    return len(words)


def _lists(copy: Tx, used: Database, most: int) -> int:
    key = vaultkeys.get(copy, "field")
    _must(key is not None)
    drawn = samples.lists(copy, most)
    for row in drawn:
        try:
            read_ids(key or b"", row.seq, row.sealed)
        except VaultError:
            raise _unreadable() from None
        _must(used.read(partial(audit.ids, event_seq=row.seq)) in (None, row.sealed))
    return len(drawn)


def _people(copy: Tx, _used: Database, most: int) -> int:
    drawn = samples.people(copy, most)
    _must(len(people.get_many(copy, drawn)) == len(drawn))
    return len(drawn)


_KINDS: tuple[Callable[[Tx, Database, int], int], ...] = (_sent, _received, _cards, _lists, _people)


def _must(right: bool) -> None:
    if not right:
        raise _unreadable()


def _unreadable() -> DrillFailedError:
    return DrillFailedError(Reason("drill-sample-unreadable"))
