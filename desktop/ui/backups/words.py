"""How backups stand, in words: one sentence for the page, the banner and the foot of the window."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QLocale

from desktop.models.accounts import Role
from desktop.models.records import Reason
from desktop.models.safekeeping import Backup, Drill, TargetKind
from desktop.office.values_backups import FRESH, BackupsShown, Freshness, TargetLine
from desktop.texts import clean
from desktop.ui.base import Ui
from desktop.ui.dates import date_words, day_words, time_words
from desktop.ui.files import size_words

LOOKERS = frozenset({Role.ADMINISTRATOR, Role.MANAGER})
"""Who has the page and can do something about an old backup; the office decides again."""
EVERY = (0, 24, 168)
"""Schedules that are offered, in hours: after every backup, daily, weekly."""
PICTURES = {
    TargetKind.USB: "usb",
    TargetKind.FOLDER: "folder",
    TargetKind.SHARE: "network",
    TargetKind.SFTP: "server",
    TargetKind.WEBDAV: "cloud",
    TargetKind.S3: "cloud",
}
_NAME_CHARS = 60
_WEEK = 7
_ABSENT = "target-not-connected"


def at_words(ui: Ui, moment: datetime) -> str:
    """Such as "4:05 PM today" or "9:00 AM on Thu 19 Nov"; also of what is to come."""
    local, now = moment.astimezone(), ui.clock.now().astimezone()
    language = ui.texts.language
    near = {0: "today", 1: "yesterday", -1: "tomorrow"}.get((now.date() - local.date()).days)
    time = time_words(local, language)
    if near is None:
        return ui.say("ui.backups.at-day", time=time, day=day_words(local.date(), language))
    return ui.say(f"ui.backups.at-{near}", time=time)


def since_words(ui: Ui, moment: datetime) -> str:
    """Since when, as people say it: a time of today, yesterday, a weekday, then the day."""
    local, now = moment.astimezone(), ui.clock.now().astimezone()
    language = ui.texts.language
    days = (now.date() - local.date()).days
    if days <= 0:
        return ui.say("ui.backups.at-today", time=time_words(local, language))
    if days == 1:
        return ui.say("ui.backups.yesterday")
    if days < _WEEK:
        locale = QLocale("es_US" if language == "es" else "en_US")
        name = locale.standaloneDayName(local.isoweekday(), QLocale.FormatType.LongFormat)
        return ui.say("ui.backups.weekday", day=name)
    return ui.say("ui.backups.date", day=date_words(local.date(), language))


def name_of(line: TargetLine) -> str:
    return clean(line.target.name, _NAME_CHARS)


def names_of(ui: Ui, names: list[str]) -> str:
    return ", ".join(names) or ui.say("ui.backups.nowhere")


def size_of(ui: Ui, backup: Backup) -> str:
    return size_words(backup.bytes, ui.texts.language)


def headline(ui: Ui, freshness: Freshness, places: int = 0) -> str:
    """One sentence; `places` hold the newest backup, 0 where that is not known."""
    if freshness.last is None:
        return ui.say("ui.backups.never")
    if freshness.state != FRESH:
        return ui.say("ui.backups.not-since", when=since_words(ui, freshness.since or freshness.last))
    when = at_words(ui, freshness.last)
    if not places:
        return ui.say("ui.backups.saved-at", when=when)
    if freshness.since is None:
        return ui.texts.count("ui.backups.all-saved", places)
    return ui.texts.count("ui.backups.saved-up-to", places, when=when)


def places_with_newest(shown: BackupsShown) -> int:
    last = shown.freshness.last
    return sum(1 for line in live(shown) if line.last and last and line.last.made_at >= last)


def tone(freshness: Freshness) -> str:
    """`ok`, `warn` or `error`; a practice that is a day old has nothing to worry about yet."""
    if freshness.campaigns_locked:
        return "error"
    return "ok" if freshness.state == FRESH and freshness.last is not None else "warn"


def live(shown: BackupsShown) -> tuple[TargetLine, ...]:
    return tuple(line for line in shown.targets if line.target.retired_at is None)


def to_do(ui: Ui, shown: BackupsShown) -> str:
    """What comes next, or what somebody should do now."""
    freshness, lines = shown.freshness, live(shown)
    parts = []
    if freshness.campaigns_locked:
        parts.append(ui.say("ui.backups.campaigns-locked"))
    if not lines:
        parts.append(ui.say("ui.backups.no-place"))
    elif freshness.state != FRESH or freshness.last is None:
        parts.append(_mend(ui, lines))
    else:
        parts.append(_next(ui, shown, lines))
        if len(lines) == 1:
            parts.append(ui.say("ui.backups.second-place"))
    return " ".join(parts)


def _mend(ui: Ui, lines: tuple[TargetLine, ...]) -> str:
    absent = next((one for one in lines if one.trouble and one.trouble.code == _ABSENT), None)
    if absent is not None:
        usb = absent.target.place.kind is TargetKind.USB
        return ui.say("ui.backups.plug-in" if usb else "ui.backups.connect", name=name_of(absent))
    if all(one.baa_problem for one in lines):
        return ui.say("ui.backups.agreement-first", name=name_of(lines[0]))
    return ui.say("ui.backups.press-now")


def _next(ui: Ui, shown: BackupsShown, lines: tuple[TargetLine, ...]) -> str:
    last, since = shown.freshness.last, shown.freshness.since
    if since is None and last is not None:
        return ui.say("ui.backups.last", when=at_words(ui, last))
    coming = [one.next_at for one in lines if one.next_at and one.next_at > ui.clock.now()]
    if coming:
        return ui.say("ui.backups.next-saves", when=at_words(ui, min(coming)))
    return ui.say("ui.backups.next-by-itself")


def status_words(ui: Ui, freshness: Freshness) -> str:
    """For the foot of the window; nobody's name, and no place's."""
    if freshness.last is None:
        return ui.say("ui.status.backup-never")
    if freshness.state == FRESH:
        return ui.say("ui.status.backup-saved", when=at_words(ui, freshness.last))
    code = "ui.status.backup-locked" if freshness.campaigns_locked else "ui.status.backup-old"
    return ui.say(code, when=since_words(ui, freshness.since or freshness.last))


# --- one place ----------------------------------------------------------------------------------


def pill_of(line: TargetLine) -> tuple[str, str]:
    """The state's code (`ui.target.state-<code>`) and its look."""
    if line.baa_problem is not None:
        return "no-agreement", "pill-error"
    if line.trouble is not None:
        return ("absent", "pill-warn") if line.trouble.code == _ABSENT else ("trouble", "pill-error")
    if line.last is None:
        return "empty", "pill-plain"
    return ("behind", "pill-warn") if line.behind else ("good", "pill-ok")


