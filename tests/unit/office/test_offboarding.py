"""Somebody leaves: out at once, the key changed, the work handed over, the office goes on."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from desktop.access.signin import slot_uid
from desktop.compliance.offboarding import KEY_CHANGE_DUE
from desktop.crypto.keyslots import read_slots
from desktop.crypto.members import users_of
from desktop.crypto.vault import unlock
from desktop.errors import SealwellError, VaultError
from desktop.locks import shared
from desktop.models import tasks
from desktop.models.accounts import Role, Session, UserId
from desktop.models.correspondence import TaskId
from desktop.models.database import Database
from desktop.models.ids import new_id
from desktop.models.records import Label, State
from desktop.office import offboarding
from desktop.office.api import Office
from desktop.office.values import ImportRequest, LetterRequest
from desktop.office.values_access import DraftKept, InviteRequest, NewUser, OffboardRequest, RoleChange
from desktop.office.values_entry import DutyState, JoinRequest
from desktop.office.values_messages import TaskQuery
from tests.made_practice import PASSWORD, PEOPLE, USER, Practice, person_named
from tests.made_staff import desk_of
from tests.support.colleagues import PASSWORDS, Colleague, id_of, let_in


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


@pytest.fixture
def staff(practice: Practice) -> tuple[Office, Session, Colleague]:
    """Ana at work with three people stored; Bo, second administrator, is to leave."""
    office, ana = practice.signed_in()
    office.import_people(ana, ImportRequest("people.csv", data=PEOPLE))
    return office, ana, let_in(practice, office, ana, "bo", Role.ADMINISTRATOR)


def request(office: Office, ana: Session) -> OffboardRequest:
    return OffboardRequest(id_of(office, ana, "bo"), ana.user)


def epoch(practice: Practice) -> int:
    return read_slots(practice.folder.keys).epoch


def open_tasks(practice: Practice, kind: str) -> list[tasks.Task]:
    """Read without the office, which must be closed."""
    keys = practice.folder.keys
    vault = unlock(keys, slot_uid(read_slots(keys).vault_id, USER), PASSWORD, None)
    key, salt = vault.database_key()
    database = Database.open(practice.folder.database, key, salt, vault.vault_id, vault.epoch)
    with contextlib.closing(database):
        return database.read(lambda tx: tasks.open_ones(tx, kind))


# --- the plan -----------------------------------------------------------------------------


def test_the_plan_says_what_leaving_touches_and_changes_nothing(
    practice: Practice, staff: tuple[Office, Session, Colleague], relay_request: Callable[..., object]
) -> None:
    office, ana, bo = staff
    office.add_relay(ana, relay_request())  # type: ignore[arg-type]
    _, bos = bo.signed_in(practice, office)
    office.keep_draft(bos, DraftKept("", None, "Half", "a letter"))
    let_in(practice, office, ana, "cleo", Role.BILLING)
    office.set_role(bos, RoleChange(id_of(office, ana, "cleo"), Role.ADMINISTRATOR))
    before = practice.folder.keys.read_bytes()
    plan = office.plan_offboarding(ana, bos.user)
    assert (plan.name, plan.sessions, plan.drafts, plan.approvals, plan.waiting) == ("bo", 1, 1, 1, 0)
    assert {name for _, name in plan.heirs} == {USER, "cleo"}
    assert plan.relays == ("Relay",)
    assert practice.folder.keys.read_bytes() == before
    office.search_people(bos, "")


def test_what_somebody_has_queued_is_counted_and_still_goes(
    practice: Practice, staff: tuple[Office, Session, Colleague], relay_request: Callable[..., object]
) -> None:
    office, ana, bo = staff
    office.add_relay(ana, relay_request())  # type: ignore[arg-type]
    _, bos = bo.signed_in(practice, office)
    person = person_named(office, ana, "zoraida")
    for session in (ana, bos, bos):
        office.send_letter(session, LetterRequest(person, "Hours", "We open at nine.", label=Label.ROUTINE))
    assert office.plan_offboarding(ana, bos.user).waiting == 2
    assert office.plan_offboarding(ana, ana.user).waiting == 1
    office.offboard_user(ana, OffboardRequest(bos.user, ana.user))
    assert office.list_outbox(ana).counts == {State.QUEUED: 3}


# --- the act --------------------------------------------------------------------------------


def test_b17_leaving_ends_everything_at_once_and_the_office_goes_on(
    practice: Practice, staff: tuple[Office, Session, Colleague]
) -> None:
    office, ana, bo = staff
    _, here = bo.signed_in(practice, office)
    elsewhere, there = bo.signed_in(practice)
    token = elsewhere.issue_token(there).token
    elsewhere.close()
    mine = office.issue_token(ana).token
    office.keep_draft(here, DraftKept("", None, "Half", "a letter"))
    seen: list[tuple[int, int]] = []

    def watch(done: int, of: int) -> bool:
        seen.append((done, of))
        return True

    report = office.offboard_user(ana, request(office, ana), watch)
    assert report.key_changed
    assert (report.name, report.sessions_ended, report.drafts, report.why) == ("bo", 2, 1, "")
    assert "recovery-key" in report.left_to_do
    assert "change-key" not in report.left_to_do
    assert seen[-1] == (100, 100)
    # the one who stays
    assert len(office.search_people(ana, "").people) == 3
    assert [one.subject for one in office.list_drafts(ana).drafts] == ["Half"]
    assert office.verify_audit(ana).ok
    acts = [one.act for one in office.query_log(ana).lines]
    assert {"user.left", "vault.rotated"} <= set(acts)
    assert office.add_user(ana, NewUser("dora", Role.BILLING, password=PASSWORDS["dora"])).user == "dora"
    # the one who left
    assert code_of(lambda: office.search_people(here, "")) == "signed-out"
    assert code_of(lambda: bo.signed_in(practice)) == "wrong-password"
    for dead in (token, mine):
        assert code_of(lambda token=dead: practice.office().resume(token)) == "session-ended"  # type: ignore[misc]
    assert here.user not in users_of(practice.folder.keys)
    office.close()
    office, ana = practice.signed_in()
    assert len(office.search_people(ana, "").people) == 3


def test_a_task_that_the_heir_does_not_see_is_for_whoever_may_do_it(
    practice: Practice, staff: tuple[Office, Session, Colleague]
) -> None:
    office, ana, _ = staff
    heir = let_in(practice, office, ana, "cleo", Role.FRONT_DESK)
    bos, cleo = id_of(office, ana, "bo"), id_of(office, ana, heir.name)
    mine = tasks.Task(new_id(), "drill-due", practice.clock.now(), owner=bos)
    theirs = tasks.Task(new_id(), "own", practice.clock.now(), owner=bos, note="Call the lab")
    for one in (mine, theirs):
        desk_of(office).opened().database.write(lambda tx, one=one: tasks.add(tx, one))  # type: ignore[misc]
    office.offboard_user(ana, OffboardRequest(bos, cleo))
    owners = {one.id: one.owner for one in office.list_tasks(ana, TaskQuery()).tasks}
    assert (owners[TaskId(mine.id)], owners[TaskId(theirs.id)]) == (None, cleo)


def test_g17_the_password_of_one_who_left_with_old_key_slots_does_not_open_the_new_database(
    practice: Practice, staff: tuple[Office, Session, Colleague], tmp_path: Path
) -> None:
    office, ana, bo = staff
    kept = tmp_path / "kept.keys"
    shutil.copy(practice.folder.keys, kept)
    who = id_of(office, ana, "bo")
    with_old = unlock(kept, who, bo.password, None)
    key, salt = with_old.database_key()
    assert office.offboard_user(ana, request(office, ana)).key_changed
    office.close()
    assert code_of(lambda: unlock(practice.folder.keys, who, bo.password, None)) == "wrong-password"
    old_epoch, database = with_old.epoch, practice.folder.database
    for wrong_salt in (salt, database.read_bytes()[:16]):
        with pytest.raises(VaultError) as caught:
            Database.open(database, key, wrong_salt, with_old.vault_id, old_epoch)
        assert caught.value.code in {"database-not-ours", "database-damaged"}
    assert epoch(practice) == old_epoch + 1


def test_invitations_of_one_who_left_open_nothing(
    practice: Practice, staff: tuple[Office, Session, Colleague]
) -> None:
    office, ana, bo = staff
    _, bos = bo.signed_in(practice, office)
    known = office.invite_user(bos, InviteRequest("cleo", Role.BILLING))
    office.offboard_user(ana, request(office, ana), lambda *_: False)
    started = JoinRequest("cleo", invitation=known.code)
    assert code_of(lambda: practice.office().start_join(started)) == "invitation-wrong"


def test_the_name_of_one_who_left_stays_taken(
    practice: Practice, staff: tuple[Office, Session, Colleague]
) -> None:
    office, ana, _ = staff
    who = request(office, ana)
    office.offboard_user(ana, who)
    assert code_of(lambda: office.invite_user(ana, InviteRequest("Bo", Role.BILLING))) == "user-left"
    assert code_of(lambda: office.offboard_user(ana, who)) == "user-left"
    assert code_of(lambda: office.plan_offboarding(ana, who.user)) == "user-left"
    assert code_of(lambda: office.reinstate_user(ana, who.user)) == "user-left"


def test_the_last_administrator_cannot_leave_and_nobody_by_themselves(
    practice: Practice, staff: tuple[Office, Session, Colleague]
) -> None:
    office, ana, _ = staff
    before = practice.folder.keys.read_bytes()
    bo = id_of(office, ana, "bo")
    assert code_of(lambda: office.offboard_user(ana, OffboardRequest(ana.user, bo))) == "not-yourself"
    office.set_role(ana, RoleChange(bo, Role.BILLING))
    assert code_of(lambda: office.offboard_user(ana, OffboardRequest(ana.user, bo))) == "last-administrator"
    for heir in (bo, UserId("f" * 32)):
        assert code_of(lambda heir=heir: office.offboard_user(ana, OffboardRequest(bo, heir))) == "heir-unfit"  # type: ignore[misc]
    assert practice.folder.keys.read_bytes() == before


def test_leaving_wants_a_fresh_proof(practice: Practice, staff: tuple[Office, Session, Colleague]) -> None:
    office, ana, _ = staff
    practice.clock.move(301)
    assert code_of(lambda: office.offboard_user(ana, request(office, ana))) == "step-up-needed"


# --- what stops the change of the key -------------------------------------------------------


def test_a_stopped_change_leaves_the_person_out_and_is_made_up_for(
    practice: Practice, staff: tuple[Office, Session, Colleague]
) -> None:
    office, ana, bo = staff
    who, before = request(office, ana), epoch(practice)
    report = office.offboard_user(ana, who, lambda done, _: done < 50)
    assert (report.key_changed, report.why) == (False, "rotation-stopped")
    assert report.left_to_do[0] == "change-key"
    assert epoch(practice) == before
    assert len(office.search_people(ana, "").people) == 3
    assert code_of(lambda: bo.signed_in(practice)) == "wrong-password"
    practice.offices.pop().close()
    office.close()
    assert [one.source for one in open_tasks(practice, KEY_CHANGE_DUE)] == [who.user]
    office, ana = practice.signed_in()
    again = office.offboard_user(ana, OffboardRequest(who.user, ana.user))
    assert again.key_changed
    assert epoch(practice) == before + 1
    office.close()
    assert open_tasks(practice, KEY_CHANGE_DUE) == []


def test_another_open_window_stops_the_change_but_not_the_leaving(
    practice: Practice, staff: tuple[Office, Session, Colleague]
) -> None:
    office, ana, bo = staff
    present = shared(practice.folder.vault_lock)
    assert present is not None
    with present:
        report = office.offboard_user(ana, request(office, ana))
    assert (report.key_changed, report.why) == (False, "practice-in-use")
    assert len(office.search_people(ana, "").people) == 3
    assert code_of(lambda: bo.signed_in(practice)) == "wrong-password"
    failed = next(one for one in office.query_log(ana).lines if one.act == "vault.rotated")
    assert failed.outcome == "failed"


def test_an_error_before_the_end_of_the_account_changes_nothing(
    practice: Practice, staff: tuple[Office, Session, Colleague], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, ana, bo = staff

    def full(*_: object) -> None:
        raise VaultError("disk-full")

    with monkeypatch.context() as patch:
        patch.setattr(offboarding, "remove_user", full)
        assert code_of(lambda: office.offboard_user(ana, request(office, ana))) == "disk-full"
    _, session = bo.signed_in(practice)
    assert session.role is Role.ADMINISTRATOR


def test_whoever_works_meanwhile_waits_for_the_new_key(
    practice: Practice, staff: tuple[Office, Session, Colleague]
) -> None:
    office, ana, _ = staff
    found: list[Future[int]] = []

    def search() -> int:
        return len(office.search_people(ana, "").people)

    with ThreadPoolExecutor(1) as other:

        def meanwhile(done: int, of: int) -> bool:
            if not found:
                found.append(other.submit(search))
            return not found[0].done()

        report = office.offboard_user(ana, request(office, ana), meanwhile)
        assert report.key_changed
        assert found[0].result(timeout=30) == 3


def test_the_screen_of_who_changes_the_key_is_not_called_locked_meanwhile(
    staff: tuple[Office, Session, Colleague],
) -> None:
    office, ana, _ = staff
    told: list[DutyState] = []

    def progress(_done: int, _total: int) -> bool:
        told.append(office.duty())
        return True

    office.offboard_user(ana, request(office, ana), progress)
    assert {(one.locked, one.vault_open) for one in told} == {(False, False)}


def test_after_a_crash_of_the_change_nobody_is_in_and_the_practice_opens(
    practice: Practice, staff: tuple[Office, Session, Colleague]
) -> None:
    office, ana, bo = staff

    def broken(*_: object) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        office.offboard_user(ana, request(office, ana), broken)
    assert code_of(lambda: office.search_people(ana, "")) == "signed-out"
    office, ana = practice.signed_in()
    assert len(office.search_people(ana, "").people) == 3
    assert code_of(lambda: bo.signed_in(practice)) == "wrong-password"


def test_sending_in_the_background_goes_on_with_the_new_key(
    practice: Practice, staff: tuple[Office, Session, Colleague]
) -> None:
    office, ana, _ = staff
    office.start_sending(ana)
    sends = office.start_sending.__self__  # type: ignore[attr-defined]
    assert sends.sends
    assert office.offboard_user(ana, request(office, ana)).key_changed
    assert sends.sends


def test_the_lock_page_works_after_the_change(
    practice: Practice, staff: tuple[Office, Session, Colleague]
) -> None:
    office, ana, _ = staff
    office.offboard_user(ana, request(office, ana))
    office.lock()
    assert code_of(lambda: office.search_people(ana, "")) in {"locked", "signed-out"}
    session = office.unlock(practice.credentials()).session
    assert len(office.search_people(session, "").people) == 3
