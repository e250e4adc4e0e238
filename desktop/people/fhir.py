"""FHIR R4 as records programs write it: a Bundle, one resource, a list of them, or NDJSON.

Taken are the fields that we need of Patient, Appointment, Consent and Communication; what a
resource holds beside them, extensions too, is passed over. References are followed inside the
file only. The line of a record in NDJSON is its line; in a Bundle it is the entry's number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from desktop.errors import InputError
from desktop.models.records import Reason
from desktop.people.columns import PEOPLE
from desktop.people.decoding import decode
from desktop.people.fhir_consent import Refusals
from desktop.people.fhir_values import Resource, coded, items, said, words
from desktop.people.gathered import Gathered, known_language
from desktop.people.sheets import Sheet

FORMAT = "fhir"
_START = re.compile(rb"\s*(?:\[\s*)?\{\s*\"")
_LOOKED_AT = 3
"""Lines among which one must be a whole resource in NDJSON."""
_SECRET = ("SS", "SSN", "DL", "PPN", "TAX", "NI", "SB", "MC", "AN", "VN")
"""Kinds of numbers (HL7 table 0203) that are not the practice's own."""
_SECRET_SYSTEMS = ("us-ssn", "2.16.840.1.113883.4.1", "us-medicare", "us-mbi", "us-dl")
_VISITS = {
    "proposed": "booked",
    "pending": "booked",
    "booked": "booked",
    "arrived": "kept",
    "checked-in": "kept",
    "fulfilled": "kept",
    "cancelled": "cancelled",
    "entered-in-error": "cancelled",
    "noshow": "missed",
}


def is_fhir(data: bytes) -> bool:
    """Whether it begins as JSON does."""
    return _START.match(data[:400].removeprefix(b"\xef\xbb\xbf")) is not None


def read_fhir(data: bytes, kind: str) -> Sheet:
    """The people or the visits of a file.

    Raises InputError: the codes of `decode`; `fhir-broken` when it is not JSON;
    `nothing-of-kind` when no resource is about `kind`.
    """
    found = Gathered(FORMAT, kind, data)
    resources: list[tuple[int, Resource]] = []
    known = _Known()
    for line, url, resource in _resources(decode(data).text):
        if resource is None:
            found.refuse(line, Reason("fhir-broken"))
            continue
        resources.append((line, resource))
        known.add(url, resource)
    (_people if kind == PEOPLE else _visits)(found, resources, known)
    return found.sheet()


def _resources(text: str) -> Iterator[tuple[int, str, Resource | None]]:
    """Line, full address and resource of each record; None for a line that is not JSON."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        if not any(isinstance(_one(line), dict) for _, line in lines[:_LOOKED_AT]):
            raise InputError("fhir-broken", line=getattr(error, "lineno", 1)) from error
        for number, line in lines:
            read = _one(line)
            yield number, "", read if isinstance(read, dict) else None
        return
    entries = items(whole.get("entry")) if _is_bundle(whole) else items(whole)
    for number, entry in enumerate(entries, 1):
        inner = entry.get("resource")
        yield number, said(entry.get("fullUrl")), inner if isinstance(inner, dict) else entry


def _is_bundle(whole: object) -> bool:
    return isinstance(whole, dict) and whole.get("resourceType") == "Bundle"


def _one(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


class _Known:
    """Resources of the file by what references call them."""

    def __init__(self) -> None:
        self._by: dict[str, Resource] = {}

    def add(self, url: str, resource: Resource) -> None:
        for name in (url, f"{said(resource.get('resourceType'))}/{said(resource.get('id'))}"):
            if name.strip("/"):
                self._by.setdefault(name, resource)

    def find(self, reference: object, holder: Resource) -> Resource | None:
        """The resource that `holder` refers to, if it is in the file."""
        text = said(reference.get("reference")) if isinstance(reference, dict) else ""
        if text.startswith("#"):
            return next(
                (one for one in items(holder.get("contained")) if said(one.get("id")) == text[1:]), None
            )
        return self._by.get(text) or self._by.get("/".join(text.split("/_history")[0].split("/")[-2:]))

    def patient(self, reference: object, holder: Resource) -> dict[str, str]:
        """What is known of the patient: the record's values, or the number in the reference alone."""
        found = self.find(reference, holder)
        if found is not None:
            return _patient(found)
        if not isinstance(reference, dict):
            return {}
        own = reference.get("identifier")
        number = said(own.get("value")) if isinstance(own, dict) else ""
        text = said(reference.get("reference"))
        is_patient = text.split("/")[-2:-1] == ["Patient"]
        return {"external_id": number or (text.rsplit("/", 1)[-1] if is_patient else "")}


def _people(found: Gathered, resources: list[tuple[int, Resource]], known: _Known) -> None:
    consents = Refusals(found)
    patients: list[tuple[int, dict[str, str]]] = []
    for line, resource in resources:
        kind = said(resource.get("resourceType"))
        if kind == "Patient":
            if any(said(link.get("type")) == "replaced-by" for link in items(resource.get("link"))):
                found.refuse(line, Reason("record-joined"))
            else:
                patients.append((line, _patient(resource)))
        elif kind in ("Consent", "Communication"):
            about = resource.get("patient") if kind == "Consent" else resource.get("subject")
            consents.take(line, resource, known.patient(about, resource).get("external_id", ""))
        else:
            found.ignore(kind or FORMAT)
    for line, values in patients:
        found.say(line, values | consents.of(values["external_id"]), key=values["external_id"])
    for number, line, values in consents.left():
        found.say(line, {"external_id": number} | values, key=number)


