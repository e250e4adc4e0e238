"""The log as a FHIR R4 Bundle of AuditEvents, for an EHR or an archive: ids, no names.

Every id is a logical reference in our own system (`urn:x-sealwell:...`). The elements follow
https://hl7.org/fhir/R4/auditevent.html; types come from DICOM's list, as that page proposes.
The bundle is written entry by entry, so that a million records take no more memory than one.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from desktop.audit.outside import SYSTEM_URI, Seen, iso, seen
from desktop.frozen import dataclass
from desktop.models.records import AuditRecord

_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_OBJECT_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_OBJECT_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
_SOURCE_TYPE = "http://terminology.hl7.org/CodeSystem/security-source-type"

_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_OUTCOMES = {"ok": "0", "refused": "4", "failed": "8"}
"""Success, minor failure, serious failure; a record that cannot be read is a major one (12)."""
_TYPES = {
    "activity": ("110100", "Application Activity"),
    "log": ("110101", "Audit Log Used"),
    "export": ("110106", "Export"),
    "import": ("110107", "Import"),
    "patient": ("110110", "Patient Record"),
    "query": ("110112", "Query"),
    "security": ("110113", "Security Alert"),
    "sign-in": ("110114", "User Authentication"),
}
_BY_ACT = {
    "audit.exported": "export",
    "people.imported": "import",
    "people.import-tried": "import",
    "appointments.imported": "import",
    "appointments.import-tried": "import",
    "people.searched": "query",
    "outbox.listed": "query",
    "damaged": "security",
}
_BY_PLACE = {
    **dict.fromkeys(("signin", "session", "tries", "pin", "code", "password", "security-key"), "sign-in"),
    **dict.fromkeys(("recovery-code", "recovery-codes"), "sign-in"),
    **dict.fromkeys(("guard", "clock", "user", "users", "roles", "policy", "vault", "approval"), "security"),
    **dict.fromkeys(("invitation", "leaving", "recovery-key", "identity", "alert"), "security"),
    **dict.fromkeys(("people", "consent", "key", "passphrase", "appointment", "appointments"), "patient"),
    **dict.fromkeys(("message", "reminders", "protection", "disclosures", "access-record"), "patient"),
    "audit": "log",
}
_VERBS = {
    **dict.fromkeys(("shown", "listed", "viewed", "searched", "explained", "previewed", "planned"), "R"),
    **dict.fromkeys(("verified", "exported", "import-tried"), "R"),
    **dict.fromkeys(("added", "created", "made", "queued", "kept", "invited", "imported", "issued"), "C"),
    **dict.fromkeys(("asked", "joined", "resent", "checkpoint"), "C"),
    **dict.fromkeys(("changed", "recorded", "decided", "set", "reset", "disabled", "suspended"), "U"),
    **dict.fromkeys(("reinstated", "rotated", "signed", "acknowledged", "superseded", "enrolled"), "U"),
    **dict.fromkeys(("removed", "revoked", "discarded", "retired", "withdrawn", "cancelled", "left"), "D"),
    "forgotten": "D",
}
"""What the last word of an act does to its object; everything else executes something (E)."""
_PERSONS = frozenset({"people.shown", "people.added", "people.changed", "consent.recorded"})
_PERSONS |= {"passphrase.made", "protection.explained"}
"""Acts whose object is a contact."""
_USERS = frozenset({"user", "signin", "invitation", "security", "leaving", "pin", "password", "code"})


@dataclass(frozen=True)
class Origin:
    """What the bundle comes from: `vault_id` in hexadecimal, and when it was made."""

    vault_id: str
    made: datetime


def fhir_bundle(records: Iterable[AuditRecord], origin: Origin) -> Iterator[bytes]:
    """One JSON document (`application/fhir+json`) in parts."""
    head = {"resourceType": "Bundle", "type": "collection", "timestamp": iso(origin.made)}
    yield _json(head)[:-1]
    first = True
    for record in records:
        resource = audit_event(seen(record), origin)
        entry = {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
        yield (b',"entry":[\n' if first else b",\n") + _json(entry)
        first = False
    yield b"}\n" if first else b"\n]}\n"


def audit_event(one: Seen, origin: Origin) -> dict[str, Any]:
    """One record as an AuditEvent resource."""
    made = {
        "resourceType": "AuditEvent",
        "id": _uuid(one.hash),
        "type": _type(one),
        "subtype": [{"system": f"{SYSTEM_URI}:act", "code": one.act}],
        "action": _VERBS.get(one.act.rpartition(".")[2], "E"),
        "recorded": iso(one.at or origin.made),
        "outcome": _OUTCOMES.get(one.outcome, "12") if one.readable else "12",
        "agent": [_agent(one)],
        "source": {
            "observer": _reference("vault", origin.vault_id, "Device"),
            "type": [{"system": _SOURCE_TYPE, "code": "4", "display": "Application Server"}],
        },
        "entity": list(_entities(one)),
    }
    if one.why:
        made["outcomeDesc"] = one.why
    return made


def _type(one: Seen) -> dict[str, str]:
    code, words = _TYPES[_BY_ACT.get(one.act) or _BY_PLACE.get(one.place, "activity")]
    return {"system": _DICOM, "code": code, "display": words}


def _agent(one: Seen) -> dict[str, Any]:
    agent: dict[str, Any] = {"requestor": one.actor not in ("", "system")}
    if one.actor:
        agent["who"] = _reference("user", one.actor, "Device" if one.actor == "system" else "Practitioner")
    if one.role:
        agent["role"] = [{"coding": [{"system": f"{SYSTEM_URI}:role", "code": one.role}]}]
    return agent


def _entities(one: Seen) -> Iterator[dict[str, Any]]:
    """The record itself with its details, then what it was done to."""
    details = {"seq": one.seq, "hash": one.hash, "session": one.session, "app": one.app, **one.det}
    told = ((name, str(value)) for name, value in details.items() if value != "")
    yield {
        "what": _reference("record", one.hash),
        "type": _coding(_OBJECT_TYPE, "2", "System Object"),
        "role": _coding(_OBJECT_ROLE, "13", "Security Resource"),
        "detail": [{"type": name, "valueString": value} for name, value in told],
    }
    person = one.obj if one.act in _PERSONS else one.det.get("person", "")
    if person:
        yield {
            "what": _reference("person", str(person), "Patient"),
            "type": _coding(_OBJECT_TYPE, "1", "Person"),
            "role": _coding(_OBJECT_ROLE, "1", "Patient"),
        }
    if one.obj and one.obj != person:
        kind = "user" if one.place in _USERS else one.place
        yield {
            "what": _reference(kind, one.obj, "Communication" if kind == "message" else ""),
            "type": _coding(_OBJECT_TYPE, "2", "System Object"),
            "role": _coding(_OBJECT_ROLE, "4", "Domain Resource"),
        }


def _reference(kind: str, value: str, type_: str = "") -> dict[str, Any]:
    reference: dict[str, Any] = {"identifier": {"system": f"{SYSTEM_URI}:{kind}", "value": value}}
    return {"type": type_, **reference} if type_ else reference


def _coding(system: str, code: str, display: str) -> dict[str, str]:
    return {"system": system, "code": code, "display": display}


def _uuid(hash_: str) -> str:
    """A record's own id for the bundle, from its hash; a hash that was altered is hashed again."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{SYSTEM_URI}:record:{hash_}"))


def _json(value: dict[str, Any]) -> bytes:
    return _WRITER.encode(value).encode("utf-8", "backslashreplace")
