"""What FHIR Consent and Communication do to the ledger: a no counts, a yes only with its proof."""

from __future__ import annotations

from typing import Any

import pytest
from fhir.resources.R4B.communication import Communication
from fhir.resources.R4B.consent import Consent

from desktop.people.fhir import read_fhir
from tests.unit.people.test_fhir import MARIA, bundle, people, said

PAPER = {"dateTime": "2026-05-01", "sourceAttachment": {"title": "E-mail form v3"}}


def consent(provision: dict[str, Any], **more: Any) -> dict[str, Any]:
    base = {
        "resourceType": "Consent",
        "id": "c1",
        "status": "active",
        "scope": {"coding": [{"code": "patient-privacy"}]},
        "category": [{"coding": [{"code": "59284-0"}]}],
        "patient": {"reference": "Patient/p1"},
        "policyRule": {"text": "ours"},
        "provision": provision,
    }
    return base | more


def purpose(kind: str, *codes: str) -> dict[str, Any]:
    return {"type": kind, "purpose": [{"code": code} for code in codes]}


def states(*resources: dict[str, Any]) -> dict[str, str]:
    (values,) = said(bundle(MARIA, *resources))
    return {name: values[name] for name in ("consent", "marketing", "paid", "plain") if name in values}


def refused(*resources: dict[str, Any]) -> list[tuple[int, str]]:
    return [(one.line, one.reason.code) for one in read_fhir(bundle(MARIA, *resources), "people").rejected]


@pytest.mark.parametrize(
    ("provision", "expected"),
    [
        (purpose("deny", "TREAT"), {"consent": "refused"}),
        (purpose("deny", "HMARKT"), {"marketing": "refused"}),
        (purpose("deny", "HMARKT", "HOPERAT"), {"consent": "refused", "marketing": "refused"}),
        ({"type": "deny"}, {"consent": "refused", "marketing": "refused"}),
        (
            {"type": "permit", "provision": [purpose("deny", "HMARKT")]},
            {"marketing": "refused"},
        ),
    ],
)
def test_a_refusal_is_taken_without_any_proof(provision: dict[str, Any], expected: dict[str, str]) -> None:
    Consent.model_validate(consent(provision))
    assert states(consent(provision)) == expected


def test_a_yes_is_taken_with_its_day_and_its_paper() -> None:
    (values,) = said(bundle(MARIA, consent(purpose("permit", "HMARKT"), **PAPER)))

    assert (values["marketing"], values["marketing_date"], values["marketing_source"]) == (
        *("given", "2026-05-01", "E-mail form v3"),
    )
    assert "consent" not in values


@pytest.mark.parametrize(
    "more", [{}, {"dateTime": "2026-05-01"}, {"dateTime": "2026", "sourceAttachment": {"title": "form"}}]
)
def test_a_yes_without_proof_gives_nothing_and_is_said(more: dict[str, Any]) -> None:
    given = consent(purpose("permit", "TREAT"), **more)
    assert states(given) == {}
    assert refused(given) == [(2, "consent-without-proof")]


def test_a_yes_that_ends_is_left_to_people() -> None:
    ends = purpose("permit", "TREAT") | {"period": {"end": "2027-01-01"}}
    assert refused(consent(ends, **PAPER)) == [(2, "consent-ends")]
    assert states(consent(ends | {"type": "deny"})) == {"consent": "refused"}


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_the_strictest_word_stands(order: int) -> None:
    both = [consent(purpose("permit", "TREAT"), **PAPER), consent(purpose("deny", "TREAT"))][::order]
    assert states(*both) == {"consent": "refused"}


def test_an_exception_from_a_general_no_is_a_yes_with_its_paper() -> None:
    mixed = consent({"type": "deny", "provision": [purpose("permit", "TREAT")]}, **PAPER)
    assert states(mixed) == {"consent": "given", "marketing": "refused"}


