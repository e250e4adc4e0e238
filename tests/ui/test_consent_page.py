"""May we write? Answers with their proof, written permissions, many answers at once, proof of a message."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import shiboken6

from desktop.access.roles import Purpose as ProofFor
from desktop.errors import InputError
from desktop.models.records import Consent, Label
from desktop.models.standing import EvidenceKind, Use
from desktop.office.values import ImportRequest, LetterRequest
from desktop.office.values_consent import ConsentShown
from desktop.ui.consent.batch import BatchDialog
from desktop.ui.consent.page import AnswersPage
from desktop.ui.consent.permission import EndDialog, PermissionDialog
from desktop.ui.consent.proof import ProofDialog
from desktop.ui.consent.record import RecordDialog
from desktop.ui.consent.section import ConsentSection
from desktop.ui.consent.words import proof_words
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.people.page import PeoplePage
from tests.made_staff import desk_of
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def section(at_work: AtWork) -> ConsentSection:
    page = at_work.page("people", PeoplePage)
    page.show_one(at_work.person("Zoraida"))
    at_work.screen.settle()
    page.detail.sections.line.buttons["consent"].click()
    at_work.screen.settle()
    made = page.detail.sections.built["consent"]
    assert isinstance(made, ConsentSection)
    return made


def known(at_work: AtWork) -> ConsentShown:
    return at_work.office.show_consent(at_work.session, at_work.person("Zoraida"))


def state(at_work: AtWork, use: Use) -> Consent:
    return next(one.counts for one in known(at_work).uses if one.use is use)


def recording(at_work: AtWork, section: ConsentSection, use: Use, answer: Consent) -> RecordDialog:
    section.record_answer(use)
    dialog = section.findChildren(RecordDialog)[-1]
    dialog.answer.choose(answer.value)
    at_work.screen.settle()
    return dialog


def scan(at_work: AtWork) -> Path:
    return at_work.file("scan.pdf", PDF)


def prove(at_work: AtWork) -> None:
    for purpose in ProofFor:
        desk_of(at_work.office).guard.prove(at_work.session, purpose)


# --- answers -----------------------------------------------------------------------


def test_every_purpose_is_shown_in_words_and_nobody_was_asked(
    at_work: AtWork, section: ConsentSection
) -> None:
    texts = texts_of(section)
    for use in Use:
        assert at_work.screen.words(f"ui.use.{use.value}") in texts
    assert texts.count(at_work.screen.words("ui.answer.unknown")) == len(Use)


def test_a_no_is_recorded_at_once_and_the_pill_follows(at_work: AtWork, section: ConsentSection) -> None:
    dialog = recording(at_work, section, Use.CARE, Consent.REFUSED)
    assert dialog.proof.isHidden(), "a no needs no proof"
    assert dialog.consequence.text() == at_work.screen.words("ui.consent.no-care")
    dialog.save.click()
    at_work.screen.settle()
    assert not shiboken6.isValid(dialog)
    assert state(at_work, Use.MARKETING) is Consent.REFUSED, "a no to care is a no to everything"
    people = at_work.workspace.pages["people"]
    assert at_work.screen.words("ui.consent.refused") in texts_of(people)


def test_a_yes_without_proof_is_not_recorded(at_work: AtWork, section: ConsentSection) -> None:
    dialog = recording(at_work, section, Use.CARE, Consent.GIVEN)
    dialog.save.click()
    at_work.screen.settle()
    assert dialog.isVisible()
    dialog.proof.kind.choose(EvidenceKind.SPOKEN.value)
    dialog.save.click()
    at_work.screen.settle()
    assert dialog.proof.note.input.property("wrong")
    dialog.cancel.click()
    assert state(at_work, Use.CARE) is Consent.UNKNOWN


def test_a_spoken_yes_is_recorded_with_its_note(at_work: AtWork, section: ConsentSection) -> None:
    dialog = recording(at_work, section, Use.CARE, Consent.GIVEN)
    dialog.proof.kind.choose(EvidenceKind.SPOKEN.value)
    dialog.proof.note.input.setText("Said to Ana at the desk that e-mail is fine")
    dialog.save.click()
    at_work.screen.settle()
    assert state(at_work, Use.CARE) is Consent.GIVEN
    assert any("Said to Ana" in text for text in texts_of(section))


def test_news_need_a_paper_and_what_others_pay_for_a_permission(
    at_work: AtWork, section: ConsentSection
) -> None:
    dialog = recording(at_work, section, Use.MARKETING, Consent.GIVEN)
    assert not dialog.proof.kind.box.isEnabled()
    dialog.use.choose(Use.PAID.value)
    assert not dialog.save.isEnabled()
    assert dialog.consequence.text() == at_work.screen.words("ui.consent.yes-paid")
    dialog.cancel.click()


def test_unprotected_mail_wants_the_warning_first(at_work: AtWork, section: ConsentSection) -> None:
    prove(at_work)
    dialog = recording(at_work, section, Use.PLAIN, Consent.GIVEN)
    dialog.proof.kind.choose(EvidenceKind.SPOKEN.value)
    dialog.proof.note.input.setText("Warned by telephone, wants it all the same")
    dialog.save.click()
    assert dialog.notice.words == at_work.screen.words("ui.consent.warn-first")
    dialog.warned.setChecked(True)
    dialog.save.click()
    at_work.screen.settle()
    assert state(at_work, Use.PLAIN) is Consent.GIVEN


def test_a_day_that_cannot_be_is_said_beside_its_field(at_work: AtWork, section: ConsentSection) -> None:
    dialog = recording(at_work, section, Use.CARE, Consent.REFUSED)
    dialog.on.input.setText("yesterday")
    dialog.save.click()
    assert dialog.on.input.property("wrong")
    dialog.on.input.setText("2031-01-01")
    dialog.save.click()
    at_work.screen.settle()
    assert dialog.notice.words
    assert dialog.save.isEnabled()


# --- written permission ----------------------------------------------------------------


def permission(at_work: AtWork, section: ConsentSection) -> PermissionDialog:
    section.write_permission()
    dialog = section.findChildren(PermissionDialog)[-1]
    dialog.what.input.setText("Name and e-mail address")
    dialog.recipient.input.setText("Elm Street")
    dialog.aim.input.setText("News about classes")
    dialog.expires_on.input.setText("2027-11-30")
    return dialog


def test_a_permission_is_kept_as_it_came_back_and_taken_back(
    at_work: AtWork, section: ConsentSection
) -> None:
    dialog = permission(at_work, section)
    dialog.signed_on.input.setText("2026-11-20")
    dialog.signed_by.input.setText("Zoraida Canaryfield")
    dialog.keep.click()
    assert dialog.scan.name.text() == at_work.screen.words("ui.form.missing")
    dialog.scan.take(scan(at_work))
    dialog.copy_given.setChecked(True)
    dialog.keep.click()
    at_work.screen.settle()
    assert state(at_work, Use.MARKETING) is Consent.GIVEN
    (line,) = known(at_work).authorizations
    section.end_permission(line.id)
    ending = section.findChildren(EndDialog)[-1]
    ending.go_button.click()
    at_work.screen.settle()
    assert state(at_work, Use.MARKETING) is not Consent.GIVEN


def test_an_unfinished_permission_is_neither_printed_nor_kept(
    at_work: AtWork, section: ConsentSection
) -> None:
    dialog = permission(at_work, section)
    dialog.expires_on.input.clear()
    dialog.print_button.click()
    assert dialog.expires_event.input.property("wrong")
    dialog.aim.input.clear()
    dialog.keep.click()
    assert dialog.aim.input.property("wrong")
    dialog.cancel.click()
    assert known(at_work).authorizations == ()


def test_the_form_is_made_for_paper(at_work: AtWork, section: ConsentSection) -> None:
    form = permission(at_work, section).form()
    assert form is not None
    assert at_work.office.print_permission(at_work.session, form).data.startswith(b"%PDF")


def test_asking_by_mail_is_confirmed_first(at_work: AtWork, section: ConsentSection) -> None:
    section.ask()
    section.findChildren(ConfirmDialog)[-1].cancel.click()
    at_work.screen.settle()
    assert known(at_work).asked == ()
    section.ask()
    section.findChildren(ConfirmDialog)[-1].go_button.click()
    at_work.screen.settle()
    assert section.notice.words == at_work.screen.words("ui.ask.done")
    assert len(known(at_work).asked) == 1


# --- proof of a message ----------------------------------------------------------------------


def test_a_message_says_why_it_could_be_sent(at_work: AtWork, section: ConsentSection) -> None:
    request = LetterRequest(at_work.person("Zoraida"), subject="About", text="Hello", label=Label.ROUTINE)
    sent = at_work.office.send_letter(at_work.session, request)
    assert not isinstance(sent, InputError)
    page = at_work.workspace.pages["people"]
    assert isinstance(page, PeoplePage)
    page.detail.sections.line.buttons["messages"].click()
    at_work.screen.settle()
    shown = page.detail.sections.built["messages"]
    assert any("About" in text for text in texts_of(shown))
    dialog = ProofDialog(at_work.screen.ui, at_work.session, sent.id, shown)  # type: ignore[union-attr]
    dialog.open()
    at_work.screen.settle()
    assert dialog.verdict.text() == at_work.screen.words("ui.prove.allowed")
    assert dialog.save.isEnabled()
    dialog.cancel.click()


# --- many at once ---------------------------------------------------------------------------


def test_a_column_of_answers_is_tried_signed_and_taken_back(at_work: AtWork) -> None:
    prove(at_work)
    page = at_work.page("people", PeoplePage)
    answers = page.tabs.open("answers")
    assert isinstance(answers, AnswersPage)
    at_work.screen.settle()
    answers.begin.click()
    dialog = answers.findChildren(BatchDialog)[-1]
    dialog.look_button.click()
    assert dialog.file.name.text() == at_work.screen.words("ui.form.missing")
    data = b"MRN,E-mail OK,Signed\n1001,yes,2026-11-01\n1002,no,2026-11-01\n9999,yes,2026-11-01\n"
    dialog.file.take(at_work.file("intake.csv", data))
    dialog.form.take(scan(at_work))
    dialog.wording.input.setText("2026-1")
    dialog.look_button.click()
    at_work.screen.settle()
    dialog.try_button.click()
    assert dialog.notice.words, "which column is the answer has to be said"
    for code, title in (("answer", "E-mail OK"), ("on", "Signed"), ("external_id", "MRN")):
        dialog.columns[code].setCurrentIndex(dialog.columns[code].findData(title))
    dialog.try_button.click()
    at_work.screen.settle()
    assert dialog.left_out.rowCount() == 1
    assert state(at_work, Use.CARE) is Consent.UNKNOWN, "trying enters nothing"
    dialog.sign.click()
    at_work.screen.settle()
    assert state(at_work, Use.CARE) is Consent.GIVEN
    (line,) = at_work.office.list_batches(at_work.session)
    answers.undo(line)
    answers.findChildren(ConfirmDialog)[-1].go_button.click()
    at_work.screen.settle()
    assert state(at_work, Use.CARE) is Consent.UNKNOWN


def test_the_hash_of_an_imported_file_is_shown_among_the_words(at_work: AtWork) -> None:
    data = (
        b"MRN,First Name,Last Name,E-mail,Consent,Consent date,Consent source\n"
        b"8001,Ada,Stone,ada@example.org,yes,2026-01-05,front desk form\n"
    )
    at_work.office.import_people(at_work.session, ImportRequest("intake.csv", data=data))
    known = at_work.office.show_consent(at_work.session, at_work.person("Ada"))
    proofs = [one.proof for one in known.entries if one.proof is not None]
    assert [one.kind for one in proofs] == [EvidenceKind.IMPORT_ROW]
    assert not re.search("[0-9a-f]{16}", proof_words(at_work.screen.ui, proofs[0]))