def kind_words(ui: Ui, line: TargetLine) -> str:
    """What it is, where, and how often it gets one."""
    place = line.target.place
    where = clean(place.address)
    return "  ·  ".join((ui.say(f"ui.target.kind-{place.kind.value}"), where, every_words(ui, line)))


def every_words(ui: Ui, line: TargetLine) -> str:
    return hours_words(ui, line.target.every_hours)


def hours_words(ui: Ui, hours: int) -> str:
    if hours in EVERY:
        return ui.say(f"ui.target.every-{hours}")
    return ui.texts.count("ui.target.every", hours)


def last_words(ui: Ui, line: TargetLine) -> str:
    if line.last is None:
        return ui.say("ui.target.last-none")
    size = size_words(line.bytes, ui.texts.language)
    return ui.say("ui.target.last", when=at_words(ui, line.last.made_at), size=size)


def next_words(ui: Ui, line: TargetLine) -> str:
    if line.baa_problem is not None:
        return ""
    if line.next_at is None:
        return ui.say("ui.target.next-with-backup")
    if line.next_at <= ui.clock.now():
        return ui.say("ui.target.next-soon")
    return ui.say("ui.target.next", when=at_words(ui, line.next_at))


def problems(ui: Ui, line: TargetLine) -> list[str]:
    """What is wrong and what to do about it."""
    found = [ui.reason(line.baa_problem)] if line.baa_problem is not None else []
    if line.trouble is not None:
        found.append(trouble_words(ui, line.trouble))
    if line.behind and not found:
        found.append(ui.texts.count("ui.target.behind", line.behind))
    if line.same_disk:
        found.append(ui.reason(Reason("target-same-disk")))
    return found


def trouble_words(ui: Ui, trouble: Reason) -> str:
    """What is wrong and what to do: a sentence of its own, or the known error's."""
    if ui.texts.has(f"reason.{trouble.code}"):
        return ui.reason(trouble)
    return " ".join(ui.texts.error(trouble.code, trouble.params))


def drill_words(ui: Ui, drills: tuple[Drill, ...]) -> str:
    """How the last one went."""
    if not drills:
        return ui.say("ui.drill.none-yet")
    newest = max(drills, key=lambda one: one.at)
    when = date_words(newest.at.astimezone().date(), ui.texts.language)
    if newest.ok:
        return ui.texts.count("ui.drill.last-ok", newest.seconds, when=when)
    return ui.say("ui.drill.last-failed", when=when)
