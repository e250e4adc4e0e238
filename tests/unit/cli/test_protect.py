"""`protect` and the content check of `message send`, on the command line."""

from __future__ import annotations

from pathlib import Path

from desktop.mail.policy import POLICY
from tests.support.shell import Shell


def test_explain_answers_in_its_fixed_form(desk: Shell, tmp_path: Path) -> None:
    person = desk("people", "search", "Zoraida")["people"][0]["id"]
    mail = tmp_path / "letter.eml"
    mail.write_bytes(b"Subject: Hours\r\n\r\nYour HIV test is due.\r\n")
    answer = desk("protect", "explain", "--person", person, "--file", str(mail))
    assert set(answer) == {"method", "reasons", "rejected", "policy", "form", "hits"}
    assert (answer["method"], answer["policy"]) == ("none", POLICY)
    assert [reason["code"] for reason in answer["reasons"]] == ["no-relay"]
    assert {item["method"] for item in answer["rejected"]} == {
        *("openpgp", "smime", "tls", "envelope", "portal", "plain")
    }
    assert [(hit["kind"], hit["action"]) for hit in answer["hits"]] == [("clinical", "raise")]


def test_rules_are_shown_and_changed(desk: Shell) -> None:
    assert desk("protect", "rules")["rules"]["npi"] == "warn"
    assert desk("protect", "set", given={"npi": "raise"})["rules"]["npi"] == "raise"


def test_what_may_not_be_mailed_is_answered_as_a_task(desk: Shell) -> None:
    person = desk("people", "search", "Zoraida")["people"][0]["id"]
    given = {"person": person, "subject": "Hours", "text": "Please call.", "label": "do-not-email"}
    answer = desk("message", "send", given=given)
    assert (answer["id"], answer["method"], answer["state"]) == (None, "none", "task")
    assert answer["task"]
