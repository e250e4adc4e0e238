"""Fields of the practice's own: what they may be called, what may stand in them, and who sees them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType

from desktop.access.roles import FieldGroup, hidden
from desktop.errors import InputError
from desktop.models import customfields
from desktop.models.accounts import Role
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.names import word_key
from desktop.models.records import PersonId, Reason
from desktop.models.standing import CustomField, CustomValue, FieldClass, FieldId, FieldKind
from desktop.people.tabular import folded
from desktop.people.values import TEXT_MAX, read_day, read_text
from desktop.texts import clean

MOST = 100
"""Fields in all: each is looked at for every row of an import."""
CHOICES_MOST = 50
LABEL_CHARS = 60
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NUMBER = re.compile(r"[+-]?(?:\d{1,15}|\d{1,12}\.\d{1,6})")
_YES = frozenset(["yes", "y", "true", "1", "si", "x", "on"])
_NO = frozenset(["no", "n", "false", "0", "off"])

GROUP_OF: Mapping[FieldClass, FieldGroup] = MappingProxyType(
    {
        FieldClass.PLAIN: FieldGroup.CONTACT,
        FieldClass.IDENTIFYING: FieldGroup.CONTACT,
        FieldClass.CLINICAL: FieldGroup.CLINICAL,
    }
)
"""Which part of the work a field of a class belongs to (45 CFR 164.502(b), minimum necessary)."""


def seen(fields: Iterable[CustomField], role: Role) -> list[CustomField]:
    """Those of `fields` that `role` may know of at all."""
    gone = frozenset(hidden(role))
    return [one for one in fields if GROUP_OF[one.group] not in gone]


def read_value(one: CustomField, text: str, *, day_first: bool = False) -> CustomValue | Reason:
    """What is kept for `text` as people and files write it; '' is for the caller to leave out.

    Reasons: `number-unreadable`, `yes-no-unreadable`, `choice-unknown`, and those of `read_day` and
    `read_text`.
    """
    return _READERS[one.kind](one, text.strip(), day_first)


def written(value: CustomValue | None) -> str:
    """As `read_value` reads it again: for exports and forms."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def keep(tx: Tx, wanted: CustomField, now: datetime) -> CustomField:
    """Keep a field as it is to be; its name finds the one that is known.

    Raises InputError `custom-name`, `custom-label`, `custom-kind-stays`, `custom-choices`,
    `custom-choice-used`, `custom-many`.
    """
    name, label = wanted.name.strip(), clean(wanted.label, LABEL_CHARS + 1)
    if not _NAME.fullmatch(name):
        raise InputError("custom-name")
    if not label or len(label) > LABEL_CHARS:
        raise InputError("custom-label", most=LABEL_CHARS)
    before = customfields.by_name(tx, name)
    if before is not None and before.kind is not wanted.kind:
        raise InputError("custom-kind-stays", field=name)
    if before is None and len(customfields.listing(tx, retired=True)) >= MOST:
        raise InputError("custom-many", most=MOST)
    choices = _choices(wanted)
    if before is not None and (gone := set(before.choices) - set(choices)):
        _refuse_used(tx, name, gone)
    id_ = before.id if before is not None else FieldId(new_id())
    one = replace(wanted, id=id_, name=name, label=label, choices=choices)
    customfields.put(tx, one, now)
    return one


def store(
    tx: Tx, person: PersonId, changes: Mapping[str, str], role: Role, *, day_first: bool = False
) -> None:
    """Set what people wrote into fields of one person; '' empties one.

    Raises InputError `custom-unknown` for a field that there is not for this role, and
    `value-unusable` with the reason.
    """
    known = {one.name: one for one in seen(customfields.listing(tx), role)}
    if not changes:
        raise InputError("nothing-to-change", allowed=", ".join(known))
    kept: dict[str, CustomValue | None] = {}
    for name, text in changes.items():
        one = known.get(name.strip())
        if one is None:
            raise InputError("custom-unknown", field=clean(name, 40))
        value = read_value(one, text, day_first=day_first) if text.strip() else None
        if isinstance(value, Reason):
            raise InputError("value-unusable", field=one.label, reason=value.code, **value.params)
        kept[one.name] = value
    customfields.put_values(tx, person, kept)


def _choices(wanted: CustomField) -> tuple[str, ...]:
    if wanted.kind is not FieldKind.CHOICE:
        return ()
    choices = tuple(dict.fromkeys(clean(one, LABEL_CHARS) for one in wanted.choices))
    keys = {word_key(one) for one in choices}
    if not choices or "" in keys or len(keys) != len(choices) or len(choices) > CHOICES_MOST:
        raise InputError("custom-choices", most=CHOICES_MOST)
    return choices


def _refuse_used(tx: Tx, name: str, gone: Iterable[str]) -> None:
    """What people have in a field stays one of its choices, or nobody could tell what it meant."""
    for choice in sorted(gone):
        count = customfields.used_choice(tx, name, choice)
        if count:
            raise InputError("custom-choice-used", choice=choice, count=count)


def _text(_: CustomField, text: str, __: bool) -> CustomValue | Reason:
    return read_text(text, limit=TEXT_MAX)


def _number(_: CustomField, text: str, __: bool) -> CustomValue | Reason:
    if not _NUMBER.fullmatch(text) or not text.isascii():
        return Reason("number-unreadable")
    return float(text) if "." in text else int(text)


def _day(_: CustomField, text: str, day_first: bool) -> CustomValue | Reason:
    day = read_day(text, day_first)
    return day.isoformat() if isinstance(day, date) else day


def _choice(one: CustomField, text: str, _: bool) -> CustomValue | Reason:
    by_word = {word_key(choice): choice for choice in one.choices}
    return by_word.get(word_key(text)) or Reason("choice-unknown", {"allowed": ", ".join(one.choices)})


def _yes_no(_: CustomField, text: str, __: bool) -> CustomValue | Reason:
    word = folded(text)
    return word in _YES if word in _YES | _NO else Reason("yes-no-unreadable")


_READERS: Mapping[FieldKind, Callable[[CustomField, str, bool], CustomValue | Reason]] = MappingProxyType(
    {
        FieldKind.TEXT: _text,
        FieldKind.NUMBER: _number,
        FieldKind.DAY: _day,
        FieldKind.CHOICE: _choice,
        FieldKind.YES_NO: _yes_no,
    }
)
