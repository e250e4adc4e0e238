"""The templates that come with the program: a text in each language, what it is for, and its look."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail.template_page import Layout
from desktop.mail.template_source import TemplateSource, read_source
from desktop.models.purposes import MailPurpose
from desktop.paths import resource
from desktop.texts import LANGUAGES

_FOLDER = "templates/library"


class Group(StrEnum):
    """Where people look for a template."""

    REMINDERS = "reminders"
    VISITS = "visits"
    CARE = "care"
    BILLING = "billing"
    PRACTICE = "practice"
    NEWS = "news"


@dataclass(frozen=True)
class LibraryTemplate:
    """`template.title.<code>` is its name in words."""

    code: str
    group: Group
    purpose: MailPurpose
    layout: Layout
    needs_visit: bool
    sources: Mapping[str, TemplateSource] = field(repr=False, hash=False)
    """By language."""

    def source(self, language: str) -> TemplateSource:
        """An unknown language reads English."""
        return self.sources.get(language, self.sources[LANGUAGES[0]])


def library() -> tuple[LibraryTemplate, ...]:
    """All of them, in the order in which people see them."""
    return tuple(_by_code().values())


def library_template(code: str) -> LibraryTemplate:
    """Raises InputError `template-unknown`."""
    found = _by_code().get(code)
    if found is None:
        raise InputError("template-unknown")
    return found


def shipped_template(code: str, language: str) -> TemplateSource:
    """Raises InputError `template-unknown`; an unknown language reads English."""
    return library_template(code).source(language)


@cache
def _by_code() -> Mapping[str, LibraryTemplate]:
    listed = tomllib.loads(resource(f"{_FOLDER}/library.toml").read_text(encoding="utf-8"))
    return MappingProxyType({code: _template(code, facts) for code, facts in listed.items()})


def _template(code: str, facts: Mapping[str, str | bool]) -> LibraryTemplate:
    return LibraryTemplate(
        code,
        Group(str(facts["group"])),
        MailPurpose(str(facts["purpose"])),
        Layout(str(facts["layout"])),
        facts.get("visit") is True,
        MappingProxyType({language: _source(code, language) for language in LANGUAGES}),
    )


def _source(code: str, language: str) -> TemplateSource:
    return read_source(resource(f"{_FOLDER}/{code}.{language}.md").read_text(encoding="utf-8"))
