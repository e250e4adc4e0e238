"""Those who do not get a campaign on paper, a test letter to oneself, and two wordings compared."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from desktop.models.campaigning import CampaignState, Variant
from desktop.office.values import ImportRequest
from desktop.ui.campaigns import draft as drafts
from desktop.ui.campaigns.audience import BY_REASON
from desktop.ui.campaigns.check import FORMS, CheckPage
from desktop.ui.campaigns.wizard import APPROVE, CHECK, WHAT
from desktop.ui.templates.testing import TestDialog
from tests.ui.campaign_pages import asked, go, in_hand, kept_line, letter, made, press, send
from tests.ui.conftest import AtWork, RelayHere

STREETS = (
    b"MRN,First Name,Last Name,E-mail,DOB,Street,City,State,ZIP\n"
    b"1003,Ned,Noaddress,,1990-01-05,12 Elm St,Springfield,IL,62701\n"
)


def checked(at_work: AtWork) -> CheckPage:
    page = in_hand(at_work, made(at_work))
    press(at_work, page.wizard.check.check_button)
    return page.wizard.check


@pytest.mark.parametrize("form", FORMS)
def test_who_does_not_get_it_becomes_a_paper(at_work: AtWork, tmp_path: Path, form: str) -> None:
    at_work.office.import_people(at_work.session, ImportRequest("streets.csv", data=STREETS))
    check = checked(at_work)
    check.audience.choose(f"{BY_REASON}no-address")
    at_work.screen.settle()
    action = check.papers.actions()[FORMS.index(form)]
    assert action.text() == at_work.screen.words(f"ui.campaigns.paper-{form}")
    action.trigger()
    at_work.screen.settle()
    (chooser,) = check.findChildren(QFileDialog)
    to = tmp_path / f"{form}.pdf"
    chooser.fileSelected.emit(str(to))
    with pdfium.PdfDocument(io.BytesIO(to.read_bytes())) as paper:
        said = " ".join(one.get_textpage().get_text_bounded() for one in paper)
    assert "Noaddress" in said
    assert "Zoraida" not in said
    assert check._page.notice.words == at_work.screen.words("ui.campaigns.paper-saved", file=to.name)
    chooser.close()


def test_nobody_for_a_paper_is_said(at_work: AtWork) -> None:
    check = checked(at_work)
    check.papers.actions()[FORMS.index("labels")].trigger()
    at_work.screen.settle()
    assert check._page.notice.words.startswith(at_work.screen.words("error.nobody-to-print"))
    assert check.findChildren(QFileDialog) == []


def test_the_papers_are_of_those_who_are_shown(at_work: AtWork) -> None:
    check = checked(at_work)
    say = at_work.screen.words
    assert check.papers_button.text() == say("ui.campaigns.papers")
    check.audience.choose(f"{BY_REASON}no-address")
    assert check.papers_button.text() == say("ui.campaigns.papers-shown")


def test_who_needs_somebody_is_counted_beside_the_ways(at_work: AtWork) -> None:
    check = checked(at_work)
    count = at_work.screen.ui.texts.count
    need = count("ui.review.need-you", 1)
    assert check.ways.text() == f"{count('ui.how.on-the-way', 2)}, {need}"


def test_a_test_letter_goes_to_oneself_and_to_no_patient(at_work: AtWork, relay: RelayHere) -> None:
    staff = at_work.person("Bo")
    at_work.office.set_person(at_work.session, staff, {"kind": "professional"})
    check = checked(at_work)
    for name, words in (("Zoraida", "error.test-patient"), ("Nightingale", "")):
        press(at_work, check.test_button)
        dialog = asked(at_work.workspace, TestDialog)
        QTest.keyClicks(dialog.to, name)
        dialog.to.look_up()
        at_work.screen.settle()
        dialog.to.choose(0)
        press(at_work, dialog.go)
        if words:
            assert dialog.notice.words.startswith(at_work.screen.words(words))
            press(at_work, dialog.cancel)
    assert check._page.notice.words == at_work.screen.words("ui.templates.test-sent")
    send(at_work)
    assert [one.recipients for one in relay.server.received] == [("bo@example.org",)]


def test_those_of_one_reason_are_brought_into_sight(at_work: AtWork) -> None:
    at_work.workspace.resize(1000, 640)
    check = checked(at_work)
    show = at_work.screen.words("ui.campaigns.show-them")
    press(at_work, next(one for one in check.findChildren(QPushButton) if one.text() == show))
    assert [one.name for one in check.audience.rows.rows] == ["Ned Noaddress"]
    top = check.audience.list.mapTo(check, check.audience.list.rect().topLeft()).y()
    assert 0 <= top < check.height()


def crowd(number: int) -> bytes:
    rows = (f"C{at},Ana{at},Crowd,c{at}@example.org,1970-01-01\n" for at in range(number))
    return b"MRN,First Name,Last Name,E-mail,DOB\n" + "".join(rows).encode()


def test_two_wordings_are_chosen_and_compared_honestly(at_work: AtWork) -> None:
    at_work.office.import_people(at_work.session, ImportRequest("crowd.csv", data=crowd(1_000)))
    shown = made(at_work)
    letter(at_work, "Spring news, shorter")
    page = in_hand(at_work, shown)
    go(at_work, page, WHAT)
    what = page.wizard.what
    assert what.two.isVisible()
    assert what.two.isEnabled()
    press(at_work, what.two)
    assert what.other.isVisible()
    assert what.other.currentText() == "Spring news, shorter"
    what.share.setValue(30)
    go(at_work, page, CHECK)
    check = page.wizard.check
    press(at_work, check.check_button)
    assert page.wizard.shown is not None
    assert page.wizard.shown.letters == ("Spring news", "Spring news, shorter")
    assert "%" in check.note.text()
    assert [one.text() for one in check.wordings.actions()] == ["Spring news", "Spring news, shorter"]
    go(at_work, page, APPROVE)
    said = at_work.screen.words("ui.campaigns.fact-wording", name="Spring news, shorter", version=1, share=30)
    assert any(said in one.text() for one in page.wizard.approve.signed.findChildren(QLabel))


def test_too_few_for_two_wordings_is_said_before_anybody_is_asked(at_work: AtWork) -> None:
    shown = made(at_work)
    other = letter(at_work, "Spring news, shorter")
    assert shown.template is not None
    both = (Variant("A", shown.template, 1, 50), Variant("B", other.id, 1, 50))
    kept = at_work.office.keep_campaign(
        at_work.session, replace(drafts.of(shown), variants=both).request(shown)
    )
    page = in_hand(at_work, kept)
    press(at_work, page.wizard.check.check_button)
    few = at_work.screen.words("ui.campaigns.check-few", least="1,000")
    assert page.wizard.check.lead.text() == few
    go(at_work, page, APPROVE)
    assert page.wizard.approve.ask_button.isHidden()
    assert page.wizard.approve.why.text() == few
    assert kept_line(page).state is CampaignState.CHECKED
