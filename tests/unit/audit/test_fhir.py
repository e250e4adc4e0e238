"""What we write is read by `fhir.resources`, which checks the R4B rules (AuditEvent is R4's, unchanged)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from fhir.resources.R4B.bundle import Bundle

from desktop.audit.events import Act
from desktop.audit.fhir import Origin, audit_event, fhir_bundle
from desktop.audit.outside import seen
from desktop.models.records import AuditRecord
from tests.support.records import PERSON, START, USER, audit_record, damaged_record

ORIGIN = Origin("0f" * 16, datetime(2026, 11, 22, tzinfo=UTC))


def bundle(*records: AuditRecord) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(b"".join(fhir_bundle(records, ORIGIN)))
    Bundle.model_validate(read)
    return read


def resource(record: AuditRecord) -> dict[str, Any]:
    made = audit_event(seen(record), ORIGIN)
    AuditEvent.model_validate(made)
    return made


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("outcome", ["ok", "refused", "failed"])
def test_every_act_is_a_valid_resource(act: Act, outcome: str) -> None:
    made = resource(
        audit_record(act=act.value, outcome=outcome, why="" if outcome == "ok" else "not-allowed")
    )
    assert made["subtype"][0]["code"] == act.value
    assert made["outcome"] == {"ok": "0", "refused": "4", "failed": "8"}[outcome]
    assert made["action"] in "CRUDE"
    assert made["recorded"] == "2026-11-21T08:15:03.120Z"


@pytest.mark.parametrize(
    ("act", "action", "code"),
    [
        (Act.PEOPLE_SHOWN, "R", "110110"),
        (Act.PEOPLE_SEARCHED, "R", "110112"),
        (Act.PEOPLE_CHANGED, "U", "110110"),
        (Act.PEOPLE_IMPORTED, "C", "110107"),
        (Act.KEY_REVOKED, "D", "110110"),
        (Act.MESSAGE_QUEUED, "C", "110110"),
        (Act.MESSAGE_ACCEPTED, "E", "110110"),
        (Act.SIGNIN_OK, "E", "110114"),
        (Act.GUARD_REFUSED, "E", "110113"),
        (Act.AUDIT_VIEWED, "R", "110101"),
        (Act.AUDIT_EXPORTED, "R", "110106"),
    ],
)
def test_acts_are_told_in_the_words_of_the_standard(act: Act, action: str, code: str) -> None:
    made = resource(audit_record(act=act.value))
    assert (made["action"], made["type"]["code"]) == (action, code)


def test_who_and_whom_are_ids_in_our_own_system() -> None:
    made = resource(audit_record())
    (agent,) = made["agent"]
    assert agent["who"]["identifier"] == {"system": "urn:x-sealwell:user", "value": USER}
    assert agent["requestor"] is True
    assert agent["role"][0]["coding"][0]["code"] == "front-desk"
    record, person = made["entity"]
    assert person["what"] == {
        "type": "Patient",
        "identifier": {"system": "urn:x-sealwell:person", "value": PERSON},
    }
    assert {detail["type"]: detail["valueString"] for detail in record["detail"]}["seq"] == "1"
    assert made["source"]["observer"]["identifier"]["value"] == "0f" * 16


def test_a_message_names_itself_and_its_person() -> None:
    made = resource(audit_record(act="message.queued", obj="e" * 32, det={"person": PERSON, "method": "tls"}))
    kinds = [entity["what"]["identifier"]["system"] for entity in made["entity"]]
    assert kinds == [f"urn:x-sealwell:{kind}" for kind in ("record", "person", "message")]


def test_what_no_person_did_was_not_requested() -> None:
    assert resource(audit_record(actor="system", role="system"))["agent"][0]["requestor"] is False


def test_a_bundle_holds_each_record_under_its_own_name() -> None:
    read = bundle(*(audit_record(seq) for seq in range(1, 30)))
    assert len({entry["fullUrl"] for entry in read["entry"]}) == 29
    assert read["type"] == "collection"


def test_an_empty_bundle_is_one_too() -> None:
    assert "entry" not in bundle()


@pytest.mark.parametrize("record", [damaged_record(5), audit_record(5, ts=2**53 - 1)])
def test_an_altered_record_comes_out_as_such(record: AuditRecord) -> None:
    made = resource(record)
    assert made["recorded"] == "2026-11-22T00:00:00.000Z"
    if record.body.startswith("="):
        assert (made["outcome"], made["outcomeDesc"], made["type"]["code"]) == ("12", "damaged", "110113")


def test_records_are_written_as_they_come() -> None:
    taken = 0

    def endless() -> Any:
        nonlocal taken
        while True:
            taken += 1
            yield audit_record(taken)

    parts = fhir_bundle(endless(), ORIGIN)
    for _ in range(10):
        next(parts)
    assert taken < 12


def test_the_time_is_the_record_s_own() -> None:
    assert resource(audit_record(ts=START + 880))["recorded"] == "2026-11-21T08:15:04.000Z"
