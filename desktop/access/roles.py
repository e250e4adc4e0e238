"""What each role may do and see: one action per use case, nothing allowed by default.

45 CFR 164.308(a)(4) and 164.312(a)(1): access follows the job. A role that is not in a
cell of the matrix is refused; a new action belongs to nobody but administrators until it
is put here. Everything is data, so that the window and the docs show this same table.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from desktop.access.actions import Action
from desktop.models.accounts import Role

__all__ = [
    "FIELD_GROUPS",
    "IN_A_GAP",
    "MATRIX",
    "MORE",
    "STEP_UP",
    "Action",
    "FieldGroup",
    "Purpose",
    "hidden",
    "may",
]


class Purpose(StrEnum):
    """What a fresh proof is for: it counts for this alone (ASVS 7.5.3)."""

    EXPORT = "export"
    CAMPAIGN = "campaign"
    KEYS = "keys"
    USERS = "users"
    PLAIN_MAIL = "plain-mail"
    OWN_SECURITY = "own-security"


class FieldGroup(StrEnum):
    """Fields that belong to one part of the work (45 CFR 164.502(b), minimum necessary)."""

    CONTACT = "contact"
    APPOINTMENT = "appointment"
    CLINICAL = "clinical"
    BILLING = "billing"


_OWN = frozenset(
    {
        Action.ISSUE_TOKEN,
        Action.SIGN_OUT,
        Action.STEP_UP,
        Action.REPORT_PROBLEM,
        Action.SHOW_SECURITY,
        Action.CHANGE_PASSWORD,
        Action.MAKE_CODES,
        Action.CHANGE_AUTHENTICATOR,
        Action.ENROL_KEY,
        Action.REMOVE_KEY,
        Action.END_SESSION,
        Action.SET_PIN,
        Action.FORGET_PIN,
        Action.LIST_NOTICES,
        Action.ACKNOWLEDGE_NOTICE,
        Action.KEEP_DRAFT,
        Action.LIST_DRAFTS,
        Action.DISCARD_DRAFT,
        Action.LIST_ALERTS,
        Action.SHOW_LOG_STATE,
        Action.SHOW_FRESHNESS,
    }
)
"""One's own session, factors, notices and drafts: no role is without them.

