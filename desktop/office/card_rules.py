"""What a password card needs before it is made, shown or printed; for every room that deals with one."""

from __future__ import annotations

import os
from datetime import datetime
from zoneinfo import ZoneInfo

from desktop.crypto.envelope import ROUNDS, derive_person_key
from desktop.crypto.passphrase import new_passphrase
from desktop.errors import InputError, Refused
from desktop.mail.cardwords import words_of
from desktop.models import cards, checks, settings
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.records import PasswordCard, PersonId
from desktop.office.values import PassphraseRequest

HOW = frozenset({"in-person", "by-phone", "by-post"})
_HANDED_OVER = 120
_SALT = 16


def new_card(request: PassphraseRequest, now: datetime) -> tuple[PasswordCard, str]:
    """A card and its words. InputError `handed-over-missing`, `handed-over-how`."""
    who = request.handed_over.strip()
    if not who or len(who) > _HANDED_OVER:
        raise InputError("handed-over-missing")
    if request.how not in HOW:
        raise InputError("handed-over-how")
    words, salt = new_passphrase(), os.urandom(_SALT)
    key = derive_person_key(words, salt, ROUNDS)
    return PasswordCard(request.person, salt, ROUNDS, key, who, request.how, now), words


def card_of(tx: Tx, person: PersonId) -> PasswordCard:
    card = cards.get(tx, person)
    if card is None:
        raise Refused("no-card")
    return card


def kept_words(tx: Tx, card: PasswordCard) -> str:
    words = words_of(tx, card)
    if words is None:
        raise Refused("words-not-kept")
    return words


def checked_at(tx: Tx, session: Session, person: PersonId, now: datetime) -> datetime | None:
    """When this user made sure of this person today, by the practice's calendar."""
    zone = ZoneInfo(settings.get(tx, "zone") or "UTC")
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return checks.latest(tx, person, session.user, midnight)


def must_be_checked(tx: Tx, session: Session, person: PersonId, now: datetime) -> None:
    if checked_at(tx, session, person, now) is None:
        raise Refused("check-first")
