"""Settings, contents of letters: a choice for each kind, proved by the administrator, kept by the office."""

from __future__ import annotations

import pytest

from desktop.config import LIMITS
from desktop.ui.settings.content import ContentSection
from desktop.ui.settings.page import SettingsPage
from desktop.ui.stepup import StepUpDialog
from tests.made_practice import PASSWORD
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork


@pytest.fixture
def section(at_work: AtWork) -> ContentSection:
    page = at_work.page("settings", SettingsPage).sections.open("content")
    at_work.screen.settle()
    assert isinstance(page, ContentSection)
    return page


def wait_longer_than_a_proof_lasts(at_work: AtWork) -> None:
    """As somebody who works on: the idle clock starts anew meanwhile."""
    for _ in range(2):
        at_work.practice.clock.move(LIMITS.step_up / 2 + 1)
        at_work.office.touch(at_work.session)


def choose(section: ContentSection, kind: str, action: str) -> None:
    box = section.choices[kind]
    box.setCurrentIndex(box.findData(action))


def rules(at_work: AtWork) -> dict[str, str]:
    return at_work.office.show_content_policy(at_work.session).rules


def test_every_kind_has_its_words_and_its_choice(at_work: AtWork, section: ContentSection) -> None:
    kept = rules(at_work)
    assert section.wanted() == {kind: kept[kind] for kind in section.choices}
    assert set(kept) - set(section.choices) == {"other-patient", "own-name"}
    assert not any(text.startswith("ui.") for text in texts_of(section))


def test_what_always_stops_a_letter_is_shown_and_cannot_be_softened(section: ContentSection) -> None:
    assert section.ui.say("ui.content.always") in texts_of(section)
    assert not {"other-patient", "own-name"} & set(section.choices)


def test_saving_is_offered_only_when_something_differs(section: ContentSection) -> None:
    before = section.wanted()["npi"]
    assert not section.save_button.isEnabled()
    choose(section, "npi", "block")
    assert section.save_button.isEnabled()
    choose(section, "npi", before)
    assert not section.save_button.isEnabled()


def test_a_change_is_kept_once_the_administrator_has_proved_who_they_are(
    at_work: AtWork, section: ContentSection
) -> None:
    wait_longer_than_a_proof_lasts(at_work)
    choose(section, "npi", "block")
    section.save_button.click()
    at_work.screen.settle()
    dialog = section.findChildren(StepUpDialog)[-1]
    dialog.password.input.setText(PASSWORD)
    dialog.go.click()
    at_work.screen.settle()
    assert rules(at_work)["npi"] == "block"
    assert section.notice.words == at_work.screen.words("ui.content.saved")


def test_without_the_proof_nothing_is_kept_and_the_choice_still_stands_there(
    at_work: AtWork, section: ContentSection
) -> None:
    wait_longer_than_a_proof_lasts(at_work)
    before = rules(at_work)
    choose(section, "npi", "block")
    section.save_button.click()
    at_work.screen.settle()
    section.findChildren(StepUpDialog)[-1].reject()
    at_work.screen.settle()
    assert rules(at_work) == before
    assert section.wanted()["npi"] == "block"
    assert section.save_button.isEnabled()
    assert section.notice.words


def test_a_locked_practice_is_said(at_work: AtWork, section: ContentSection) -> None:
    choose(section, "npi", "block")
    at_work.office.lock()
    section.save_button.click()
    at_work.screen.settle()
    assert section.notice.words
    assert section.save_button.isEnabled()
