"""What patients answered, as FHIR R4: a Bundle of Communications, one a visit.

https://hl7.org/fhir/R4/communication.html: what was said is `completed` with its words; a patient from
whom nothing came is `not-done` with that reason. Visit and patient are named as the practice's own
programs know them, by identifier; no reference leads out of the bundle.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from desktop.models.campaigning import VisitAnswer
from desktop.people.answered import AnsweredVisit

_SYSTEM = "urn:x-sealwell"
_WORDS = {
    VisitAnswer.CONFIRMED: "The patient confirmed the appointment.",
    VisitAnswer.DECLINED: "The patient cancelled the appointment.",
}
_TOPIC = "Appointment confirmation"
_NOTHING = "No answer"


def bundle(rows: Iterable[AnsweredVisit], made: datetime) -> bytes:
    """The whole as JSON in UTF-8."""
    entries = [{"fullUrl": f"{_SYSTEM}:{row.visit.id}", "resource": communication(row)} for row in rows]
    whole: dict[str, Any] = {"resourceType": "Bundle", "type": "collection", "timestamp": _moment(made)}
    if entries:
        whole["entry"] = entries
    return json.dumps(whole, ensure_ascii=False, indent=1).encode("utf-8")


def communication(row: AnsweredVisit) -> dict[str, Any]:
    """One visit's. `sender` and `received` only where something was said."""
    patient = _named("Patient", "patient", row.person.external_id or row.person.id)
    patient["display"] = row.person.name
    found: dict[str, Any] = {
        "resourceType": "Communication",
        "id": row.visit.id,
        "identifier": [
            {"system": f"{_SYSTEM}:visit-answer", "value": f"{row.visit.id}.{row.visit.occurrence}"}
        ],
        "status": "completed" if row.answer else "not-done",
        "topic": {"text": _TOPIC},
        "subject": patient,
        "about": [_named("Appointment", "appointment", row.visit.external_id or row.visit.id)],
    }
    if row.answer is None:
        return found | {"statusReason": {"text": _NOTHING}}
    if row.at is not None:
        found["received"] = _moment(row.at)
    return found | {"sender": patient, "payload": [{"contentString": _WORDS[row.answer]}]}


def _named(kind: str, system: str, value: str) -> dict[str, Any]:
    return {"type": kind, "identifier": {"system": f"{_SYSTEM}:{system}", "value": value}}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