Nor without alerts and the state of the log: everybody must hear that the log does not agree.
The office shows only that one alert to those who do not look after the log (`office/alerts.py`).
"""

_READ_PEOPLE = frozenset(
    {
        *(Action.SEARCH_PEOPLE, Action.SHOW_PERSON, Action.SHOW_TIMELINE, Action.SHOW_HOUSEHOLD),
        *(Action.SHOW_CONSENT, Action.LIST_FIELDS, Action.SHOW_PRACTICE),
    }
)

_LETTERS = frozenset(
    {
        Action.HELP_PATIENT,
        Action.RECORD_CHECK,
        Action.SEND_AGAIN,
        Action.LIST_PICKUPS,
        Action.REVOKE_PICKUP,
        Action.EXPLAIN_LETTER,
        Action.SEND_LETTER,
        Action.LIST_OUTBOX,
        Action.RUN_OUTBOX,
        Action.CANCEL_MESSAGES,
        Action.SHOW_MESSAGE,
        Action.RESOLVE_MESSAGE,
        Action.RESEND_MESSAGE,
        Action.HANDLE_FAILURE,
        Action.LIST_RECEIVED,
        Action.POLL_MAILBOX,
        Action.LIST_CONVERSATIONS,
        Action.SHOW_CONVERSATION,
        Action.HANDLE_CONVERSATION,
        Action.OPEN_SEALED,
        Action.SAVE_FILE,
        Action.EXPORT_CONVERSATION,
        Action.SEARCH_MAIL,
        Action.LIST_TASKS,
        Action.HANDLE_TASK,
        Action.LIST_SNIPPETS,
        Action.KEEP_SNIPPET,
    }
)

_CONTACT_KEYS = frozenset({Action.LIST_KEYS, Action.FIND_KEY, Action.CONFIRM_KEY, Action.REVOKE_KEY})
_CARDS = frozenset({Action.SHOW_WORDS, Action.PRINT_CARD, Action.REISSUE_CARD, Action.SET_FORM})

_FRONT_DESK = (
    _OWN
    | _READ_PEOPLE
    | _LETTERS
    | {
        Action.TODAY,
        Action.SET_PERSON,
        Action.IMPORT_PEOPLE,
        Action.MAKE_PASSPHRASE,
        Action.IMPORT_KEY,
        Action.IMPORT_APPOINTMENTS,
        *(Action.ADD_PERSON, Action.MAP_COLUMNS, Action.LIST_IMPORTS, Action.SET_HOUSEHOLD),
        *(Action.RECORD_CONSENT, Action.RECORD_AUTHORIZATION, Action.ASK_CONSENT, Action.PROVE_CONSENT),
        *(Action.LIST_VISITS, Action.SET_VISIT, Action.LIST_DUPLICATES, Action.CHECK_ADDRESSES),
        Action.LIST_SEGMENTS,
        *(Action.LIST_TEMPLATES, Action.TAKE_OPT_OUT, Action.LIST_WINDOWS),
        *(Action.LIST_ANSWERS, Action.ENTER_ANSWER, Action.EXPORT_ANSWERS),
        *(Action.SHOW_CALENDAR, Action.SET_SLOTS),
        Action.PREVIEW_REMINDERS,
        Action.SEND_REMINDERS,
        Action.EXPLAIN_PLAN,
        Action.SHOW_REACH,
        Action.CALL_LIST,
        Action.PAUSE_SENDING,
        Action.RESUME_SENDING,
        Action.LIST_SUPPRESSIONS,
        Action.LIFT_SUPPRESSION,
    }
    | _CONTACT_KEYS
    | _CARDS
)

_CAMPAIGNS = frozenset(
    {
        *(Action.KEEP_TEMPLATE, Action.APPROVE_TEMPLATE, Action.KEEP_PICTURE),
        *(Action.SET_BRAND, Action.LIST_CAMPAIGNS, Action.SHOW_CAMPAIGN),
        *(Action.KEEP_CAMPAIGN, Action.CHECK_CAMPAIGN, Action.TEST_LETTER),
        *(Action.APPROVE_CAMPAIGN, Action.START_CAMPAIGN, Action.PAUSE_CAMPAIGN),
        *(Action.EXPORT_EXCLUDED, Action.SHOW_RESULTS, Action.EXPORT_RESULTS),
        Action.SET_WINDOW,
    }
)

MATRIX: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.ADMINISTRATOR: frozenset(Action),
        Role.MANAGER: _FRONT_DESK
        | {Action.LIST_RELAYS, Action.TEST_RELAY, Action.LIST_STORAGE}
        | {Action.SHOW_CONTENT_POLICY, Action.SHOW_POSTURE}
        | {Action.SHOW_SENDING_RULES, Action.SHOW_RELAY_SENDING, Action.LIST_MAILBOXES, Action.LIST_FEEDS}
        | {Action.SHOW_DELIVERY_CHECK, Action.RUN_DELIVERY_CHECK}
        | {Action.SHARE_SNIPPET, Action.SHOW_AFTER_HOURS}
        | {Action.SHOW_BACKUPS, Action.MAKE_BACKUP, Action.VERIFY_BACKUP}
        | {Action.UNDO_IMPORT, Action.WATCH_FOLDER, Action.MERGE_PEOPLE, Action.EXPORT_PEOPLE}
        | {Action.SHOW_SEGMENT, Action.SET_SEGMENT}
        | _CAMPAIGNS,
        Role.FRONT_DESK: _FRONT_DESK,
        Role.CLINICIAN: _OWN
        | _READ_PEOPLE
        | _LETTERS
        | {Action.TODAY, Action.MAKE_PASSPHRASE, Action.IMPORT_KEY}
        | {Action.RECORD_CONSENT, Action.PROVE_CONSENT, Action.LIST_VISITS}
        | _CONTACT_KEYS
        | _CARDS,
        Role.BILLING: _OWN | _READ_PEOPLE | _LETTERS,
        Role.AUDITOR: _OWN
        | {Action.LIST_AUDIT, Action.VERIFY_AUDIT, Action.EXPORT_AUDIT, Action.SHOW_REVIEW}
        | {Action.LIST_RULES, Action.SHOW_DIGEST, Action.SHOW_RETENTION}
        | {Action.MAKE_CHECKPOINT, Action.PRINT_WITNESS}
        | {Action.LIST_APPROVALS, Action.DECIDE_APPROVAL},
    }
)

MORE = frozenset({Role.CLINICIAN, Role.BILLING, Role.AUDITOR})
"""Roles that stand under "more": administrator, manager and front desk are ready to use."""

STEP_UP: Mapping[Action, Purpose] = MappingProxyType(
    {
        Action.EXPORT_AUDIT: Purpose.EXPORT,
        Action.REPORT_ACCESS: Purpose.EXPORT,
        Action.REPORT_DISCLOSURES: Purpose.EXPORT,
        Action.EXPLAIN_GAP: Purpose.USERS,
        Action.INVITE_USER: Purpose.USERS,
        Action.ADD_USER: Purpose.USERS,
        Action.SET_ROLE: Purpose.USERS,
        Action.SUSPEND_USER: Purpose.USERS,
        Action.REINSTATE_USER: Purpose.USERS,
        Action.OFFBOARD_USER: Purpose.USERS,
        Action.DECIDE_APPROVAL: Purpose.USERS,
        Action.SIGN_REVIEW: Purpose.USERS,
        Action.SET_POLICY: Purpose.USERS,
        Action.SET_RULE: Purpose.USERS,
        Action.SET_RETENTION: Purpose.USERS,
        Action.SIGN_DIGEST: Purpose.USERS,
        Action.PURGE_YEAR: Purpose.EXPORT,
        Action.EXPORT_PEOPLE: Purpose.EXPORT,
        Action.START_CAMPAIGN: Purpose.CAMPAIGN,
        Action.APPROVE_TEMPLATE: Purpose.USERS,
        Action.BATCH_CONSENT: Purpose.USERS,
        Action.WATCH_FOLDER: Purpose.USERS,
        Action.MANAGE_OWN_KEYS: Purpose.KEYS,
        Action.SET_CONTENT_POLICY: Purpose.USERS,
        Action.SET_SENDING_RULES: Purpose.USERS,
        Action.SET_AFTER_HOURS: Purpose.USERS,
        Action.MANAGE_GRANT: Purpose.KEYS,
        Action.MANAGE_TARGET: Purpose.KEYS,
        Action.PRINT_KIT: Purpose.KEYS,
        Action.RENEW_RECOVERY_KEY: Purpose.KEYS,
        Action.RETIRE_COMPUTER: Purpose.KEYS,
        Action.MAKE_CODES: Purpose.OWN_SECURITY,
        Action.CHANGE_AUTHENTICATOR: Purpose.OWN_SECURITY,
        Action.ENROL_KEY: Purpose.OWN_SECURITY,
        Action.SET_PIN: Purpose.OWN_SECURITY,
    }
)
"""Sensitive enough to want a proof of the person within the last five minutes (ASVS 7.5.3).

