from __future__ import annotations

import pytest

from desktop.access.roles import MATRIX, STEP_UP, Action, may
from desktop.models.accounts import Role

AUDIT = {Action.LIST_AUDIT, Action.VERIFY_AUDIT, Action.EXPORT_AUDIT}
OWN = {
    action
    for action in Action
    if action.value.split(".")[0] in ("session", "security", "notices", "drafts", "problem")
} | {Action.LIST_ALERTS, Action.SHOW_LOG_STATE, Action.SHOW_FRESHNESS}
WATCH = {
    Action.MAKE_CHECKPOINT,
    Action.PRINT_WITNESS,
    Action.SHOW_REVIEW,
    Action.LIST_RULES,
    Action.SHOW_DIGEST,
    Action.SHOW_RETENTION,
}
SECOND = {Action.LIST_APPROVALS, Action.DECIDE_APPROVAL}
"""Of an export of many people; `compliance.approvals` refuses them the rest."""
RELAYS = {Action.ADD_RELAY, Action.RECORD_EVIDENCE, Action.TEST_RELAY, Action.LIST_RELAYS}
USERS = {Action.ADD_USER, Action.LIST_USERS, Action.SET_PRACTICE}


def test_every_role_has_a_row_and_may_end_its_own_session() -> None:
    assert set(MATRIX) == set(Role)
    for role in Role:
        assert MATRIX[role] >= OWN


def test_the_administrator_may_do_everything() -> None:
    assert MATRIX[Role.ADMINISTRATOR] == set(Action)


def test_the_auditor_may_touch_the_log_and_nothing_else() -> None:
    assert MATRIX[Role.AUDITOR] == AUDIT | OWN | WATCH | SECOND


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.CLINICIAN, Role.BILLING, Role.MANAGER])
def test_only_administrator_and_auditor_see_the_log_and_only_the_administrator_changes_relays(
    role: Role,
) -> None:
    assert not MATRIX[role] & (AUDIT | USERS | {Action.ADD_RELAY, Action.RECORD_EVIDENCE})


def test_the_manager_sees_relays_and_the_front_desk_does_not() -> None:
    assert may(Role.MANAGER, Action.LIST_RELAYS)
    assert not MATRIX[Role.FRONT_DESK] & RELAYS


def test_the_front_desk_does_the_daily_work() -> None:
    daily = {
        Action.IMPORT_PEOPLE,
        Action.IMPORT_APPOINTMENTS,
        Action.PREVIEW_REMINDERS,
        Action.SEND_REMINDERS,
        Action.SEND_LETTER,
        Action.RUN_OUTBOX,
    }
    assert daily <= MATRIX[Role.FRONT_DESK]


def test_clinician_and_billing_neither_import_lists_nor_send_reminders() -> None:
    mass = {Action.IMPORT_PEOPLE, Action.IMPORT_APPOINTMENTS, Action.SEND_REMINDERS}
    assert not MATRIX[Role.CLINICIAN] & mass
    assert not MATRIX[Role.BILLING] & mass


def test_an_export_wants_a_fresh_proof() -> None:
    assert Action.EXPORT_AUDIT in STEP_UP
