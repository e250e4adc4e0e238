"""The part of the one door that is about templates. As `api.py`: protocols only."""

from __future__ import annotations

from typing import Protocol

from desktop.models.accounts import Session
from desktop.models.campaigning import TemplateId
from desktop.office.values import Queued
from desktop.office.values_templates import (
    BrandChange,
    BrandShown,
    PictureRequest,
    PicturesShown,
    TemplateFinding,
    TemplateKeep,
    TemplateLine,
    TemplateParts,
    TemplatePreview,
    TemplateRendered,
    TemplateRequest,
    TemplateShown,
    TemplatesShown,
    TemplateTryRequest,
    TemplateWords,
    TestLetterRequest,
)


class TemplateFileDoor(Protocol):
    """What needs no practice and no person: the library, and what would come of a text."""

    def list_library(self) -> tuple[TemplateLine, ...]: ...
    def library_text(self, code: str, language: str) -> str:
        """One of the library as its writer would see it."""
        ...

    def library_words(self, code: str) -> dict[str, TemplateWords]:
        """The same in each language, part by part."""
        ...

    def template_words(self, text: str) -> TemplateWords:
        """A file as its parts."""
        ...

    def try_picture(self, data: bytes) -> bytes:
        """A picture of unknown origin as it would be kept, made anew; refused as `add_picture` does."""
        ...

    def check_template(self, request: TemplateRequest) -> tuple[TemplateFinding, ...]: ...
    def render_template(self, request: TemplateRequest) -> TemplateRendered: ...


class TemplateDoor(Protocol):
    """The practice's own templates, the pictures in them, and how letters look."""

    def list_templates(self, session: Session, retired: bool = False) -> TemplatesShown:
        """The practice's own, with `retired` also those, and the library."""
        ...

    def template_parts(self, session: Session) -> TemplateParts: ...
    def show_template(self, session: Session, template: TemplateId, version: int = 0) -> TemplateShown:
        """Its newest version, or the one asked for."""
        ...

    def keep_template(self, session: Session, request: TemplateKeep) -> TemplateShown:
        """A new version where anything of its words changed; what was approved stays as it is.

        Refuses what is not of the language, unless it is unfinished; what a check finds is shown, and
        stops only the approval.
        """
        ...

    def approve_template(self, session: Session, template: TemplateId, version: int) -> TemplateShown:
        """Signed by the approver's own key. Nobody approves what stops, nor another version than shown."""
        ...

    def retire_template(self, session: Session, template: TemplateId) -> TemplatesShown: ...
    def preview_template(self, session: Session, request: TemplateTryRequest) -> TemplatePreview:
        """What is in the editor, as one person would get it; nothing is kept."""
        ...

    def send_test_letter(self, session: Session, request: TestLetterRequest) -> Queued:
        """To oneself, with sample values; it is in no statistics."""
        ...

    def list_pictures(self, session: Session) -> PicturesShown: ...
    def picture_data(self, session: Session, name: str) -> bytes: ...
    def add_picture(self, session: Session, request: PictureRequest) -> PicturesShown:
        """PNG, JPEG or GIF by content; what it tells besides the picture is taken out of it."""
        ...

    def retire_picture(self, session: Session, name: str) -> PicturesShown: ...
    def show_brand(self, session: Session) -> BrandShown: ...
    def set_brand(self, session: Session, change: BrandChange) -> BrandShown: ...
