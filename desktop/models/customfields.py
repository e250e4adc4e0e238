"""Fields of the practice's own, and what each person has in them (`person.custom`, a JSON object)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, select, update
from sqlalchemy.dialects.sqlite import insert

from desktop.models.lanes import Tx
from desktop.models.records import PersonId
from desktop.models.rows import chunks
from desktop.models.standing import CustomField, CustomValue, FieldClass, FieldId, FieldKind
from desktop.models.tables import person as people
from desktop.models.tables_people import custom_field

_STANDS = and_(people.c.merged_into.is_(None), people.c.withdrawn_at.is_(None))


def listing(tx: Tx, *, retired: bool = False) -> list[CustomField]:
    """In their order; with `retired` also those that are not offered any more."""
    query = select(custom_field).order_by(custom_field.c.place, custom_field.c.label, custom_field.c.name)
    if not retired:
        query = query.where(custom_field.c.retired_at.is_(None))
    return [_field(row) for row in tx.connection.execute(query)]


def by_name(tx: Tx, name: str) -> CustomField | None:
    """One that was retired too: its name is never given to another."""
    row = tx.connection.execute(select(custom_field).where(custom_field.c.name == name)).one_or_none()
    return _field(row) if row else None


def put(tx: Tx, one: CustomField, now: datetime) -> None:
    """Keep it as it is now; `name` and `kind` stay as they were first kept."""
    changed = {
        "label": one.label,
        "class": one.group.value,
        "choices": list(one.choices),
        "place": one.place,
        "retired_at": one.retired_at,
    }
    row = insert(custom_field).values(id=one.id, name=one.name, kind=one.kind.value, made_at=now, **changed)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["id"], set_=changed))


def values(tx: Tx, person: PersonId) -> dict[str, CustomValue]:
    """All that is kept of a person by field name, of retired fields too; {} of somebody unknown."""
    return values_many(tx, (person,)).get(person, {})


def values_many(tx: Tx, ids: Iterable[PersonId]) -> dict[PersonId, dict[str, CustomValue]]:
    """As `values`, of those who exist."""
    found: dict[PersonId, dict[str, CustomValue]] = {}
    for some in chunks(ids):
        query = select(people.c.id, people.c.custom).where(people.c.id.in_(some))
        found.update((PersonId(row.id), dict(row.custom)) for row in tx.connection.execute(query))
    return found


def put_values(tx: Tx, person: PersonId, changes: Mapping[str, CustomValue | None]) -> None:
    """Set fields of one person; None empties one. The others stay."""
    kept = values(tx, person) | {name: value for name, value in changes.items() if value is not None}
    for name, value in changes.items():
        if value is None:
            kept.pop(name, None)
    tx.connection.execute(update(people).where(people.c.id == person).values(custom=kept))


def used_many(tx: Tx, names: Sequence[str]) -> dict[str, int]:
    """How many people have something in each field: one look at everybody, however many fields."""
    if not names:
        return {}
    counts = [func.count(func.json_type(people.c.custom, _path(name))) for name in names]
    row = tx.connection.execute(select(*counts).select_from(people).where(_STANDS)).one()
    return {name: int(count) for name, count in zip(names, row, strict=True)}


def used_choice(tx: Tx, name: str, choice: str) -> int:
    """How many people have `choice` in the field."""
    has_it = func.json_extract(people.c.custom, _path(name)) == choice
    counted = select(func.count()).select_from(people).where(has_it)
    return int(tx.connection.execute(counted).scalar_one())


def _path(name: str) -> str:
    return f'$."{name}"'


def _field(row: Row[Any]) -> CustomField:
    return CustomField(
        id=FieldId(row.id),
        name=row.name,
        label=row.label,
        kind=FieldKind(row.kind),
        group=FieldClass(row._mapping["class"]),
        choices=tuple(row.choices),
        place=row.place,
        retired_at=row.retired_at,
    )