def _patient(resource: Resource) -> dict[str, str]:
    name = _best(items(resource.get("name")), ("official", "usual", "", "nickname", "anonymous"))
    home = _best(items(resource.get("address")), ("home", "", "billing", "temp", "work"))
    given = name.get("given")
    first = said(given[0]) if isinstance(given, list) and given else ""
    birth = said(resource.get("birthDate"))
    dead = resource.get("deceasedBoolean") is True or said(resource.get("deceasedDateTime"))
    gone = "discharged" if resource.get("active") is False else ""
    phones, emails = (_reached(resource, system) for system in ("phone", "email"))
    spoken = sorted(items(resource.get("communication")), key=lambda one: one.get("preferred") is not True)
    return {
        "external_id": _number(resource),
        "last_name": said(name.get("family")) or (said(name.get("text")) if not first else ""),
        "first_name": first,
        "birth_date": birth if len(birth) == 10 else "",  # a year or a month alone is no birth date
        "sex": said(resource.get("gender")) if resource.get("gender") != "unknown" else "",
        "street": " ".join(_lines(home.get("line"))),
        "city": said(home.get("city")),
        "region": said(home.get("state")),
        "zip": said(home.get("postalCode")),
        "phone": phones,
        "email": emails,
        "language": known_language(*(code for one in spoken for code in coded(one.get("language")))),
        "status": "deceased" if dead else gone,
    }


def _lines(value: object) -> list[str]:
    return [said(line) for line in value if said(line)] if isinstance(value, list) else []


def _best(found: list[Resource], uses: tuple[str, ...]) -> Resource:
    """The one whose use comes first in `uses`; what is old or has ended comes last, `old` never."""
    usable = [one for one in found if said(one.get("use")) not in ("old", "maiden")]
    ranks = {use: rank for rank, use in enumerate(uses)}
    return min(
        usable,
        key=lambda one: (_ended(one), ranks.get(said(one.get("use")), len(ranks))),
        default={},
    )


def _ended(one: Resource) -> bool:
    period = one.get("period")
    return isinstance(period, dict) and bool(said(period.get("end")))


def _reached(resource: Resource, system: str) -> str:
    """The first telephone number or e-mail address by rank, a mobile one before others."""
    kinds = ("mobile", "home", "", "work", "temp")
    points = [
        one
        for one in items(resource.get("telecom"))
        if said(one.get("system")) == system and said(one.get("use")) != "old" and said(one.get("value"))
    ]
    ranked = sorted(points, key=lambda one: (_ended(one), _rank(one), _place(kinds, said(one.get("use")))))
    return said(ranked[0].get("value")).removeprefix("tel:").removeprefix("mailto:") if ranked else ""


def _rank(one: Resource) -> int:
    rank = one.get("rank")
    return rank if isinstance(rank, int) and 0 < rank < 1000 else 1000


def _place(kinds: tuple[str, ...], kind: str) -> int:
    return kinds.index(kind) if kind in kinds else len(kinds)


def _number(resource: Resource) -> str:
    """The medical record's number; else another of the practice's own, else the record's id."""
    own: dict[bool, str] = {}
    for one in items(resource.get("identifier")):
        value = said(one.get("value"))
        kinds = set(coded(one.get("type")))
        system = said(one.get("system")).lower()
        secret = kinds & set(_SECRET) or system.endswith(_SECRET_SYSTEMS) or said(one.get("use")) == "old"
        if value and not secret:
            own.setdefault(bool(kinds & {"MR", "MRN"}), value)
    return own.get(True) or own.get(False) or said(resource.get("id"))


def _visits(found: Gathered, resources: list[tuple[int, Resource]], known: _Known) -> None:
    for line, resource in resources:
        kind = said(resource.get("resourceType"))
        if kind == "Appointment":
            values = _appointment(resource, known)
            found.say(line, values, key=values["external_id"])
        elif kind != "Patient":
            found.ignore(kind or FORMAT)


def _appointment(resource: Resource, known: _Known) -> dict[str, str]:
    patient: dict[str, str] = {}
    names = {"Practitioner": "", "Location": ""}
    for one in items(resource.get("participant")):
        actor = one.get("actor")
        actor = actor if isinstance(actor, dict) else {}
        kind = said(actor.get("type")) or _kind_of(said(actor.get("reference")), known.find(actor, resource))
        if kind == "Patient" and not patient:
            patient = known.patient(actor, resource)
        elif names.get(kind) == "":
            names[kind] = said(actor.get("display")) or _called(known.find(actor, resource))
    status = said(resource.get("status"))
    types = [resource.get("appointmentType"), *items(resource.get("serviceType"))]
    numbers = [said(one.get("value")) for one in items(resource.get("identifier"))]
    return {
        "external_id": next(filter(None, numbers), "") or said(resource.get("id")),
        "patient_id": patient.get("external_id", ""),
        "last_name": patient.get("last_name", ""),
        "first_name": patient.get("first_name", ""),
        "birth_date": patient.get("birth_date", ""),
        "start": said(resource.get("start")),
        "visit_type": next(filter(None, (words(one) for one in types)), ""),
        "provider": names["Practitioner"],
        "location": names["Location"],
        "status": _VISITS.get(status, status),
    }


def _kind_of(reference: str, found: Resource | None) -> str:
    if found is not None:
        return said(found.get("resourceType"))
    parts = reference.split("/")
    return parts[-2] if len(parts) > 1 else ""


def _called(resource: Resource | None) -> str:
    """A practitioner's or a place's name."""
    if resource is None:
        return ""
    name = resource.get("name")
    if isinstance(name, str):
        return said(name)
    best = _best(items(name), ("official", "usual", ""))
    given = best.get("given")
    return said(best.get("text")) or " ".join(filter(None, (*_lines(given), said(best.get("family")))))
