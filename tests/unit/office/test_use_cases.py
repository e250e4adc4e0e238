"""G36 at the door: every use case asks the guard for its own action before anything else."""

from __future__ import annotations

import inspect
from collections import Counter
from typing import Any

import pytest

from desktop.access.roles import IN_A_GAP, MATRIX, Action, Purpose, may
from desktop.access.signin import slot_uid
from desktop.audit.witness import Gap
from desktop.errors import Refused
from desktop.models import users
from desktop.models.accounts import Role, Session, User
from desktop.models.database import Tx
from desktop.office import api
from desktop.office.values_audit import LogQuery
from tests.made_practice import Practice
from tests.made_staff import desk_of

USE_CASES: dict[str, Action] = {
    "today": Action.TODAY,
    "search_people": Action.SEARCH_PEOPLE,
    "list_campaigns": Action.LIST_CAMPAIGNS,
    "keep_campaign": Action.KEEP_CAMPAIGN,
    "show_campaign": Action.SHOW_CAMPAIGN,
    "check_campaign": Action.CHECK_CAMPAIGN,
    "list_audience": Action.SHOW_CAMPAIGN,
    "preview_campaign": Action.SHOW_CAMPAIGN,
    "ask_campaign": Action.APPROVE_CAMPAIGN,
    "approve_campaign": Action.APPROVE_CAMPAIGN,
    "print_excluded": Action.EXPORT_EXCLUDED,
    "campaign_rules": Action.LIST_CAMPAIGNS,
    "set_campaign_rules": Action.SET_SENDING_RULES,
    "show_person": Action.SHOW_PERSON,
    "set_person": Action.SET_PERSON,
    "add_person": Action.ADD_PERSON,
    "show_timeline": Action.SHOW_TIMELINE,
    "show_consent": Action.SHOW_CONSENT,
    "record_consent": Action.RECORD_CONSENT,
    "show_proof": Action.SHOW_CONSENT,
    "print_permission": Action.RECORD_AUTHORIZATION,
    "keep_permission": Action.RECORD_AUTHORIZATION,
    "end_permission": Action.RECORD_AUTHORIZATION,
    "ask_consent": Action.ASK_CONSENT,
    "try_batch": Action.BATCH_CONSENT,
    "run_batch": Action.BATCH_CONSENT,
    "list_batches": Action.BATCH_CONSENT,
    "undo_batch": Action.BATCH_CONSENT,
    "prove_consent": Action.PROVE_CONSENT,
    "import_people": Action.IMPORT_PEOPLE,
    "make_passphrase": Action.MAKE_PASSPHRASE,
    "import_key": Action.IMPORT_KEY,
    "list_keys": Action.LIST_KEYS,
    "show_fingerprint": Action.LIST_KEYS,
    "find_keys": Action.FIND_KEY,
    "request_key": Action.FIND_KEY,
    "keep_key": Action.IMPORT_KEY,
    "test_key": Action.CONFIRM_KEY,
    "confirm_key": Action.CONFIRM_KEY,
    "revoke_key": Action.REVOKE_KEY,
    "rotate_own_key": Action.MANAGE_OWN_KEYS,
    "import_identity": Action.MANAGE_OWN_KEYS,
    "revoke_own_key": Action.MANAGE_OWN_KEYS,
    "publish_own_keys": Action.MANAGE_OWN_KEYS,
    "import_appointments": Action.IMPORT_APPOINTMENTS,
    "explain_letter": Action.EXPLAIN_LETTER,
    "send_letter": Action.SEND_LETTER,
    "explain_file": Action.EXPLAIN_LETTER,
    "explain_reminders": Action.EXPLAIN_PLAN,
    "show_content_policy": Action.SHOW_CONTENT_POLICY,
    "set_content_policy": Action.SET_CONTENT_POLICY,
    "preview_reminders": Action.PREVIEW_REMINDERS,
    "send_reminders": Action.SEND_REMINDERS,
    "list_outbox": Action.LIST_OUTBOX,
    "run_outbox": Action.RUN_OUTBOX,
    "start_sending": Action.RUN_OUTBOX,
    "cancel_messages": Action.CANCEL_MESSAGES,
    "list_relays": Action.LIST_RELAYS,
    "add_relay": Action.ADD_RELAY,
    "test_relay": Action.TEST_RELAY,
    "try_relay": Action.TEST_RELAY,
    "record_evidence": Action.RECORD_EVIDENCE,
    "update_relay": Action.ADD_RELAY,
    "retire_relay": Action.ADD_RELAY,
    "set_onward": Action.SET_ONWARD,
    "test_portal": Action.SET_ONWARD,
    "add_storage": Action.MANAGE_STORAGE,
    "test_storage": Action.MANAGE_STORAGE,
    "retire_storage": Action.MANAGE_STORAGE,
    "list_storages": Action.LIST_STORAGE,
    "list_pickups": Action.LIST_PICKUPS,
    "revoke_pickup": Action.REVOKE_PICKUP,
    "own_posture": Action.SHOW_POSTURE,
    "query_log": Action.LIST_AUDIT,
    "verify_audit": Action.VERIFY_AUDIT,
    "export_log": Action.EXPORT_AUDIT,
    "record_of_access": Action.REPORT_ACCESS,
    "disclosures": Action.REPORT_DISCLOSURES,
    "list_users": Action.LIST_USERS,
    "show_matrix": Action.SHOW_MATRIX,
    "invite_user": Action.INVITE_USER,
    "withdraw_invitation": Action.WITHDRAW_INVITATION,
    "add_user": Action.ADD_USER,
    "set_role": Action.SET_ROLE,
    "suspend_user": Action.SUSPEND_USER,
    "reinstate_user": Action.REINSTATE_USER,
    "list_approvals": Action.LIST_APPROVALS,
    "decide_approval": Action.DECIDE_APPROVAL,
    "plan_offboarding": Action.PLAN_OFFBOARDING,
    "offboard_user": Action.OFFBOARD_USER,
    "show_review": Action.SHOW_REVIEW,
    "sign_review": Action.SIGN_REVIEW,
    "show_policy": Action.SHOW_POLICY,
    "set_policy": Action.SET_POLICY,
    "step_up": Action.STEP_UP,
    "show_security": Action.SHOW_SECURITY,
    "change_password": Action.CHANGE_PASSWORD,
    "new_recovery_codes": Action.MAKE_CODES,
    "new_authenticator": Action.CHANGE_AUTHENTICATOR,
    "confirm_authenticator": Action.CHANGE_AUTHENTICATOR,
    "enrol_key": Action.ENROL_KEY,
    "remove_key": Action.REMOVE_KEY,
    "end_session": Action.END_SESSION,
    "set_quick_pin": Action.SET_PIN,
    "forget_quick_pin": Action.FORGET_PIN,
    "list_notices": Action.LIST_NOTICES,
    "acknowledge_notice": Action.ACKNOWLEDGE_NOTICE,
    "keep_draft": Action.KEEP_DRAFT,
    "list_drafts": Action.LIST_DRAFTS,
    "discard_draft": Action.DISCARD_DRAFT,
    "list_alerts": Action.LIST_ALERTS,
    "see_alert": Action.SEE_ALERT,
    "open_incident": Action.OPEN_INCIDENT,
    "close_incident": Action.OPEN_INCIDENT,
    "list_rules": Action.LIST_RULES,
    "set_rule": Action.SET_RULE,
    "show_hours": Action.LIST_RULES,
    "set_hours": Action.SET_RULE,
    "show_digest": Action.SHOW_DIGEST,
    "sign_digest": Action.SIGN_DIGEST,
    "show_retention": Action.SHOW_RETENTION,
    "set_retention": Action.SET_RETENTION,
    "seal_year": Action.SEAL_YEAR,
    "purge_year": Action.PURGE_YEAR,
    "make_checkpoint": Action.MAKE_CHECKPOINT,
    "log_state": Action.SHOW_LOG_STATE,
    "print_witness": Action.PRINT_WITNESS,
    "explain_gap": Action.EXPLAIN_GAP,
    "check_marks": Action.CHECK_MARKS,
    "show_words": Action.SHOW_WORDS,
    "print_card": Action.PRINT_CARD,
    "show_phrase": Action.PRINT_CARD,
    "set_phrase": Action.PRINT_CARD,
    "reissue_card": Action.REISSUE_CARD,
    "set_form": Action.SET_FORM,
    "help_patient": Action.HELP_PATIENT,
    "open_reply": Action.HELP_PATIENT,
    "help_person": Action.HELP_PATIENT,
    "end_help": Action.SEND_AGAIN,
    "record_check": Action.RECORD_CHECK,
    "send_again": Action.SEND_AGAIN,
    "print_message": Action.SEND_AGAIN,
    "reach": Action.SHOW_REACH,
    "show_message": Action.SHOW_MESSAGE,
    "list_pauses": Action.LIST_OUTBOX,
    "pause_sending": Action.PAUSE_SENDING,
    "would_go": Action.LIST_OUTBOX,
    "resume_sending": Action.RESUME_SENDING,
    "cancel_scope": Action.CANCEL_MESSAGES,
    "resolve_message": Action.RESOLVE_MESSAGE,
    "resend_message": Action.RESEND_MESSAGE,
    "call_list": Action.CALL_LIST,
    "print_call_list": Action.CALL_LIST,
    "show_sending_rules": Action.SHOW_SENDING_RULES,
    "set_sending_rules": Action.SET_SENDING_RULES,
    "show_relay_sending": Action.SHOW_RELAY_SENDING,
    "set_relay_sending": Action.SET_RELAY_SENDING,
    "relay_use": Action.SHOW_RELAY_SENDING,
    "set_feed": Action.MANAGE_FEED,
    "poll_feed": Action.MANAGE_FEED,
    "list_feeds": Action.LIST_FEEDS,
    "show_delivery_checks": Action.SHOW_DELIVERY_CHECK,
    "set_staff_accounts": Action.RUN_DELIVERY_CHECK,
    "start_delivery_check": Action.RUN_DELIVERY_CHECK,
    "tick_delivery": Action.RUN_DELIVERY_CHECK,
    "read_back": Action.RUN_DELIVERY_CHECK,
    "show_failure": Action.HANDLE_FAILURE,
    "check_failed_address": Action.HANDLE_FAILURE,
    "phone_instead": Action.HANDLE_FAILURE,
    "list_suppressions": Action.LIST_SUPPRESSIONS,
    "lift_suppression": Action.LIFT_SUPPRESSION,
    "add_mailbox": Action.MANAGE_MAILBOX,
    "update_mailbox": Action.MANAGE_MAILBOX,
    "retire_mailbox": Action.MANAGE_MAILBOX,
    "test_mailbox": Action.MANAGE_MAILBOX,
    "try_mailbox": Action.MANAGE_MAILBOX,
    "list_mailboxes": Action.LIST_MAILBOXES,
    "poll_mailbox": Action.POLL_MAILBOX,
    "list_received": Action.LIST_RECEIVED,
    "begin_grant": Action.MANAGE_GRANT,
    "finish_grant": Action.MANAGE_GRANT,
    "end_grant": Action.MANAGE_GRANT,
    "list_snippets": Action.LIST_SNIPPETS,
    "keep_snippet": Action.KEEP_SNIPPET,
    "retire_snippet": Action.KEEP_SNIPPET,
    "fill_snippet": Action.LIST_SNIPPETS,
    "show_after_hours": Action.SHOW_AFTER_HOURS,
    "set_after_hours": Action.SET_AFTER_HOURS,
    "list_conversations": Action.LIST_CONVERSATIONS,
    "show_conversation": Action.SHOW_CONVERSATION,
    "take_conversation": Action.HANDLE_CONVERSATION,
    "change_conversation": Action.HANDLE_CONVERSATION,
    "begin_answer": Action.HANDLE_CONVERSATION,
    "end_answer": Action.HANDLE_CONVERSATION,
    "wrong_person": Action.HANDLE_CONVERSATION,
    "open_sealed": Action.OPEN_SEALED,
    "show_formatted": Action.SHOW_CONVERSATION,
    "save_file": Action.SAVE_FILE,
    "export_conversation": Action.EXPORT_CONVERSATION,
    "search_mail": Action.SEARCH_MAIL,
    "list_tasks": Action.LIST_TASKS,
    "add_task": Action.HANDLE_TASK,
    "change_task": Action.HANDLE_TASK,
    "end_task": Action.HANDLE_TASK,
    "issue_token": Action.ISSUE_TOKEN,
    "show_backups": Action.SHOW_BACKUPS,
    "freshness": Action.SHOW_FRESHNESS,
    "create_backup": Action.MAKE_BACKUP,
    "verify_backup": Action.VERIFY_BACKUP,
    "add_target": Action.MANAGE_TARGET,
    "change_target": Action.MANAGE_TARGET,
    "retire_target": Action.MANAGE_TARGET,
    "test_target": Action.MANAGE_TARGET,
    "list_target": Action.SHOW_BACKUPS,
    "drill_asks": Action.RUN_DRILL,
    "run_drill": Action.RUN_DRILL,
    "print_kit": Action.PRINT_KIT,
    "renew_recovery_key": Action.RENEW_RECOVERY_KEY,
    "plan_move": Action.PLAN_MOVE,
    "show_arrival": Action.SETTLE_ARRIVAL,
    "settle_arrival": Action.SETTLE_ARRIVAL,
    "retire_computer": Action.RETIRE_COMPUTER,
    "show_practice": Action.SHOW_PRACTICE,
    "set_practice": Action.SET_PRACTICE,
    "set_location": Action.SET_PRACTICE,
    "retire_location": Action.SET_PRACTICE,
    "set_visit_rule": Action.SET_PRACTICE,
    "list_fields": Action.LIST_FIELDS,
    "set_field": Action.SET_FIELD,
    "show_custom": Action.SHOW_PERSON,
    "set_custom": Action.SET_PERSON,
    "list_visits": Action.LIST_VISITS,
    "add_visit": Action.SET_VISIT,
    "move_visit": Action.SET_VISIT,
    "cancel_visit": Action.SET_VISIT,
    "mark_visit": Action.SET_VISIT,
    "check_addresses": Action.CHECK_ADDRESSES,
    "show_household": Action.SHOW_HOUSEHOLD,
    "set_link": Action.SET_HOUSEHOLD,
    "end_link": Action.SET_HOUSEHOLD,
    "set_family": Action.SET_HOUSEHOLD,
    "find_duplicates": Action.LIST_DUPLICATES,
    "list_duplicates": Action.LIST_DUPLICATES,
    "compare_people": Action.LIST_DUPLICATES,
    "two_people": Action.MERGE_PEOPLE,
    "merge_people": Action.MERGE_PEOPLE,
    "unmerge_people": Action.MERGE_PEOPLE,
    "look_at_file": Action.MAP_COLUMNS,
    "try_import": Action.MAP_COLUMNS,
    "run_import": Action.MAP_COLUMNS,
    "settle_source_file": Action.MAP_COLUMNS,
    "keep_mapping": Action.MAP_COLUMNS,
    "forget_mapping": Action.MAP_COLUMNS,
    "list_mappings": Action.LIST_IMPORTS,
    "list_imports": Action.LIST_IMPORTS,
    "show_import": Action.LIST_IMPORTS,
    "rejected_rows": Action.LIST_IMPORTS,
    "undo_import": Action.UNDO_IMPORT,
    "watch_folder": Action.WATCH_FOLDER,
    "forget_folder": Action.WATCH_FOLDER,
    "list_folders": Action.LIST_IMPORTS,
    "export_people": Action.EXPORT_PEOPLE,
    "list_segments": Action.LIST_SEGMENTS,
    "rule_parts": Action.SHOW_SEGMENT,
    "count_rule": Action.SHOW_SEGMENT,
    "show_segment": Action.SHOW_SEGMENT,
    "explain_segment": Action.SHOW_SEGMENT,
    "keep_segment": Action.SET_SEGMENT,
    "retire_segment": Action.SET_SEGMENT,
    "add_to_segment": Action.SET_SEGMENT,
    "remove_from_segment": Action.SET_SEGMENT,
    "list_windows": Action.LIST_WINDOWS,
    "set_window": Action.SET_WINDOW,
    "retire_window": Action.SET_WINDOW,
    "list_answers": Action.LIST_ANSWERS,
    "mark_answer": Action.ENTER_ANSWER,
    "answers_file": Action.EXPORT_ANSWERS,
    "show_calendar": Action.SHOW_CALENDAR,
    "set_slots": Action.SET_SLOTS,
    "show_results": Action.SHOW_RESULTS,
    "show_campaign_results": Action.SHOW_RESULTS,
    "export_results": Action.EXPORT_RESULTS,
    "start_campaign": Action.START_CAMPAIGN,
    "pause_campaign": Action.PAUSE_CAMPAIGN,
    "resume_campaign": Action.PAUSE_CAMPAIGN,
    "stop_campaign": Action.PAUSE_CAMPAIGN,
    "campaign_progress": Action.SHOW_CAMPAIGN,
    "list_differences": Action.SHOW_CAMPAIGN,
    "take_opt_out": Action.TAKE_OPT_OUT,
    "list_templates": Action.LIST_TEMPLATES,
    "template_parts": Action.LIST_TEMPLATES,
    "show_template": Action.LIST_TEMPLATES,
    "preview_template": Action.LIST_TEMPLATES,
    "keep_template": Action.KEEP_TEMPLATE,
    "retire_template": Action.KEEP_TEMPLATE,
    "approve_template": Action.APPROVE_TEMPLATE,
    "send_test_letter": Action.TEST_LETTER,
    "list_pictures": Action.LIST_TEMPLATES,
    "picture_data": Action.LIST_TEMPLATES,
    "add_picture": Action.KEEP_PICTURE,
    "retire_picture": Action.KEEP_PICTURE,
    "show_brand": Action.LIST_TEMPLATES,
    "set_brand": Action.SET_BRAND,
    "sign_out": Action.SIGN_OUT,
}
BY_THE_SESSION_ALONE = {"touch"}
"""Moving is no use case: the guard asks only whether the session lives."""
WITHIN_ANOTHER = {Action.SHARE_SNIPPET}
"""Asked for by a use case with an action of its own, where what it changes is everybody's."""


