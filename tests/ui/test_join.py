"""From an invitation to the first session of a new person, and what must come first there."""

from __future__ import annotations

import pyotp
from PySide6.QtWidgets import QApplication, QLabel

from desktop.models.accounts import Role
from desktop.office.values_access import InviteRequest, NewUser
from desktop.ui.gate.arrival import ArrivalPages
from desktop.ui.gate.codes import CodesPage
from desktop.ui.gate.factor import FactorPage
from desktop.ui.gate.join import JoinPages, OwnPasswordPage
from desktop.ui.workspace import Workspace
from tests.made_practice import PASSWORD
from tests.support.pages import texts_of
from tests.support.second_user import BEN, BENS_PASSWORD, code_of
from tests.ui.conftest import Opened


def invited(opened: Opened) -> tuple[JoinPages, str]:
    session = opened.sign_in().session
    made = opened.office.invite_user(session, InviteRequest(BEN, Role.FRONT_DESK))
    opened.window.lock()
    opened.screen.settle()
    opened.window.show_sign_in()
    opened.page().invited.click()
    page = opened.window.centralWidget()
    assert isinstance(page, JoinPages)
    return page, made.code


def enter_invitation(opened: Opened, pages: JoinPages, code: str) -> None:
    pages.invitation.user.input.setText(BEN)
    pages.invitation.code.input.setText(code.lower())
    pages.invitation.submit()
    opened.screen.settle()


def choose_password(opened: Opened, pages: JoinPages, password: str = BENS_PASSWORD) -> None:
    page = pages.currentWidget()
    assert isinstance(page, OwnPasswordPage)
    page.passwords.password.input.setText(password)
    page.passwords.again.input.setText(password)
    page.submit()
    opened.screen.settle()


def uri_on(page: FactorPage) -> str:
    """What a phone would read: the secret stands beside the picture."""
    secret = next(label.text() for label in page.findChildren(QLabel) if label.objectName() == "mono")
    return str(pyotp.TOTP(secret.replace(" ", "")).provisioning_uri(name="ben"))


def test_an_invited_person_sets_password_and_app_and_signs_in(opened: Opened) -> None:
    pages, code = invited(opened)
    enter_invitation(opened, pages, code)
    assert opened.screen.words("ui.join.role", role=opened.screen.words("ui.role.front-desk")) in texts_of(
        pages
    )
    assert "Elm Street" in texts_of(pages)
    choose_password(opened, pages)
    factor = pages.currentWidget()
    assert isinstance(factor, FactorPage)
    uri = uri_on(factor)
    factor.code.input.setText(code_of(uri, opened.practice.clock))
    factor.submit()
    opened.screen.settle()
    codes = pages.currentWidget()
    assert isinstance(codes, CodesPage)
    ten = codes.view.codes
    assert len(set(ten)) == 10
    codes.view.copy()
    assert QApplication.clipboard().text().split() == list(ten)
    assert not codes.view.copy_button.isEnabled()
    codes.go.click()
    opened.screen.settle()
    page = opened.page()
    assert page.user.text == BEN
    assert page.notice.words == opened.screen.words("ui.join.done")
    opened.fill(user=BEN, password=BENS_PASSWORD, code="", wait=30)
    page.code.input.setText(code_of(uri, opened.practice.clock))
    page.submit()
    opened.screen.settle()
    shown = opened.window.centralWidget()
    assert isinstance(shown, Workspace)
    assert "settings" not in shown.rail.buttons


def test_a_wrong_invitation_says_so_and_opens_nothing(opened: Opened) -> None:
    pages, _ = invited(opened)
    enter_invitation(opened, pages, "AAAA-BBBB-CCCC-DDDD")
    assert pages.currentWidget() is pages.invitation
    assert pages.invitation.notice.property("kind") == "error"
    assert not pages.invitation.notice.words.startswith("error.")
    assert pages.invitation.go.isEnabled()


def test_a_wrong_code_of_the_new_app_is_said_beside_it(opened: Opened) -> None:
    pages, code = invited(opened)
    enter_invitation(opened, pages, code)
    choose_password(opened, pages)
    factor = pages.currentWidget()
    assert isinstance(factor, FactorPage)
    factor.code.input.setText("000000")
    factor.submit()
    opened.screen.settle()
    assert pages.currentWidget() is factor
    assert factor.code.input.property("wrong")


def test_a_password_that_will_not_do_is_asked_for_again(opened: Opened) -> None:
    pages, code = invited(opened)
    enter_invitation(opened, pages, code)
    choose_password(opened, pages, "password12345678")
    factor = pages.currentWidget()
    assert isinstance(factor, FactorPage)
    factor.code.input.setText(code_of(uri_on(factor), opened.practice.clock))
    factor.submit()
    opened.screen.settle()
    page = pages.currentWidget()
    assert isinstance(page, OwnPasswordPage)
    assert page.notice.property("kind") == "error"


def test_leaving_the_pages_forgets_everything(opened: Opened) -> None:
    pages, code = invited(opened)
    enter_invitation(opened, pages, code)
    page = pages.currentWidget()
    assert isinstance(page, OwnPasswordPage)
    page.back.click()
    assert opened.page().user.text == ""
    assert pages._asked is None


def test_a_password_that_somebody_else_chose_is_replaced_before_anything_else(opened: Opened) -> None:
    session = opened.sign_in().session
    added = opened.office.add_user(session, NewUser(BEN, Role.FRONT_DESK, password=PASSWORD + " for ben"))
    opened.window.lock()
    opened.screen.settle()
    opened.window.show_sign_in()
    opened.practice.clock.move(30)
    code = code_of(added.totp_uri, opened.practice.clock)
    opened.fill(user=BEN, password=PASSWORD + " for ben", code=code, wait=0)
    page = opened.window.centralWidget()
    assert isinstance(page, ArrivalPages)
    page.own.old.input.setText(PASSWORD + " for ben")
    for field in (page.own.passwords.password, page.own.passwords.again):
        field.input.setText(BENS_PASSWORD)
    page.own.submit()
    opened.screen.settle()
    assert isinstance(opened.window.centralWidget(), Workspace)
