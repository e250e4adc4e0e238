"""Templates of the practice as the door shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from desktop.access.roles import Action, may
from desktop.clock import Clock
from desktop.mail.letterhead import load_letterhead
from desktop.mail.own_templates import Wording, is_genuine
from desktop.mail.template_checks import Finding
from desktop.models import settings, templates, users
from desktop.models.accounts import Session, UserId
from desktop.models.campaigning import TemplateKept, TemplateVersion
from desktop.models.database import Tx
from desktop.models.purposes import BASES
from desktop.office.template_files import TemplateFiles
from desktop.office.values_templates import (
    LanguageFindings,
    OwnTemplate,
    TemplateFinding,
    TemplateShown,
    TemplatesShown,
    TemplateVersionLine,
    TemplateWords,
)


def today(tx: Tx, clock: Clock) -> date:
    """In the practice's zone."""
    return clock.now().astimezone(settings.zone(tx)).date()


def found(findings: Iterable[Finding]) -> tuple[TemplateFinding, ...]:
    return tuple(TemplateFinding(one.reason, one.stops) for one in findings)


def all_shown(tx: Tx, session: Session, *, retired: bool) -> TemplatesShown:
    names, languages, used = _names(tx), templates.languages(tx), templates.used(tx)
    own = (
        _line(one, languages.get(one.id, ()), names, used[one.id])
        for one in templates.listing(tx, retired=retired)
    )
    role = session.role
    library = TemplateFiles().list_library()
    return TemplatesShown(
        tuple(own), library, may(role, Action.KEEP_TEMPLATE), may(role, Action.APPROVE_TEMPLATE)
    )


def one_shown(
    tx: Tx, session: Session, kept: TemplateKept, version: TemplateVersion, day: date
) -> TemplateShown:
    """With what is found today: a site or a picture may be another than when it was written."""
    names = _names(tx)
    wording = Wording.of_version(kept, version, load_letterhead(tx, day))
    findings = tuple(LanguageFindings(each, found(wording.findings(each))) for each in sorted(version.texts))
    stops = any(one.stops for each in findings for one in each.findings)
    newest = version.number == kept.version and version.approved_at is None
    line = _line(kept, tuple(sorted(version.texts)), names, templates.used(tx)[kept.id])
    may_approve = may(session.role, Action.APPROVE_TEMPLATE) and kept.retired_at is None
    return TemplateShown(
        line=line,
        number=version.number,
        texts={
            language: TemplateWords(text.subject, text.body, text.preview)
            for language, text in version.texts.items()
        },
        findings=findings,
        versions=tuple(_version_line(kept, one, names) for one in templates.versions(tx, kept.id)),
        payer=kept.payer,
        answers=dict(kept.answers),
        can_approve=may_approve and newest and not stops,
        fixed=kept.approved > 0,
    )


def _line(
    one: TemplateKept, languages: tuple[str, ...], names: Mapping[UserId, str], used: int
) -> OwnTemplate:
    return OwnTemplate(
        id=one.id,
        name=one.name,
        group=one.group,
        purpose=one.purpose,
        citation=BASES[one.purpose].citation,
        layout=one.layout,
        languages=languages,
        version=one.version,
        approved=one.approved,
        visit=one.visit,
        by=names.get(one.by, ""),
        changed_at=one.changed_at,
        code=one.code,
        retired=one.retired_at is not None,
        used=used,
    )


def _version_line(
    kept: TemplateKept, one: TemplateVersion, names: Mapping[UserId, str]
) -> TemplateVersionLine:
    approver = names.get(one.approved_by, "") if one.approved_by is not None else ""
    return TemplateVersionLine(
        one.number, names.get(one.by, ""), one.at, approver, one.approved_at, is_genuine(kept, one)
    )


def _names(tx: Tx) -> dict[UserId, str]:
    return {user.id: user.name for user in users.listing(tx)}
