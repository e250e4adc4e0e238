"""Outbox and audit log: where each message stands, and the proof."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from demo.faults import DROP, At, Fault
from desktop.errors import SealwellError
from desktop.models.records import State
from desktop.ui.audit.page import AuditPageView, ExportDialog
from desktop.ui.outbox.page import OutboxPage
from tests.made_practice import import_visits
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork, RelayHere


@pytest.fixture
def queued(at_work: AtWork) -> AtWork:
    """Two reminders are held."""
    import_visits(at_work.office, at_work.session, at_work.practice.clock)
    at_work.office.send_reminders(at_work.session)
    return at_work


def states(at_work: AtWork) -> set[State]:
    return {line.state for line in at_work.office.list_outbox(at_work.session).messages}


def test_an_empty_outbox_says_so(at_work: AtWork) -> None:
    page = at_work.page("outbox", OutboxPage)
    assert page.empty.isVisible()
    assert not page.view.isVisible()
    assert not page.stop.isEnabled()


def test_each_message_shows_where_it_stands_in_plain_words(queued: AtWork) -> None:
    page = queued.page("outbox", OutboxPage)
    assert page.rows.rowCount() == 2
    words = " ".join(texts_of(page.view))
    assert "Zoraida Canaryfield" in words
    assert queued.screen.words("ui.state.queued") in words
    queued.practice.clock.move(11)
    queued.office.run_outbox(queued.session)
    page.refresh()
    queued.screen.settle()
    assert queued.screen.words("ui.state.accepted") in " ".join(texts_of(page.view))
    assert page.summary.text() == queued.screen.ui.texts.count("ui.outbox.count-accepted", 2)


def test_a_held_message_can_be_stopped_alone(queued: AtWork) -> None:
    page = queued.page("outbox", OutboxPage)
    page.view.selectRow(0)
    assert page.stop.isEnabled()
    page.stop.click()
    queued.screen.settle()
    assert states(queued) == {State.CANCELLED, State.QUEUED}
    assert not page.stop.isEnabled()


def test_what_has_left_cannot_be_stopped(queued: AtWork) -> None:
    page = queued.page("outbox", OutboxPage)
    page.view.selectRow(0)
    queued.practice.clock.move(11)
    queued.office.run_outbox(queued.session)
    page.stop.click()
    queued.screen.settle()
    assert page.notice.words == queued.screen.ui.texts.count("ui.undo.too-late", 1)
    assert states(queued) == {State.ACCEPTED}


def test_the_choice_survives_looking_anew(queued: AtWork) -> None:
    page = queued.page("outbox", OutboxPage)
    page.view.selectRow(1)
    chosen = page._chosen()
    queued.practice.clock.move(11)
    queued.office.run_outbox(queued.session)
    page.refresh()
    queued.screen.settle()
    again = page._chosen()
    assert chosen is not None
    assert again is not None
    assert again.id == chosen.id


# --- the audit log -------------------------------------------------------------------


@pytest.fixture
def audit(at_work: AtWork) -> AuditPageView:
    return at_work.page("audit", AuditPageView)


def test_the_log_shows_what_was_done_in_words(at_work: AtWork, audit: AuditPageView) -> None:
    words = texts_of(audit.view)
    assert at_work.screen.words("event.relay.added") in words
    assert not [text for text in words if text.startswith(("event.", "ui."))]


def test_checking_the_log_says_that_it_is_whole(at_work: AtWork, audit: AuditPageView) -> None:
    audit.verify_button.click()
    at_work.screen.settle()
    assert audit.notice.property("kind") == "ok"
    assert audit.verify_button.isEnabled()


def test_an_export_without_a_reason_is_not_made(at_work: AtWork, audit: AuditPageView) -> None:
    dialog = ExportDialog(at_work.screen.ui, audit)
    dialog.open()
    dialog.go()
    assert dialog.isVisible()
    assert dialog.notice.words == at_work.screen.words("ui.audit.reason-missing")
    dialog.reject()


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_an_export_writes_the_file_and_says_how_many_records(
    at_work: AtWork, audit: AuditPageView, tmp_path: Path, form: str
) -> None:
    target = tmp_path / f"audit.{form}"
    audit.export(form, target, "asked by the auditor")
    at_work.screen.settle()
    assert audit.notice.property("kind") == "ok"
    lines = target.read_text(encoding="utf-8").splitlines()
    assert len(lines) > 5
    if form == "jsonl":
        assert all(json.loads(line) for line in lines)
    assert "Canaryfield" not in target.read_text(encoding="utf-8")


def test_an_export_to_where_nothing_can_be_written_says_so(
    at_work: AtWork, audit: AuditPageView, tmp_path: Path
) -> None:
    audit.export("csv", tmp_path / "nowhere" / "audit.csv", "asked")
    at_work.screen.settle()
    assert audit.notice.property("kind") == "error"
    assert not audit.notice.words.startswith("error.")


def test_nothing_of_the_practice_can_be_read_without_its_key(queued: AtWork) -> None:
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(queued.practice.folder.database).execute("select count(*) from sqlite_master")


def test_a_relay_that_hangs_up_is_said_while_messages_wait_and_no_longer_after(
    queued: AtWork, relay: RelayHere
) -> None:
    page = queued.page("outbox", OutboxPage)
    relay.server.faults.append(Fault(At.EHLO, DROP))
    queued.practice.clock.move(11)
    with pytest.raises(SealwellError):
        queued.office.run_outbox(queued.session)
    page.refresh()
    queued.screen.settle()
    assert page.notice.isVisible()
    assert states(queued) == {State.QUEUED}
    relay.server.faults.clear()
    queued.practice.clock.move(120)
    queued.office.run_outbox(queued.session)
    page.refresh()
    queued.screen.settle()
    assert not page.notice.isVisible()
    assert states(queued) == {State.ACCEPTED}
