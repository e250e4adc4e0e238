"""A key in memory that does not slip into logs and is overwritten when it is no longer needed."""

from __future__ import annotations

import hmac
from typing import NoReturn


class Secret:
    """Bytes that are never shown, printed or pickled.

    `wipe` overwrites the copy held here. Python moves and copies bytes as it likes, so
    this is best effort: it shortens the time a key can be found, it does not promise more.
    """

    __slots__ = ("_bytes",)

    def __init__(self, value: bytes | bytearray) -> None:
        self._bytes = bytearray(value)

    def reveal(self) -> bytes:
        """The bytes; empty after `wipe`."""
        return bytes(self._bytes)

    def wipe(self) -> None:
        """Overwrite and forget; may be called again."""
        self._bytes[:] = bytes(len(self._bytes))
        self._bytes.clear()

    def __bool__(self) -> bool:
        return bool(self._bytes)

    def __len__(self) -> int:
        return len(self._bytes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._bytes, other._bytes)

    __hash__ = None  # type: ignore[assignment]  # a wiped secret must not live on as a dictionary key

    def __repr__(self) -> str:
        return "Secret(hidden)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is never pickled")
