"""The words of a problem report: looked at for names by who may look for people, and nobody else."""

from __future__ import annotations

import json

import pytest

from desktop.errors import Refused
from desktop.models import audit as kept_log
from desktop.models.accounts import Role, Session
from desktop.office.api import Office
from desktop.office.values_person import NewPerson
from tests.made_practice import Practice
from tests.made_staff import desk_of
from tests.support.canary import CANARY
from tests.support.colleagues import let_in

ABOUT_A_PATIENT = f"{CANARY.first_name} {CANARY.last_name} cannot open her letter"
ABOUT_NOBODY = "Lydia Nobodyhere cannot open her letter"


def with_a_patient(practice: Practice) -> tuple[Office, Session]:
    office, session = practice.signed_in()
    fields = {"first_name": CANARY.first_name, "last_name": CANARY.last_name, "email": CANARY.email}
    assert office.add_person(session, NewPerson(fields)).shown is not None
    return office, session


def counts(office: Office) -> list[int]:
    """Of the records of problem reports: how much was found."""
    bodies = desk_of(office).opened().database.read(lambda tx: [one.body for one in kept_log.records(tx)])
    found = [json.loads(one) for one in bodies]
    return [one["det"]["count"] for one in found if one["act"] == "problem.reported"]


def test_who_may_look_for_people_is_shown_the_name_and_the_record_counts_it(practice: Practice) -> None:
    office, session = with_a_patient(practice)
    assert office.report_problem(session).hits == ()
    assert len(office.report_problem(session, ABOUT_A_PATIENT).hits) == 1
    assert office.report_problem(session, ABOUT_NOBODY).hits == ()
    assert counts(office) == [0, 1, 0]


def test_an_auditor_learns_of_nobody_by_a_report(practice: Practice) -> None:
    office, session = with_a_patient(practice)
    dora = let_in(practice, office, session, "dora", Role.AUDITOR)
    _, auditor = dora.signed_in(practice, office)
    for words in (ABOUT_A_PATIENT, ABOUT_NOBODY):
        with pytest.raises(Refused) as refused:
            office.report_problem(auditor, words)
        assert refused.value.code == "not-allowed"  # who wrote them reads them once more
    born = f"{ABOUT_A_PATIENT}, born {CANARY.birth_date}"
    assert [one.kind for one in office.report_problem(auditor, born).hits] == ["birth-date"]
    assert office.report_problem(auditor).counts["users"] == 2
