"""Fields of the practice's own: made, filled, checked, and not even named to whoever may not see them."""

from __future__ import annotations

import pytest

from desktop.access.roles import Purpose
from desktop.errors import InputError, Refused, SealwellError
from desktop.models.accounts import Role, Session
from desktop.models.records import PersonId, Reason
from desktop.models.standing import CustomField, CustomValue, FieldClass, FieldId, FieldKind
from desktop.office.api import Office
from desktop.office.values_audit import LogQuery
from desktop.office.values_facts import FieldRequest
from desktop.people.customfields import CHOICES_MOST, MOST, read_value, written
from tests.made_practice import Practice, person_named
from tests.made_staff import desk_of
from tests.support.colleagues import let_in

INSURER = FieldRequest("insurer", "Insurer", FieldKind.CHOICE, choices=("Acme", "Sun Health"))
A1C = FieldRequest("a1c", "Last A1c", FieldKind.NUMBER, FieldClass.CLINICAL)


def code_of(error: pytest.ExceptionInfo[SealwellError]) -> str:
    return error.value.code


def names(office: Office, session: Session) -> list[str]:
    return [line.field.name for line in office.list_fields(session).fields]


def values(office: Office, session: Session, person: PersonId) -> dict[str, CustomValue | None]:
    return {line.field.name: line.value for line in office.show_custom(session, person).lines}


def test_a_field_is_made_filled_changed_and_retired_and_what_people_have_stays(
    at_work: tuple[Office, Session],
) -> None:
    office, ana = at_work
    office.set_field(ana, INSURER)
    person = person_named(office, ana, "Canaryfield")
    assert values(office, ana, person) == {"insurer": None}
    office.set_custom(ana, person, {"insurer": " sun  HEALTH "})
    assert values(office, ana, person) == {"insurer": "Sun Health"}
    assert [line.used for line in office.list_fields(ana).fields] == [1]
    office.set_field(ana, FieldRequest("insurer", "Payer", FieldKind.CHOICE, choices=("Sun Health", "New")))
    with pytest.raises(InputError) as caught:
        office.set_field(ana, FieldRequest("insurer", "Payer", FieldKind.CHOICE, choices=("New",)))
    assert code_of(caught) == "custom-choice-used"
    retired = FieldRequest("insurer", "Payer", FieldKind.CHOICE, choices=("Sun Health",), retired=True)
    (line,) = office.set_field(ana, retired).fields
    assert line.field.retired_at is not None
    assert values(office, ana, person) == {}
    office.set_field(ana, FieldRequest("insurer", "Payer", FieldKind.CHOICE, choices=("Sun Health",)))
    assert values(office, ana, person) == {"insurer": "Sun Health"}
    office.set_custom(ana, person, {"insurer": ""})
    assert values(office, ana, person) == {"insurer": None}
    acts = [one.act for one in office.query_log(ana, LogQuery(limit=40)).lines]
    assert {"field.changed", "fields.listed", "people.changed", "people.shown"} <= set(acts)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (FieldRequest("Insurer", "X"), "custom-name"),
        (FieldRequest("in surer", "X"), "custom-name"),
        (FieldRequest('x"y', "X"), "custom-name"),
        (FieldRequest("x", " "), "custom-label"),
        (FieldRequest("x", "y" * 61), "custom-label"),
        (FieldRequest("x", "X", FieldKind.CHOICE), "custom-choices"),
        (FieldRequest("x", "X", FieldKind.CHOICE, choices=("A", " a ")), "custom-choices"),
        (
            FieldRequest("x", "X", FieldKind.CHOICE, choices=tuple(map(str, range(CHOICES_MOST + 1)))),
            "custom-choices",
        ),
        (FieldRequest("insurer", "X", FieldKind.TEXT), "custom-kind-stays"),
    ],
)
def test_a_field_that_makes_no_sense_is_refused(
    at_work: tuple[Office, Session], request_: FieldRequest, code: str
) -> None:
    office, ana = at_work
    office.set_field(ana, INSURER)
    with pytest.raises(InputError) as caught:
        office.set_field(ana, request_)
    assert code_of(caught) == code
    assert names(office, ana) == ["insurer"]


