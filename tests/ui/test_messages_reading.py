"""Messages: what one mail holds is read as text, opened where it is sealed, saved and filed, never run."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QFileDialog, QLabel

from desktop.mail.filenames import safe_name
from desktop.models import identities
from desktop.models.correspondence import ConversationId, Direction, EntryId, FileIn, Signature
from desktop.models.records import KeyKind, Reason
from desktop.office.values_messages import SENT, ConversationQuery, Formatted
from desktop.ui.messages.entry import EntryView
from desktop.ui.messages.formatted import MOST_CHARS, DeadPage, laid_out_soon
from desktop.ui.messages.page import MessagesPage
from desktop.ui.messages.words import breakable
from tests.support.along import Along
from tests.support.gpg import correspondents
from tests.support.hostile_pages import ACTING, FETCHING
from tests.support.inbox import Inbox
from tests.support.pages import texts_of
from tests.support.signed_mail import by_pgp
from tests.ui.conftest import AtWork

WITH_FILE = (
    b"From: zoraida@example.org\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
    b"--m\r\nContent-Type: text/html\r\n\r\n<p>See <b>the</b> file</p><img src='http://tracker.example/x'>\r\n"
    b'--m\r\nContent-Type: text/plain; name="notes.txt"\r\n\r\nmine\r\n--m--\r\n'
)
BROKEN = (
    b"From: zoraida@example.org\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=e\r\n\r\n'
    b"--e\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--e\r\n"
    b"Content-Type: application/octet-stream\r\n\r\n"
    b"-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA0000\r\n-----END PGP MESSAGE-----\r\n--e--\r\n"
)
NOTES = (FileIn("notes.txt", "text/plain", 4, 1),)


def opened(at_work: AtWork, conversation: ConversationId) -> MessagesPage:
    page = at_work.page("messages", MessagesPage)
    page.show_conversation(conversation)
    at_work.screen.settle()
    at_work.screen.qtbot.waitUntil(lambda: page.pane.entries.whole, timeout=10_000)
    return page


def views(page: MessagesPage) -> list[EntryView]:
    """As they stand, from above."""
    return sorted(page.pane.entries.views.values(), key=lambda view: view.y())


def with_file(at_work: AtWork, box: Inbox) -> tuple[MessagesPage, EntryView, EntryId]:
    id_ = box.arrives("Zoraida")
    entry = box.mail(id_, WITH_FILE, "See the file", files=NOTES, page=True)
    page = opened(at_work, id_)
    return page, page.pane.entries.views[entry], entry


def test_oldest_first_with_own_words_and_quotes_folded(at_work: AtWork, box: Inbox) -> None:
    quoted = "Thursday, please.\n\n> Which day suits you?"
    id_ = box.arrives(
        "Zoraida",
        said=[
            {"own": "I cannot come."},
            {"own": "Which day suits you?", "direction": Direction.OUT},
            {"own": "Thursday, please.", "text": quoted},
        ],
    )
    page = opened(at_work, id_)
    said = [view.entry.own for view in views(page)]
    assert said == ["I cannot come.", "Which day suits you?", "Thursday, please."]
    last = views(page)[-1]
    assert not any("> Which day" in text for text in texts_of(last))
    assert last.quotes is not None
    last.quotes.click()
    assert any("> Which day" in text for text in texts_of(last))
    last.quotes.click()
    assert last.rest is not None
    assert not last.rest.isVisible()


def test_who_is_not_on_record_is_shown_with_their_address(at_work: AtWork, box: Inbox) -> None:
    """Anybody can write under a patient's or a doctor's name."""
    said = [{"sender_name": "Dr. Ana Garcia", "sender": "evil@stranger.example"}]
    (view,) = views(opened(at_work, box.arrives(said=said)))
    assert any("evil@stranger.example" in text.replace("\u200b", "") for text in texts_of(view))


def test_words_are_never_markup(at_work: AtWork, box: Inbox) -> None:
    id_ = box.arrives("Zoraida", "<h1>Big</h1> <a href='http://x.example'>link</a> \u202egnp")
    page = opened(at_work, id_)
    label = views(page)[0].own
    assert isinstance(label, QLabel)
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert label.text().startswith("<h1>Big</h1>")
    assert "\u202e" not in label.text()


def test_an_endless_word_does_not_push_the_page_sideways(at_work: AtWork, box: Inbox) -> None:
    name = FileIn("n" * 80 + ".txt", "text/plain", 4, 1)
    id_ = box.arrives("Zoraida", "x" * 3000, "y" * 150, said=[{"files": (name,)}])
    page = opened(at_work, id_)
    entries = page.pane.entries
    inside = entries.widget()
    assert inside is not None
    assert inside.width() <= entries.viewport().width()
    assert breakable("short words stay") == "short words stay"


def test_a_very_long_text_has_a_place_of_its_own(at_work: AtWork, box: Inbox) -> None:
    id_ = box.arrives("Zoraida", "word " * 20_000)
    page = opened(at_work, id_)
    own = views(page)[0].own
    assert own is not None
    assert own.accessibleName() == at_work.screen.words("ui.messages.long-text")
    assert own.height() < page.height()


def test_a_signature_is_said_in_a_plain_sentence(at_work: AtWork, box: Inbox) -> None:
    said = [{"own": one.value, "signature": one} for one in Signature if one is not Signature.NONE]
    page = opened(at_work, box.arrives("Zoraida", said=said))
    for view in views(page):
        words = at_work.screen.words(f"ui.messages.signature-{view.entry.signature.value}")
        assert words in texts_of(view)


def test_ours_say_how_far_they_have_come_and_a_reminder_is_one_quiet_line(
    at_work: AtWork, box: Inbox
) -> None:
    along = Along(at_work.office, at_work.session, at_work.practice.clock)
    reminder, *_ = along.reminders()
    ours = {"direction": Direction.OUT, "message": reminder, "own": "CANARY of a reminder"}
    page = opened(at_work, box.arrives("Zoraida", said=[ours, {"own": "Which door?"}]))
    first, second = views(page)
    queued = at_work.screen.words("ui.state.queued")
    assert any(queued in text for text in texts_of(first))
    assert not any("CANARY" in text for text in texts_of(first))
    assert first.height() < second.height()
    letter = along.letter()
    (line,) = at_work.office.list_conversations(at_work.session, ConversationQuery(SENT)).lines
    page.show_conversation(line.id)
    at_work.screen.settle()
    (view,) = views(page)
    assert view.entry.message == letter
    assert queued in texts_of(view)


# --- sealed -----------------------------------------------------------------------------------------


def test_what_cannot_be_opened_says_why_and_goes_on_saying_so(at_work: AtWork, box: Inbox) -> None:
    id_ = box.arrives("Zoraida")
    entry = box.mail(id_, BROKEN, "", sealed="openpgp", opened=False)
    page = opened(at_work, id_)
    view = page.pane.entries.views[entry]
    assert view.own is None
    assert view.open is not None
    view.open.click()
    at_work.screen.settle()
    shut = page.pane.entries.views[entry]
    assert shut.entry.trouble is not None
    assert at_work.screen.ui.reason(shut.entry.trouble) in " ".join(texts_of(shut))
    page.pane.look_again()
    at_work.screen.settle()
    assert page.pane.entries.views[entry].entry.trouble is not None, "until another one is looked at"


def test_what_came_sealed_is_read_in_place_after_one_press(at_work: AtWork, box: Inbox) -> None:
    own = box.write(lambda tx: identities.current(tx, KeyKind.OPENPGP))
    plain = b"Content-Type: text/plain; charset=utf-8\r\n\r\nMay I come on Tuesday?\r\n"
    with correspondents() as people:
        people.run("--import", data=own.public)
        sealed = people.run("--armor", "-r", own.fingerprint, "--encrypt", data=plain).stdout
    id_ = box.arrives("Zoraida")
    entry = box.mail(id_, by_pgp(sealed, "zoraida@example.org"), "", sealed="openpgp", opened=False)
    page = opened(at_work, id_)
    assert not any("Tuesday" in text for text in texts_of(page.pane))
    view = page.pane.entries.views[entry]
    assert view.open is not None
    view.open.click()
    at_work.screen.settle()
    assert "May I come on Tuesday?" in texts_of(page.pane.entries.views[entry])
    assert at_work.screen.words("ui.messages.was-sealed") in texts_of(page.pane.entries.views[entry])


def test_what_was_destroyed_after_its_time_says_so_on_the_page(at_work: AtWork, box: Inbox) -> None:
    id_ = box.arrives("Zoraida", said=[{"sealed": "openpgp", "opened": False, "own": ""}])
    page = opened(at_work, id_)
    (view,) = views(page)
    assert view.open is not None
    view.open.click()
    at_work.screen.settle()
    assert page.notice.words
    assert view.open.isEnabled(), "it may be tried again"


# --- with formatting -----------------------------------------------------------------------------------


def test_the_page_takes_the_place_of_the_words_and_says_what_was_left_out(
    at_work: AtWork, box: Inbox
) -> None:
    _, view, _ = with_file(at_work, box)
    assert view.format is not None
    view.format.click()
    at_work.screen.settle()
    assert view.page is not None
    assert view.page.isVisible()
    assert view.own is not None
    assert not view.own.isVisible()
    assert view.page.toPlainText().startswith("See the file")
    assert at_work.screen.ui.reason(Reason("page-remote", {"count": 1})) in texts_of(view)
    assert view.page.asked == 0
    view.format.click()
    assert view.own.isVisible()
    assert not view.page.isVisible()


def test_even_a_page_that_nobody_sanitised_fetches_and_opens_nothing(at_work: AtWork) -> None:
    for html in (*ACTING, *FETCHING):
        page = DeadPage(at_work.screen.ui, html.replace("{url}", "http://127.0.0.1:9"))
        assert bytes(page.loadResource(3, QUrl("http://127.0.0.1:9/a"))) == b""
        page.setSource(QUrl("http://127.0.0.1:9/b"))
        assert page.source().isEmpty()
        assert not page.openLinks()
        assert not page.textInteractionFlags() & Qt.TextInteractionFlag.LinksAccessibleByMouse


def test_a_page_that_would_hold_the_window_up_is_flattened_or_cut() -> None:
    deep = "<table><tr><td>a" * 40 + "</td></tr></table>" * 40
    html, cut = laid_out_soon(deep)
    assert html.count("<table") <= 2
    assert html.count("a") >= 40
    assert not cut
    many = "<table>" + "<tr><td>w</td></tr>" * 2000 + "</table>"
    assert "<td" not in laid_out_soon(many)[0]
    long, cut = laid_out_soon("<p>" + "x" * MOST_CHARS + "</p>")
    assert cut
    assert len(long.replace("\u200b", "")) <= MOST_CHARS


def test_cells_that_span_thousands_of_places_do_not_hold_the_window_up() -> None:
    """Sixty cells of fifty by fifty took Qt seven seconds."""
    cell = '<tr><td colspan="50" rowspan="50">a</td></tr>'
    html, _ = laid_out_soon(f"<table>{cell * 60}</table>")
    assert html.count("<td>a") == 60
    assert "span=" not in html
    honest = '<table><tr><td colspan="3">a</td></tr></table>'
    assert laid_out_soon(honest)[0] == honest


def test_a_cut_page_says_so(at_work: AtWork, box: Inbox) -> None:
    _, view, _ = with_file(at_work, box)
    view._formatted(Formatted("<p>" + "word " * MOST_CHARS + "</p>"))
    assert at_work.screen.words("ui.messages.page-cut") in texts_of(view)


# --- files ----------------------------------------------------------------------------------------------


def dialogs(page: MessagesPage) -> list[QFileDialog]:
    return [one for one in page.findChildren(QFileDialog) if one.isVisible()]


def test_a_file_is_saved_where_the_person_says(at_work: AtWork, box: Inbox, tmp_path: Path) -> None:
    page, view, _ = with_file(at_work, box)
    assert view.files is not None
    view.files.save_buttons[0].click()
    (dialog,) = dialogs(page)
    assert Path(dialog.selectedFiles()[0]).name == "notes.txt"
    target = tmp_path / "notes.txt"
    dialog.fileSelected.emit(str(target))
    dialog.reject()
    at_work.screen.settle()
    assert target.read_bytes().strip() == b"mine"
    assert page.notice.words == at_work.screen.words("ui.messages.saved", file="notes.txt")
    acts = [line.act for line in at_work.office.query_log(at_work.session).lines]
    assert "file.saved" in acts


def test_where_nothing_can_be_written_it_says_so(at_work: AtWork, box: Inbox, tmp_path: Path) -> None:
    page, view, _ = with_file(at_work, box)
    assert view.files is not None
    view.files.save_buttons[0].click()
    (dialog,) = dialogs(page)
    dialog.fileSelected.emit(str(tmp_path / "nowhere" / "notes.txt"))
    dialog.reject()
    at_work.screen.settle()
    assert "notes.txt" in page.notice.words


def test_a_conversation_is_put_to_the_record(at_work: AtWork, box: Inbox, tmp_path: Path) -> None:
    page, _, _ = with_file(at_work, box)
    exports = page.pane.actions_bar.exports
    assert [one.isVisible() for one in exports.values()] == [True] * 4
    target = tmp_path / "out.eml"
    next(one for (form, to), one in exports.items() if form.value == "eml" and to).trigger()
    (dialog,) = dialogs(page)
    dialog.fileSelected.emit(str(target))
    dialog.reject()
    at_work.screen.settle()
    assert target.read_bytes()
    assert page.notice.words == at_work.screen.words("ui.messages.filed", file="out.eml")
    assert page.pane.head.filings.isVisible()
    assert page.pane.shown is not None
    assert len(page.pane.shown.filings) == 1


def test_a_thousand_files_come_a_few_at_a_time(at_work: AtWork, box: Inbox) -> None:
    files = tuple(FileIn(f"{number}.txt", "text/plain", 4, number) for number in range(1, 201))
    id_ = box.arrives("Zoraida", said=[{"files": files}])
    page = opened(at_work, id_)
    rows = views(page)[0].files
    assert rows is not None
    assert len(rows.save_buttons) < 20
    before = len(rows.save_buttons)
    rows.more.click()
    assert len(rows.save_buttons) == 2 * before
    assert rows.more.text() == at_work.screen.ui.texts.count("ui.messages.more-files", 200 - 2 * before)


def test_a_received_name_is_cleaned_and_leads_nowhere(at_work: AtWork, box: Inbox) -> None:
    name = FileIn("../../bills\u202efdp.exe", "application/pdf", 4, 1)
    id_ = box.arrives("Zoraida", said=[{"files": (name,)}])
    page = opened(at_work, id_)
    rows = views(page)[0].files
    assert rows is not None
    assert "\u202e" not in " ".join(texts_of(rows))
    rows.save_buttons[0].click()
    (dialog,) = dialogs(page)
    assert Path(dialog.selectedFiles()[0]).parent == Path(dialog.directory().absolutePath())
    assert "\u202e" not in dialog.selectedFiles()[0]
    dialog.reject()


def test_the_ending_of_a_long_name_is_never_cut_off(at_work: AtWork, box: Inbox) -> None:
    """`bill.pdf` and a hundred letters before `.exe` must not look like a bill."""
    name = safe_name("bill.pdf" + "-" * 200 + ".exe")
    id_ = box.arrives("Zoraida", said=[{"files": (FileIn(name, "application/pdf", 4, 1),)}])
    rows = views(opened(at_work, id_))[0].files
    assert rows is not None
    assert any(".exe" in text.replace("\u200b", "") for text in texts_of(rows))


def test_a_file_is_put_to_the_record_as_it_came(at_work: AtWork, box: Inbox, tmp_path: Path) -> None:
    page, view, entry = with_file(at_work, box)
    assert view.files is not None
    (to,) = view.files.file_buttons
    assert "Zoraida Canaryfield" in to.text()
    to.click()
    (dialog,) = dialogs(page)
    target = tmp_path / "chart.txt"
    dialog.fileSelected.emit(str(target))
    dialog.reject()
    at_work.screen.settle()
    assert target.read_bytes().strip() == b"mine"
    assert page.pane.head.filings.isVisible()
    assert page.pane.shown is not None
    (filing,) = page.pane.shown.filings
    assert filing.name == "notes.txt"
    assert entry in page.pane.entries.views, "the conversation stands as it stood"


def test_a_cancelled_choice_of_a_place_takes_nothing(at_work: AtWork, box: Inbox) -> None:
    page, view, _ = with_file(at_work, box)
    assert view.files is not None
    view.files.file_buttons[0].click()
    (dialog,) = dialogs(page)
    dialog.reject()
    at_work.screen.settle()
    assert page.pane.shown is not None
    assert page.pane.shown.filings == ()
    acts = [line.act for line in at_work.office.query_log(at_work.session).lines]
    assert "file.filed" not in acts
