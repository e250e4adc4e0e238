"""The person in front of a software key, and shorthand for plugging keys in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from desktop.access.securitykeys_ctap import CtapKey
from desktop.access.securitykeys_values import Key
from tests.support.software_key import SoftwareKey


class Hand:
    """A `Prompt`: types the given PINs one after the other, the last again and again."""

    def __init__(self, *pins: str | None) -> None:
        self.pins: list[str | None] = list(pins) or ["2468"]
        self.asked: list[str] = []
        self.tries: list[int] = []
        self.touches = 0
        self.wanted = threading.Event()
        self.on_pin: Callable[[], None] = lambda: None
        """Something that happens while the PIN is being typed."""
        self.on_touch: Callable[[], None] = lambda: None

    def touch(self) -> None:
        self.touches += 1
        self.wanted.set()
        self.on_touch()

    def pin(self, name: str) -> str | None:
        self.asked.append(name)
        self.on_pin()
        return self.pins.pop(0) if len(self.pins) > 1 else self.pins[0]

    def pin_wrong(self, tries: int) -> None:
        self.tries.append(tries)


def plugged(*keys: SoftwareKey) -> Callable[[str], Sequence[Key]]:
    """A computer with these keys in it, however often it looks."""

    def look(rp_id: str) -> Sequence[Key]:
        for key in keys:
            key.closed = False
        return [CtapKey(key, f"Software key {number}") for number, key in enumerate(keys, 1)]

    return look


def meanwhile(hand: Hand, act: Callable[[], None]) -> None:
    """Do it once a touch is wanted."""

    def run() -> None:
        if hand.wanted.wait(10):
            act()

    threading.Thread(target=run).start()
