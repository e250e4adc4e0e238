"""Security keys: a thing in the hand whose secret is part of what opens the vault.

A key enrolled here answers a salt with 32 secret bytes (CTAP2 `hmac-secret`), after its
PIN or a finger, and only while it is plugged in. They go into the key derivation of a
slot: unlike a six-digit code, without the key there is nothing to decrypt with.

Verification by PIN or finger is always asked for: CTAP 2.1 keeps two secrets per
credential, one with it and one without, and only the former is used. Nothing is stored
on the key (no resident credential), so that it never fills up and forgets nothing but by
a reset, after which it must be enrolled anew. Somebody who relies on a key has two, or a
key and the recovery key.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent import futures
from contextlib import contextmanager
from hashlib import sha256
from typing import TypeVar

from desktop.access.securitykeys_values import HMAC, PRF, Choice, Enrolled, Key, Known, Prompt, Turn
from desktop.clock import Clock, SystemClock
from desktop.errors import Refused, SealwellError

__all__ = [
    "HMAC", "PRF", "RP_ID", "Choice", "Enrolled", "Known", "Prompt", "SecurityKeys", "user_handle",
]  # fmt: skip

T = TypeVar("T")

RP_ID = "sealwell.local"
"""Whom the keys answer to. A constant: practices have no host name, and a key may serve several.

What ties an enrolment to one vault is the handle (below) and the random salt, both made
anew for each; a `.local` name is nobody's on the web, so that no page can ask in its name.
"""
PATIENCE = 60.0
"""Seconds without a touch or a PIN after which the wait ends; keys themselves blink for 30."""
_LOOK = 0.05
_GRACE = 2.0
"""How long a key may take to notice that nobody waits any more; then it is left to itself."""


def user_handle(vault_id: bytes, user: str) -> bytes:
    """Who a credential is for, opaque: 32 bytes that differ for each vault and user."""
    return sha256(b"sealwell/security-key/1" + vault_id + user.encode("utf-8")).digest()


def _attached(rp_id: str) -> Sequence[Key]:
    from desktop.access.securitykeys_attached import attached

    return attached(rp_id)


class SecurityKeys:
    """Enrol a key, get its secret, or take its touch as a fresh proof.

    Every method talks to devices, and all but `available` wait for a person: call them on a
    worker thread. `cancel` ends the wait within two seconds even if the key has stopped
    answering. With several keys plugged in, the first that is touched counts.

    All raise Refused: "security-key-none" (none plugged in, or no right to use it),
    "security-key-unsuitable", "security-key-no-pin", "security-key-pin-wrong" (`tries`;
    only when no other PIN is given), "security-key-pin-paused" (three wrong ones: pull it
    out first), "security-key-pin-blocked", "security-key-timeout",
    "security-key-cancelled", "security-key-unproven" (an answer that proves nothing),
    and "security-key-failed" (pulled out or out of order; InputError for rubbish).
    """

    def __init__(
        self,
        prompt: Prompt,
        source: Callable[[str], Sequence[Key]] = _attached,
        patience: float = PATIENCE,
        clock: Clock | None = None,
    ) -> None:
        self._prompt = prompt
        self._source = source
        self._patience = patience
        self._clock = clock or SystemClock()

    def available(self) -> bool:
        """Is there a key to ask? On Windows it means: a dialog that would look for one."""
        try:
            keys = self._source(RP_ID)
        except OSError:
            return False
        for key in keys:
            key.close()
        return bool(keys)

    def enrol(
        self,
        rp_id: str,
        user_id: bytes,
        user_name: str,
        exclude: Sequence[bytes] = (),
        cancel: threading.Event | None = None,
    ) -> Enrolled:
        """A new credential on a key, and its secret; two touches.

        Refused "security-key-already-enrolled" when the key holds one of `exclude`.
        """
        return self._with_key(
            rp_id, cancel, lambda key, turn: key.enrol(turn, rp_id, user_id, user_name, exclude)
        )

    def secret(
        self, rp_id: str, choices: Sequence[Choice], cancel: threading.Event | None = None
    ) -> tuple[bytes, bytes]:
        """Which of the enrolled keys it was, and its 32 secret bytes.

        Refused "security-key-not-enrolled" for another key.
        """
        return self._with_key(rp_id, cancel, lambda key, turn: key.secret(turn, rp_id, choices))

    def touch(self, rp_id: str, known: Sequence[Known], cancel: threading.Event | None = None) -> bytes:
        """Which of the known keys was touched: proven by a signature over a fresh challenge.

        Refused "security-key-not-enrolled" for another key, "security-key-unproven" for a
        wrong signature or one without PIN or finger.
        """
        return self._with_key(rp_id, cancel, lambda key, turn: key.touch(turn, rp_id, known))

    def _with_key(self, rp_id: str, cancel: threading.Event | None, work: Callable[[Key, Turn], T]) -> T:
        turn = Turn(self._prompt, self._clock, self._patience, cancel or threading.Event())

        def whole() -> T:
            with self._opened(rp_id, turn) as keys:
                return work(_touched(keys, turn), turn)

        job = _started(whole)
        while not futures.wait([job], _LOOK).done:
            turn.look()
            if turn.ended_for() > _GRACE:
                raise Refused(turn.code)
        return job.result()

    @contextmanager
    def _opened(self, rp_id: str, turn: Turn) -> Iterator[list[Key]]:
        """What can be used of what is plugged in."""
        try:
            keys = self._source(rp_id)
        except OSError as error:
            raise Refused("security-key-none") from error
        usable: list[Key] = []
        problem: SealwellError = Refused("security-key-none")
        try:
            for key in keys:
                try:
                    key.open(turn)
                except SealwellError as error:
                    problem = error
                else:
                    usable.append(key)
            if not usable:
                raise problem
            yield usable
        finally:
            for key in keys:
                key.close()


def _touched(keys: Sequence[Key], turn: Turn) -> Key:
    """The only one, or the first that is touched; the others stop blinking."""
    if len(keys) == 1:
        return keys[0]
    turn.touch()
    problem: SealwellError | None = None
    with turn.signal() as stop:
        waiting = {_started(_selecting(key, turn, stop)): key for key in keys}
        asked = list(waiting)
        while waiting:
            for job in futures.wait(waiting, return_when=futures.FIRST_COMPLETED).done:
                key, error = waiting.pop(job), job.exception()
                if error is None:
                    stop.set()
                    futures.wait(asked, _GRACE)
                    turn.went_on()
                    return key
                if not isinstance(error, SealwellError):
                    raise error
                problem = error
    raise problem or Refused("security-key-none")


def _selecting(key: Key, turn: Turn, stop: threading.Event) -> Callable[[], None]:
    return lambda: key.select(turn, stop)


def _started(work: Callable[[], T]) -> futures.Future[T]:
    """As an executor would, but on a daemon thread: a key that hangs must not hold up the program's end."""
    job: futures.Future[T] = futures.Future()
    threading.Thread(target=_fulfil, args=(job, work), name="security-key", daemon=True).start()
    return job


def _fulfil(job: futures.Future[T], work: Callable[[], T]) -> None:
    try:
        job.set_result(work())
    except BaseException as error:  # handed over to whoever waits, who raises it
        job.set_exception(error)
        if not isinstance(error, Exception):
            raise
