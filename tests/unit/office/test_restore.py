"""A practice comes back out of its backups: with a password, with the recovery key, as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desktop.errors import SealwellError
from desktop.models import arrivals, audit, pauses
from desktop.models.delivery import EVERYTHING
from desktop.models.records import State
from desktop.office.values_audit import LogQuery
from tests.made_practice import PASSWORD
from tests.made_staff import Keyring, desk_of
from tests.support.backed import (
    NEW_PASSWORD,
    WHY,
    Bare,
    by_password,
    by_recovery_key,
    lines_of,
    place_of,
)


def test_it_comes_back_with_the_password_and_holds_what_it_held(bare: Bare) -> None:
    told: list[int] = []

    def progress(done: int, of: int) -> bool:
        assert of == 1000
        told.append(done)
        return True

    done = bare.office().restore(by_password(bare.shelf.where, bare.to), progress)
    assert (done.folder, done.name, done.waiting) == (str(bare.to), bare.shelf.names[-1], 2)
    assert done.recovery_key == ""
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0, 1000)
    office, session = bare.signed_in()
    assert [one.name for one in office.search_people(session, "Zoraida").people] == ["Zoraida Canaryfield"]
    assert office.list_outbox(session).counts == {State.QUEUED: 2}
    assert office.verify_audit(session).ok
    left = {path.name for path in bare.to.iterdir() if not path.name.endswith((".lock", "-wal", "-shm"))}
    assert left == {
        *("audit.mac", "outbox.mark", "practice.db", "vault.keys", "vault.tries"),
    }


def test_everything_is_held_back_until_somebody_has_seen_it(bare: Bare) -> None:
    bare.office().restore(by_password(bare.shelf.where, bare.to))
    office, session = bare.signed_in()
    database = desk_of(office).opened().database
    fence = database.read(lambda tx: pauses.get(tx, EVERYTHING, bare.clock.now()))
    assert fence is not None
    assert (fence.reason.code, fence.by) == ("restored", None)
    bare.clock.move(60)
    assert office.run_outbox(session).counts == {State.QUEUED: 2}


def test_the_log_says_by_whom_and_why_and_where_the_backup_ended(bare: Bare) -> None:
    done = bare.office().restore(by_password(bare.shelf.where, bare.to))
    office, session = bare.signed_in()
    (line,) = lines_of(office, session, "practice.restored")
    assert line.details["records"] == done.records
    reason = str(line.details["reason"])
    assert desk_of(office).opened().database.read(lambda tx: audit.reason(tx, reason)) == WHY
    assert line.obj[:12] == done.name.split("-")[1]
    assert lines_of(office, session, "log.restore-gap") == [], "nobody here has seen more of the log"
    marked = lines_of(office, session, "log.marked")
    assert marked[0].why == "mac-key-damaged", "the marks' key did not travel"


def test_what_this_computer_lacks_is_noted(bare: Bare) -> None:
    bare.office().restore(by_password(bare.shelf.where, bare.to))
    office, _ = bare.signed_in()
    items = desk_of(office).opened().database.read(arrivals.listing)
    assert {one.item for one in items} == {"computer-share", "relay", "quick-unlock", "outbox", "test"}
    assert all(one.done_at is None for one in items)


def test_the_recovery_key_sets_a_password_enrols_this_computer_and_is_replaced(bare: Bare) -> None:
    keyring = Keyring()
    request = by_recovery_key(bare.shelf.where, bare.to, bare.shelf.recovery_key)
    done = bare.office(keyring).restore(request)
    assert done.recovery_key not in ("", bare.shelf.recovery_key)
    assert done.recovery_key not in repr(done)
    assert any(name.startswith("share-") for name in keyring.kept)
    office, session = bare.signed_in(keyring, NEW_PASSWORD)
    assert office.verify_audit(session).ok
    acts = {line.act for line in office.query_log(session, LogQuery(limit=500)).lines}
    assert {"vault.recovered", "password.changed", "recovery-key.made", "practice.restored"} <= acts
    assert "emergency-access" in {one.kind for one in office.list_notices(session).notices}
    items = desk_of(office).opened().database.read(arrivals.listing)
    assert "recovery-key" in {one.item for one in items}
    office.close()
    with pytest.raises(SealwellError) as caught:
        bare.signed_in(keyring, PASSWORD)
    assert caught.value.code == "wrong-password"
    with pytest.raises(SealwellError) as caught:
        bare.signed_in(None, NEW_PASSWORD)
    assert caught.value.code == "not-enrolled", "the new password opens on this computer alone"


def test_the_backup_itself_still_opens_with_the_key_of_its_time(bare: Bare, tmp_path: Path) -> None:
    first = by_recovery_key(bare.shelf.where, bare.to, bare.shelf.recovery_key)
    bare.office().restore(first)
    again = bare.office().restore(replace(first, to=str(tmp_path / "again")))
    assert again.recovery_key


def test_an_earlier_backup_is_brought_back_by_its_name_and_by_its_file(bare: Bare, tmp_path: Path) -> None:
    whole = bare.shelf.names[0]
    by_name = bare.office().restore(by_password(bare.shelf.where, bare.to, name=whole))
    by_file = bare.office().restore(by_password(place_of(bare.shelf.folder / whole), tmp_path / "by-file"))
    assert by_name.name == by_file.name == whole
    assert by_name.records == by_file.records < last_records(bare, tmp_path / "last")


def last_records(bare: Bare, to: Path) -> int:
    return bare.office().restore(by_password(bare.shelf.where, to)).records


def test_the_wizard_sees_what_lies_there_before_anything_is_opened(bare: Bare) -> None:
    found = bare.office().find_backups(bare.shelf.where)
    assert [(one.name, one.whole, one.complete) for one in found.backups] == [
        (bare.shelf.names[1], False, True),
        (bare.shelf.names[0], True, True),
    ]
    assert not bare.to.exists()
    assert found.host_key == ""
    assert bare.office().find_backups(place_of(bare.shelf.folder)) == found


def test_it_goes_into_the_offices_own_empty_folder(bare: Bare) -> None:
    done = bare.office(folder=bare.to).restore(replace(by_password(bare.shelf.where, bare.to), to=""))
    assert done.folder == str(bare.to)
    assert bare.office(folder=bare.to).practice_exists()


def test_the_next_backup_of_a_restored_practice_is_a_whole_one(bare: Bare, tmp_path: Path) -> None:
    bare.office().restore(by_password(bare.shelf.where, bare.to))
    office, _ = bare.signed_in()
    made = bare.back_up(office, tmp_path / "later")
    assert made.backup.whole
    office.close()
    again = tmp_path / "again"
    done = bare.office().restore(by_password(place_of(tmp_path / "later"), again))
    assert done.records == made.backup.records


def test_sessions_and_tokens_of_the_old_computer_count_no_more(bare: Bare) -> None:
    bare.office().restore(by_password(bare.shelf.where, bare.to))
    with pytest.raises(SealwellError) as caught:
        bare.office(folder=bare.to).resume(bare.shelf.token)
    assert caught.value.code == "session-ended"
    with pytest.raises(SealwellError) as caught:
        bare.signed_in(code=False)
    assert caught.value.code == "code-needed", "today's second factor was given at another computer"