def of_the_protocol() -> set[str]:
    return {
        name
        for name, method in inspect.getmembers(api.Office, inspect.isfunction)
        if "session" in inspect.signature(method).parameters
    }


def test_g36_no_use_case_is_missing_here_and_every_action_has_one() -> None:
    assert of_the_protocol() == USE_CASES.keys() | BY_THE_SESSION_ALONE
    assert set(USE_CASES.values()) == set(Action) - WITHIN_ANOTHER


@pytest.mark.parametrize("role", Role, ids=str)
def test_g36_every_use_case_is_refused_to_a_role_without_it_and_that_is_recorded(
    practice: Practice, role: Role
) -> None:
    """What is asked for is nonsense on purpose: a use case that looks at it first breaks here."""
    office, mine = practice.signed_in()
    desk = desk_of(office)
    database = desk.opened().database
    person = User(slot_uid(desk.opened().vault.vault_id, "eve"), "eve", role)

    def admit(tx: Tx) -> None:
        users.add(tx, person, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")

    database.write(admit)
    asked: list[tuple[str, Action]] = []
    check = desk.guard.check

    def noted(session: Any, action: Action) -> None:
        asked.append((name, action))
        check(session, action)

    desk.guard.check = noted  # type: ignore[method-assign]
    for name, action in USE_CASES.items():
        if not may(role, action):
            session = desk.guard.open(person, practice.clock.now())
            parameters = list(inspect.signature(getattr(office, name)).parameters.values())[1:]
            given = [object() for one in parameters if one.default is inspect.Parameter.empty]
            with pytest.raises(Refused) as caught:
                getattr(office, name)(session, *given)
            assert caught.value.code == "not-allowed", name
    refused = dict(asked)
    wanted = {name: action for name, action in USE_CASES.items() if not may(role, action)}
    assert refused == wanted
    ana = database.read(lambda tx: users.get(tx, mine.user))
    assert ana is not None
    administrator = desk.guard.open(ana, practice.clock.now())
    lines = office.query_log(administrator, LogQuery(limit=500)).lines
    recorded = Counter(line.obj for line in lines if line.act == "guard.refused")
    assert recorded == Counter(action.value for action in wanted.values())


@pytest.mark.parametrize("name", sorted(USE_CASES))
def test_g36_every_use_case_asks_for_its_own_action(practice: Practice, name: str) -> None:
    office, session = practice.signed_in()
    desk = desk_of(office)

    class AskedError(Exception):
        pass

    def asked(session: Session, action: Action) -> None:
        raise AskedError(action)

    desk.guard.check = asked  # type: ignore[method-assign]
    parameters = list(inspect.signature(getattr(office, name)).parameters.values())[1:]
    given = [object() for one in parameters if one.default is inspect.Parameter.empty]
    with pytest.raises(AskedError) as caught:
        getattr(office, name)(session, *given)
    assert caught.value.args == (USE_CASES[name],)
    assert all(USE_CASES[name] in MATRIX[Role.ADMINISTRATOR] for name in USE_CASES)


def test_nothing_that_changes_goes_on_while_the_log_does_not_agree(practice: Practice) -> None:
    office, session = practice.signed_in()
    desk = desk_of(office)
    assert desk.log_watch is not None
    for purpose in Purpose:
        desk.guard.prove(session, purpose)
    desk.log_watch.gap = Gap("missing", 1, 2, "keyring")
    for name, action in USE_CASES.items():
        if action in IN_A_GAP:
            continue
        parameters = list(inspect.signature(getattr(office, name)).parameters.values())[1:]
        given = [object() for one in parameters if one.default is inspect.Parameter.empty]
        with pytest.raises(Refused) as caught:
            getattr(office, name)(session, *given)
        assert caught.value.code == "log-gap", name
