"""Before and after a move: what cannot travel, and nothing is ticked off that was not done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desktop.assembly import build_office
from desktop.audit.events import Act, Event
from desktop.crypto.kdf import FLOOR
from desktop.errors import SealwellError
from desktop.mail.fence import RESTORED, Fence
from desktop.models import arrivals, mailboxes
from desktop.models.accounts import Role, Session
from desktop.models.delivery import EVERYTHING, AccountId, Auth, MailAccount
from desktop.models.ids import new_id
from desktop.models.records import Reason
from desktop.office.api import Office
from desktop.office.desk import Recorder
from desktop.office.values_access import PasswordChange
from desktop.office.values_audit import LogQuery
from desktop.office.values_backups import ARRIVAL_ITEMS
from desktop.office.values_delivery import Resume
from desktop.office.values_health import StaffAccountIn
from tests.made_practice import PASSWORD, Practice
from tests.made_staff import COLLEAGUE, Keyring, Staff, desk_of
from tests.support.backed import NEW_PASSWORD, RELAY
from tests.support.retired import at_home


def arrive(office: Office, *items: str) -> None:
    """As a restore leaves it."""
    desk = desk_of(office)
    now = desk.clock.now()
    desk.opened().database.write(lambda tx: arrivals.open_items(tx, items or ARRIVAL_ITEMS, now))
    desk.clock.move(60)  # type: ignore[attr-defined]


def refused(office: Office, session: Session, item: str) -> str:
    with pytest.raises(SealwellError) as caught:
        office.settle_arrival(session, item)
    return caught.value.code


def open_ones(office: Office, session: Session) -> dict[str, str]:
    return {one.item: one.reason.code for one in office.show_arrival(session).items if not one.done}


def write(office: Office, session: Session, event: Event) -> None:
    desk = desk_of(office)
    desk.opened().database.write(lambda tx: Recorder(desk.audit, tx, session)(event))


def acts(office: Office, session: Session) -> list[str]:
    return [line.act for line in office.query_log(session, LogQuery(limit=200)).lines]


def test_the_plan_names_what_this_practice_has_and_whether_it_is_saved(
    practice: Practice, tmp_path: Path
) -> None:
    office, session = practice.signed_in()
    plan = office.plan_move(session)
    assert [one.item for one in plan.items] == [
        *("recovery-key", "computer-share", "quick-unlock", "outbox", "test"),
    ]
    assert not plan.ready
    at_home(office, session, tmp_path / "shelf")
    office.add_relay(session, RELAY)
    office.create_backup(session)
    plan = office.plan_move(session)
    assert {"relay", "targets"} <= {one.item for one in plan.items}
    assert plan.ready
    assert "move.planned" in acts(office, session)


def test_where_nothing_arrived_there_is_nothing_to_do(practice: Practice) -> None:
    office, session = practice.signed_in()
    assert office.show_arrival(session).items == ()
    assert refused(office, session, "outbox") == "arrival-item-unknown"
    assert refused(office, session, "nonsense") == "arrival-item-unknown"


def test_what_only_a_person_knows_is_settled_by_their_word(practice: Practice) -> None:
    office, session = practice.signed_in()
    arrive(office, "recovery-key", "computer-share", "quick-unlock", "test")
    assert open_ones(office, session) == {
        "recovery-key": "arrive-recovery-key",
        "computer-share": "arrive-no-key-store",
        "quick-unlock": "arrive-quick-unlock",
        "test": "arrive-test-no-relay",
    }
    for item in ("recovery-key", "computer-share", "quick-unlock"):
        assert item not in {one.item for one in office.settle_arrival(session, item).items if not one.done}
    assert office.settle_arrival(session, "test").items == ()
    assert refused(office, session, "test") == "arrival-item-unknown"
    assert acts(office, session).count("arrival.settled") == 4


def test_sending_that_is_held_back_is_not_settled_before_somebody_resumed_it(practice: Practice) -> None:
    office, session = practice.signed_in()
    desk = desk_of(office)
    arrive(office, "outbox", "recovery-key")
    desk.opened().database.write(lambda tx: Fence(desk.clock, desk.audit).put(tx, RESTORED))
    assert refused(office, session, "outbox") == "arrival-not-done"
    would = office.would_go(session, EVERYTHING)
    office.resume_sending(session, Resume(EVERYTHING, would.seen))
    assert "outbox" not in open_ones(office, session)


def test_a_mail_service_counts_once_it_was_tried_from_here(practice: Practice) -> None:
    office, session = practice.signed_in()
    relay = office.add_relay(session, RELAY)
    write(office, session, Event(Act.RELAY_TESTED, obj=relay.id))
    practice.clock.move(5)
    arrive(office, "relay", "recovery-key")
    assert refused(office, session, "relay") == "arrival-not-done"
    (shown,) = [one for one in office.show_arrival(session).items if one.item == "relay"]
    assert shown.reason.params["names"] == "Relay"
    write(office, session, Event(Act.RELAY_TESTED, obj=relay.id, outcome="failed", why="no-answer"))
    assert refused(office, session, "relay") == "arrival-not-done"
    write(office, session, Event(Act.RELAY_TESTED, obj=relay.id))
    assert "relay" not in open_ones(office, session)
    assert "arrival.settled" in acts(office, session)


def test_a_place_for_backups_counts_once_it_was_reached_from_here(practice: Practice, tmp_path: Path) -> None:
    office, session = practice.signed_in()
    at_home(office, session, tmp_path / "shelf")
    office.create_backup(session)
    practice.clock.move(5)
    arrive(office, "targets", "recovery-key")
    assert refused(office, session, "targets") == "arrival-not-done"
    office.search_people(session, "")
    office.create_backup(session)
    assert "targets" not in open_ones(office, session)


def test_the_computers_part_counts_once_the_password_was_changed_here(practice: Practice) -> None:
    """The way in was made on a computer without a key store; the new one has one."""
    keyring = Keyring()
    office = build_office(practice.folder, practice.clock, params=lambda: FLOOR, device_store=lambda: keyring)
    practice.offices.append(office)
    session = office.sign_in(practice.credentials()).session
    arrive(office, "computer-share", "recovery-key")
    assert refused(office, session, "computer-share") == "arrival-not-done"
    assert open_ones(office, session)["computer-share"] == "arrive-computer-share"
    office.change_password(session, PasswordChange(PASSWORD, NEW_PASSWORD))
    assert "computer-share" not in open_ones(office, session)
    assert "vault.enrolled" in acts(office, session)
    office.close()
    with pytest.raises(SealwellError) as caught:
        practice.office().sign_in(replace(practice.credentials(), password=NEW_PASSWORD))
    assert caught.value.code == "not-enrolled"
    office = build_office(practice.folder, practice.clock, params=lambda: FLOOR, device_store=lambda: keyring)
    practice.offices.append(office)
    assert office.sign_in(replace(practice.credentials(), password=NEW_PASSWORD)).session.user


def test_a_password_that_is_changed_at_another_time_binds_to_no_computer(practice: Practice) -> None:
    keyring = Keyring()
    office = build_office(practice.folder, practice.clock, params=lambda: FLOOR, device_store=lambda: keyring)
    practice.offices.append(office)
    session = office.sign_in(practice.credentials()).session
    office.change_password(session, PasswordChange(PASSWORD, NEW_PASSWORD))
    assert not [name for name in keyring.kept if name.startswith("share-")]


def test_a_mailbox_counts_once_it_was_read_from_here(practice: Practice) -> None:
    office, session = practice.signed_in()
    database, clock = desk_of(office).opened().database, practice.clock
    account = MailAccount(
        *(AccountId(new_id()), "Office", "localhost", 993, "implicit", "", "office", Auth.PASSWORD),
        *("office@elmstreet.example.com", "INBOX", "", 5, False, None, clock.now()),
        polled_at=clock.now(),
    )
    database.write(lambda tx: mailboxes.add(tx, account, "word"))
    clock.move(5)
    arrive(office, "mailbox", "recovery-key")
    assert refused(office, session, "mailbox") == "arrival-not-done"
    trouble = Reason("mailbox-unreachable")
    database.write(lambda tx: mailboxes.mark_polled(tx, account.id, clock.now(), trouble))
    assert refused(office, session, "mailbox") == "arrival-not-done"
    database.write(lambda tx: mailboxes.mark_polled(tx, account.id, clock.now()))
    assert "mailbox" not in open_ones(office, session)


def test_the_test_message_needs_mailboxes_and_a_service_that_took_it(practice: Practice) -> None:
    office, session = practice.signed_in()
    office.add_relay(session, RELAY)
    arrive(office, "test", "recovery-key")
    assert open_ones(office, session)["test"] == "arrive-test-no-accounts"
    assert refused(office, session, "test") == "arrival-not-done"
    office.set_staff_accounts(session, (StaffAccountIn("ana@example.org", "Mail Inc.", ""),))
    assert open_ones(office, session)["test"] == "arrive-test"
    office.start_delivery_check(session)
    assert refused(office, session, "test") == "arrival-not-done"
    database = desk_of(office).opened().database
    database.write(lambda tx: tx.driver.execute("UPDATE message SET state = 'accepted'"))
    assert "test" not in open_ones(office, session)


def test_a_pin_that_is_set_or_forbidden_is_done(staff: Staff) -> None:
    office, session = staff.at_work()
    arrive(office, "quick-unlock", "recovery-key")
    assert "quick-unlock" in open_ones(office, session)
    desk_of(office).quick.allow(False)
    assert "quick-unlock" not in open_ones(office, session)


def test_who_may_not_sees_none_of_it(staff: Staff) -> None:
    office, session = staff.at_work()
    staff.add(office, session, COLLEAGUE, Role.BILLING)
    hers = staff.enter(office, COLLEAGUE, code=staff.code(COLLEAGUE)).session
    for call in (office.plan_move, office.show_arrival):
        with pytest.raises(SealwellError) as caught:
            call(hers)
        assert caught.value.code == "not-allowed"
    assert refused(office, hers, "outbox") == "not-allowed"
