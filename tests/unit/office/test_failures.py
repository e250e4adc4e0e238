"""A message did not arrive (A31 to A34): nothing is sent again before somebody checked by another way."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from desktop.access.roles import Action
from desktop.errors import InputError, Refused
from desktop.mail.events import FAILED_TASK
from desktop.mail.failure import may_resend
from desktop.models import messages, suppressions, tasks, users
from desktop.models.accounts import Role, Session, User, UserId
from desktop.models.database import Tx
from desktop.models.delivery import Suppression, SuppressionKind
from desktop.models.ids import new_id
from desktop.models.records import Label, MessageId, Reason, State
from desktop.models.tasks import Task
from desktop.office.api import Office
from desktop.office.values import LetterRequest
from desktop.office.values_audit import LogQuery
from desktop.office.values_delivery import AddressCheck, FailureShown, LiftRequest, Resend
from desktop.office.values_messages import TaskQuery
from tests.made_practice import Practice, person_named
from tests.made_staff import desk_of
from tests.support.queued import queued

OLD, NEW = "zoraida@example.org", "zoraida.new@example.org"


class Desk(SimpleNamespace):
    """One practice with a letter that was refused, and short ways to look at it."""

    office: Office
    session: Session
    message: MessageId

    def check(self, way: str, result: str, address: str = "") -> FailureShown:
        self.practice.clock.move(60)
        return self.office.check_failed_address(
            self.session, AddressCheck(self.message, way, result, address)
        )

    def shown(self) -> FailureShown:
        return self.office.show_failure(self.session, self.message)

    def stop(self, kind: SuppressionKind, address: str = OLD) -> str:
        one = Suppression(new_id(), address, kind, self.message, self.practice.clock.now())
        self.database.write(lambda tx: suppressions.add(tx, one))
        return one.id

    def blocked(self) -> str:
        def ask(tx: Tx) -> Reason | None:
            row = messages.get(tx, self.message)
            assert row is not None
            return may_resend(tx, row)

        reason = self.database.read(ask)
        return reason.code if reason is not None else ""

    def as_role(self, role: Role) -> Session:
        someone = User(UserId(new_id()), role.value, role)
        self.database.write(lambda tx: users.add(tx, someone, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"))
        return desk_of(self.office).guard.open(someone, self.practice.clock.now())


@pytest.fixture
def desk(practice: Practice, at_work: tuple[Office, Session], relay_request) -> Desk:  # type: ignore[no-untyped-def]
    office, session = at_work
    office.add_relay(session, relay_request())
    person = person_named(office, session, "Zoraida")
    letter = LetterRequest(person, "Hours", "We open at nine.", label=Label.ROUTINE)
    message = queued(office.send_letter(session, letter)).id
    database = desk_of(office).opened().database
    reply, why = "552 5.2.2 mailbox full", Reason("mailbox-unavailable")
    database.write(lambda tx: messages.move(tx, message, State.QUEUED, State.FAILED, reason=why, reply=reply))
    return Desk(
        practice=practice, office=office, session=session, message=message, database=database, person=person
    )


def acts(desk: Desk) -> list[str]:
    return [line.act for line in desk.office.query_log(desk.session, LogQuery(limit=50)).lines]


def test_the_cause_is_named_and_nothing_may_be_sent_again_yet(desk: Desk) -> None:
    shown = desk.shown()
    assert shown.cause.code == "failure-mailbox-full"
    assert not shown.hard
    assert not shown.may_resend
    assert shown.why_not == Reason("address-not-checked")
    assert shown.address == OLD
    assert shown.checked is None
    assert "failure.shown" in acts(desk)


def test_after_the_address_was_confirmed_it_may_be_sent_again(desk: Desk) -> None:
    shown = desk.check("phone", "same")
    assert shown.may_resend
    assert shown.checked == desk.practice.clock.now()
    assert desk.blocked() == ""
    assert "address.verified" in acts(desk)


def test_nobody_was_reached_so_it_may_not_be_sent_again(desk: Desk) -> None:
    assert desk.check("phone", "unreachable").why_not == Reason("address-unreachable")
    assert desk.check("phone", "same").may_resend


def test_a_new_address_goes_into_the_contact_and_the_old_one_stays_stopped(desk: Desk) -> None:
    desk.stop(SuppressionKind.HARD_BOUNCE)
    shown = desk.check("in-person", "changed", NEW)
    assert desk.office.show_person(desk.session, desk.person).person.email == NEW
    assert shown.suppressed is SuppressionKind.HARD_BOUNCE
    assert shown.may_resend
    assert shown.other_addresses == (NEW,)
    assert "people.changed" in acts(desk)


@pytest.mark.parametrize("address", ["", "  ", OLD, OLD.upper()])
def test_changed_needs_another_address_and_keeps_nothing_without(desk: Desk, address: str) -> None:
    with pytest.raises(InputError) as caught:
        desk.check("phone", "changed", address)
    assert caught.value.code == "address-not-changed"
    assert desk.shown().checked is None
    assert desk.blocked() == "address-not-checked"


def test_an_address_that_cannot_be_keeps_nothing(desk: Desk) -> None:
    with pytest.raises(InputError):
        desk.check("phone", "changed", "no address")
    assert desk.shown().checked is None


def test_words_that_are_no_way_and_no_result_are_refused(desk: Desk) -> None:
    for way, result in (("guess", "same"), ("phone", "perhaps")):
        with pytest.raises(InputError) as caught:
            desk.check(way, result)
        assert caught.value.code == "value-not-allowed"


def test_a_stopped_address_that_is_right_is_released_by_those_who_may(desk: Desk) -> None:
    desk.stop(SuppressionKind.HARD_BOUNCE)
    mine, desk.session = desk.session, desk.as_role(Role.BILLING)
    shown = desk.check("phone", "same")
    assert shown.why_not == Reason("address-stopped")
    assert desk.blocked() == "address-stopped"
    desk.session = mine
    assert desk.check("phone", "same").may_resend


def test_whoever_may_not_change_contacts_cannot_by_this_way_either(desk: Desk) -> None:
    mine, desk.session = desk.session, desk.as_role(Role.BILLING)
    with pytest.raises(Refused) as caught:
        desk.check("phone", "changed", NEW)
    assert caught.value.code == "not-allowed"
    assert desk.office.show_person(mine, desk.person).person.email == OLD
    lines = desk.office.query_log(mine, LogQuery(limit=20)).lines
    assert Action.SET_PERSON.value in [line.obj for line in lines if line.act == "guard.refused"]


def test_of_a_complaint_the_chart_proves_nothing(desk: Desk) -> None:
    stopped = desk.stop(SuppressionKind.COMPLAINT)
    assert desk.check("chart", "same").why_not == Reason("address-stopped")
    with pytest.raises(Refused) as caught:
        desk.office.lift_suppression(desk.session, LiftRequest(stopped, "chart"))
    assert caught.value.code == "ask-the-person"
    assert desk.office.lift_suppression(desk.session, LiftRequest(stopped, "phone")).lines == ()
    assert "suppression.lifted" in acts(desk)
    with pytest.raises(InputError) as unknown:
        desk.office.lift_suppression(desk.session, LiftRequest(stopped, "phone"))
    assert unknown.value.code == "suppression-unknown"


def test_stopped_addresses_are_listed_with_whose_they_are(desk: Desk) -> None:
    desk.stop(SuppressionKind.HARD_BOUNCE)
    (line,) = desk.office.list_suppressions(desk.session).lines
    assert (line.address, line.names) == (OLD, ("Zoraida Canaryfield",))


def test_by_phone_instead_opens_one_task_and_finds_it_again(desk: Desk) -> None:
    first = desk.office.phone_instead(desk.session, desk.message)
    again = desk.office.phone_instead(desk.session, desk.message)
    assert first.task
    assert first.task == again.task == desk.shown().task
    assert first.person == desk.person


@pytest.mark.parametrize(("why", "shown"), [("address-stopped", True), ("cancelled-by-person", False)])
def test_what_was_stopped_with_its_address_can_be_looked_at_and_told_by_phone(
    desk: Desk, why: str, shown: bool
) -> None:
    letter = LetterRequest(desk.person, "Hours", "We open at nine.", label=Label.ROUTINE)
    stopped = queued(desk.office.send_letter(desk.session, letter)).id
    desk.database.write(
        lambda tx: messages.move(tx, stopped, State.QUEUED, State.CANCELLED, reason=Reason(why))
    )
    if shown:
        assert desk.office.show_failure(desk.session, stopped).cause.code == "failure-stopped"
        assert desk.office.phone_instead(desk.session, stopped).task
        return
    for ask in (desk.office.show_failure, desk.office.phone_instead):
        with pytest.raises(Refused) as caught:
            ask(desk.session, stopped)
        assert caught.value.code == "not-failed"


def test_what_did_not_fail_is_no_failure(desk: Desk) -> None:
    letter = LetterRequest(desk.person, "Hours", "We open at nine.", label=Label.ROUTINE)
    waiting = queued(desk.office.send_letter(desk.session, letter)).id
    for ask in (
        lambda: desk.office.show_failure(desk.session, waiting),
        lambda: desk.office.check_failed_address(desk.session, AddressCheck(waiting, "phone", "same")),
        lambda: desk.office.phone_instead(desk.session, waiting),
    ):
        with pytest.raises(Refused) as caught:
            ask()
        assert caught.value.code == "not-failed"
    with pytest.raises(InputError) as unknown:
        desk.office.show_failure(desk.session, MessageId("0" * 32))
    assert unknown.value.code == "message-unknown"


def test_what_is_sent_again_is_no_task_any_more(desk: Desk) -> None:
    one = Task(new_id(), FAILED_TASK, desk.practice.clock.now(), desk.message, desk.person)
    desk.database.write(lambda tx: tasks.add(tx, one))
    desk.check("phone", "same")
    assert [line.id for line in desk.office.list_tasks(desk.session, TaskQuery()).tasks] == [one.id]
    desk.office.resend_message(desk.session, Resend(desk.message))
    (ended,) = desk.office.list_tasks(desk.session, TaskQuery(ended=True)).tasks
    assert (ended.id, ended.result, ended.closed_by) == (one.id, "done", desk.session.user_name)
    assert acts(desk).count("task.ended") == 1
