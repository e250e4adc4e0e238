"""How many connections to one relay may be open at once, over both lanes."""

from __future__ import annotations

from desktop.models.delivery import Lane


class Berths:
    """A lane's first connection is always granted, so that neither lane waits for the other; a
    further one gives way, between two messages, when both lanes need their first."""

    def __init__(self, most: int) -> None:
        """`most` are what the relay allows, 1 to 4; with 1, each lane still has one."""
        self._most = most
        self._taken: set[tuple[Lane, int]] = set()

    def take(self, lane: Lane, number: int, *, first: bool) -> bool:
        """Ask before each message; False where connection `number` of this lane has to be closed."""
        mine = (lane, number)
        others = len(self._taken - {mine})
        if not first and others >= self._most:
            self._taken.discard(mine)
            return False
        self._taken.add(mine)
        return True

    def leave(self, lane: Lane, number: int) -> None:
        """The connection is closed."""
        self._taken.discard((lane, number))
