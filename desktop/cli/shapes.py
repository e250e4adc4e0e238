"""The office's answers in the fixed forms of the command line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from desktop.cli.console import Console
from desktop.models.records import Reason
from desktop.office.values import (
    AppointmentsImported,
    ExcludedLine,
    OutboxLine,
    OutboxShown,
    PeopleImported,
    PersonShown,
    RejectedRow,
    ReminderLine,
    ReminderPlan,
)
from desktop.office.values_access import ApprovalLine, OffboardPlan, OffboardReport, UserLine
from desktop.office.values_practice import RelayLine

Doc = dict[str, Any]


def moment(value: date | datetime | None) -> str | None:
    return value.isoformat() if value else None


def reasons(console: Console, found: Iterable[Reason]) -> list[Doc]:
    return [dict(console.reason(reason)) for reason in found]


def maybe_reason(console: Console, reason: Reason | None) -> Doc | None:
    return dict(console.reason(reason)) if reason else None


def rejected(console: Console, rows: Iterable[RejectedRow]) -> list[Doc]:
    return [{"line": row.line, "reason": console.reason(row.reason)} for row in rows]


def people_imported(console: Console, answer: PeopleImported) -> Doc:
    return {
        "created": answer.created,
        "updated": answer.updated,
        "unchanged": answer.unchanged,
        "rejected": rejected(console, answer.rejected),
        "import": answer.id,
    }


def appointments_imported(console: Console, answer: AppointmentsImported) -> Doc:
    return {
        "created": answer.created,
        "updated": answer.updated,
        "unchanged": answer.unchanged,
        "rejected": rejected(console, answer.rejected),
        "cancelled": list(answer.cancelled),
        "import": answer.id,
    }


def person(console: Console, shown: PersonShown) -> Doc:
    who = shown.person
    card = shown.card
    return {
        "id": who.id,
        "name": who.name,
        "first_name": who.first_name,
        "last_name": who.last_name,
        "email": who.email,
        "birth_date": moment(who.birth_date),
        "kind": who.kind.value,
        "status": who.status.value,
        "consent": who.consent.value,
        "language": who.language,
        "detail": who.detail.value,
        "external_id": who.external_id,
        "phone": who.phone,
        "organisation": who.organisation,
        "preferred_method": who.preferred_method.value if who.preferred_method else None,
        "methods": [method.value for method in shown.methods],
        "keys": [
            {
                "id": key.id,
                "kind": key.kind.value,
                "fingerprint": key.fingerprint,
                "expires": moment(key.expires),
                "usable": key.usable,
                "reason": maybe_reason(console, key.reason),
            }
            for key in shown.keys
        ],
        "passphrase": {"handed_over": card.handed_over, "how": card.how, "made_at": moment(card.made_at)}
        if card
        else None,
    }


def reminder(console: Console, line: ReminderLine) -> Doc:
    return {
        "person": line.person,
        "method": line.method.value,
        "reasons": reasons(console, line.reasons),
        "state": line.state.value,
        **_window(line),
        "others": [{"person": one.person, "start": moment(one.start)} for one in line.others],
    }


def excluded(console: Console, line: ExcludedLine) -> Doc:
    return {"person": line.person, "reason": console.reason(line.reason), **_window(line)}


def _window(line: ReminderLine | ExcludedLine) -> Doc:
    return {
        "start": moment(line.start),
        "window": line.window,
        "kind": line.kind.value,
        "not_before": moment(line.hour),
    }


def reminder_plan(console: Console, plan: ReminderPlan) -> Doc:
    return {
        "reminders": [reminder(console, line) for line in plan.reminders],
        "excluded": [excluded(console, line) for line in plan.excluded],
    }


def outbox_line(line: OutboxLine) -> Doc:
    return {
        "id": line.id,
        "person": line.person,
        "kind": line.kind,
        "method": line.method.value,
        "state": line.state.value,
        "reply": line.reply,
        "attempts": line.attempts,
        "not_before": moment(line.not_before),
    }


def outbox(answer: OutboxShown) -> Doc:
    return {
        "counts": {state.value: number for state, number in answer.counts.items()},
        "messages": [outbox_line(line) for line in answer.messages],
    }


def relay(console: Console, line: RelayLine) -> Doc:
    return {
        "id": line.id,
        "name": line.name,
        "host": line.host,
        "port": line.port,
        "security": line.security,
        "sender": line.sender,
        "required_tls": line.required_tls or None,
        "problem": maybe_reason(console, line.problem),
    }


def user(line: UserLine) -> Doc:
    return {
        "id": line.id,
        "user": line.name,
        "role": line.role.value,
        "state": line.state.value,
        "last_seen": moment(line.last_seen),
        "mfa": list(line.mfa),
        "signed_in": line.signed_in,
        "invited_until": moment(line.invited_until),
        "awaits": line.awaits.value if line.awaits else None,
    }


def approval(console: Console, line: ApprovalLine) -> Doc:
    return {
        "id": line.id,
        "kind": line.kind,
        "words": console.texts.say(f"approval.{line.kind}", **{"user": line.subject, **line.details}),
        "user": line.subject,
        "details": line.details,
        "reason": line.reason,
        "asked_by": line.asked_by,
        "asked_at": moment(line.asked_at),
        "mine": line.mine,
    }


def leaving(plan: OffboardPlan) -> Doc:
    return {
        "user": plan.name,
        "sessions": plan.sessions,
        "tasks": plan.tasks,
        "drafts": plan.drafts,
        "approvals": plan.approvals,
        "waiting": plan.waiting,
        "heirs": [name for _, name in plan.heirs],
        "relays": list(plan.relays),
    }


def left(console: Console, report: OffboardReport) -> Doc:
    todo = [{"code": code, "words": console.texts.say(f"offboard.{code}")} for code in report.left_to_do]
    why = {"code": report.why, "words": console.texts.error(report.why, {})[0]} if report.why else None
    return {
        "user": report.name,
        "at": moment(report.at),
        "sessions": report.sessions_ended,
        "tasks": report.tasks,
        "drafts": report.drafts,
        "approvals": report.approvals,
        "relays": list(report.relays),
        "left_to_do": todo,
        "key_changed": report.key_changed,
        "why": why,
    }
