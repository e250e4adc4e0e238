"""Answers from locked pages: offered in every page, opened for staff, and whose they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import delete

from desktop.crypto.envelope import reply_token
from desktop.crypto.envelope_header import Header, read_header, unb64
from desktop.crypto.envelope_page import sealed_part
from desktop.crypto.envelope_reply import new_reply_keys
from desktop.errors import SealwellError
from desktop.mail import mime, replies
from desktop.mail.mime import Attachment
from desktop.mail.reopening import locked_page
from desktop.models import cards, messages, vaultkeys
from desktop.models.accounts import Role, Session
from desktop.models.database import Tx
from desktop.models.protection import Form
from desktop.models.records import Label, MessageId, Method, PasswordCard, PersonId
from desktop.models.tables_office import vault_key
from desktop.office.api import Office
from desktop.office.values import LetterRequest, PassphraseRequest
from desktop.office.values_access import OffboardRequest
from tests.made_practice import Practice, person_named
from tests.made_staff import desk_of
from tests.support.colleagues import id_of, let_in
from tests.support.queued import queued
from tests.support.replies import sealed_reply

ANSWER = "Sí, el martes ✓"
BORN = date(1961, 4, 2)


@dataclass
class Desk:
    office: Office
    session: Session
    person: PersonId

    def read(self, work: Callable[[Tx], object]) -> object:
        return desk_of(self.office).opened().database.read(work)

    def write(self, label: Label = Label.ROUTINE) -> tuple[MessageId, Header]:
        letter = LetterRequest(self.person, "Results", "All is well.", label=label, wanted=Method.ENVELOPE)
        message = queued(self.office.send_letter(self.session, letter)).id
        page = locked_page(desk_of(self.office).opened().database.read(lambda tx: messages.wire(tx, message)))
        assert page is not None
        return message, read_header(unb64(sealed_part(page).split(".")[0]))

    def card(self) -> PasswordCard:
        card = desk_of(self.office).opened().database.read(lambda tx: cards.get(tx, self.person))
        assert card is not None
        return card

    def answer(self, header: Header, born: date | None = None) -> bytes:
        token = reply_token(self.card().key, header.file, born)
        return sealed_reply(header.reply_key, header.file, token, ANSWER)

    def acts(self) -> list[tuple[str, str]]:
        return [(line.act, line.outcome) for line in self.office.query_log(self.session).lines]


@pytest.fixture
def desk(at_work: tuple[Office, Session], relay_request: Callable[..., object]) -> Desk:
    office, session = at_work
    office.add_relay(session, relay_request())  # type: ignore[arg-type]
    person = person_named(office, session, "Zoraida")
    office.make_passphrase(session, PassphraseRequest(person, "Rita", "in-person"))
    office.set_form(session, person, Form.HTML)
    return Desk(office, session, person)


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def test_a_page_offers_a_reply_to_the_practices_own_address(desk: Desk) -> None:
    _, header = desk.write()
    _, second = desk.write()
    assert header.reply_key == desk.read(lambda tx: vaultkeys.get(tx, replies.PUBLIC))
    relay = desk.office.list_relays(desk.session)[0]
    assert header.reply_to == relay.sender
    assert header.file != second.file


def test_the_answer_of_a_reader_is_opened_with_its_person_and_message(desk: Desk) -> None:
    message, header = desk.write()
    desk.write()
    shown = desk.office.open_reply(desk.session, desk.answer(header))
    assert (shown.person, shown.message, shown.text) == (desk.person, message, ANSWER)
    assert shown.from_reader
    assert "Zoraida" in shown.name
    assert ("reply.opened", "ok") in desk.acts()


@pytest.mark.parametrize("attached", [True, False])
def test_the_mail_around_an_answer_will_do(desk: Desk, *, attached: bool) -> None:
    _, header = desk.write()
    files = (Attachment("reply.txt", desk.answer(header)),) if attached else ()
    text = "see file" if attached else desk.answer(header).decode()
    mail = bytes(mime.outer((("Subject", "Re"),), mime.text_entity(text, attachments=files)))
    assert b"BEGIN SEALWELL" not in mail
    assert desk.office.open_reply(desk.session, mail).from_reader


def test_whoever_has_only_the_file_is_not_taken_for_its_reader(desk: Desk) -> None:
    message, header = desk.write()
    forged = sealed_reply(header.reply_key, header.file, bytes(32), "send money")
    shown = desk.office.open_reply(desk.session, forged)
    assert (shown.person, shown.message, shown.from_reader) == (desk.person, message, False)
    made_up = desk.office.open_reply(desk.session, sealed_reply(header.reply_key, bytes(32), bytes(32), "x"))
    assert (made_up.person, made_up.name, made_up.message, made_up.from_reader) == (None, "", None, False)


def test_an_answer_under_old_words_is_not_proven_any_more(desk: Desk) -> None:
    _, header = desk.write()
    answer = desk.answer(header)
    desk.office.make_passphrase(desk.session, PassphraseRequest(desk.person, "Rita", "in-person"))
    assert not desk.office.open_reply(desk.session, answer).from_reader


def test_what_is_foreign_altered_or_no_answer_is_refused_and_recorded(desk: Desk) -> None:
    _, header = desk.write()
    foreign = sealed_reply(new_reply_keys().public, header.file, bytes(32), "x")
    answer = desk.answer(header)
    at = answer.index(b".") + 9
    altered = answer[:at] + (b"B" if answer[at : at + 1] != b"B" else b"C") + answer[at + 1 :]
    for data, code in (
        (foreign, "reply-altered"),
        (altered, "reply-altered"),
        (b"hello", "reply-unreadable"),
        (b"", "reply-unreadable"),
    ):
        assert code_of(lambda: desk.office.open_reply(desk.session, data)) == code  # noqa: B023
    assert desk.acts().count(("file.refused", "refused")) == 4
    assert "reply.opened" not in [act for act, _ in desk.acts()]


def test_an_answer_to_a_very_sensitive_message_is_for_those_who_see_such(
    desk: Desk, practice: Practice
) -> None:
    message, header = desk.write(Label.VERY_SENSITIVE)
    answer = desk.answer(header, BORN)
    shown = desk.office.open_reply(desk.session, answer)
    assert (shown.message, shown.from_reader) == (message, True)
    assert not desk.office.open_reply(desk.session, desk.answer(header)).from_reader
    bo = let_in(practice, desk.office, desk.session, "bo", Role.FRONT_DESK)
    _, bos = bo.signed_in(practice, desk.office)
    assert code_of(lambda: desk.office.open_reply(bos, answer)) == "reply-not-yours"


def test_a_new_vault_key_leaves_the_practices_reply_key_as_it_was(desk: Desk, practice: Practice) -> None:
    _, header = desk.write()
    answer = desk.answer(header)
    let_in(practice, desk.office, desk.session, "bo", Role.ADMINISTRATOR)
    leaving = OffboardRequest(id_of(desk.office, desk.session, "bo"), desk.session.user)
    assert desk.office.offboard_user(desk.session, leaving).key_changed
    assert desk.office.open_reply(desk.session, answer).from_reader


def test_a_practice_from_before_gets_its_key_when_it_is_opened(desk: Desk, practice: Practice) -> None:
    database = desk_of(desk.office).opened().database
    names = (replies.PRIVATE, replies.PUBLIC, replies.FILES)
    database.write(lambda tx: tx.connection.execute(delete(vault_key).where(vault_key.c.name.in_(names))))
    assert database.read(replies.means) is None
    desk.office.close()
    office, _ = practice.signed_in()
    made = desk_of(office).opened().database.read(replies.means)
    assert made is not None
    desk_of(office).opened().database.write(replies.make_keys)
    assert desk_of(office).opened().database.read(replies.means) == made
