"""The list of keys, the practice's own and those of people, with what ends soon in front."""

from __future__ import annotations

import io
from datetime import datetime

import segno

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.models import identities, keylives, keys, people
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.protection import KeyLife, OwnKeyLife
from desktop.models.records import KeyKind
from desktop.office.desk import Desk
from desktop.office.keys_lines import (
    OPENPGP_QR,
    bare,
    grouped,
    in_use,
    listed_line,
    name_of,
    own_expires,
    own_line,
    weather_line,
)
from desktop.office.keys_search import chain_ok, issuer_of
from desktop.office.values_protection import ContactKeyLine, KeysShown, OwnKeyLine, QrShown, WeatherLine

_FINGERPRINTS = (40, 64)
"""Hex digits: OpenPGP of version 4; SHA-256 of a certificate, or OpenPGP of version 6."""


class KeyLists:
    """What the Keys page shows; nothing here changes anything."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def list_keys(self, session: Session) -> KeysShown:
        return self._desk.read(
            session,
            Action.LIST_KEYS,
            self._shown,
            lambda shown: Event(Act.KEYS_LISTED, det={"count": len(shown.own) + len(shown.contacts)}),
        )

    def _shown(self, tx: Tx) -> KeysShown:
        now = self._clock.now()
        own, own_lives = identities.listing(tx), keylives.own(tx)
        contacts = self._contacts(tx)
        soon = [
            weather_line(one.kind, one.fingerprint, own_expires(one, now), now)
            for one in in_use(own, own_lives)
        ]
        for line in contacts:
            key = line.key
            soon.append(
                weather_line(key.kind, key.fingerprint, key.expires, now, line.person, line.name, key.id)
            )
        weather = sorted((one for one in soon if one is not None), key=_end_of)
        return KeysShown(_own_lines(tx, now), contacts, tuple(weather))

    def _contacts(self, tx: Tx) -> tuple[ContactKeyLine, ...]:
        now = self._clock.now()
        every = keys.live_everywhere(tx)
        lives = keylives.of(tx, [key.id for key in every])
        who = people.get_many(tx, {key.person for key in every})
        lines = []
        for key in every:
            life = lives.get(key.id, KeyLife())
            line = listed_line(key, life, now)
            certificate = key.kind is KeyKind.SMIME
            issuer = issuer_of(key.data, now) if certificate else ""
            chained = certificate and chain_ok(key.data, life.chain, now)
            lines.append(ContactKeyLine(key.person, name_of(who[key.person]), line, issuer, chained))
        return tuple(sorted(lines, key=lambda one: (one.name.casefold(), one.key.kind.value)))

    def show_fingerprint(self, session: Session, fingerprint: str) -> QrShown:
        """Groups of four for reading out, and a QR code for whoever has a phone at hand."""
        self._desk.check(session, Action.LIST_KEYS)
        plain = bare(fingerprint)
        if len(plain) not in _FINGERPRINTS or set(plain) - set("0123456789ABCDEF"):
            raise InputError("fingerprint-unreadable")
        content = f"{OPENPGP_QR}{plain}" if len(plain) == _FINGERPRINTS[0] else plain
        drawn = io.BytesIO()
        segno.make(content, error="m").save(drawn, kind="svg", scale=4, border=3, light="#ffffff")
        shown = QrShown(grouped(plain), drawn.getvalue().decode("utf-8"))
        return self._desk.read(
            session, Action.LIST_KEYS, lambda _: shown, lambda _: Event(Act.KEYS_LISTED, det={"count": 1})
        )


def _end_of(line: WeatherLine) -> datetime:
    return line.expires


def _own_lines(tx: Tx, now: datetime) -> tuple[OwnKeyLine, ...]:
    lives = keylives.own(tx)
    lines = []
    for one in identities.listing(tx):
        issuer = issuer_of(one.public, now) if one.kind is KeyKind.SMIME else ""
        lines.append(own_line(one, lives.get(one.fingerprint, OwnKeyLife()), issuer, now))
    return tuple(lines)