Passwords are changed and security keys removed with what opens now in the same request; a new
key or PIN lets in later, so it wants the second factor beforehand (`Guard`). Replacing a
contact's key and unlocking plain mail are found out only while the work is done: those use
cases ask `Guard.fresh` themselves. Auditors decide about exports only (`compliance/approvals.py`).
"""

FIELD_GROUPS: Mapping[Role, frozenset[FieldGroup]] = MappingProxyType(
    {
        Role.ADMINISTRATOR: frozenset(FieldGroup),
        Role.MANAGER: frozenset(FieldGroup),
        Role.FRONT_DESK: frozenset({FieldGroup.CONTACT, FieldGroup.APPOINTMENT}),
        Role.CLINICIAN: frozenset({FieldGroup.CONTACT, FieldGroup.APPOINTMENT, FieldGroup.CLINICAL}),
        Role.BILLING: frozenset({FieldGroup.CONTACT, FieldGroup.BILLING}),
        Role.AUDITOR: frozenset(),
    }
)
"""Who sees which fields; a group that is not listed comes empty and is named as hidden."""

IN_A_GAP = frozenset(
    {
        *(Action.TODAY, Action.SEARCH_PEOPLE, Action.SHOW_PERSON, Action.EXPLAIN_LETTER),
        *(Action.PREVIEW_REMINDERS, Action.LIST_OUTBOX, Action.SHOW_MESSAGE, Action.CALL_LIST),
        *(Action.LIST_RELAYS, Action.LIST_USERS),
        *(Action.LIST_AUDIT, Action.VERIFY_AUDIT, Action.EXPORT_AUDIT, Action.MAKE_CHECKPOINT),
        *(Action.REPORT_ACCESS, Action.REPORT_DISCLOSURES),
        *(Action.SHOW_LOG_STATE, Action.PRINT_WITNESS, Action.EXPLAIN_GAP, Action.CHECK_MARKS),
        Action.SHOW_MATRIX,
        *(Action.LIST_APPROVALS, Action.SHOW_REVIEW, Action.LIST_ALERTS, Action.LIST_RULES),
        *(Action.SHOW_DIGEST, Action.SHOW_RETENTION, Action.SHOW_POLICY, Action.SHOW_SECURITY),
        *(Action.LIST_KEYS, Action.HELP_PATIENT, Action.EXPLAIN_PLAN, Action.SHOW_CONTENT_POLICY),
        *(Action.SHOW_REACH, Action.LIST_STORAGE, Action.LIST_PICKUPS, Action.SHOW_POSTURE),
        *(Action.LIST_CONVERSATIONS, Action.SHOW_CONVERSATION, Action.SEARCH_MAIL, Action.LIST_TASKS),
        *(Action.LIST_SNIPPETS, Action.SHOW_AFTER_HOURS),
        *(Action.SHOW_BACKUPS, Action.SHOW_FRESHNESS, Action.VERIFY_BACKUP, Action.PLAN_MOVE),
        *(Action.SHOW_TIMELINE, Action.SHOW_HOUSEHOLD, Action.SHOW_CONSENT, Action.PROVE_CONSENT),
        *(Action.LIST_FIELDS, Action.SHOW_PRACTICE, Action.LIST_VISITS, Action.LIST_IMPORTS),
        *(Action.LIST_SEGMENTS, Action.SHOW_SEGMENT),
        *(Action.LIST_TEMPLATES, Action.LIST_CAMPAIGNS, Action.SHOW_CAMPAIGN),
        *(Action.SHOW_RESULTS, Action.LIST_WINDOWS, Action.LIST_ANSWERS),
        *(Action.SHOW_CALENDAR, Action.SHOW_UPDATES, Action.REPORT_PROBLEM),
        *(Action.LIST_NOTICES, Action.LIST_DRAFTS, Action.ISSUE_TOKEN, Action.STEP_UP, Action.SIGN_OUT),
    }
)
"""What goes on while the log has an unexplained gap: looking, proving, and saying why.

Everything that changes or sends is refused; a new action is, until it is put here.
"""


def may(role: Role, action: Action) -> bool:
    """Whether `role` may do `action`; everything not listed is refused."""
    return action in MATRIX.get(role, frozenset())


def hidden(role: Role) -> tuple[FieldGroup, ...]:
    """The groups that `role` does not see, in the order of the table."""
    seen = FIELD_GROUPS.get(role, frozenset())
    return tuple(group for group in FieldGroup if group not in seen)
