"""Where the log stood once is known outside the database: gaps are found before anything is shown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from desktop.errors import InputError, Refused
from desktop.models import audit as kept_log
from desktop.models import audit_proofs
from desktop.models.accounts import Role
from desktop.office.api import Office
from desktop.office.logwatch import LogWatch
from desktop.office.values import ImportRequest
from desktop.office.values_access import Purpose, StepUp
from desktop.office.values_audit import GapExplained
from tests.made_practice import PASSWORD, PEOPLE
from tests.made_staff import Staff, desk_of

ROUNDS = 10
"""Old databases in CI; the full run is 50."""


def watch_of(office: Office) -> LogWatch:
    watch = desk_of(office).log_watch
    assert watch is not None
    return watch


def copied(staff: Staff, to: Path) -> Path:
    """The folder as it is now: what a backup, or a disk that died, leaves."""
    return shutil.copytree(staff.folder.root, to)


def set_back(staff: Staff, copy: Path, *names: str) -> None:
    """The named files (all of them where none is named) as they were in `copy`."""
    for file in staff.folder.root.iterdir():
        if not names or file.name in names:
            file.unlink()
    for file in copy.iterdir():
        if not names or file.name in names:
            shutil.copy2(file, staff.folder.root / file.name)


def worked(staff: Staff, times: int = 3) -> None:
    office, session = staff.at_work()
    for _ in range(times):
        office.search_people(session, "zo")
    office.sign_out(session)


def details(office: Office, act: str) -> dict[str, str | int]:
    """Of the last record of that act."""
    bodies = desk_of(office).opened().database.read(lambda tx: [one.body for one in kept_log.records(tx)])
    found: dict[str, str | int] = [json.loads(b)["det"] for b in bodies if json.loads(b)["act"] == act][-1]
    return found


def records(office: Office) -> int:
    return desk_of(office).opened().database.read(lambda tx: len(audit_proofs.checkpoints(tx)))


@pytest.fixture
def set_back_practice(staff: Staff, tmp_path: Path) -> Staff:
    """Two days of work, then the database of the first evening."""
    worked(staff)
    copy = copied(staff, tmp_path / "first-evening")
    worked(staff)
    set_back(staff, copy)
    return staff


# --- an ordinary day ---------------------------------------------------------------------


def test_an_ordinary_practice_has_no_gap_and_changes_as_ever(staff: Staff) -> None:
    for _ in range(3):
        worked(staff)
    office, session = staff.at_work()
    state = office.log_state(session)
    assert state.gap is None
    assert state.witnesses[0].kind == "keyring"
    assert state.witnesses[0].agrees is True
    assert office.import_people(session, ImportRequest("p.csv", data=PEOPLE)).created == 3


def test_leaving_makes_a_checkpoint_that_covers_everything(staff: Staff) -> None:
    office, session = staff.at_work()
    office.sign_out(session)
    office, session = staff.at_work()
    database = desk_of(office).opened().database
    newest = database.read(audit_proofs.newest)
    acts = [line.act for line in office.query_log(session).lines]
    assert newest is not None
    assert acts[acts.index("session.ended") - 1] == "audit.checkpoint"


def test_a_quarter_of_an_hour_of_use_makes_a_checkpoint_and_a_quiet_one_does_not(staff: Staff) -> None:
    office, session = staff.at_work()
    watch, before = watch_of(office), records(office)
    staff.clock.move(14 * 60)
    office.touch(session)
    watch.look()
    assert records(office) == before
    staff.clock.move(61)
    watch.look()
    assert records(office) == before + 1
    staff.clock.move(16 * 60)
    watch.look()
    assert records(office) == before + 1


def test_a_computer_that_slept_makes_its_checkpoint_when_it_wakes(staff: Staff) -> None:
    office, _ = staff.at_work()
    before = records(office)
    staff.clock.sleep(3600)
    watch_of(office).look()
    assert records(office) == before + 1


def test_the_keyring_follows_between_two_checkpoints(staff: Staff) -> None:
    office, session = staff.at_work()
    office.search_people(session, "zo")
    watch = watch_of(office)
    watch.look()
    assert watch.witness is not None
    mark = watch.witness.known()
    assert mark is not None
    assert mark.in_use
    assert mark.size == office.query_log(session).total


def test_without_a_keyring_the_state_says_that_nobody_near_was_asked(staff: Staff) -> None:
    office, session = staff.at_work()
    watch_of(office)._witness = None
    line = office.log_state(session).witnesses[0]
    assert (line.kind, line.size, line.agrees) == ("keyring", 0, None)


# --- set back ------------------------------------------------------------------------------


def test_a_database_that_was_set_back_is_named_before_anything_is_shown(set_back_practice: Staff) -> None:
    staff = set_back_practice
    office = staff.office()
    signed = staff.enter(office, code=staff.code())
    gap = office.log_state(signed.session).gap
    assert "log-gap" in signed.banners
    assert gap is not None
    assert gap.kind == "rolled-back"
    assert gap.witness == "keyring"
    assert 0 < gap.first <= gap.last
    assert gap.since is not None


def test_in_a_gap_one_can_read_but_neither_change_nor_send(set_back_practice: Staff) -> None:
    office, session = set_back_practice.at_work()
    assert office.search_people(session, "").people == ()
    for refused in (
        lambda: office.import_people(session, ImportRequest("p.csv", data=PEOPLE)),
        lambda: office.run_outbox(session),
        lambda: office.start_sending(session),
        lambda: office.send_reminders(session),
    ):
        with pytest.raises(Refused) as error:
            refused()
        assert error.value.code == "log-gap"
    acts = set_back_practice.acts(office, session)
    assert acts.count("guard.refused") == 4
    assert "people.searched" in acts


def test_a_gap_is_recorded_once_as_a_failed_check_that_raises_the_alarm(set_back_practice: Staff) -> None:
    staff = set_back_practice
    office, session = staff.at_work()
    office.sign_out(session)
    office, session = staff.at_work()
    lines = [line for line in office.query_log(session).lines if line.act == "audit.verified"]
    assert [line.outcome for line in lines] == ["failed"]
    rules = {alert.rule for alert in office.list_alerts(session).alerts}
    assert "audit-mismatch" in rules


def test_the_mark_stays_as_evidence_until_somebody_said_why(set_back_practice: Staff) -> None:
    staff = set_back_practice
    kept = _marks(staff)
    office, session = staff.at_work()
    watch_of(office).look()
    office.sign_out(session)
    assert _marks(staff) == kept


def test_saying_why_ends_it_and_keeps_both_roots(set_back_practice: Staff) -> None:
    staff = set_back_practice
    office, session = staff.at_work()
    office.step_up(session, _proof())
    state = office.explain_gap(session, GapExplained("restored-backup", "The disk was exchanged"))
    assert state.gap is None
    det = details(office, "log.restore-gap")
    assert {"root", "root-before", "first", "last", "reason", "reason-hash"} <= det.keys()
    assert det["root"] != det["root-before"]
    assert office.import_people(session, ImportRequest("p.csv", data=PEOPLE)).created == 3
    assert office.verify_audit(session).ok
    office.sign_out(session)
    office, session = staff.at_work()
    assert office.log_state(session).gap is None


def test_saying_why_wants_an_administrator_a_proof_a_cause_and_a_reason(set_back_practice: Staff) -> None:
    staff = set_back_practice
    office, session = staff.at_work()
    staff.clock.move(600)
    with pytest.raises(Refused, match="step-up-needed"):
        office.explain_gap(session, GapExplained("unknown", "why"))
    office.step_up(session, _proof())
    with pytest.raises(InputError, match="gap-cause-unknown"):
        office.explain_gap(session, GapExplained("because", "why"))
    with pytest.raises(InputError, match="reason-missing"):
        office.explain_gap(session, GapExplained("unknown", "  "))
    assert office.log_state(session).gap is not None


def test_where_nothing_is_missing_there_is_nothing_to_explain(staff: Staff) -> None:
    office, session = staff.at_work()
    with pytest.raises(Refused, match="no-gap"):
        office.explain_gap(session, GapExplained("unknown", "why"))


def test_the_front_desk_hears_of_a_gap_and_cannot_end_it(staff: Staff, tmp_path: Path) -> None:
    office, session = staff.at_work()
    staff.add(office, session, role=Role.FRONT_DESK)
    office.sign_out(session)
    copy = copied(staff, tmp_path / "before")
    worked(staff)
    set_back(staff, copy)
    office = staff.office()
    signed = staff.enter(office, "bo", code=staff.code("bo"))
    assert office.log_state(signed.session).gap is not None
    with pytest.raises(Refused, match="not-allowed"):
        office.explain_gap(signed.session, GapExplained("unknown", "why"))


# --- G21 ------------------------------------------------------------------------------------


def test_g21_every_old_database_and_lost_log_is_noticed(staff: Staff, tmp_path: Path) -> None:
    _walk_through_old_ones(staff, tmp_path, ROUNDS)


@pytest.mark.soak
def test_g21_fifty_old_databases_and_lost_logs_are_noticed(staff: Staff, tmp_path: Path) -> None:
    _walk_through_old_ones(staff, tmp_path, 50)


def _walk_through_old_ones(staff: Staff, folder: Path, rounds: int) -> None:
    """Half of them are whole old folders, half died at work and lost the log beside the database."""
    assert staff.keyring is not None
    old: list[tuple[Path, dict[str, bytes]]] = []
    for number in range(rounds):
        office, session = staff.at_work()
        for _ in range(number % 4):
            office.search_people(session, "zo")
        copy = copied(staff, folder / f"old-{number}")
        died = number % 2 == 1
        if died:
            (copy / "practice.db-wal").unlink()
            (copy / "practice.db-shm").unlink(missing_ok=True)
        remembered = dict(staff.keyring.kept) if died else {}
        office.sign_out(session)
        if not died:
            copy = copied(staff, folder / f"whole-{number}")
        old.append((copy, remembered))
    worked(staff)
    now, known = copied(staff, folder / "now"), dict(staff.keyring.kept)
    for copy, remembered in old:
        set_back(staff, now)
        set_back(staff, copy)
        staff.keyring.kept = dict(remembered or known)
        assert _noticed(staff), copy.name


def test_a_database_alone_that_was_set_back_is_noticed_without_any_keyring(
    staff: Staff, tmp_path: Path
) -> None:
    worked(staff)
    copy = copied(staff, tmp_path / "old")
    worked(staff)
    set_back(staff, copy, "practice.db")
    assert staff.keyring is not None
    for name in [name for name in staff.keyring.kept if name.startswith(("mark-", "place-"))]:
        staff.keyring.delete(name)
    office, session = staff.at_work()
    gap = office.log_state(session).gap
    assert gap is not None
    assert (gap.kind, gap.witness) == ("rolled-back", "marks")


def test_a_computer_that_died_with_its_log_beside_it_is_no_gap(staff: Staff, tmp_path: Path) -> None:
    office, session = staff.at_work()
    office.search_people(session, "zo")
    dead = copied(staff, tmp_path / "dead")
    kept = dict(staff.keyring.kept) if staff.keyring else {}
    office.sign_out(session)
    set_back(staff, dead)
    (staff.folder.root / "practice.db-shm").unlink(missing_ok=True)
    assert staff.keyring is not None
    staff.keyring.kept = kept
    assert not _noticed(staff)


def test_a_key_store_that_ended_before_the_program_is_no_gap(staff: Staff) -> None:
    """The whole session ends: nobody could be told that the practice was closed in order."""
    office, session = staff.at_work()
    office.search_people(session, "zo")
    watch_of(office).look()
    assert staff.keyring is not None
    kept = dict(staff.keyring.kept)
    office.sign_out(session)
    staff.keyring.kept = kept
    assert not _noticed(staff)


def test_another_practice_in_the_same_folder_is_noticed(staff: Staff) -> None:
    worked(staff)
    assert staff.keyring is not None
    *_, place = (name for name in staff.keyring.kept if name.startswith("place-"))
    staff.keyring.kept[place] = b"o" * 16
    office, session = staff.at_work()
    gap = office.log_state(session).gap
    assert gap is not None
    assert gap.kind == "other-vault"


def test_a_log_written_anew_behind_the_mark_is_a_fork(staff: Staff, tmp_path: Path) -> None:
    worked(staff)
    copy = copied(staff, tmp_path / "old")
    kept = dict(staff.keyring.kept) if staff.keyring else {}
    worked(staff, 1)
    known = dict(staff.keyring.kept) if staff.keyring else {}
    set_back(staff, copy)
    assert staff.keyring is not None
    staff.keyring.kept = kept
    worked(staff, 6)
    staff.keyring.kept = known
    office, session = staff.at_work()
    gap = office.log_state(session).gap
    assert gap is not None
    assert gap.kind == "forked"


def _noticed(staff: Staff) -> bool:
    office = staff.office()
    session = staff.enter(office, code=staff.code()).session
    found = office.log_state(session).gap is not None
    office.close()
    return found


def _marks(staff: Staff) -> dict[str, bytes]:
    assert staff.keyring is not None
    return {name: value for name, value in staff.keyring.kept.items() if name.startswith("mark-")}


def _proof() -> StepUp:
    return StepUp(Purpose.USERS, password=PASSWORD)
