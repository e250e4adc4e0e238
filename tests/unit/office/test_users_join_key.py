"""A further computer of somebody with security keys: no slot without one, there neither."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from desktop.crypto.keyslots import read_slots
from desktop.errors import SealwellError
from desktop.models.accounts import InvitationKind, Role
from desktop.office.values_access import Invited, InviteRequest, KeyEnrolment
from desktop.office.values_entry import Credentials, Join, JoinRequest
from tests.made_staff import COLLEAGUE, HER_PASSWORD, Keyring, Staff
from tests.support.software_key import SoftwareKey

NEW = "a slow barge full of purple onions"
PIN = "2468"


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


@pytest.fixture
def invited(staff: Staff) -> Invited:
    """Bo has a security key at the first computer and is invited to a second one."""
    office, ana = staff.at_work()
    staff.add(office, ana)
    staff.hands[:] = [SoftwareKey(PIN)]
    bo = staff.enter(office, COLLEAGUE, code=staff.code(COLLEAGUE)).session
    office.enrol_key(bo, KeyEnrolment(HER_PASSWORD, pin=PIN))
    request = InviteRequest(COLLEAGUE, Role.FRONT_DESK, InvitationKind.COMPUTER)
    made = office.invite_user(ana, request)
    office.close()
    return made


@pytest.fixture
def second(staff: Staff) -> Staff:
    """Another computer: a key store of its own over the same practice."""
    return replace(staff, keyring=Keyring(), offices=staff.offices)


def wanted(staff: Staff, invited: Invited) -> Join:
    return Join(
        COLLEAGUE,
        invitation=invited.code,
        password=NEW,
        totp_uri="",
        code=staff.code(COLLEAGUE),
        key_pin=PIN,
    )


def test_the_key_is_touched_there_and_opens_both_computers(
    staff: Staff, second: Staff, invited: Invited
) -> None:
    started = second.office().start_join(JoinRequest(COLLEAGUE, invitation=invited.code))
    assert (started.security_key, started.totp_uri) == (True, "")
    assert second.office().join(wanted(second, invited)).recovery_codes == ()
    second.close()
    there = Credentials(COLLEAGUE, password=NEW, key_pin=PIN)
    assert second.office().sign_in(there).session.user_name == COLLEAGUE
    second.close()
    assert staff.enter(staff.office(), COLLEAGUE, key_pin=PIN).session.user_name == COLLEAGUE
    slots = [slot for slot in read_slots(staff.folder.keys).slots if slot.fido is not None]
    assert len({slot.fido.salt for slot in slots if slot.fido}) == len(slots) == 2


def test_without_the_key_the_invitation_stays_as_it_was(second: Staff, invited: Invited) -> None:
    before = second.folder.keys.read_bytes()
    key = second.hands.pop()
    assert code_of(lambda: second.office().join(wanted(second, invited))) == "security-key-none"
    second.hands[:] = [SoftwareKey(PIN)]
    assert code_of(lambda: second.office().join(wanted(second, invited))) == "security-key-not-enrolled"
    assert second.folder.keys.read_bytes() == before
    second.hands[:] = [key]
    second.office().join(wanted(second, invited))


def test_a_lost_key_goes_with_everything_else(staff: Staff, invited: Invited) -> None:
    office = staff.office()
    ana = staff.enter(office, code=staff.code()).session
    made = office.invite_user(ana, InviteRequest(COLLEAGUE, Role.FRONT_DESK, InvitationKind.FACTOR))
    assert not [slot for slot in read_slots(staff.folder.keys).slots if slot.fido is not None]
    started = staff.office().start_join(JoinRequest(COLLEAGUE, invitation=made.code))
    assert not started.security_key
    assert started.totp_uri
    assert code_of(lambda: staff.enter(staff.office(), COLLEAGUE, key_pin=PIN)) == "wrong-password"
