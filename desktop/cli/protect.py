"""`protect`: how would this mail go, and what follows from what it says."""

from __future__ import annotations

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call, day_of, read_file, text_of
from desktop.config import CONTENT_LIMITS
from desktop.models.records import Label, PersonId
from desktop.office.values import Explained
from desktop.office.values_protection import ExplainFile


def protect_explain(call: Call) -> None:
    """The fixed form `{method, reasons, rejected, policy}`, and beside it what was found."""
    session = call.session()
    data, _ = read_file(call.args.file, CONTENT_LIMITS.mail_bytes)
    label = call.args.label or Label.ROUTINE.value
    if label not in tuple(Label):
        raise WrongUse(call.console.texts.say("cli.unknown-value"))
    request = ExplainFile(PersonId(call.args.person), data=data, label=Label(label))
    call.console.emit(_explained(call, call.office.explain_file(session, request)))


def protect_plan(call: Call) -> None:
    """A day's reminders by method, and everybody's decision."""
    shown = call.office.explain_reminders(call.session(), day_of(call.console, call.args.date))
    call.console.emit(
        {
            "day": shown.day.isoformat(),
            "counts": {method.value: count for method, count in shown.counts.items()},
            "people": [{"person": one.person, **_decision(call, one)} for one in shown.people],
        }
    )


def protect_rules(call: Call) -> None:
    call.console.emit({"rules": call.office.show_content_policy(call.session()).rules})


def protect_set(call: Call) -> None:
    """What follows from some kinds; the others stay."""
    session = call.session()
    given = call.console.document()
    rules = {str(kind): text_of(given, kind) for kind in given}
    call.console.emit({"rules": call.office.set_content_policy(session, rules).rules})


def _decision(call: Call, one: Explained) -> dict[str, object]:
    return {
        "method": one.method.value,
        "reasons": shapes.reasons(call.console, one.reasons),
        "rejected": [
            {
                "method": item.method.value,
                "reason": call.console.reason(item.reason),
                "remedy": shapes.maybe_reason(call.console, item.remedy),
            }
            for item in one.rejected
        ],
        "policy": one.policy,
    }


def _explained(call: Call, one: Explained) -> dict[str, object]:
    hits = [
        {
            "kind": hit.kind,
            "part": hit.part,
            "file": hit.file,
            "start": hit.start,
            "end": hit.end,
            "words": call.console.reason(hit.reason)["words"],
            "action": hit.action,
        }
        for hit in one.hits
    ]
    return {**_decision(call, one), "form": one.form.value if one.form else None, "hits": hits}
