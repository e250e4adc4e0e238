"""`tasks`: the list, one's own, and the end of one with a note; errors and wrong use."""

from __future__ import annotations

from tests.support.shell import Shell

NOBODY = "0" * 32
TASK = {
    *("id", "kind", "group", "title", "person", "name", "number", "owner", "opened_at", "due_at", "overdue"),
    *("note", "conversation", "message", "result", "closed_at", "closed_by"),
}


def test_a_task_is_made_listed_and_done_with_a_note(desk: Shell) -> None:
    assert desk("tasks", "list")["tasks"] == []
    person = desk("people", "search", "Zoraida")["people"][0]["id"]
    given = {"note": "Send the referral", "person": person, "owner": "me", "due": "2026-11-27"}
    made = desk("tasks", "add", given=given)
    assert set(made) == TASK
    assert (made["title"], made["name"], made["number"]) == (
        "Send the referral",
        "Zoraida Canaryfield",
        "1001",
    )
    assert (made["owner"], made["group"], made["overdue"]) == ("ana", "own", False)
    shown = desk("tasks", "list", "--mine", "--group", "own")
    assert (shown["total"], shown["counts"], shown["tasks"]) == (1, {"own": 1}, [made])
    assert [one["name"] for one in shown["colleagues"]] == ["ana"]
    assert desk("tasks", "list", "--group", "calls")["tasks"] == []
    done = desk("tasks", "done", made["id"], given={"note": "By post"})
    assert (done["result"], done["closed_by"], done["note"]) == ("done", "ana", "Send the referral\nBy post")
    assert desk("tasks", "list")["tasks"] == []
    assert desk("tasks", "list", "--ended")["tasks"] == [done]


def test_a_task_is_dropped_without_a_note_and_only_once(desk: Shell) -> None:
    made = desk("tasks", "add", given={"note": "Order envelopes"})
    assert made["owner"] is None
    assert desk("tasks", "done", made["id"], "--dropped")["result"] == "dropped"
    assert desk("tasks", "done", made["id"])["error"]["code"] == "task-ended"
    assert desk.code == 1
    assert desk("tasks", "done", NOBODY)["error"]["code"] == "task-unknown"


def test_what_makes_no_sense_is_refused(desk: Shell) -> None:
    for given, code in (
        ({"note": " "}, "task-note-missing"),
        ({"note": "x", "person": NOBODY}, "person-unknown"),
        ({"note": "x", "owner": NOBODY}, "task-owner-unfit"),
        ({"note": "x", "due": "soon"}, "task-due-wrong"),
        ({"note": "x", "due": "2020-01-01"}, "task-due-wrong"),
        ({"note": "x", "conversation": NOBODY}, "conversation-unknown"),
    ):
        assert desk("tasks", "add", given=given)["error"]["code"] == code
    assert desk("tasks", "list")["tasks"] == []


def test_wrong_use_ends_with_two(desk: Shell) -> None:
    for words, given in (
        (("tasks", "add"), None),
        (("tasks", "add"), {"person": NOBODY}),
        (("tasks", "add"), {"note": 1}),
        (("tasks", "done", NOBODY), {"note": 1}),
        (("tasks", "done"), None),
        (("tasks", "list", "--group", "nonsense"), None),
    ):
        desk(*words, given=given)
        assert (desk.code, desk.out) == (2, ""), words
