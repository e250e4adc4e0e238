"""Consent through the door: shown, recorded, permitted in writing, taken back, proved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from desktop.errors import InputError, Refused
from desktop.models.accounts import Session
from desktop.models.records import Consent, PersonId
from desktop.models.standing import EvidenceKind, Use
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_access import Purpose, StepUp
from desktop.office.values_consent import (
    ConsentRequest,
    PermissionEnd,
    ProofIn,
    SignedPermission,
    UseLine,
)
from tests.made_practice import PASSWORD, PEOPLE, Practice, person_named
from tests.made_rows_consent import BLANK, COLUMNS, FORM, SCAN, batch, permission

SPOKEN = ProofIn(EvidenceKind.SPOKEN, note="said to Ana at the desk")


class Desk:
    """Zoraida, and short ways to say what she says."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.office: Office
        self.session: Session
        self.office, self.session = practice.signed_in()
        self.office.import_people(self.session, ImportRequest("people.csv", data=PEOPLE))
        self.person: PersonId = person_named(self.office, self.session, "Zoraida")

    def say(self, use: Use, state: Consent, proof: ProofIn | None = None, **more: Any) -> None:
        request = ConsentRequest(self.person, use, state, proof=proof, **more)
        self.office.record_consent(self.session, request)

    def use(self, use: Use) -> UseLine:
        (line,) = [one for one in self.office.show_consent(self.session, self.person).uses if one.use is use]
        return line

    def refused(self, code: str, *said: Any, **more: Any) -> None:
        before = self.office.show_consent(self.session, self.person)
        with pytest.raises((InputError, Refused)) as caught:
            self.say(*said, **more)
        assert caught.value.code == code
        assert self.office.show_consent(self.session, self.person) == before

    def later(self, days: float = 1) -> None:
        """Another day: signed in anew."""
        self.practice.clock.move(days * 86400)
        self.session = self.office.sign_in(self.practice.credentials()).session


@pytest.fixture
def desk(practice: Practice) -> Desk:
    return Desk(practice)


def test_nobody_was_asked_yet(desk: Desk) -> None:
    shown = desk.office.show_consent(desk.session, desk.person)
    assert [(one.use, one.state, one.counts) for one in shown.uses] == [
        (use, Consent.UNKNOWN, Consent.UNKNOWN) for use in Use
    ]
    assert (shown.entries, shown.can_record, shown.can_ask) == ((), True, True)


def test_a_yes_stands_on_its_file_which_can_be_looked_at(desk: Desk) -> None:
    desk.say(Use.CARE, Consent.GIVEN, FORM)
    (entry,) = desk.office.show_consent(desk.session, desk.person).entries
    assert entry.proof is not None
    assert (entry.by, entry.proof.has_file, entry.proof.kind) == ("ana", True, EvidenceKind.FORM)
    assert desk.office.show_proof(desk.session, desk.person, entry.proof.id).data == SCAN
    other = person_named(desk.office, desk.session, "Bo")
    with pytest.raises(InputError, match="proof-unknown"):
        desk.office.show_proof(desk.session, other, entry.proof.id)


def test_what_does_not_count_is_refused_and_leaves_nothing(desk: Desk) -> None:
    desk.refused("consent-proof-needed", Use.CARE, Consent.GIVEN)
    desk.refused("proof-note-needed", Use.CARE, Consent.GIVEN, replace(SPOKEN, note=" "))
    desk.refused("proof-kind", Use.CARE, Consent.GIVEN, replace(FORM, data=b"MZ"))
    desk.refused("proof-empty", Use.CARE, Consent.GIVEN, replace(FORM, data=None))
    desk.refused("proof-too-large", Use.CARE, Consent.GIVEN, replace(FORM, data=SCAN * 900_000))
    desk.refused("consent-needs-writing", Use.MARKETING, Consent.GIVEN, SPOKEN)
    desk.refused("consent-needs-permission", Use.PAID, Consent.GIVEN, FORM)
    desk.refused("plain-not-warned", Use.PLAIN, Consent.GIVEN, SPOKEN)
    desk.refused("value-not-allowed", Use.CARE, Consent.REFUSED, how="telepathy")
    desk.refused("value-unusable", Use.CARE, Consent.REFUSED, on=date(2027, 1, 1))
    desk.refused("consent-expiry-past", Use.CARE, Consent.GIVEN, FORM, until=date(2026, 11, 1))


def test_a_no_to_all_mail_covers_the_rest_and_only_something_newer_lifts_it(desk: Desk) -> None:
    desk.say(Use.CARE, Consent.GIVEN, FORM)
    desk.later()
    desk.say(Use.CARE, Consent.REFUSED)
    marketing = desk.use(Use.MARKETING)
    assert marketing.because is not None
    assert (marketing.state, marketing.counts) == (Consent.UNKNOWN, Consent.REFUSED)
    assert marketing.because.code == "consent-refused-care"
    desk.refused("consent-refused-above", Use.MARKETING, Consent.GIVEN, FORM)
    desk.refused("consent-refusal-stands", Use.CARE, Consent.UNKNOWN)
    older = replace(FORM, taken_on=date(2026, 11, 1))
    desk.refused("consent-refusal-stands", Use.CARE, Consent.GIVEN, older)
    desk.later()
    desk.say(Use.CARE, Consent.GIVEN, SPOKEN)
    assert desk.use(Use.CARE).counts is Consent.GIVEN


