"""Proof copies, missing entries explained, the weekly review, and how long things are kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop.office.values_audit import (
    GapExplained,
    LogGap,
    LogState,
    Purged,
    PurgeRequest,
    RetentionShown,
    SegmentLine,
)
from desktop.ui.audit.digest import DigestSection
from desktop.ui.audit.page import AuditPageView
from desktop.ui.audit.retention import PurgeDialog, RetentionSection
from desktop.ui.audit.state import CopyDialog, GapDialog, StateSection
from desktop.ui.base import Page
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork

GAP = LogState(90, None, (), stale=False, gap=LogGap(91, 120, None, "keyring", "rolled-back"))


def part(at_work: AtWork, code: str) -> Page:
    page = at_work.page("audit", AuditPageView)
    found = page.tabs.open(code)
    at_work.screen.settle()
    return found


# --- proof copies ------------------------------------------------------------------------


def test_a_proof_copy_is_made_and_its_lines_are_folded(at_work: AtWork) -> None:
    state = part(at_work, "state")
    assert isinstance(state, StateSection)
    state.make_button.click()
    at_work.screen.settle()
    dialog = state.findChildren(CopyDialog)[0]
    shown = " ".join(text for text in texts_of(dialog) if text != dialog.note.strip())
    assert "checkpoint" not in shown.lower()
    dialog.copy.click()
    assert QApplication.clipboard().text() == dialog.note


def test_the_page_is_saved_and_counts_as_a_copy_outside(at_work: AtWork, tmp_path: Path) -> None:
    state = part(at_work, "state")
    assert isinstance(state, StateSection)
    state.print_page(tmp_path / "page.pdf")
    at_work.screen.settle()
    assert state.notice.property("kind") == "ok", state.notice.words
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF-")
    assert at_work.screen.words("ui.witness.paper") in texts_of(state.view)


def test_a_page_over_another_file_is_refused_in_words(at_work: AtWork, tmp_path: Path) -> None:
    (tmp_path / "page.pdf").write_bytes(b"something else")
    state = part(at_work, "state")
    assert isinstance(state, StateSection)
    state.print_page(tmp_path / "page.pdf")
    at_work.screen.settle()
    assert state.notice.property("kind") == "error"
    assert (tmp_path / "page.pdf").read_bytes() == b"something else"


def test_missing_entries_want_a_cause_and_a_sentence(at_work: AtWork) -> None:
    state = part(at_work, "state")
    assert isinstance(state, StateSection)
    assert state.explain_button.isHidden()
    state.show_state(GAP)
    assert at_work.workspace.banner.gap.isVisible()
    state.explain_button.click()
    dialog = state.findChildren(GapDialog)[0]
    dialog.go.click()
    assert dialog.notice.words == at_work.screen.words("ui.gap.cause-missing")
    dialog.causes["restored-backup"].click()
    dialog.go.click()
    assert dialog.reason.input.property("wrong")
    dialog.reason.input.setText("Restored last night's backup")
    dialog.go.click()
    at_work.screen.settle()
    assert dialog.notice.words.startswith(at_work.screen.words("error.no-gap")), (
        "the office has the last word"
    )
    assert dialog.go.isEnabled()
    dialog._done(LogState(90, None, (), stale=False))
    assert state.notice.words == at_work.screen.words("ui.gap.explained")
    assert at_work.workspace.banner.gap.isHidden()
    assert GapExplained("unknown", "secret words").__repr__().count("secret") == 0


# --- the weekly review -------------------------------------------------------------------


def test_the_week_leads_to_its_records_and_is_signed(at_work: AtWork) -> None:
    page = at_work.page("audit", AuditPageView)
    digest = part(at_work, "digest")
    assert isinstance(digest, DigestSection)
    words = at_work.screen.words
    assert words("digest.people") in texts_of(digest)
    page.show_group("people")
    at_work.screen.settle()
    assert page.tabs.current == "log"
    assert {line.act.partition(".")[0] for line in page.log.model.lines} <= {
        "people",
        "consent",
        "key",
        "import",
    }
    page.tabs.open("digest")
    at_work.screen.settle()
    digest.sign_button.click()
    at_work.screen.settle()
    assert digest.notice.property("kind") == "ok"
    assert "ana" in digest.lead.text()


# --- how long things are kept ------------------------------------------------------------


def test_days_are_kept_and_a_year_without_records_is_said(at_work: AtWork) -> None:
    kept = part(at_work, "retention")
    assert isinstance(kept, RetentionSection)
    assert kept.empty.isVisible()
    kept._days["drafts"].setValue(45)
    kept.keep("drafts")
    at_work.screen.settle()
    assert dict(at_work.office.show_retention(at_work.session).classes)["drafts"] == 45
    kept.seal_button.click()
    at_work.screen.settle()
    assert kept.notice.words.startswith(at_work.screen.words("error.year-empty", year=2025))
    assert kept.bar.isHidden()


def test_only_a_sealed_year_whose_time_is_over_can_be_destroyed(at_work: AtWork) -> None:
    kept = part(at_work, "retention")
    assert isinstance(kept, RetentionSection)
    now = at_work.practice.clock.now()
    kept.show_retention(
        RetentionShown(
            (
                SegmentLine(2018, 1, 10, now, "", date(2025, 1, 1), now),
                SegmentLine(2019, 11, 20, now, "2019.segment", date(2026, 1, 1)),
                SegmentLine(2020, 21, 30, now, "2020.segment", date(2027, 1, 1)),
            ),
            (),
        )
    )
    able = []
    for row in range(3):
        kept.view.selectRow(row)
        able.append(kept.purge_button.isEnabled())
    assert able == [False, True, False]


def test_destroying_asks_first_and_gives_a_certificate_at_the_end(at_work: AtWork, tmp_path: Path) -> None:
    kept = part(at_work, "retention")
    dialog = PurgeDialog(at_work.screen.ui, at_work.session, PurgeRequest(2019, ""), kept)
    dialog.open()
    dialog.go.click()
    assert dialog.reason.input.property("wrong")
    dialog.reason.input.setText("Its time is over")
    dialog.go.click()
    at_work.screen.settle()
    assert dialog.notice.property("kind") == "error", "no such year is sealed"
    dialog._done(Purged(2019, 0, "", pending="1"))
    assert dialog.notice.words == at_work.screen.words("ui.export.ask-somebody")
    dialog._done(Purged(2019, 12, '{"year": 2019}'))
    assert dialog.keep.isVisible()
    dialog.save_certificate(tmp_path / "certificate.json")
    assert (tmp_path / "certificate.json").read_text("utf-8") == '{"year": 2019}'
    dialog.save_certificate(tmp_path / "nowhere" / "certificate.json")
    assert dialog.notice.property("kind") == "error"
