"""Days and times in the words of the recipient's language."""

from __future__ import annotations

from datetime import date, datetime

from desktop.texts import Texts


def day_in_words(moment: date, language: str) -> str:
    """Such as "Tuesday, November 24, 2026"; the year is there because mail is read late."""
    texts = Texts(language)
    return texts.say(
        "mail.date",
        weekday=texts.say(f"mail.weekday.{moment.isoweekday()}"),
        month=texts.say(f"mail.month.{moment.month}"),
        day=moment.day,
        year=moment.year,
    )


def time_in_words(moment: datetime, language: str) -> str:
    """Such as "2:30 pm"; wall-clock time as given."""
    half = "mail.time.am" if moment.hour < 12 else "mail.time.pm"
    return Texts(language).say(half, hour=(moment.hour + 11) % 12 + 1, minute=f"{moment.minute:02d}")
