"""A restore drill over a real practice: what comes back, what is said when it does not, what is left."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from desktop.access import recoverygroups
from desktop.audit.note import open_note
from desktop.crypto.officer import officer_public
from desktop.crypto.recovery import recovery_groups
from desktop.errors import InputError, Refused, VaultError
from desktop.locks import exclusive
from desktop.models import audit, drills, tasks, vaultkeys
from desktop.models.database import Tx
from desktop.office.drill_check import sweep
from desktop.office.proof import log_vkey
from desktop.office.task_kinds import DRILL_DUE
from desktop.office.values import ImportRequest
from desktop.office.values_backups import DrillRequest
from tests.made_practice import PEOPLE, Practice
from tests.made_staff import desk_of
from tests.support.drilled import DAY, Drilled, add_target, begin

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def drilled(practice: Practice, tmp_path: Path) -> Iterator[Drilled]:
    yield begin(practice, tmp_path)
    practice.close()


def test_a_good_drill_is_kept_signed_and_on_paper(drilled: Drilled) -> None:
    shown = drilled.run()
    drill = shown.drill
    assert (drill.ok, drill.why, drill.key_proven, shown.reason) == (True, "", True, None)
    assert (drill.target, drill.backup) == (drilled.target.id, drilled.backup.id)
    assert drill.records == drilled.backup.records
    assert drill.sampled >= 6, "two reminders, a card, three people, and lists"
    drilled.nothing_is_left()
    opened = desk_of(drilled.office).opened()
    vkey = opened.database.read(lambda tx: log_vkey(tx, opened.vault))
    lines = open_note(drill.report, vkey).splitlines()
    assert lines[0] == f"sealwell.local/{opened.vault.vault_id.hex()}/drill"
    facts = dict(line.split(" ", 1) for line in lines[1:])
    assert facts["result"] == "good"
    assert (facts["backup"], facts["root"]) == (drilled.backup.id, drilled.backup.root)
    assert (facts["recovery-key"], facts["at"]) == ("proven", drill.at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert opened.database.read(drills.listing) == (drill,)
    with pdfium.PdfDocument(io.BytesIO(shown.paper)) as paper:
        assert len(paper) == 1
        said = paper[0].get_textpage().get_text_bounded()
    assert "90 FR 898" in said
    assert "72 hours" in said
    assert "not law" in said
    assert "Canaryfield" not in said
    line = next(line for line in drilled.office.query_log(drilled.session).lines if line.act == "drill.done")
    assert (line.obj, line.outcome, line.details["records"]) == (drill.id, "ok", drill.records)


def test_the_report_is_checked_by_the_few_lines_of_its_description(drilled: Drilled, tmp_path: Path) -> None:
    described = (ROOT / "docs" / "formats" / "drill-report.md").read_text("utf-8")
    code = described.partition("```python\n")[2].partition("```")[0]
    report = drilled.run().drill.report
    ends = []
    for number, text in enumerate((report, report.replace("result good", "result bad"))):
        note = tmp_path / f"{number}.txt"
        note.write_text(text, "utf-8")
        ran = subprocess.run(
            [sys.executable, "-c", code, str(note), vkey_of(drilled)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        ends.append((ran.returncode, ran.stdout))
    assert ends == [(0, "signed by this practice\n"), (1, "")]


def test_a_drill_goes_over_a_chain_of_backups(drilled: Drilled) -> None:
    drilled.more()
    drilled.more()
    assert not drilled.backup.whole
    assert drilled.run().drill.ok


def test_fifty_rows_are_opened_where_there_are_so_many(drilled: Drilled) -> None:
    head, *_ = PEOPLE.splitlines(keepends=True)
    more = b"".join(b"%d,Pat%d,Example,p%d@example.org,1980-01-01\n" % (n, n, n) for n in range(2000, 2060))
    drilled.office.import_people(drilled.session, ImportRequest("more.csv", data=head + more))
    drilled.more()
    assert drilled.run().drill.sampled >= 50


def test_the_two_groups_stay_the_same_until_the_drill_was_run(drilled: Drilled) -> None:
    first = drilled.office.drill_asks(drilled.session).groups
    assert first == drilled.office.drill_asks(drilled.session).groups
    assert len(first) == 2
    seen: set[tuple[int, ...]] = {first}
    for _ in range(8):
        drilled.run(typed=drilled.groups(wrong=True))
        seen.add(drilled.office.drill_asks(drilled.session).groups)
    assert len(seen) > 1
    assert len({number for pair in seen for number in pair}) <= 4


def test_wrong_groups_are_a_failed_drill_that_says_so(drilled: Drilled) -> None:
    shown = drilled.run(typed=drilled.groups(wrong=True))
    assert shown.reason is not None
    assert (shown.reason.code, shown.drill.key_proven, shown.drill.records) == ("drill-key-wrong", False, 0)
    assert shown.paper
    text = open_note(shown.drill.report, vkey_of(drilled))
    assert "result failed\nwhy drill-key-wrong\n" in text


def vkey_of(drilled: Drilled) -> str:
    opened = desk_of(drilled.office).opened()
    return opened.database.read(lambda tx: log_vkey(tx, opened.vault))


def test_groups_are_forgiven_how_they_are_typed(drilled: Drilled) -> None:
    typed = tuple(f" {group.lower().replace('0', 'o')} " for group in drilled.groups())
    assert drilled.run(typed=typed).drill.ok


@pytest.mark.parametrize("typed", [(), ("AAAA",), ("AAAA", " "), ("AAAA", "BBBB", "CCCC")])
def test_too_few_or_too_many_groups_begin_nothing(drilled: Drilled, typed: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        drilled.run(typed=typed)
    assert (caught.value.code, caught.value.params) == ("drill-typed-missing", {"wanted": 2})


def test_an_older_practice_types_the_whole_key_once(drilled: Drilled) -> None:
    database = drilled.database
    database.write(lambda tx: vaultkeys.put(tx, "recovery-groups", b'{"to": "00", "groups": {}}'))
    assert drilled.office.drill_asks(drilled.session).groups == ()
    groups = drilled.practice.made.recovery_key.split("-")
    wrong = drilled.run(typed=("-".join([*groups[1:], groups[0]]),))
    assert (wrong.drill.why, drilled.office.drill_asks(drilled.session).groups) == ("drill-key-wrong", ())
    assert drilled.run(typed=(drilled.practice.made.recovery_key,)).drill.ok
    assert len(drilled.office.drill_asks(drilled.session).groups) == 2
    assert drilled.run().drill.ok


def test_no_more_than_four_groups_can_be_guessed_from_the_database(drilled: Drilled) -> None:
    kept = drilled.database.read(lambda tx: vaultkeys.get(tx, "recovery-groups"))
    assert kept is not None
    assert kept.count(b'": "') - 1 == 4
    assert not any(group.encode() in kept for group in recovery_groups(drilled.practice.made.recovery_key))


def test_a_key_that_is_typed_whole_again_shows_no_fifth_group(drilled: Drilled) -> None:
    """An older backup without verifiers came back; somebody has a copy of the database from before."""
    database, key = drilled.database, drilled.practice.made.recovery_key
    vault = desk_of(drilled.office).opened().vault
    officer = officer_public(drilled.practice.folder.keys, vault)
    seen: set[str] = set()
    for _ in range(6):
        database.write(lambda tx: recoverygroups.keep(tx, key, officer))
        kept = json.loads(database.read(lambda tx: vaultkeys.get(tx, "recovery-groups")) or b"")
        seen |= set(kept["groups"])
    assert len(seen) == 4


# --- what keeps it from beginning, or ends it ------------------------------------------------------


def test_without_a_backup_there_is_nothing_to_try(practice: Practice, tmp_path: Path) -> None:
    office, session = practice.signed_in()
    paper = recovery_groups(practice.made.recovery_key)
    typed = tuple(paper[number - 1] for number in office.drill_asks(session).groups)
    with pytest.raises(Refused) as caught:
        office.run_drill(session, DrillRequest(typed))
    assert caught.value.code == "drill-no-backup"
    target = add_target(office, session, tmp_path, "usb")
    with pytest.raises(Refused) as caught:
        office.run_drill(session, DrillRequest(typed, target.id))
    assert caught.value.code == "drill-no-backup"


def test_stopped_it_leaves_nothing_and_no_drill(drilled: Drilled) -> None:
    told: list[int] = []

    def stop(done: int, of: int) -> bool:
        assert of == 100
        told.append(done)
        return done < 60

    with pytest.raises(Refused) as caught:
        drilled.office.run_drill(drilled.session, DrillRequest(drilled.groups()), stop)
    assert caught.value.code == "cancelled"
    assert told == sorted(told)
    drilled.nothing_is_left()
    database = drilled.database
    assert database.read(drills.count) == 0
    line = next(line for line in drilled.office.query_log(drilled.session).lines if line.act == "drill.done")
    assert (line.outcome, line.why) == ("refused", "cancelled")


def test_a_practice_that_is_locked_meanwhile_ends_the_drill(drilled: Drilled) -> None:
    typed, office = drilled.groups(), drilled.office

    def lock(_done: int, _of: int) -> bool:
        office.close()
        return True

    with pytest.raises(Refused) as caught:
        office.run_drill(drilled.session, DrillRequest(typed), lock)
    assert caught.value.code == "locked"
    drilled.nothing_is_left()


def test_one_drill_at_a_time(drilled: Drilled) -> None:
    drilled.run()
    lock = exclusive(drilled.practice.folder.drill / ".lock")
    assert lock is not None
    with lock, pytest.raises(Refused) as caught:
        drilled.run()
    assert caught.value.code == "drill-running"


def test_the_page_is_written_where_it_is_wanted_and_never_over_another(
    drilled: Drilled, tmp_path: Path
) -> None:
    to = tmp_path / "drill.pdf"
    assert drilled.run(to=str(to)).paper == to.read_bytes()
    with pytest.raises(InputError) as caught:
        drilled.run(to=str(to))
    assert caught.value.code == "file-exists"


def test_without_a_printer_the_drill_itself_stands(practice: Practice, drilled: Drilled) -> None:
    drilled.office.close()
    practice.printer = None
    drilled.office, drilled.session = practice.signed_in()
    shown = drilled.run()
    assert shown.drill.ok
    assert shown.paper == b""


def test_what_a_killed_drill_left_goes_at_the_next_sign_in(drilled: Drilled) -> None:
    code = """
