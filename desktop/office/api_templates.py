"""The part of the one door that is about templates. As `api.py`: protocols only."""

from __future__ import annotations

from typing import Protocol

from desktop.office.values_templates import (
    TemplateFinding,
    TemplateLine,
    TemplateRendered,
    TemplateRequest,
)


class TemplateFileDoor(Protocol):
    """What needs no practice and no person: the library, and what would come of a text."""

    def list_library(self) -> tuple[TemplateLine, ...]: ...
    def library_text(self, code: str, language: str) -> str:
        """One of the library as its writer would see it."""
        ...

    def check_template(self, request: TemplateRequest) -> tuple[TemplateFinding, ...]: ...
    def render_template(self, request: TemplateRequest) -> TemplateRendered: ...
