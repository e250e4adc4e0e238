"""The recovery kit and a new recovery key: proven before it is printed, shown whatever fails behind it."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest

from desktop.access import recoverygroups
from desktop.crypto.officer import officer_public
from desktop.crypto.recovery import read_recovery_key, recovery_groups
from desktop.crypto.recoverywords import write_words
from desktop.errors import Refused, SealwellError
from desktop.models.accounts import Session
from desktop.office.api import Office
from desktop.office.values_backups import KitRequest
from desktop.office.values_entry import Recovery
from desktop.ui.paper import OffscreenPrinter
from tests.made_practice import PASSWORD, USER, Practice
from tests.made_staff import desk_of

NEW = "seven lanterns beyond the quiet harbour"


@pytest.fixture
def printing(practice: Practice) -> Practice:
    practice.printer = OffscreenPrinter
    return practice


def text_of(paper: bytes) -> str:
    with pdfium.PdfDocument(io.BytesIO(paper)) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def stepped_up(practice: Practice) -> tuple[Office, Session]:
    return practice.signed_in()


def acts_of(office: Office, session: Session) -> list[str]:
    return [line.act for line in office.query_log(session).lines]


def test_a_kit_without_the_key_names_everything_else(printing: Practice) -> None:
    office, session = stepped_up(printing)
    paper = office.print_kit(session, KitRequest())
    said = text_of(paper.data)
    vault_id = desk_of(office).opened().vault.vault_id.hex()
    assert vault_id in said
    assert "sealwell.local/" in said.replace("\r\n", "")
    assert not any(group in said for group in printing.made.recovery_key.split("-"))
    line = next(line for line in office.query_log(session).lines if line.act == "kit.printed")
    assert line.details == {"with-key": 0}


@pytest.mark.parametrize("words", [False, True], ids=["groups", "words"])
def test_a_kit_with_the_key_has_it_as_groups_and_as_words(printing: Practice, words: bool) -> None:
    office, session = stepped_up(printing)
    key = printing.made.recovery_key
    typed = write_words(read_recovery_key(key)) if words else key.lower().replace("-", " ")
    said = text_of(office.print_kit(session, KitRequest(typed)).data)
    for group in key.split("-"):
        assert group in said
    for word in write_words(read_recovery_key(key)).split():
        assert word in said


def test_a_wrong_key_is_not_printed_and_that_is_on_record(printing: Practice) -> None:
    office, session = stepped_up(printing)
    groups = printing.made.recovery_key.split("-")
    for typed, code in (("AAAA", "recovery-key-mistyped"), (other_key(), "recovery-key-wrong")):
        with pytest.raises(SealwellError) as caught:
            office.print_kit(session, KitRequest(typed))
        assert caught.value.code == code
        assert groups[0] not in repr(caught.value)
    lines = [line for line in office.query_log(session).lines if line.act == "kit.printed"]
    assert {line.outcome for line in lines} == {"refused"}


def other_key() -> str:
    return write_words(bytes(32))


def test_without_a_printer_the_kit_is_refused(practice: Practice) -> None:
    office, session = stepped_up(practice)
    with pytest.raises(Refused) as caught:
        office.print_kit(session, KitRequest())
    assert caught.value.code == "printing-unavailable"


def test_a_kit_of_a_key_just_shown_needs_no_session(printing: Practice) -> None:
    said = text_of(printing.office().print_new_kit(printing.made.recovery_key).data)
    assert printing.made.recovery_key.split("-")[3] in said
    with pytest.raises(SealwellError) as caught:
        printing.office().print_new_kit(other_key())
    assert caught.value.code == "recovery-key-wrong"
    office, session = stepped_up(printing)
    line = next(line for line in office.query_log(session).lines if line.act == "kit.printed")
    assert (line.actor, line.details) == ("system", {"with-key": 1})
    assert office.verify_audit(session).ok


def test_a_kit_can_be_printed_while_the_practice_is_open_in_the_same_process(printing: Practice) -> None:
    office, session = stepped_up(printing)
    office.print_new_kit(printing.made.recovery_key)
    with pytest.raises(SealwellError) as caught:
        office.print_new_kit(other_key())
    assert caught.value.code == "recovery-key-wrong"
    office.search_people(session, "")
    assert office.log_state(session).gap is None
    assert office.verify_audit(session).ok


def test_a_new_recovery_key_replaces_the_old_one_and_everybody_is_told(printing: Practice) -> None:
    office, session = stepped_up(printing)
    made = office.renew_recovery_key(session)
    assert made.recovery_key not in repr(made)
    assert "recovery-key.made" in acts_of(office, session)
    notices = office.list_notices(session).notices
    assert [(one.kind, one.details) for one in notices] == [("recovery-key-renewed", {"user": USER})]
    found = office.check_marks(session, made.recovery_key)
    assert (found.ok, found.class_) == (True, "earlier-key")
    assert office.verify_audit(session).ok
    office.close()
    old = Recovery(USER, printing.made.recovery_key, password=NEW, reason="the paper is lost")
    with pytest.raises(SealwellError) as caught:
        printing.office().recover(old)
    assert caught.value.code == "recovery-key-wrong"
    printing.office().recover(replace(old, recovery_key=write_words(read_recovery_key(made.recovery_key))))


def test_the_new_key_needs_the_password_again_after_a_while(practice: Practice) -> None:
    office, session = stepped_up(practice)
    practice.clock.move(600)
    for use in (lambda: office.renew_recovery_key(session), lambda: office.print_kit(session, KitRequest())):
        with pytest.raises(Refused) as caught:
            use()
        assert caught.value.code == "step-up-needed"


@pytest.mark.parametrize("name", ["sync", "commit"])
def test_a_failure_behind_the_new_key_does_not_keep_it_from_being_shown(
    practice: Practice, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    office, session = stepped_up(practice)
    keys, renamed = practice.folder.keys, os.replace
    fsync: Callable[..., Any] = os.fsync
    changed: list[Path] = []

    def rename(source: Any, target: Any) -> None:
        renamed(source, target)
        if target == keys:
            changed.append(target)

    def failing(*given: Any, **options: Any) -> Any:
        if changed:
            raise OSError(errno.EIO, "the disk does not answer")
        return fsync(*given, **options)

    with monkeypatch.context() as context:
        context.setattr(os, "replace", rename)
        if name == "sync":
            context.setattr(os, "fsync", failing)
        else:
            context.setattr("desktop.access.recoverygroups.keep", failing)
        made = office.renew_recovery_key(session)
    assert made.recovery_key
    office.close()
    practice.clock.move(60)
    wanted = Recovery(USER, made.recovery_key, password=NEW, reason="to see that it opens")
    practice.office().recover(wanted)
    office = practice.office()
    session = office.sign_in(replace(practice.credentials(), password=NEW)).session
    assert office.verify_audit(session).ok
    assert PASSWORD != NEW


def test_a_disk_that_fails_before_the_new_key_leaves_the_old_one_and_no_record(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, session = stepped_up(practice)
    renamed = os.replace

    def rename(source: Any, target: Any) -> None:
        if target == practice.folder.keys:
            raise OSError(errno.EIO, "the disk does not answer")
        renamed(source, target)

    with monkeypatch.context() as context:
        context.setattr(os, "replace", rename)
        with pytest.raises(SealwellError) as caught:
            office.renew_recovery_key(session)
    assert caught.value.code == "database-unwritable"
    assert acts_of(office, session).count("recovery-key.made") == 1, "that of the set-up"
    assert office.list_notices(session).notices == ()
    office.close()
    old = Recovery(USER, practice.made.recovery_key, password=NEW, reason="it still opens")
    practice.office().recover(old)


def test_a_drill_asks_for_groups_of_whichever_key_is_the_newest(practice: Practice) -> None:
    office, session = stepped_up(practice)
    vault, database = desk_of(office).opened().vault, desk_of(office).opened().database

    def fits(key: str) -> bool:
        officer = officer_public(practice.folder.keys, vault)
        numbers = database.read(lambda tx: recoverygroups.asked(tx, officer))
        typed = [recovery_groups(key)[number - 1] for number in numbers]
        return len(numbers) == 2 and database.read(lambda tx: recoverygroups.are_right(tx, numbers, typed))

    assert fits(practice.made.recovery_key)
    renewed = office.renew_recovery_key(session).recovery_key
    assert fits(renewed)
    assert not fits(practice.made.recovery_key)
    recovered = practice.office().recover(Recovery(USER, renewed, password=NEW, reason="to see what follows"))
    assert fits(recovered.recovery_key)
    assert not fits(renewed)
