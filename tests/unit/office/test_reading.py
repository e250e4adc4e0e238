"""One mail looked at more closely: opened in place, shown with its form, its files saved; all on record."""

from __future__ import annotations

import hashlib

import pytest

from desktop.crypto.openpgp_seal import OpenPgpSealer
from desktop.errors import InputError, Refused
from desktop.models import entries, identities
from desktop.models.accounts import Role, Session
from desktop.models.correspondence import Entry, EntryId, FileIn, MailQuery, Signature, Urgency
from desktop.models.database import Tx
from desktop.models.records import KeyKind, Label
from desktop.office.api import Office
from desktop.office.values_messages import ConversationQuery, EntryShown, FileOut, Formatted
from desktop.office.wire import from_json, to_json
from tests.made_practice import person_named
from tests.made_staff import desk_of
from tests.practice.office import SENDER, own_openpgp
from tests.support.hostile_pages import FETCHING, page
from tests.support.mailroom import Mailroom
from tests.support.signed_mail import INNER, by_pgp, head

AT_WORK = tuple[Office, Session]
FORMED = (
    head("a@b.example")
    + b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: text/html\r\n\r\n"
    + "".join(page(one, "http://127.0.0.1:9") for one in FETCHING[:5]).encode()
    + b'\r\n--m\r\nContent-Type: application/pdf; name="../scan.pdf"\r\n\r\nPDF\r\n--m--\r\n'
)


@pytest.fixture
def room(at_work: AT_WORK) -> Mailroom:
    return Mailroom(at_work[0])


def armored(office: Office, plain: bytes = INNER) -> bytes:
    """To the practice's own key, which it has from now on."""
    desk, key = desk_of(office), own_openpgp()

    def put(tx: Tx) -> None:
        if identities.current(tx, KeyKind.OPENPGP) is None:
            now = desk.clock.now()
            identities.put(tx, KeyKind.OPENPGP, key.fingerprint, SENDER, key.secret, key.public, now)

    desk.opened().database.write(put)
    return OpenPgpSealer(key.secret).seal(plain, key.public, key.fingerprint)


def sealed_mail(room: Mailroom, at_work: AT_WORK, raw: bytes = b"", **fields: object) -> Entry:
    """Zoraida writes encrypted; nothing of it is known yet."""
    office, session = at_work
    person = person_named(office, session, "Zoraida")
    mail = raw or by_pgp(armored(office), "zoraida@example.org")
    sealed = {"sealed": "openpgp", "opened": False, "subject": "...", **fields}
    return room.comes("", person, raw=mail, **sealed)  # type: ignore[arg-type]


def acts(work: AT_WORK) -> list[tuple[str, str, str]]:
    return [(line.act, line.outcome, line.why) for line in work[0].query_log(work[1]).lines]


def test_a_sealed_mail_is_opened_kept_and_found(room: Mailroom, at_work: AT_WORK) -> None:
    office, session = at_work
    one = sealed_mail(room, at_work)
    assert not office.show_conversation(session, one.conversation).entries[-1].opened
    assert office.search_mail(session, MailQuery("Tuesday")).hits == ()
    shown = office.open_sealed(session, one.id)
    assert (shown.own, shown.subject, shown.opened) == ("May I come on Tuesday?", "About my visit", True)
    assert shown.signature is Signature.UNKNOWN  # signed by ourselves, who are not this person
    assert from_json(EntryShown, to_json(shown)) == shown
    assert office.show_conversation(session, one.conversation).entries[-1] == shown
    assert [hit.entry for hit in office.search_mail(session, MailQuery("Tuesday")).hits] == [one.id]
    (file,) = shown.files
    saved = office.save_file(session, one.id, file.part)
    assert saved == FileOut("results.pdf", b"PDF")
    assert from_json(FileOut, to_json(saved)) == saved
    made = acts(at_work)
    assert ("mail.opened", "ok", "") in made
    assert ("file.saved", "ok", "") in made


def test_what_was_sealed_says_in_the_list_what_it_asks(room: Mailroom, at_work: AT_WORK) -> None:
    office, session = at_work
    inner = INNER.replace(b"May I come on Tuesday?", b"I have chest pain, can I come today?")
    one = sealed_mail(room, at_work, by_pgp(armored(office, inner), "zoraida@example.org"))
    (before,) = office.list_conversations(session, ConversationQuery()).lines
    assert (before.snippet, before.urgency) == ("", Urgency.PLAIN)
    office.open_sealed(session, one.id)
    (line,) = office.list_conversations(session, ConversationQuery()).lines
    assert (line.subject, line.urgency) == ("About my visit", Urgency.URGENT)
    assert line.snippet.startswith("I have chest pain")
    assert line.ask is not None
    assert line.ask.code == "ask-urgent"
    shown = office.show_conversation(session, one.conversation)
    assert office.open_sealed(session, one.id).opened
    assert office.show_conversation(session, one.conversation).turn == shown.turn


def test_what_was_sealed_is_urgent_by_words_under_an_unmarked_quote_too(
    room: Mailroom, at_work: AT_WORK
) -> None:
    office, session = at_work
    text = b"Thank you\r\n\r\nFrom: Harbor\r\nSent: Monday\r\n\r\nHello\r\n\r\nI have chest pain"
    inner = INNER.replace(b"May I come on Tuesday?", text)
    one = sealed_mail(room, at_work, by_pgp(armored(office, inner), "zoraida@example.org"))
    assert office.open_sealed(session, one.id).own == "Thank you"
    (line,) = office.list_conversations(session, ConversationQuery()).lines
    assert line.urgency is Urgency.URGENT


