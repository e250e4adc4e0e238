"""The office in this process: every door in one object.

`left` and `at_rest` are no door's: the background service asks them (`office/agent.py`).
"""

from __future__ import annotations

from desktop.office.adding import Adding
from desktop.office.after_hours import AfterHoursDesk
from desktop.office.alerts import Alerts
from desktop.office.approvals import Approvals
from desktop.office.call_list import CallLists
from desktop.office.cards import Cards
from desktop.office.content import ContentDesk
from desktop.office.delivery_checks import DeliveryChecks
from desktop.office.doctor import Doctor
from desktop.office.drafts import Drafts
from desktop.office.entry import Entry
from desktop.office.failures import Failures
from desktop.office.feeds import Feeds
from desktop.office.files import Files
from desktop.office.grants import Grants
from desktop.office.help import Help
from desktop.office.keys import Keys
from desktop.office.keys_own import OwnKeyDesk
from desktop.office.keys_shown import KeyLists
from desktop.office.letters import Letters
from desktop.office.local_backups import BackupOffice, BackupRooms
from desktop.office.local_campaigns import CampaignOffice, CampaignRooms
from desktop.office.local_consent import ConsentOffice, ConsentRooms
from desktop.office.local_imports import ImportOffice, ImportRooms
from desktop.office.local_people import PeopleOffice, PeopleRooms
from desktop.office.local_results import ResultOffice
from desktop.office.local_running import RunOffice, RunRooms
from desktop.office.local_schedule import ScheduleOffice, ScheduleRooms
from desktop.office.local_templates import TemplateOffice, TemplateRooms
from desktop.office.local_updates import UpdateOffice
from desktop.office.log_export import LogExports
from desktop.office.log_reports import LogReports
from desktop.office.mail_found import MailSearch
from desktop.office.mailbox import Mailboxes
from desktop.office.marks import Marks
from desktop.office.messages import Messages
from desktop.office.messages_filed import Charts
from desktop.office.notices import Notices
from desktop.office.offboarding import Offboarding
from desktop.office.onward import OnwardDesk
from desktop.office.outbox import OutboxDesk
from desktop.office.outbox_pauses import Pauses
from desktop.office.outbox_settle import Settling
from desktop.office.outbox_shown import MessageDesk
from desktop.office.people import People
from desktop.office.policy import PolicyDesk
from desktop.office.posture import OwnPosture, Posture
from desktop.office.proof import Proof
from desktop.office.reach import Reach
from desktop.office.reading import Reading
from desktop.office.relays import Relays
from desktop.office.reminders import Reminders
from desktop.office.replies import Replies
from desktop.office.results import Results
from desktop.office.retention import Retention
from desktop.office.review import Review
from desktop.office.security import Security
from desktop.office.sending import Sending
from desktop.office.snippets import Snippets
from desktop.office.storage import Storages
from desktop.office.tasks import Tasks
from desktop.office.timeline import Timelines
from desktop.office.updates import Updates
from desktop.office.users import Users
from desktop.office.users_join import Joining
from desktop.office.witness import Witnesses


