"""The rail says on every page how many conversations nobody has looked at: a number, no name."""

from __future__ import annotations

from desktop.ui.toast import Toast
from tests.support.mailroom import Mailroom
from tests.ui.conftest import AtWork


def look(at_work: AtWork) -> str:
    at_work.workspace.status.look()
    at_work.screen.settle()
    badge = at_work.workspace.rail._counts["messages"]
    return badge.text() if badge.isVisible() else ""


def test_a_lock_at_another_window_takes_the_words_off_this_one(at_work: AtWork) -> None:
    at_work.office.lock()
    with at_work.screen.qtbot.waitSignal(at_work.workspace.leave, timeout=20_000) as left:
        at_work.workspace.status.look()
    assert left.args == [False]


def test_what_came_in_is_counted_beside_messages_until_somebody_has_looked(at_work: AtWork) -> None:
    assert look(at_work) == ""
    mailroom = Mailroom(at_work.office)
    first = mailroom.comes("May I come at two?", at_work.person("Zoraida"))
    mailroom.comes("Thank you.", at_work.person("Bo"), sender="bo@example.org")
    assert look(at_work) == "2"
    made = at_work.workspace.rail.buttons["messages"]
    assert at_work.screen.ui.texts.count("ui.rail.unseen", 2) in made.accessibleName()
    assert "Zoraida" not in made.accessibleName() + made.toolTip()
    assert at_work.workspace.findChildren(Toast) == []
    at_work.office.show_conversation(at_work.session, first.conversation)
    assert look(at_work) == "1"
