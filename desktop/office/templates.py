"""The practice's own templates: kept version by version, approved by signature, retired.

What was approved never changes: whoever edits it makes the next version, and letters go on being made
from the approved one until the next is approved too. What it is for, who pays for it and how it is laid
out is fixed with the first approval.
"""

from __future__ import annotations

from dataclasses import replace

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.campaigns import purposes
from desktop.clock import Clock
from desktop.errors import InputError, Refused
from desktop.mail import own_templates
from desktop.mail.letterhead import load_letterhead
from desktop.mail.own_templates import Wording, content_hash, source_of
from desktop.mail.template_footer import PAYER_CHARS
from desktop.mail.template_library import Group
from desktop.mail.template_page import Layout
from desktop.mail.template_source import compiled
from desktop.models import pictures, templates
from desktop.models.accounts import Session
from desktop.models.campaigning import TemplateId, TemplateKept, TemplateText, TemplateVersion
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.office.desk import Desk, Recorder
from desktop.office.mergevalues import seen_classes
from desktop.office.template_aside import NAME_CHARS, put_aside, settled_purpose
from desktop.office.template_lines import all_shown, one_shown, today
from desktop.office.template_preview import offered_fields
from desktop.office.values_templates import (
    TemplateKeep,
    TemplateParts,
    TemplateShown,
    TemplatesShown,
    TemplateWords,
)
from desktop.texts import LANGUAGES, clean

MOST = 300
"""Of one practice, retired ones not counted."""


