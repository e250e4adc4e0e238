"""Notices, drafts and the practice's policy: each person's own, and kept within limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import PersonId
from desktop.office.api import Office
from desktop.office.notices import notify
from desktop.office.values_access import DraftKept, SecurityPolicy
from tests.made_staff import COLLEAGUE, Staff, desk_of


def error_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


@pytest.fixture
def both(staff: Staff) -> tuple[Office, Session, Session]:
    """Two people at work in one process."""
    office, ana = staff.at_work()
    staff.add(office, ana)
    return office, ana, staff.enter(office, COLLEAGUE, code=staff.code(COLLEAGUE)).session


def test_a_notice_is_its_owners_alone_until_acknowledged(
    staff: Staff, both: tuple[Office, Session, Session]
) -> None:
    office, ana, bo = both
    database = desk_of(office).opened().database
    database.write(
        lambda tx: notify(tx, [bo.user], "emergency-access", staff.clock.now(), {"user": ana.user})
    )
    assert office.list_notices(ana).notices == ()
    (notice,) = office.list_notices(bo).notices
    assert (notice.kind, notice.details) == ("emergency-access", {"user": "ana"})
    assert error_of(lambda: office.acknowledge_notice(ana, notice.id)) == "notice-unknown"
    office.acknowledge_notice(bo, notice.id)
    assert error_of(lambda: office.acknowledge_notice(bo, notice.id)) == "notice-unknown"
    assert office.list_notices(bo).notices == ()


# --- drafts -----------------------------------------------------------------------------------


def draft(**changes: Any) -> DraftKept:
    return replace(DraftKept("", None, "About", "Dear Ms. Lopez", ("/tmp/a.pdf",)), **changes)


def test_a_draft_comes_back_after_lock_and_restart(staff: Staff) -> None:
    office, session = staff.at_work()
    kept = office.keep_draft(session, draft())
    changed = office.keep_draft(session, replace(kept, text="Dear Maria"))
    assert changed.id == kept.id
    office.close()
    office = staff.office()
    session = staff.enter(office).session
    assert office.list_drafts(session).drafts == (changed,)
    office.discard_draft(session, kept.id)
    assert office.list_drafts(session).drafts == ()
    assert error_of(lambda: office.keep_draft(session, changed)) == "draft-unknown"


def test_a_draft_is_its_writers_alone(both: tuple[Office, Session, Session]) -> None:
    office, ana, bo = both
    kept = office.keep_draft(bo, draft())
    assert office.list_drafts(ana).drafts == ()
    assert error_of(lambda: office.keep_draft(ana, kept)) == "draft-unknown"
    assert error_of(lambda: office.discard_draft(ana, kept.id)) == "draft-unknown"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": "x" * 200_001}, "draft-too-long"),
        ({"attachments": ("/a",) * 51}, "draft-too-long"),
        ({"person": PersonId("f" * 32)}, "person-unknown"),
        ({"id": "f" * 32}, "draft-unknown"),
    ],
)
def test_a_draft_that_cannot_be_kept_says_why(staff: Staff, changes: dict[str, Any], code: str) -> None:
    office, session = staff.at_work()
    assert error_of(lambda: office.keep_draft(session, draft(**changes))) == code


def test_what_a_draft_says_is_in_no_record(staff: Staff) -> None:
    office, session = staff.at_work()
    office.keep_draft(session, draft())
    assert "Lopez" not in repr(office.query_log(session))
    assert "Lopez" not in repr(draft())


# --- the practice's policy ----------------------------------------------------------------------


def test_the_policy_is_kept_and_counts_at_once_and_after_the_next_sign_in(staff: Staff) -> None:
    office, session = staff.at_work()
    assert office.show_policy(session) == SecurityPolicy()
    chosen = SecurityPolicy(2, False, True, True, "Ana Ruiz", "ana@elmstreet.example.com")
    assert office.set_policy(session, chosen) == chosen == office.show_policy(session)
    staff.clock.move(121)
    assert error_of(lambda: office.show_policy(session)) == "locked"
    office.close()
    office = staff.office()
    signed = staff.enter(office)
    assert (signed.idle_lock, office.duty().ends_with_window) == (120, True)
    staff.clock.move(121)
    assert error_of(lambda: office.show_policy(signed.session)) == "locked"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"idle_minutes": 0}, "policy-idle-range"),
        ({"idle_minutes": 16}, "policy-idle-range"),
        ({"officer": "x" * 121}, "policy-officer-too-long"),
        ({"officer_email": "nobody"}, "policy-officer-address"),
    ],
)
def test_what_is_looser_than_the_programs_limits_is_refused(
    staff: Staff, changes: dict[str, Any], code: str
) -> None:
    office, session = staff.at_work()
    assert error_of(lambda: office.set_policy(session, replace(SecurityPolicy(), **changes))) == code
    assert office.show_policy(session) == SecurityPolicy()


def test_a_strict_lock_closes_the_database_at_once(staff: Staff) -> None:
    office, session = staff.at_work()
    office.set_policy(session, replace(SecurityPolicy(), strict_lock=True))
    assert not office.lock().vault_open
