"""Two people for what one alone must not do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from desktop.compliance import approvals
from desktop.errors import SealwellError
from desktop.models import approvals as kept
from desktop.models.accounts import Approval, ApprovalState, Role
from desktop.models.database import Database
from tests.unit.compliance.conftest import ANA, BO, CLEO, NOW

KEY = Ed25519PrivateKey.generate()
PRIVATE = KEY.private_bytes_raw()


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


@pytest.fixture
def asked(database: Database) -> Approval:
    return database.write(lambda tx: approvals.ask_elevation(tx, CLEO, ANA.id, NOW))


def decided(database: Database, asked: Approval, approve: bool = True) -> Approval:
    return database.write(lambda tx: approvals.decide(tx, asked.id, approve, BO.id, NOW, PRIVATE))


@pytest.mark.parametrize("approve", [True, False])
def test_a_decision_is_signed_by_who_decides_and_kept(
    database: Database, asked: Approval, approve: bool
) -> None:
    made = decided(database, asked, approve)
    again = database.read(lambda tx: kept.get(tx, asked.id))
    assert again == made
    assert again is not None
    assert approvals.is_genuine(again)
    assert (again.decided_by, again.state is ApprovalState.APPROVED) == (BO.id, approve)


def test_the_signature_is_ed25519_over_the_canonical_request(database: Database, asked: Approval) -> None:
    """Put together by hand, so that another program can check it."""
    made = decided(database, asked)
    assert made.signature is not None
    assert made.signature[:32] == KEY.public_key().public_bytes_raw()
    at = int(NOW.timestamp() * 1000)
    request = (
        f'{{"asked_at":{at},"asked_by":"{ANA.id}","decided_at":{at},"decided_by":"{BO.id}",'
        f'"decision":"approved","details":{{"role":"administrator","role-before":"front-desk"}},'
        f'"id":"{asked.id}","kind":"elevation","reason":"","subject":"{CLEO.id}"}}'
    )
    public = Ed25519PublicKey.from_public_bytes(made.signature[:32])
    public.verify(made.signature[32:], b"sealwell/approval/1\n" + request.encode())


@pytest.mark.parametrize(
    "change",
    [
        {"subject": BO.id},
        {"details": {"role": "auditor", "role-before": "front-desk"}},
        {"asked_by": BO.id},
        {"decided_by": CLEO.id},
        {"state": ApprovalState.REFUSED},
        {"asked_at": NOW - timedelta(days=1)},
        {"decided_at": NOW + timedelta(seconds=1)},
        {"kind": "export"},
        {"reason": "because"},
        {"signature": None},
        {"signature": bytes(96)},
    ],
)
def test_a_changed_request_or_decision_is_not_genuine(
    database: Database, asked: Approval, change: dict[str, object]
) -> None:
    made = decided(database, asked)
    assert not approvals.is_genuine(replace(made, **change))  # type: ignore[arg-type]


def test_who_asked_does_not_decide(database: Database, asked: Approval) -> None:
    own = lambda: database.write(lambda tx: approvals.decide(tx, asked.id, True, ANA.id, NOW, PRIVATE))  # noqa: E731
    assert code_of(own) == "approval-own"


def test_a_request_is_decided_once_and_used_once(database: Database, asked: Approval) -> None:
    made = decided(database, asked)
    assert code_of(lambda: decided(database, asked)) == "approval-over"
    database.write(lambda tx: approvals.carried_out(tx, made))
    assert code_of(lambda: database.write(lambda tx: approvals.carried_out(tx, made))) == "approval-over"
    done = database.read(lambda tx: kept.get(tx, asked.id))
    assert done is not None
    assert approvals.is_genuine(done)


def test_what_was_refused_is_not_carried_out(database: Database, asked: Approval) -> None:
    made = decided(database, asked, approve=False)
    assert code_of(lambda: database.write(lambda tx: approvals.carried_out(tx, made))) == "approval-over"


def test_a_request_lasts_seven_days_to_the_moment(database: Database, asked: Approval) -> None:
    last, over = NOW + timedelta(days=7, microseconds=-1), NOW + timedelta(days=7)
    assert database.read(lambda tx: [one.id for one in approvals.waiting(tx, last)]) == [asked.id]
    assert database.read(lambda tx: approvals.awaited_roles(tx, last)) == {CLEO.id: Role.ADMINISTRATOR}
    assert database.read(lambda tx: approvals.waiting(tx, over)) == []
    late = lambda: database.write(lambda tx: approvals.decide(tx, asked.id, True, BO.id, over, PRIVATE))  # noqa: E731
    assert code_of(late) == "approval-over"


def test_a_waiting_time_is_waited_out(database: Database, asked: Approval) -> None:
    waiting = replace(asked, id="d" * 32, not_before=NOW + timedelta(hours=1))
    database.write(lambda tx: kept.add(tx, waiting))
    assert code_of(lambda: decided(database, waiting)) == "approval-too-early"


def test_asking_again_takes_the_place_of_what_was_asked(database: Database, asked: Approval) -> None:
    second = database.write(lambda tx: approvals.ask_elevation(tx, CLEO, BO.id, NOW))
    assert database.read(lambda tx: [one.id for one in approvals.waiting(tx, NOW)]) == [second.id]
    assert code_of(lambda: decided(database, asked)) == "approval-over"


def test_an_unknown_request_cannot_be_decided(database: Database, asked: Approval) -> None:
    assert code_of(lambda: decided(database, replace(asked, id="e" * 32))) == "approval-unknown"