class Templates:
    """With `TemplatePreviews`, `Pictures` and `BrandDesk` this fulfils `TemplateDoor`."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def list_templates(self, session: Session, retired: bool = False) -> TemplatesShown:
        return self._desk.read(
            session,
            Action.LIST_TEMPLATES,
            lambda tx: all_shown(tx, session, retired=retired),
            lambda shown: Event(Act.TEMPLATES_LISTED, det={"count": len(shown.own)}),
        )

    def template_parts(self, session: Session) -> TemplateParts:
        """What a template can be made of here, fields about health only for who sees them."""

        def look(tx: Tx) -> TemplateParts:
            head = load_letterhead(tx, today(tx, self._clock))
            usable = tuple(one for one in pictures.listing(tx) if one.name in head.pictures)
            return TemplateParts(
                fields=offered_fields(tx, session.role, today(tx, self._clock)),
                groups=tuple(Group),
                layouts=tuple(Layout),
                languages=LANGUAGES,
                pictures=usable,
                hosts=tuple(sorted(head.hosts)),
            )

        return self._desk.read(
            session,
            Action.LIST_TEMPLATES,
            look,
            lambda parts: Event(Act.PICTURES_LISTED, det={"count": len(parts.pictures)}),
        )

    def show_template(self, session: Session, template: TemplateId, version: int = 0) -> TemplateShown:
        """Raises InputError "template-unknown", "template-version"."""
        return self._desk.read(
            session,
            Action.LIST_TEMPLATES,
            lambda tx: self._shown(tx, session, template, version),
            lambda _: Event(Act.TEMPLATE_SHOWN, obj=template),
        )

    def keep_template(self, session: Session, request: TemplateKeep) -> TemplateShown:
        """Raises InputError "template-name", "template-taken", "template-many", "template-group",
        "template-languages", "template-unknown", "template-changed" (somebody else changed it meanwhile),
        "template-fixed" (`field`), "purpose-open", "purpose-weaker", "purpose-answer", and as `compiled`
        (`language`). What is `unfinished` is put aside instead (`template_aside.py`).
        """
        self._desk.check(session, Action.KEEP_TEMPLATE)

        def keep(tx: Tx, record: Recorder) -> TemplateShown:
            asked = put_aside(tx, request) if request.unfinished else request
            name, texts = _fit(asked)
            before = self._live(tx, asked.id) if asked.id is not None else None
            if not asked.unfinished:
                _check_words(tx, session, texts)
                _check_name(tx, name, before)
            now = self._clock.now()
            kept = TemplateKept(
                id=before.id if before is not None else TemplateId(new_id()),
                name=name,
                group=asked.group,
                purpose=settled_purpose(asked, before),
                layout=asked.layout,
                version=1 if before is None else before.version,
                approved=0 if before is None else before.approved,
                by=session.user,
                changed_at=now,
                code=asked.code if before is None else before.code,
                payer=clean(asked.payer, PAYER_CHARS),
                visit=asked.visit,
                answers=purposes.needed(asked.answers),
            )
            version = self._kept(tx, kept, before, texts, asked.version)
            record(Event(Act.TEMPLATE_CHANGED, obj=kept.id, det={"version": version}))
            return self._shown(tx, session, kept.id)

        return self._desk.write(session, Action.KEEP_TEMPLATE, keep)

    def approve_template(self, session: Session, template: TemplateId, version: int) -> TemplateShown:
        """Raises InputError "template-unknown", "template-changed" (another version is the newest);
        Refused "template-approved", "template-stops" (`count`), "step-up-needed".
        """
        self._desk.check(session, Action.APPROVE_TEMPLATE)
        private, now = self._desk.vault_of(session).signing_key(), self._clock.now()

        def approve(tx: Tx, record: Recorder) -> TemplateShown:
            kept = self._live(tx, template)
            one = templates.version(tx, kept.id, version)
            if version != kept.version or one is None:
                raise InputError("template-changed")
            if one.approved_at is not None:
                raise Refused("template-approved")
            if one.sha256 != content_hash(kept, one.texts):
                raise Refused("template-altered")
            wording = Wording.of_version(kept, one, load_letterhead(tx, today(tx, self._clock)))
            stops = sum(each.stops for language in one.texts for each in wording.findings(language))
            if stops:
                raise Refused("template-stops", count=stops)
            signer = own_templates.approve(
                tx, kept, replace(one, approved_by=session.user, approved_at=now), private
            )
            det: dict[str, str | int] = {"version": version, "content": one.sha256, "fingerprint": signer}
            record(Event(Act.TEMPLATE_APPROVED, obj=kept.id, det=det))
            return self._shown(tx, session, kept.id)

        return self._desk.write(session, Action.APPROVE_TEMPLATE, approve)

    def retire_template(self, session: Session, template: TemplateId) -> TemplatesShown:
        """No longer offered. Raises InputError("template-unknown"), Refused("template-used") (`count`)."""

        def retire(tx: Tx, record: Recorder) -> TemplatesShown:
            kept = self._live(tx, template)
            used = templates.used(tx)[kept.id]
            if used:
                raise Refused("template-used", count=used)
            templates.retire(tx, kept.id, self._clock.now())
            record(Event(Act.TEMPLATE_RETIRED, obj=kept.id))
            return all_shown(tx, session, retired=False)

        return self._desk.write(session, Action.KEEP_TEMPLATE, retire)

    def _kept(
        self,
        tx: Tx,
        kept: TemplateKept,
        before: TemplateKept | None,
        texts: dict[str, TemplateText],
        seen: int,
    ) -> int:
        """The number of its newest version, which is another one where its words changed."""
        sha256 = content_hash(kept, texts)
        new = TemplateVersion(kept.id, 1, sha256, kept.by, kept.changed_at, texts)
        if before is None:
            templates.add(tx, kept, new)
            return 1
        if before.approved:
            _check_fixed(before, kept)
        newest = templates.version(tx, kept.id, before.version)
        same = newest is not None and newest.sha256 == sha256
        following = None if same else replace(new, number=before.version + 1)
        if not templates.put(tx, kept, seen, following):
            raise InputError("template-changed")
        return before.version if following is None else following.number

    def _shown(self, tx: Tx, session: Session, id_: TemplateId, number: int = 0) -> TemplateShown:
        kept = templates.get(tx, id_)
        if kept is None:
            raise InputError("template-unknown")
        version = templates.version(tx, id_, number or kept.version)
        if version is None:
            raise InputError("template-version")
        return one_shown(tx, session, kept, version, today(tx, self._clock))

    @staticmethod
    def _live(tx: Tx, id_: TemplateId) -> TemplateKept:
        kept = templates.get(tx, id_)
        if kept is None or kept.retired_at is not None:
            raise InputError("template-unknown")
        return kept


def _fit(request: TemplateKeep) -> tuple[str, dict[str, TemplateText]]:
    """The name and the texts as they are kept."""
    name = clean(request.name, NAME_CHARS + 1)
    if not name or len(name) > NAME_CHARS:
        raise InputError("template-name", most=NAME_CHARS)
    if request.group not in list(Group) or request.layout not in list(Layout):
        raise InputError("template-group")
    if not request.texts or not request.texts.keys() <= set(LANGUAGES):
        raise InputError("template-languages")
    return name, {language: _text(words) for language, words in request.texts.items()}


def _text(words: TemplateWords) -> TemplateText:
    body = words.body.replace("\r\n", "\n").strip()
    return TemplateText(words.subject.strip(), words.preview.strip(), body)


def _check_words(tx: Tx, session: Session, texts: dict[str, TemplateText]) -> None:
    own = seen_classes(tx, session.role)
    for text in texts.values():
        compiled(source_of(text), own)


def _check_name(tx: Tx, name: str, before: TemplateKept | None) -> None:
    others = [one for one in templates.listing(tx) if before is None or one.id != before.id]
    if any(one.name.casefold() == name.casefold() for one in others):
        raise InputError("template-taken")
    if before is None and len(others) >= MOST:
        raise InputError("template-many", most=MOST)


def _check_fixed(before: TemplateKept, kept: TemplateKept) -> None:
    """An approval holds for the words as they come out: of another purpose it would be none."""
    for field in ("purpose", "payer", "layout", "visit"):
        if getattr(before, field) != getattr(kept, field):
            raise InputError("template-fixed", field=field)
