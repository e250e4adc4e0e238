"""A template as it is written: a subject, a preview line, and a body.

    subject: Your visit on {{ date }}
    preview: When and where, and how to change it

    Hello {{ first_name }},

Shipped ones lie as such files in `resources/templates/library/`, one for each language.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import field, replace
from functools import lru_cache
from itertools import product

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail.template_blocks import Block, Shown, blocks_of, links_of
from desktop.mail.template_marks import RESERVED_HOST, Marks
from desktop.mail.templates import NONE_OWN, Own, Place, Template, compile_text
from desktop.models.standing import FieldClass

SUBJECT_CHARS = 120
PREVIEW_CHARS = 150
BODY_CHARS = 20_000
MOST_ASKED = 8
"""Fields that `{% if %}` may ask for: every way that a letter can come out is tried when it is kept."""
_HEAD = re.compile(r"\A\s*subject:[ \t]*(?P<subject>[^\n]*)\n(?:preview:[ \t]*(?P<preview>[^\n]*)\n)?\s*\n")
_HIDDEN = ("Cc", "Cs", "Co")
_UNFILLED = re.compile(r"(?<!!)\[([^\[\]\n]{1,200})\](?!\()")


@dataclass(frozen=True)
class TemplateSource:
    """What somebody wrote, not checked yet."""

    subject: str
    preview: str
    body: str = field(repr=False)


@dataclass(frozen=True)
class Parts:
    """A template whose every part is of the language.

    `links` and `pictures` are all that its body can lead to and show, whichever fields are known: a
    condition can make a link of what is none elsewhere.
    """

    subject: Template
    preview: Template
    body: Template
    links: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()

    @property
    def asked(self) -> frozenset[str]:
        return self.subject.asked() | self.preview.asked() | self.body.asked()

    @property
    def fields(self) -> frozenset[str]:
        return self.subject.fields() | self.preview.fields() | self.body.fields()


def read_source(text: str) -> TemplateSource:
    """Raises InputError `template-no-subject`."""
    text = text.replace("\r\n", "\n")
    found = _HEAD.match(text)
    if found is None or not found["subject"].strip():
        raise InputError("template-no-subject")
    return TemplateSource(
        found["subject"].strip(), (found["preview"] or "").strip(), text[found.end() :].strip()
    )


def write_source(source: TemplateSource) -> str:
    """As `read_source` reads it."""
    preview = f"preview: {source.preview}\n" if source.preview else ""
    return f"subject: {source.subject}\n{preview}\n{source.body}\n"


def placeholders(source: TemplateSource) -> tuple[str, ...]:
    """Words in square brackets that are no link: what the practice still has to write, each once."""
    found = _UNFILLED.findall(f"{source.subject}\n{source.preview}\n{source.body}")
    return tuple(dict.fromkeys(found))


def compiled(source: TemplateSource, own: Own = NONE_OWN) -> Parts:
    """Check every part, and every way that the body can come out.

    Raises InputError as `compile_text` and `blocks_of` do, `template-no-subject`,
    `template-too-long`, `template-empty`, `template-reserved`, `template-too-many-questions`.
    """
    return _compiled(source, frozenset(own.items()))


@lru_cache(maxsize=32)
def _compiled(source: TemplateSource, fields: frozenset[tuple[str, FieldClass]]) -> Parts:
    """The same words are asked about again and again: by the check, the layout and for the next person."""
    own = dict(fields)
    _check_size(source)
    for text in (source.subject, source.preview, source.body):
        if RESERVED_HOST.search(text) or any(map(_is_reserved, text)):
            raise InputError("template-reserved")
    parts = Parts(
        compile_text(source.subject, Place.SUBJECT, own),
        compile_text(source.preview, Place.SUBJECT, own),
        compile_text(source.body, Place.BODY, own),
    )
    asked = sorted(parts.body.asked())
    if len(asked) > MOST_ASKED:
        raise InputError("template-too-many-questions", limit=MOST_ASKED)
    links: dict[str, None] = {}
    pictures: dict[str, None] = {}
    for answer in product((True, False), repeat=len(asked)):
        marks = Marks()
        given = frozenset(name for name, known in zip(asked, answer, strict=True) if known)
        for block in laid_out(parts.body, given, marks):
            links |= dict.fromkeys(links_of(block))
            pictures |= {block.name: None} if isinstance(block, Shown) else {}
        links |= dict.fromkeys(marks.fallbacks)
    return replace(parts, links=tuple(links), pictures=tuple(pictures))


def laid_out(body: Template, given: frozenset[str], marks: Marks) -> tuple[Block, ...]:
    """The blocks of a letter in which of the asked fields those in `given` are known."""
    return blocks_of(marks.targets(body.outline(given, marks.mark)))


def _is_reserved(char: str) -> bool:
    """Controls and halves of characters, which no page can hold, and what marks are made of."""
    return char in "\ufffe\uffff" or (char not in "\n\t" and unicodedata.category(char) in _HIDDEN)


def _check_size(source: TemplateSource) -> None:
    if not source.subject or "\n" in source.subject + source.preview:
        raise InputError("template-no-subject")
    if not source.body.strip():
        raise InputError("template-empty")
    limits = ((source.subject, SUBJECT_CHARS), (source.preview, PREVIEW_CHARS), (source.body, BODY_CHARS))
    if any(len(text) > most for text, most in limits):
        raise InputError("template-too-long")
