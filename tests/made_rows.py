"""How to call each use case with sense, on a practice that has something of everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyotp

from desktop.access.roles import Purpose as ProofFor
from desktop.audit.events import Act, Event
from desktop.crypto.smime import make_identity
from desktop.mail import replies
from desktop.mail.hosted import new_name
from desktop.models import pickups, vaultkeys
from desktop.models.accounts import Role, Session, UserId
from desktop.models.database import Tx
from desktop.models.identities import current
from desktop.models.ids import new_id
from desktop.models.protection import Form, KeySource, Pickup, PickupId, Portal
from desktop.models.records import Baa, KeyKind, Label, PersonId
from desktop.office.api import Office
from desktop.office.notices import notify
from desktop.office.values import (
    AppointmentsImport,
    ImportRequest,
    KeyImport,
    LetterRequest,
    PassphraseRequest,
)
from desktop.office.values_access import (
    DraftKept,
    FactorProof,
    InviteRequest,
    KeyEnrolment,
    KeyRemoval,
    NewUser,
    OffboardRequest,
    PasswordChange,
    Purpose,
    RoleChange,
    SecurityPolicy,
    StepUp,
    Verdict,
)
from desktop.office.values_audit import LogExport, LogFormat, OpeningHours, PersonReport
from desktop.office.values_practice import EvidenceRequest, RelayChange, RelayRequest
from desktop.office.values_protection import (
    ExplainFile,
    HelpEnd,
    IdentityCheck,
    KeyConfirm,
    KeyKept,
    KeySearch,
    OnwardRequest,
    SendAgain,
    StorageRequest,
)
from tests.made_practice import PASSWORD, PEOPLE, VISITS, person_named
from tests.made_rows_around import AROUND
from tests.made_rows_campaigns import ready_for_campaigns
from tests.made_rows_computer import an_arrival
from tests.made_rows_delivery import CHECKS, FAILURES, OUTBOX, SENDING, a_failed_letter, run_outbox
from tests.made_rows_mailbox import MAILBOXES
from tests.made_rows_messages import MESSAGES
from tests.made_rows_person import PERSON
from tests.made_rows_targets import TARGETS
from tests.made_rows_tasks import TASKS
from tests.made_rows_templates import a_colleague
from tests.made_staff import HER_PASSWORD, Staff, desk_of, without_printer
from tests.support.p12 import a_p12
from tests.support.queued import queued
from tests.support.replies import sealed_reply
from tests.support.software_key import SoftwareKey

NEW_PASSWORD = "seven lanterns beyond the quiet harbour"
PRESENT = "eleven geese over the frozen lake"


@dataclass
class World:
    """Ana administrates, so does Bo; Cy is at the front desk and Di will leave."""

    staff: Staff
    office: Office
    session: Session
    folder: Path
    users: dict[str, UserId] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def person(self) -> PersonId:
        return PersonId(self.kept["person"])

    def proved(self, session: Session) -> Session:
        """A fresh proof for everything, and not idle."""
        guard = desk_of(self.office).guard
        guard.touch(session)
        for purpose in ProofFor:
            guard.prove(session, purpose)
        return session

    def relay(self, name: str) -> RelayRequest:
        baa = Baa("Relay Inc.", date(2026, 1, 1), date(2027, 1, 1), "e-mail")
        return RelayRequest(
            name=name,
            host="localhost",
            port=1,
            security="implicit",
            user="office",
            sender="office@elmstreet.example.com",
            baa=baa,
            password="relay-password",
            required_tls="account",
        )


def a_world(staff: Staff, folder: Path) -> World:
    staff.hands.append(SoftwareKey(pin="2468"))
    office, session = staff.at_work()
    world = World(staff, office, session, folder)
    for name, role in (("bo", Role.ADMINISTRATOR), ("cy", Role.FRONT_DESK), ("di", Role.BILLING)):
        world.users[name] = staff.add(office, session, name, role)
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
    request = ImportRequest("visits.csv", data=VISITS, modified=staff.clock.now())
    office.import_appointments(session, AppointmentsImport(request, "whole"))
    world.kept["person"] = person_named(office, session, "Zoraida")
    world.kept["colleague"] = a_colleague(office)
    world.kept["relay"] = office.add_relay(session, world.relay("First")).id
    world.kept["draft"] = office.keep_draft(session, DraftKept("", None, "About", "Dear Ms. Lopez")).id
    world.kept["message"] = queued(office.send_letter(session, a_letter(world))).id
    world.kept["pickup"] = a_pickup(world)
    world.kept["failed"] = a_failed_letter(world)
    identity = make_identity("Zoraida", "zoraida@example.org", staff.clock.now())
    shown = office.inspect_key(identity.cert_der)
    world.kept["p12"] = a_p12("office@elmstreet.example.com", staff.clock.now())
    (folder / "web").mkdir()
    world.kept["key"] = KeyImport(world.person, shown.fingerprint, identity.cert_der)
    world.kept["other"] = staff.enter(office, code=staff.code()).session.id
    world.kept["key-id"] = office.enrol_key(session, KeyEnrolment(PASSWORD, pin="2468")).id
    world.proved(session)
    invited = office.invite_user(session, InviteRequest("eve", Role.BILLING)).user
    world.kept["invited"] = slot_of(world, invited)
    change = RoleChange(world.users["cy"], Role.ADMINISTRATOR)
    world.kept["approval"] = office.set_role(session, change).pending
    an_arrival(office)
    world.kept["uri"] = office.new_authenticator(session).totp_uri
    world.kept["bo"] = staff.enter(office, "bo", code=staff.code("bo"), password=HER_PASSWORD).session
    desk, now = desk_of(office), staff.clock.now()

    def stands_out(tx: Tx) -> None:
        notify(tx, [session.user], "device-lost", now, {"user": session.user})
        event = Event(
            Act.AUDIT_VERIFIED, outcome="failed", why="edited", det={"records": 1, "class": "edited"}
        )
        desk.audit.record(tx, event)

    desk.opened().database.write(stands_out)
    desk.opened().watch.look()
    world.kept["notice"] = office.list_notices(session).notices[0].id
    world.kept["alert"] = office.list_alerts(session).alerts[0].id
    world.kept["rule"] = office.list_rules(session)[0]
    ready_for_campaigns(world)
    return world


def a_letter(world: World) -> LetterRequest:
    return LetterRequest(world.person, "Results", "Please call us.", label=Label.ROUTINE)


def slot_of(world: World, user: str) -> UserId:
    found = [one.id for one in world.office.list_users(world.session).users if one.name == user]
    return found[0]


def a_storage() -> StorageRequest:
    """Nobody answers there."""
    baa = Baa("Files Inc.", date(2026, 1, 1), None, "storage")
    url = "https://127.0.0.1:1/locked"
    return StorageRequest("Files", "webdav", url, "office", url, baa, secret="storage-secret")


def a_pickup(world: World) -> Pickup:
    """A locked file that lies in storage."""
    stored = world.office.add_storage(world.session, a_storage()).storage.id
    now = world.staff.clock.now()
    made = Pickup(
        PickupId(new_id()),
        world.kept["message"],
        stored,
        new_name(),
        now,
        now + timedelta(days=9),
        put_at=now,
    )
    desk_of(world.office).opened().database.write(lambda tx: pickups.add(tx, made, b""))
    return made


def _code(world: World) -> FactorProof:
    uri = world.kept["uri"]
    world.staff.clock.move(30)
    return FactorProof(uri, pyotp.TOTP(pyotp.parse_uri(uri).secret).at(world.staff.clock.now()))


def a_search(world: World) -> KeySearch:
    return KeySearch(world.person, KeySource.FILE, world.kept["key"].data)


def a_found_key(world: World) -> KeyKept:
    """Another certificate of hers, that nobody has compared."""
    if "found" not in world.kept:
        made = make_identity("Zoraida", "zoraida@example.org", world.staff.clock.now())
        fingerprint = world.office.inspect_key(made.cert_der).fingerprint
        world.kept["found"] = KeyKept(
            world.person, KeySource.FILE, made.cert_der, fingerprint=fingerprint, compared=False
        )
    return world.kept["found"]  # type: ignore[no-any-return]


def own_fingerprint(world: World, session: Session) -> str:
    """Of the OpenPGP key in use; asked for once, because asking is recorded too."""
    if "own" not in world.kept:
        own = desk_of(world.office).opened().database.read(lambda tx: current(tx, KeyKind.OPENPGP))
        world.kept["own"] = own.fingerprint if own else ""
    return str(world.kept["own"])


def an_answer(w: World) -> bytes:
    public = desk_of(w.office).opened().database.read(lambda tx: vaultkeys.get(tx, replies.PUBLIC)) or b""
    return sealed_reply(public, bytes(32), bytes(32), "thank you")


Call = Callable[[World, Session], object]
CALLS: dict[str, Call] = {
    "today": lambda w, s: w.office.today(s),
    "report_problem": lambda w, s: w.office.report_problem(s, "It stops"),
    "search_people": lambda w, s: w.office.search_people(s, "zo"),
    "show_person": lambda w, s: w.office.show_person(s, w.person),
    "set_person": lambda w, s: w.office.set_person(s, w.person, {"phone": "+1 303 555 0101"}),
    "import_people": lambda w, s: w.office.import_people(
        s, ImportRequest("more.csv", data=PEOPLE.replace(b"100", b"200").replace(b"Bo,", b"Boris,"))
    ),
    "make_passphrase": lambda w, s: w.office.make_passphrase(
        s, PassphraseRequest(w.person, "Ana", "in-person")
    ),
    "set_phrase": lambda w, s: w.office.set_phrase(s, "three quiet lanterns"),
    "record_check": lambda w, s: w.office.record_check(
        s, IdentityCheck(w.person, ("birth-date", "record-number"))
    ),
    "show_words": lambda w, s: w.office.show_words(s, w.person),
    "print_card": lambda w, s: without_printer(lambda: w.office.print_card(s, w.person)),
    "set_form": lambda w, s: w.office.set_form(s, w.person, Form.HTML),
    "help_patient": lambda w, s: w.office.help_patient(s, w.kept["message"]),
    "end_help": lambda w, s: w.office.end_help(s, HelpEnd(w.kept["message"], opened=False)),
    "help_person": lambda w, s: w.office.help_person(s, w.person),
    "open_reply": lambda w, s: w.office.open_reply(s, an_answer(w)),
    "print_message": lambda w, s: without_printer(lambda: w.office.print_message(s, w.kept["message"])),
    "send_again": lambda w, s: w.office.send_again(s, SendAgain(w.kept["message"], "as-page")),
    "reissue_card": lambda w, s: w.office.reissue_card(s, PassphraseRequest(w.person, "Ana", "in-person")),
    "reach": lambda w, s: w.office.reach(s),
    "import_key": lambda w, s: w.office.import_key(s, w.kept["key"]),
    "find_keys": lambda w, s: w.office.find_keys(s, a_search(w)),
    "list_keys": lambda w, s: w.office.list_keys(s),
    "show_fingerprint": lambda w, s: w.office.show_fingerprint(s, w.kept["key"].fingerprint),
    "keep_key": lambda w, s: w.kept.__setitem__("waiting", w.office.keep_key(s, a_found_key(w)).id),
    "test_key": lambda w, s: w.office.test_key(s, w.kept["waiting"]),
    "request_key": lambda w, s: w.office.request_key(s, w.kept["waiting"]),
    "confirm_key": lambda w, s: w.office.confirm_key(
        s, KeyConfirm(w.kept["waiting"], "fingerprint", a_found_key(w).fingerprint)
    ),
    "revoke_key": lambda w, s: w.office.revoke_key(s, w.kept["waiting"]),
    "rotate_own_key": lambda w, s: w.office.rotate_own_key(s, KeyKind.OPENPGP),
    "import_identity": lambda w, s: w.office.import_identity(s, w.kept["p12"]),
    "revoke_own_key": lambda w, s: w.office.revoke_own_key(s, own_fingerprint(w, s)),
    "publish_own_keys": lambda w, s: w.office.publish_own_keys(s, str(w.folder / "web")),
    "import_appointments": lambda w, s: w.office.import_appointments(
        s,
        AppointmentsImport(
            ImportRequest(
                "more.csv", data=VISITS.replace(b"2026-11-24", b"2026-11-25"), modified=w.staff.clock.now()
            ),
            "changes",
        ),
    ),
    "explain_letter": lambda w, s: w.office.explain_letter(s, a_letter(w)),
    "send_letter": lambda w, s: w.office.send_letter(s, a_letter(w)),
    "explain_file": lambda w, s: w.office.explain_file(
        s, ExplainFile(w.person, data=b"Subject: Hours\r\n\r\nWe open at nine.\r\n")
    ),
    "explain_reminders": lambda w, s: w.office.explain_reminders(s),
    "show_content_policy": lambda w, s: w.office.show_content_policy(s),
    "set_content_policy": lambda w, s: w.office.set_content_policy(s, {"npi": "raise"}),
    "preview_reminders": lambda w, s: w.office.preview_reminders(s),
    "send_reminders": lambda w, s: w.office.send_reminders(s),
    "list_outbox": lambda w, s: w.office.list_outbox(s),
    **OUTBOX,
    "cancel_messages": lambda w, s: w.office.cancel_messages(s, (w.kept["message"],)),
    "list_relays": lambda w, s: w.office.list_relays(s),
    "add_relay": lambda w, s: w.office.add_relay(s, w.relay("Second")),
    "test_relay": lambda w, s: w.office.test_relay(s, w.kept["relay"]),
    "try_relay": lambda w, s: w.office.try_relay(s, w.relay("Third")),
    "record_evidence": lambda w, s: w.office.record_evidence(
        s, EvidenceRequest(w.kept["relay"], required_tls="")
    ),
    "set_onward": lambda w, s: w.office.set_onward(
        s,
        OnwardRequest(
            w.kept["relay"], "header", "X-Require-TLS", "yes", portal=Portal("subject-tag", "[portal]")
        ),
    ),
    "test_portal": lambda w, s: w.office.test_portal(s, w.kept["relay"]),
    "add_storage": lambda w, s: w.office.add_storage(s, a_storage()),
    "test_storage": lambda w, s: w.office.test_storage(s, a_storage()),
    "list_storages": lambda w, s: w.office.list_storages(s),
    "list_pickups": lambda w, s: w.office.list_pickups(s),
    "revoke_pickup": lambda w, s: w.office.revoke_pickup(s, w.kept["pickup"].id),
    "retire_storage": lambda w, s: w.office.retire_storage(s, w.kept["pickup"].storage),
    "update_relay": lambda w, s: w.office.update_relay(s, RelayChange(w.kept["relay"], w.relay("Changed"))),
    "query_log": lambda w, s: w.office.query_log(s),
    "verify_audit": lambda w, s: w.office.verify_audit(s),
    "export_log": lambda w, s: w.office.export_log(
        s, LogExport(LogFormat.JSONL, str(w.folder / "log.jsonl"), "Asked for by the auditor")
    ),
    "record_of_access": lambda w, s: w.office.record_of_access(
        s, PersonReport(w.person, "csv", str(w.folder / "access.csv"))
    ),
    "disclosures": lambda w, s: w.office.disclosures(
        s, PersonReport(w.person, "csv", str(w.folder / "disclosures.csv"))
    ),
    "make_checkpoint": lambda w, s: w.office.make_checkpoint(s),
    "log_state": lambda w, s: w.office.log_state(s),
    "print_witness": lambda w, s: w.office.print_witness(s, str(w.folder / "page.txt")),
    "check_marks": lambda w, s: w.office.check_marks(s, w.staff.made.recovery_key),
    "list_users": lambda w, s: w.office.list_users(s),
    "show_matrix": lambda w, s: w.office.show_matrix(s),
    "invite_user": lambda w, s: w.office.invite_user(s, InviteRequest("fay", Role.BILLING)),
    "withdraw_invitation": lambda w, s: w.office.withdraw_invitation(s, w.kept["invited"]),
    "add_user": lambda w, s: w.office.add_user(s, NewUser("gil", Role.BILLING, password=PRESENT)),
    "set_role": lambda w, s: w.office.set_role(s, RoleChange(w.users["di"], Role.CLINICIAN)),
    "suspend_user": lambda w, s: w.office.suspend_user(s, w.users["di"]),
    "reinstate_user": lambda w, s: w.office.reinstate_user(s, w.users["di"]),
    "list_approvals": lambda w, s: w.office.list_approvals(s),
    "decide_approval": lambda w, s: w.office.decide_approval(
        w.proved(w.kept["bo"]), Verdict(w.kept["approval"], approve=True)
    ),
    "plan_offboarding": lambda w, s: w.office.plan_offboarding(s, w.users["di"]),
    "show_review": lambda w, s: w.office.show_review(s),
    "sign_review": lambda w, s: w.office.sign_review(s),
    "show_policy": lambda w, s: w.office.show_policy(s),
    "set_policy": lambda w, s: w.office.set_policy(s, SecurityPolicy(idle_minutes=12)),
    "step_up": lambda w, s: w.office.step_up(s, StepUp(Purpose.USERS, PASSWORD, key_pin="2468")),
    "show_security": lambda w, s: w.office.show_security(s),
    "new_recovery_codes": lambda w, s: w.office.new_recovery_codes(s),
    "confirm_authenticator": lambda w, s: w.office.confirm_authenticator(s, _code(w)),
    "set_quick_pin": lambda w, s: w.office.set_quick_pin(s, "482915"),
    "forget_quick_pin": lambda w, s: w.office.forget_quick_pin(s),
    "list_notices": lambda w, s: w.office.list_notices(s),
    "acknowledge_notice": lambda w, s: w.office.acknowledge_notice(s, w.kept["notice"]),
    "keep_draft": lambda w, s: w.office.keep_draft(s, DraftKept("", None, "Another", "Dear Mr. Lee")),
    "list_drafts": lambda w, s: w.office.list_drafts(s),
    "discard_draft": lambda w, s: w.office.discard_draft(s, w.kept["draft"]),
    "list_alerts": lambda w, s: w.office.list_alerts(s),
    "see_alert": lambda w, s: w.office.see_alert(s, w.kept["alert"]),
    "open_incident": lambda w, s: w.office.open_incident(s, w.kept["alert"]),
    "close_incident": lambda w, s: w.office.close_incident(s, w.kept["alert"], "It was a test"),
    "list_rules": lambda w, s: w.office.list_rules(s),
    "set_rule": lambda w, s: w.office.set_rule(s, w.kept["rule"]),
    "show_hours": lambda w, s: w.office.show_hours(s),
    "set_hours": lambda w, s: w.office.set_hours(s, OpeningHours(7, 19, (1, 2, 3, 4, 5))),
    "show_digest": lambda w, s: w.office.show_digest(s),
    "sign_digest": lambda w, s: w.office.sign_digest(s),
    "show_retention": lambda w, s: w.office.show_retention(s),
    "set_retention": lambda w, s: w.office.set_retention(s, "messages", 400),
    **FAILURES,
    **CHECKS,
    **SENDING,
    **MAILBOXES,
    **AROUND,
    **TASKS,
    **PERSON,
    **MESSAGES,
    **TARGETS,
    "run_outbox": run_outbox,
    "issue_token": lambda w, s: w.office.issue_token(s),
    "end_session": lambda w, s: w.office.end_session(s, w.kept["other"]),
    "remove_key": lambda w, s: w.office.remove_key(s, KeyRemoval(w.kept["key-id"], PASSWORD, "2468")),
    "enrol_key": lambda w, s: w.office.enrol_key(s, KeyEnrolment(PASSWORD, pin="2468", present_pin="2468")),
    "change_password": lambda w, s: w.office.change_password(
        s, PasswordChange(PASSWORD, NEW_PASSWORD, key_pin="2468")
    ),
    "offboard_user": lambda w, s: w.office.offboard_user(s, OffboardRequest(w.users["di"], heir=s.user)),
    "retire_relay": lambda w, s: w.office.retire_relay(s, w.kept["relay"]),
    "sign_out": lambda w, s: w.office.sign_out(s),
}
"""In this order each finds what it needs, and leaves the next what it needs."""