@pytest.mark.parametrize(
    "provision",
    [
        purpose("deny", "TREAT")
        | {"actor": [{"role": {"text": "r"}, "reference": {"reference": "Organization/1"}}]},
        purpose("deny", "TREAT") | {"action": [{"coding": [{"code": "disclose"}]}]},
        purpose("deny", "HRESCH"),
        {"type": "permit"},
        {},
    ],
)
def test_what_is_not_about_mail_changes_nothing_and_is_said(provision: dict[str, Any]) -> None:
    Consent.model_validate(consent(provision))
    assert states(consent(provision)) == {}
    assert refused(consent(provision)) == [(2, "consent-other-matter")]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("E-mail communication", {"consent": "refused"}),
        ("Marketing email", {"marketing": "refused"}),
        ("Unencrypted email", {"plain": "refused"}),
        ("Correo electrónico", {"consent": "refused"}),
    ],
)
def test_a_form_that_names_mail_is_about_mail(words: str, expected: dict[str, str]) -> None:
    named = consent({"type": "deny", "actor": [{}]}, category=[{"text": words}])
    assert states(named) == expected


@pytest.mark.parametrize("status", ["draft", "proposed", "inactive", "entered-in-error"])
def test_what_is_not_in_force_says_nothing(status: str) -> None:
    both = (
        consent(purpose("permit", "TREAT"), status=status, **PAPER),
        consent(purpose("deny", "TREAT"), status=status),
    )
    assert states(*both) == {}
    assert refused(*both) == []


def test_a_form_that_was_not_signed_is_a_no() -> None:
    assert states(consent(purpose("permit", "TREAT"), status="rejected", **PAPER)) == {"consent": "refused"}


@pytest.mark.parametrize(
    ("rule", "expected"), [("OPTOUT", {"consent": "refused"}), ("OPTIN", {"consent": "given"})]
)
def test_the_rule_says_it_where_the_provision_does_not(rule: str, expected: dict[str, str]) -> None:
    ruled = consent({"purpose": [{"code": "TREAT"}]}, policyRule={"coding": [{"code": rule}]}, **PAPER)
    assert states(ruled) == expected


def test_a_no_about_somebody_outside_the_file_is_kept_by_the_number() -> None:
    sheet = read_fhir(bundle(consent(purpose("deny", "TREAT"))), "people")
    (values,) = said(bundle(consent(purpose("deny", "TREAT"))))
    assert (values["external_id"], values["consent"], sheet.rejected) == ("p1", "refused", ())


def test_a_no_about_nobody_is_said() -> None:
    assert refused(consent(purpose("deny", "TREAT"), patient={"display": "somebody"})) == [
        (2, "patient-missing")
    ]


def not_sent(reason: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Communication",
        "id": "m1",
        "status": "not-done",
        "statusReason": {"coding": [{"code": reason}]},
        "subject": {"reference": "Patient/p1"},
    } | more


def test_an_objection_to_a_message_is_a_no() -> None:
    objected = not_sent("patient-objection", medium=[{"coding": [{"code": "EMAILWRIT"}]}])
    Communication.model_validate(objected)
    assert states(objected) == {"consent": "refused"}
    assert states(not_sent("patient-objection", category=[{"text": "Newsletter"}])) == {
        "marketing": "refused"
    }


@pytest.mark.parametrize(
    "other",
    [
        not_sent("system-error"),
        not_sent("patient-objection", medium=[{"coding": [{"code": "PHONE"}]}]),
        not_sent("patient-objection") | {"status": "completed"},
    ],
)
def test_other_messages_say_nothing(other: dict[str, Any]) -> None:
    assert states(other) == {}
    assert refused(other) == []


def test_a_refusal_reaches_the_row_of_its_person() -> None:
    (row,) = people(bundle(MARIA, consent(purpose("deny", "TREAT")))).rows
    assert (row.consent, row.consent_source) == ("refused", "Consent/c1")
