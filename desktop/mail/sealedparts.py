"""What in a mail is encrypted or signed: found, cut out exactly as it came, and nothing else done.

It runs in the worker that reads hostile mail. Each part is opened apart and never together with what
stands around it (EFAIL, 2018). Only a signature around the whole mail counts: in a part of it, it
says nothing about the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field

from desktop.crypto.envelope_reply import BEGIN
from desktop.crypto.smime_signed import content_of, read_parts
from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail.filenames import safe_name
from desktop.mail.mimetree import TEXTS, Node, open_mail
from desktop.mail.received_files import numbered
from desktop.mail.returned_reading import understand

SEALS = 20
"""Of one mail; each costs a second."""
_ARMOR, _ARMOR_END = b"-----BEGIN PGP MESSAGE-----", b"-----END PGP MESSAGE-----"
_CLEAR = b"-----BEGIN PGP SIGNED MESSAGE-----"
_END = b"-----END PGP SIGNATURE-----"
_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SMIME_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature")
_PGP_NAMES = (".pgp", ".gpg", ".asc")
_VERSION = "application/pgp-encrypted"
_ANY_END = re.compile(rb"\r\n|\r|\n")
_LINE_END = re.compile(rb"\r?\n")


@dataclass(frozen=True)
class Seal:
    """One encrypted part: `form` is `mail`, `text` or `file`, by what is inside it."""

    kind: str
    """`openpgp`, `smime` or `reply-file`."""
    form: str
    part: int
    name: str = field(repr=False)
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Signed:
    """The signature around a mail. Of S/MIME it was checked already, by the certificate that came along."""

    kind: str
    """`openpgp`, `openpgp-text` (signed within itself) or `smime`."""
    altered: bool = False
    signer: bytes = b""
    """S/MIME: the signer's certificate where the signature is good by it."""
    content: bytes = field(default=b"", repr=False)
    """What was signed: of `smime` only where it stands inside the signature and is shown from there."""
    signature: bytes = field(default=b"", repr=False)
    alone: bool = False
    """All that is shown of the mail was signed: no other part and no other words stand beside it."""


@dataclass(frozen=True)
class Dissected:
    seals: tuple[Seal, ...] = ()
    signed: Signed | None = None
    whole: bool = False
    """The one seal is all that there is: nothing stands in the open beside it."""


def armored_in(data: bytes) -> bytes:
    """The first OpenPGP message in armour that stands in `data`, or b''; in one pass."""
    begin = data.find(_ARMOR)
    end = data.find(_ARMOR_END, begin) if begin >= 0 else -1
    return data[begin : end + len(_ARMOR_END)] if end >= 0 else b""


def dissect(data: bytes) -> Dissected:
    """Never raises for what is in a mail."""
    root = open_mail(data)
    seals = tuple(_seals(root))[:SEALS]
    around = root.type in _SMIME or (root.type == "multipart/encrypted" and len(root.parts) == 2)
    return Dissected(seals, _signed(root), around and len(seals) == 1 and not _says(data))


def _says(data: bytes) -> str:
    """The words that are shown of it. Another parser finds them: servers on the way can write
    mails that two parsers cut at different places, and only one of these was signed."""
    return understand(data).text


def _seals(root: Node) -> Iterator[Seal]:
    before = ""
    own = {id(leaf) for leaf in root.leaves(within=False)}
    for part, leaf, _ in numbered(root):
        found = _seal(leaf, part, before) if id(leaf) in own else None
        before = leaf.type
        if found is not None:
            yield found


def _seal(leaf: Node, part: int, before: str) -> Seal | None:
    content = leaf.content
    name = leaf.name
    shown = leaf.type in TEXTS and not name and leaf.disposition != "attachment"
    if BEGIN in content:
        return Seal("reply-file", "text", part, "", content)
    if leaf.type in _SMIME:
        return Seal("smime", "mail", part, "", content) if content_of(content) is None else None
    if leaf.type == "text/html":
        return None  # what stands in a page can be made to look like anything
    armored = armored_in(content) if shown or content.lstrip().startswith(_ARMOR) else b""
    if before == _VERSION:
        return Seal("openpgp", "mail", part, "", armored or content)
    if armored and shown:
        return Seal("openpgp", "text", part, "", armored)
    named = name.lower().endswith(_PGP_NAMES)
    if armored or (named and content[:1] >= b"\x80"):
        inner = name[:-4] if named else name
        return Seal("openpgp", "file", part, safe_name(inner, "", part), armored or content)
    return None


def _signed(root: Node) -> Signed | None:
    if root.type == "multipart/signed" and len(root.parts) >= 2:
        content, beside = root.parts[0].raw, root.parts[1]
        alone = len(root.parts) == 2 and _says(content) == _says(root.raw)
        if beside.type == "application/pgp-signature":
            return Signed("openpgp", content=_crlf(content), signature=beside.content, alone=alone)
        if beside.type in _SMIME_SIGNATURES:
            return _by_certificate(beside.content, _LINE_END.sub(b"\r\n", content), b"", alone=alone)
        return None
    if root.type in _SMIME:
        inside = content_of(root.content)
        alone = inside is not None and not _says(root.raw)
        return None if inside is None else _by_certificate(root.content, None, inside, alone=alone)
    if root.type == "text/plain":
        content = root.content.strip()
        if content.startswith(_CLEAR) and content.endswith(_END):
            return Signed("openpgp-text", content=content, alone=True)
    return None


def _by_certificate(der: bytes, beside: bytes | None, inside: bytes, *, alone: bool) -> Signed:
    try:
        found = read_parts(der, beside)
    except InputError as error:
        return Signed("smime", altered=error.code == "signed-mail-altered", content=inside, alone=alone)
    return Signed("smime", signer=found.signer, content=inside, alone=alone)


def _crlf(data: bytes) -> bytes:
    return _ANY_END.sub(b"\r\n", data)
