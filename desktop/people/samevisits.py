"""One visit that stands twice: nobody is reminded of the same hour two times.

It happens where two records of a person become one, and where a schedule holds a visit under two
numbers. A provider or a type that is not said is no other one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from desktop.models import appointments
from desktop.models.database import Tx
from desktop.models.records import Appointment, AppointmentId, PersonId, VisitStatus


def repeated(
    visits: Iterable[Appointment], reminded: Collection[AppointmentId]
) -> list[tuple[Appointment, Appointment]]:
    """Each booked visit that stands a second time, behind the one that counts: the one that was reminded
    of, else the one that the schedule knows by a number, else the one that says more."""

    def rank(visit: Appointment) -> tuple[bool, bool, int, AppointmentId]:
        unsaid = (visit.provider, visit.visit_type, visit.location).count("")
        return visit.id not in reminded, not visit.external_id, unsaid, visit.id

    standing: dict[tuple[PersonId, datetime], list[Appointment]] = {}
    found = []
    for visit in sorted((one for one in visits if one.status is VisitStatus.BOOKED), key=rank):
        others = standing.setdefault((visit.person, visit.start_utc), [])
        first = next((one for one in others if _same(one, visit)), None)
        if first is None:
            others.append(visit)
        else:
            found.append((first, visit))
    return found


def fold(tx: Tx, person: PersonId, now: datetime) -> list[dict[str, str]]:
    """Call off what stands twice of the visits to come; answers what `unfold` takes.

    The number in the schedule goes over where the visit that counts has none, so that the next file
    finds that one.
    """
    coming = [visit for visit in appointments.of_person(tx, person) if visit.start_utc > now]
    counting = {visit.id: visit for visit in coming}
    folded = []
    for first, other in repeated(coming, appointments.reminded(tx, coming)):
        stays = counting[first.id]
        number = "" if stays.external_id else other.external_id
        off = replace(other, status=VisitStatus.CANCELLED)
        appointments.update(tx, replace(off, external_id="") if number else off)
        if number:
            counting[stays.id] = replace(stays, external_id=number)
            appointments.update(tx, counting[stays.id])
        folded.append({"stays": stays.id, "off": other.id, "number": number})
    return folded


def unfold(tx: Tx, folded: Iterable[Mapping[str, Any]]) -> int:
    """Two visits again; answers how many stay off because the one that counted is not as it was then:
    nobody knows whose was moved, called off or kept."""
    stayed = 0
    for one in folded:
        both = appointments.get_many(tx, (AppointmentId(one["stays"]), AppointmentId(one["off"])))
        stays, off = both.get(AppointmentId(one["stays"])), both.get(AppointmentId(one["off"]))
        if off is None or off.status is not VisitStatus.CANCELLED:
            continue  # somebody said since what became of it
        if one["number"] and stays is not None and stays.external_id == one["number"]:
            appointments.update(tx, replace(stays, external_id=""))
            off = replace(off, external_id=one["number"])
        if stays is not None and stays.status is VisitStatus.BOOKED and stays.start_utc == off.start_utc:
            off = replace(off, status=VisitStatus.BOOKED)
        else:
            stayed += 1
        appointments.update(tx, off)
    return stayed


def _same(one: Appointment, other: Appointment) -> bool:
    pairs = ((one.provider, other.provider), (one.visit_type, other.visit_type))
    return all(not mine or not theirs or mine.casefold() == theirs.casefold() for mine, theirs in pairs)
