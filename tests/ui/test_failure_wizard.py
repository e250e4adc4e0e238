"""A message did not arrive: cause, checked address, again or by phone; no step can be skipped."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.models.records import MessageId, State
from desktop.ui.failures.wizard import CAUSE, CHECK, CHOICE, END, FailureWizard
from desktop.ui.outbox.page import OutboxPage
from tests.support.along import Along
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork


@pytest.fixture
def along(at_work: AtWork) -> Along:
    return Along(at_work.office, at_work.session, at_work.practice.clock)


@pytest.fixture
def failed(along: Along) -> MessageId:
    letter = along.letter()
    along.refuse(letter)
    return letter


@pytest.fixture
def wizard(at_work: AtWork, failed: MessageId) -> FailureWizard:
    page = at_work.page("outbox", OutboxPage)
    page.view.selectRow(0)
    at_work.screen.settle()
    assert page.detail.follow.isVisible()
    page.detail.follow.click()
    at_work.screen.settle()
    return next(one for one in page.findChildren(FailureWizard) if one.isVisible())


def key(wizard: FailureWizard, code: Qt.Key) -> None:
    QTest.keyClick(QApplication.focusWidget() or wizard, code)


def to_check(at_work: AtWork, wizard: FailureWizard) -> None:
    wizard.next.click()
    at_work.screen.settle()
    assert wizard.step == CHECK


def messages(at_work: AtWork) -> int:
    return len(at_work.office.list_outbox(at_work.session).messages)


def test_it_begins_with_the_cause_and_the_address(at_work: AtWork, wizard: FailureWizard) -> None:
    told = " ".join(texts_of(wizard.cause))
    assert wizard.step == CAUSE
    assert "zoraida@example.org" in told
    assert "reason." not in told
    assert not wizard.back.isVisible()
    assert not wizard.phone.isVisible()


def test_the_check_wants_a_way_and_a_result_and_of_a_new_address_the_address(
    at_work: AtWork, wizard: FailureWizard
) -> None:
    to_check(at_work, wizard)
    assert not wizard.next.isEnabled()
    wizard.check.ways["phone"].setChecked(True)
    assert not wizard.next.isEnabled()
    wizard.check.results["changed"].setChecked(True)
    assert wizard.check.address.isVisible()
    assert not wizard.next.isEnabled()
    wizard.check.address.input.setText("zoraida.canaryfield@example.org")
    assert wizard.next.isEnabled()


def test_a_corrected_address_is_recorded_and_the_letter_goes_there(
    at_work: AtWork, along: Along, wizard: FailureWizard, failed: MessageId
) -> None:
    to_check(at_work, wizard)
    wizard.check.ways["phone"].setChecked(True)
    wizard.check.results["changed"].setChecked(True)
    wizard.check.address.input.setText("zoraida.canaryfield@example.org")
    wizard.next.click()
    at_work.screen.settle()
    assert wizard.step == CHOICE
    assert messages(at_work) == 1, "recording the check sends nothing"
    assert "zoraida.canaryfield@example.org" in " ".join(texts_of(wizard.choice))
    wizard.next.click()
    at_work.screen.settle()
    assert wizard.step == END
    assert messages(at_work) == 2
    assert along.state(failed) is State.FAILED
    person = at_work.office.show_person(at_work.session, at_work.person("Zoraida")).person
    assert person.email == "zoraida.canaryfield@example.org"


def test_where_nobody_was_reached_it_is_only_phoned(at_work: AtWork, wizard: FailureWizard) -> None:
    to_check(at_work, wizard)
    wizard.check.ways["phone"].setChecked(True)
    wizard.check.results["unreachable"].setChecked(True)
    wizard.next.click()
    at_work.screen.settle()
    assert wizard.step == CHOICE
    assert not wizard.next.isEnabled(), "nothing is sent again to an address nobody vouches for"
    assert wizard.phone.hasFocus()
    wizard.phone.click()
    at_work.screen.settle()
    assert wizard.step == END
    assert at_work.office.today(at_work.session).calls == 1
    assert messages(at_work) == 1


def test_every_step_goes_by_keyboard(at_work: AtWork, wizard: FailureWizard) -> None:
    wizard.activateWindow()
    at_work.screen.qtbot.waitUntil(wizard.isActiveWindow)
    wizard.next.setFocus()
    key(wizard, Qt.Key.Key_Return)
    at_work.screen.settle()
    assert wizard.step == CHECK
    assert wizard.check.ways["phone"].hasFocus()
    key(wizard, Qt.Key.Key_Space)
    key(wizard, Qt.Key.Key_Tab)
    assert wizard.check.results["same"].hasFocus()
    key(wizard, Qt.Key.Key_Space)
    key(wizard, Qt.Key.Key_Tab)
    assert wizard.check.note.input.hasFocus()
    key(wizard, Qt.Key.Key_Return)
    at_work.screen.settle()
    assert wizard.step == CHOICE
    assert wizard.next.hasFocus()
    key(wizard, Qt.Key.Key_Space)
    at_work.screen.settle()
    assert wizard.step == END
    assert wizard.cancel.hasFocus()
    key(wizard, Qt.Key.Key_Escape)
    assert not wizard.isVisible()
    assert messages(at_work) == 2


def test_leaving_in_between_sends_and_changes_nothing(
    at_work: AtWork, along: Along, wizard: FailureWizard, failed: MessageId
) -> None:
    to_check(at_work, wizard)
    wizard.check.results["same"].setChecked(True)
    QTest.keyClick(wizard, Qt.Key.Key_Escape)
    at_work.screen.settle()
    assert messages(at_work) == 1
    assert not at_work.office.show_failure(at_work.session, failed).may_resend
