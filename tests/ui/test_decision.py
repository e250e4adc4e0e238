"""The decision card beside a letter: what it rests on, what else there is, and the step that opens it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from desktop.models.accounts import Role, Session
from desktop.models.records import Label, Level, Method, PersonId, Reason
from desktop.office.values import Explained, PassphraseRequest, RejectedMethod
from desktop.ui.compose.page import ComposePage
from desktop.ui.decision.card import DecisionCard
from desktop.ui.decision.line import DecisionLine
from desktop.ui.decision.steps import steps_of
from desktop.ui.decision.words import choices, mark, same_for_all
from desktop.ui.people.dialogs import PassphraseDialog
from desktop.ui.people.page import PeoplePage
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork

CHOOSE = Reason("remedy-choose")


def decided(method: Method, *open_ways: Method, **changes: object) -> Explained:
    """Taken is `method`; each of `open_ways` could be chosen too."""
    rejected = tuple(RejectedMethod(way, Reason("another-first"), CHOOSE) for way in open_ways)
    made = Explained(PersonId("p"), method, Level.ON_THE_WAY, (), rejected, "2", "ab" * 32)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
def compose(at_work: AtWork) -> ComposePage:
    at_work.workspace.compose(None)
    at_work.screen.settle()
    page = at_work.workspace.pages["compose"]
    assert isinstance(page, ComposePage)
    return page


def give_card(at_work: AtWork, name: str = "Zoraida") -> None:
    request = PassphraseRequest(at_work.person(name), "Ana", "in-person")
    at_work.office.make_passphrase(at_work.session, request)


def choose(at_work: AtWork, compose: ComposePage, name: str = "Zoraida") -> DecisionCard:
    compose.start(at_work.person(name))
    at_work.screen.settle()
    return compose.deciding.card


def label(at_work: AtWork, compose: ComposePage, wanted: Label) -> None:
    box = compose.deciding.label.box
    box.setCurrentIndex(box.findData(wanted.value))
    box.activated.emit(box.currentIndex())
    at_work.screen.settle()


def taken(compose: ComposePage) -> Method | None:
    decided_now = compose.deciding.decided
    return decided_now.method if decided_now is not None else None


# --- pure -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("taken", "offered"),
    [
        (Method.OPENPGP, {Method.SMIME, Method.ENVELOPE}),
        (Method.ENVELOPE, {Method.OPENPGP, Method.SMIME}),
        (Method.TLS, {Method.OPENPGP, Method.SMIME, Method.ENVELOPE, Method.PORTAL}),
        (Method.PLAIN, {Method.OPENPGP, Method.SMIME, Method.ENVELOPE, Method.TLS, Method.PORTAL}),
    ],
)
def test_no_way_that_protects_less_is_ever_offered(taken: Method, offered: set[Method]) -> None:
    ways = [way for way in Method if way not in (taken, Method.NONE)]
    assert choices(decided(taken, *ways)) == offered


def test_a_way_that_is_shut_is_not_offered() -> None:
    shut = RejectedMethod(Method.ENVELOPE, Reason("no-password-card"), Reason("remedy-password-card"))
    assert choices(decided(Method.TLS, rejected=(shut,))) == frozenset()


def test_one_thing_that_shuts_every_way_is_said_once() -> None:
    stop = Reason("no-address", {"name": "Ned"})
    every = tuple(RejectedMethod(way, stop) for way in (Method.OPENPGP, Method.TLS))
    assert same_for_all(decided(Method.NONE, reasons=(stop,), rejected=every))
    assert not same_for_all(decided(Method.TLS, reasons=(stop,), rejected=every))
    helped = (*every, RejectedMethod(Method.ENVELOPE, stop, Reason("remedy-password-card")))
    assert not same_for_all(decided(Method.NONE, reasons=(stop,), rejected=helped))


def test_a_newer_date_in_a_reason_is_no_change_of_the_way() -> None:
    one = decided(Method.TLS, reasons=(Reason("tls-mta-sts", {"seen": "2026-11-01"}),))
    other = decided(Method.TLS, reasons=(Reason("tls-mta-sts", {"seen": "2026-11-02"}),), hash="cd" * 32)
    assert mark(one) == mark(other) != mark(decided(Method.ENVELOPE))


def test_days_in_reasons_are_written_as_people_write_them(at_work: AtWork) -> None:
    card = DecisionCard(at_work.screen.ui)
    at_work.screen.qtbot.addWidget(card)
    gone = RejectedMethod(Method.OPENPGP, Reason("key-expired", {"date": "2026-03-03"}))
    card.show_decision(decided(Method.TLS, rejected=(gone,)), "Maria")
    assert any("3 Mar 2026" in text for text in texts_of(card))


def test_a_step_that_the_role_cannot_take_is_told_in_words(at_work: AtWork) -> None:
    mine = at_work.session
    desk = Session(mine.id, mine.user, mine.user_name, Role.FRONT_DESK, mine.started)
    remedy = Reason("remedy-record-tls")
    shut = decided(
        Method.NONE, rejected=(RejectedMethod(Method.TLS, Reason("not-proven"), remedy),), reasons=()
    )
    for session, button in ((mine, True), (desk, False)):
        card = DecisionCard(at_work.screen.ui, steps_of(session))
        at_work.screen.qtbot.addWidget(card)
        card.show_decision(shut, "Maria")
        assert ("tls" in card.buttons) is button
        assert (at_work.screen.words("reason.remedy-record-tls") in texts_of(card)) is not button


# --- beside a letter -------------------------------------------------------------------


def test_the_line_opens_the_card_and_escape_closes_it_and_gives_the_focus_back(
    at_work: AtWork, compose: ComposePage
) -> None:
    give_card(at_work)
    card = choose(at_work, compose)
    at_work.screen.qtbot.waitUntil(at_work.workspace.isActiveWindow)
    more = compose.deciding.line.more
    assert not card.isVisible(), "one line is enough until somebody asks"
    more.setFocus()
    QTest.keyClick(more, Qt.Key.Key_Space)
    assert card.isVisible()
    card.close_button.setFocus()
    QTest.keyClick(card.close_button, Qt.Key.Key_Escape)
    assert not card.isVisible()
    assert more.hasFocus()


def test_a_click_on_the_words_opens_the_card_too(at_work: AtWork, compose: ComposePage) -> None:
    give_card(at_work)
    card = choose(at_work, compose)
    line: DecisionLine = compose.deciding.line
    QTest.mouseClick(line, Qt.MouseButton.LeftButton, pos=line.how.geometry().center())
    assert card.isVisible()


def test_the_card_says_what_the_way_rests_on_with_its_age(at_work: AtWork, compose: ComposePage) -> None:
    give_card(at_work)
    card = choose(at_work, compose)
    words = at_work.screen.words("ui.decision.card-in-person", who="Ana", when="23 Nov 2026")
    assert words in texts_of(card)


def test_technical_details_are_folded_until_asked_for(at_work: AtWork, compose: ComposePage) -> None:
    give_card(at_work)
    card = choose(at_work, compose)
    compose.deciding.open_card(True)
    shown = compose.deciding.decided
    assert shown is not None
    assert card.fold is not None
    mark_of_it = " ".join(shown.hash[at : at + 4] for at in range(0, len(shown.hash), 4))
    hidden = [text for text in texts_of(card) if text == mark_of_it]
    assert len(hidden) == 1
    assert not _visible(card, mark_of_it)
    card.fold.click()
    assert _visible(card, mark_of_it)


def test_somebody_without_a_way_opens_the_card_with_the_step_that_helps(
    at_work: AtWork, compose: ComposePage
) -> None:
    card = choose(at_work, compose, "Bo")
    assert card.isVisible()
    card.buttons["envelope"].click()
    dialog = compose.findChildren(PassphraseDialog)[-1]
    dialog.reject()
    at_work.screen.settle()
    assert not compose.send_button.isEnabled(), "cancelled: nothing has changed"
    card.buttons["envelope"].click()
    dialog = compose.findChildren(PassphraseDialog)[-1]
    dialog.make_card()
    at_work.screen.settle()
    dialog.accept()
    at_work.screen.settle()
    assert compose.send_button.isEnabled()
    assert compose.deciding.decided is not None
    assert compose.deciding.decided.method is Method.ENVELOPE


def test_adding_a_key_leads_to_the_page_of_that_person(at_work: AtWork, compose: ComposePage) -> None:
    card = choose(at_work, compose, "Zoraida")
    card.buttons["openpgp"].click()
    at_work.screen.settle()
    people = at_work.workspace.pages["people"]
    assert at_work.workspace.stack.currentWidget() is people
    assert isinstance(people, PeoplePage)
    assert people.detail.shown is not None
    assert people.detail.shown.person.first_name == "Zoraida"


def test_the_card_opens_by_itself_when_the_letter_changes_how_it_goes(
    at_work: AtWork, compose: ComposePage
) -> None:
    give_card(at_work)
    card = choose(at_work, compose)
    label(at_work, compose, Label.ROUTINE)
    assert card.isVisible(), "from a locked file to encrypted on the way"
    card.close_button.click()
    compose.text.setPlainText("Your social security number is 123-45-6789.")
    compose.deciding.checker.now()
    at_work.screen.settle()
    assert compose.deciding.decided is not None
    assert compose.deciding.decided.level is Level.END_TO_END
    assert card.isVisible()


def test_a_card_that_was_closed_stays_closed_while_the_way_stays(
    at_work: AtWork, compose: ComposePage
) -> None:
    card = choose(at_work, compose, "Bo")
    card.close_button.click()
    compose.text.setPlainText("Something else.")
    compose.deciding.checker.now()
    at_work.screen.settle()
    assert not card.isVisible()


def test_more_protection_can_be_chosen_and_taken_back_but_never_less(
    at_work: AtWork, compose: ComposePage
) -> None:
    give_card(at_work)
    card = choose(at_work, compose)
    label(at_work, compose, Label.ROUTINE)
    assert taken(compose) is Method.TLS
    card.buttons["envelope"].click()
    at_work.screen.settle()
    assert taken(compose) is Method.ENVELOPE
    assert "tls" not in card.buttons, "less is not offered"
    card.buttons["usual"].click()
    at_work.screen.settle()
    assert taken(compose) is Method.TLS


def test_the_level_can_be_raised_and_the_letter_goes_that_way(at_work: AtWork, compose: ComposePage) -> None:
    give_card(at_work)
    card = choose(at_work, compose)
    label(at_work, compose, Label.ROUTINE)
    assert card.raise_box is not None
    card.raise_box.click()
    at_work.screen.settle()
    assert compose.deciding.decided is not None
    assert compose.deciding.decided.level is Level.END_TO_END
    assert card.raise_box.isChecked()
    compose.subject.setText("Your visit")
    compose.text.setPlainText("See you then.")
    compose.send()
    at_work.screen.settle()
    (line,) = at_work.office.list_outbox(at_work.session).messages
    assert line.method is Method.ENVELOPE


def test_a_wish_ends_with_another_person_or_label(at_work: AtWork, compose: ComposePage) -> None:
    give_card(at_work)
    card = choose(at_work, compose)
    label(at_work, compose, Label.ROUTINE)
    card.buttons["envelope"].click()
    at_work.screen.settle()
    label(at_work, compose, Label.SENSITIVE)
    assert compose.deciding.wanted is None
    choose(at_work, compose, "Bo")
    assert (compose.deciding.wanted, compose.deciding.raised) == (None, False)


def test_a_locked_practice_is_said_and_nothing_can_be_sent(at_work: AtWork, compose: ComposePage) -> None:
    give_card(at_work)
    choose(at_work, compose)
    assert compose.send_button.isEnabled()
    at_work.office.lock()
    compose.text.setPlainText("Anything.")
    compose.deciding.checker.now()
    at_work.screen.settle()
    assert compose.notice.words
    assert not compose.send_button.isEnabled()


@pytest.mark.parametrize("size", [(1000, 640), (1240, 780)])
def test_the_open_card_never_covers_send(
    at_work: AtWork, compose: ComposePage, size: tuple[int, int]
) -> None:
    at_work.workspace.resize(*size)
    card = choose(at_work, compose, "Bo")
    at_work.screen.settle()
    where = card.mapTo(compose, card.rect().topLeft()), card.mapTo(compose, card.rect().bottomRight())
    button = compose.send_button.mapTo(compose, compose.send_button.rect().topLeft())
    assert card.isVisible()
    assert where[1].x() <= compose.width()
    assert where[1].y() <= compose.height()
    assert button.y() > where[1].y() or button.x() + compose.send_button.width() <= where[0].x()


def _visible(card: DecisionCard, words: str) -> bool:
    return any(one.isVisible() and one.text() == words for one in card.findChildren(QLabel))
