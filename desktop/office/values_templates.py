"""Values of the door about templates; nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop.models.purposes import MailPurpose
from desktop.models.records import Reason


@dataclass(frozen=True)
class TemplateLine:
    """One template of the library; `citation` is what its purpose rests on."""

    code: str
    group: str
    purpose: MailPurpose
    citation: str
    languages: tuple[str, ...]
    visit: bool
    """Whether it is about one visit."""


@dataclass(frozen=True)
class TemplateFinding:
    """`stops`: it cannot be used before this is mended."""

    reason: Reason
    stops: bool


@dataclass(frozen=True)
class TemplateRequest:
    """A template as text (`subject:` line, perhaps `preview:` line, an empty line, the body)."""

    text: str = field(repr=False)
    language: str = "en"
    purpose: MailPurpose = MailPurpose.TREATMENT
    values: dict[str, str] = field(default_factory=dict, repr=False)
    """Of its fields, for one person; of the practice too, `mail_hours` and `payer` among them."""


@dataclass(frozen=True)
class TemplateRendered:
    """One letter. Where a field is `missing`, nothing is rendered."""

    subject: str = field(repr=False)
    html: str = field(repr=False)
    text: str = field(repr=False)
    missing: tuple[str, ...] = ()
