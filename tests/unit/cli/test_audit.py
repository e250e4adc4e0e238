"""The log on the command line, in its fixed forms."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pyotp
import pytest

from tests.support.colleagues import PASSWORDS
from tests.support.shell import Shell

EXPORT = ("audit", "export", "--reason", "the insurer asks", "--format")


@pytest.fixture
def crowd(desk: Shell, tmp_path: Path) -> Shell:
    """Sixty people stand in lists that were seen, and there is a second administrator."""
    rows = "".join(f"{n},Nora,Canary{n},n{n}@example.org,1961-04-02\n" for n in range(60))
    (tmp_path / "more.csv").write_text(f"MRN,First Name,Last Name,E-mail,DOB\n{rows}")
    desk("people", "import", str(tmp_path / "more.csv"))
    for n in (1, 2, 3, 4, 5):
        desk("people", "search", f"Canary{n}")
    desk("people", "search", "")
    return desk


def second(desk: Shell) -> pyotp.TOTP:
    made = desk("users", "add", given={"user": "bo", "role": "auditor", "password": PASSWORDS["bo"]})
    return pyotp.TOTP(pyotp.parse_uri(made["totp_uri"]).secret)


def error(answer: dict[str, Any]) -> str:
    return str(answer["error"]["code"])


@pytest.mark.parametrize("form", ["jsonl", "csv", "fhir", "syslog"])
def test_the_log_is_handed_out_in_each_form(desk: Shell, tmp_path: Path, form: str) -> None:
    to = tmp_path / f"log.{form}"
    answer = desk(*EXPORT, form, "--to", str(to))
    assert answer == {"file": str(to), "records": answer["records"]}
    assert (desk.code, to.stat().st_size > 0) == (0, True)


@pytest.mark.parametrize("form", ["pdf", "package"])
def test_a_paper_is_refused_where_nothing_can_print(desk: Shell, tmp_path: Path, form: str) -> None:
    assert error(desk(*EXPORT, form, "--to", str(tmp_path / "log"))) == "printing-unavailable"
    assert (desk.code, (tmp_path / "log").exists()) == (1, False)


def test_above_fifty_people_a_second_person_approves(crowd: Shell, tmp_path: Path) -> None:
    totp, hers = second(crowd), crowd.totp
    to = tmp_path / "log.jsonl"
    words = (*EXPORT, "jsonl", "--to", str(to))
    asked = crowd(*words)
    assert asked == {"pending": asked["pending"], "people": asked["people"], "from": None}
    assert (crowd.code, asked["people"] > 50, to.exists()) == (0, True, False)
    assert error(crowd("audit", "approve", asked["pending"])) == "approval-own"
    crowd.sign_in("bo", PASSWORDS["bo"], totp)
    assert crowd("audit", "approve", asked["pending"]) == {"id": asked["pending"], "approved": True}
    crowd.sign_in(totp=hers)
    assert error(crowd(*EXPORT, "csv", "--to", str(to), "--approval", asked["pending"])) == "approval-missing"
    done = crowd(*words, "--approval", asked["pending"])
    assert (done["file"], to.exists()) == (str(to), True)
    again = crowd(*EXPORT, "jsonl", "--to", str(tmp_path / "again"), "--approval", asked["pending"])
    assert error(again) == "approval-over"


def test_a_refusal_is_said_with_a_word(crowd: Shell, tmp_path: Path) -> None:
    totp = second(crowd)
    asked = crowd(*EXPORT, "jsonl", "--to", str(tmp_path / "log"))
    crowd.sign_in("bo", PASSWORDS["bo"], totp)
    answer = crowd("audit", "approve", asked["pending"], "--refuse")
    assert answer == {"id": asked["pending"], "approved": False}


def test_who_is_alone_is_told_from_when(crowd: Shell, tmp_path: Path) -> None:
    asked = crowd(*EXPORT, "jsonl", "--to", str(tmp_path / "log"))
    assert asked["from"] is not None
    again = crowd(*EXPORT, "jsonl", "--to", str(tmp_path / "log"), "--approval", asked["pending"])
    assert error(again) == "approval-too-early"


def test_filters_are_joined_and_days_belong_to_the_range(desk: Shell, tmp_path: Path) -> None:
    desk("people", "search", "Zoraida")
    day = desk.clock.now().date().isoformat()

    def records(*words: str) -> int:
        to = tmp_path / "log.csv"
        for old in tmp_path.glob("log.csv*"):
            old.unlink()
        return int(desk(*EXPORT, "csv", "--to", str(to), *words)["records"])

    searched = ("--event", "people.searched")
    assert records(*searched) == 1
    assert records(*searched, "--user", "ana", "--since", day, "--until", day) == 1
    assert records(*searched, "--event", "people.imported") == 2
    assert records(*searched, "--until", "2026-11-20") == 0
    assert records("--message", "0" * 32) == 0
    person = desk("people", "search", "Zoraida")["people"][0]["id"]
    desk("people", "show", person)
    assert records("--person", person) == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--user", "nobody"), "user-unknown"),
        (("--event", "people.eaten"), "event-unknown"),
        (("--since", "2026-11-24", "--until", "2026-11-20"), "period-backwards"),
    ],
)
def test_a_filter_that_means_nothing_is_told(
    desk: Shell, tmp_path: Path, words: tuple[str, ...], code: str
) -> None:
    assert error(desk(*EXPORT, "csv", "--to", str(tmp_path / "log"), *words)) == code


def test_a_day_that_is_none_is_wrong_use(desk: Shell, tmp_path: Path) -> None:
    desk(*EXPORT, "csv", "--to", str(tmp_path / "log"), "--since", "yesterday")
    assert desk.code == 2


@pytest.mark.parametrize("report", ["access", "disclosures"])
def test_a_report_about_one_person_is_a_table_by_its_ending(desk: Shell, tmp_path: Path, report: str) -> None:
    person = desk("people", "search", "Zoraida")["people"][0]["id"]
    to = tmp_path / "report.CSV"
    answer = desk("audit", report, "--person", person, "--to", str(to))
    assert answer == {"file": str(to), "rows": answer["rows"]}
    assert to.exists()
    assert (
        error(desk("audit", report, "--person", person, "--to", str(tmp_path / "x.doc"))) == "format-unknown"
    )
    assert (
        error(desk("audit", report, "--person", "0" * 32, "--to", str(tmp_path / "x.csv")))
        == "person-unknown"
    )


def test_checking_says_how_far_it_is_on_standard_error(desk: Shell) -> None:
    answer = desk("audit", "verify")
    assert (answer["ok"], answer["first_bad"], answer["class"]) == (True, None, "ok")


def test_the_command_line_runs_where_qt_cannot_be_loaded() -> None:
    """As on a server without libEGL: only a paper says that it cannot be printed."""
    program = """
        import sys

        class Without:
            def find_spec(self, name, path=None, target=None):
                if name.startswith("PySide6"):
                    raise ImportError("libEGL.so.1: cannot open shared object file")

        sys.meta_path.insert(0, Without())
        from desktop import app
        from desktop.errors import Refused

        assert app.run_command(["--json", "doctor"]) == 0
        try:
            app._printer()
        except Refused as refused:
            print(refused.code, refused.params["library"], file=sys.stderr)
    """
    words = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip().splitlines()[-1]) == (0, "printing-unavailable libEGL.so.1")
