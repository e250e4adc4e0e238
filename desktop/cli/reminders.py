"""`reminders …`: a plan and its sending, and when something is written about a visit."""

from __future__ import annotations

from desktop.cli import shapes
from desktop.cli.commands import Call, day_of
from desktop.cli.facts import wrong
from desktop.cli.relays import chosen, maybe_word, number, only
from desktop.models.campaigning import TemplateId, WindowId, WindowKind
from desktop.office.values_reminders import WindowChanged, WindowLine, WindowRequest, WindowsShown


def reminders_preview(call: Call) -> None:
    plan = call.office.preview_reminders(call.session(), day_of(call.console, call.args.date))
    call.console.emit(shapes.reminder_plan(call.console, plan))


def reminders_send(call: Call) -> None:
    plan = call.office.send_reminders(call.session(), day_of(call.console, call.args.date))
    call.console.emit(shapes.reminder_plan(call.console, plan))


def reminders_windows(call: Call) -> None:
    call.console.emit(_shown(call.office.list_windows(call.session())))


def reminders_set_window(call: Call) -> None:
    """`{kind, minutes, visit_type, template or code}`; with `id` a change of one."""
    session, given = call.session(), call.console.document()
    try:
        only(given, "kind", "minutes", "visit_type", "template", "code", "id")
        id_, template = maybe_word(given, "id"), maybe_word(given, "template")
        request = WindowRequest(
            chosen(WindowKind, given, "kind"),
            number(given, "minutes"),
            maybe_word(given, "visit_type"),
            TemplateId(template) if template else None,
            maybe_word(given, "code"),
            WindowId(id_) if id_ else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise wrong(call, error) from error
    call.console.emit(_changed(call.office.set_window(session, request)))


def reminders_retire_window(call: Call) -> None:
    call.console.emit(_changed(call.office.retire_window(call.session(), WindowId(call.args.window))))


def reminders_families(call: Call) -> None:
    merged = call.args.way == "merge"
    call.console.emit(_shown(call.office.set_family_letters(call.session(), merged)))


def _changed(changed: WindowChanged) -> shapes.Doc:
    return {"id": changed.id, "withdrawn": changed.withdrawn, **_shown(changed.shown)}


def _shown(shown: WindowsShown) -> shapes.Doc:
    windows = [_line(one) for one in shown.windows]
    return {"usual": shown.usual, "families": shown.families, "windows": windows}


def _line(one: WindowLine) -> shapes.Doc:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "minutes": one.minutes,
        "visit_type": one.visit_type,
        "template": one.template,
        "code": one.code,
        "unapproved": one.unapproved,
        "waiting": one.waiting,
    }
