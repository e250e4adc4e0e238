"""Templates as files: what lies in the library, what is wrong with one, how one comes out.

Needs no practice; what is known of one comes in as values.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from desktop.errors import InputError
from desktop.mail.fields import LINKS
from desktop.mail.picture_reading import read_picture
from desktop.mail.template_checks import Checked, check
from desktop.mail.template_design import Design
from desktop.mail.template_footer import Imprint, footer
from desktop.mail.template_library import library, library_template, shipped_template
from desktop.mail.template_page import Around, Brand, Layout
from desktop.mail.template_source import read_source, write_source
from desktop.models.purposes import BASES
from desktop.models.records import Reason
from desktop.office.values_templates import (
    TemplateFinding,
    TemplateLine,
    TemplateRendered,
    TemplateRequest,
    TemplateWords,
)

_SAMPLE_ADDRESS = "1 Main St, Springfield, IL 62701"
"""A check without a practice looks at the text, not at whether an address has been entered."""


class TemplateFiles:
    """Pure: nothing is stored and nobody is named, so there is no session and no record."""

    def list_library(self) -> tuple[TemplateLine, ...]:
        return tuple(
            TemplateLine(
                code=one.code,
                group=one.group,
                purpose=one.purpose,
                citation=BASES[one.purpose].citation,
                languages=tuple(one.sources),
                visit=one.needs_visit,
            )
            for one in library()
        )

    def library_text(self, code: str, language: str) -> str:
        """Raises InputError "template-unknown"."""
        return write_source(shipped_template(code, language))

    def library_words(self, code: str) -> dict[str, TemplateWords]:
        """Raises InputError "template-unknown"."""
        return {
            language: TemplateWords(source.subject, source.body, source.preview)
            for language, source in library_template(code).sources.items()
        }

    def template_words(self, text: str) -> TemplateWords:
        """Raises InputError "template-no-subject"."""
        source = read_source(text)
        return TemplateWords(source.subject, source.body, source.preview)

    def try_picture(self, data: bytes) -> bytes:
        """Raises InputError as `read_picture`."""
        return read_picture(data).data

    def check_template(self, request: TemplateRequest) -> tuple[TemplateFinding, ...]:
        """What stops it first."""
        imprint = _imprint(request.values)
        against = Checked(
            purpose=request.purpose,
            language=request.language,
            imprint=Imprint(
                imprint.practice or "-",
                imprint.address or _SAMPLE_ADDRESS,
                imprint.phone,
                imprint.mail_hours,
                imprint.payer or "-",
            ),
            hosts=frozenset(urlsplit(request.values.get(name, "")).hostname or "" for name in LINKS) - {""},
        )
        try:
            source = read_source(request.text)
        except InputError as error:
            return (TemplateFinding(Reason(error.code, error.params), True),)
        return tuple(TemplateFinding(one.reason, one.stops) for one in check(source, against))

    def render_template(self, request: TemplateRequest) -> TemplateRendered:
        """Raises InputError as `compiled`, `footer` and `Design.render` do."""
        lines = footer(request.purpose, _imprint(request.values), request.language)
        brand = Brand(request.values.get("practice", ""))
        design = Design(read_source(request.text), Around(request.language, Layout.LETTER, brand, lines))
        missing = design.missing(request.values)
        if missing:
            return TemplateRendered("", "", "", missing)
        made = design.render(request.values, request.values.get("name", ""))
        return TemplateRendered(made.subject, made.html, made.text)


def _imprint(values: Mapping[str, str]) -> Imprint:
    return Imprint(
        practice=values.get("practice", ""),
        address=values.get("practice_address", ""),
        phone=values.get("practice_phone", ""),
        mail_hours=values.get("mail_hours", ""),
        payer=values.get("payer", ""),
    )
