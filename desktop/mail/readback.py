"""What the way did to a message: the bytes that were sent beside the bytes that arrived.

Pure. A mail service that adds a footer, rewrites links or puts in a picture that tells when a
letter is read changes what patients get and what a signature covers; one that renames the message
breaks the thread that bounces are matched by. Fields that every server adds on the way (RFC 5321
4.4, RFC 8601, RFC 6376) are no change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from email.message import Message as Mail
from email.parser import BytesParser
from email.policy import compat32

from desktop.frozen import dataclass

BYTES = 25 * 1024 * 1024
PARTS = 200

UNREADABLE = "readback-unreadable"
CODES = (
    "readback-message-id",
    "readback-sender",
    "readback-subject",
    "readback-reference",
    "readback-footer",
    "readback-text",
    "readback-links",
    "readback-pixel",
    "readback-page-added",
    "readback-sealed",
    "readback-attachment",
    "readback-charset",
    "readback-encoding",
    "readback-headers",
    "readback-dkim-missing",
    "readback-dkim-domain",
    UNREADABLE,
)
"""In the order of how much they matter; `readback-sealed` means that nobody can open or verify it."""

_TRACE = frozenset(
    (
        *("received", "return-path", "delivered-to", "x-original-to", "authentication-results"),
        *("dkim-signature", "arc-seal", "arc-message-signature", "arc-authentication-results"),
        *("received-spf", "x-received", "domainkey-signature", "lines", "bytes", "xref"),
        *("x-google-dkim-signature", "x-gm-message-state", "x-google-smtp-source"),
        *("x-envelope-from", "x-envelope-to", "envelope-to", "delivery-date", "x-virus-scanned"),
        *("x-spam-status", "x-spam-score", "x-spam-level", "x-spam-flag", "x-spam-checker-version"),
    )
)
"""Put on by the servers on the way and at its end."""
_SEALED = frozenset(
    {
        "application/pkcs7-mime",
        "application/x-pkcs7-mime",
        "application/pgp-encrypted",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
    }
)
_WRAPPED = frozenset({"multipart/encrypted", "multipart/signed", "application/pkcs7-mime"})
_LINK = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_PICTURE = re.compile(r"<img\b[^>]*\bsrc\s*=\s*[\"']?(https?://[^\s\"'>]+)", re.IGNORECASE)
_DKIM_DOMAIN = re.compile(r"(?:^|;)\s*d\s*=\s*([^;\s]+)")


@dataclass(frozen=True)
class _Leaf:
    """One part that holds no others."""

    kind: str
    charset: str
    encoding: str
    data: bytes = field(repr=False)
    sealed: bool = False

    @property
    def text(self) -> str:
        """Without what line ends and trailing spaces make different."""
        try:
            text = self.data.decode(self.charset or "ascii", "replace")
        except LookupError:
            text = self.data.decode("ascii", "replace")
        return "\n".join(line.rstrip() for line in text.splitlines()).strip()


def compare(sent: bytes, received: bytes) -> tuple[str, ...]:
    """What changed, as `CODES`; none where it arrived as it was sent."""
    if max(len(sent), len(received)) > BYTES:
        return (UNREADABLE,)
    parser = BytesParser(policy=compat32)
    try:
        before, after = parser.parsebytes(sent), parser.parsebytes(received)
        leaves = list(_leaves(before)), list(_leaves(after))
    except (RecursionError, ValueError, LookupError):
        return (UNREADABLE,)
    found = {*_fields(before, after), *_parts(*leaves)}
    return tuple(code for code in CODES if code in found)


def _fields(before: Mail, after: Mail) -> Iterator[str]:
    for name, code in (
        ("Message-ID", "readback-message-id"),
        ("From", "readback-sender"),
        ("Subject", "readback-subject"),
        ("X-Reference", "readback-reference"),
    ):
        if _value(before, name) != _value(after, name):
            yield code
    whole = before.get_content_type()
    if whole in _WRAPPED and after.get_content_type() != whole:
        yield "readback-sealed"  # no longer the outermost: mail programs do not look inside
    ours = {name.lower() for name in before}
    if any(name.lower() not in ours | _TRACE for name in after):
        yield "readback-headers"
    signed = [
        found[1].lower()
        for value in after.get_all("DKIM-Signature", [])
        if (found := _DKIM_DOMAIN.search(_folded(str(value))))
    ]
    domain = _value(before, "From").rpartition("@")[2].strip("> ").lower()
    if not signed:
        yield "readback-dkim-missing"
    elif not any(_aligned(name, domain) for name in signed):
        yield "readback-dkim-domain"


def _parts(before: list[_Leaf], after: list[_Leaf]) -> Iterator[str]:
    kinds = [leaf.kind for leaf in before]
    if "text/html" not in kinds and any(leaf.kind == "text/html" for leaf in after):
        yield "readback-page-added"
    for kind in ("text/plain", "text/html"):
        ours = [leaf for leaf in before if leaf.kind == kind and not leaf.sealed]
        theirs = [leaf for leaf in after if leaf.kind == kind and not leaf.sealed]
        for one, other in zip(ours, theirs, strict=False):
            yield from _text(one, other)
        if len(theirs) < len(ours):
            yield "readback-text"
        if kind == "text/plain" and len(theirs) > len(ours):
            yield "readback-footer"
    new = [leaf for leaf in after if leaf.kind == "text/html"]
    known = {link for leaf in before for link in _PICTURE.findall(leaf.text) if leaf.kind == "text/html"}
    if any(link not in known for leaf in new for link in _PICTURE.findall(leaf.text)):
        yield "readback-pixel"
    if [leaf.data.strip() for leaf in before if leaf.sealed] != [
        leaf.data.strip() for leaf in after if leaf.sealed
    ]:
        yield "readback-sealed"
    files = [leaf for leaf in before if not leaf.kind.startswith("text/") and not leaf.sealed]
    theirs = [leaf for leaf in after if not leaf.kind.startswith("text/") and not leaf.sealed]
    if [leaf.data for leaf in files] != [leaf.data for leaf in theirs]:
        yield "readback-attachment"


def _text(one: _Leaf, other: _Leaf) -> Iterator[str]:
    ours, theirs = one.text, other.text
    if one.charset != other.charset:
        yield "readback-charset"
    if one.encoding != other.encoding:
        yield "readback-encoding"
    if ours == theirs:
        return
    links, seen = _LINK.findall(ours), set(_LINK.findall(theirs))
    if any(link not in seen for link in links):
        yield "readback-links"
    ours, theirs = _LINK.sub("", ours), _LINK.sub("", theirs)
    plain, seen_plain = _words(ours), _words(theirs)
    if plain == seen_plain:
        return
    yield "readback-footer" if seen_plain.startswith(plain) else "readback-text"


def _words(text: str) -> str:
    """What is read: without tags and with one space between words."""
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def _leaves(mail: Mail, sealed: bool = False, count: list[int] | None = None) -> Iterator[_Leaf]:
    """Parts in order; everything inside `multipart/encrypted` and `multipart/signed` is sealed."""
    counted = count if count is not None else [0]
    counted[0] += 1
    if counted[0] > PARTS:
        raise ValueError("too many parts")
    kind = mail.get_content_type()
    if mail.is_multipart():
        inside = sealed or kind in ("multipart/encrypted", "multipart/signed")
        for part in mail.get_payload():
            if isinstance(part, Mail):
                yield from _leaves(part, inside, counted)
        return
    data = mail.get_payload(decode=True)
    yield _Leaf(
        kind=kind,
        charset=(mail.get_content_charset() or "us-ascii").lower(),
        encoding=str(mail.get("Content-Transfer-Encoding", "7bit")).strip().lower(),
        data=data if isinstance(data, bytes) else b"",
        sealed=sealed or kind in _SEALED,
    )


def _value(mail: Mail, name: str) -> str:
    return _folded(str(mail.get(name, "")))


def _folded(value: str) -> str:
    return " ".join(value.split())


def _aligned(signer: str, sender: str) -> bool:
    """The same organisation, as relaxed alignment in RFC 7489 3.1.1 means it, without asking anybody."""
    return signer == sender or sender.endswith(f".{signer}") or signer.endswith(f".{sender}")
