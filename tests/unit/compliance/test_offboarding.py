"""What leaving touches, hands over and forgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.compliance import administrators, approvals, offboarding
from desktop.errors import SealwellError
from desktop.models import drafts, factors, invitations, tasks, users
from desktop.models.accounts import Invitation, InvitationKind, Role, UserId, UserState
from desktop.models.database import Database
from desktop.models.ids import new_id
from tests.unit.compliance.conftest import ANA, BO, CLEO, NOW


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def task(database: Database, kind: str, owner: UserId) -> None:
    database.write(lambda tx: tasks.add(tx, tasks.Task(new_id(), kind, NOW, owner=owner)))


def invitation(database: Database, user: UserId, by: UserId) -> None:
    made = Invitation(new_id(), user, InvitationKind.COMPUTER, by, NOW, NOW + timedelta(days=1))
    database.write(lambda tx: invitations.add(tx, made))


@pytest.fixture
def busy(database: Database) -> Database:
    """Bo has two tasks, a notice, a draft, a request, codes, and has invited Cleo to a computer."""
    for kind in ("call-back", "call-back", "notice-emergency"):
        task(database, kind, BO.id)
    task(database, "call-back", CLEO.id)
    database.write(lambda tx: drafts.put(tx, drafts.Draft(new_id(), BO.id, NOW)))
    database.write(lambda tx: approvals.ask_elevation(tx, CLEO, BO.id, NOW))
    database.write(lambda tx: factors.put_codes(tx, BO.id, [b"hash"], NOW))
    invitation(database, CLEO.id, BO.id)
    invitation(database, ANA.id, ANA.id)
    return database


def test_what_is_foreseen_is_what_is_handed_over(busy: Database) -> None:
    seen = busy.read(lambda tx: offboarding.foresee(tx, BO, NOW))
    assert (seen.tasks, seen.drafts, seen.approvals, seen.waiting, seen.relays) == (2, 1, 1, 0, ())
    assert [heir.name for heir in seen.heirs] == ["ana", "cleo"]
    done = busy.write(lambda tx: offboarding.hand_over(tx, BO, CLEO.id, NOW))
    assert done == offboarding.HandedOver(2, 1, 1)
    mine = busy.read(lambda tx: [one.kind for one in tasks.open_ones(tx, owner=CLEO.id)])
    assert mine == ["call-back"] * 3
    assert busy.read(lambda tx: drafts.count(tx, CLEO.id)) == 1
    assert busy.read(lambda tx: approvals.waiting(tx, NOW)) == []


def test_nothing_that_let_somebody_in_is_kept(busy: Database) -> None:
    busy.write(lambda tx: offboarding.hand_over(tx, BO, CLEO.id, NOW))
    gone = busy.read(lambda tx: users.get(tx, BO.id))
    assert gone is not None
    assert (gone.state, gone.disabled_at, gone.name) == (UserState.LEFT, NOW, "bo")
    assert busy.read(lambda tx: (users.totp(tx, BO.id)[0], factors.codes_left(tx, BO.id))) == ("", 0)


def test_invitations_whose_code_they_know_end_and_others_stay(busy: Database) -> None:
    known = busy.read(lambda tx: offboarding.invitations_known_to(tx, BO.id))
    assert known == {CLEO.id}
    busy.write(lambda tx: offboarding.hand_over(tx, BO, CLEO.id, NOW))
    assert busy.read(lambda tx: [one.user for one in invitations.open_ones(tx)]) == [ANA.id]


def test_a_change_of_the_key_stays_due_until_it_was_changed(busy: Database) -> None:
    busy.write(lambda tx: offboarding.leave_key_change_due(tx, BO.id, 1, NOW))
    assert busy.read(lambda tx: offboarding.key_change_due(tx, BO.id))
    assert not busy.read(lambda tx: offboarding.key_change_due(tx, CLEO.id))
    busy.write(lambda tx: offboarding.key_was_changed(tx, NOW))
    assert not busy.read(lambda tx: offboarding.key_change_due(tx, BO.id))
    assert busy.read(invitations.open_ones) == []


def test_the_last_administrator_is_counted_by_who_can_sign_in(database: Database) -> None:
    database.read(lambda tx: administrators.refuse_last(tx, BO))
    database.write(lambda tx: users.update_user(tx, replace(ANA, state=UserState.SUSPENDED)))
    assert (
        code_of(lambda: database.read(lambda tx: administrators.refuse_last(tx, BO))) == "last-administrator"
    )
    assert database.read(lambda tx: [one.name for one in administrators.active_administrators(tx)]) == ["bo"]


@pytest.mark.parametrize(("heir", "code"), [(BO.id, "heir-unfit"), (UserId("f" * 32), "heir-unfit")])
def test_the_heir_is_somebody_else_who_is_there(database: Database, heir: UserId, code: str) -> None:
    refused = code_of(lambda: database.read(lambda tx: offboarding.refuse_unfit(tx, BO, heir, ANA.id)))
    assert refused == code


def test_nobody_offboards_themselves(database: Database) -> None:
    own = code_of(lambda: database.read(lambda tx: offboarding.refuse_unfit(tx, BO, CLEO.id, BO.id)))
    assert own == "not-yourself"


@pytest.mark.parametrize(
    ("role", "relays", "changed", "codes"),
    [
        (Role.ADMINISTRATOR, ("Relay",), False, {"change-key", "relay-passwords", "recovery-key"}),
        (Role.BILLING, (), True, set()),
    ],
)
def test_what_only_people_can_do_is_named(
    role: Role, relays: tuple[str, ...], changed: bool, codes: set[str]
) -> None:
    always = {"shared-passwords", "building", "own-devices", "old-copies"}
    assert set(offboarding.left_to_do(replace(BO, role=role), relays, changed)) == codes | always