class LocalOffice(
    PeopleOffice,
    BackupOffice,
    ImportOffice,
    ConsentOffice,
    TemplateOffice,
    ScheduleOffice,
    CampaignOffice,
    RunOffice,
    ResultOffice,
    UpdateOffice,
):
    """Fulfils `office.api.Office`; the use cases live in the rooms it is made of."""

    def __init__(
        self,
        entry: Entry,
        people: People,
        letters: Letters,
        reminders: Reminders,
        outbox: OutboxDesk,
        relays: Relays,
        proof: Proof,
        files: Files,
        doctor: Doctor,
        security: Security,
        policy: PolicyDesk,
        notices: Notices,
        drafts: Drafts,
        joining: Joining,
        users: Users,
        approvals: Approvals,
        offboarding: Offboarding,
        review: Review,
        alerts: Alerts,
        retention: Retention,
        witness: Witnesses,
        marks: Marks,
        exports: LogExports,
        reports: LogReports,
        posture: Posture,
        keys: Keys,
        key_lists: KeyLists,
        own_keys: OwnKeyDesk,
        cards: Cards,
        help_: Help,
        replies: Replies,
        reach: Reach,
        content: ContentDesk,
        storages: Storages,
        onward: OnwardDesk,
        own_posture: OwnPosture,
        failures: Failures,
        feeds: Feeds,
        checks: DeliveryChecks,
        message_desk: MessageDesk,
        pauses: Pauses,
        settling: Settling,
        call_lists: CallLists,
        sending: Sending,
        mailbox: Mailboxes,
        grants: Grants,
        snippets: Snippets,
        after_hours: AfterHoursDesk,
        messages: Messages,
        reading: Reading,
        charts: Charts,
        mail_search: MailSearch,
        tasks: Tasks,
        backup_rooms: BackupRooms,
        adding: Adding,
        timelines: Timelines,
        rooms: PeopleRooms,
        import_rooms: ImportRooms,
        consent_rooms: ConsentRooms,
        template_rooms: TemplateRooms,
        campaign_rooms: CampaignRooms,
        schedule_rooms: ScheduleRooms,
        run_rooms: RunRooms,
        results: Results,
        updates: Updates,
    ) -> None:
        PeopleOffice.__init__(self, rooms)
        BackupOffice.__init__(self, backup_rooms)
        ImportOffice.__init__(self, import_rooms)
        ConsentOffice.__init__(self, consent_rooms)
        TemplateOffice.__init__(self, template_rooms)
        CampaignOffice.__init__(self, campaign_rooms)
        ScheduleOffice.__init__(self, schedule_rooms)
        RunOffice.__init__(self, run_rooms)
        ResultOffice.__init__(self, results)
        UpdateOffice.__init__(self, updates)
        self.practice_exists = entry.practice_exists
        self.create_practice = entry.create_practice
        self.sign_in = entry.sign_in
        self.unlock = entry.unlock
        self.recover = entry.recover
        self.entry_needs = entry.entry_needs
        self.quick_unlock = entry.quick_unlock
        self.lock = entry.lock
        self.duty = entry.duty
        self.sign_out = entry.sign_out
        self.touch = entry.touch
        self.idle_seconds = entry.idle_seconds
        self.issue_token = entry.issue_token
        self.resume = entry.resume
        self.close = entry.close
        self.left = entry.left
        self.at_rest = entry.at_rest
        self.search_people = people.search_people
        self.show_person = people.show_person
        self.set_person = people.set_person
        self.add_person = adding.add_person
        self.show_timeline = timelines.show_timeline
        self.make_passphrase = cards.make_passphrase
        self.import_key = keys.import_key
        self.find_keys = keys.find_keys
        self.keep_key = keys.keep_key
        self.test_key = keys.test_key
        self.confirm_key = keys.confirm_key
        self.revoke_key = keys.revoke_key
        self.request_key = keys.request_key
        self.list_keys = key_lists.list_keys
        self.show_fingerprint = key_lists.show_fingerprint
        self.rotate_own_key = own_keys.rotate_own_key
        self.import_identity = own_keys.import_identity
        self.revoke_own_key = own_keys.revoke_own_key
        self.publish_own_keys = own_keys.publish_own_keys
        self.explain_letter = letters.explain_letter
        self.send_letter = letters.send_letter
        self.today = reminders.today
        self.preview_reminders = reminders.preview_reminders
        self.send_reminders = reminders.send_reminders
        self.list_outbox = outbox.list_outbox
        self.run_outbox = outbox.run_outbox
        self.start_sending = outbox.start_sending
        self.cancel_messages = outbox.cancel_messages
        self.relay_presets = relays.relay_presets
        self.sender_warnings = relays.sender_warnings
        self.add_relay = relays.add_relay
        self.list_relays = relays.list_relays
        self.test_relay = relays.test_relay
        self.try_relay = relays.try_relay
        self.record_evidence = relays.record_evidence
        self.update_relay = relays.update_relay
        self.retire_relay = relays.retire_relay
        self.query_log = proof.query_log
        self.verify_audit = proof.verify_audit
        self.export_log = exports.export_log
        self.record_of_access = reports.record_of_access
        self.disclosures = reports.disclosures
        self.inspect_key = files.inspect_key
        self.check_address = files.check_address
        self.check_password = files.check_password
        self.check_posture = posture.check_posture
        self.open_envelope = files.open_envelope
        self.check_file = files.check_file
        self.classify_mail = files.classify_mail
        self.parse_people = files.parse_people
        self.parse_schedule = files.parse_schedule
        self.list_library = files.list_library
        self.library_text = files.library_text
        self.template_words = files.template_words
        self.library_words = files.library_words
        self.try_picture = files.try_picture
        self.check_template = files.check_template
        self.render_template = files.render_template
        self.doctor = doctor.doctor
        self.report_problem = doctor.report_problem
        self.look_over_computer = doctor.look_over_computer
        self.step_up = security.step_up
        self.show_security = security.show_security
        self.change_password = security.change_password
        self.new_recovery_codes = security.new_recovery_codes
        self.new_authenticator = security.new_authenticator
        self.confirm_authenticator = security.confirm_authenticator
        self.enrol_key = security.enrol_key
        self.remove_key = security.remove_key
        self.end_session = security.end_session
        self.set_quick_pin = security.set_quick_pin
        self.forget_quick_pin = security.forget_quick_pin
        self.set_feed = feeds.set_feed
        self.list_feeds = feeds.list_feeds
        self.poll_feed = feeds.poll_feed
        self.show_delivery_checks = checks.show_delivery_checks
        self.set_staff_accounts = checks.set_staff_accounts
        self.start_delivery_check = checks.start_delivery_check
        self.tick_delivery = checks.tick_delivery
        self.read_back = checks.read_back
        self.show_failure = failures.show_failure
        self.check_failed_address = failures.check_failed_address
        self.phone_instead = failures.phone_instead
        self.list_suppressions = failures.list_suppressions
        self.lift_suppression = failures.lift_suppression
        self.show_policy = policy.show_policy
        self.set_policy = policy.set_policy
        self.list_notices = notices.list_notices
        self.acknowledge_notice = notices.acknowledge_notice
        self.keep_draft = drafts.keep_draft
        self.list_drafts = drafts.list_drafts
        self.discard_draft = drafts.discard_draft
        self.start_join = joining.start_join
        self.join = joining.join
        self.list_users = users.list_users
        self.show_matrix = users.show_matrix
        self.invite_user = users.invite_user
        self.withdraw_invitation = users.withdraw_invitation
        self.add_user = users.add_user
        self.set_role = users.set_role
        self.suspend_user = users.suspend_user
        self.reinstate_user = users.reinstate_user
        self.list_approvals = approvals.list_approvals
        self.decide_approval = approvals.decide_approval
        self.plan_offboarding = offboarding.plan_offboarding
        self.offboard_user = offboarding.offboard_user
        self.show_review = review.show_review
        self.sign_review = review.sign_review
        self.list_alerts = alerts.list_alerts
        self.see_alert = alerts.see_alert
        self.open_incident = alerts.open_incident
        self.close_incident = alerts.close_incident
        self.list_rules = alerts.list_rules
        self.set_rule = alerts.set_rule
        self.show_hours = alerts.show_hours
        self.set_hours = alerts.set_hours
        self.show_digest = alerts.show_digest
        self.sign_digest = alerts.sign_digest
        self.show_retention = retention.show_retention
        self.set_retention = retention.set_retention
        self.seal_year = retention.seal_year
        self.purge_year = retention.purge_year
        self.make_checkpoint = witness.make_checkpoint
        self.log_state = witness.log_state
        self.print_witness = witness.print_witness
        self.explain_gap = witness.explain_gap
        self.check_marks = marks.check_marks
        self.show_words = cards.show_words
        self.print_card = cards.print_card
        self.show_phrase = cards.show_phrase
        self.set_phrase = cards.set_phrase
        self.reissue_card = cards.reissue_card
        self.set_form = cards.set_form
        self.help_patient = help_.help_patient
        self.help_person = help_.help_person
        self.record_check = help_.record_check
        self.send_again = help_.send_again
        self.print_message = help_.print_message
        self.end_help = help_.end_help
        self.open_reply = replies.open_reply
        self.reach = reach.reach
        self.explain_file = content.explain_file
        self.explain_reminders = content.explain_reminders
        self.show_content_policy = content.show_content_policy
        self.set_content_policy = content.set_content_policy
        self.add_storage = storages.add_storage
        self.test_storage = storages.test_storage
        self.list_storages = storages.list_storages
        self.retire_storage = storages.retire_storage
        self.list_pickups = storages.list_pickups
        self.revoke_pickup = storages.revoke_pickup
        self.set_onward = onward.set_onward
        self.test_portal = onward.test_portal
        self.known_relays = onward.known_relays
        self.own_posture = own_posture.own_posture
        self.show_message = message_desk.show_message
        self.list_pauses = pauses.list_pauses
        self.pause_sending = pauses.pause_sending
        self.would_go = pauses.would_go
        self.resume_sending = pauses.resume_sending
        self.cancel_scope = pauses.cancel_scope
        self.resolve_message = settling.resolve_message
        self.resend_message = settling.resend_message
        self.call_list = call_lists.call_list
        self.print_call_list = call_lists.print_call_list
        self.show_sending_rules = sending.show_sending_rules
        self.set_sending_rules = sending.set_sending_rules
        self.show_relay_sending = sending.show_relay_sending
        self.set_relay_sending = sending.set_relay_sending
        self.relay_use = sending.relay_use
        self.add_mailbox = mailbox.add_mailbox
        self.update_mailbox = mailbox.update_mailbox
        self.retire_mailbox = mailbox.retire_mailbox
        self.list_mailboxes = mailbox.list_mailboxes
        self.test_mailbox = mailbox.test_mailbox
        self.try_mailbox = mailbox.try_mailbox
        self.poll_mailbox = mailbox.poll_mailbox
        self.list_received = mailbox.list_received
        self.list_providers = grants.list_providers
        self.begin_grant = grants.begin_grant
        self.finish_grant = grants.finish_grant
        self.end_grant = grants.end_grant
        self.list_snippets = snippets.list_snippets
        self.keep_snippet = snippets.keep_snippet
        self.retire_snippet = snippets.retire_snippet
        self.fill_snippet = snippets.fill_snippet
        self.show_after_hours = after_hours.show_after_hours
        self.set_after_hours = after_hours.set_after_hours
        self.list_tasks = tasks.list_tasks
        self.add_task = tasks.add_task
        self.change_task = tasks.change_task
        self.end_task = tasks.end_task
        self.list_conversations = messages.list_conversations
        self.show_conversation = messages.show_conversation
        self.take_conversation = messages.take_conversation
        self.change_conversation = messages.change_conversation
        self.begin_answer = messages.begin_answer
        self.end_answer = messages.end_answer
        self.wrong_person = messages.wrong_person
        self.open_sealed = reading.open_sealed
        self.show_formatted = reading.show_formatted
        self.save_file = reading.save_file
        self.export_conversation = charts.export_conversation
        self.search_mail = mail_search.search_mail
