"""`segments`: its forms, its errors and wrong use."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.shell import Shell

NOBODY = "0" * 32
ADULTS = {"field": "age", "is": "at-least", "values": [40]}
LINE = {"id", "name", "kind", "count", "clinical", "hidden"}


def test_a_rule_is_counted_kept_shown_and_explained(desk: Shell) -> None:
    counted = desk("segments", "count", "--sample", "5", given={"rule": ADULTS})
    assert (counted["count"], counted["of"], counted["clinical"]) == (2, 3, False)
    assert [set(one) for one in counted["sample"]] == [{"id", "name", "email"}] * 2
    kept = desk("segments", "keep", given={"name": "Forty", "rule": ADULTS})
    assert set(kept) == LINE | {"rule", "people"}
    assert (kept["kind"], kept["rule"], len(kept["people"])) == ("rule", ADULTS, 2)
    assert desk("segments", "count", "--segment", kept["id"])["count"] == 2
    assert desk("segments", "show", kept["id"], "--limit", "1")["people"] == kept["people"][:1]
    why = desk("segments", "explain", kept["id"], kept["people"][0]["id"])
    assert why == {"inside": True, "reason": "", "parts": [{"depth": 0, "holds": True, "rule": ADULTS}]}
    again = desk("segments", "keep", given={"name": "FORTY", "rule": ADULTS})
    assert again["error"]["code"] == "group-taken"
    changed = desk("segments", "keep", given={"id": kept["id"], "name": "Old", "rule": ADULTS})
    assert changed["name"] == "Old"
    assert [set(one) for one in desk("segments", "list")["segments"]] == [LINE]
    assert desk("segments", "retire", kept["id"]) == {"segments": []}
    assert desk("segments", "show", kept["id"])["error"]["code"] == "group-unknown"


def test_a_list_kept_by_hand_is_counted_too(desk: Shell) -> None:
    id_ = desk("segments", "keep", given={"name": "By hand"})["id"]
    zoe = desk("people", "search", "Zoraida")["people"][0]["id"]
    assert desk("segments", "add", id_, zoe)["count"] == 1
    assert desk("segments", "count", "--segment", id_) == {"count": 1, "of": 3, "clinical": False}
    assert desk("segments", "explain", id_, zoe)["reason"] == "by-hand"
    nobody = desk("segments", "add", id_, NOBODY)
    assert (desk.code, nobody["error"]["code"]) == (1, "person-unknown")
    assert desk("segments", "remove", id_, zoe)["count"] == 0
    rule = desk("segments", "keep", given={"name": "Forty", "rule": ADULTS})["id"]
    assert desk("segments", "add", rule, zoe)["error"]["code"] == "group-kind"


def test_every_recipe_counts(desk: Shell) -> None:
    for one in desk("segments", "recipes")["recipes"]:
        assert set(desk("segments", "count", "--recipe", one["recipe"])) == {"count", "of", "clinical"}


@pytest.mark.parametrize(
    ("words", "given"),
    [
        (("count",), None),
        (("count",), {}),
        (("count",), {"rule": 5}),
        (("count", "--recipe", "nothing"), None),
        (("count", "--recipe", "flu", "--segment", NOBODY), None),
        (("keep",), {"rule": ADULTS}),
        (("keep",), {"name": "x", "id": 7}),
        (("keep",), {"name": "x", "rules": ADULTS}),
        (("keep",), {"name": "x", "rule": None}),
    ],
)
def test_another_form_is_wrong_use(desk: Shell, words: tuple[str, ...], given: Any) -> None:
    desk("segments", *words, given=given)
    assert desk.code == 2
    assert desk.err
    assert desk("segments", "list") == {"segments": []}


@pytest.mark.parametrize("depth", [50, 900, 30_000])
def test_a_document_of_endless_depth_is_refused_and_no_bug(desk: Shell, depth: int) -> None:
    text = '{"rule":' + '{"all":[' * depth + json.dumps(ADULTS) + "]}" * depth + "}"
    desk("segments", "count", "--stdin", raw=text)
    assert desk.code in {1, 2}
