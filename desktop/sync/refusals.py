"""Refusals that concern the practice and not the recipient: the next ones would fare alike."""

from __future__ import annotations

from desktop.sync.outcomes import Verdict

IN_A_ROW = 3
SHARE = 0.05
"""More than these, and the stream ends."""


class Refusals:
    """Counted for one stream."""

    def __init__(self) -> None:
        self.too_many = False
        self._row = 0
        self._all = 0

    def are_too_many(self, verdict: Verdict, done: int) -> bool:
        """Count one more verdict, of `done` messages that have an end."""
        self._row = self._row + 1 if verdict.policy else 0
        self._all += verdict.policy
        many = self._row > IN_A_ROW or self._all > max(IN_A_ROW, SHARE * done)
        self.too_many = self.too_many or many
        return many
