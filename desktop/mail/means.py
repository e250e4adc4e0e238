"""What sealing is given beside a letter and its decision: keys, card, words, storage. It decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date

from desktop.crypto.cardwords import open_words
from desktop.frozen import dataclass
from desktop.models.protection import KeyLife, Onward, Storage
from desktop.models.records import KeyId, PasswordCard, PublicKey


@dataclass(frozen=True)
class KeptWords:
    """The words of a card as they are kept; opened only where a PDF is made."""

    person: str
    salt: bytes = field(repr=False)
    sealed: bytes = field(repr=False)
    key: bytes = field(repr=False)

    def open(self) -> str:
        """VaultError `card-words-damaged` where they are another card's, or were changed."""
        return open_words(self.key, self.person, self.salt, self.sealed)


@dataclass(frozen=True)
class SealMeans:
    """Of one person and one relay, as `gather` found it."""

    keys: tuple[PublicKey, ...] = field(default=(), repr=False)
    lives: Mapping[KeyId, KeyLife] = field(default_factory=dict, repr=False)
    card: PasswordCard | None = field(default=None, repr=False)
    words: KeptWords | None = field(default=None, repr=False)
    birth_date: date | None = field(default=None, repr=False)
    """The second thing that a very sensitive locked file asks for."""
    onward: Onward = field(default_factory=Onward)
    storage: Storage | None = None