def test_there_are_only_so_many_fields(at_work: tuple[Office, Session]) -> None:
    office, ana = at_work
    for number in range(MOST):
        office.set_field(ana, FieldRequest(f"field_{number}", "X", place=number))
    with pytest.raises(InputError) as caught:
        office.set_field(ana, FieldRequest("one_more", "X"))
    assert code_of(caught) == "custom-many"
    assert names(office, ana) == [f"field_{number}" for number in range(MOST)]


def test_clinical_fields_are_not_even_named_at_the_front_desk(
    practice: Practice, at_work: tuple[Office, Session]
) -> None:
    office, ana = at_work
    for request in (INSURER, A1C):
        office.set_field(ana, request)
    person = person_named(office, ana, "Canaryfield")
    office.set_custom(ana, person, {"a1c": "6.5", "insurer": "Acme"})
    desk_of(office).guard.prove(ana, Purpose.USERS)
    rita = let_in(practice, office, ana, "bo", Role.FRONT_DESK)
    office, desk = rita.signed_in(practice, office)
    assert names(office, desk) == ["insurer"]
    assert values(office, desk, person) == {"insurer": "Acme"}
    with pytest.raises(InputError) as caught:
        office.set_custom(desk, person, {"a1c": "7"})
    assert code_of(caught) == "custom-unknown"
    with pytest.raises(Refused) as refused:
        office.set_field(desk, INSURER)
    assert code_of(refused) == "not-allowed"
    ana = office.sign_in(practice.credentials()).session
    desk_of(office).guard.prove(ana, Purpose.USERS)
    _, cleo = let_in(practice, office, ana, "cleo", Role.CLINICIAN).signed_in(practice, office)
    assert values(office, cleo, person) == {"insurer": "Acme", "a1c": 6.5}
    assert not office.show_custom(cleo, person).can_change


def test_what_does_not_fit_a_field_is_refused_and_nothing_of_it_is_kept(
    at_work: tuple[Office, Session],
) -> None:
    office, ana = at_work
    for request in (INSURER, A1C):
        office.set_field(ana, request)
    person = person_named(office, ana, "Canaryfield")
    for changes, code in (
        ({"insurer": "Acme", "a1c": "high"}, "value-unusable"),
        ({"insurer": "Nobody"}, "value-unusable"),
        ({"shoe": "9"}, "custom-unknown"),
        ({}, "nothing-to-change"),
    ):
        with pytest.raises(InputError) as caught:
            office.set_custom(ana, person, changes)
        assert code_of(caught) == code
    assert values(office, ana, person) == {"insurer": None, "a1c": None}
    nobody = PersonId("0" * 32)
    with pytest.raises(InputError) as caught:
        office.set_custom(ana, nobody, {"insurer": "Acme"})
    assert code_of(caught) == "person-unknown"
    with pytest.raises(InputError) as caught:
        office.show_custom(ana, nobody)
    assert code_of(caught) == "person-unknown"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FieldKind.TEXT, " a  b ", "a b"),
        (FieldKind.TEXT, "=1+1", Reason("formula")),
        (FieldKind.NUMBER, "-12", -12),
        (FieldKind.NUMBER, "6.50", 6.5),
        (FieldKind.NUMBER, "1,200", Reason("number-unreadable")),
        (FieldKind.NUMBER, "1e9", Reason("number-unreadable")),
        (FieldKind.NUMBER, "٣", Reason("number-unreadable")),
        (FieldKind.NUMBER, "9" * 400, Reason("number-unreadable")),
        (FieldKind.DAY, "2026-11-24", "2026-11-24"),
        (FieldKind.DAY, "11/24/2026", "2026-11-24"),
        (FieldKind.DAY, "24/11/2026", Reason("date-impossible")),
        (FieldKind.YES_NO, "Sí", True),
        (FieldKind.YES_NO, "N", False),
        (FieldKind.YES_NO, "maybe", Reason("yes-no-unreadable")),
        (FieldKind.CHOICE, "a+", "A+"),
        (FieldKind.CHOICE, "A-", "A-"),
        (FieldKind.CHOICE, "B", Reason("choice-unknown", {"allowed": "A+, A-"})),
    ],
)
def test_values_are_read_as_people_write_them_and_never_guessed(
    kind: FieldKind, text: str, value: CustomValue | Reason
) -> None:
    one = CustomField(FieldId("f"), "x", "X", kind, choices=("A+", "A-"))
    read = read_value(one, text)
    assert read == value
    assert type(read) is type(value)
    if not isinstance(read, Reason):
        assert read_value(one, written(read)) == read
