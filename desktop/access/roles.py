"""What each role may do and see: one action per use case, nothing allowed by default.

45 CFR 164.308(a)(4) and 164.312(a)(1): access follows the job. A role that is not in a
cell of the matrix is refused; a new action belongs to nobody but administrators until it
is put here. Everything is data, so that the window and the docs show this same table.
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
    REPORT_ACCESS = "audit.access"
    REPORT_DISCLOSURES = "audit.disclosures"
    MAKE_CHECKPOINT = "audit.checkpoint"
    SHOW_LOG_STATE = "audit.state"
    PRINT_WITNESS = "audit.witness"
    EXPLAIN_GAP = "audit.explain-gap"
    CHECK_MARKS = "audit.marks"
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
    LIST_ALERTS = "alerts.list"
    SEE_ALERT = "alerts.see"
    OPEN_INCIDENT = "alerts.incident"
    LIST_RULES = "alerts.rules"
    SET_RULE = "alerts.set"
    SHOW_DIGEST = "digest.show"
    SIGN_DIGEST = "digest.sign"
    SHOW_RETENTION = "retention.show"
    SET_RETENTION = "retention.set"
    SEAL_YEAR = "retention.seal"
    PURGE_YEAR = "retention.purge"
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
    FORGET_PIN = "security.pin-forget"
    LIST_NOTICES = "notices.list"
    ACKNOWLEDGE_NOTICE = "notices.acknowledge"
    KEEP_DRAFT = "drafts.keep"
    LIST_DRAFTS = "drafts.list"
    DISCARD_DRAFT = "drafts.discard"
    LIST_KEYS = "keys.list"
    FIND_KEY = "keys.find"
    CONFIRM_KEY = "keys.confirm"
    REVOKE_KEY = "keys.revoke"
    MANAGE_OWN_KEYS = "keys.own"
    SHOW_WORDS = "card.words"
    PRINT_CARD = "card.print"
    REISSUE_CARD = "card.reissue"
    RECORD_CHECK = "help.check"
    HELP_PATIENT = "help.show"
    SEND_AGAIN = "help.again"
    EXPLAIN_PLAN = "reminders.explain"
    SHOW_CONTENT_POLICY = "content.policy"
    SET_CONTENT_POLICY = "content.set"
    SHOW_REACH = "reach.show"
    SET_FORM = "people.form"
    MANAGE_STORAGE = "storage.manage"
    LIST_STORAGE = "storage.list"
    LIST_PICKUPS = "pickups.list"
    REVOKE_PICKUP = "pickups.revoke"
    SET_ONWARD = "relays.onward"
    SHOW_POSTURE = "posture.show"
    SHOW_MESSAGE = "outbox.show"
    PAUSE_SENDING = "outbox.pause"
    RESUME_SENDING = "outbox.resume"
    RESOLVE_MESSAGE = "outbox.resolve"
    RESEND_MESSAGE = "outbox.resend"
    HANDLE_FAILURE = "failures.handle"
    LIST_SUPPRESSIONS = "suppressions.list"
    LIFT_SUPPRESSION = "suppressions.lift"
    CALL_LIST = "reminders.call-list"
    SHOW_SENDING_RULES = "sending.rules"
    SET_SENDING_RULES = "sending.set"
    SHOW_RELAY_SENDING = "relays.sending"
    SET_RELAY_SENDING = "relays.sending-set"
    MANAGE_GRANT = "relays.grant"
    MANAGE_MAILBOX = "mailbox.manage"
    LIST_MAILBOXES = "mailbox.list"
    POLL_MAILBOX = "mailbox.poll"
    LIST_RECEIVED = "mailbox.received"
    MANAGE_FEED = "feeds.manage"
    LIST_FEEDS = "feeds.list"
    SHOW_DELIVERY_CHECK = "delivery-check.show"
    RUN_DELIVERY_CHECK = "delivery-check.run"
    LIST_CONVERSATIONS = "messages.list"
    SHOW_CONVERSATION = "messages.show"
    HANDLE_CONVERSATION = "messages.handle"
    OPEN_SEALED = "messages.open"
    SAVE_FILE = "messages.file"
    EXPORT_CONVERSATION = "messages.export"
    SEARCH_MAIL = "messages.search"
    LIST_TASKS = "tasks.list"
    HANDLE_TASK = "tasks.handle"
    LIST_SNIPPETS = "snippets.list"
    KEEP_SNIPPET = "snippets.keep"
    SHARE_SNIPPET = "snippets.share"
    SHOW_AFTER_HOURS = "after-hours.show"
    SET_AFTER_HOURS = "after-hours.set"
    SHOW_BACKUPS = "backup.show"
    MAKE_BACKUP = "backup.make"
    VERIFY_BACKUP = "backup.verify"
    MANAGE_TARGET = "backup.target"
    SHOW_FRESHNESS = "backup.freshness"
    RUN_DRILL = "backup.drill"
    PRINT_KIT = "backup.kit"
    RENEW_RECOVERY_KEY = "recovery.renew"
    PLAN_MOVE = "computer.move"
    SETTLE_ARRIVAL = "computer.arrival"
    RETIRE_COMPUTER = "computer.retire"
    SET_PRACTICE = "practice.set"
    ISSUE_TOKEN = "session.issue"  # noqa: S105 - the name of an action
    STEP_UP = "session.step-up"
    SIGN_OUT = "session.end"


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

_READ_PEOPLE = frozenset({Action.SEARCH_PEOPLE, Action.SHOW_PERSON})

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

MATRIX: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.ADMINISTRATOR: frozenset(Action),
        Role.MANAGER: _FRONT_DESK
        | {Action.LIST_RELAYS, Action.TEST_RELAY, Action.LIST_STORAGE}
        | {Action.SHOW_CONTENT_POLICY, Action.SHOW_POSTURE}
        | {Action.SHOW_SENDING_RULES, Action.SHOW_RELAY_SENDING, Action.LIST_MAILBOXES, Action.LIST_FEEDS}
        | {Action.SHOW_DELIVERY_CHECK, Action.RUN_DELIVERY_CHECK}
        | {Action.SHARE_SNIPPET, Action.SHOW_AFTER_HOURS}
        | {Action.SHOW_BACKUPS, Action.MAKE_BACKUP, Action.VERIFY_BACKUP},
        Role.FRONT_DESK: _FRONT_DESK,
        Role.CLINICIAN: _OWN
        | _READ_PEOPLE
        | _LETTERS
        | {Action.TODAY, Action.MAKE_PASSPHRASE, Action.IMPORT_KEY}
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
