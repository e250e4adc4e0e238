"""What each role may do: one action per use case, nothing allowed by default.

45 CFR 164.308(a)(4) and 164.312(a)(1): access follows the job. A role that is not in a
cell of the matrix is refused; a new action belongs to nobody until it is put here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from desktop.models.accounts import Role


class Action(StrEnum):
    """One per use case of the office, named like it."""

    TODAY = "today.show"
    SEARCH_PEOPLE = "people.search"
    SHOW_PERSON = "people.show"
    SET_PERSON = "people.set"
    IMPORT_PEOPLE = "people.import"
    MAKE_PASSPHRASE = "people.passphrase"  # noqa: S105 - the name of an action
    IMPORT_KEY = "keys.import"
    IMPORT_APPOINTMENTS = "appointments.import"
    EXPLAIN_LETTER = "letter.explain"
    SEND_LETTER = "letter.send"
    PREVIEW_REMINDERS = "reminders.preview"
    SEND_REMINDERS = "reminders.send"
    LIST_OUTBOX = "outbox.list"
    RUN_OUTBOX = "outbox.run"
    CANCEL_MESSAGES = "messages.cancel"
    LIST_RELAYS = "relays.list"
    ADD_RELAY = "relays.add"
    TEST_RELAY = "relays.test"
    RECORD_EVIDENCE = "relays.evidence"
    LIST_AUDIT = "audit.list"
    VERIFY_AUDIT = "audit.verify"
    EXPORT_AUDIT = "audit.export"
    LIST_USERS = "users.list"
    SHOW_MATRIX = "users.matrix"
    INVITE_USER = "users.invite"
    WITHDRAW_INVITATION = "users.withdraw"
    ADD_USER = "users.add"
    SET_ROLE = "users.role"
    SUSPEND_USER = "users.suspend"
    REINSTATE_USER = "users.reinstate"
    PLAN_OFFBOARDING = "users.offboard-plan"
    OFFBOARD_USER = "users.offboard"
    LIST_APPROVALS = "approvals.list"
    DECIDE_APPROVAL = "approvals.decide"
    SHOW_REVIEW = "access.review"
    SIGN_REVIEW = "access.sign"
    SHOW_POLICY = "policy.show"
    SET_POLICY = "policy.set"
    SHOW_SECURITY = "security.show"
    CHANGE_PASSWORD = "security.password"  # noqa: S105 - the name of an action
    MAKE_CODES = "security.codes"
    CHANGE_AUTHENTICATOR = "security.authenticator"
    ENROL_KEY = "security.key"
    REMOVE_KEY = "security.key-remove"
    END_SESSION = "security.session"
    SET_PIN = "security.pin"
    LIST_NOTICES = "notices.list"
    ACKNOWLEDGE_NOTICE = "notices.acknowledge"
    KEEP_DRAFT = "drafts.keep"
    LIST_DRAFTS = "drafts.list"
    DISCARD_DRAFT = "drafts.discard"
    SET_PRACTICE = "practice.set"
    ISSUE_TOKEN = "session.issue"  # noqa: S105 - the name of an action
    SIGN_OUT = "session.end"


_OWN_SESSION = frozenset({Action.ISSUE_TOKEN, Action.SIGN_OUT})

_READ_PEOPLE = frozenset({Action.SEARCH_PEOPLE, Action.SHOW_PERSON})

_LETTERS = frozenset(
    {
        Action.EXPLAIN_LETTER,
        Action.SEND_LETTER,
        Action.LIST_OUTBOX,
        Action.RUN_OUTBOX,
        Action.CANCEL_MESSAGES,
    }
)

_FRONT_DESK = (
    _OWN_SESSION
    | _READ_PEOPLE
    | _LETTERS
    | {
        Action.TODAY,
        Action.SET_PERSON,
        Action.IMPORT_PEOPLE,
        Action.MAKE_PASSPHRASE,
        Action.IMPORT_KEY,
        Action.IMPORT_APPOINTMENTS,
        Action.PREVIEW_REMINDERS,
        Action.SEND_REMINDERS,
    }
)

MATRIX: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.ADMINISTRATOR: frozenset(Action),
        Role.MANAGER: _FRONT_DESK | {Action.LIST_RELAYS, Action.TEST_RELAY},
        Role.FRONT_DESK: _FRONT_DESK,
        Role.CLINICIAN: _OWN_SESSION
        | _READ_PEOPLE
        | _LETTERS
        | {Action.TODAY, Action.MAKE_PASSPHRASE, Action.IMPORT_KEY},
        Role.BILLING: _OWN_SESSION | _READ_PEOPLE | _LETTERS,
        Role.AUDITOR: _OWN_SESSION | {Action.LIST_AUDIT, Action.VERIFY_AUDIT, Action.EXPORT_AUDIT},
    }
)

STEP_UP = frozenset({Action.EXPORT_AUDIT, Action.ADD_USER})
"""Sensitive enough to want a proof of the person within the last five minutes (ASVS 7.5.3)."""


def may(role: Role, action: Action) -> bool:
    """Whether `role` may do `action`; everything not listed is refused."""
    return action in MATRIX.get(role, frozenset())
