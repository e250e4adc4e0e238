"""Changing one person by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from desktop.errors import InputError
from desktop.models.records import Consent, Detail, Kind, Method, Person, PersonId, Status
from desktop.people.contacts import BY_HAND, FIELDS, change, changed, store
from tests.unit.people.conftest import NOW, Practice

ANA = Person(
    id=PersonId("a" * 32),
    kind=Kind.PATIENT,
    first_name="Ana",
    last_name="Ruiz",
    birth_date=date(1980, 3, 15),
    email="ana@example.org",
    language="en",
    detail=Detail.STANDARD,
    status=Status.ACTIVE,
    consent=Consent.UNKNOWN,
)
REFUSED = replace(ANA, consent=Consent.REFUSED)


@pytest.mark.parametrize(
    ("field", "value", "wanted"),
    [
        ("first_name", " Anna ", "Anna"),
        ("last-name", "Soto", "Soto"),
        ("birth_date", "4/16/1981", date(1981, 4, 16)),
        ("birth_date", "", None),
        ("email", "Ana@EXAMPLE.org", "Ana@example.org"),
        ("email", "", ""),
        ("phone", "+1 555 0100", "+1 555 0100"),
        ("organisation", "Lakeside", "Lakeside"),
        ("external_id", "77", "77"),
        ("language", "ES", "es"),
        ("detail", "minimal", Detail.MINIMAL),
        ("status", "Deceased", Status.DECEASED),
        ("kind", "professional", Kind.PROFESSIONAL),
        ("preferred_method", "envelope", Method.ENVELOPE),
        ("preferred_method", "", None),
        ("plain_wish", "yes", NOW),
        ("plain_wish", "2026-11-01", datetime(2026, 11, 1, 12, tzinfo=UTC)),
        ("plain_wish", "no", None),
    ],
)
def test_each_field_takes_its_values(field: str, value: str, wanted: object) -> None:
    after = change(ANA, field, value, NOW)

    assert getattr(after, field.replace("-", "_")) == wanted


@pytest.mark.parametrize(
    ("field", "value", "code", "tells"),
    [
        ("shoe_size", "44", "field-unknown", {"field": "shoe_size", "allowed": ", ".join(FIELDS)}),
        ("id", "x", "field-unknown", None),
        (
            "status",
            "gone",
            "value-not-allowed",
            {"field": "status", "allowed": "active, moved, deceased, discharged"},
        ),
        ("language", "fr", "value-not-allowed", {"field": "language", "allowed": "en, es"}),
        ("detail", "", "value-not-allowed", {"field": "detail", "allowed": "minimal, standard, full"}),
        ("kind", "robot", "value-not-allowed", None),
        ("preferred_method", "fax", "value-not-allowed", None),
        (
            "birth_date",
            "2030-01-01",
            "value-unusable",
            {"field": "birth_date", "reason": "birth-date-in-future"},
        ),
        ("first_name", "=1+1", "value-unusable", {"field": "first_name", "reason": "formula"}),
        ("phone", "5\u202e5", "value-unusable", {"field": "phone", "reason": "hidden-character"}),
        ("plain_wish", "2030-01-01", "value-unusable", {"field": "plain_wish", "reason": "date-in-future"}),
        ("plain_wish", "perhaps", "value-unusable", None),
        ("email", "ana", "address-unusable", {"reason": "bad-address"}),
        (
            *("email", "ana@gmial.com", "address-unusable"),
            {"reason": "domain-typo", "domain": "gmial.com", "suggestion": "gmail.com"},
        ),
    ],
)
def test_a_wrong_value_names_what_is_allowed(
    field: str, value: str, code: str, tells: dict[str, str] | None
) -> None:
    with pytest.raises(InputError) as caught:
        change(ANA, field, value, NOW)

    assert caught.value.code == code
    assert tells is None or caught.value.params == tells


def test_consent_is_a_choice_with_its_day_and_source() -> None:
    after = changed(
        ANA, {"consent": "given", "consent_date": "2026-11-01", "consent_source": "signed form"}, now=NOW
    )

    assert after.person.consent is Consent.GIVEN
    assert after.choice is not None
    assert after.choice.at == datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert after.choice.source == "signed form"


def test_a_refusal_needs_no_source_and_counts_from_now() -> None:
    after = changed(ANA, {"consent": "refused"}, now=NOW)

    assert after.choice is not None
    assert (after.choice.state, after.choice.at, after.choice.source) == (Consent.REFUSED, NOW, BY_HAND)


@pytest.mark.parametrize("state", ["given", "unknown"])
def test_a_refusal_is_lifted_only_with_a_source(state: str) -> None:
    with pytest.raises(InputError) as caught:
        changed(REFUSED, {"consent": state}, now=NOW)
    assert caught.value.code == "consent-source-needed"

    after = changed(REFUSED, {"consent": state, "consent_source": "new form"}, now=NOW)
    assert after.person.consent == state


def test_the_same_consent_again_is_no_new_entry() -> None:
    assert changed(REFUSED, {"consent": "refused"}, now=NOW).choice is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "nothing-to-change"),
        ({"consent_source": "form"}, "value-needed"),
        ({"consent": "perhaps"}, "value-not-allowed"),
        ({"consent": "given", "consent_date": "2027-01-01"}, "value-unusable"),
        ({"consent": "given", "consent_source": "=1"}, "value-unusable"),
        ({"last_name": ""}, "value-needed"),
    ],
)
def test_changes_that_say_too_little_are_refused(changes: dict[str, str], code: str) -> None:
    with pytest.raises(InputError) as caught:
        changed(ANA, changes, now=NOW)

    assert caught.value.code == code


def test_stored_changes_and_the_ledger_agree(practice: Practice) -> None:
    practice.people("First Name,Last Name,DOB\nAna,Ruiz,1980-03-15\n")
    ana = practice.one("Ruiz")

    changes = {"status": "moved", "consent": "refused"}
    after = practice.database.write(lambda tx: store(tx, ana.id, changes, by="eva", now=NOW))

    assert after == practice.one("Ruiz")
    assert (after.status, after.consent) == (Status.MOVED, Consent.REFUSED)
    assert [(e.state, e.by, e.source) for e in practice.ledger(ana)] == [(Consent.REFUSED, "eva", BY_HAND)]


def test_one_wrong_field_stores_none_of_them(practice: Practice) -> None:
    practice.people("First Name,Last Name,DOB\nAna,Ruiz,1980-03-15\n")
    ana = practice.one("Ruiz")

    with pytest.raises(InputError):
        practice.database.write(
            lambda tx: store(tx, ana.id, {"phone": "555", "status": "gone"}, by="eva", now=NOW)
        )

    assert practice.one("Ruiz") == ana


def test_an_id_that_nobody_has_is_a_known_error(practice: Practice) -> None:
    with pytest.raises(InputError) as caught:
        practice.database.write(lambda tx: store(tx, PersonId("0" * 32), {"phone": "5"}, by="eva", now=NOW))

    assert caught.value.code == "person-unknown"
