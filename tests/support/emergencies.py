"""A practice with many visits that does not open, and who asks for its day."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import ClassVar

import pytest

from desktop.crypto.openvault import OpenVault
from desktop.crypto.vault import unlock_with_recovery
from desktop.errors import SealwellError
from desktop.models.documents import Document, Progress
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_backups import EmergencyRequest, EmergencyShown
from desktop.paths import PracticeFolder
from tests.made_practice import PASSWORD, USER, Practice, import_visits
from tests.support.damage import Keys

DAY = date(2026, 11, 24)
MANY = 400
WHY = "The computer broke down in the night"


class Press:
    """Keeps what it was given to print."""

    printed: ClassVar[list[Document]] = []

    def print_pdf(self, document: Document, progress: Progress | None = None) -> bytes:
        Press.printed.append(document)
        return b"%PDF-paper"


def filled(practice: Practice) -> Practice:
    """Many people with a visit tomorrow; nobody is at work any more."""
    office, session = practice.signed_in()
    people = "".join(f"{n},Given{n},Family{n:03},g{n}@example.org,,+1303555{n:04}\n" for n in range(MANY))
    data = f"MRN,First Name,Last Name,E-mail,DOB,Phone\n{people}".encode()
    office.import_people(session, ImportRequest("people.csv", data=data))
    visits = "".join(f"A{n},{n},2026-11-24,{8 + n // 60:02}:{n % 60:02},Dr. Shah\n" for n in range(MANY))
    head = "Appointment ID,MRN,Date,Time,Provider\n"
    import_visits(office, session, practice.clock, f"{head}{visits}".encode())
    office.close()
    return practice


def ask(**changes: object) -> EmergencyRequest:
    return replace(EmergencyRequest(USER, WHY, password=PASSWORD, day=DAY), **changes)  # type: ignore[arg-type]


def vault_of(practice: Practice, keys: Path | None = None) -> OpenVault:
    return unlock_with_recovery(keys or practice.folder.keys, practice.made.recovery_key)


def keys_of(practice: Practice) -> Keys:
    with closing(vault_of(practice)) as vault:
        return vault.database_key()


def refused(office: Office, request: EmergencyRequest) -> str:
    with pytest.raises(SealwellError) as caught:
        office.open_emergency(request)
    return caught.value.code


def files(folder: PracticeFolder) -> dict[str, bytes]:
    """Everything but what an opening may leave: its record, and the count of tries."""
    own = {folder.emergencies.name, folder.tries.name}
    found = {one.name: one for one in folder.root.rglob("*") if one.is_file()}
    return {
        name: one.read_bytes() for name, one in found.items() if not name.startswith(".") and name not in own
    }


def opened_after(practice: Practice) -> list[dict[str, object]]:
    """What the next sound opening finds: the records of emergency access in the log."""
    office, session = practice.signed_in()
    lines = [line for line in office.query_log(session).lines if line.act == "emergency.opened"]
    assert office.verify_audit(session).ok
    office.close()
    return [{"outcome": line.outcome, "why": line.why, "actor": line.actor} for line in lines]


def names(shown: EmergencyShown) -> set[str]:
    return {line.name for line in shown.visits}
