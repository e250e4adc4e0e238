"""A trial of the keyed database driver, for `sealwell --self-test`: a file of its own, no practice."""

from __future__ import annotations

from pathlib import Path

from desktop.models.keyed import keyed


def keep_word(path: Path, key32: bytes, salt16: bytes, word: str) -> str:
    """Write `word` into a new encrypted file that can be searched; answers SQLCipher's version."""
    raw = keyed(path, key32, salt16)
    try:
        version = str(raw.execute("PRAGMA cipher_version").fetchone()[0])
        raw.execute("CREATE VIRTUAL TABLE trial USING fts5(words)")
        raw.execute("INSERT INTO trial VALUES (?)", (word,))
        return version
    finally:
        raw.close()


def finds_word(path: Path, key32: bytes, salt16: bytes, word: str) -> bool:
    """Whether the file holds `word`. Raises VaultError for another key."""
    raw = keyed(path, key32, salt16)
    try:
        return raw.execute("SELECT 1 FROM trial WHERE trial MATCH ?", (word,)).fetchone() is not None
    finally:
        raw.close()