import os, signal, sys
from pathlib import Path
from desktop.office.drill_check import sandbox
from desktop.paths import PracticeFolder
with sandbox(PracticeFolder(Path(sys.argv[1]))) as into:
    (into / "made").mkdir()
    (into / "made" / "practice.db").write_bytes(b"x" * 100)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    root = str(drilled.practice.folder.root)
    subprocess.run([sys.executable, "-c", code, root], check=False, timeout=60)
    assert (drilled.practice.folder.drill / "made" / "practice.db").exists()
    drilled.wait(0)
    drilled.nothing_is_left()


def test_a_drill_that_runs_is_not_swept_away(drilled: Drilled) -> None:
    drilled.run()
    folder = drilled.practice.folder
    lock = exclusive(folder.drill / ".lock")
    assert lock is not None
    with lock:
        (folder.drill / "made").mkdir()
        sweep(folder)
        assert (folder.drill / "made").exists()


# --- once a quarter ------------------------------------------------------------------------------


def test_ninety_days_after_the_first_backup_and_after_each_good_drill_it_is_somebodys_task(
    drilled: Drilled,
) -> None:
    drilled.wait(89)
    assert drilled.open_tasks() == []
    drilled.wait(2)
    assert drilled.open_tasks() == ["open"]
    drilled.wait(1)
    assert drilled.open_tasks() == ["open"], "once"
    drilled.run(typed=drilled.groups(wrong=True))
    assert drilled.open_tasks() == ["open"], "a failed drill ends nothing"
    drilled.more()
    assert drilled.run().drill.ok
    assert drilled.open_tasks() == []
    acts = [line.act for line in drilled.office.query_log(drilled.session).lines]
    assert "task.ended" in acts
    drilled.wait(89)
    assert drilled.open_tasks() == []
    drilled.wait(2)
    assert drilled.open_tasks() == ["open"]


def test_without_any_backup_no_drill_is_due(practice: Practice) -> None:
    practice.clock.move(200 * DAY)
    office, _ = practice.signed_in()
    database = desk_of(office).opened().database
    assert database.read(lambda tx: tasks.open_ones(tx, DRILL_DUE)) == []


def test_without_its_record_no_drill_is_kept(drilled: Drilled, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = drilled.groups()

    def full(tx: Tx, *records: object) -> None:
        raise VaultError("disk-full")

    with monkeypatch.context() as broken:
        broken.setattr(audit, "append", full)
        with pytest.raises(VaultError) as caught:
            drilled.office.run_drill(drilled.session, DrillRequest(typed))
        assert caught.value.code == "disk-full"
    assert drilled.database.read(drills.count) == 0
    drilled.nothing_is_left()
