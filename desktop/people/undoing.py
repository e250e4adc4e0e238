"""Taking an import back: what it brought goes, what it changed is as before, no refusal is lifted."""

from __future__ import annotations

from datetime import datetime

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models import import_undo
from desktop.models.database import Tx
from desktop.models.records import ImportId
from desktop.people.columns import PEOPLE


@dataclass(frozen=True)
class Undone:
    """What became of an import's rows, by number of people (of visits, for a schedule).

    `restored`: as before the import. `removed`: newcomers on whom nothing hung. `withdrawn`:
    newcomers who have been written to or visited since; they are in no list any more.
    `refusals_kept`: refusals that the file brought and that stay. `changed_since`: left alone,
    because somebody changed them after the import.
    """

    restored: int
    removed: int
    withdrawn: int
    refusals_kept: int
    changed_since: int


def undo_import(tx: Tx, import_id: ImportId, by: str, now: datetime) -> Undone:
    """In the caller's transaction, which also calls back what waits for these people and visits.

    Raises InputError `import-unknown`, `import-undone-before`, and `import-forgotten` where what was before
    it is not kept any more.
    """
    batch = import_undo.batch_of(tx, import_id)
    if batch is None:
        raise InputError("import-unknown")
    kind, before = batch
    if before:
        raise InputError("import-undone-before")
    if import_undo.forgotten(tx, import_id):
        raise InputError("import-forgotten")
    if kind == PEOPLE:
        refusals = import_undo.unsay(tx, import_id, by, now)
        restored, changed = import_undo.restore_people(tx, import_id)
        removed, withdrawn, found = import_undo.remove_newcomers(tx, import_id, now)
    else:
        refusals = 0
        restored, changed = import_undo.restore_visits(tx, import_id)
        removed, withdrawn, found = import_undo.remove_visits(tx, import_id)
    import_undo.undone(tx, import_id, by, now)
    return Undone(restored, removed, withdrawn, refusals, changed + found)
