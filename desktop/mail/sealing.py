"""From a letter and its decision to the sealed bytes that go on the wire, once.

The bytes are made here and never again: approval, retries and the audit log refer to
their hash. For the sealed ways the outer header says nothing: a neutral subject, the
address without a name, and the true header inside (RFC 9788).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from desktop.clock import Clock
from desktop.crypto import envelope
from desktop.crypto.openpgp_seal import OpenPgpSealer
from desktop.crypto.smime import Identity, SmimeSealer
from desktop.mail import headers, mime
from desktop.mail.decision import Decision, card_mark
from desktop.mail.headers import Header
from desktop.mail.mime import Attachment
from desktop.mail.reread import Meant, reread
from desktop.models.records import Method, PasswordCard, PersonId, PublicKey
from desktop.texts import Texts

REMINDER = "reminder"
LETTER = "letter"


@dataclass(frozen=True)
class Letter:
    """One message to one recipient. No field could hold a second one, or a Cc."""

    person: PersonId
    address: str
    sender: str
    sender_name: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    attachments: tuple[Attachment, ...]
    language: str
    kind: str
    message_id: str
    date: datetime


@dataclass(frozen=True)
class Sealed:
    """`wire` is final; `sha256` is its hash in hex."""

    wire: bytes = field(repr=False)
    sha256: str
    message_id: str


class Sealer:
    """Holds the practice's own keys; one per open vault, usable from any thread."""

    def __init__(self, openpgp_secret: bytes, identity: Identity, clock: Clock) -> None:
        self._openpgp = OpenPgpSealer(openpgp_secret, clock)
        self._smime = SmimeSealer(identity)

    def seal(
        self, letter: Letter, decision: Decision, keys: tuple[PublicKey, ...], card: PasswordCard | None
    ) -> Sealed:
        """Seal exactly as decided, with the very key that the decision names, and read it back.

        Raises InputError `key-mismatch`, `key-unusable` or `header-unsafe`; ValueError where
        the decision is none or not about this letter, MisreadError where the bytes are wrong.
        """
        if letter.address != decision.address:
            raise ValueError("the decision is about another address")
        subject = headers.one_line(Texts(letter.language).say("mail.subject", practice=letter.sender_name))
        outside = _header(letter, subject)
        wire = mime.outer(outside, self._entity(letter, decision, keys, card, outside))
        reread(
            wire,
            Meant(letter.address, letter.sender, subject, letter.message_id, letter.kind == REMINDER),
        )
        return Sealed(wire, hashlib.sha256(wire).hexdigest(), letter.message_id)

    def _entity(
        self,
        letter: Letter,
        decision: Decision,
        keys: tuple[PublicKey, ...],
        card: PasswordCard | None,
        outside: tuple[Header, ...],
    ) -> mime.Entity:
        match decision.method:
            case Method.OPENPGP:
                key = _named(keys, decision)
                armored = self._openpgp.seal(_payload(letter, outside), key.data, key.fingerprint)
                return mime.pgp_encrypted(armored)
            case Method.SMIME:
                key = _named(keys, decision)
                return mime.smime_enveloped(self._smime.seal(_payload(letter, outside), key.data))
            case Method.ENVELOPE:
                return _locked_file(letter, decision, card)
            case Method.TLS | Method.PLAIN:
                return mime.text_entity(f"{letter.subject}\n\n{letter.text}", attachments=letter.attachments)
            case _:
                raise ValueError(decision.method)


def _header(letter: Letter, subject: str) -> tuple[Header, ...]:
    fields = (
        headers.date(letter.date),
        headers.sender(letter.sender_name, letter.sender),
        headers.recipient(letter.address),
        ("Message-ID", letter.message_id),
        headers.unstructured("Subject", subject),
    )
    # RFC 3834 5: no out-of-office note comes back to a reminder.
    return (*fields, ("Auto-Submitted", "auto-generated")) if letter.kind == REMINDER else fields


def _payload(letter: Letter, outside: tuple[Header, ...]) -> bytes:
    """What is sealed: the true header, what the outer one says, and the content."""
    subject = headers.one_line(letter.subject)
    content = mime.text_entity(letter.text, attachments=letter.attachments, legacy_subject=subject)
    return bytes(mime.protected(content, _header(letter, subject), outside))


def _named(keys: tuple[PublicKey, ...], decision: Decision) -> PublicKey:
    for key in keys:
        if key.fingerprint == decision.key_fingerprint and key.kind.value == decision.method.value:
            return key
    raise ValueError("the decision names a key that is not at hand")


def _locked_file(letter: Letter, decision: Decision, card: PasswordCard | None) -> mime.Entity:
    if card is None or card_mark(card) != decision.key_fingerprint:
        raise ValueError("the decision names a password card that is not at hand")
    texts = Texts(letter.language)
    content = envelope.EnvelopeContent(
        subject=letter.subject,
        text=letter.text,
        attachments=tuple(
            envelope.Attachment(file.name, mime.media_type(file.name), file.data)
            for file in letter.attachments
        ),
    )
    words = envelope.EnvelopeWords.of(texts, letter.sender_name)
    locked = envelope.seal_envelope(card.key, card.salt, card.rounds, content, words)
    text = texts.say("mail.envelope.text", practice=letter.sender_name)
    return mime.with_locked_file(text, texts.say("mail.envelope.file"), locked)
