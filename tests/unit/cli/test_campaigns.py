"""`campaigns`: one walk from the group to the report, every refusal, and wrong use."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.assembly import build_office
from desktop.cli.main import run
from desktop.clock import SystemClock
from tests.support.shell import ENCRYPTING, Shell

NOBODY = "0" * 32
FORM = {"id", "state", "included", "excluded", "counts"}
"""What scripts rest on, of each of the six commands."""
NAMES = ("Zoraida", "Canaryfield", "Nightingale", "Noaddress", "example.org")
EVERYBODY = {"field": "status", "is": "is", "values": ["active"]}
LETTER = "subject: A word from {{ practice }}\n\nHello {{ first_name }},\n\nwe are open again.\n"
RUN = {"ahead", "waiting", "under_way", "left", "back", "unclear", "dropped"}


class Desk:
    """A shell with a group and an approved letter; nothing that it says to people may name a patient."""

    def __init__(self, shell: Shell, folder: Path) -> None:
        self.shell = shell
        file = folder / "letter.md"
        file.write_text(LETTER, "utf-8")
        self.file = str(file)
        self.template = self.letter("care")
        self.segment = str(shell("segments", "keep", given={"name": "All", "rule": EVERYBODY})["id"])

    def letter(self, about: str) -> str:
        answers = ("--answer", "paid=no", "--answer", f"about={about}")
        kept = self.shell("templates", "keep", self.file, "--name", about, "--group", "care", *answers)
        return str(self.shell("templates", "approve", kept["id"], "--number", "1")["id"])

    def __call__(self, *words: str, given: Any = None) -> Any:
        answer = self.shell("campaigns", *words, given=given)
        assert not any(name in self.shell.err for name in NAMES), self.shell.err
        return answer

    def refused(self, *words: str, given: Any = None) -> str:
        answer = self(*words, given=given)
        assert self.shell.code == 1, (words, answer, self.shell.err)
        assert set(answer["error"]) == {"code", "message", "hint"}
        return str(answer["error"]["code"])

    def document(self, **more: Any) -> dict[str, Any]:
        wanted = {"name": "Open again", "purpose": "treatment"}
        return {**wanted, "segment": self.segment, "template": self.template, **more}

    def made(self, **more: Any) -> Any:
        answer = self("create", given=self.document(**more))
        assert self.shell.code == 0, answer
        return answer


@pytest.fixture
def campaigns(desk: Shell, tmp_path: Path) -> Desk:
    return Desk(desk, tmp_path)


def test_a_campaign_goes_from_the_group_to_its_report(
    campaigns: Desk, relay: Callable[[], dict[str, Any]]
) -> None:
    desk = campaigns.shell
    desk("relay", "add", given=relay())
    id_ = campaigns.made()["id"]
    rehearsed = campaigns("rehearse", id_)
    assert set(rehearsed) >= FORM
    assert (rehearsed["state"], rehearsed["included"], rehearsed["counts"]["methods"]) == (
        *("checked", 2),
        {"tls": 2},
    )
    (left,) = rehearsed["excluded"]
    assert (set(left), left["reason"]["code"]) == ({"person", "reason", "fix"}, "no-address")
    assert campaigns("ask", id_)["state"] == "approved", "fewer than fifty people, and no advertising"
    started = campaigns("start", id_)
    assert set(started) >= FORM
    assert (started["state"], started["included"], started["excluded"]) == ("running", 2, [left])
    assert set(started["counts"]) == RUN
    assert sum(started["counts"].values()) == 2
    desk.clock.move(11)
    assert desk("outbox", "run")["counts"] == {"accepted": 2}
    done = campaigns("progress", id_)
    assert (done["state"], done["counts"]["left"], done["differences"]) == ("done", 2, 0)
    assert campaigns("differences", id_) == {"total": 0, "people": []}
    report = campaigns("report", id_)
    assert set(report) >= FORM | {"results", "tables", "compared", "reported"}
    assert report["results"]["planned"]["shown"] == "few", "two people are too few to be counted aloud"
    assert (report["state"], report["excluded"]) == ("done", [left])
    again = campaigns("check", campaigns.made(name="The rest", without=[id_])["id"])
    assert [one["reason"]["code"] for one in again["excluded"]].count("campaign-had") == 2


def test_somebody_alone_signs_after_the_wait_and_only_what_they_saw(campaigns: Desk) -> None:
    desk = campaigns.shell
    assert campaigns("set-rules", given={"above": 0}) == {"above": 0, "cap": 4, "cap_days": 30}
    assert campaigns("rules") == {"above": 0, "cap": 4, "cap_days": 30}
    desk("relay", "add", given=ENCRYPTING)
    id_ = campaigns.made(schedule={"days": ["tue"]})["id"]
    checked = campaigns("check", id_)
    asked = campaigns("ask", id_)
    assert (asked["state"], asked["approval"]["state"]) == ("asked", "pending")
    assert campaigns.refused("ask", id_) == "campaign-asked"
    assert campaigns.refused("approve", id_) == "approval-too-early"
    assert campaigns.refused("start", id_) == "campaign-not-approved"
    desk.clock.move(31 * 60)
    desk.sign_in()
    assert campaigns.refused("approve", id_, "--content", "0" * 64) == "campaign-differs"
    seen = ("--content", checked["content"], "--audience", checked["audience"])
    approved = campaigns("approve", id_, *seen)
    assert set(approved) >= FORM
    assert approved["state"] == "approved"
    assert campaigns.refused("start", id_, "--audience", "0" * 64) == "campaign-differs"
    started = campaigns("start", id_)
    assert (started["state"], started["held"]["code"]) == ("running", "campaign-hours"), "today is Monday"
    assert started["begins"] == "2026-11-24T16:00:00+00:00"


def test_what_runs_is_paused_goes_on_and_is_stopped(campaigns: Desk) -> None:
    desk = campaigns.shell
    desk("relay", "add", given=ENCRYPTING)
    id_ = campaigns.made()["id"]
    assert campaigns.refused("start", id_) == "campaign-not-approved"
    assert campaigns.refused("progress", id_) == "campaign-not-checked"
    campaigns("check", id_)
    campaigns("ask", id_)
    desk.clock.move(6 * 60)
    assert campaigns.refused("start", id_) == "step-up-needed", "who it is, is asked again after a while"
    desk.sign_in()
    assert campaigns("start", id_)["counts"]["waiting"] == 2
    assert campaigns.refused("resume", id_) == "campaign-not-paused"
    paused = campaigns("pause", id_)
    assert set(paused) >= FORM
    assert (paused["state"], len(paused["excluded"])) == ("paused", 1)
    assert campaigns.refused("pause", id_) == "campaign-not-running"
    assert campaigns("resume", id_)["state"] == "running"
    stopped = campaigns("stop", id_)
    assert (stopped["state"], stopped["counts"]["waiting"], stopped["counts"]["dropped"]) == ("stopped", 0, 2)
    assert campaigns.refused("stop", id_) == "campaign-over"


def test_a_no_at_the_desk_takes_back_what_waits_however_it_is_entered(campaigns: Desk) -> None:
    desk = campaigns.shell
    desk("relay", "add", given=ENCRYPTING)
    desk("practice", "set", given={"address": "1 Main St, Springfield, IL 62701"})
    id_ = campaigns.made(purpose="own-service", template=campaigns.letter("service"))["id"]
    campaigns("check", id_)
    campaigns("ask", id_)
    assert campaigns("start", id_)["counts"]["waiting"] == 2
    zoe, bo = (desk("people", "search", name)["people"][0]["id"] for name in ("Zoraida", "Nightingale"))
    assert campaigns.refused("opt-out", "--address", "x@y.example", "--how", "by-mail") == "address-unknown"
    said = campaigns("opt-out", "--person", zoe, "--how", "by-phone")
    assert said == {"people": [zoe], "pulled": 1}
    desk("consent", "record", bo, "marketing", "refused", "--how", "by-phone")
    counts = campaigns("progress", id_)["counts"]
    assert (counts["waiting"], counts["dropped"]) == (0, 2)


def test_who_gets_it_and_who_does_not_is_looked_at_and_put_on_paper(campaigns: Desk, tmp_path: Path) -> None:
    desk, to = campaigns.shell, tmp_path / "calls.pdf"
    desk.print_papers()
    desk("relay", "add", given=ENCRYPTING)
    id_ = campaigns.made()["id"]
    words = ("excluded", id_, "--form", "call-list", "--to")
    assert campaigns.refused(*words, str(to)) == "campaign-not-checked"
    campaigns("check", id_)
    zoe = desk("people", "search", "Zoraida")["people"][0]["id"]
    letter = campaigns("preview", id_, "--person", zoe)
    assert (letter["place"], letter["total"], letter["missing"]) == (1, 2, [])
    assert "Hello Zoraida," in letter["text"]
    assert campaigns.refused("preview", id_, "--person", NOBODY) == "person-unknown"
    assert campaigns("audience", id_, "--included", "--text", "Zor")["total"] == 1
    assert campaigns("audience", id_, "--excluded", "--reason", "no-address")["total"] == 1
    assert campaigns(*words, str(to)) == {"file": str(to)}
    assert to.stat().st_mode & 0o077 == 0
    assert campaigns.refused(*words, str(to)) == "file-exists"
    assert to.read_bytes() == b"%PDF-1.7"
    assert campaigns.refused(*words, str(tmp_path / "no folder" / "calls.pdf")) == "file-not-written"


PLAN = {
    "starts": "2026-12-01T09:00:00-07:00",
    "first": "09:00",
    "last": "17:30",
    "days": ["mon", "thu"],
    "per_hour": 60,
    "per_domain_hour": 20,
    "by_slots": True,
    "resend_uncertain": False,
}


def test_what_cannot_be_is_refused_and_what_was_kept_is_read_back(campaigns: Desk) -> None:
    for verb in ("show", "rehearse", "approve", "start", "pause", "report"):
        assert campaigns.refused(verb, NOBODY) == "campaign-unknown", verb
    for more, code in (
        ({"name": " "}, "campaign-name"),
        ({"segment": NOBODY}, "group-unknown"),
        ({"template": NOBODY}, "template-unknown"),
        ({"without": [NOBODY]}, "campaign-unknown"),
        ({"answers": {"paid": "perhaps"}}, "purpose-answer"),
        ({"schedule": {"starts": "2026-12-01T09:00"}}, "campaign-schedule"),
        ({"schedule": {"first": "17:00", "last": "09:00"}}, "campaign-schedule"),
        ({"variants": [{"name": "a", "template": NOBODY, "version": 1, "share": 50}]}, "campaign-variants"),
    ):
        assert campaigns.refused("create", given=campaigns.document(**more)) == code, more
    assert campaigns.refused("set-rules", given={"above": 1_000_000}) == "value-not-allowed"
    assert campaigns("list") == {"campaigns": []}, "what was refused was not kept"
    made = campaigns.made(schedule=PLAN)
    assert made["schedule"] == {**PLAN, "starts": "2026-12-01T16:00:00+00:00"}
    assert (made["state"], made["included"], made["excluded"]) == ("draft", 0, [])
    kept = {name: made[name] for name in ("purpose", "segment", "schedule")}
    again = campaigns("create", "--id", made["id"], given={**kept, "name": "Another"})
    assert (again["id"], again["version"], again["schedule"]) == (made["id"], 2, made["schedule"])
    assert (again["name"], again["template"], again["missing"]) == ("Another", None, ["purpose", "template"])
    assert campaigns.refused("check", made["id"]) == "campaign-not-ready"


def test_another_form_is_wrong_use(desk: Shell) -> None:
    documents: list[Any] = [
        *({}, {"name": 5}, {"name": "x", "segment": 0}, {"name": "x", "purpose": "poem"}),
        *({"name": "x", "patients": []}, {"name": "x", "answers": []}, {"name": "x", "without": "all"}),
        *({"name": "x", "template_version": "1"}, {"name": "x", "variants": [5]}),
        {"name": "x", "schedule": "tomorrow"},
        {"name": "x", "schedule": {"starts": "tomorrow"}},
        {"name": "x", "schedule": {"first": "09:00+02:00", "last": "17:00"}},
        {"name": "x", "schedule": {"days": [0]}},
        {"name": "x", "schedule": {"by_slots": "yes"}},
        {"name": "x", "schedule": {"pace": 1}},
    ]
    for given in documents:
        desk("campaigns", "create", given=given)
        assert (desk.code, desk.out) == (2, ""), given
        assert "tomorrow" not in desk.err, "what somebody typed is not said again"
    desk("campaigns", "set-rules", given={"above": "0"})
    assert (desk.code, desk.out) == (2, "")


@pytest.mark.parametrize(
    "words",
    [
        ("audience", NOBODY, "--included", "--excluded"),
        ("audience", NOBODY, "--limit", "1" * 30),
        ("differences", NOBODY, "--offset", "-1"),
        ("excluded", NOBODY, "--form", "poem", "--to", "x.pdf"),
        ("opt-out", "--how", "by-phone"),
        ("opt-out", "--person", NOBODY, "--address", "a@b.example", "--how", "by-phone"),
        ("opt-out", "--person", NOBODY, "--how", "by-pigeon"),
        ("start",),
    ],
)
def test_other_words_are_wrong_use(words: tuple[str, ...]) -> None:
    assert ran(*words)[0] == 2


def test_the_questions_about_a_purpose_need_no_practice() -> None:
    code, first = ran("purpose", given={})
    assert (code, first["question"]) == (0, "paid")
    assert "no" in first["choices"]
    code, settled = ran("purpose", given={"paid": "no", "about": "care"})
    assert set(settled) == {"purpose", "citation", "permission", "commercial"}
    assert (settled["purpose"], settled["permission"]) == ("treatment", False)
    code, unknown = ran("purpose", given={"paid": "perhaps"})
    assert (code, unknown["error"]["code"]) == (1, "purpose-answer")
    assert ran("purpose", given={"paid": 1}) == (2, None)


def ran(*words: str, given: Any = None) -> tuple[int, Any]:
    """Where there is no practice."""
    out = io.StringIO()
    code = run(
        ["--json", "--stdin", "campaigns", *words],
        lambda folder: build_office(folder, SystemClock()),
        streams=(io.StringIO(json.dumps(given)), out, io.StringIO()),
    )
    return code, json.loads(out.getvalue()) if out.getvalue() else None
