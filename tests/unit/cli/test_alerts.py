"""Alerts, the weekly review and retention on the command line, in their fixed forms."""

from __future__ import annotations

import json

import pytest

from desktop.audit.rules import RULES
from tests.support.colleagues import PASSWORDS
from tests.support.shell import Shell

ALERT = {
    "id",
    "rule",
    "words",
    "do",
    "severity",
    "first",
    "last",
    "count",
    "user",
    "seqs",
    "incident",
    "seen",
    "settled",
}
DAY = 86_400


def code(desk: Shell) -> str:
    return str(json.loads(desk.out)["error"]["code"])


@pytest.fixture
def alarmed(desk: Shell) -> Shell:
    """Two are enough now, and somebody at the front desk tried twice what they may not."""
    desk("audit", "rules", "--rule", "many-refusals", "--least", "2")
    desk("users", "add", given={"user": "bo", "role": "front-desk", "password": PASSWORDS["bo"]})
    desk.clock.move(1)
    uri = json.loads(desk.out)["totp_uri"]
    administrator = desk.totp
    desk.sign_in("bo", PASSWORDS["bo"], type(administrator)(_secret(uri)))
    for _ in range(2):
        assert desk("users", "list")["error"]["code"] == "not-allowed"
    assert desk("audit", "alerts") == {"alerts": [], "unseen": 0}  # not for the front desk
    desk.sign_in()
    return desk


def _secret(uri: str) -> str:
    return uri.partition("secret=")[2].partition("&")[0]


def test_alerts_are_listed_seen_and_become_incidents(alarmed: Shell) -> None:
    shown = alarmed("audit", "alerts")
    (alert,) = shown["alerts"]
    assert set(alert) == ALERT
    assert (alert["rule"], alert["count"], alert["user"]) == ("many-refusals", 2, "bo")
    assert alert["words"] != "alert.many-refusals"
    assert alert["do"] != "alert.many-refusals.do"
    assert alarmed("audit", "alerts", "--seen", alert["id"])["unseen"] == 0
    assert len(alarmed("audit", "alerts", "--incident", alert["id"])["alerts"][0]["incident"]) == 32
    assert alarmed("audit", "alerts", "--close", alert["id"])["error"]["code"] == "reason-missing"
    closed = alarmed("audit", "alerts", "--close", alert["id"], "--reason", "she was new here")
    assert closed["alerts"][0]["settled"]
    assert alarmed("audit", "alerts", "--seen", "nothing")["error"]["code"] == "alert-unknown"
    assert alarmed.code == 1


def test_rules_are_changed_one_figure_at_a_time(desk: Shell) -> None:
    rules = {one["rule"]: one for one in desk("audit", "rules")["rules"]}
    assert rules.keys() == RULES.keys()
    assert all(one["words"] != f"alert.{code}" for code, one in rules.items())
    changed = desk("audit", "rules", "--rule", "many-refusals", "--minutes", "30")["rules"]
    one = next(each for each in changed if each["rule"] == "many-refusals")
    assert (one["least"], one["minutes"], one["changed"]) == (10, 30, True)
    desk("audit", "rules", "--rule", "many-refusals")
    assert desk.code == 2
    desk("audit", "rules", "--rule", "no-such", "--least", "3")
    assert (desk.code, code(desk)) == (1, "rule-unknown")


def test_opening_hours_are_shown_and_set(desk: Shell) -> None:
    assert desk("audit", "hours") == {"first": 7, "last": 19, "days": [1, 2, 3, 4, 5]}
    assert desk("audit", "hours", "--last", "17", "--days", "61") == {"first": 7, "last": 17, "days": [1, 6]}
    desk("audit", "hours", "--days", "mon")
    assert desk.code == 2
    assert desk("audit", "hours", "--first", "18")["error"]["code"] == "opening-hours-wrong"


def test_the_week_is_shown_and_signed_off(desk: Shell) -> None:
    shown = desk("audit", "digest")
    assert {one["code"] for one in shown["counts"]} == {
        *("signin", "people", "visits", "messages", "log", "practice")
    }
    assert all(one["words"] != f"digest.{one['code']}" for one in shown["counts"])
    assert shown["last_by"] is None
    signed = desk("audit", "digest", "--sign")
    assert set(signed) == {"signed_at", "next_due"}
    assert desk("audit", "digest")["last_by"] == "ana"


def test_a_year_is_sealed_and_its_destruction_refused(desk: Shell) -> None:
    assert desk("audit", "seal", "2026")["error"]["code"] == "year-open"
    desk.clock.sleep(60 * DAY)
    desk.sign_in()
    (year,) = desk("audit", "seal", "2026")["years"]
    assert (year["year"], year["purgeable"], year["purged_at"]) == (2026, "2033-01-01", None)
    assert desk("audit", "retention")["years"] == [year]
    refused = desk("audit", "purge", "2026", "--reason", "old")["error"]
    assert (refused["code"], desk.code) == ("retention-locked", 1)
    assert "2033-01-01" in refused["message"]


def test_a_purge_prints_what_it_waits_for_and_then_its_certificate(desk: Shell) -> None:
    for _ in range(7):
        desk.clock.sleep(366 * DAY)
        desk.sign_in()
    desk("audit", "seal", "2026")
    asked = desk("audit", "purge", "2026", "--reason", "past its time")
    assert desk.code == 0
    assert set(asked) == {"pending", "from"}
    desk.clock.move(1800)
    desk.sign_in()
    done = desk("audit", "purge", "2026", "--reason", "past its time", "--approval", asked["pending"])
    assert json.loads(done["certificate"])["year"] == done["year"] == 2026
    assert desk("audit", "verify")["ok"]


def test_how_long_content_is_kept(desk: Shell) -> None:
    kept = {one["code"]: one["days"] for one in desk("audit", "retention")["classes"]}
    said = {"conversations": 365, "conversations-chart": 3650, "conversations-short": 30}
    assert kept == {"messages": 180, "attempts": 365, "drafts": 90, "imports": 30, **said}
    changed = desk("audit", "retention", "--keep", "messages", "--days", "365")["classes"]
    assert {"code": "messages", "days": 365}.items() <= changed[0].items()
    desk("audit", "retention", "--keep", "messages")
    assert desk.code == 2
    assert desk("audit", "retention", "--keep", "log", "--days", "90")["error"]["code"] == (
        "retention-class-unknown"
    )
