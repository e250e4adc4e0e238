"""`templates …` within a practice: its own templates, its pictures, and how its letters look."""

from __future__ import annotations

from dataclasses import replace

from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call, read_file
from desktop.cli.shapes import Doc
from desktop.cli.templates import said, text_of
from desktop.errors import InputError
from desktop.models.accounts import Session
from desktop.models.campaigning import TemplateId
from desktop.models.purposes import MailPurpose
from desktop.models.records import PersonId
from desktop.models.standing import AuthorizationId
from desktop.office.values_templates import (
    BrandShown,
    OwnTemplate,
    PictureRequest,
    PicturesShown,
    TemplateKeep,
    TemplateShown,
    TestLetterRequest,
)

_PICTURE_MOST = 16 * 1024 * 1024
"""Of a file that is looked at at all; the office says what is too large for a letter."""


def templates_own(call: Call) -> None:
    shown = call.office.list_templates(call.session(), call.args.retired)
    lines = [f"{one.id}  {one.version:>3}  {one.approved:>3}  {one.name}" for one in shown.own]
    call.console.emit({"templates": [_line(one) for one in shown.own]}, lines)


def templates_open(call: Call) -> None:
    args = call.args
    _emit(call, call.office.show_template(call.session(), TemplateId(args.template), args.number))


def templates_keep(call: Call) -> None:
    """A file is one language; whoever keeps it under an id leaves the other languages as they are."""
    session, args = call.session(), call.args
    words = call.office.template_words(text_of(args.file))
    request = _changed(call, session) if args.id else _new(call)
    texts = {**request.texts, args.language: words}
    _emit(call, call.office.keep_template(session, replace(request, texts=texts)))


def templates_approve(call: Call) -> None:
    args = call.args
    _emit(call, call.office.approve_template(call.session(), TemplateId(args.template), args.number))


def templates_retire(call: Call) -> None:
    shown = call.office.retire_template(call.session(), TemplateId(call.args.template))
    call.console.emit({"templates": [_line(one) for one in shown.own]})


def templates_test(call: Call) -> None:
    args = call.args
    request = TestLetterRequest(TemplateId(args.template), PersonId(args.to), args.language)
    sent = call.office.send_test_letter(call.session(), request)
    call.console.emit({"id": sent.id, "method": sent.method.value, "state": sent.state.value})


def templates_pictures(call: Call) -> None:
    _emit_pictures(call, call.office.list_pictures(call.session()))


def templates_add_picture(call: Call) -> None:
    session, args = call.session(), call.args
    data, _ = read_file(args.file, _PICTURE_MOST)
    permission = AuthorizationId(args.permission) if args.permission else None
    request = PictureRequest(args.name, data, args.alt, permission is not None, permission)
    _emit_pictures(call, call.office.add_picture(session, request))


def templates_retire_picture(call: Call) -> None:
    _emit_pictures(call, call.office.retire_picture(call.session(), call.args.name))


def templates_brand(call: Call) -> None:
    session, args = call.session(), call.args
    shown = call.office.show_brand(session)
    before = shown.brand
    sites = [one for one in (*before.sites, *args.site) if one not in args.no_site]
    wanted = replace(
        before,
        colour=before.colour if args.colour is None else args.colour,
        logo=before.logo if args.logo is None else args.logo,
        mail_hours={**before.mail_hours, **_pairs(args.hours)},
        sites=tuple(dict.fromkeys(sites)),
    )
    call.console.emit(_brand(shown if wanted == before else call.office.set_brand(session, wanted)))


def _new(call: Call) -> TemplateKeep:
    args = call.args
    library = {one.code: one for one in call.office.list_library()}
    if args.code and args.code not in library:
        raise InputError("template-unknown")
    begun = library.get(args.code)
    usual = begun.purpose if begun is not None else MailPurpose.TREATMENT
    return TemplateKeep(
        name=args.name or "",
        group=args.group or (begun.group if begun is not None else ""),
        purpose=_purpose(call, usual),
        texts={},
        visit=begun is not None and begun.visit,
        payer=args.payer or "",
        code=args.code,
        answers=_pairs(args.answer),
    )


def _changed(call: Call, session: Session) -> TemplateKeep:
    args = call.args
    shown = call.office.show_template(session, TemplateId(args.id))
    line = shown.line
    return TemplateKeep(
        name=args.name or line.name,
        group=args.group or line.group,
        purpose=_purpose(call, line.purpose),
        texts=shown.texts,
        id=line.id,
        version=line.version,
        layout=line.layout,
        visit=line.visit,
        payer=shown.payer if args.payer is None else args.payer,
        code=line.code,
        answers=_pairs(args.answer) or shown.answers,
    )


def _purpose(call: Call, usual: MailPurpose) -> MailPurpose:
    """What was said, else what the answers come to, else the usual; the office refuses a weaker one."""
    if call.args.purpose:
        return MailPurpose(call.args.purpose)
    answers = _pairs(call.args.answer)
    return (call.office.ask_purpose(answers).purpose if answers else None) or usual


def _pairs(given: list[str]) -> dict[str, str]:
    if not all("=" in one for one in given):
        raise WrongUse("NAME=VALUE")
    return {one.partition("=")[0]: one.partition("=")[2] for one in given}


def _emit(call: Call, shown: TemplateShown) -> None:
    texts = {
        language: {"subject": words.subject, "preview": words.preview, "body": words.body}
        for language, words in shown.texts.items()
    }
    findings = [
        {"language": each.language, **said(call, one)} for each in shown.findings for one in each.findings
    ]
    versions = [
        {
            "number": one.number,
            "by": one.by,
            "at": one.at.isoformat(),
            "approved_by": one.approved_by or None,
            "genuine": one.genuine,
        }
        for one in shown.versions
    ]
    call.console.emit(
        {
            **_line(shown.line),
            "number": shown.number,
            "texts": texts,
            "findings": findings,
            "versions": versions,
            "payer": shown.payer,
            "answers": shown.answers,
            "can_approve": shown.can_approve,
        }
    )


def _line(one: OwnTemplate) -> Doc:
    return {
        "id": one.id,
        "name": one.name,
        "group": one.group,
        "purpose": one.purpose.value,
        "citation": one.citation,
        "layout": one.layout,
        "languages": list(one.languages),
        "version": one.version,
        "approved": one.approved,
        "visit": one.visit,
        "by": one.by,
        "code": one.code,
        "retired": one.retired,
        "used": one.used,
    }


def _emit_pictures(call: Call, shown: PicturesShown) -> None:
    lines = [
        {
            "name": one.picture.name,
            "kind": one.picture.kind,
            "width": one.picture.width,
            "height": one.picture.height,
            "alt": one.picture.alt,
            "permission": one.picture.authorization,
            "valid": one.valid,
            "used": one.used,
        }
        for one in shown.pictures
    ]
    call.console.emit({"pictures": lines})


def _brand(shown: BrandShown) -> Doc:
    return {
        "colour": shown.brand.colour,
        "logo": shown.brand.logo,
        "mail_hours": dict(shown.brand.mail_hours),
        "sites": list(shown.brand.sites),
        "practice": shown.practice,
        "address": shown.address,
        "phone": shown.phone,
        "hosts": list(shown.hosts),
    }
