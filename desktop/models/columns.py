"""How values are kept in columns: text that sorts as what it means.

Every table is STRICT and knows INTEGER, TEXT and BLOB only, so that the same columns
exist in any SQL database. What happened is UTC with microseconds and a fixed width;
an appointment's start is wall-clock time without zone.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def utc_text(moment: datetime) -> str:
    """`2026-11-21T09:05:00.000000Z`; a naive time is a bug and raises ValueError."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def utc_value(text: str) -> datetime:
    """The moment of `utc_text`."""
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)


def wall_text(moment: datetime) -> str:
    """`2026-11-24T14:30:00`; a time with a zone is a bug and raises ValueError."""
    if moment.tzinfo is not None:
        raise ValueError("wall-clock time has no zone")
    return moment.isoformat(timespec="seconds")


class Utc(TypeDecorator[datetime]):
    """An aware moment."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else utc_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else utc_value(value)


class Wall(TypeDecorator[datetime]):
    """Wall-clock time without zone, to the second."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else wall_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class Day(TypeDecorator[date]):
    """A calendar day, `2026-11-24`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


class Json(TypeDecorator[Any]):
    """Small structured values that no query looks into."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else _WRITER.encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)
