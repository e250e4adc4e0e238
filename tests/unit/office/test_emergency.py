"""Emergency access: the day's visits out of a practice that does not open, and the record of it."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import ClassVar

import pytest

from desktop.access.signin import slot_uid
from desktop.crypto.openvault import OpenVault
from desktop.crypto.rotation import next_vault, write_next
from desktop.crypto.vault import unlock_with_recovery
from desktop.errors import SealwellError
from desktop.models.accounts import Role
from desktop.models.database import copy_database
from desktop.models.documents import Document, Progress
from desktop.office import emergency_record
from desktop.office.api import Office
from desktop.office.emergency_record import Opening
from desktop.office.notices import notices_of
from desktop.office.values import ImportRequest
from desktop.office.values_backups import Damage, EmergencyRequest, EmergencyShown
from desktop.office.values_entry import Credentials
from desktop.paths import PracticeFolder
from tests.made_practice import PASSWORD, PEOPLE, USER, Practice, import_visits
from tests.made_staff import COLLEAGUE, HER_PASSWORD, Staff, desk_of
from tests.support.damage import Keys, leaf_page, overwrite, root_page

DAY = date(2026, 11, 24)
MANY = 400
WHY = "The computer broke down in the night"


class Press:
    """Keeps what it was given to print."""

    printed: ClassVar[list[Document]] = []

    def print_pdf(self, document: Document, progress: Progress | None = None) -> bytes:
        Press.printed.append(document)
        return b"%PDF-paper"


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    Press.printed.clear()


@pytest.fixture
def full(practice: Practice) -> Practice:
    """Many people with a visit tomorrow; nobody is at work any more."""
    office, session = practice.signed_in()
    people = "".join(f"{n},Given{n},Family{n:03},g{n}@example.org,,+1303555{n:04}\n" for n in range(MANY))
    data = f"MRN,First Name,Last Name,E-mail,DOB,Phone\n{people}".encode()
    office.import_people(session, ImportRequest("people.csv", data=data))
    visits = "".join(f"A{n},{n},2026-11-24,{8 + n // 60:02}:{n % 60:02},Dr. Shah\n" for n in range(MANY))
    head = "Appointment ID,MRN,Date,Time,Provider\n"
    import_visits(office, session, practice.clock, f"{head}{visits}".encode())
    office.close()
    return practice


def ask(**changes: object) -> EmergencyRequest:
    return replace(EmergencyRequest(USER, WHY, password=PASSWORD, day=DAY), **changes)  # type: ignore[arg-type]


def vault_of(practice: Practice, keys: Path | None = None) -> OpenVault:
    return unlock_with_recovery(keys or practice.folder.keys, practice.made.recovery_key)


def keys_of(practice: Practice) -> Keys:
    with closing(vault_of(practice)) as vault:
        return vault.database_key()


def refused(office: Office, request: EmergencyRequest) -> str:
    with pytest.raises(SealwellError) as caught:
        office.open_emergency(request)
    return caught.value.code


def files(folder: PracticeFolder) -> dict[str, bytes]:
    """Everything but what an opening may leave: its record, and the count of tries."""
    own = {folder.emergencies.name, folder.tries.name}
    found = {one.name: one for one in folder.root.rglob("*") if one.is_file()}
    return {
        name: one.read_bytes() for name, one in found.items() if not name.startswith(".") and name not in own
    }


def opened_after(practice: Practice) -> list[dict[str, object]]:
    """What the next sound opening finds: the records of emergency access in the log."""
    office, session = practice.signed_in()
    lines = [line for line in office.query_log(session).lines if line.act == "emergency.opened"]
    assert office.verify_audit(session).ok
    office.close()
    return [{"outcome": line.outcome, "why": line.why, "actor": line.actor} for line in lines]


def names(shown: EmergencyShown) -> set[str]:
    return {line.name for line in shown.visits}


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


def test_who_why_and_when_come_into_the_log_at_the_next_sound_opening(full: Practice) -> None:
    shown = full.office().open_emergency(ask())
    assert shown.recorded
    assert len(shown.visits) == MANY
    assert WHY.encode() not in full.folder.emergencies.read_bytes()
    assert opened_after(full) == [{"outcome": "ok", "why": "", "actor": USER}]
    assert not full.folder.emergencies.exists()
    office, session = full.signed_in()
    told = desk_of(office).opened().database.read(lambda tx: notices_of(tx, session.user))
    assert "notice-emergency-opened" in [task.kind for task in told]
    assert len([line for line in office.query_log(session).lines if line.act == "emergency.opened"]) == 1


def test_a_record_that_cannot_be_removed_counts_once(full: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    full.office().open_emergency(ask())
    line = full.folder.emergencies.read_bytes()
    with monkeypatch.context() as stuck:
        stuck.setattr(Path, "unlink", lambda self, missing_ok=False: _stuck(self, missing_ok, full))
        assert len(opened_after(full)) == 1
    assert full.folder.emergencies.read_bytes() == line
    assert len(opened_after(full)) == 1
    assert not full.folder.emergencies.exists()


def _stuck(path: Path, missing_ok: bool, practice: Practice) -> None:
    if path == practice.folder.emergencies:
        raise PermissionError(path)
    try:
        os.unlink(path)
    except FileNotFoundError:
        if not missing_ok:
            raise


def test_without_the_tries_key_the_record_is_sealed_to_the_vault(full: Practice) -> None:
    with closing(vault_of(full)) as vault:
        kept = full.folder.tries.read_bytes()
        full.folder.tries.unlink()
        assert emergency_record.keep(full.folder, vault, Opening(1, "f" * 32, 3, WHY))
    assert b'"vault"' in full.folder.emergencies.read_bytes()
    full.folder.tries.write_bytes(kept)
    assert opened_after(full) == [{"outcome": "ok", "why": "", "actor": "system"}]


@pytest.mark.parametrize(
    "line", [b"not json\n", b'{"to": "tries", "box": "00"}\n', b"[]\n", b'{"to": "vault"}\n', b"\xff\xfe\n"]
)
def test_a_damaged_record_keeps_nobody_out_and_is_recorded_as_one(full: Practice, line: bytes) -> None:
    full.folder.emergencies.write_bytes(line)
    found = opened_after(full)
    assert found == [{"outcome": "failed", "why": "record-unreadable", "actor": "system"}]


@pytest.mark.parametrize(
    "changes",
    [{"why": "No Code!"}, {"at": -1}, {"rows": 2**60}, {"reason": "\ud800"}, {"reason": "x" * 9_000}],
)
def test_a_sealed_line_that_we_did_not_write_keeps_nobody_out(
    full: Practice, changes: dict[str, object]
) -> None:
    """Whoever reads the public key can seal to it."""
    with closing(vault_of(full)) as vault:
        opening = replace(Opening(1, "f" * 32, 3, WHY), **changes)  # type: ignore[arg-type]
        emergency_record.keep(full.folder, vault, opening)
    assert [one["outcome"] for one in opened_after(full)] == ["failed"]


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


def _takes_nothing(monkeypatch: pytest.MonkeyPatch, *roots: Path) -> None:
    """A disk that was mounted read-only says so for every file below it (whoever is root included)."""
    real = os.open

    def opened(path: object, flags: int, *args: object, **named: object) -> int:
        where = Path(os.fsdecode(path)) if isinstance(path, str | bytes | os.PathLike) else None
        writing = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writing and where is not None and any(where.is_relative_to(root) for root in roots):
            raise OSError(30, "Read-only file system")
        return real(path, flags, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", opened)


def test_a_read_only_disk_is_read_and_the_record_goes_elsewhere(
    full: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as read_only:
        _takes_nothing(read_only, full.folder.root)
        office = full.office()
        shown = office.open_emergency(ask())
        assert shown.recorded
        assert len(shown.visits) == MANY
        codes = [refused(office, ask(password="wrong harbour seven lanterns")) for _ in range(12)]
        assert "too-many-tries" in codes
    assert not full.folder.emergencies.exists()
    assert opened_after(full) == [{"outcome": "ok", "why": "", "actor": USER}]


def test_where_no_disk_takes_the_record_the_paper_says_who_and_why(
    full: Practice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    full.printer = Press
    with monkeypatch.context() as read_only:
        _takes_nothing(read_only, full.folder.root, tmp_path / "state")
        monkeypatch.setattr(Path, "mkdir", _no_folder)
        key = full.made.recovery_key
        shown = full.office().open_emergency(ask(password="", recovery_key=key))
    assert not shown.recorded
    assert WHY in repr(Press.printed[-1])
    assert shown.visits


def _no_folder(self: Path, *_: object, **__: object) -> None:
    raise OSError(30, "Read-only file system")


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
