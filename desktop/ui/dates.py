"""Days and times as people read them, in the window's language."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from PySide6.QtCore import QDate, QDateTime, QLocale, QTime, QTimeZone

_WEEK = 7


def system_zone() -> str:
    """Where this computer stands, as an IANA name; UTC where it does not say."""
    return bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii") or "UTC"


def locale_of(language: str) -> QLocale:
    return QLocale("es_US" if language == "es" else "en_US")


def day_words(day: date, language: str) -> str:
    """Such as "Tue 24 Nov"."""
    return locale_of(language).toString(QDate(day.year, day.month, day.day), "ddd d MMM")


def time_words(moment: datetime, language: str) -> str:
    """A wall-clock time, such as "2:30 PM"."""
    return locale_of(language).toString(QTime(moment.hour, moment.minute), QLocale.FormatType.ShortFormat)


def visit_words(start: datetime, language: str) -> str:
    """A visit's time of the wall clock, such as "Tue 24 Nov, 2:30 PM"."""
    return f"{day_words(start.date(), language)}, {time_words(start, language)}"


def near_words(start: datetime, language: str) -> str:
    """As `visit_words` where only these days can be meant, such as "Tue 24, 2:30 PM"."""
    day = locale_of(language).toString(QDate(start.year, start.month, start.day), "ddd d")
    return f"{day}, {time_words(start, language)}"


def moment_words(moment: datetime, language: str) -> str:
    """When something happened, on this computer's clock, such as "Tue 24 Nov, 2:30 PM"."""
    local = moment.astimezone()
    made = QDateTime(QDate(local.year, local.month, local.day), QTime(local.hour, local.minute))
    short = locale_of(language).toString(made.time(), QLocale.FormatType.ShortFormat)
    return f"{locale_of(language).toString(made.date(), 'ddd d MMM')}, {short}"


def short_words(moment: datetime, now: datetime, language: str) -> str:
    """As in a list of mail: today's by the time, this week's by the weekday, older ones by the day."""
    local, today = moment.astimezone(), now.astimezone().date()
    days = (today - local.date()).days
    if days == 0:
        return time_words(local, language)
    day = QDate(local.year, local.month, local.day)
    if 0 < days < _WEEK:
        return locale_of(language).toString(day, "ddd")
    return locale_of(language).toString(day, "d MMM" if local.year == today.year else "d MMM yyyy")


def date_words(day: date | None, language: str) -> str:
    """A date with its year, such as a date of birth."""
    if day is None:
        return ""
    return locale_of(language).toString(QDate(day.year, day.month, day.day), "d MMM yyyy")


def when_words(moment: datetime, zone: tzinfo | None, language: str, *, seconds: bool = False) -> str:
    """In the practice's zone, such as "24 Nov 2026, 2:30 PM"."""
    local = moment.astimezone(zone)
    locale = locale_of(language)
    day = locale.toString(QDate(local.year, local.month, local.day), "d MMM yyyy")
    if seconds:
        form = "HH:mm:ss" if language == "es" else "h:mm:ss AP"
        return f"{day}, {locale.toString(QTime(local.hour, local.minute, local.second), form)}"
    return f"{day}, {locale.toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)}"
