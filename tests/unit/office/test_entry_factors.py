"""The second factor at the door: a code once a day, saved codes, security keys, never one factor alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from desktop.errors import SealwellError
from desktop.models import tasks, users
from desktop.office.values_access import KeyEnrolment
from desktop.office.values_entry import EntryNeeds
from tests.made_practice import PASSWORD, USER
from tests.made_staff import COLLEAGUE, Staff, desk_of
from tests.support.software_key import SoftwareKey

WRONG = "wrong horse battery staple"


def error_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def test_the_code_is_asked_once_a_day_on_each_computer(staff: Staff) -> None:
    assert error_of(lambda: staff.enter(staff.office())) == "code-needed"
    staff.enter(staff.office(), code=staff.code())
    staff.close()
    staff.clock.move(6 * 3600)
    signed = staff.enter(staff.office())
    assert signed.session.user_name == USER


def test_the_day_ends_at_midnight_of_the_practice(staff: Staff) -> None:
    """America/Denver: 16:00 UTC is 9:00, and midnight is 7:00 UTC."""
    staff.enter(staff.office(), code=staff.code())
    staff.close()
    staff.clock.move(14 * 3600)
    staff.enter(staff.office())
    staff.close()
    staff.clock.move(2 * 3600)
    assert error_of(lambda: staff.enter(staff.office())) == "code-needed"


def test_without_a_share_of_the_computer_the_code_is_asked_each_time(practice: object) -> None:
    office = practice.office()  # type: ignore[attr-defined]
    given = practice.credentials()  # type: ignore[attr-defined]
    office.sign_in(given)
    office.close()
    again = type(given)(USER, password=PASSWORD)
    assert error_of(lambda: office.sign_in(again)) == "code-needed"


def test_a_missing_code_is_no_guess_but_a_wrong_password_is(staff: Staff) -> None:
    office = staff.office()
    for _ in range(11):
        assert error_of(lambda: staff.enter(office)) == "code-needed"
    answers = [error_of(lambda: staff.enter(office, password=WRONG)) for _ in range(6)]
    assert answers == ["wrong-password"] * 5 + ["too-many-tries"]


def test_a_clock_set_back_ends_the_day(staff: Staff) -> None:
    staff.enter(staff.office(), code=staff.code())
    staff.close()
    staff.clock.sleep(-3600)
    assert error_of(lambda: staff.enter(staff.office())) == "clock-back"


# --- saved codes ------------------------------------------------------------------------


def codes_of(staff: Staff) -> tuple[str, ...]:
    office, session = staff.at_work()
    codes = office.new_recovery_codes(session).codes
    office.close()
    staff.clock.move(24 * 3600)
    return codes


def test_ten_saved_codes_stand_in_for_the_authenticator_once_each(staff: Staff) -> None:
    codes = codes_of(staff)
    assert len(set(codes)) == 10
    assert all(len(code.replace("-", "")) == 20 for code in codes), "80 bits and a check group"
    office = staff.office()
    session = staff.enter(office, recovery_code=codes[0].lower().replace("-", " ")).session
    assert office.show_security(session).codes_left == 9
    assert "recovery-code.used" in staff.acts(office, session)
    notices = office.list_notices(session).notices
    assert [(notice.kind, notice.details) for notice in notices] == [("authenticator-due", {"left": "9"})]
    office.close()
    assert error_of(lambda: staff.enter(staff.office(), recovery_code=codes[0])) == "recovery-code-wrong"


def test_a_wrong_saved_code_counts_and_is_recorded(staff: Staff) -> None:
    codes = codes_of(staff)
    office = staff.office()
    for given in ("0000-0000-0000-0000-0000", "hello", *["1111-2222-3333-4444-5555"] * 3):
        assert error_of(partial(staff.enter, office, recovery_code=given)) == "recovery-code-wrong"
    assert error_of(lambda: staff.enter(office, recovery_code=codes[1])) == "too-many-tries"


def test_new_codes_make_the_old_ones_void_and_nobody_elses_count(staff: Staff) -> None:
    office, session = staff.at_work()
    staff.add(office, session)
    old = office.new_recovery_codes(session).codes
    new = office.new_recovery_codes(session).codes
    office.close()
    assert error_of(lambda: staff.enter(staff.office(), recovery_code=old[0])) == "recovery-code-wrong"
    assert error_of(lambda: staff.enter(staff.office(), COLLEAGUE, recovery_code=new[0])) == (
        "recovery-code-wrong"
    )
    staff.enter(staff.office(), recovery_code=new[0])


def test_no_factor_opens_alone(staff: Staff) -> None:
    """Password alone, code alone, saved code alone, code and saved code together: none is enough."""
    codes = codes_of(staff)
    office = staff.office()
    assert error_of(lambda: staff.enter(office)) == "code-needed"
    for given in (
        {"code": staff.code()},
        {"recovery_code": codes[0]},
        {"code": staff.code(), "recovery_code": codes[0]},
    ):
        staff.clock.move(120)
        assert error_of(partial(staff.enter, office, password="", **given)) == "wrong-password"
    staff.clock.move(120)
    staff.enter(office, recovery_code=codes[0])


def test_a_saved_code_lets_in_where_the_clock_had_run_ahead_and_puts_it_right(staff: Staff) -> None:
    codes = codes_of(staff)
    staff.clock.move(400 * 24 * 3600)
    staff.enter(staff.office(), code=staff.code())
    staff.close()
    staff.clock.sleep(-400 * 24 * 3600)
    assert error_of(lambda: staff.enter(staff.office(), code=staff.code())) == "clock-back"
    office = staff.office()
    session = staff.enter(office, recovery_code=codes[0]).session
    assert "clock.anomaly" in staff.acts(office, session)


# --- security keys ------------------------------------------------------------------------


def with_key(staff: Staff, pin: str = "2468") -> SoftwareKey:
    key = SoftwareKey(pin)
    staff.hands[:] = [key]
    office, session = staff.at_work()
    office.enrol_key(session, KeyEnrolment(PASSWORD, pin=pin))
    office.close()
    staff.clock.move(24 * 3600)
    return key


def test_password_and_touched_key_need_no_code(staff: Staff) -> None:
    with_key(staff)
    office = staff.office()
    assert office.entry_needs(USER) == EntryNeeds(security_key=True, quick=False)
    session = staff.enter(office, key_pin="2468").session
    (shown,) = office.show_security(session).keys
    assert shown.last_used == staff.clock.now()


def test_the_code_does_not_stand_in_for_a_key_that_is_part_of_what_opens(staff: Staff) -> None:
    with_key(staff)
    staff.hands.clear()
    assert error_of(lambda: staff.enter(staff.office(), code=staff.code())) == "security-key-none"
    staff.hands[:] = [SoftwareKey("2468")]
    assert error_of(lambda: staff.enter(staff.office(), key_pin="2468")) == "security-key-not-enrolled"


def test_key_and_wrong_password_are_a_wrong_password_that_counts(staff: Staff) -> None:
    with_key(staff)
    office = staff.office()
    answers = [error_of(lambda: staff.enter(office, password=WRONG, key_pin="2468")) for _ in range(6)]
    assert answers == ["wrong-password"] * 5 + ["too-many-tries"]


def test_a_wrong_pin_of_the_key_is_the_keys_own_business(staff: Staff) -> None:
    with_key(staff)
    office = staff.office()
    assert error_of(lambda: staff.enter(office, key_pin="9999")) == "security-key-pin-wrong"
    staff.enter(office, key_pin="2468")


def test_what_the_page_asks_for_tells_nobody_who_exists(staff: Staff) -> None:
    office = staff.office()
    assert office.entry_needs("nobody") == office.entry_needs(USER) == EntryNeeds(False, False)


# --- who is let in ------------------------------------------------------------------------


def test_the_sign_in_says_what_waits_for_this_person(staff: Staff) -> None:
    office, session = staff.at_work()
    uid = staff.add(office, session)
    desk = desk_of(office)

    def change(tx: object) -> None:
        person = users.get(tx, uid)  # type: ignore[arg-type]
        assert person is not None
        users.update_user(tx, type(person)(**{**person.__dict__, "must_change": True}))  # type: ignore[arg-type]
        at = staff.clock.now() - timedelta(days=1)
        tasks.add(tx, tasks.Task("9" * 32, "notice-something", at, owner=uid))  # type: ignore[arg-type]

    desk.opened().database.write(change)
    office.lock()
    signed = staff.enter(office, COLLEAGUE, code=staff.code(COLLEAGUE))
    assert (signed.must_change, signed.notices, signed.idle_lock) == (True, 1, 600)
    assert desk.opened().database.read(lambda tx: users.get(tx, uid)).last_seen == staff.clock.now()  # type: ignore[union-attr]