def test_a_yes_counts_through_its_last_day_and_not_a_moment_longer(desk: Desk) -> None:
    desk.say(Use.MARKETING, Consent.GIVEN, FORM, until=date(2026, 11, 23))
    assert desk.use(Use.MARKETING).counts is Consent.GIVEN
    desk.later()
    line = desk.use(Use.MARKETING)
    assert line.counts is Consent.UNKNOWN
    assert line.because is None or line.because.code == "consent-expired"


def test_the_wish_for_plain_mail_is_warned_and_wants_a_fresh_sign_in(desk: Desk) -> None:
    desk.practice.clock.move(400)
    desk.refused("step-up-needed", Use.PLAIN, Consent.GIVEN, SPOKEN, warned=True)
    desk.practice.clock.move(30)
    code = desk.practice.code()
    desk.office.step_up(desk.session, StepUp(Purpose.PLAIN_MAIL, PASSWORD, code=code))
    desk.say(Use.PLAIN, Consent.GIVEN, SPOKEN, warned=True)
    assert desk.office.show_person(desk.session, desk.person).person.plain_wish is not None
    desk.say(Use.PLAIN, Consent.REFUSED)
    assert desk.office.show_person(desk.session, desk.person).person.plain_wish is None


def test_a_written_permission_gives_and_taken_back_refuses(desk: Desk) -> None:
    form = permission(desk.person)
    signed = SignedPermission(form, date(2026, 11, 20), "Z C", FORM, copy_given=True)
    for lacking, name in (
        (replace(signed, copy_given=False), "copy_given"),
        (replace(signed, scan=None), "scan"),
        (replace(signed, signed_by=""), "signed_by"),
        (replace(signed, form=replace(form, expires_event="")), "expires"),
        (replace(signed, form=replace(form, recipient=" ")), "recipient"),
    ):
        with pytest.raises(InputError, match="permission-incomplete") as caught:
            desk.office.keep_permission(desk.session, lacking)
        assert caught.value.params["missing"] == name
    shown = desk.office.keep_permission(desk.session, signed)
    (kept,) = shown.authorizations
    assert (kept.problem, kept.form, desk.use(Use.MARKETING).counts) == (None, "en-2026-1", Consent.GIVEN)
    paid = replace(signed, form=replace(form, use=Use.PAID, paid=True, payer="Pharma Inc."))
    desk.office.keep_permission(desk.session, paid)
    assert desk.use(Use.PAID).counts is Consent.GIVEN
    desk.office.end_permission(desk.session, PermissionEnd(kept.id, "by-phone"))
    assert desk.use(Use.MARKETING).counts is Consent.REFUSED
    assert desk.use(Use.PAID).counts is Consent.REFUSED
    with pytest.raises(Refused, match="permission-over"):
        desk.office.end_permission(desk.session, PermissionEnd(kept.id))


def test_a_batch_is_tried_signed_and_undone(desk: Desk) -> None:
    desk.say(Use.CARE, Consent.REFUSED)
    rows = (
        b"1001,yes,2026-11-01\n1002,yes,2026-11-01\n1003,no,2026-11-01\n"
        b"9999,yes,2026-11-01\n1002,yes,2026-11-01\n1003,yes,\n"
    )
    tried = desk.office.try_batch(desk.session, batch(rows))
    assert (tried.given, tried.refused, tried.same) == (1, 1, 0)
    assert [(one.line, one.reason.code) for one in tried.left_out] == [
        (2, "consent-refused-before"),
        (5, "person-not-known"),
        (6, "duplicate"),
        (7, "consent-without-proof"),
    ]
    assert desk.office.list_batches(desk.session) == ()
    done = desk.office.run_batch(desk.session, batch(rows))
    assert (done.batch.count, done.batch.signed, done.batch.by) == (2, True, "ana")
    bo = person_named(desk.office, desk.session, "Bo")
    (entry,) = desk.office.show_consent(desk.session, bo).entries
    assert entry.proof is not None
    assert (entry.state, entry.how, entry.proof.kind) == (Consent.GIVEN, "batch", EvidenceKind.BATCH_FORM)
    undone = desk.office.undo_batch(desk.session, done.batch.id)
    assert (undone.withdrawn, undone.refusals, undone.changed_since) == (1, 1, 0)
    assert undone.batch.signed
    with pytest.raises(Refused, match="batch-over"):
        desk.office.undo_batch(desk.session, done.batch.id)
    ned = person_named(desk.office, desk.session, "Ned")
    assert desk.office.show_person(desk.session, ned).person.consent is Consent.REFUSED


def test_a_batch_without_its_form_or_its_columns_enters_nothing(desk: Desk) -> None:
    for wrong, code in (
        (replace(batch(), form=replace(BLANK, data=None)), "proof-empty"),
        (replace(batch(), columns=replace(COLUMNS, on="When")), "batch-column-missing"),
        (replace(batch(), use=Use.PAID), "permission-use"),
        (batch(b""), "batch-empty"),
    ):
        with pytest.raises(InputError) as caught:
            desk.office.run_batch(desk.session, wrong)
        assert caught.value.code in (code, "no-rows")
    assert desk.office.list_batches(desk.session) == ()
