"""The practice's phrase: stands on each password card and in each locked file's mail.

A patient who knows it from the card sees that a mail is the practice's own. It is no
secret that opens anything: everybody with a card has it.
"""

from __future__ import annotations

from desktop.crypto.passphrase import new_passphrase
from desktop.errors import InputError
from desktop.models import settings
from desktop.models.database import Tx
from desktop.texts import clean

PHRASE = "phrase"
LEAST, MOST = 8, 60
_WORDS = 3


def current(tx: Tx) -> str:
    """The phrase in use; '' until one was chosen."""
    return settings.get(tx, PHRASE) or ""


def suggestion() -> str:
    """Three words at random."""
    return " ".join(new_passphrase().split()[:_WORDS])


def choose(tx: Tx, phrase: str) -> str:
    """Use this one from now on. InputError `phrase-length` where it is too short or too long."""
    chosen = clean(phrase, MOST + 1)
    if not LEAST <= len(chosen) <= MOST:
        raise InputError("phrase-length", least=LEAST, most=MOST)
    settings.put(tx, PHRASE, chosen)
    return chosen
