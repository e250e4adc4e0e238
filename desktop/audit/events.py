"""The closed list of what is recorded, and what each record must say.

An event that lacks a field, or carries one that is not listed, is a bug: building it
raises `BadEventError`, and the work that it belongs to is rolled back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from desktop.audit.acts import Act
from desktop.audit.fields import FIELDS, Value, is_code, is_id

__all__ = ["OUTCOMES", "RULES", "Act", "BadEventError", "Event", "Rule"]


class BadEventError(ValueError):
    """The code tried to record something outside the closed list."""


class Object(StrEnum):
    """What `obj` holds when the act came about."""

    NOTHING = "nothing"
    ID = "id"
    CODE = "code"


@dataclass(frozen=True)
class Rule:
    """`needs` applies to outcome `ok`; `always` to every outcome."""

    obj: Object
    needs: frozenset[str] = frozenset()
    always: frozenset[str] = frozenset()


def _nothing(*needs: str, always: tuple[str, ...] = ()) -> Rule:
    return Rule(Object.NOTHING, frozenset(needs), frozenset(always))


def _one(*needs: str, always: tuple[str, ...] = ()) -> Rule:
    return Rule(Object.ID, frozenset(needs), frozenset(always))


RULES: Mapping[Act, Rule] = MappingProxyType(
    {
        Act.SIGNIN_OK: _one("tries"),
        Act.SIGNIN_FAILED: _one(always=("at",)),
        Act.SIGNIN_CODE_FAILED: _one(always=("at",)),
        Act.SIGNIN_STOPPED: _one(always=("at", "tries")),
        Act.SIGNIN_STEP_UP: _one(),
        Act.TRIES_DAMAGED: _nothing(always=("unsealed",)),
        Act.SESSION_LOCKED: _nothing(),
        Act.SESSION_UNLOCKED: _one(),
        Act.SESSION_ISSUED: _one("until"),
        Act.SESSION_RESUMED: _one(),
        Act.SESSION_ENDED: _one(),
        Act.GUARD_REFUSED: Rule(Object.CODE),
        Act.CLOCK_ANOMALY: _nothing(always=("before", "after")),
        Act.PRACTICE_CREATED: _one(),
        Act.PRACTICE_CHANGED: _nothing("fields"),
        Act.USER_ADDED: _one("role"),
        Act.USER_CHANGED: _one(),
        Act.USER_DISABLED: _one(),
        Act.USERS_LISTED: _nothing("count"),
        Act.USER_INVITED: _one("role", "invitation", "until"),
        Act.USER_JOINED: _one("invitation"),
        Act.USER_SUSPENDED: _one(),
        Act.USER_REINSTATED: _one(),
        Act.USER_LEFT: _one("heir", "sessions", "tasks", "drafts", "approvals"),
        Act.INVITATION_WITHDRAWN: _one(),
        Act.INVITATION_FAILED: _nothing(),
        Act.ROLES_SHOWN: _nothing("count"),
        Act.APPROVAL_ASKED: _one("action"),
        Act.APPROVAL_DECIDED: _one("action"),
        Act.APPROVALS_LISTED: _nothing("count"),
        Act.LEAVING_PLANNED: _one(),
        Act.REVIEW_SHOWN: _nothing("count"),
        Act.REVIEW_SIGNED: _nothing("count"),
        Act.POLICY_SHOWN: _nothing(),
        Act.POLICY_CHANGED: _nothing("fields"),
        Act.VAULT_ROTATED: _nothing("epoch"),
        Act.SECURITY_SHOWN: _one(),
        Act.RECOVERY_CODES_MADE: _one("count"),
        Act.RECOVERY_CODE_USED: _one("left"),
        Act.SECURITY_KEY_ADDED: _one(),
        Act.SECURITY_KEY_REMOVED: _one(),
        Act.PIN_SET: _one(),
        Act.PIN_FORGOTTEN: _one(),
        Act.PIN_FAILED: _one(always=("tries",)),
        Act.NOTICE_SHOWN: _nothing("count"),
        Act.NOTICE_ACKNOWLEDGED: _one(),
        Act.DRAFT_KEPT: _one(),
        Act.DRAFTS_LISTED: _nothing("count", "ids"),
        Act.DRAFT_DISCARDED: _one(),
        Act.PASSWORD_CHANGED: _one(),
        Act.CODE_RESET: _one(),
        Act.VAULT_RECOVERED: _nothing(),
        Act.VAULT_ENROLLED: _one(),
        Act.VAULT_CLOSED: _nothing(),
        Act.RECOVERY_KEY_MADE: _nothing(),
        Act.IDENTITY_MADE: _nothing("key-kind", "fingerprint"),
        Act.DOCTOR_RUN: _nothing("failed"),
        Act.TODAY_SHOWN: _nothing("count"),
        Act.PEOPLE_SEARCHED: _nothing("count", "ids"),
        Act.PEOPLE_SHOWN: _one(),
        Act.PEOPLE_ADDED: _one(),
        Act.PEOPLE_CHANGED: _one("fields"),
        Act.PEOPLE_IMPORTED: _one("created", "updated", "unchanged", "rejected"),
        Act.PEOPLE_IMPORT_TRIED: _nothing("created", "updated", "unchanged", "rejected"),
        Act.PEOPLE_IMPORT_UNDONE: _one("updated", "unchanged"),
        Act.PEOPLE_EXPORTED: _nothing("count", "content", "ids"),
        Act.TIMELINE_SHOWN: _one(),
        Act.IMPORTS_LISTED: _nothing("count"),
        Act.IMPORT_SHOWN: _one("rejected"),
        Act.IMPORT_LOOKED_AT: _nothing("count"),
        Act.MAPPING_CHANGED: _one(),
        Act.SOURCE_FILE_SETTLED: _one("source-file"),
        Act.FOLDER_WATCHED: _one(),
        Act.FOLDER_TAKEN_IN: _one("count"),
        Act.HOUSEHOLD_SHOWN: _one(),
        Act.HOUSEHOLD_CHANGED: _one("mail-reader"),
        Act.GUARDIAN_ENDED: _one(),
        Act.CONSENT_RECORDED: _one("consent"),
        Act.CONSENT_SHOWN: _one(),
        Act.CONSENT_BATCHES_LISTED: _nothing("count"),
        Act.CONSENT_BATCH_TRIED: _nothing("count", "use"),
        Act.CONSENT_BATCH_RECORDED: _one("count", "use", "content"),
        Act.CONSENT_BATCH_UNDONE: _one("count"),
        Act.CONSENT_ASKED: _one("use", "message"),
        Act.CONSENT_PROVED: _one("message"),
        Act.CONSENT_EXPIRED: _one("use"),
        Act.AUTHORIZATION_KEPT: _one("person", "use"),
        Act.AUTHORIZATION_REVOKED: _one("person"),
        Act.AUTHORIZATION_PRINTED: _one("use"),
        Act.EVIDENCE_SHOWN: _one("content"),
        Act.FIELDS_LISTED: _nothing("count"),
        Act.FIELD_CHANGED: _one(),
        Act.PRACTICE_SHOWN: _nothing("count"),
        Act.APPOINTMENT_ADDED: _one("person"),
        Act.DUPLICATES_LOOKED_FOR: _nothing("count"),
        Act.DUPLICATES_LISTED: _nothing("count", "ids"),
        Act.DUPLICATE_DECIDED: _one("person"),
        Act.PEOPLE_MERGED: _one("person"),
        Act.PEOPLE_UNMERGED: _one("person"),
        Act.ADDRESSES_CHECKED: _nothing("count"),
        Act.SEGMENTS_LISTED: _nothing("count"),
        Act.SEGMENT_SHOWN: _one("count", "ids"),
        Act.SEGMENT_TRIED: _nothing("count", "ids"),
        Act.SEGMENT_CHANGED: _one("count"),
        Act.SEGMENT_EXPLAINED: _one("person"),
        Act.KEY_ADDED: _one("person", "key-kind"),
        Act.KEY_REFUSED: _nothing(),
        Act.KEY_REVOKED: _one("person"),
        Act.PASSPHRASE_MADE: _one("handed"),
        Act.IMPORT_REFUSED: _nothing(),
        Act.FILE_REFUSED: _nothing(),
        Act.APPOINTMENTS_IMPORTED: _one("mode", "created", "updated", "unchanged", "rejected", "cancelled"),
        Act.APPOINTMENTS_IMPORT_TRIED: _nothing(
            "mode", "created", "updated", "unchanged", "rejected", "cancelled"
        ),
        Act.APPOINTMENTS_SHOWN: _nothing("count", "ids"),
        Act.APPOINTMENT_CHANGED: _one("person"),
        Act.APPOINTMENT_CANCELLED: _one("person"),
        Act.REMINDERS_PREVIEWED: _nothing("day", "count", "excluded", "ids"),
        Act.REMINDERS_QUEUED: _nothing("day", "queued", "excluded"),
        Act.KEYS_LISTED: _nothing("count"),
        Act.KEY_LOOKED_UP: _one("count"),
        Act.KEY_CONFIRMED: _one("person"),
        Act.KEY_REQUEST_MADE: _one("key"),
        Act.IDENTITY_REPLACED: _nothing("key-kind", "fingerprint"),
        Act.IDENTITY_PUBLISHED: _nothing("count"),
        Act.IDENTITY_REVOKED: _nothing("key-kind", "fingerprint"),
        Act.WORDS_SHOWN: _one(),
        Act.CARD_PRINTED: _one(),
        Act.CARD_REISSUED: _one("messages"),
        Act.IDENTITY_CHECKED: _one("count"),
        Act.HELP_SHOWN: _one("person"),
        Act.REPLY_OPENED: _one("reader"),
        Act.MESSAGE_PRINTED: _one("person"),
        Act.FORM_CHANGED: _one("form"),
        Act.CONTENT_POLICY_SHOWN: _nothing("count"),
        Act.CONTENT_POLICY_CHANGED: _nothing("fields"),
        Act.DOMAINS_LOOKED_AT: _nothing("count"),
        Act.REACH_SHOWN: _nothing("count"),
        Act.STORAGE_ADDED: _one(),
        Act.STORAGE_RETIRED: _one(),
        Act.STORAGE_TESTED: _nothing(),
        Act.STORAGES_LISTED: _nothing("count"),
        Act.PICKUP_PUT: _one("message"),
        Act.PICKUP_REVOKED: _one("message"),
        Act.PICKUP_DELETED: _one("message"),
        Act.PICKUP_SEEN: _one("message"),
        Act.PICKUPS_LISTED: _nothing("count"),
        Act.POSTURE_SHOWN: _nothing("count"),
        Act.CALL_TASK_OPENED: _one("person"),
        Act.KEY_TASK_OPENED: _one("key", "days"),
        Act.PROTECTION_EXPLAINED: _one("method"),
        Act.MESSAGE_QUEUED: _one("person", "kind", "method", "decision"),
        Act.MESSAGE_REFUSED: _one(),
        Act.MESSAGE_CLAIMED: _one(),
        Act.MESSAGE_CANCELLED: _one(),
        Act.MESSAGE_SUPERSEDED: _one(),
        Act.MESSAGE_ACCEPTED: _one("method", "attempts"),
        Act.MESSAGE_DEFERRED: _one("attempts"),
        Act.MESSAGE_FAILED: _one("attempts"),
        Act.MESSAGE_UNCERTAIN: _one("attempts"),
        Act.MESSAGE_EXPIRED: _one(),
        Act.MESSAGE_RESENT: _one("previous", "generation"),
        Act.OUTBOX_LISTED: _nothing("count"),
        Act.OUTBOX_RUN: _nothing("count"),
        Act.OUTBOX_PAUSED: _nothing(),
        Act.OUTBOX_RECOVERED: _nothing(always=("requeued", "uncertain")),
        Act.MESSAGE_SHOWN: _one(),
        Act.MESSAGE_RESOLVED: _one("settled"),
        Act.MESSAGE_BOUNCED: _one("how"),
        Act.MESSAGE_COMPLAINED: _one("how"),
        Act.MESSAGE_REPORTED: _one("event"),
        Act.SENDING_PAUSED: Rule(Object.CODE),
        Act.SENDING_WARNED: Rule(Object.CODE),
        Act.SENDING_RESUMED: Rule(Object.CODE),
        Act.WOULD_GO_SHOWN: _nothing("count"),
        Act.PAUSES_LISTED: _nothing("count"),
        Act.FAILURE_SHOWN: _one("person"),
        Act.ADDRESS_VERIFIED: _one("person", "checked"),
        Act.ADDRESS_SUPPRESSED: _one("cause"),
        Act.SUPPRESSION_LIFTED: _one(),
        Act.SUPPRESSIONS_LISTED: _nothing("count"),
        Act.CALL_LIST_MADE: _nothing("count", "ids"),
        Act.SENDING_RULES_SHOWN: _nothing(),
        Act.SENDING_RULES_CHANGED: _nothing("fields"),
        Act.RELAY_SENDING_SHOWN: _one(),
        Act.RELAY_SENDING_CHANGED: _one("fields"),
        Act.GRANT_MADE: _one(),
        Act.GRANT_ASKED: _one(),
        Act.GRANT_ENDED: _one(),
        Act.MAILBOX_ADDED: _one(),
        Act.MAILBOX_CHANGED: _one(),
        Act.MAILBOX_RETIRED: _one(),
        Act.MAILBOX_TESTED: _nothing(),
        Act.MAILBOXES_LISTED: _nothing("count"),
        Act.MAILBOX_POLLED: _nothing("count"),
        Act.MAIL_RECEIVED: _one("event"),
        Act.RECEIVED_LISTED: _nothing("count", "ids"),
        Act.FEED_CHANGED: _one(),
        Act.FEEDS_LISTED: _nothing("count"),
        Act.FEED_POLLED: _one("count"),
        Act.DELIVERY_CHECK_STARTED: _nothing("count"),
        Act.DELIVERY_CHECK_SHOWN: _nothing("count"),
        Act.DELIVERY_CHECK_TICKED: _one(),
        Act.DELIVERY_READ_BACK: _nothing("count"),
        Act.STAFF_ACCOUNTS_CHANGED: _nothing("count"),
        Act.SILENCE_TASK_OPENED: _one("person"),
        Act.CONVERSATIONS_LISTED: _nothing("count", "ids"),
        Act.CONVERSATION_OPENED: _one(),
        Act.CONVERSATION_SHOWN: _one(),
        Act.CONVERSATION_TAKEN: _one(),
        Act.CONVERSATION_CHANGED: _one("fields"),
        Act.CONVERSATION_LINKED: _one("person"),
        Act.CONVERSATION_EXPORTED: _one("filed", "content"),
        Act.ANSWER_BEGUN: _one(),
        Act.ANSWER_LEFT: _one(),
        Act.MAIL_OPENED: _one("conversation"),
        Act.MAIL_FORMATTED: _one("conversation"),
        Act.MAIL_SEARCHED: _nothing("count", "ids"),
        Act.FILE_SAVED: _one("conversation", "content"),
        Act.FILE_FILED: _one("person", "content"),
        Act.WRONG_PERSON: _one("message"),
        Act.AUTO_ANSWERED: _one(),
        Act.TASKS_LISTED: _nothing("count", "ids"),
        Act.TASK_OPENED: _one("task-kind"),
        Act.TASK_CHANGED: _one("fields"),
        Act.TASK_ENDED: _one("task-kind", "result"),
        Act.SNIPPETS_LISTED: _nothing("count"),
        Act.SNIPPET_KEPT: _one(),
        Act.SNIPPET_RETIRED: _one(),
        Act.SNIPPET_FILLED: _one("person"),
        Act.AFTER_HOURS_SHOWN: _nothing(),
        Act.AFTER_HOURS_CHANGED: _nothing("fields"),
        Act.AGENT_STARTED: _nothing(),
        Act.AGENT_ENDED: _nothing(),
        Act.BACKUPS_SHOWN: _nothing("count"),
        Act.BACKUP_MADE: _one("records", "root", "bytes", "content"),
        Act.BACKUP_PUT: _one("target", "bytes"),
        Act.BACKUP_FAILED: _nothing(),
        Act.BACKUP_THINNED: _one("count"),
        Act.BACKUP_VERIFIED: _nothing("records"),
        Act.BACKUP_LISTED: _one("count"),
        Act.TARGET_ADDED: _one("target-kind"),
        Act.TARGET_CHANGED: _one(),
        Act.TARGET_RETIRED: _one(),
        Act.TARGET_TESTED: _nothing("target-kind"),
        Act.DRILL_ASKED: _nothing(),
        Act.DRILL_DONE: _one("records", "seconds"),
        Act.KIT_PRINTED: _nothing("with-key"),
        Act.PRACTICE_RESTORED: _one("records", "root", "reason", "reason-hash"),
        Act.EMERGENCY_OPENED: _nothing("rows", "reason", "reason-hash", always=("at",)),
        Act.MOVE_PLANNED: _nothing("count"),
        Act.ARRIVAL_SHOWN: _nothing("count"),
        Act.ARRIVAL_SETTLED: _nothing("item"),
        Act.COMPUTER_RETIRED: _nothing("reason", "reason-hash"),
        Act.RELAY_ADDED: _one("security"),
        Act.RELAY_CHANGED: _one(),
        Act.RELAY_TESTED: _nothing(),
        Act.RELAY_REFUSED: _nothing(),
        Act.RELAY_RETIRED: _one(),
        Act.RELAYS_LISTED: _nothing("count"),
        Act.AUDIT_VIEWED: _nothing("count"),
        Act.AUDIT_VERIFIED: _nothing("records", "class"),
        Act.AUDIT_EXPORTED: _nothing("format", "records", "reason", "reason-hash"),
        Act.REPORT_MADE: _one("report", "format", "rows"),
        Act.AUDIT_CHECKPOINT: _nothing("records"),
        Act.CHECKPOINT_ASKED: _nothing(),
        Act.LOG_MARKED: _nothing("first", "fingerprint"),
        Act.LOG_STATE_SHOWN: _nothing("count"),
        Act.LOG_RESTORE_GAP: _nothing("first", "last", "root", "reason", "reason-hash"),
        Act.WITNESS_MAILED: _one("records"),
        Act.WITNESS_PRINTED: _nothing("records"),
        Act.ALERT_RAISED: _one("rule", "count"),
        Act.ALERTS_LISTED: _nothing("count"),
        Act.ALERT_SEEN: _one("rule"),
        Act.ALERT_RULES_LISTED: _nothing("count"),
        Act.ALERT_RULE_CHANGED: _nothing("rule", "least", "minutes"),
        Act.OPENING_HOURS_CHANGED: _nothing("first", "last", "days"),
        Act.OFFICER_TOLD: _nothing("count"),
        Act.INCIDENT_OPENED: _one("rule"),
        Act.INCIDENT_CLOSED: _one("rule", "reason", "reason-hash"),
        Act.DIGEST_SHOWN: _nothing("count"),
        Act.DIGEST_SIGNED: _nothing("count"),
        Act.RETENTION_SHOWN: _nothing("count"),
        Act.RETENTION_CHANGED: _nothing("kept", "days"),
        Act.CONTENT_DESTROYED: _nothing(
            "messages", "attempts", "drafts", "conversations", "mails", "notes", "imports"
        ),
        Act.LOG_SEALED: _nothing("year", "first", "last", "root"),
        Act.LOG_PURGED: _nothing("year", "first", "last", "root", "reason", "reason-hash", "approval"),
    }
)
"""One rule per act. Further fields of `FIELDS` may always be added."""

OUTCOMES = frozenset({"ok", "refused", "failed"})


@dataclass(frozen=True)
class Event:
    """One thing done, before it becomes a record.

    `why` is a code (mandatory unless the outcome is `ok`); `obj` is the id of what it
    was done to, or the code of the use case. Where a rule wants no object, an id may
    still name one. Raises `BadEventError` at once where it does not fit its rule.
    """

    act: Act
    obj: str = ""
    outcome: str = "ok"
    why: str = ""
    det: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problem = _problem(self)
        if problem:
            raise BadEventError(f"{self.act}: {problem}")


def _problem(event: Event) -> str:
    rule = RULES[event.act]
    if event.outcome not in OUTCOMES:
        return "unknown outcome"
    if event.why and not is_code(event.why):
        return "why is no code"
    if event.outcome != "ok" and not event.why:
        return "why is missing"
    return _object_problem(event, rule) or _field_problem(event, rule)


def _object_problem(event: Event, rule: Rule) -> str:
    if not event.obj:
        return "obj is missing" if event.outcome == "ok" and rule.obj is not Object.NOTHING else ""
    fits = is_code(event.obj) if rule.obj is Object.CODE else is_id(event.obj)
    return "" if fits else "obj has the wrong form"


def _field_problem(event: Event, rule: Rule) -> str:
    wanted = rule.always | (rule.needs if event.outcome == "ok" else frozenset())
    missing = sorted(wanted - event.det.keys())
    if missing:
        return f"missing {', '.join(missing)}"
    for name, value in event.det.items():
        fits = FIELDS.get(name)
        if fits is None:
            return f"unknown field {name}"
        if not fits(value):
            return f"{name} has the wrong form"
    return ""
