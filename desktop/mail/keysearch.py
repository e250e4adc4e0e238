"""Keys in whatever a person has at hand: a key file, pasted text, a certificate, a received mail.

What is found waits to be looked at by a person. Everything is bounded, and read as far as it goes:
a part that cannot be read brings no key and stops nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.policy import compat32

from desktop.config import CONTENT_LIMITS, KEY_SEARCH_LIMITS
from desktop.crypto.certfiles import Bundle, blocks_between, bundles, read_bundles
from desktop.crypto.keyrecord import MAX_KEY_BYTES, KeyFacts, unusable
from desktop.crypto.openpgp_facts import inspect_openpgp, split_openpgp
from desktop.crypto.smime_facts import UNREADABLE, inspect_certificate
from desktop.crypto.smime_signed import SignedMail, read_signed
from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail.autocrypt import read_autocrypt
from desktop.models.protection import KeySource
from desktop.models.records import KeyKind

_HEADER = re.compile(rb"(?:[!-9;-~]{1,80}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n){1,500}?\r?\n")
_BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)
_ARMORED = (
    (b"-----BEGIN PGP PUBLIC KEY BLOCK-----", b"-----END PGP PUBLIC KEY BLOCK-----"),
    (b"-----BEGIN PGP PRIVATE KEY BLOCK-----", b"-----END PGP PRIVATE KEY BLOCK-----"),
)
_CERTIFICATE_MARKS = (b"-----BEGIN CERTIFICATE-----", b"-----BEGIN PKCS7-----")
_SECRET_MARK = b"PRIVATE KEY-----"
_SEQUENCE = b"\x30"
_KEY_TYPES = frozenset(
    {
        "application/pgp-keys",
        "application/pkix-cert",
        "application/x-x509-ca-cert",
        "application/x-x509-user-cert",
        "application/x-pem-file",
        "application/x-pkcs7-certificates",
        "application/octet-stream",
        "text/plain",
    }
)


@dataclass(frozen=True)
class FoundKey:
    """A key, what it is good for, where it was, and what came with it.

    `source` is FILE for anything that is not a mail: who called knows whether it was pasted.
    `chain` holds issuers (DER, the nearest first), `capabilities` what a signed mail says that
    its sender's program reads.
    """

    kind: KeyKind
    facts: KeyFacts
    source: KeySource
    chain: bytes = field(default=b"", repr=False)
    capabilities: tuple[str, ...] = ()


def keys_in(data: bytes, now: datetime) -> tuple[FoundKey, ...]:
    """The keys in `data` at `now` (aware UTC), each once; an unusable one says why in its facts.

    Raises InputError: `key-too-large`, `key-unreadable` where there is none, or what is wrong with
    a signed mail that brings nothing (`signed-mail-altered`, `-unreadable`, `-unsupported`).
    """
    mail = _mail(data)
    if mail is None and len(data) > MAX_KEY_BYTES:
        raise InputError("key-too-large", limit=MAX_KEY_BYTES // 1024)
    problem = InputError("key-unreadable")
    found: list[FoundKey] = []
    try:
        found += _signed(read_signed(data), now)
    except InputError as error:
        if error.code != "signed-mail-none" and (mail is not None or data[:1] == _SEQUENCE):
            problem = error
    found += _in_file(data, KeySource.FILE, now) if mail is None else _in_mail(mail, now)
    if not found:
        raise problem if mail is not None else InputError("key-unreadable")
    once: dict[tuple[KeyKind, str], FoundKey] = {}
    for one in found:
        once.setdefault((one.kind, one.facts.fingerprint), one)
    return tuple(once.values())[: KEY_SEARCH_LIMITS.keys]


def _mail(data: bytes) -> Message | None:
    """A mail begins with a header that says from whom it is."""
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    head = _HEADER.match(start[: 256 * 1024])
    if head is None or not re.search(rb"^from:", head[0], re.IGNORECASE | re.MULTILINE):
        return None
    if len(data) > CONTENT_LIMITS.mail_bytes:
        raise InputError("key-too-large", limit=CONTENT_LIMITS.mail_bytes // 1024)
    if sum(1 for _ in _BOUNDARY.finditer(data)) > KEY_SEARCH_LIMITS.mail_parts:
        raise InputError("key-unreadable")
    try:
        return message_from_bytes(start, policy=compat32)
    except (MessageError, ValueError, LookupError, RecursionError) as error:
        raise InputError("key-unreadable") from error


def _in_mail(mail: Message, now: datetime) -> list[FoundKey]:
    found: list[FoundKey] = []
    for content in _contents(mail):
        found += _in_file(content, KeySource.MAIL, now)
    fields = [(name, str(value)) for name, value in mail.items()]
    hint = read_autocrypt(fields, mail.get_content_type())
    if hint is not None:
        found += [
            FoundKey(KeyKind.OPENPGP, facts, KeySource.AUTOCRYPT)
            for facts in _openpgp(hint.key, now)
            if hint.address in facts.addresses
        ]
    return found


def _contents(mail: Message) -> Iterator[bytes]:
    try:
        parts = list(mail.walk())[: KEY_SEARCH_LIMITS.mail_parts]
    except RecursionError:
        return
    for part in parts:
        if part.get_content_type() not in _KEY_TYPES or part.is_multipart():
            continue
        try:
            payload = part.get_payload(decode=True)
        except (MessageError, ValueError, LookupError):
            continue
        if isinstance(payload, bytes) and len(payload) <= MAX_KEY_BYTES:
            yield payload


def _in_file(data: bytes, source: KeySource, now: datetime) -> list[FoundKey]:
    facts: list[KeyFacts] = []
    for begin, end in _ARMORED:
        blocks = blocks_between(data, begin, end)
        for _, block in zip(range(KEY_SEARCH_LIMITS.keys), blocks, strict=False):
            facts += _openpgp(block, now)
    if not facts and data[:1] >= b"\x80":
        facts = _openpgp(data, now)
    found = [FoundKey(KeyKind.OPENPGP, one, source) for one in facts]
    if _SECRET_MARK in data:
        return [*found, FoundKey(KeyKind.SMIME, unusable(KeyKind.SMIME.value, "secret-key"), source)]
    if data[:1] != _SEQUENCE and not any(mark in data for mark in _CERTIFICATE_MARKS):
        return found
    certified = _certified(_bundles(data), source, now)
    if not certified and data[:1] == _SEQUENCE:  # a private key or PKCS#12 is named as what it is
        certified = [FoundKey(KeyKind.SMIME, one, source) for one in _certificate(data, now)]
    return found + certified


def _openpgp(data: bytes, now: datetime) -> list[KeyFacts]:
    """Of a file with several keys each by itself; unreadable ones are none."""
    try:
        facts = inspect_openpgp(data, now)
        several = split_openpgp(data) if facts.reason == "several-keys" else ()
    except InputError:
        return []
    return [one for each in several for one in _openpgp(each, now)] if several else [facts]


def _bundles(data: bytes) -> Sequence[Bundle]:
    try:
        return read_bundles(data)
    except InputError:
        return ()


def _certified(found: Sequence[Bundle], source: KeySource, now: datetime) -> list[FoundKey]:
    return [
        FoundKey(KeyKind.SMIME, facts, source, one.chain)
        for one in found
        for facts in _certificate(one.certificate, now)
    ]


def _certificate(data: bytes, now: datetime) -> list[KeyFacts]:
    try:
        return [inspect_certificate(data, now)]
    except InputError:
        return []


def _signed(mail: SignedMail, now: datetime) -> list[FoundKey]:
    """The certificate that the signer wants mail sealed to; the others are its issuers or nothing."""
    wanted = mail.certificates[0]
    try:
        own = next((one for one in bundles(mail.certificates) if one.certificate == wanted), Bundle(wanted))
    except (InputError, *UNREADABLE):
        own = Bundle(wanted)
    return [
        FoundKey(KeyKind.SMIME, facts, KeySource.MAIL, own.chain, mail.capabilities)
        for facts in _certificate(wanted, now)
    ]
