"""From a letter and its decision to the sealed bytes that go on the wire, once.

The bytes are made here and never again: approval, retries and the audit log refer to
their hash. For the sealed ways the outer header says nothing: a neutral subject, the
address without a name, and the true header inside (RFC 9788).
"""

from __future__ import annotations

import hashlib
from dataclasses import field
from datetime import datetime
from html import escape

from desktop.clock import Clock
from desktop.crypto.envelope import Attachment as LockedAttachment
from desktop.crypto.envelope import EnvelopeContent
from desktop.crypto.openpgp_seal import OpenPgpSealer
from desktop.crypto.smime import Identity, SmimeSealer, smime_type
from desktop.frozen import dataclass
from desktop.mail import headers, hosted, mime
from desktop.mail.correlation import written
from desktop.mail.decision import Decision
from desktop.mail.evidence import BY_HEADER
from desktop.mail.headers import Header
from desktop.mail.locked import Answer, Outside, locked_file
from desktop.mail.means import SealMeans
from desktop.mail.mime import Attachment, Picture
from desktop.mail.replies import ReplyMeans
from desktop.mail.reread import Meant, reread
from desktop.models.protection import Form, Onward, Storage
from desktop.models.records import Method, PersonId, PublicKey
from desktop.texts import Texts

REMINDER = "reminder"
LETTER = "letter"
AUTO_ANSWER = "auto-answer"
"""What the program answers by itself while nobody is in the office."""
CAMPAIGN = "campaign"
"""One letter of those to many."""
_SUBMITTED = {REMINDER: "auto-generated", CAMPAIGN: "auto-generated", AUTO_ANSWER: "auto-replied"}
"""RFC 3834 5: no out-of-office note comes back to these."""
HEADER = "header"
SUBJECT_TAG = "subject-tag"
"""How a relay's portal is asked for; the third way is `policy.ADDRESS_SUFFIX`."""


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
    open_subject: str = field(default="", repr=False)
    """What everybody on the way may read where the way is proven encrypted; '' for the neutral one."""
    phone: str = ""
    """Whom to call where a locked file does not open."""
    phrase: str = ""
    """The practice's sign, by which a patient knows that a locked file is the practice's own."""
    html: str = field(default="", repr=False)
    """The same as a page, '' for a letter of words alone; a locked file holds the words."""
    pictures: tuple[Picture, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    """Of an answer: the Message-IDs of what it answers. They stand outside too, where they say nothing."""
    leaving: tuple[Header, ...] = ()
    """How programs offer to say no to more of it (`unsubscribing.leave_fields`); they read it outside."""


@dataclass(frozen=True)
class Sealed:
    """`wire` is final; `sha256` is its hash in hex.

    Of a locked file behind a link, `extra` is the file itself, to be put as `object_name`
    into `storage` before the message may leave; otherwise there is none.
    """

    wire: bytes = field(repr=False)
    sha256: str
    message_id: str
    extra: bytes = field(default=b"", repr=False)
    object_name: str = field(default="", repr=False)
    storage: Storage | None = None


class Sealer:
    """Holds the practice's own keys; one per open vault, usable from any thread."""

    def __init__(
        self,
        openpgp_secret: bytes,
        identity: Identity,
        clock: Clock,
        chain: bytes = b"",
        replies: ReplyMeans | None = None,
    ) -> None:
        """`chain` are the issuers of an imported certificate, which go with each signature;
        with `replies`, locked pages offer an answer."""
        self._openpgp = OpenPgpSealer(openpgp_secret, clock)
        self._smime = SmimeSealer(identity, chain)
        self._replies = replies

    def seal(self, letter: Letter, decision: Decision, means: SealMeans) -> Sealed:
        """Seal exactly as decided, with the very key that the decision names, and read it back.

        Raises InputError `key-mismatch`, `key-unusable` or `header-unsafe`, VaultError
        `card-words-damaged`; ValueError where the decision is none or not about this letter,
        MisreadError where the bytes are wrong.
        """
        if letter.address != decision.address:
            raise ValueError("the decision is about another address")
        subject = outer_subject(letter, decision, means.onward)
        asked = (*written(letter.message_id), *relay_asked(decision, means.onward))
        fields = (headers.unstructured(name, value) for name, value in asked)
        outside = (*_header(letter, subject), *fields, *letter.leaving)
        name = hosted.new_name() if decision.form is Form.LINK else ""
        entity, extra = self._entity(letter, decision, means, outside, name)
        wire = mime.outer(outside, entity)
        folded = (*_thread(letter), *letter.leaving)
        besides = tuple((name, value.replace("\r\n ", " ")) for name, value in folded)
        automatic = letter.kind in _SUBMITTED
        reread(
            wire,
            Meant(letter.address, letter.sender, subject, letter.message_id, automatic, asked, besides),
        )
        stored = means.storage if name else None
        return Sealed(wire, hashlib.sha256(wire).hexdigest(), letter.message_id, extra, name, stored)

    def _entity(
        self, letter: Letter, decision: Decision, means: SealMeans, outside: tuple[Header, ...], name: str
    ) -> tuple[mime.Entity, bytes]:
        token = "".join(value for _, value in written(letter.message_id))
        match decision.method:
            case Method.OPENPGP:
                key = _named(means.keys, decision)
                armored = self._openpgp.seal(_payload(letter, outside), key.data, key.fingerprint)
                return mime.pgp_encrypted(armored, token), b""
            case Method.SMIME:
                key = _named(means.keys, decision)
                life = means.lives.get(key.id)
                known = life.capabilities if life is not None else ()
                der = self._smime.seal(_payload(letter, outside), key.data, known)
                return mime.smime_enveloped(der, smime_type(der)), b""
            case Method.ENVELOPE:
                outside_words = Outside(
                    letter.language,
                    letter.sender_name,
                    letter.date.date(),
                    letter.phone,
                    letter.phrase,
                    token,
                )
                answer = Answer(self._replies, letter.person, letter.sender) if self._replies else None
                return locked_file(_content(letter), decision, means, outside_words, name, answer)
            case Method.TLS | Method.PLAIN | Method.PORTAL:
                return _open_content(letter, token), b""
            case _:
                raise ValueError(decision.method)


def outer_subject(letter: Letter, decision: Decision, onward: Onward) -> str:
    """What everybody on the way can read: neutral, but for a proven way; a portal's tag in front."""
    neutral = Texts(letter.language).say("mail.subject", practice=letter.sender_name)
    subject = letter.open_subject if decision.method is Method.TLS and letter.open_subject else neutral
    portal = onward.portal
    if decision.method is Method.PORTAL and portal is not None and portal.trigger == SUBJECT_TAG:
        subject = f"{portal.value} {subject}"
    return headers.one_line(subject)


def relay_asked(decision: Decision, onward: Onward) -> tuple[tuple[str, str], ...]:
    """Name and value of what tells the relay how this message goes on: required TLS where a
    header asks for it, or its portal. A suffix of the address is in the decision's already.
    """
    if any(reason.code in BY_HEADER.values() for reason in decision.reasons):
        return ((onward.name, onward.value),)
    portal = onward.portal
    if decision.method is Method.PORTAL and portal is not None and portal.trigger == HEADER:
        return ((portal.name, portal.value),)
    return ()


def _header(letter: Letter, subject: str) -> tuple[Header, ...]:
    fields = (
        headers.date(letter.date),
        headers.sender(letter.sender_name, letter.sender),
        headers.recipient(letter.address),
        ("Message-ID", letter.message_id),
        headers.unstructured("Subject", subject),
        *_thread(letter),
    )
    by_itself = _SUBMITTED.get(letter.kind)
    return (*fields, ("Auto-Submitted", by_itself)) if by_itself is not None else fields


def _thread(letter: Letter) -> tuple[Header, ...]:
    return headers.thread(letter.in_reply_to, letter.references)


def _content(letter: Letter) -> EnvelopeContent:
    """What is inside a locked file."""
    return EnvelopeContent(
        subject=letter.subject,
        text=letter.text,
        attachments=tuple(
            LockedAttachment(file.name, mime.media_type(file.name), file.data) for file in letter.attachments
        ),
    )


def _open_content(letter: Letter, token: str) -> mime.Entity:
    """Where the outer subject says nothing, the true one stands above the words."""
    title = f'<div style="padding:12px 24px"><b>{escape(letter.subject)}</b></div>'
    return mime.text_entity(
        f"{letter.subject}\n\n{letter.text}",
        mime.above(title, letter.html) if letter.html else None,
        letter.attachments,
        token=token,
        pictures=letter.pictures,
    )


def _payload(letter: Letter, outside: tuple[Header, ...]) -> bytes:
    """What is sealed: the true header, what the outer one says, and the content."""
    subject = headers.one_line(letter.subject)
    content = mime.text_entity(
        letter.text,
        letter.html or None,
        letter.attachments,
        legacy_subject=subject,
        pictures=letter.pictures,
    )
    return bytes(mime.protected(content, _header(letter, subject), outside))


def _named(keys: tuple[PublicKey, ...], decision: Decision) -> PublicKey:
    for key in keys:
        if key.fingerprint == decision.key_fingerprint and key.kind.value == decision.method.value:
            return key
    raise ValueError("the decision names a key that is not at hand")
