"""Records, times and outcomes of the log as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo

from PySide6.QtCore import QDate, QLocale

from desktop.models.accounts import Role
from desktop.office.values_practice import AuditLine
from desktop.texts import clean
from desktop.ui.base import Ui
from desktop.ui.dates import when_words

SYSTEM = "system"
"""The actor of what the program does by itself."""
OUTCOMES = ("ok", "refused", "failed")
LOOKS = {"ok": "pill-ok", "refused": "pill-warn", "failed": "pill-error"}
_NUMBERS = (
    *(
        "count",
        "records",
        "rows",
        "people",
        "queued",
        "included",
        "excluded",
        "version",
        "created",
        "updated",
        "unchanged",
    ),
    *("rejected", "cancelled", "changed", "requeued", "uncertain", "messages", "attempts", "tries", "left"),
    *(
        "sessions",
        "tasks",
        "drafts",
        "conversations",
        "mails",
        "approvals",
        "imports",
        "first",
        "last",
        "first-bad",
        "least",
        "minutes",
    ),
    *("days", "year"),
)
"""Fields whose number is said as it is."""
_CODES = {
    "method": "ui.method",
    "consent": "ui.consent",
    "status": "ui.status",
    "role": "ui.role",
    "role-before": "ui.role",
    "kind": "ui.kind",
    "format": "ui.export.form",
    "kept": "retention",
    "rule": "alert",
    "action": "ui.action",
    "report": "ui.record.report",
}
"""Fields that hold a code, and where its words are."""
_VERSIONS = ("program", "program-before")
"""Fields that hold a version of the program, which is said as it is."""
_TIMES = ("at", "before", "after", "until")


def full_when(moment: datetime, zone: tzinfo | None, language: str) -> str:
    """With the weekday, seconds, and the name of the zone."""
    local = moment.astimezone(zone)
    weekday = _locale(language).toString(QDate(local.year, local.month, local.day), "dddd")
    return f"{weekday}, {when_words(moment, zone, language, seconds=True)} ({local.tzname()})"


def _locale(language: str) -> QLocale:
    return QLocale("es_US" if language == "es" else "en_US")


def number_words(number: int, language: str) -> str:
    """With separators: "1,000,000"."""
    return _locale(language).toString(number)


def who_words(ui: Ui, actor: str) -> str:
    return ui.say("report.system") if actor in (SYSTEM, "") else clean(actor)


def what_words(ui: Ui, act: str) -> str:
    code = f"event.{act}"
    return ui.say(code) if ui.texts.has(code) else ui.say("report.unreadable")


def summary(ui: Ui, line: AuditLine) -> str:
    """What was done, and what became of it unless it was simply done."""
    words = what_words(ui, line.act)
    counted = line.details.get("count")
    if counted:
        words = f"{words} · {ui.texts.count('ui.record.listed', int(counted))}"
    method = line.details.get("method")
    if method:
        words = f"{words} · {ui.say(f'ui.method.{method}')}"
    return words if line.outcome == "ok" else f"{words} · {outcome_words(ui, line.outcome)}"


def outcome_words(ui: Ui, outcome: str) -> str:
    return ui.say(f"report.outcome.{outcome}") if outcome in OUTCOMES else clean(outcome)


def why_words(ui: Ui, line: AuditLine) -> str:
    """The reason of what did not go well, in words where there are any that name no value."""
    for code in (f"reason.{line.why}", f"error.{line.why}", f"ui.gap.cause-{line.why}"):
        if line.why and ui.texts.is_whole(code):
            return ui.say(code)
    return ""


def plain_fields(ui: Ui, line: AuditLine, zone: tzinfo | None) -> list[tuple[str, str]]:
    """Label and value of every field that has words; the others are technical."""
    found = []
    for name, value in line.details.items():
        words = _value(ui, name, value, zone)
        if words:
            found.append((ui.say(f"ui.record.{name}"), words))
    if line.act == "guard.refused" and ui.texts.has(f"ui.action.{line.obj}"):
        found.insert(0, (ui.say("ui.record.action"), ui.say(f"ui.action.{line.obj}")))
    return found


def technical_fields(ui: Ui, line: AuditLine, zone: tzinfo | None) -> list[tuple[str, str]]:
    """Number and fingerprint of the record, and every field by its name in the log."""
    found = [
        (ui.say("ui.record.number"), str(line.seq)),
        (ui.say("ui.record.act"), line.act),
        (ui.say("ui.record.hash"), line.hash),
        (ui.say("ui.record.object"), line.obj),
        (ui.say("ui.record.why"), line.why),
    ]
    found += [(name, str(value)) for name, value in line.details.items() if not _value(ui, name, value, zone)]
    return [(name, value) for name, value in found if value]


def _value(ui: Ui, name: str, value: str | int, zone: tzinfo | None) -> str:
    if isinstance(value, int):
        if name in _TIMES:
            return when_words(datetime.fromtimestamp(value / 1000, UTC), zone, ui.texts.language)
        if name == "day":
            return _day(value, ui.texts.language)
        return (
            number_words(value, ui.texts.language)
            if name in _NUMBERS and name != "year"
            else _year(name, value)
        )
    if name in _VERSIONS:
        return clean(value)
    code = f"{_CODES[name]}.{value}" if name in _CODES else ""
    return ui.say(code).rstrip(".") if code and ui.texts.is_whole(code) else ""


def _year(name: str, value: int) -> str:
    return str(value) if name == "year" else ""


def _day(value: int, language: str) -> str:
    """A day kept as yyyymmdd."""
    day = QDate(value // 10_000, value // 100 % 100, value % 100)
    return _locale(language).toString(day, "d MMM yyyy") if day.isValid() else ""


def date_of(day: QDate) -> date:
    return date(day.year(), day.month(), day.day())


def may_change(role: Role) -> bool:
    """Whose buttons of alerts, reviews and retention are shown; the door decides."""
    return role is Role.ADMINISTRATOR