def test_what_fails_its_integrity_check_shows_no_text(room: Mailroom, at_work: AT_WORK) -> None:
    office, session = at_work
    lines = armored(office).splitlines(keepends=True)
    broken = b"".join([*lines[:5], *lines[6:]])
    one = sealed_mail(room, at_work, by_pgp(broken, "zoraida@example.org"))
    shown = office.open_sealed(session, one.id)
    assert shown.trouble is not None
    assert (shown.trouble.code, shown.own, shown.rest, shown.opened) == ("message-unopenable", "", "", False)
    assert ("mail.opened", "failed", "message-unopenable") in acts(at_work)
    kept = desk_of(office).opened().database.read(lambda tx: entries.get(tx, one.id))
    assert kept == one


def test_a_page_is_shown_as_plain_tags_and_what_was_left_out_is_said(
    room: Mailroom, at_work: AT_WORK
) -> None:
    office, session = at_work
    files = (FileIn("scan.pdf", "application/pdf", 3, 1),)
    one = room.comes("before", person_named(*at_work, "Zoraida"), raw=FORMED, page=True, files=files)
    shown = office.show_formatted(session, one.id)
    assert "<img" not in shown.html
    assert "127.0.0.1" not in shown.html
    assert [reason.code for reason in shown.left_out] == ["page-remote"]
    assert from_json(Formatted, to_json(shown)) == shown
    saved = office.save_file(session, one.id, 1)
    assert (saved.name, saved.data) == ("scan.pdf", b"PDF")
    line = next(line for line in office.query_log(session).lines if line.act == "file.saved")
    assert hashlib.sha256(b"PDF").hexdigest() in str(line)
    made = [act for act, _, _ in acts(at_work)]
    assert "mail.formatted" in made


def test_a_page_that_came_encrypted_is_shown_once_it_was_opened(room: Mailroom, at_work: AT_WORK) -> None:
    office, session = at_work
    inner = b"Content-Type: text/html\r\n\r\n<p onclick=x>Hello <b>you</b></p>"
    one = sealed_mail(room, at_work, by_pgp(armored(office, inner), "zoraida@example.org"))
    with pytest.raises(InputError, match="page-gone"):
        office.show_formatted(session, one.id)
    assert office.open_sealed(session, one.id).page
    assert office.show_formatted(session, one.id).html.strip() == "<p>Hello <b>you</b></p>"


def test_what_is_not_there_is_said(room: Mailroom, at_work: AT_WORK) -> None:
    office, session = at_work
    bare = room.comes("Hello", person_named(*at_work, "Zoraida"))
    with pytest.raises(InputError, match="mail-gone"):
        office.open_sealed(session, bare.id)
    with pytest.raises(InputError, match="entry-unknown"):
        office.open_sealed(session, EntryId("0" * 32))
    whole = room.comes("Hello", person_named(*at_work, "Zoraida"), raw=FORMED)
    for part in (0, 1, -1, 99):
        with pytest.raises(InputError, match="file-gone"):
            office.save_file(session, whole.id, part)


def test_very_sensitive_mail_is_only_for_those_who_see_clinical_fields(
    room: Mailroom, at_work: AT_WORK
) -> None:
    office, _ = at_work
    desk = room.colleague("desk", Role.FRONT_DESK)
    one = sealed_mail(room, at_work, label=Label.VERY_SENSITIVE)
    for look in (
        lambda: office.open_sealed(desk, one.id),
        lambda: office.show_formatted(desk, one.id),
        lambda: office.save_file(desk, one.id, 1),
    ):
        with pytest.raises(Refused, match="conversation-hidden"):
            look()
    made = acts(at_work)
    assert made.count(("mail.opened", "refused", "conversation-hidden")) == 1
    assert made.count(("file.saved", "refused", "conversation-hidden")) == 1


def test_a_signature_on_open_mail_is_looked_at_and_its_words_stay(room: Mailroom, at_work: AT_WORK) -> None:
    office, session = at_work
    raw = head("a@b.example") + (
        b'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=s\r\n\r\n'
        b"--s\r\nContent-Type: text/plain\r\n\r\nHello\r\n--s\r\n"
        b"Content-Type: application/pgp-signature\r\n\r\nnone\r\n--s--\r\n"
    )
    one = room.comes("Hello", person_named(*at_work, "Zoraida"), raw=raw)
    shown = office.open_sealed(session, one.id)
    assert (shown.own, shown.signature) == ("Hello", Signature.UNKNOWN)


def test_a_locked_practice_leaves_no_reader_behind(room: Mailroom, at_work: AT_WORK) -> None:
    office, session = at_work
    one = sealed_mail(room, at_work)
    office.open_sealed(session, one.id)
    worker = desk_of(office).opened().mailboxes.reader.opener.worker._worker
    process = worker._process
    assert process is not None
    office.close()
    assert worker._process is None
    assert process.process.returncode is not None
    with pytest.raises(Refused):
        office.save_file(session, one.id, 1)


def test_more_than_can_be_listed_is_counted(room: Mailroom, at_work: AT_WORK) -> None:
    office, session = at_work
    listed = tuple(FileIn(f"{n}.pdf", "application/pdf", 1, n) for n in range(200))
    one = room.comes("Hello", person_named(*at_work, "Zoraida"), files=(*listed, FileIn("", "", 800, -1)))
    shown = office.show_conversation(session, one.conversation).entries[-1]
    assert (len(shown.files), shown.more_files) == (200, 800)
