"""`posture`: the sending domain, check by check; needs no practice and no token."""

from __future__ import annotations

from desktop.cli.commands import Call
from desktop.office.values_posture import PostureRequest


def posture(call: Call) -> None:
    args = call.args
    shown = call.office.check_posture(
        PostureRequest(args.domain, args.resolver or "", args.service or "", tuple(args.selector or ()))
    )
    checks = []
    for line in shown.checks:
        said = call.console.reason(line.reason)
        checks.append(
            {
                "check": line.check,
                "ok": line.ok,
                "grade": line.grade,
                "code": said["code"],
                "words": said["words"],
                "fix": line.fix,
            }
        )
    call.console.emit({"domain": shown.domain, "checks": checks, "campaigns": shown.campaigns})
