"""Everybody's names and how record numbers look, for the content check: built once, off the lanes.

Renewed after an import or a change here, and when another process stored people: then
their number or the newest import differs.
"""

from __future__ import annotations

import threading

from desktop.frozen import dataclass
from desktop.mail.content_codes import learn
from desktop.mail.content_names import NameIndex
from desktop.mail.content_values import Known, MrnShapes
from desktop.models import imports, people
from desktop.models.database import Database, Tx
from desktop.models.records import Person


@dataclass(frozen=True)
class _Built:
    mark: tuple[int, str]
    names: NameIndex
    mrn: MrnShapes


class NameBook:
    """One per opened practice; asked from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._building = threading.Lock()
        self._built: _Built | None = None

    def everybody(self) -> Known:
        """As `known`, of a text that is meant for nobody here: every name in it is one too many."""
        built = self._current()
        return Known(people=built.names, mrn=built.mrn)

    def known(self, person: Person) -> Known:
        """What the content check knows when somebody writes to `person`.

        Takes about a second for a hundred thousand people the first time, then a look.
        """
        built = self._current()
        return Known(
            people=built.names,
            mrn=built.mrn,
            person=person.id,
            first_name=person.first_name,
            last_name=person.last_name,
            birth_date=person.birth_date,
            external_id=person.external_id,
        )

    def forget(self) -> None:
        """Somebody's name changed: built anew when it is asked next."""
        self._built = None

    def _current(self) -> _Built:
        with self._building:
            mark = self._database.read(_mark)
            if self._built is None or self._built.mark != mark:
                rows = self._database.read(people.patients)
                names = NameIndex((row.id, row.first_name, row.last_name) for row in rows)
                self._built = _Built(mark, names, learn(row.external_id for row in rows if row.external_id))
            return self._built


def _mark(tx: Tx) -> tuple[int, str]:
    return people.count(tx), imports.newest(tx)
