"""Every page of a campaign, before and after Start: names for screen readers, words, and nothing cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QAbstractButton, QDateEdit, QLabel, QProgressBar, QSpinBox, QTimeEdit, QWidget

from desktop.models.campaigning import CampaignSchedule
from desktop.ui.campaigns.wizard import STEPS
from desktop.ui.workspace import Workspace
from tests.architecture.test_words import CLAIMS, TERMS
from tests.made_practice import Practice
from tests.support.pages import texts_of
from tests.ui.campaign_pages import approved, begin, in_hand, send
from tests.ui.conftest import HOLD, AtWork, RelayHere, Screen
from tests.ui.test_everything import can_be_reached, controls, name_of

_ALSO = (QSpinBox, QDateEdit, QTimeEdit, QProgressBar)


@pytest.fixture(params=["en", "es"])
def at_work(
    request: pytest.FixtureRequest,
    practice: Practice,
    make_screen: Callable[..., Screen],
    relay: RelayHere,
) -> AtWork:
    """In the smallest window, in either language."""
    office, session = practice.signed_in()
    screen = make_screen(office, practice.clock, request.param)
    workspace = screen.show(Workspace(screen.ui, session, HOLD))
    workspace.resize(1000, 640)
    return AtWork(screen, office, session, workspace, practice)


def pages(at_work: AtWork) -> Iterator[tuple[str, QWidget]]:
    """The list, the five pages, and the last one again after Start and after its end."""
    shown = approved(at_work, schedule=CampaignSchedule(per_hour=40, per_domain_hour=20))
    page = in_hand(at_work, shown)
    for step in STEPS:
        page.wizard.show_step(step)
        at_work.screen.settle()
        yield step, page
    begin(at_work, shown)
    page.wizard.look_again()
    at_work.screen.settle()
    yield "progress", page
    send(at_work)
    page.wizard.last.progress.look()
    at_work.screen.settle()
    yield "done", page
    page.show_list()
    at_work.screen.settle()
    yield "list", page


def test_everything_has_a_name_is_reached_and_is_whole(at_work: AtWork) -> None:
    wrong: list[str] = []
    for code, page in pages(at_work):
        at_work.screen.qtbot.wait(50)  # scroll areas lay out once more after they are shown
        seen = [one for one in controls(page) if one.isVisible()]
        seen += [one for one in page.findChildren(QWidget) if isinstance(one, _ALSO) and one.isVisible()]
        wrong += [f"{code}: {type(one).__name__} has no name" for one in seen if not name_of(one)]
        stops = [one for one in seen if not isinstance(one, QProgressBar)]
        wrong += [f"{code}: {name_of(one)} is not reached" for one in stops if not can_be_reached(one)]
        wrong += [f"{code}: {text}" for text in texts_of(page) if bad(text)]
        wrong += [f"{code}: {words}" for words in cut(page)]
        if at_work.workspace.width() > 1000:
            wrong.append(f"{code} is wider than the smallest window")
    assert not wrong, "\n".join(wrong)


def bad(text: str) -> bool:
    code = text.startswith(("ui.", "error.", "reason.", "campaign.")) or "{" in text
    return bool(code or CLAIMS.search(text) or TERMS.search(text))


def cut(page: QWidget) -> Iterator[str]:
    for one in page.findChildren(QWidget):
        if not one.isVisible() or not isinstance(one, QAbstractButton | QLabel):
            continue
        if isinstance(one, QLabel) and one.wordWrap():
            if one.text() and one.heightForWidth(one.width()) > one.height() + 2:
                yield f"{one.text()[:60]} ({one.height()} high)"
        elif one.width() + 2 < one.sizeHint().width():
            yield f"{one.text()[:60]} ({one.width()} of {one.sizeHint().width()})"
