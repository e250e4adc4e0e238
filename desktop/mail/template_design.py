"""A whole template, ready for thousands of people: laid out once, filled for each.

Which words stand in a letter depends on which asked fields are known, so there is a page for
each such answer that occurs, laid out when the first person needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail.headers import one_line
from desktop.mail.template_blocks import Block, Button, Line, Shown
from desktop.mail.template_marks import Marks, Skeleton
from desktop.mail.template_page import Around, page_of
from desktop.mail.template_source import Parts, TemplateSource, compiled, laid_out
from desktop.mail.templates import NONE_OWN, Own
from desktop.texts import clean


@dataclass(frozen=True)
class Rendered:
    """One person's letter. `pictures` are the names that its page shows."""

    subject: str = field(repr=False)
    html: str = field(repr=False)
    text: str = field(repr=False)
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Laid:
    page: Skeleton
    text: Skeleton
    pictures: tuple[str, ...]


class Design:
    """Raises what `compiled` raises."""

    def __init__(self, source: TemplateSource, around: Around, own: Own = NONE_OWN) -> None:
        self.parts: Parts = compiled(source, own)
        self.around = around
        self._laid: dict[frozenset[str], _Laid] = {}

    def missing(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Fields that this person's letter needs and `values` does not resolve, each once."""
        parts = (self.parts.subject, self.parts.preview, self.parts.body)
        return tuple(dict.fromkeys(name for part in parts for name in part.missing(values)))

    def render(self, values: Mapping[str, str], person: str) -> Rendered:
        """Raises InputError `field-missing` (field, person), `template-link-unsafe`."""
        missing = self.missing(values)
        if missing:
            raise InputError("field-missing", field=missing[0], person=clean(person))
        laid = self._laid_for(frozenset(name for name in self.parts.asked if values.get(name)))
        return Rendered(
            subject=one_line(self.parts.subject.render(values, person)),
            html=laid.page.fill(values, page=True),
            text=laid.text.fill(values, page=False),
            pictures=laid.pictures,
        )

    def _laid_for(self, given: frozenset[str]) -> _Laid:
        if given not in self._laid:
            self._laid[given] = self._lay_out(given)
        return self._laid[given]

    def _lay_out(self, given: frozenset[str]) -> _Laid:
        marks = Marks()
        preview = self.parts.preview.outline(given, marks.mark)
        blocks = laid_out(self.parts.body, given, marks)
        page = page_of(blocks, preview, self.around)
        text = "\n\n".join((*map(_as_text, blocks), "-- ", "\n".join(self.around.footer)))
        shown = tuple(dict.fromkeys(block.name for block in blocks if isinstance(block, Shown)))
        logo = (self.around.brand.logo,) if self.around.brand.logo else ()
        return _Laid(marks.skeleton(page), marks.skeleton(f"{text}\n"), (*logo, *shown))


def _as_text(block: Block) -> str:
    match block:
        case Button(text=text, link=link):
            return f"{text}: {link.removeprefix('mailto:').removeprefix('tel:')}"
        case Shown(alt=alt):
            return f"[{alt}]"
        case Line():
            return "* * *"
    return block.text
