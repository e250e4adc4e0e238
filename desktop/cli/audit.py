"""`audit verify|export|approve|access|disclosures`: checking the log and handing it out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path

from desktop.cli import shapes
from desktop.cli.commands import Call, day_of
from desktop.models.accounts import UserId
from desktop.models.filters import AuditFilter
from desktop.models.records import MessageId, PersonId
from desktop.office.values_access import Verdict
from desktop.office.values_audit import LogExport, LogFormat, PersonReport, ReportMade


def audit_verify(call: Call) -> int:
    """Exit code 1 where the log is not whole."""
    verdict = call.office.verify_audit(call.session(), call.console.progress())
    call.console.emit(
        {
            "ok": verdict.ok,
            "records": verdict.records,
            "first_bad": verdict.first_bad,
            "class": verdict.class_,
        }
    )
    return 0 if verdict.ok else 1


def audit_export(call: Call) -> None:
    """`{pending}` and exit 0 where somebody must approve first; then again with `--approval`."""
    session, args = call.session(), call.args
    request = LogExport(
        LogFormat(args.format),
        str(Path(args.to).absolute()),
        args.reason,
        _filter(call),
        args.approval or "",
    )
    done = call.office.export_log(session, request, call.console.progress())
    if done.pending:
        answer = {"pending": done.pending, "people": done.people, "from": shapes.moment(done.from_)}
        call.console.emit(answer)
    else:
        call.console.emit({"file": done.file, "records": done.records})


def audit_approve(call: Call) -> None:
    approve = not call.args.refuse
    call.office.decide_approval(call.session(), Verdict(call.args.approval, approve))
    call.console.emit({"id": call.args.approval, "approved": approve})


def audit_access(call: Call) -> None:
    _report(
        call, lambda request: call.office.record_of_access(call.session(), request, call.console.progress())
    )


def audit_disclosures(call: Call) -> None:
    _report(call, lambda request: call.office.disclosures(call.session(), request, call.console.progress()))


def _report(call: Call, make: Callable[[PersonReport], ReportMade]) -> None:
    """The ending of the file's name is the form."""
    args = call.args
    to = Path(args.to).absolute()
    made = make(
        PersonReport(
            PersonId(args.person),
            to.suffix.lower().removeprefix("."),
            str(to),
            day_of(call.console, args.since),
            day_of(call.console, args.until),
        )
    )
    call.console.emit({"file": made.file, "rows": made.rows})


def _filter(call: Call) -> AuditFilter:
    """Days are those of the practice, whose zone the office knows: times without one."""
    args = call.args
    since, until = day_of(call.console, args.since), day_of(call.console, args.until)
    return AuditFilter(
        since=datetime.combine(since, time()) if since else None,
        until=datetime.combine(until + timedelta(days=1), time()) if until else None,
        actor=UserId(args.user) if args.user else None,
        person=PersonId(args.person) if args.person else None,
        acts=tuple(args.event or ()),
        message=MessageId(args.message) if args.message else None,
    )
