"""A security key's prompt for whoever has typed the PIN before: given once, never guessed again."""

from __future__ import annotations


class TypedPin:
    """Fulfils `securitykeys.Prompt`; the page says by itself that the key waits for a finger."""

    def __init__(self, pin: str) -> None:
        self._pin: str | None = pin or None

    def touch(self) -> None:
        """The page that asked for the PIN says it."""

    def pin(self, name: str) -> str | None:
        """The typed PIN the first time, then None: a wrong one is not repeated by itself."""
        pin, self._pin = self._pin, None
        return pin

    def pin_wrong(self, tries: int) -> None:
        """Told by the error that follows, with the tries that are left."""
