"""The sample practice: invented, complete, and imported as its demo promises."""

from __future__ import annotations

import csv
import io
from collections import Counter

from desktop.models.records import Consent, Kind, Method, Status
from desktop.paths import resource
from tests.unit.people.conftest import Practice

RESERVED = ("example.org", "example.com", "example.net", ".example")


def rows(name: str) -> list[dict[str, str]]:
    text = resource(f"sample/{name}").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_sample_people_show_every_case(practice: Practice) -> None:
    result = practice.people_bytes(resource("sample/people.csv").read_bytes())

    everybody = practice.everybody()
    assert result.created == len(everybody) >= 60
    assert Counter(row.reason.code for row in result.rejected) == {"duplicate": 1, "bad-address": 1}
    assert [p.consent for p in everybody].count(Consent.REFUSED) == 1
    assert {p.status for p in everybody} == set(Status)
    assert [p.kind for p in everybody].count(Kind.PROFESSIONAL) == 1
    assert [p.email for p in everybody].count("") == 1
    assert {p.language for p in everybody} == {"en", "es"}
    assert sum(not p.name.isascii() for p in everybody) >= 20
    assert max(Counter(p.email for p in everybody if p.email).values()) == 2


def test_nobody_real_can_be_written_to() -> None:
    for row in rows("people.csv"):
        assert not row["E-mail"] or row["E-mail"].endswith(RESERVED)
        assert " 555-01" in row["Phone"]


def test_no_address_of_the_sample_gives_a_name_away() -> None:
    for row in rows("people.csv"):
        local = row["E-mail"].partition("@")[0].lower()
        assert row["First Name"].lower() not in local
        assert row["Last Name"].lower() not in local


def test_tomorrow_has_visits_for_all_four_methods_and_for_people_who_get_none(practice: Practice) -> None:
    practice.people_bytes(resource("sample/people.csv").read_bytes())
    known = {person.external_id: person for person in practice.everybody()}
    demo = {row["MRN"]: row["demo"] for row in rows("people.csv") if row["demo"]}
    tomorrow = [row["MRN"] for row in rows("appointments.csv") if row["day"] == "1"]

    methods = Counter(demo.get(number, "") for number in tomorrow)
    assert len(tomorrow) == len(set(tomorrow)) >= 24
    assert all(methods[method] >= 5 for method in ("openpgp", "smime", "envelope", "tls"))
    for number in tomorrow:
        locked = demo.get(number) == "envelope"
        assert known[number].preferred_method is (Method.ENVELOPE if locked else None)
    without = [known[number] for number in tomorrow if number not in demo]
    assert {person.status for person in without} == {Status.ACTIVE, Status.MOVED, Status.DECEASED}
    assert {person.email == "" for person in without} == {True, False}
    assert Consent.REFUSED in {person.consent for person in without}
