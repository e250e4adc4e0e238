"""The words behind password cards: kept when a card is made, for PDF files and for the phone (ADR 0014).

They are sealed under a random key that lives in the database (`vaultkeys`), so that
changing the vault key leaves them readable, as it does the other keys in there.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from desktop.crypto.cardwords import open_words, seal_words
from desktop.models import cards, cardwords, vaultkeys
from desktop.models.database import Tx
from desktop.models.records import PasswordCard, PersonId

KEY = "card-words"
_KEY_BYTES = 32


def keep_card(tx: Tx, card: PasswordCard, words: str) -> None:
    """Store a new card and its words; both take the place of the person's old ones."""
    key = vaultkeys.get(tx, KEY)
    if key is None:
        key = secrets.token_bytes(_KEY_BYTES)
        vaultkeys.put(tx, KEY, key)
    cards.put(tx, card)
    cardwords.put(tx, card.person, card.salt, seal_words(key, card.person, card.salt, words))


def words_of(tx: Tx, card: PasswordCard) -> str | None:
    """The words of this very card; None for a card from before words were kept.

    VaultError `card-words-damaged` where the row was changed outside the program.
    """
    key = vaultkeys.get(tx, KEY)
    kept = cardwords.get_many(tx, (card.person,)).get(card.person)
    if key is None or kept is None or kept[0] != card.salt:
        return None
    return open_words(key, card.person, *kept)


def follow(tx: Tx, frm: PersonId, to: PersonId) -> None:
    """The card of `frm` is `to`'s now: its words are sealed anew, for their new person."""
    key, kept = vaultkeys.get(tx, KEY), cardwords.get_many(tx, (frm,)).get(frm)
    card = cards.get(tx, to)
    if key is None or kept is None or card is None or card.salt != kept[0]:
        return
    words = open_words(key, frm, *kept)
    cardwords.put(tx, to, card.salt, seal_words(key, to, card.salt, words))


def with_words(tx: Tx, cards_: Iterable[PasswordCard]) -> frozenset[PersonId]:
    """Whose card has its words at hand; opens none of them."""
    salts = {card.person: card.salt for card in cards_}
    kept = cardwords.get_many(tx, salts)
    return frozenset(person for person, (salt, _) in kept.items() if salts[person] == salt)
