"""The words of password cards, sealed by the caller; and which form of locked file people asked for."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from desktop.models.lanes import Tx
from desktop.models.protection import Form
from desktop.models.records import PersonId
from desktop.models.rows import chunks
from desktop.models.tables_protection import card_words, person_form


def put(tx: Tx, person: PersonId, salt: bytes, words: bytes) -> None:
    """Keep the sealed words of the card with this salt, in place of an older card's."""
    row = insert(card_words).values(person=person, salt=salt, words=words)
    tx.connection.execute(
        row.on_conflict_do_update(index_elements=["person"], set_={"salt": salt, "words": words})
    )


def get_many(tx: Tx, people: Iterable[PersonId]) -> dict[PersonId, tuple[bytes, bytes]]:
    """Salt and sealed words by person; of cards made before words were kept there are none."""
    found: dict[PersonId, tuple[bytes, bytes]] = {}
    for some in chunks(people):
        rows = tx.connection.execute(select(card_words).where(card_words.c.person.in_(some)))
        found.update((PersonId(row.person), (row.salt, row.words)) for row in rows)
    return found


def wish(tx: Tx, person: PersonId, form: Form | None) -> None:
    """The form that a person asked for; None takes the wish back."""
    if form is None:
        tx.connection.execute(delete(person_form).where(person_form.c.person == person))
        return
    row = insert(person_form).values(person=person, form=form.value)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["person"], set_={"form": form.value}))


def wishes(tx: Tx, people: Iterable[PersonId]) -> dict[PersonId, Form]:
    found: dict[PersonId, Form] = {}
    for some in chunks(people):
        rows = tx.connection.execute(select(person_form).where(person_form.c.person.in_(some)))
        found.update((PersonId(row.person), Form(row.form)) for row in rows)
    return found
