"""`templates`: what comes with the program, and what a template file would come out as."""

from __future__ import annotations

import json

from desktop.cli.commands import Call, read_file
from desktop.config import LIMITS
from desktop.errors import InputError
from desktop.models.purposes import MailPurpose
from desktop.office.values_templates import TemplateFinding, TemplateRequest


def templates_list(call: Call) -> None:
    say = call.console.texts.say
    lines = call.office.list_library()
    call.console.emit(
        {
            "templates": [
                {
                    "code": one.code,
                    "title": say(f"template.title.{one.code}"),
                    "group": one.group,
                    "purpose": one.purpose.value,
                    "citation": one.citation,
                    "languages": list(one.languages),
                    "visit": one.visit,
                }
                for one in lines
            ]
        },
        [f"{one.code:<22} {say(f'template.title.{one.code}')}" for one in lines],
    )


def templates_show(call: Call) -> None:
    text = call.office.library_text(call.args.code, call.args.language)
    call.console.emit({"code": call.args.code, "language": call.args.language, "text": text}, [text])


def templates_check(call: Call) -> None:
    """A line for each file, exit code 0: a template that cannot be used is an answer."""
    for path in call.args.files:
        try:
            found = call.office.check_template(_request(call, path, {}))
        except InputError as error:
            words, _ = call.console.texts.error(error.code, error.params)
            reason = {"code": error.code, "words": words}
            call.console.emit_line({"file": path, "ok": False, "findings": [], "reason": reason})
            continue
        call.console.emit_line(
            {
                "file": path,
                "ok": not any(one.stops for one in found),
                "findings": [said(call, one) for one in found],
            }
        )


def templates_render(call: Call) -> None:
    made = call.office.render_template(_request(call, call.args.file, _values(call.args.person)))
    call.console.emit(
        {"subject": made.subject, "html": made.html, "text": made.text, "missing": list(made.missing)},
        [made.subject, "", made.text],
    )


def said(call: Call, one: TemplateFinding) -> dict[str, object]:
    """What a reader of templates refuses is an error there and an answer here."""
    code, params, texts = one.reason.code, one.reason.params, call.console.texts
    known = texts.has(f"reason.{code}")
    words = texts.say(f"reason.{code}", **params) if known else texts.error(code, params)[0]
    return {"code": code, "words": words, "stops": one.stops}


def _request(call: Call, path: str, values: dict[str, str]) -> TemplateRequest:
    return TemplateRequest(text_of(path), call.args.language, MailPurpose(call.args.purpose), values)


def text_of(path: str) -> str:
    """Raises InputError `template-not-text`."""
    data, _ = read_file(path, LIMITS.template_bytes)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("template-not-text") from error


def _values(path: str) -> dict[str, str]:
    """Raises InputError `template-values`."""
    try:
        given = json.loads(read_file(path, LIMITS.template_bytes)[0])
    except ValueError as error:
        raise InputError("template-values") from error
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise InputError("template-values")
    return given
