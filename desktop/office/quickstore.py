"""What quick unlock keeps: for somebody who gave the password today, a way back in by PIN or touch.

A gate in front of keys that this process holds anyway, not cryptography (ADR 0011): it ends
with the process, after eight hours, at a suspend, at a strict or vault lock, when the
practice does not allow it, and for a PIN after five wrong ones. Then the password is asked.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from dataclasses import field, replace
from datetime import datetime
from itertools import pairwise

from desktop.access.guard import Moment
from desktop.access.securitykeys import Known
from desktop.clock import Clock
from desktop.config import LIMITS, Limits
from desktop.crypto.vault import OpenVault
from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.models.accounts import User, UserId
from desktop.office.persons import copy_of

PIN_DIGITS = 6
_SALT = 16
_COST = 2**13
_SLEPT = 120.0
"""Seconds by which the wall clock may run ahead of the monotonic one before it counts as a suspend."""


@dataclass(frozen=True)
class _Pin:
    """scrypt, cheap on purpose: a million PINs are no secret to whoever can read this memory.

    Five tries stand against guessing at the keyboard; the hash only keeps the digits,
    which their person may use elsewhere, out of a look at the memory.
    """

    salt: bytes = field(repr=False)
    hash: bytes = field(repr=False)

    @classmethod
    def of(cls, pin: str) -> _Pin:
        salt = secrets.token_bytes(_SALT)
        return cls(salt, _hash(pin, salt))

    def fits(self, pin: str) -> bool:
        return hmac.compare_digest(self.hash, _hash(pin, self.salt))


@dataclass(frozen=True)
class Kept:
    """One person's way back in: `began` is when the password was given, `since` when this was kept."""

    user: User
    vault: OpenVault
    began: Moment
    since: datetime
    keys: tuple[Known, ...] = ()
    pin: _Pin | None = None
    wrong: int = 0


class QuickStore:
    """What this process keeps for quick unlock, by person; safe to ask from any thread."""

    def __init__(self, clock: Clock, limits: Limits = LIMITS) -> None:
        self._clock = clock
        self._limits = limits
        self._kept: dict[UserId, Kept] = {}
        self._change = threading.RLock()
        self._allowed = True

    def allow(self, allowed: bool) -> None:
        """The practice's choice; forbidding drops everything at once."""
        with self._change:
            self._allowed = allowed
            if not allowed:
                self.clear()

    @property
    def allowed(self) -> bool:
        return self._allowed

    def signed_in(self, user: User, vault: OpenVault, keys: tuple[Known, ...]) -> None:
        """The password was given: a PIN of this process goes on, a security key counts from now."""
        with self._change:
            before = self._kept.get(user.id)
            pin = before.pin if before else None
            began = Moment.of(self._clock)
            self._put(Kept(user, copy_of(vault), began, began.wall, keys, pin))

    def set_pin(self, user: User, vault: OpenVault, began: Moment, pin: str) -> None:
        """A PIN for the rest of the day. Raises Refused("quick-not-allowed"), InputError("pin-…")."""
        if not self._allowed:
            raise Refused("quick-not-allowed")
        _check_pin(pin)
        with self._change:
            before = self._kept.get(user.id)
            keys = before.keys if before else ()
            self._put(Kept(user, copy_of(vault), began, self._clock.now(), keys, _Pin.of(pin)))

    def forget_pin(self, user: UserId) -> None:
        """The security key, if there is one, opens on."""
        with self._change:
            before = self._kept.get(user)
            if before is not None:
                self._put(replace(before, vault=copy_of(before.vault), pin=None))

    def forget(self, user: UserId) -> None:
        """Signed out, suspended, left, or another password: only the password opens again."""
        with self._change:
            gone = self._kept.pop(user, None)
        if gone is not None:
            gone.vault.close()

    def clear(self) -> None:
        """Vault lock: the keys kept here are dropped."""
        with self._change:
            for user in tuple(self._kept):
                self.forget(user)

    def names(self) -> tuple[str, ...]:
        """Whose lock could be opened now."""
        with self._change:
            return tuple(sorted(kept.user.name for kept in self._usable()))

    def has_pin(self, user: UserId) -> bool:
        with self._change:
            return any(kept.user.id == user and kept.pin is not None for kept in self._usable())

    def of(self, user: UserId) -> Kept:
        """Raises Refused("quick-unlock-gone") where only the password opens."""
        with self._change:
            for kept in self._usable():
                if kept.user.id == user:
                    return kept
        raise Refused("quick-unlock-gone")

    def try_pin(self, user: UserId, pin: str) -> Kept:
        """Raises Refused "pin-wrong" with `left`, and "quick-unlock-gone" after the fifth wrong one."""
        with self._change:
            kept = self.of(user)
            if kept.pin is None:
                raise Refused("quick-unlock-gone")
            if kept.pin.fits(pin.strip()):
                self._kept[user] = replace(kept, wrong=0)
                return kept
            left = self._limits.pin_tries - kept.wrong - 1
            if left > 0:
                self._kept[user] = replace(kept, wrong=kept.wrong + 1)
            else:
                self.forget(user)
            raise Refused("pin-wrong", left=left)

    def _usable(self) -> list[Kept]:
        """Drops on the way what its time or a suspend has ended."""
        now = Moment.of(self._clock)
        for kept in tuple(self._kept.values()):
            slept = (now.wall - kept.began.wall).total_seconds() - (now.mono - kept.began.mono)
            if kept.began.seconds_to(now) > self._limits.quick_unlock or slept > _SLEPT:
                self.forget(kept.user.id)
        return list(self._kept.values())

    def _put(self, kept: Kept) -> None:
        """Only what can open something is kept."""
        self.forget(kept.user.id)
        if self._allowed and (kept.pin is not None or kept.keys):
            self._kept[kept.user.id] = kept
        else:
            kept.vault.close()


def _check_pin(pin: str) -> None:
    """Six digits, not one digit six times, not a run up or down."""
    if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdigit()):
        raise InputError("pin-not-six-digits")
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        raise InputError("pin-too-easy")


def _hash(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode("utf-8", "surrogatepass"), salt=salt, n=_COST, r=8, p=1, dklen=32)
