"""A practice with a place for its backups, about to be retired; and paper that is only kept."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from desktop.models.accounts import Session
from desktop.models.documents import Document, Progress
from desktop.models.safekeeping import Place, TargetKind
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_backups import RetireRequest, TargetRequest
from tests.made_practice import PEOPLE

PAPER = b"%PDF-paper"
SAME_DISK = "desktop.office.retire.same_disk"
"""Told that it is not, where a folder of a test stands for another disk."""
WHY = "It is replaced by a new one"


class Press:
    """Keeps what it was given to print."""

    printed: ClassVar[list[Document]] = []

    def print_pdf(self, document: Document, progress: Progress | None = None) -> bytes:
        Press.printed.append(document)
        return PAPER


def at_home(office: Office, session: Session, place: Path) -> None:
    """Three people, and a folder that stands for another computer's disk."""
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
    place.mkdir(parents=True)
    office.add_target(session, TargetRequest("shelf", Place(TargetKind.FOLDER, str(place)), own=True))


def asked(to: Path, practice: str = "Elm Street", reason: str = WHY) -> RetireRequest:
    return RetireRequest(practice, str(to), reason)
