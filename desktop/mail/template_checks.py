"""What is looked at before a template may be used: what stops it, and what its writer should know.

Rows G7, G9 and G10 of the catalogue, what mail programs want, and the rule for commercial mail.
Nothing here changes a text, and nothing that stops can be waved through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from urllib.parse import urlsplit

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail import content_words
from desktop.mail.content_fold import fold
from desktop.mail.fields import FIELDS
from desktop.mail.readability import grade
from desktop.mail.template_blocks import Block, Button
from desktop.mail.template_footer import Imprint, footer
from desktop.mail.template_marks import RESERVED_HOST, Marks
from desktop.mail.template_page import Around, Brand, Layout, page_of
from desktop.mail.template_source import Parts, TemplateSource, compiled, laid_out, placeholders
from desktop.mail.templates import NONE_OWN, Own
from desktop.models.purposes import MailPurpose
from desktop.models.records import Reason
from desktop.models.standing import FieldClass
from desktop.texts import clean

MOST_GRADE = 8
"""Years of school; health writing aims at the sixth to the eighth."""
_WITH_CLINICAL = frozenset({MailPurpose.TREATMENT, MailPurpose.PAYMENT, MailPurpose.OPERATIONS})
_NAMES = ("name", "last_name")
_LOUD = re.compile(r"!!|\${2,}|[🎉💰🔥]")
_SHOUTED_LETTERS, _SHOUTED_SHARE = 10, 0.6


@dataclass(frozen=True)
class Finding:
    """`stops`: the template is not used before this is mended."""

    reason: Reason
    stops: bool


@dataclass(frozen=True)
class Checked:
    """What a template is checked against. `hosts` are sites that letters may lead to, `own` the fields of
    the practice's own."""

    purpose: MailPurpose
    language: str
    imprint: Imprint
    hosts: frozenset[str] = frozenset()
    pictures: frozenset[str] = frozenset()
    brand: Brand = field(default_factory=lambda: Brand(""))
    own: Own = field(default_factory=lambda: NONE_OWN)


def check(source: TemplateSource, against: Checked) -> tuple[Finding, ...]:
    """Everything that was found, what stops first."""
    try:
        parts = compiled(source, against.own)
        lines = footer(against.purpose, against.imprint, against.language)
        blocks = laid_out(parts.body, parts.body.asked(), Marks())
        page_of(blocks, "", Around(against.language, Layout.LETTER, against.brand, lines))
    except InputError as error:
        return (Finding(Reason(error.code, error.params), True),)
    found = [
        *_subject(source, parts),
        *_fields(parts, against),
        *_calls(blocks),
        *_links(parts.links, against.hosts),
        *_pictures(parts.pictures, against.pictures),
        *_unfilled(source),
        *_reading(blocks, against.language),
    ]
    return tuple(sorted(found, key=lambda one: not one.stops))


def _subject(source: TemplateSource, parts: Parts) -> Iterator[Finding]:
    """It shows in lists and on locked screens."""
    for text in (source.subject, source.preview):
        for term in content_words.find(fold(text)):
            yield Finding(
                Reason("check-subject-clinical", {"word": clean(text[term.start : term.end])}), True
            )
    for name in _NAMES:
        if name in parts.subject.fields():
            yield Finding(Reason("check-subject-name"), False)
    if _is_loud(source.subject):
        yield Finding(Reason("check-subject-loud"), False)


def _fields(parts: Parts, against: Checked) -> Iterator[Finding]:
    """Of what somebody is treated for only what the purpose cannot do without (45 CFR 164.502(b))."""
    if against.purpose in _WITH_CLINICAL:
        return
    for name in sorted(parts.fields):
        if {**FIELDS, **against.own}[name] is FieldClass.CLINICAL:
            yield Finding(Reason("check-field-purpose", {"field": name}), True)


def _is_loud(subject: str) -> bool:
    letters = [char for char in subject if char.isalpha()]
    shouted = len(letters) >= _SHOUTED_LETTERS and sum(map(str.isupper, letters)) > _SHOUTED_SHARE * len(
        letters
    )
    return shouted or _LOUD.search(subject) is not None


def _calls(blocks: tuple[Block, ...]) -> Iterator[Finding]:
    buttons = sum(isinstance(block, Button) for block in blocks)
    if buttons > 1:
        yield Finding(Reason("check-calls", {"count": buttons}), False)


def _links(links: tuple[str, ...], hosts: frozenset[str]) -> Iterator[Finding]:
    for host in dict.fromkeys((urlsplit(address).hostname or "").lower() for address in links):
        if host and host not in hosts and not RESERVED_HOST.fullmatch(host):
            yield Finding(Reason("check-link-host", {"host": clean(host)}), True)


def _pictures(pictures: tuple[str, ...], known: frozenset[str]) -> Iterator[Finding]:
    for name in pictures:
        if name not in known:
            yield Finding(Reason("check-picture-unknown", {"name": name}), True)


def _unfilled(source: TemplateSource) -> Iterator[Finding]:
    for words in placeholders(source):
        yield Finding(Reason("check-unfilled", {"words": clean(words)}), True)


def _reading(blocks: tuple[Block, ...], language: str) -> Iterator[Finding]:
    years = grade("\n\n".join(getattr(block, "text", "") for block in blocks), language)
    if years is not None and years > MOST_GRADE:
        yield Finding(Reason("check-reading", {"grade": years}), False)
