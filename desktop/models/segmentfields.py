"""Conditions of a rule that belong to no moment: columns, fields of the practice's own, addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy import ColumnElement, Text, and_, exists, func, literal_column, or_

from desktop.errors import InputError
from desktop.models.rules import Condition, Op
from desktop.models.standing import FieldKind
from desktop.models.tables import mailbox, person, person_mailbox
from desktop.models.tables_delivery import suppression

_AFTER = "\U0010ffff"
"""Sorts after every letter: what begins with a word lies between it and it with this."""
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
Truth = ColumnElement[bool]

TEXTS: Mapping[str, ColumnElement[str]] = {
    "sex": person.c.sex,
    "zip": person.c.zip,
    "city": person.c.city,
    "region": person.c.region,
}
WORDS: Mapping[str, ColumnElement[str]] = {
    "language": person.c.language,
    "kind": person.c.kind,
    "status": person.c.status,
}


def own_value(name: str) -> ColumnElement[str]:
    """What stands in a field of the practice's own, exactly as its index writes it."""
    if not _NAME.fullmatch(name):
        raise InputError("group-field")
    return literal_column(f"json_extract(person.custom, '$.\"{name}\"')", Text)


def own_index(name: str, kind: FieldKind) -> ColumnElement[str]:
    """What an index about the field holds: texts without their case."""
    value = own_value(name)
    return func.lower(value) if kind in (FieldKind.TEXT, FieldKind.CHOICE) else value


def text_is(column: ColumnElement[str], known: Truth, one: Condition) -> Truth:
    """A text column, folded; `known` says that something stands in it."""
    if one.op is Op.HAS:
        return known
    words = [lower(str(value)) for value in one.values]
    if one.op is Op.IS:
        return column.in_(words)
    return or_(*(column.between(word, word + _AFTER) for word in words))


def lower(text: str) -> str:
    """As SQLite's lower(): ASCII letters only."""
    return "".join(sign.lower() if sign.isascii() else sign for sign in text)


def leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def has_address() -> Truth:
    own = and_(person_mailbox.c.person == person.c.id, person_mailbox.c.ended_at.is_(None))
    return exists().where(own, or_(person_mailbox.c.preferred == 1, person_mailbox.c.confidential == 1))


def is_stopped() -> Truth:
    own = and_(person_mailbox.c.person == person.c.id, person_mailbox.c.preferred == 1)
    live = and_(suppression.c.address_key == mailbox.c.address_key, suppression.c.lifted_at.is_(None))
    return exists().where(own, mailbox.c.id == person_mailbox.c.mailbox, live)
