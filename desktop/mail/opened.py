"""A mail opened for a person: what was encrypted in it, layer by layer, and who signed it.

Every encrypted part is opened by itself and shown by itself, as text first and without anything
that could act (EFAIL, 2018). What fails its integrity check shows nothing at all (RFC 9580 13.7).
Parsing is the worker's; here keys meet bytes, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import field, replace
from datetime import datetime
from functools import cached_property

from desktop.crypto.openpgp import OwnKeyring
from desktop.errors import InputError, SealwellError
from desktop.frozen import dataclass
from desktop.mail import replies
from desktop.mail.headers import same_address
from desktop.mail.reading_worker import ReadingWorker
from desktop.mail.received_files import LISTED, MORE
from desktop.mail.sealedparts import SEALS, Dissected, Seal, Signed
from desktop.mail.unlocking import OwnKeys
from desktop.models import keys, people
from desktop.models.correspondence import FileIn, Signature
from desktop.models.database import Database, Tx
from desktop.models.records import KeyKind, PersonId, PublicKey

STEP = 10_000_000
"""Numbers of parts in the second layer begin here, in the third at twice that."""
_DEPTH = 4
_HEADED = re.compile(rb"\A(?:[!-9;-~]{1,200}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n)+\r?\n")
_PLAIN = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"


@dataclass(frozen=True)
class Layer:
    """`data` is a mail, or a part of one with its header; of a `file` what is in it. 0 is the mail itself."""

    number: int
    data: bytes = field(repr=False)
    file: bool = False
    name: str = field(repr=False, default="")
    gone: frozenset[int] = frozenset()
    """Parts of it that are layers of their own."""
    told: bool = False
    """Its words stand in the next layer, without what was signed around them."""


@dataclass(frozen=True)
class Writer:
    """Who claims to have written: the address in the mail, the person whom we take them for, their keys."""

    address: str = field(repr=False)
    person: PersonId | None = None
    keys: tuple[PublicKey, ...] = ()

    def of_kind(self, kind: KeyKind) -> tuple[PublicKey, ...]:
        return tuple(one for one in self.keys if one.kind is kind)

    def owns(self, key: PublicKey) -> bool:
        return any(same_address(one, self.address) for one in key.addresses)


@dataclass(frozen=True)
class OpenedMail:
    """`sealed` says whether anything in it was encrypted."""

    layers: tuple[Layer, ...]
    signature: Signature
    sealed: bool


@dataclass(frozen=True)
class Words:
    own: str = field(repr=False)
    text: str = field(repr=False)
    subject: str = field(repr=False)
    files: tuple[FileIn, ...] = ()
    page: bool = False


class MailOpener:
    """One per open practice; an OpenPGP message takes a second, so it is not for the window's thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._keys = OwnKeys(database)
        self.worker = ReadingWorker()
        """Knows what was decrypted: it ends when the practice is closed."""

    def open(self, raw: bytes, writer: Writer) -> OpenedMail:
        """Raises InputError `message-unopenable`, `mail-altered`, `reply-unreadable`, `reply-altered`,
        `reply-other-person`, `mail-unreadable`; and as `OwnKeyring` where gpg is missing."""
        with ExitStack() as stack:
            return _Opening(self._database, self._keys, self.worker, stack, writer).run(raw)

    def signature(self, raw: bytes, address: str, at: datetime) -> Signature:
        """Of mail that comes in at that time. NONE where that cannot be told: a person sees why when
        they open it."""
        try:
            return self.open(raw, self._database.read(lambda tx: writer_at(tx, address, at))).signature
        except SealwellError:
            return Signature.NONE

    def words(self, mail: OpenedMail) -> Words:
        """What is read of it: that which was encrypted first, and what stood in the open under it."""
        said = [
            (one, self.worker.understand(one.data)) for one in mail.layers if not one.file and not one.told
        ]
        inner = [(one, said_) for one, said_ in said if one.number] or said
        own = "\n\n".join(words for words in (each.own or each.text for _, each in inner) if words)
        layered = said if inner is said else [*inner, *(one for one in said if not one[0].number)]
        text = "\n\n".join(words for words in (each.text or each.own for _, each in layered) if words)
        files: list[FileIn] = []
        for layer, each in said:
            at = layer.number * STEP
            files += [replace(one, part=one.part + at) for one in each.files if _counts(one, layer)]
        files += [
            FileIn(one.name, "application/octet-stream", len(one.data), one.number * STEP)
            for one in mail.layers
            if one.file
        ]
        more = sum(one.size for _, each in said for one in each.files if one.part == MORE)
        more += max(0, len(files) - LISTED)
        rest = (FileIn("", "", more, MORE),) if more else ()
        return Words(
            own=own,
            text=text,
            subject=next((each.subject for _, each in inner if each.subject), ""),
            files=(*files[:LISTED], *rest),
            page=any(each.page for _, each in inner),
        )

    def file(self, mail: OpenedMail, part: int) -> tuple[str, bytes]:
        """InputError `file-gone`."""
        for layer in mail.layers:
            if layer.number == part // STEP:
                if layer.file:
                    return layer.name, layer.data
                return self.worker.file(layer.data, part % STEP)
        raise InputError("file-gone")

    def page_of(self, mail: OpenedMail) -> bytes:
        """The layer whose page is shown: the first that was encrypted, else the mail itself."""
        layers = [one for one in mail.layers if not one.file]
        return next((one for one in layers if one.number), layers[0]).data


