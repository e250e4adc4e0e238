"""A template of the practice in one of its versions: what binds it, who approved it, ready to be filled.

An approved version is one that its approver signed with their own Ed25519 key (RFC 8032) over the
canonical words (RFC 8785), the public key before the signature: whoever changes a letter of it in the
database, its purpose or its look, has a template that nobody approved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.audit.logkey import is_signed
from desktop.clock import milliseconds
from desktop.errors import InputError, Refused
from desktop.mail.letterhead import Letterhead
from desktop.mail.template_checks import Finding, check
from desktop.mail.template_design import Design, Rendered
from desktop.mail.template_library import LibraryTemplate
from desktop.mail.template_page import Layout
from desktop.mail.template_source import TemplateSource
from desktop.models import templates
from desktop.models.campaigning import TemplateId, TemplateKept, TemplateText, TemplateVersion
from desktop.models.database import Tx
from desktop.models.purposes import MailPurpose
from desktop.texts import LANGUAGES

_CONTEXT = b"sealwell/template/1\n"
_PUBLIC = 32


def source_of(text: TemplateText) -> TemplateSource:
    return TemplateSource(text.subject, text.preview, text.body)


def content_hash(kept: TemplateKept, texts: Mapping[str, TemplateText]) -> str:
    """SHA-256, 64 hex digits, over every word and what decides how they come out."""
    said = {language: [text.subject, text.preview, text.body] for language, text in sorted(texts.items())}
    around = {"purpose": kept.purpose.value, "payer": kept.payer, "layout": kept.layout}
    return hashlib.sha256(rfc8785.dumps({"texts": said, **around})).hexdigest()


def approve(tx: Tx, kept: TemplateKept, version: TemplateVersion, private: bytes) -> str:
    """Sign `version`, which names its approver and the time, and keep that; the key's hash for the record.

    Raises Refused("template-approved") where somebody did before.
    """
    if version.approved_by is None or version.approved_at is None:
        raise ValueError("nobody approves")
    key = Ed25519PrivateKey.from_private_bytes(private)
    signature = key.public_key().public_bytes_raw() + key.sign(_signed(version))
    if not templates.approve(
        tx, kept.id, version.number, version.approved_by, version.approved_at, signature
    ):
        raise Refused("template-approved")
    return hashlib.sha256(signature[:_PUBLIC]).hexdigest()


def is_genuine(kept: TemplateKept, version: TemplateVersion) -> bool:
    """Whether it is, to the letter, what its approver signed."""
    signed = version.signature or b""
    return (
        version.approved_by is not None
        and version.sha256 == content_hash(kept, version.texts)
        and is_signed(signed[:_PUBLIC], signed[_PUBLIC:], _signed(version))
    )


def approved(tx: Tx, id_: TemplateId, number: int = 0) -> tuple[TemplateKept, TemplateVersion]:
    """What letters may be made from: the version asked for, or the newest approved one.

    Raises InputError("template-unknown"), Refused("template-not-approved").
    """
    kept = templates.get(tx, id_)
    if kept is None or kept.retired_at is not None:
        raise InputError("template-unknown")
    version = templates.version(tx, id_, number or kept.approved)
    if version is None or not is_genuine(kept, version):
        raise Refused("template-not-approved")
    return kept, version


class Wording:
    """A template's texts, laid out once in each language, when the first letter in it is made."""

    def __init__(
        self,
        sources: Mapping[str, TemplateSource],
        purpose: MailPurpose,
        layout: Layout,
        head: Letterhead,
        payer: str = "",
    ) -> None:
        self.sources = sources
        self.purpose = purpose
        self._layout = layout
        self._head = head
        self._payer = payer
        self._designs: dict[str, Design] = {}

    @classmethod
    def of_version(cls, kept: TemplateKept, version: TemplateVersion, head: Letterhead) -> Wording:
        sources = {language: source_of(text) for language, text in version.texts.items()}
        return cls(sources, kept.purpose, Layout(kept.layout), head, kept.payer)

    @classmethod
    def of_library(cls, one: LibraryTemplate, head: Letterhead) -> Wording:
        return cls(one.sources, one.purpose, one.layout, head)

    def language(self, wanted: str) -> str:
        """The one that somebody gets who reads `wanted`: else English, else the first that there is."""
        return next(one for one in (wanted, *LANGUAGES, *sorted(self.sources)) if one in self.sources)

    def findings(self, language: str) -> tuple[Finding, ...]:
        against = self._head.checked(self.purpose, language, self._payer)
        return check(self.sources[language], against)

    def design(self, language: str) -> Design:
        """Raises InputError as `Design` and `footer` do."""
        if language not in self._designs:
            around = self._head.around(self.purpose, language, self._layout, self._payer)
            self._designs[language] = Design(self.sources[language], around, self._head.own)
        return self._designs[language]

    def missing(self, values: Mapping[str, str], language: str) -> tuple[str, ...]:
        """Fields that this person's letter needs and `values` does not resolve."""
        return self.design(language).missing(values)

    def render(self, values: Mapping[str, str], person: str, language: str) -> Rendered:
        """Raises InputError as `Design.render` does."""
        return self.design(language).render(values, person)


def _signed(version: TemplateVersion) -> bytes:
    return _CONTEXT + rfc8785.dumps(
        {
            "template": version.template,
            "number": version.number,
            "content": version.sha256,
            "approved_by": version.approved_by or "",
            "approved_at": milliseconds(version.approved_at) if version.approved_at else 0,
        }
    )
