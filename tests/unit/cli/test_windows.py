"""`reminders windows|set-window|retire-window`: forms, errors and wrong use."""

from __future__ import annotations

import pytest

from tests.support.shell import Shell

LINE = {"id", "kind", "minutes", "visit_type", "template", "code", "unapproved", "waiting"}


def test_a_time_is_set_changed_and_taken_away(desk: Shell) -> None:
    assert desk("reminders", "windows") == {"usual": True, "families": False, "windows": []}
    made = desk("reminders", "set-window", given={"kind": "reminder", "minutes": 2880})
    assert set(made) == {"id", "withdrawn", "usual", "families", "windows"}
    assert [set(one) for one in made["windows"]] == [LINE]
    given = {"id": made["id"], "kind": "confirm", "minutes": 10080, "code": "confirm-visit"}
    (line,) = desk("reminders", "set-window", given=given)["windows"]
    assert (line["kind"], line["minutes"], line["code"]) == ("confirm", 10080, "confirm-visit")
    ended = desk("reminders", "retire-window", made["id"])
    assert (ended["usual"], ended["windows"]) == (True, [])
    assert desk("reminders", "retire-window", made["id"])["error"]["code"] == "window-unknown"


def test_how_families_are_written_to_is_set_by_command(desk: Shell) -> None:
    assert desk("reminders", "families", "merge")["families"] is True
    assert desk("reminders", "families", "apart")["families"] is False


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "reminder"},
        {"minutes": 60},
        {"kind": "poem", "minutes": 60},
        {"kind": "reminder", "minutes": "60"},
        {"kind": "reminder", "minutes": True},
        {"kind": "reminder", "minutes": 60, "often": 1},
    ],
)
def test_a_document_of_another_shape_is_wrong_use(desk: Shell, given: dict[str, object]) -> None:
    desk("reminders", "set-window", given=given)
    assert desk.code == 2
