"""`audit alerts|rules|hours|digest|retention|seal|purge`: what stands out, and how long things are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call
from desktop.cli.console import Console
from desktop.errors import InputError
from desktop.office.values_audit import (
    AlertLine,
    AlertsShown,
    OpeningHours,
    PurgeRequest,
    RetentionShown,
    RuleLine,
)

Doc = dict[str, Any]


def audit_alerts(call: Call) -> None:
    """With `--seen`, `--incident` or `--close` that alert first, then all of them."""
    session, args = call.session(), call.args
    if args.incident:
        shown = call.office.open_incident(session, args.incident)
    elif args.close:
        shown = call.office.close_incident(session, args.close, args.reason or "")
    elif args.seen:
        shown = call.office.see_alert(session, args.seen)
    else:
        shown = call.office.list_alerts(session)
    call.console.emit(_alerts(call.console, shown))


def audit_rules(call: Call) -> None:
    """All of them; with `--rule` one is changed before, where a figure is given."""
    session, args = call.session(), call.args
    lines = call.office.list_rules(session)
    if args.rule:
        one = next((line for line in lines if line.rule == args.rule), None)
        if one is None:
            raise InputError("rule-unknown")
        if args.least is None and args.minutes is None:
            raise WrongUse(call.console.texts.say("cli.missing-field", field="--least, --minutes"))
        least = one.least if args.least is None else args.least
        minutes = one.minutes if args.minutes is None else args.minutes
        lines = call.office.set_rule(session, replace(one, least=least, minutes=minutes))
    call.console.emit({"rules": [_rule(call.console, line) for line in lines]})


def audit_hours(call: Call) -> None:
    """Outside these hours much looking and exporting stands out."""
    session, args = call.session(), call.args
    hours = call.office.show_hours(session)
    if (args.first, args.last, args.days) != (None, None, None):
        hours = OpeningHours(
            hours.first if args.first is None else args.first,
            hours.last if args.last is None else args.last,
            hours.days if args.days is None else _days(call, args.days),
        )
        hours = call.office.set_hours(session, hours)
    call.console.emit({"first": hours.first, "last": hours.last, "days": list(hours.days)})


def audit_digest(call: Call) -> None:
    session, say = call.session(), call.console.texts.say
    if call.args.sign:
        signed = call.office.sign_digest(session)
        call.console.emit({"signed_at": shapes.moment(signed.at), "next_due": shapes.moment(signed.next_due)})
        return
    shown = call.office.show_digest(session)
    call.console.emit(
        {
            "since": shapes.moment(shown.since),
            "until": shapes.moment(shown.until),
            "counts": [
                {"code": code, "words": say(f"digest.{code}"), "count": count} for code, count in shown.counts
            ],
            "alerts": shown.alerts,
            "unseen": shown.unseen,
            "last_signed": shapes.moment(shown.last_signed),
            "last_by": shown.last_by or None,
            "due": shapes.moment(shown.due),
        }
    )


def audit_retention(call: Call) -> None:
    session, args = call.session(), call.args
    if (args.keep is None) is not (args.days is None):
        raise WrongUse(call.console.texts.say("cli.missing-field", field="--keep, --days"))
    if args.keep is None:
        shown = call.office.show_retention(session)
    else:
        shown = call.office.set_retention(session, args.keep, args.days)
    call.console.emit(_retention(call.console, shown))


def audit_seal(call: Call) -> None:
    console = call.console

    def progress(done: int, total: int) -> bool:
        console.say(console.texts.say("cli.sealing-year", done=done, total=total))
        return True

    console.emit(_retention(console, call.office.seal_year(call.session(), call.args.year, progress)))


def audit_purge(call: Call) -> None:
    """`{pending}` and exit 0 where somebody must approve first; then again with `--approval`."""
    args = call.args
    request = PurgeRequest(args.year, reason=args.reason, approval=args.approval or "")
    done = call.office.purge_year(call.session(), request)
    if done.pending:
        call.console.emit({"pending": done.pending, "from": shapes.moment(done.from_)})
    else:
        call.console.emit({"year": done.year, "records": done.records, "certificate": done.certificate})


def _alerts(console: Console, shown: AlertsShown) -> Doc:
    return {"alerts": [_alert(console, line) for line in shown.alerts], "unseen": shown.unseen}


def _alert(console: Console, line: AlertLine) -> Doc:
    return {
        "id": line.id,
        "rule": line.rule,
        "words": console.texts.say(f"alert.{line.rule}"),
        "do": console.texts.say(f"alert.{line.rule}.do"),
        "severity": line.severity,
        "first": shapes.moment(line.first),
        "last": shapes.moment(line.last),
        "count": line.count,
        "user": line.user or None,
        "seqs": list(line.seqs),
        "incident": line.incident or None,
        "seen": line.seen,
        "settled": line.settled,
    }


def _rule(console: Console, line: RuleLine) -> Doc:
    return {
        "rule": line.rule,
        "words": console.texts.say(f"alert.{line.rule}"),
        "severity": line.severity,
        "least": line.least,
        "minutes": line.minutes,
        "changed": line.changed,
    }


def _retention(console: Console, shown: RetentionShown) -> Doc:
    return {
        "years": [
            {
                "year": one.year,
                "first": one.first,
                "last": one.last,
                "sealed_at": shapes.moment(one.sealed_at),
                "file": one.file or None,
                "purgeable": shapes.moment(one.purgeable),
                "purged_at": shapes.moment(one.purged_at),
            }
            for one in shown.segments
        ],
        "classes": [
            {"code": code, "words": console.texts.say(f"retention.{code}"), "days": days}
            for code, days in shown.classes
        ],
    }


def _days(call: Call, given: str) -> tuple[int, ...]:
    if not given.isdecimal():
        raise WrongUse(call.console.texts.say("cli.unknown-value"))
    return tuple(int(day) for day in given)
