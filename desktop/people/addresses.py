"""Is this one address that a letter can safely go to? Syntax only, nothing asks the network.

Stricter than RFC 5321/5322 on purpose: quoted local parts, comments, address literals,
source routes and `%` or `!` routing are allowed there and are how mail is led astray
(CVE-2023-27043 is one way). Domains are kept as A-labels (RFC 5890). Local parts beyond
ASCII need SMTPUTF8 on every hop (RFC 6531) and are refused for now with their own reason.
"""

from __future__ import annotations

import re
import unicodedata

import idna

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models.records import Reason
from desktop.people.lookalikes import PROVIDERS, foreign_letters, meant_domain, without_accents
from desktop.texts import clean

LOCAL_MAX = 64
"""Octets, RFC 5321 4.5.3.1.1."""
ADDRESS_MAX = 254
"""Octets: the path of RFC 5321 4.5.3.1.3 without its angle brackets."""

UNUSABLE = frozenset(
    {
        *("address-literal", "address-missing", "address-nowhere", "address-routed", "address-too-long"),
        *("bad-address", "control-character", "domain-incomplete", "domain-typo", "hidden-character"),
        *("lookalike", "mixed-script", "non-ascii-local-part", "not-only-address", "quoted-address"),
        "several-addresses",
    }
)
"""Every reason that an address can be refused for."""

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN = re.compile(
    r"[A-Za-z0-9#$&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9#$&'*+/=?^_`{|}~-]+)*"
    rf"@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}"
)
_SEPARATORS = re.compile(r"[,;\s|/]")
_ENDINGS_NOWHERE = frozenset(
    {"arpa", "invalid", "local", "localhost", "localdomain", "internal", "onion", "lan"}
)
"""Top-level names that no relay delivers to (RFC 6761, 6762, 7686)."""
_UNSEEN = frozenset({"Cf", "Co", "Cs", "Cn", "Zl", "Zp", "Zs"})
_INVISIBLE = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\uffa0")


@dataclass(frozen=True)
class AddressVerdict:
    """`normalised` is what is kept and sent to: the domain in lower case, as A-labels."""

    address: str
    ok: bool
    reason: Reason | None
    normalised: str


def check_address(text: str) -> AddressVerdict:
    """Whether `text` is exactly one usable address; spaces and tabs around it do not count."""
    address = text.strip(" \t")
    if len(address) <= ADDRESS_MAX and _PLAIN.fullmatch(address):
        local, _, domain = address.rpartition("@")
        domain = domain.lower()
        if len(local) <= LOCAL_MAX and "--" not in domain:
            return _verdict(address, _domain_reason(domain), f"{local}@{domain}")
    reason, normalised = _examine(address)
    return _verdict(address, reason, normalised)


def usable_address(text: str) -> str:
    """As it is kept. Raises InputError `address-unusable`, with why and what was probably meant."""
    verdict = check_address(text)
    if verdict.reason is not None:
        raise InputError("address-unusable", reason=verdict.reason.code, **verdict.reason.params)
    return verdict.normalised


def _verdict(address: str, reason: Reason | None, normalised: str) -> AddressVerdict:
    if reason is None:
        return AddressVerdict(address, True, None, normalised)
    return AddressVerdict(clean(address), False, reason, "")


def _domain_reason(domain: str) -> Reason | None:
    if domain.rpartition(".")[2] in _ENDINGS_NOWHERE:
        return Reason("address-nowhere", {"domain": domain})
    meant = meant_domain(domain)
    return None if meant is None else Reason("domain-typo", {"domain": domain, "suggestion": meant})


def _examine(address: str) -> tuple[Reason | None, str]:
    """The slow way: everything that is not a plain ASCII address, and why not."""
    reason = _shape_reason(address)
    if reason is not None:
        return reason, ""
    local, _, domain = address.rpartition("@")
    shown, reason = _unicode_domain(domain)
    if reason is not None:
        return reason, ""
    from email_validator import EmailNotValidError, validate_email

    try:
        checked = validate_email(
            f"{local}@{shown}",
            allow_smtputf8=False,
            allow_quoted_local=False,
            allow_domain_literal=False,
            check_deliverability=False,
            globally_deliverable=False,
        )
    except EmailNotValidError:
        return Reason("bad-address"), ""
    ascii_domain = checked.ascii_domain.lower()
    normalised = f"{local}@{ascii_domain}"
    if len(normalised) > ADDRESS_MAX:
        return Reason("address-too-long", {"limit": ADDRESS_MAX}), ""
    bare = without_accents(shown)
    if bare != shown and bare in PROVIDERS:
        return Reason("domain-typo", {"domain": clean(shown), "suggestion": bare}), ""
    return _domain_reason(ascii_domain), normalised


def _shape_reason(address: str) -> Reason | None:
    """What is wrong before the domain is read, in the order that helps most."""
    if not address:
        return Reason("address-missing")
    if any(unicodedata.category(c) == "Cc" for c in address):
        return Reason("control-character")
    if any(c in _INVISIBLE or (unicodedata.category(c) in _UNSEEN and c != " ") for c in address):
        return Reason("hidden-character")
    return _form_reason(address) or _parts_reason(address)


def _form_reason(address: str) -> Reason | None:
    """What the grammar of RFC 5322 allows around or instead of one plain address."""
    if '"' in address or "\\" in address:
        return Reason("quoted-address")
    if address.count("@") > 1:
        return Reason("several-addresses" if _SEPARATORS.search(address) else "bad-address")
    if any(c in address for c in "<>()") or address.lower().startswith("mailto:"):
        return Reason("not-only-address")
    return None


def _parts_reason(address: str) -> Reason | None:
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        return Reason("bad-address")
    if "[" in domain or ":" in address:
        return Reason("address-literal")
    if "%" in local or "!" in local:
        return Reason("address-routed")
    if not local.isascii():
        return Reason("non-ascii-local-part")
    if len(local) > LOCAL_MAX or len(address) > ADDRESS_MAX:
        return Reason("address-too-long", {"limit": LOCAL_MAX if len(local) > LOCAL_MAX else ADDRESS_MAX})
    return None if "." in domain.strip(".") else Reason("domain-incomplete")


def _unicode_domain(domain: str) -> tuple[str, Reason | None]:
    """The domain in Unicode, in lower case, refused where its letters pretend."""
    labels = []
    for label in domain.split("."):
        try:
            shown = idna.decode(label) if label.lower().startswith("xn--") else label.lower()
        except (idna.IDNAError, UnicodeError):
            return "", Reason("bad-address")
        pretence = foreign_letters(shown)
        if pretence is not None:
            return "", Reason(pretence, {"domain": clean(domain)})
        labels.append(shown)
    if not labels[-1].isascii() or any(c.isalpha() for c in labels[-1]):
        return ".".join(labels), None
    return "", Reason("bad-address")
