"""What drives with backups remember of the log, asked while the database opens (SECURITY.md 5.2, G21).

The keyring is set back together with the computer; a drive that lay in a drawer is not. Each carries
the signed checkpoint of its newest backup. Nobody waits long for it: a share that hangs is no
witness today.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from desktop.audit.logkey import PUBLIC, write_vkey
from desktop.audit.witness import BACKUP, CHECKPOINT_FILE, Gap, Mark, NoteWitness, compare
from desktop.crypto.openvault import OpenVault
from desktop.errors import SealwellError
from desktop.models import targets, vaultkeys
from desktop.models.database import Database, Tx
from desktop.models.safekeeping import MOUNTED, Place
from desktop.office import loggap
from desktop.sync.targets.base import folder_of, vault_tag
from desktop.sync.targets.mounted import root_of

WAIT = 2.0
"""Seconds for all of them together."""


def marks_outside(database: Database, vault: OpenVault) -> tuple[Mark, ...]:
    """What the drives that are there say; one that is forged or not to be read says nothing."""

    def look(tx: Tx) -> tuple[bytes | None, list[Place]]:
        live = [one.place for one in targets.listing(tx, live=True) if one.place.kind in MOUNTED]
        return vaultkeys.get(tx, PUBLIC), live

    public, places = database.read(look)
    if public is None or not places:
        return ()
    vkey = write_vkey(f"sealwell.local/{vault.vault_id.hex()}", public)
    folder = folder_of(vault_tag(vault.vault_id.hex()))
    return _asked(places, folder, vkey)


def worst(tx: Tx, marks: Sequence[Mark]) -> tuple[Gap | None, frozenset[str]]:
    """The gap by whoever saw most of the log, and the roots of all that do not agree with it.

    What somebody has explained already is left out.
    """
    explained = loggap.explained(tx)
    gaps = [(mark, compare(tx, mark, BACKUP)) for mark in marks if mark.root not in explained]
    found = [(mark.size, gap) for mark, gap in gaps if gap is not None]
    roots = frozenset(mark.root for mark, gap in gaps if gap is not None)
    return (max(found, key=lambda each: each[0])[1] if found else None), roots


def _asked(places: Sequence[Place], folder: str, vkey: str) -> tuple[Mark, ...]:
    """Each in a thread of its own, which ends when its drive answers, or with the program."""
    ready, answers = threading.Condition(), list[Mark | None]()

    def ask(place: Place) -> None:
        found = _known(place, folder, vkey)
        with ready:
            answers.append(found)
            ready.notify()

    for place in places:
        threading.Thread(target=ask, args=(place,), name="log-outside", daemon=True).start()
    with ready:
        ready.wait_for(lambda: len(answers) == len(places), WAIT)
        return tuple(mark for mark in answers if mark is not None)


def _known(place: Place, folder: str, vkey: str) -> Mark | None:
    try:
        path: Path = root_of(place) / folder / CHECKPOINT_FILE
        return NoteWitness(BACKUP, path, vkey).known()
    except (SealwellError, OSError):
        return None
