"""What enrolling and using a security key goes in and out with."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field
from typing import NamedTuple, Protocol

from desktop.clock import Clock
from desktop.errors import Refused
from desktop.frozen import dataclass

HMAC = "hmac-secret"
"""The salt goes to the key as it is (CTAP 2.1, 12.5)."""
PRF = "prf"
"""The salt is hashed on its way (WebAuthn 3, 10.1.4): other secret, same key."""
SALT_BYTES = 32
SECRET_BYTES = 32


@dataclass(frozen=True)
class Enrolled:
    """A key that can be asked from now on; everything but `secret` is kept beside the slot.

    `api` says how the secret was had, `HMAC` or `PRF`: asked the other way, the
    same key answers another secret. `public_key` is COSE, for `SecurityKeys.touch`.
    `name` is what the key calls itself, made fit to show; it may be empty.
    """

    cred_id: bytes
    rp_id: str
    salt: bytes
    api: str
    secret: bytes = field(repr=False)
    public_key: bytes
    name: str


class Choice(NamedTuple):
    """One key whose secret opens something, as `Enrolled` said."""

    cred_id: bytes
    salt: bytes
    api: str


class Known(NamedTuple):
    """One key whose signature counts, as `Enrolled` said."""

    cred_id: bytes
    public_key: bytes


class Prompt(Protocol):
    """The person at the computer; called on a thread of its own, never on the caller's."""

    def touch(self) -> None:
        """The key blinks and waits for a finger; called again for each touch."""
        ...

    def pin(self, name: str) -> str | None:
        """The PIN of the key called `name` (may be empty); None when the person gives up."""
        ...

    def pin_wrong(self, tries: int) -> None:
        """That PIN was wrong; `tries` are left, then the key must be reset. `pin` is called next."""
        ...


class Turn:
    """One piece of work with a person and a key: what is asked, and why it ended early.

    `patience` is how long nothing may happen, in seconds; typing a PIN is something.
    """

    def __init__(self, prompt: Prompt, clock: Clock, patience: float, cancel: threading.Event) -> None:
        self._prompt = prompt
        self._clock = clock
        self._patience = patience
        self._cancel = cancel
        self._signals: list[threading.Event] = []
        self._lock = threading.Lock()
        self._pin = ""
        self._tries: int | None = None
        self._since = clock.mono()
        self._ended = 0.0
        self.asking = False
        """Still true when an error came out of the prompt itself: that one is a bug."""
        self.code = ""
        """Why it ended before it was done: `security-key-cancelled` or `security-key-timeout`."""

    def look(self) -> None:
        """Called now and then by whoever waits: is it still wanted, and is anybody there?"""
        if self.code:
            return
        late = not self.asking and self._clock.mono() - self._since > self._patience
        if self._cancel.is_set() or late:
            with self._lock:
                self.code = "security-key-cancelled" if self._cancel.is_set() else "security-key-timeout"
                self._ended = self._clock.mono()
                for signal in self._signals:
                    signal.set()

    def ended_for(self) -> float:
        """Seconds since it ended early; 0.0 while it goes on."""
        return self._clock.mono() - self._ended if self.code else 0.0

    def went_on(self) -> None:
        """A step is done: patience begins anew."""
        self._since = self._clock.mono()

    @contextmanager
    def signal(self) -> Iterator[threading.Event]:
        """Set when the turn ends early, and always at the end of the block: nothing waits on it longer."""
        event = threading.Event()
        with self._lock:
            self._signals.append(event)
            if self.code:
                event.set()
        try:
            yield event
        finally:
            with self._lock:
                self._signals.remove(event)
            event.set()

    def touch(self) -> None:
        """Say that a finger is wanted."""
        self.asking = True
        self._prompt.touch()
        self.asking = False

    def pin(self, name: str) -> str:
        """The PIN as the person gives it; one that was right is not asked for again.

        Raises Refused "security-key-pin-wrong" (`tries`) or "security-key-cancelled"
        when none is given.
        """
        if not self._pin:
            self.asking = True
            self._pin = self._prompt.pin(name) or ""
            self.went_on()
            self.asking = False
        if self.code:
            raise Refused(self.code)
        if not self._pin and self._tries is not None:
            raise Refused("security-key-pin-wrong", tries=self._tries)
        if not self._pin:
            raise Refused("security-key-cancelled")
        return self._pin

    def pin_wrong(self, tries: int) -> None:
        """The key did not take the PIN."""
        self._pin, self._tries = "", tries
        self.asking = True
        self._prompt.pin_wrong(tries)
        self.asking = False


class Key(Protocol):
    """One way to reach a security key; every method blocks and raises known errors only."""

    def open(self, turn: Turn) -> None:
        """Find out whether it can be used at all."""
        ...

    def select(self, turn: Turn, stop: threading.Event) -> None:
        """Return when it is touched; give up when `stop` is set."""
        ...

    def enrol(
        self, turn: Turn, rp_id: str, user_id: bytes, user_name: str, exclude: Sequence[bytes]
    ) -> Enrolled: ...

    def secret(self, turn: Turn, rp_id: str, choices: Sequence[Choice]) -> tuple[bytes, bytes]: ...

    def touch(self, turn: Turn, rp_id: str, known: Sequence[Known]) -> bytes: ...

    def close(self) -> None: ...
