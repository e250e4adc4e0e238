"""The rooms of the office in this process that are about consent; as `local_people.py`."""

from __future__ import annotations

from typing import NamedTuple

from desktop.office.consent import ConsentDesk
from desktop.office.consent_asking import ConsentAsking
from desktop.office.consent_batches import ConsentBatches
from desktop.office.consent_proving import ConsentProving
from desktop.office.permissions import Permissions


class ConsentRooms(NamedTuple):
    """In the order in which `assembly.py` builds them."""

    consent: ConsentDesk
    permissions: Permissions
    asking: ConsentAsking
    batches: ConsentBatches
    proving: ConsentProving


class ConsentOffice:
    """Fulfils `api_consent.ConsentDoor`."""

    def __init__(self, rooms: ConsentRooms) -> None:
        self.show_consent = rooms.consent.show_consent
        self.record_consent = rooms.consent.record_consent
        self.show_proof = rooms.consent.show_proof
        self.print_permission = rooms.permissions.print_permission
        self.keep_permission = rooms.permissions.keep_permission
        self.end_permission = rooms.permissions.end_permission
        self.ask_consent = rooms.asking.ask_consent
        self.try_batch = rooms.batches.try_batch
        self.run_batch = rooms.batches.run_batch
        self.list_batches = rooms.batches.list_batches
        self.undo_batch = rooms.batches.undo_batch
        self.prove_consent = rooms.proving.prove_consent
