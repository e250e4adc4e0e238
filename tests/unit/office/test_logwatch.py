"""The marks' key over the life of a practice, and what reaches witnesses outside."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from desktop.access.rotation import rotate
from desktop.audit import marks
from desktop.audit.logkey import WRAP_INFO, rewrap_log_key
from desktop.audit.macs import FirstKey, mac_of, seal_first_key
from desktop.audit.note import read_checkpoint
from desktop.audit.verify import Evidence, Verdict, verify
from desktop.audit.witness import CHECKPOINT_FILE, Mark, NoteWitness
from desktop.crypto.officer import officer_private, officer_public
from desktop.errors import InputError, VaultError
from desktop.models import audit, audit_proofs, messages, vaultkeys
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.documents import Document, Progress
from desktop.models.records import Baa, Message, State
from desktop.office.api import Office
from desktop.office.values_access import Purpose, SecurityPolicy, StepUp
from desktop.office.values_audit import LogExport, LogFormat
from desktop.office.values_entry import Credentials, Recovery
from desktop.office.values_practice import RelayRequest
from tests.made_practice import PASSWORD, USER, Practice
from tests.made_staff import Staff, desk_of


def judged(office: Office, first: FirstKey) -> Verdict:
    """What the officer finds with the first key."""

    def check(tx: Tx) -> Verdict:
        return verify(audit.records(tx), evidence=Evidence(macs=audit_proofs.macs(tx), first_key=first))

    return desk_of(office).opened().database.read(check)


def first_keys(office: Office, folder: Path, recovery_key: str) -> list[FirstKey]:
    private = officer_private(folder / "vault.keys", recovery_key)
    return desk_of(office).opened().database.read(lambda tx: marks.opened_first_keys(tx, private))


def test_the_recovery_key_opens_the_first_key_that_marks_everything(practice: Practice) -> None:
    office, session = practice.signed_in()
    office.search_people(session, "zo")
    office.sign_out(session)
    office, session = practice.signed_in()
    (first,) = first_keys(office, practice.folder.root, practice.made.recovery_key)
    assert first.first == 1
    assert judged(office, first).ok
    assert judged(office, FirstKey(1, b"x" * 32)).class_ == "re-marked"


def test_the_log_names_the_first_key_by_its_hash(practice: Practice) -> None:
    office, _ = practice.signed_in()
    (first,) = first_keys(office, practice.folder.root, practice.made.recovery_key)
    record = desk_of(office).opened().database.read(lambda tx: next(audit.records(tx)))
    body = json.loads(record.body)
    assert (body["act"], body["det"]["fingerprint"]) == ("log.marked", marks.commitment_to(first))


def test_only_the_recovery_key_opens_it(practice: Practice) -> None:
    with pytest.raises(VaultError, match="recovery-key-mistyped"):
        officer_private(practice.folder.keys, "ABCD")
    office, _ = practice.signed_in()
    with pytest.raises(VaultError, match="sealed-damaged"):
        desk_of(office).opened().database.read(lambda tx: marks.opened_first_keys(tx, b"p" * 32))


def test_a_new_recovery_key_opens_what_the_old_one_opened(practice: Practice) -> None:
    office, session = practice.signed_in()
    office.sign_out(session)
    office = practice.office()
    password = "another seven lanterns here"
    made = office.recover(Recovery(USER, practice.made.recovery_key, password, "Forgot it"))
    practice.clock.move(30)
    office.sign_in(Credentials(USER, password=password, code=practice.code()))
    (first,) = first_keys(office, practice.folder.root, made.recovery_key)
    assert judged(office, first).ok


def test_a_practice_without_marks_begins_them_at_its_next_opening(practice: Practice) -> None:
    _forget_marks(practice)
    office, session = practice.signed_in()
    office.search_people(session, "zo")
    (first,) = first_keys(office, practice.folder.root, practice.made.recovery_key)
    assert first.first > 1
    assert judged(office, first).ok
    assert "log.marked" in [line.act for line in office.query_log(session).lines]


@pytest.mark.parametrize("how", ["lost", "damaged"])
def test_a_lost_or_damaged_key_file_begins_anew_and_the_log_says_so(practice: Practice, how: str) -> None:
    practice.folder.log_marks.unlink()
    if how == "damaged":
        practice.folder.log_marks.write_bytes(b"{}")
    office, _ = practice.signed_in()
    first = first_keys(office, practice.folder.root, practice.made.recovery_key)
    assert len(first) == 2
    assert judged(office, first[1]).ok
    bodies = desk_of(office).opened().database.read(lambda tx: [one.body for one in audit.records(tx)])
    whys = [json.loads(body)["why"] for body in bodies if '"log.marked"' in body]
    assert whys == ["marks-new", "mac-key-damaged"]


@pytest.mark.parametrize("stop", ["before", "after"])
def test_the_key_goes_over_into_the_next_epoch_whenever_it_stopped(practice: Practice, stop: str) -> None:
    """`after`: the new database is in place, and the program ended before the file was."""
    office, _ = practice.signed_in()
    desk = desk_of(office)
    opened, watch = desk.take(), desk.log_watch
    assert opened is not None
    assert watch is not None
    opened.dispatcher.stop()
    watch.stop()
    old = opened.vault.key(WRAP_INFO)

    def begin(tx: Tx, new: object) -> None:
        rewrap_log_key(tx, new.vault_id, old, new.key(WRAP_INFO))  # type: ignore[attr-defined]
        watch.carry_over(new)  # type: ignore[arg-type]
        if stop == "before":
            raise InputError("file-missing", file="")

    try:
        rotate(practice.folder, opened.vault, opened.database, frozenset(), begin)
    except InputError:
        assert practice.folder.next_log_marks.exists()
    opened.network.stop()
    office, session = practice.signed_in()
    office.search_people(session, "zo")
    (first,) = first_keys(office, practice.folder.root, practice.made.recovery_key)
    assert judged(office, first).ok
    assert not practice.folder.next_log_marks.exists()


def test_the_officer_checks_every_mark_with_the_recovery_key(practice: Practice) -> None:
    office, session = practice.signed_in()
    office.search_people(session, "zo")
    assert office.check_marks(session, practice.made.recovery_key).ok
    office.sign_out(session)
    practice.folder.log_marks.unlink()
    office, session = practice.signed_in()
    assert len(first_keys(office, practice.folder.root, practice.made.recovery_key)) == 2
    assert office.check_marks(session, practice.made.recovery_key).ok
    with pytest.raises(VaultError, match="recovery-key-mistyped"):
        office.check_marks(session, "ABCD")


def test_a_log_marked_anew_with_another_first_key_is_found(practice: Practice) -> None:
    """A thief with the vault key starts a row of their own, sealed to the officer as it should be."""
    office, session = practice.signed_in()
    public = officer_public(practice.folder.keys, desk_of(office).opened().vault)
    forged = FirstKey(1, b"t" * 32)

    def forge(tx: Tx) -> None:
        tx.connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_mac_no_update")
        for record in audit.records(tx):
            mac = mac_of(forged.key, record.hash)
            tx.connection.exec_driver_sql("UPDATE audit_mac SET mac = ? WHERE seq = ?", (mac, record.seq))
        marks._keep(tx, [marks.SealedFirst(1, public, seal_first_key(public, forged))])

    desk_of(office).opened().database.write(forge)
    found = office.check_marks(session, practice.made.recovery_key)
    assert (found.ok, found.class_, found.first_bad) == (False, "re-marked", 1)
    assert "audit-mismatch" in {alert.rule for alert in office.list_alerts(session).alerts}


# --- outside ---------------------------------------------------------------------------------


class Paper:
    """A printer that keeps what it was given."""

    def __init__(self) -> None:
        self.document: Document | None = None

    def print_pdf(self, document: Document, progress: Progress | None = None) -> bytes:
        self.document = document
        return b"%PDF-1.7"


def test_the_printed_page_carries_the_checkpoint_as_text_and_as_code(
    practice: Practice, tmp_path: Path
) -> None:
    office, session = practice.signed_in()
    paper = Paper()
    office.print_witness.__self__._printer = lambda: paper  # type: ignore[attr-defined]
    made = office.print_witness(session, str(tmp_path / "page.pdf"))
    assert (tmp_path / "page.pdf").read_bytes() == b"%PDF-1.7"
    assert paper.document is not None
    codes = [block.payload for block in paper.document.blocks if hasattr(block, "payload")]
    vkey = office.make_checkpoint(session).vkey
    assert read_checkpoint(codes[0], vkey).size == made.rows
    state = office.log_state(session)
    assert "paper" in [line.kind for line in state.witnesses]
    assert not state.stale


def test_the_page_as_text_needs_no_printer_and_is_never_written_over_something(
    practice: Practice, tmp_path: Path
) -> None:
    office, session = practice.signed_in()
    made = office.print_witness(session, str(tmp_path / "page.txt"))
    words = (tmp_path / "page.txt").read_text("utf-8")
    assert f"\n{made.rows}\n" in words
    assert "— sealwell.local/" in words
    for name, code in (
        ("page.txt", "file-exists"),
        ("page.doc", "witness-format"),
        ("p.pdf", "witness-format"),
    ):
        with pytest.raises(InputError, match=code):
            office.print_witness(session, str(tmp_path / name))
    with pytest.raises(InputError, match="file-not-written"):
        office.print_witness(session, str(tmp_path / "no" / "page.txt"))


def test_an_export_that_carries_a_checkpoint_is_a_witness_and_a_table_is_none(
    practice: Practice, tmp_path: Path
) -> None:
    office, session = practice.signed_in()
    for format_, kinds in ((LogFormat.CSV, []), (LogFormat.JSONL, ["export"])):
        office.export_log(session, LogExport(format_, str(tmp_path / f"log.{format_}"), "For the auditor"))
        assert [line.kind for line in office.log_state(session).witnesses[1:]] == kinds
    line = office.log_state(session).witnesses[1]
    assert (line.at, line.size > 0) == (practice.clock.now(), True)


def test_nobody_outside_for_a_day_is_stale_and_the_sign_in_says_so(practice: Practice) -> None:
    office = practice.office()
    signed = office.sign_in(practice.credentials())
    assert "witness-stale" not in signed.banners
    office.sign_out(signed.session)
    practice.clock.move(24 * 3600)
    signed = office.sign_in(practice.credentials())
    assert "witness-stale" in signed.banners
    assert office.log_state(signed.session).stale


def test_the_keyring_alone_is_no_witness_outside(staff: Staff) -> None:
    office, session = staff.at_work()
    office.sign_out(session)
    staff.clock.move(25 * 3600)
    office, session = staff.at_work()
    state = office.log_state(session)
    assert state.witnesses[0].agrees is True
    assert state.stale


def test_a_backup_carries_its_checkpoint_as_a_file(practice: Practice, tmp_path: Path) -> None:
    office, session = practice.signed_in()
    made = office.make_checkpoint(session)
    backup = NoteWitness("backup", tmp_path / CHECKPOINT_FILE, made.vkey)
    assert backup.known() is None
    backup.publish(Mark(made.size, made.root, 1, practice.clock.now(), made.note))
    known = backup.known()
    assert known is not None
    assert (known.size, known.root) == (made.size, made.root)
    path = tmp_path / CHECKPOINT_FILE
    path.write_text(path.read_text("utf-8").replace(f"\n{made.size}\n", f"\n{made.size + 1}\n"), "utf-8")
    with pytest.raises(InputError, match="checkpoint-forged"):
        backup.known()


@pytest.fixture
def with_officer(practice: Practice) -> tuple[Office, Session]:
    office, session = practice.signed_in()
    office.add_relay(
        session,
        RelayRequest(
            name="Relay",
            host="localhost",
            port=465,
            security="implicit",
            user="office",
            sender="office@elmstreet.example.com",
            baa=Baa("Relay Inc.", date(2026, 1, 1), date(2027, 1, 1), "e-mail"),
            password="relay-password",
            required_tls="account",
        ),
    )
    office.step_up(session, StepUp(Purpose.USERS, password=PASSWORD))
    office.set_policy(session, SecurityPolicy(officer="Dr. Oak", officer_email="oak@elmstreet.example.com"))
    return office, session


def _letters(office: Office) -> list[Message]:
    return desk_of(office).opened().database.read(lambda tx: messages.listing(tx))


def test_the_officer_gets_one_letter_a_day_with_the_checkpoint(
    with_officer: tuple[Office, Session], practice: Practice
) -> None:
    office, session = with_officer
    before = len(_letters(office))
    for _ in range(3):
        office.make_checkpoint(session)
    letters = _letters(office)
    assert len(letters) == before + 1
    assert letters[0].address == "oak@elmstreet.example.com"
    practice.clock.move(24 * 3600)
    office, session = practice.signed_in()
    office.make_checkpoint(session)
    assert len(_letters(office)) == before + 2


def test_the_letter_is_a_witness_once_it_was_taken(with_officer: tuple[Office, Session]) -> None:
    office, session = with_officer
    office.make_checkpoint(session)
    assert "mail" not in [line.kind for line in office.log_state(session).witnesses]
    letter = _letters(office)[0]
    database = desk_of(office).opened().database
    database.write(lambda tx: messages.move(tx, letter.id, State.QUEUED, State.ACCEPTED))
    line = next(line for line in office.log_state(session).witnesses if line.kind == "mail")
    assert line.size > 0
    assert line.at is not None


def test_without_an_officer_nobody_is_written_to(practice: Practice) -> None:
    office, session = practice.signed_in()
    office.make_checkpoint(session)
    assert _letters(office) == []


def _forget_marks(practice: Practice) -> None:
    """As a practice of an older version: nothing of the marks exists."""
    office, _session = practice.signed_in()
    database = desk_of(office).opened().database
    database.write(lambda tx: vaultkeys.put(tx, marks.FIRST_KEYS, b"[]"))
    office.close()
    practice.folder.log_marks.unlink()
