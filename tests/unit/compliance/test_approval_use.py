"""A request for work that its asker carries out: bound to its content, used once, or waited for alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.compliance import approvals
from desktop.compliance.approvals import EXPORT, PURGE, Wanted, request_hash
from desktop.errors import SealwellError
from desktop.models import approvals as kept
from desktop.models import users
from desktop.models.accounts import Approval, ApprovalState, Role, User, UserId, UserState
from desktop.models.database import Database
from desktop.models.tables_access import approval
from tests.unit.compliance.conftest import ANA, BO, CLEO, NOW

PRIVATE = Ed25519PrivateKey.generate().private_bytes_raw()
OWN = Ed25519PrivateKey.generate().private_bytes_raw()
WANTED = Wanted(EXPORT, request_hash({"format": "csv", "last": 9}), "the insurer asks", {"format": "csv"})
MINUTE = timedelta(minutes=1)


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def ask(database: Database, wanted: Wanted = WANTED, by: UserId = ANA.id) -> Approval:
    return database.write(lambda tx: approvals.ask(tx, wanted, by, NOW))


def approve(database: Database, asked: Approval, by: UserId = BO.id, *, yes: bool = True) -> Approval:
    return database.write(lambda tx: approvals.decide(tx, asked.id, yes, by, NOW, PRIVATE))


def use(
    database: Database, asked: Approval, wanted: Wanted = WANTED, by: UserId = ANA.id, at: datetime = NOW
) -> Approval:
    return database.write(lambda tx: approvals.use(tx, asked.id, wanted, by, at, OWN))


def alone(database: Database) -> None:
    """Bo is on leave: nobody but Ana may approve."""
    gone = replace(BO, state=UserState.SUSPENDED, disabled_at=NOW)
    database.write(lambda tx: users.update_user(tx, gone))


def test_what_was_approved_is_carried_out_once(database: Database) -> None:
    asked = ask(database)
    assert asked.not_before is None
    assert code_of(lambda: use(database, asked)) == "approval-pending"
    approve(database, asked)
    done = use(database, asked)
    assert (done.decided_by, approvals.is_genuine(done)) == (BO.id, True)
    assert code_of(lambda: use(database, asked)) == "approval-over"


@pytest.mark.parametrize(
    "other",
    [
        replace(WANTED, request=request_hash({"format": "csv", "last": 10})),
        replace(WANTED, request=request_hash({"format": "pdf", "last": 9})),
        replace(WANTED, reason="the insurer asks."),
        replace(WANTED, kind=PURGE),
    ],
)
def test_an_approval_counts_for_the_very_request_alone(database: Database, other: Wanted) -> None:
    asked = ask(database)
    approve(database, asked)
    assert code_of(lambda: use(database, asked, other)) == "approval-missing"
    assert use(database, asked).id == asked.id


def test_somebody_else_cannot_use_it_and_an_unknown_one_is_missing(database: Database) -> None:
    asked = ask(database)
    approve(database, asked)
    assert code_of(lambda: use(database, asked, by=BO.id)) == "approval-missing"
    assert code_of(lambda: use(database, replace(asked, id="e" * 32))) == "approval-missing"


def test_what_was_refused_or_is_too_old_is_over(database: Database) -> None:
    refused, old = ask(database), ask(database, replace(WANTED, request="0" * 64))
    approve(database, refused, yes=False)
    approve(database, old)
    assert code_of(lambda: use(database, refused)) == "approval-over"
    late = NOW + approvals.VALID
    assert code_of(lambda: use(database, old, replace(WANTED, request="0" * 64), at=late)) == "approval-over"


def test_an_approval_that_was_altered_in_the_database_is_refused(database: Database) -> None:
    asked = ask(database)
    approve(database, asked)
    other = replace(WANTED, request="f" * 64)
    forged = {**asked.details, "request": other.request}
    database.write(lambda tx: tx.connection.execute(approval.update().values(details=forged)))
    assert code_of(lambda: use(database, asked, other)) == "approval-over"


def test_asking_the_same_again_ends_the_first(database: Database) -> None:
    first, second = ask(database), ask(database)
    assert code_of(lambda: approve(database, first)) == "approval-over"
    approve(database, second)
    assert use(database, second).id == second.id


def test_who_is_alone_waits_half_an_hour_and_signs_themselves(database: Database) -> None:
    alone(database)
    asked = ask(database)
    assert asked.not_before == NOW + 30 * MINUTE
    early = NOW + 30 * MINUTE - timedelta(microseconds=1)
    assert code_of(lambda: use(database, asked, at=early)) == "approval-too-early"
    done = use(database, asked, at=NOW + 30 * MINUTE)
    assert (done.decided_by, approvals.is_genuine(done)) == (ANA.id, True)
    state = database.read(lambda tx: kept.get(tx, asked.id))
    assert state is not None
    assert state.state is ApprovalState.DONE


def test_who_is_alone_no_more_cannot_wait_it_out(database: Database) -> None:
    alone(database)
    asked = ask(database)
    database.write(lambda tx: users.update_user(tx, BO))
    assert code_of(lambda: use(database, asked, at=NOW + 31 * MINUTE)) == "approval-pending"


def test_a_no_is_possible_at_once_and_a_yes_after_the_wait_only(database: Database) -> None:
    """Somebody who was made an approver meanwhile cannot cut the wait short."""
    alone(database)
    asked, second = ask(database), ask(database, replace(WANTED, request="1" * 64))
    database.write(lambda tx: users.update_user(tx, BO))
    assert code_of(lambda: approve(database, asked)) == "approval-too-early"
    assert approve(database, asked, yes=False).state is ApprovalState.REFUSED
    at = NOW + 30 * MINUTE
    later = database.write(lambda tx: approvals.decide(tx, second.id, True, BO.id, at, PRIVATE))
    assert later.state is ApprovalState.APPROVED


def test_who_may_export_approves_an_export_and_no_purge_and_no_administrator(database: Database) -> None:
    dee = User(UserId("d" * 32), "dee", Role.AUDITOR, added_at=NOW, last_seen=NOW)
    database.write(lambda tx: users.add(tx, dee, "SECRET"))
    approve(database, ask(database), dee.id)
    purge = ask(database, replace(WANTED, kind=PURGE))
    assert code_of(lambda: approve(database, purge, dee.id)) == "not-allowed"
    elevation = database.write(lambda tx: approvals.ask_elevation(tx, CLEO, ANA.id, NOW))
    assert code_of(lambda: approve(database, elevation, dee.id)) == "not-allowed"


@pytest.mark.parametrize("state", [UserState.SUSPENDED, UserState.LEFT, UserState.INVITED])
def test_who_cannot_sign_in_is_no_approver(database: Database, state: UserState) -> None:
    database.write(lambda tx: users.update_user(tx, replace(BO, state=state)))
    asked = ask(database)
    assert asked.not_before is not None
    assert code_of(lambda: approve(database, asked)) == "not-allowed"


def test_the_front_desk_decides_nothing(database: Database) -> None:
    asked = ask(database)
    assert code_of(lambda: approve(database, asked, CLEO.id)) == "not-allowed"
