"""DKIM keys (RFC 6376, 8463), the DMARC record (RFC 7489), and whether the two fit together."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Sequence

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from desktop.frozen import dataclass
from desktop.models.records import Reason
from desktop.sync.dns import Resolver
from desktop.sync.posture_finding import Finding, Grade, record, starting, tags, texts_at

DKIM, DMARC, ALIGNMENT = "dkim", "dmarc", "alignment"
GOOD_BITS = 2048
LEAST_BITS = 1024
"""RFC 8301 3.2."""
_ED25519 = 32
_POLICIES = ("none", "quarantine", "reject")
_ORDER = (Grade.GOOD, Grade.BETTER, Grade.BAD, Grade.UNKNOWN)


@dataclass(frozen=True)
class _Key:
    selector: str
    grade: Grade
    code: str
    bits: int = 0


async def examine_dkim(resolver: Resolver, domain: str, selectors: Sequence[str], *, named: bool) -> Finding:
    """The best key under these selectors; `named` says that somebody gave them, so each must exist."""
    found = await asyncio.gather(*(_key(resolver, domain, selector, named=named) for selector in selectors))
    keys = [key for key in found if key is not None]
    first = selectors[0] if selectors else "selector1"
    wanted = record(f"{first}._domainkey.{domain}", "v=DKIM1; k=rsa; p=PUBLIC-KEY")
    if not keys:
        return Finding(DKIM, Grade.BAD, Reason("posture-dkim-none", {"domain": domain}), wanted)
    worst = max(_ORDER.index(key.grade) for key in keys)
    best = min(_ORDER.index(key.grade) for key in keys)
    key = next(key for key in keys if _ORDER.index(key.grade) == (worst if named else best))
    reason = Reason(key.code, {"selector": key.selector, "bits": key.bits})
    if key.grade in (Grade.GOOD, Grade.UNKNOWN):
        return Finding(DKIM, key.grade, reason)
    name = f"{key.selector}._domainkey.{domain}"
    return Finding(DKIM, key.grade, reason, record(name, "v=DKIM1; k=rsa; p=PUBLIC-KEY"))


async def _key(resolver: Resolver, domain: str, selector: str, *, named: bool) -> _Key | None:
    texts = await texts_at(resolver, f"{selector}._domainkey.{domain}")
    if texts.failed:
        return _Key(selector, Grade.UNKNOWN, "posture-dkim-unknown")
    # A wildcard answers every name: what has no key in it is none.
    keys = [dict(tags(text)) for text in texts.found if any(name == "p" for name, _ in tags(text))]
    if not keys:
        return _Key(selector, Grade.BAD, "posture-dkim-missing") if named else None
    if len(keys) > 1:
        return _Key(selector, Grade.BAD, "posture-dkim-many")
    return _judged(selector, keys[0])


def _judged(selector: str, key: dict[str, str]) -> _Key:
    if key.get("v", "DKIM1") != "DKIM1":
        return _Key(selector, Grade.BAD, "posture-dkim-wrong")
    if key["p"] == "":
        return _Key(selector, Grade.BAD, "posture-dkim-revoked")
    bits = _bits(key.get("k", "rsa").lower(), key["p"])
    if bits == 0:
        return _Key(selector, Grade.BAD, "posture-dkim-wrong")
    if bits < LEAST_BITS:
        return _Key(selector, Grade.BAD, "posture-dkim-short", bits)
    if "y" in key.get("t", "").replace(" ", "").split(":"):
        return _Key(selector, Grade.BETTER, "posture-dkim-testing", bits)
    if bits < GOOD_BITS:
        return _Key(selector, Grade.BETTER, "posture-dkim-weak", bits)
    return _Key(selector, Grade.GOOD, "posture-dkim-good", bits)


def _bits(kind: str, text: str) -> int:
    """The strength as RSA counts it; 0 for what cannot be read. Ed25519 is as good as RSA gets here."""
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
        if kind == "ed25519":
            return GOOD_BITS if len(data) == _ED25519 else 0
        key = load_der_public_key(data) if kind == "rsa" else None
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return 0
    return key.key_size if isinstance(key, RSAPublicKey) else 0


async def examine_dmarc(resolver: Resolver, domain: str) -> Finding:
    """The domain's own record, else that of the nearest domain above (RFC 7489 6.6.3)."""
    fix = record(f"_dmarc.{domain}", f"v=DMARC1; p=quarantine; rua=mailto:dmarc@{domain}")
    labels = domain.split(".")
    for depth in range(len(labels) - 1):
        above = ".".join(labels[depth:])
        texts = await texts_at(resolver, f"_dmarc.{above}")
        if texts.failed:
            return Finding(DMARC, Grade.UNKNOWN, Reason("posture-dmarc-unknown", {"domain": above}))
        found = starting(texts.found, "DMARC1")
        if len(found) > 1:
            return Finding(DMARC, Grade.BAD, Reason("posture-dmarc-many", {"domain": above}), fix)
        if found:
            return _policy(dict(reversed(tags(found[0]))), above, inherited=depth > 0, fix=fix)
        if texts.odd and depth == 0:
            return Finding(DMARC, Grade.BAD, Reason("posture-dmarc-odd", {"domain": above}), fix)
    return Finding(DMARC, Grade.BAD, Reason("posture-dmarc-none", {"domain": domain}), fix)


def _policy(found: dict[str, str], domain: str, *, inherited: bool, fix: str) -> Finding:
    policy = found.get("p", "none" if "rua" in found else "").lower()
    if inherited:
        policy = found.get("sp", policy).lower()
    if policy not in _POLICIES:
        return Finding(DMARC, Grade.BAD, Reason("posture-dmarc-wrong", {"domain": domain}), fix)
    if policy == "none":
        return Finding(DMARC, Grade.BETTER, Reason("posture-dmarc-watching", {"domain": domain}), fix)
    if found.get("pct", "100") != "100":
        return Finding(DMARC, Grade.BETTER, Reason("posture-dmarc-partial", {"domain": domain}), fix)
    return Finding(DMARC, Grade.GOOD, Reason("posture-dmarc-good", {"domain": domain, "policy": policy}))


def alignment(spf: Finding, dkim: Finding, dmarc: Finding) -> Finding:
    """Whether receivers can tie mail to the domain in From: by a key of the domain, else by SPF alone."""
    if dkim.grade in (Grade.GOOD, Grade.BETTER):
        return Finding(ALIGNMENT, Grade.GOOD, Reason("posture-aligned"))
    if Grade.UNKNOWN in (spf.grade, dkim.grade):
        return Finding(ALIGNMENT, Grade.UNKNOWN, Reason("posture-alignment-unknown"))
    if spf.grade is Grade.GOOD and dmarc.grade is not Grade.BAD:
        return Finding(ALIGNMENT, Grade.BETTER, Reason("posture-aligned-by-spf"), dkim.fix)
    return Finding(ALIGNMENT, Grade.BAD, Reason("posture-not-aligned"), dkim.fix)
