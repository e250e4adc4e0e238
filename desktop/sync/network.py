"""Whether this computer has any way out, asked of the system's own routes; nothing is sent.

Connecting a datagram socket only looks up a route (connect(2)), here to addresses that are
kept for documentation (RFC 5737, RFC 3849) and belong to nobody.
"""

from __future__ import annotations

import socket
from collections.abc import Callable

_NOBODY = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
_DISCARD = 9


def has_way_out() -> bool:
    """True where a route leads out of this computer, whatever lies behind it."""
    for family, address in _NOBODY:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as asked:
                asked.connect((address, _DISCARD))
                return True
        except OSError:
            continue
    return False


class Returns:
    """Notices when the network, having been away, is there again."""

    def __init__(self, look: Callable[[], bool] = has_way_out) -> None:
        self._look = look
        self._was_there = True

    def came_back(self) -> bool:
        """True once, at the first look after an absence that some look has seen."""
        there = self._look()
        back = there and not self._was_there
        self._was_there = there
        return back
