"""The secret desk: words are kept, printed, read out after a check, and made anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes

import pytest

from desktop.crypto.envelope import open_envelope
from desktop.crypto.passphrase import wordlist
from desktop.errors import SealwellError
from desktop.mail.cardwords import keep_card, words_of
from desktop.models import cards, checks, messages, settings
from desktop.models.accounts import Role, Session
from desktop.models.documents import Document, QrCode
from desktop.models.protection import Form
from desktop.models.records import Label, MessageId, Method, PersonId, State
from desktop.office.api import Office
from desktop.office.card_rules import new_card
from desktop.office.desk import Desk
from desktop.office.values import LetterRequest, PassphraseRequest
from desktop.office.values_access import OffboardRequest
from desktop.office.values_protection import IdentityCheck
from tests.made_practice import Practice, person_named
from tests.made_staff import desk_of
from tests.support.colleagues import id_of, let_in
from tests.support.queued import queued

CHECK = ("birth-date", "record-number")


class Kept:
    """A printer that keeps what it was given."""

    def __init__(self) -> None:
        self.papers: list[Document] = []

    def print_pdf(self, document: Document, _progress: object = None) -> bytes:
        self.papers.append(document)
        return b"%PDF-"


@pytest.fixture
def printer(practice: Practice) -> Kept:
    kept = Kept()
    practice.printer = lambda: kept
    return kept


@pytest.fixture
def maria(printer: Kept, at_work: tuple[Office, Session]) -> tuple[Office, Session, PersonId]:
    office, session = at_work
    return office, session, person_named(office, session, "Zoraida")


@pytest.fixture
def with_card(
    maria: tuple[Office, Session, PersonId], relay_request: Callable[..., object]
) -> tuple[Office, Session, PersonId, str]:
    """A mail service without a promise about the way, so that a locked file is what is left."""
    office, session, person = maria
    office.add_relay(session, relay_request(required_tls=""))  # type: ignore[arg-type]
    office.set_form(session, person, Form.HTML)
    return office, session, person, make(office, session, person)


def make(office: Office, session: Session, person: PersonId) -> str:
    return office.make_passphrase(session, PassphraseRequest(person, "Rita", "in-person")).passphrase


def write(office: Office, session: Session, person: PersonId, text: str = "All is well.") -> MessageId:
    request = LetterRequest(person, "Results", text, label=Label.SENSITIVE, wanted=Method.ENVELOPE)
    return queued(office.send_letter(session, request)).id


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def desk(office: Office) -> Desk:
    return desk_of(office)


def opened_with(office: Office, message: MessageId, words: str) -> str:
    wire = desk(office).opened().database.read(lambda tx: messages.wire(tx, message))
    return open_envelope(page_of(wire), words).text


def page_of(wire: bytes) -> bytes:
    parts = [one for one in message_from_bytes(wire).walk() if one.get_content_type() == "text/html"]
    data = parts[0].get_payload(decode=True)
    assert isinstance(data, bytes)
    return data


def states(office: Office, *wanted: MessageId) -> list[State]:
    found = desk(office).opened().database.read(lambda tx: messages.get_many(tx, wanted))
    return [found[one].state for one in wanted]


def accept(office: Office, message: MessageId) -> None:
    """As after the mail service has said yes."""
    path = (State.CLAIMED, State.CONNECTING, State.ENVELOPE, State.DATA, State.DOT_SENT, State.ACCEPTED)

    def go(tx: object) -> None:
        before = State.QUEUED
        for state in path:
            assert messages.move(tx, message, before, state)  # type: ignore[arg-type]
            before = state

    desk(office).opened().database.write(go)


# --- words ----------------------------------------------------------------------------------


def test_words_are_read_out_only_after_a_check_of_today_by_the_same_user(
    practice: Practice, maria: tuple[Office, Session, PersonId]
) -> None:
    office, session, person = maria
    words = make(office, session, person)
    assert code_of(lambda: office.show_words(session, person)) == "check-first"
    bo = let_in(practice, office, session, "bo", Role.FRONT_DESK)
    _, bos = bo.signed_in(practice, office)
    office.record_check(bos, IdentityCheck(person, CHECK))
    assert code_of(lambda: office.show_words(session, person)) == "check-first"
    office.record_check(session, IdentityCheck(person, CHECK))
    assert office.show_words(session, person).passphrase == words
    acts = [line.act for line in office.query_log(session).lines]
    assert acts.count("words.shown") == 1
    assert acts.count("identity.checked") == 2


def test_a_check_is_forgotten_at_midnight_of_the_practice(
    practice: Practice, maria: tuple[Office, Session, PersonId]
) -> None:
    office, session, person = maria
    make(office, session, person)
    office.record_check(session, IdentityCheck(person, CHECK))
    practice.clock.move(15 * 3600)  # 9 in the morning in Denver, then midnight
    office.close()
    office, session = practice.signed_in()
    assert code_of(lambda: office.show_words(session, person)) == "check-first"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("birth-date",), "check-too-few"),
        (("birth-date", "birth-date"), "check-too-few"),
        ((), "check-too-few"),
        (("birth-date", "shoe-size"), "check-unknown"),
        (("birth-date", "call-back"), "check-unknown"),
    ],
)
def test_a_check_is_two_things_that_the_record_can_answer(
    maria: tuple[Office, Session, PersonId], asked: tuple[str, ...], code: str
) -> None:
    """No phone number is on record."""
    office, session, person = maria
    assert code_of(lambda: office.record_check(session, IdentityCheck(person, asked))) == code
    day = practice_start(office)
    assert (
        desk(office).opened().database.read(lambda tx: checks.latest(tx, person, session.user, day)) is None
    )


def practice_start(office: Office) -> datetime:
    return desk(office).clock.now().replace(year=2000)


def test_words_survive_a_new_vault_key(practice: Practice, maria: tuple[Office, Session, PersonId]) -> None:
    office, session, person = maria
    words = make(office, session, person)
    let_in(practice, office, session, "bo", Role.ADMINISTRATOR)
    leaving = OffboardRequest(id_of(office, session, "bo"), session.user)
    assert office.offboard_user(session, leaving).key_changed
    office.record_check(session, IdentityCheck(person, CHECK))
    assert office.show_words(session, person).passphrase == words


# --- the card -------------------------------------------------------------------------------


def test_the_card_says_the_words_and_nothing_about_whose_they_are(
    printer: Kept, maria: tuple[Office, Session, PersonId]
) -> None:
    office, session, person = maria
    words = make(office, session, person)
    office.set_person(session, person, {"language": "es", "phone": "+1 303 555 0101"})
    office.set_phrase(session, "three quiet lanterns")
    paper = office.print_card(session, person)
    assert (paper.data, paper.name) == (b"%PDF-", "password-card.pdf")
    card = printer.papers[0]
    said = repr(card)
    assert card.language == "es"
    assert [block.payload for block in card.blocks if isinstance(block, QrCode)] == [words]
    for part in (words, "three quiet lanterns", "Elm Street"):
        assert part in said
    for secret in ("Zoraida", "Canaryfield", "zoraida@", "1001", "1961", "303 555"):
        assert secret not in said
    assert "card.printed" in [line.act for line in office.query_log(session).lines]


def test_the_first_card_wants_a_phrase_which_only_an_administrator_changes_later(
    practice: Practice, maria: tuple[Office, Session, PersonId]
) -> None:
    office, session, person = maria
    make(office, session, person)
    assert code_of(lambda: office.print_card(session, person)) == "phrase-first"
    suggested = office.show_phrase(session).suggestion
    assert len(suggested.split()) == 3
    assert set(suggested.split()) <= set(wordlist())
    bo = let_in(practice, office, session, "bo", Role.FRONT_DESK)
    _, bos = bo.signed_in(practice, office)
    assert code_of(lambda: office.set_phrase(bos, "short")) == "phrase-length"
    assert office.set_phrase(bos, suggested).phrase == suggested
    assert code_of(lambda: office.set_phrase(bos, "something else now")) == "not-allowed"
    assert office.set_phrase(session, "something else now").phrase == "something else now"
    assert office.show_phrase(bos).suggestion == ""


def test_without_a_card_there_is_nothing_to_print_or_read_out(
    maria: tuple[Office, Session, PersonId],
) -> None:
    office, session, person = maria
    office.set_phrase(session, "three quiet lanterns")
    office.record_check(session, IdentityCheck(person, CHECK))
    assert code_of(lambda: office.print_card(session, person)) == "no-card"
    assert code_of(lambda: office.show_words(session, person)) == "no-card"
    request = PassphraseRequest(person, "Rita", "in-person")
    assert code_of(lambda: office.reissue_card(session, request)) == "no-card"


# --- made anew ------------------------------------------------------------------------------


def test_new_words_open_what_was_outstanding_and_old_ones_open_nothing_new(
    with_card: tuple[Office, Session, PersonId, str],
) -> None:
    office, session, person, old_words = with_card
    arrived, waiting = write(office, session, person, "First."), write(office, session, person, "Second.")
    accept(office, arrived)
    made = office.reissue_card(session, PassphraseRequest(person, "Rita", "in-person"))
    assert made.passphrase != old_words
    assert made.not_again == ()
    assert states(office, arrived, waiting) == [State.ACCEPTED, State.CANCELLED]
    assert states(office, *made.messages) == [State.QUEUED, State.QUEUED]
    said = [opened_with(office, one, made.passphrase) for one in made.messages]
    assert {one.strip() for one in said} == {"First.", "Second."}
    assert code_of(lambda: opened_with(office, made.messages[0], old_words)) == "envelope-wrong-passphrase"
    acts = [line.act for line in office.query_log(session).lines]
    assert acts.count("card.reissued") == acts.count("message.cancelled") == 1


def test_what_was_sealed_anew_once_is_not_sent_twice_the_next_time(
    with_card: tuple[Office, Session, PersonId, str],
) -> None:
    office, session, person, _ = with_card
    accept(office, write(office, session, person))
    request = PassphraseRequest(person, "Rita", "in-person")
    first = office.reissue_card(session, request)
    second = office.reissue_card(session, request)
    assert len(first.messages) == len(second.messages) == 1
    assert states(office, *first.messages, *second.messages) == [State.CANCELLED, State.QUEUED]


def test_what_is_no_longer_kept_is_listed_and_nothing_leaves_under_old_words(
    with_card: tuple[Office, Session, PersonId, str],
) -> None:
    office, session, person, _ = with_card
    arrived = write(office, session, person)
    card, words = new_card(PassphraseRequest(person, "Rita", "in-person"), desk(office).clock.now())
    desk(office).opened().database.write(lambda tx: keep_card(tx, card, words))  # nothing is sent again
    made = office.reissue_card(session, PassphraseRequest(person, "Rita", "in-person"))
    assert (made.messages, made.not_again) == ((), (arrived,))
    assert states(office, arrived) == [State.CANCELLED]


def test_new_words_by_phone_want_the_check(with_card: tuple[Office, Session, PersonId, str]) -> None:
    office, session, person, _ = with_card
    request = PassphraseRequest(person, "Maria herself", "by-phone")
    assert code_of(lambda: office.reissue_card(session, request)) == "check-first"
    office.record_check(session, IdentityCheck(person, CHECK))
    assert office.reissue_card(session, request).passphrase


def test_a_second_card_by_phone_wants_the_check_too_and_leaves_no_letter_behind(
    with_card: tuple[Office, Session, PersonId, str],
) -> None:
    office, session, person, words = with_card
    arrived = write(office, session, person, "All is well.")
    accept(office, arrived)
    request = PassphraseRequest(person, "somebody on the phone", "by-phone")
    assert code_of(lambda: office.make_passphrase(session, request)) == "check-first"
    assert opened_with(office, write(office, session, person), words)
    again = make(office, session, person)
    listed = desk(office).opened().database.read(lambda tx: messages.of_person(tx, person))
    anew = next(one.id for one in listed if one.source == arrived)
    assert opened_with(office, anew, again) == "All is well."


def test_stopping_half_way_leaves_card_words_and_messages_as_they_were(
    with_card: tuple[Office, Session, PersonId, str],
) -> None:
    office, session, person, words = with_card
    waiting = write(office, session, person)
    request = PassphraseRequest(person, "Rita", "in-person")
    assert code_of(lambda: office.reissue_card(session, request, lambda *_: False)) == "cancelled"
    assert states(office, waiting) == [State.QUEUED]
    database = desk(office).opened().database
    card = database.read(lambda tx: cards.get(tx, person))
    assert card is not None
    assert database.read(lambda tx: words_of(tx, card)) == words


def test_a_crash_while_storing_leaves_everything_as_it_was(
    with_card: tuple[Office, Session, PersonId, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, session, person, words = with_card
    waiting = write(office, session, person)
    opened = desk(office).opened()

    def torn(*_: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(opened.outbox, "enqueue", torn)
    with pytest.raises(RuntimeError):
        office.reissue_card(session, PassphraseRequest(person, "Rita", "in-person"))
    assert states(office, waiting) == [State.QUEUED]
    card = opened.database.read(lambda tx: cards.get(tx, person))
    assert card is not None
    assert opened.database.read(lambda tx: words_of(tx, card)) == words


def test_the_words_stand_in_no_setting_and_no_record(maria: tuple[Office, Session, PersonId]) -> None:
    office, session, person = maria
    words = make(office, session, person)
    office.record_check(session, IdentityCheck(person, CHECK))
    office.show_words(session, person)
    bodies = repr(office.query_log(session))
    assert words not in bodies
    assert desk(office).opened().database.read(lambda tx: settings.get(tx, "phrase")) is None
