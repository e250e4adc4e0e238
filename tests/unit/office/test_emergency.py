"""Emergency access: the day's visits out of a practice that does not open, and the record of it."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from desktop.access.signin import slot_uid
from desktop.crypto.openvault import OpenVault
from desktop.crypto.rotation import next_vault, write_next
from desktop.errors import SealwellError
from desktop.models.accounts import Role
from desktop.models.database import copy_database
from desktop.office.values import ImportRequest
from desktop.office.values_backups import Damage
from desktop.office.values_entry import Credentials
from tests.made_practice import PASSWORD, PEOPLE, USER, Practice, import_visits
from tests.made_staff import COLLEAGUE, HER_PASSWORD, Staff
from tests.support.damage import leaf_page, overwrite, root_page
from tests.support.emergencies import (
    DAY,
    MANY,
    Press,
    ask,
    files,
    filled,
    keys_of,
    names,
    opened_after,
    refused,
    vault_of,
)


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    Press.printed.clear()


@pytest.fixture
def full(practice: Practice) -> Practice:
    return filled(practice)


def test_damaged_pages_cost_few_visits_and_are_named_on_screen_and_paper(full: Practice) -> None:
    keys, db = keys_of(full), full.folder.database
    pages = {leaf_page(db, keys, "appointment"), leaf_page(db, keys, "person")}
    pages.add(root_page(db, keys, "appointment_by_start"))
    overwrite(db, *pages)
    before = files(full.folder)
    full.printer = Press
    shown = full.office().open_emergency(ask())
    assert MANY - 40 <= len(shown.visits) < MANY
    assert shown.practice == "Elm Street"
    assert {int(one.what) for one in shown.damage if one.kind == "page"} == pages
    lost = {one.what: one.lost for one in shown.damage if one.kind == "table"}
    assert lost["appointment"] == MANY - len(shown.visits)
    assert 0 < lost["person"] <= 60
    nameless = [line for line in shown.visits if not line.name]
    assert 0 < len(nameless) <= lost["person"]
    whole = next(line for line in shown.visits if line.name == "Given399 Family399")
    assert (whole.at, whole.phone, whole.provider) == ("14:39", "+13035550399", "Dr. Shah")
    assert shown.paper == b"%PDF-paper"
    assert str(max(pages)) in repr(Press.printed[-1])
    assert files(full.folder) == before
    assert shown.recorded


def test_wrong_passwords_count_and_wait_as_at_the_sign_in(full: Practice) -> None:
    office = full.office()
    codes = [refused(office, ask(password="wrong harbour seven lanterns")) for _ in range(12)]
    assert codes[0] == "wrong-password"
    assert "too-many-tries" in codes
    assert refused(office, ask()) == "too-many-tries"
    with pytest.raises(SealwellError) as caught:
        full.office().sign_in(Credentials(USER, password=PASSWORD, code=full.code()))
    assert caught.value.code == "too-many-tries"
    assert not full.folder.emergencies.exists()
    full.clock.move(16 * 60)
    assert office.open_emergency(ask()).visits


def test_a_damaged_key_file_is_replaced_by_its_intact_copy_for_reading(full: Practice) -> None:
    full.folder.keys.write_bytes(os.urandom(500))
    before = files(full.folder)
    shown = full.office().open_emergency(ask())
    assert Damage("file", "vault.keys") in shown.damage
    assert len(shown.visits) == MANY
    assert files(full.folder) == before


def test_a_key_file_that_is_gone_with_its_copies_is_said(full: Practice) -> None:
    for one in full.folder.root.glob("vault.keys*"):
        one.unlink()
    assert refused(full.office(), ask()) == "vault-missing"


def test_the_recovery_key_opens_without_password_and_key_store(staff: Staff) -> None:
    office, session = staff.at_work()
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
    import_visits(office, session, staff.clock)
    office.close()
    staff.keyring = None
    office = staff.office()
    assert refused(office, ask()) == "not-enrolled"
    key = staff.made.recovery_key
    shown = office.open_emergency(ask(password="", recovery_key=key))
    assert names(shown) == {"Zoraida Canaryfield", "Bo Nightingale", "Ned Noaddress"}
    assert refused(office, ask(password="", recovery_key="AAAA-BBBB")) == "recovery-key-mistyped"
    assert refused(office, ask(password="", recovery_key=key, user="nobody")) == "user-unknown"


def test_who_has_no_address_or_no_reminder_stands_on_the_call_list(practice: Practice) -> None:
    office, session = practice.signed_in()
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
    import_visits(office, session, practice.clock)
    office.close()
    shown = practice.office().open_emergency(ask(day=None))
    assert shown.day == date(2026, 11, 23)
    assert shown.visits == ()
    assert [(line.day, line.at, line.why.code if line.why else "") for line in shown.calls] == [
        (DAY, "09:30", "call-not-sent"),
        (DAY, "14:30", "call-not-sent"),
        (DAY, "16:00", "no-address"),
    ]


def test_a_person_whose_role_sees_no_visits_sees_none_here(staff: Staff) -> None:
    office, session = staff.at_work()
    staff.add(office, session, COLLEAGUE, Role.BILLING)
    office.close()
    assert refused(staff.office(), ask(user=COLLEAGUE, password=HER_PASSWORD)) == "not-allowed"


def test_a_file_that_was_cut_is_read_as_far_as_it_goes(full: Practice) -> None:
    size = full.folder.database.stat().st_size
    os.truncate(full.folder.database, size - 6 * 4096 + 17)
    shown = full.office().open_emergency(ask())
    assert Damage("file", "practice.db") in shown.damage
    assert any(one.kind == "page" for one in shown.damage)


def test_without_the_first_page_the_newest_backup_is_named_as_the_way(full: Practice) -> None:
    overwrite(full.folder.database, 1)
    before = files(full.folder)
    assert refused(full.office(), ask()) == "emergency-nothing-left"
    assert files(full.folder) == before
    assert full.folder.emergencies.exists()


def test_a_database_that_is_gone_is_said(full: Practice) -> None:
    full.folder.database.unlink()
    assert refused(full.office(), ask()) == "database-missing"


def _left_by_a_crash(practice: Practice) -> bytes:
    """File and log as they lie there while somebody is at work; the last visit is in the log alone."""
    office, session = practice.signed_in()
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
    import_visits(office, session, practice.clock)
    log = practice.folder.database.with_name("practice.db-wal")
    kept = practice.folder.database.read_bytes(), log.read_bytes()
    office.close()
    practice.folder.database.write_bytes(kept[0])
    log.write_bytes(kept[1])
    return kept[1]


def test_what_only_the_log_of_a_crashed_computer_holds_is_read_too(practice: Practice) -> None:
    _left_by_a_crash(practice)
    before = files(practice.folder)
    shown = practice.office().open_emergency(ask())
    assert len(shown.visits) == 3
    assert files(practice.folder) == before


@pytest.mark.parametrize("part", [0.0, 0.5, 0.9])
def test_a_torn_or_missing_log_is_no_hindrance(full: Practice, part: float) -> None:
    log = full.folder.database.with_name("practice.db-wal")
    office, session = full.signed_in()
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
    kept = full.folder.database.read_bytes(), log.read_bytes()
    office.close()
    full.folder.database.write_bytes(kept[0])
    log.write_bytes(kept[1][: int(len(kept[1]) * part)] + os.urandom(100) * bool(part))
    assert len(full.office().open_emergency(ask()).visits) == MANY


def test_where_somebody_is_at_work_it_is_not_needed(full: Practice) -> None:
    office, _ = full.signed_in()
    assert refused(office, ask()) == "emergency-not-needed"
    assert refused(full.office(), ask()) == "emergency-not-needed"
    office.close()
    assert full.office().open_emergency(ask()).visits


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": "  "}, "reason-missing"),
        ({"reason": "x" * 501}, "reason-missing"),
        ({"day": date(2026, 12, 24)}, "emergency-day"),
        ({"day": date(2026, 11, 1)}, "emergency-day"),
    ],
)
def test_what_is_refused_before_anything_is_opened(
    full: Practice, changes: dict[str, object], code: str
) -> None:
    assert refused(full.office(), ask(**changes)) == code
    assert not full.folder.emergencies.exists()


def test_whoever_stops_it_sees_nothing_and_that_is_recorded(full: Practice) -> None:
    with pytest.raises(SealwellError) as caught:
        full.office().open_emergency(ask(), lambda done, of: done < 2)
    assert caught.value.code == "cancelled"
    assert opened_after(full) == [{"outcome": "failed", "why": "cancelled", "actor": USER}]


def test_after_a_power_cut_in_a_change_of_the_key_the_fitting_key_file_is_taken(full: Practice) -> None:
    """The database was renamed into place, its key file not yet."""
    folder = full.folder
    old = folder.keys.read_bytes()
    with closing(vault_of(full)) as vault:
        following = next_vault(folder, _as_ana(vault), frozenset())
        rekeyed = folder.root / "rekeyed.db"
        copy_database(
            folder.database, vault.database_key(), rekeyed, following.vault.database_key(), lambda *_: None
        )
    write_next(folder, following)
    rekeyed.replace(folder.database)
    before = files(folder)
    shown = full.office().open_emergency(ask())
    assert len(shown.visits) == MANY
    assert files(folder) == before
    assert folder.keys.read_bytes() == old


def _as_ana(vault: OpenVault) -> OpenVault:
    uid = slot_uid(vault.vault_id, USER)
    return OpenVault(vault.vault_id, vault.epoch, uid, vault.vault_key(), bytes(64))