def in_use(known: Iterable[PublicKey], at: datetime) -> tuple[PublicKey, ...]:
    """Those that may have signed at that time. Of OpenPGP keys gpg looks by itself: what ends there may
    be the part that encrypts alone."""
    return tuple(
        one for one in known if one.kind is not KeyKind.SMIME or one.expires is None or one.expires > at
    )


def writer_at(tx: Tx, address: str, at: datetime) -> Writer:
    """Whoever has this address: a mother and her child may share it, and then nobody is meant alone."""
    there = people.at_address(tx, address) if address else []
    found = keys.live_many(tx, [one.id for one in there])
    every = tuple(key for one in there for key in found.get(one.id, ()))
    return Writer(address, there[0].id if len(there) == 1 else None, in_use(every, at))


class _Opening:
    """One mail. Layers are numbered as they are found."""

    def __init__(
        self, database: Database, keys: OwnKeys, worker: ReadingWorker, stack: ExitStack, writer: Writer
    ) -> None:
        self._database = database
        self._keys = keys
        self._worker = worker
        self._stack = stack
        self._writer = writer
        self._layers: list[Layer] = []
        self._judged: list[Signature] = []
        self._sealed = 0

    def run(self, raw: bytes) -> OpenedMail:
        self._into(raw, whole=True, authentic=True, depth=0)
        found = self._judged
        worst = (Signature.WRONG, Signature.GOOD, Signature.UNKNOWN)
        signature = next((one for one in worst if one in found), Signature.NONE)
        return OpenedMail(tuple(self._layers), signature, self._sealed > 0)

    @cached_property
    def _ring(self) -> OwnKeyring:
        """Started for the first OpenPGP part: other mail needs no gpg."""
        return self._stack.enter_context(self._keys.ring())

    def _into(self, data: bytes, *, whole: bool, authentic: bool, depth: int) -> None:
        """`whole`: nothing stands beside it, so that a signature around it counts for all."""
        if depth > _DEPTH:
            raise InputError("message-unopenable")
        number = len(self._layers)
        self._layers.append(Layer(number, data))
        found = self._worker.dissect(data)
        gone: set[int] = set()
        if found.signed is not None:
            self._verify(found.signed, whole=whole, authentic=authentic, depth=depth)
            gone |= {0} if found.signed.kind == "smime" and found.signed.content else set()
        for seal in found.seals:
            if self._sealed >= SEALS:
                break
            if self._unseal(seal, found, whole=whole, depth=depth):
                gone.add(seal.part)
        told = found.signed is not None and found.signed.kind == "openpgp-text"
        self._layers[number] = replace(self._layers[number], gone=frozenset(gone), told=told)

    def _unseal(self, seal: Seal, around: Dissected, *, whole: bool, depth: int) -> bool:
        """False for a file that stays as it is: it may be for somebody else."""
        self._sealed += 1
        alone = whole and around.whole
        try:
            plain, authentic = self._decrypted(seal, whole=alone)
        except InputError:
            if seal.form == "file":
                return False
            raise
        if seal.form == "file":
            self._layers.append(Layer(len(self._layers), plain, file=True, name=seal.name))
        elif seal.form == "text":
            self._layers.append(Layer(len(self._layers), _PLAIN + _in_utf8(plain)))
        else:
            entity = plain if _HEADED.match(plain[:200_000]) else _PLAIN + _in_utf8(plain)
            self._into(entity, whole=alone, authentic=authentic, depth=depth + 1)
        return True

    def _decrypted(self, seal: Seal, *, whole: bool) -> tuple[bytes, bool]:
        """What is inside, and whether the cipher proves that it is what was put there."""
        if seal.kind == "reply-file":
            reply, who = self._database.read(lambda tx: replies.opened(tx, seal.data))
            if who != self._writer.person:
                raise InputError("reply-other-person")
            return reply.text.encode(), True
        if seal.kind == "smime":
            unsealed = self._keys.smime(seal.data)
            return unsealed.data, unsealed.authentic
        known = self._writer.of_kind(KeyKind.OPENPGP)
        found = self._ring.decrypt(seal.data, tuple(one.data for one in known))
        if found.signer is not None:
            self._judge(self._by(found.signer) if found.valid else Signature.UNKNOWN, whole=whole)
        return found.data, True

    def _verify(self, signed: Signed, *, whole: bool, authentic: bool, depth: int) -> None:
        known = tuple(one.data for one in self._writer.of_kind(KeyKind.OPENPGP))
        if signed.kind == "smime":
            verdict = self._by_certificate(signed)
            inner = signed.content
        elif signed.kind == "openpgp":
            checked = self._ring.verify(signed.content, signed.signature, known)
            verdict, inner = self._verdict(checked.signer, altered=checked.altered), b""
        else:
            checked, plain = self._ring.verify_text(signed.content, known)
            verdict, inner = self._verdict(checked.signer, altered=checked.altered), b""
            if plain:
                self._layers.append(Layer(len(self._layers), _PLAIN + _in_utf8(plain)))
        if verdict is Signature.WRONG and not authentic:
            raise InputError("mail-altered")
        whole = whole and signed.alone
        self._judge(verdict, whole=whole)
        if inner:
            self._into(inner, whole=whole, authentic=authentic, depth=depth + 1)

    def _by_certificate(self, signed: Signed) -> Signature:
        if signed.altered:
            return Signature.WRONG
        known = self._writer.of_kind(KeyKind.SMIME)
        good = any(one.data == signed.signer and self._writer.owns(one) for one in known)
        return Signature.GOOD if signed.signer and good else Signature.UNKNOWN

    def _verdict(self, signer: str | None, *, altered: bool) -> Signature:
        if altered:
            return Signature.WRONG
        return self._by(signer) if signer is not None else Signature.UNKNOWN

    def _by(self, fingerprint: str) -> Signature:
        known = self._writer.of_kind(KeyKind.OPENPGP)
        good = any(one.fingerprint.upper() == fingerprint and self._writer.owns(one) for one in known)
        return Signature.GOOD if good else Signature.UNKNOWN

    def _judge(self, verdict: Signature, *, whole: bool) -> None:
        """A good signature in a part of a mail says nothing about the rest; a wrong one says enough."""
        if whole or verdict is Signature.WRONG:
            self._judged.append(verdict)


def _counts(one: FileIn, layer: Layer) -> bool:
    return one.part != MORE and one.part not in layer.gone


def _in_utf8(plain: bytes) -> bytes:
    try:
        plain.decode("utf-8")
    except UnicodeDecodeError:
        return plain.decode("latin-1").encode("utf-8")
    return plain
