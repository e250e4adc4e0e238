"""`snippets` and `after-hours`: kept, filled, set in part, refused; wrong use."""

from __future__ import annotations

from tests.support.shell import Shell

NOBODY = "0" * 32
GREETING = {"kind": "snippet", "name": "Greeting", "text": "Dear {{ first_name }}, until {{ date }}."}


def test_a_text_block_is_kept_filled_changed_and_retired(desk: Shell) -> None:
    (one,) = desk("snippets", "keep", given=GREETING)["snippets"]
    assert set(one) == {"id", "kind", "name", "subject", "text", "language", "shared"}
    assert (one["language"], one["shared"]) == ("en", False)
    person = desk("people", "search", "Zoraida")["people"][0]["id"]
    filled = desk("snippets", "fill", one["id"], person)
    assert filled == {"subject": "", "text": "Dear Zoraida, until [[date]].", "missing": ["date"]}
    ours = {**GREETING, "id": one["id"], "shared": True, "language": "es"}
    (same,) = desk("snippets", "keep", given=ours)["snippets"]
    assert (same["id"], same["shared"], same["language"]) == (one["id"], True, "es")
    desk("snippets", "keep", given={"kind": "signature", "name": "Mine", "text": "Ana"})
    assert desk("snippets", "list")["signature"] == "Ana"
    assert [left["name"] for left in desk("snippets", "retire", one["id"])["snippets"]] == ["Mine"]


def test_text_blocks_that_make_no_sense_are_refused(desk: Shell) -> None:
    for given, code in (
        ({**GREETING, "text": "{{ diagnosis }}"}, "template-field-unknown"),
        ({**GREETING, "kind": "macro"}, "snippet-kind"),
        ({**GREETING, "id": NOBODY}, "snippet-unknown"),
    ):
        assert desk("snippets", "keep", given=given)["error"]["code"] == code
    assert desk("snippets", "retire", NOBODY)["error"]["code"] == "snippet-unknown"
    assert desk.code == 1


def test_the_answer_after_hours_is_set_in_part(desk: Shell) -> None:
    before = desk("after-hours", "show")
    assert (before["enabled"], before["text_en"], before["zone"]) == (False, "", "America/Denver")
    assert before["notify"]["days"] == ["mon", "tue", "wed", "thu", "fri"]
    given = {"enabled": True, "notify": {"first": "06:30", "days": ["sat", "mon"]}}
    after = desk("after-hours", "set", given=given)
    assert after["enabled"]
    assert after["notify"] == {**before["notify"], "first": "06:30", "days": ["mon", "sat"]}
    assert desk("after-hours", "set", given={"text_es": "Abrimos el {{ date }}."})["enabled"]
    refused = desk("after-hours", "set", given={"text_en": "Dear {{ first_name }}"})
    assert refused["error"]["code"] == "template-field-unknown"


def test_wrong_use_ends_with_two(desk: Shell) -> None:
    for words, given in (
        (("snippets", "keep"), None),
        (("snippets", "keep"), {"kind": "snippet", "name": "x"}),
        (("snippets", "keep"), {**GREETING, "shared": "yes"}),
        (("snippets", "fill", NOBODY), None),
        (("after-hours", "set"), {"enabled": 1}),
        (("after-hours", "set"), {"notify": []}),
        (("after-hours", "set"), {"notify": {"days": ["someday"]}}),
        (("after-hours", "set"), {"notify": {"first": "early"}}),
        (("after-hours", "set"), {"notify": {"first": "08:00+02:00"}}),
    ):
        desk(*words, given=given)
        assert (desk.code, desk.out) == (2, ""), words
