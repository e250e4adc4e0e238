"""`vault.tries`: wrong sign-ins, counted and recorded while the database is closed.

A try is counted before the password is checked and taken back when it was right, so that
neither a crash nor a second process gives free guesses. What failed is sealed to a public
key whose private half lies in the database; the next sign-in folds it into the audit log.
The file slows down whoever stands at the keyboard. Who can change files can delete it
(SECURITY.md 5.1.9): against copied files stand Argon2id and the computer's share.

A missing or damaged file counts as ten failures of everybody: fifteen minutes' wait, and
the next sign-in mends it. The counters follow NIST SP 800-63B-4, section 3.2.2.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from desktop.access.triesfile import MOST_RECORDS, DamagedTriesError, Entry, State, read_state, write_state
from desktop.clock import Clock
from desktop.config import LIMITS, Limits
from desktop.crypto.sealedbox import open_box, seal
from desktop.errors import Refused, VaultError
from desktop.frozen import dataclass
from desktop.locks import held

T = TypeVar("T")

LOCK_SECONDS = 15 * 60
SLOWEST = 60
STOP_AFTER = 100
"""NIST SP 800-63B-4, 3.2.2: no more than 100 consecutive failures; then only the recovery key."""
_INFO = b"sealwell/tries/1"


@dataclass(frozen=True)
class FailedTry:
    """One wrong sign-in: when (UTC and monotonic ms), whose slot, which code, the how manieth in a row."""

    serial: int
    at: int
    boot: str
    mono: int
    user: str
    why: str
    tries: int


@dataclass(frozen=True)
class Pending:
    """What waits for the audit log; `unsealed` failures left no readable record."""

    tries: tuple[FailedTry, ...]
    mark: str
    """How far this reaches; kept in the database with the records, so that none is taken twice."""
    unsealed: int
    damaged: bool


class Tries:
    """Counts and delays per slot id, over restarts."""

    def __init__(self, path: Path, clock: Clock, limits: Limits = LIMITS) -> None:
        self._path = path
        self._clock = clock
        self._limits = limits

    def create(self, public: bytes) -> None:
        """A clean file: at set-up, and after the recovery key was used."""
        with held(self._path):
            write_state(self._path, State(box=public.hex()))

    def begin(self, user: str) -> None:
        """Count a try of `user` before its password is looked at.

        Raises Refused("too-many-tries", seconds=...) while waiting is due, and
        Refused("sign-in-stopped") after a hundred failures in a row.
        """
        self._change(lambda state: self._begin(state, user))

    def failed(self, user: str, why: str = "") -> None:
        """The try that was begun was wrong; `why` is recorded under seal unless it is ''."""
        self._change(lambda state: self._failed(state, user, why))

    def withdraw(self, user: str) -> None:
        """The try came to nothing through no fault of its person (no key store, a code still to come).

        It was begun when the wait for earlier failures was over, so that none is due after it.
        """

        def take_back(state: State) -> None:
            entry = state.users.get(user)
            if entry is not None:
                entry.count = max(0, entry.count - 1)
                entry.at = entry.mono = 0

        self._change(take_back)

    def succeeded(self, user: str) -> None:
        """Password and code were right: the count starts anew."""

        def reset(state: State) -> None:
            state.users[user] = Entry()
            if not state.floor.count:
                del state.users[user]

        self._change(reset)

    def count(self, user: str) -> int:
        """Tries in a row so far, with the one that was begun."""
        return self._change(lambda state: state.entry(user).count)

    def pending(self, private: bytes, mark: str) -> Pending:
        """What failed since `mark`, for the audit log. Unreadable records are counted."""
        state = self._change(lambda state: state)
        tries = []
        unsealed = state.unsealed
        for serial, blob in state.records:
            if serial <= _serial_of(mark, state):
                continue
            try:
                tries.append(FailedTry(**json.loads(open_box(private, bytes.fromhex(blob), _INFO))))
            except (VaultError, ValueError, TypeError):
                unsealed += 1
        return Pending(tuple(tries), f"{state.id}:{state.serial}", unsealed, state.damaged)

    def folded(self, mark: str, public: bytes) -> None:
        """The log holds everything up to `mark`: drop it here, and mend what was damaged."""

        def drop(state: State) -> None:
            done = _serial_of(mark, state)
            state.records = [record for record in state.records if record[0] > done]
            state.box = public.hex()
            if state.damaged:
                state.damaged, state.floor = False, Entry()
            state.unsealed = 0

        self._change(drop)

    def _begin(self, state: State, user: str) -> None:
        entry = state.entry(user)
        state.put(user, entry)
        if entry.count >= STOP_AFTER:
            raise Refused("sign-in-stopped")
        left = self._delay(entry.count) - self._since(entry)
        if left > 0:
            raise Refused("too-many-tries", seconds=int(left) + 1)
        entry.count += 1
        self._stamp(entry)

    def _failed(self, state: State, user: str, why: str) -> None:
        entry = state.entry(user)
        self._stamp(entry)
        state.put(user, entry)
        if not why:
            return
        state.serial += 1
        if not state.box or len(state.records) >= MOST_RECORDS:
            state.unsealed += 1
            return
        tried = FailedTry(state.serial, entry.at, entry.boot, entry.mono, user, why, entry.count)
        blob = seal(bytes.fromhex(state.box), json.dumps(asdict(tried)).encode("utf-8"), _INFO)
        state.records.append((state.serial, blob.hex()))

    def _delay(self, failures: int) -> int:
        """Seconds to wait after so many failures in a row."""
        if failures and failures % self._limits.lock_after_tries == 0:
            return LOCK_SECONDS
        over = failures - self._limits.slow_after_tries
        return 0 if over < 0 else min(SLOWEST, 2 ** min(over, 6))

    def _since(self, entry: Entry) -> float:
        """Seconds since the last failure; a clock that was set back starts the wait anew."""
        if entry.boot == self._clock.boot_id():
            return max(0.0, self._clock.mono() - entry.mono / 1000)
        since = self._clock.now().timestamp() - entry.at / 1000
        if since < 0:
            self._stamp(entry)
            return 0.0
        return since

    def _stamp(self, entry: Entry) -> None:
        entry.at = int(self._clock.now().timestamp() * 1000)
        entry.mono = int(self._clock.mono() * 1000)
        entry.boot = self._clock.boot_id()

    def _change(self, work: Callable[[State], T]) -> T:
        """Read, change and replace the file under its lock, also when `work` refuses.

        What has not changed is not written: each write waits for the disk.
        """
        try:
            with held(self._path):
                state, whole = self._read()
                before = deepcopy(state)
                try:
                    return work(state)
                finally:
                    if not whole or state != before:
                        write_state(self._path, state)
        except OSError:
            raise VaultError("tries-unwritable", file=self._path.name) from None

    def _read(self) -> tuple[State, bool]:
        """The state, and whether that is what the file says; a damaged one is written anew."""
        try:
            return read_state(self._path), True
        except DamagedTriesError:
            floor = Entry(count=self._limits.lock_after_tries)
            self._stamp(floor)
            return State(box="", damaged=True, floor=floor), False


def _serial_of(mark: str, state: State) -> int:
    """The serial in `mark` if it speaks of this file, else 0."""
    file, _, serial = mark.partition(":")
    return int(serial) if file == state.id and serial.isdigit() else 0
