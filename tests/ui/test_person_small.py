"""A person's page in the smallest window: what does not fit scrolls, and no words are squashed or cut."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from desktop.models.records import Consent
from desktop.models.standing import EvidenceKind, Use
from desktop.office.values_consent import ConsentRequest, ProofIn
from desktop.ui.people.page import PeoplePage
from desktop.ui.workspace import Workspace
from tests.made_practice import Practice
from tests.ui.conftest import HOLD, AtWork, RelayHere, Screen

NOTE = "She said so at the desk, and once more on the telephone when somebody asked her again"


@pytest.fixture
def work(practice: Practice, make_screen: Callable[..., Screen], relay: RelayHere, language: str) -> AtWork:
    office, session = practice.signed_in()
    screen = make_screen(office, practice.clock, language)
    workspace = screen.show(Workspace(screen.ui, session, HOLD))
    workspace.resize(1000, 640)
    work = AtWork(screen, office, session, workspace, practice)
    one, proof = work.person("Zoraida"), ProofIn(EvidenceKind.SPOKEN, note=NOTE, taken_on=date(2026, 11, 1))
    for use in (Use.CARE, Use.PLAIN, Use.CARE, Use.CARE):
        office.record_consent(session, ConsentRequest(one, use, Consent.GIVEN, proof=proof, warned=True))
    office.record_consent(session, ConsentRequest(one, Use.MARKETING, Consent.REFUSED))
    return work


def squashed(section: QWidget) -> list[str]:
    """Words in sight that got less room than they need."""
    labels = [one for one in section.findChildren(QLabel) if one.isVisible() and one.text()]
    assert labels
    needed = [
        (one, one.heightForWidth(one.width()) if one.wordWrap() else one.sizeHint().height())
        for one in labels
    ]
    return [f"{one.text()}: {one.height()} of {height}" for one, height in needed if one.height() < height]


@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_on_a_persons_page_is_squashed_in_a_small_window(work: AtWork, language: str) -> None:
    people = work.page("people", PeoplePage)
    people.show_one(work.person("Zoraida"))
    work.screen.settle()
    wrong: list[str] = []
    for code in (*people.detail.sections.line.buttons, *people.detail.sections.line.buttons):
        people.detail.sections.open(code)
        work.screen.settle()
        work.screen.qtbot.wait(50)  # scroll areas lay out once more after they are shown
        wrong += [f"{code}: {one}" for one in squashed(people.detail)]
    assert wrong == []
