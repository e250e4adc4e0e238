"""Asking for a yes by mail: the letter, and what really comes back into the mailbox."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from desktop.errors import InputError, Refused
from desktop.mail.asking import withholds
from desktop.mail.incoming import Arrived, file_all
from desktop.mail.optin import VALID
from desktop.mail.returned_reading import from_json, to_json, understand
from desktop.models import entries, messages, received
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.delivery import AccountId
from desktop.models.ids import new_id
from desktop.models.records import Consent, Message, PersonId, State
from desktop.models.standing import EvidenceKind, Use
from desktop.office.api import Office
from desktop.office.consent_asking import USES
from desktop.office.values_consent import AskRequest, ConsentRequest
from desktop.office.values_practice import RelayRequest
from desktop.texts import LANGUAGES, Texts
from tests.made_practice import Practice, person_named
from tests.made_rows_mailbox import a_mailbox
from tests.made_staff import desk_of
from tests.support.mailbox import reply

_CODE = re.compile(r"^([A-Z2-9]{4}-[A-Z2-9]{4})$", re.MULTILINE)


class Asking:
    """Zoraida was asked, the letter left, and her answers come in by the mailbox."""

    def __init__(self, practice: Practice, office: Office, session: Session, use: Use) -> None:
        self.practice, self.office, self.session, self.use = practice, office, session, use
        self.box: AccountId = office.add_mailbox(session, a_mailbox("Office")).id
        self.person: PersonId = person_named(office, session, "Zoraida")
        asked = office.ask_consent(session, AskRequest(self.person, use))
        desk = desk_of(office)
        self.letter: Message = desk.opened().database.write(lambda tx: self._leaves(tx, asked.message))
        kept = desk.opened().database.read(lambda tx: entries.of_message(tx, self.letter.id))
        assert kept is not None
        self.text = kept.own
        found = _CODE.search(self.text)
        assert found is not None
        self.code = found[1]

    @staticmethod
    def _leaves(tx: Tx, id_: object) -> Message:
        messages.move(tx, id_, State.QUEUED, State.ACCEPTED)  # type: ignore[arg-type]
        row = messages.get(tx, id_)  # type: ignore[arg-type]
        assert row is not None
        return row

    def comes(self, raw: bytes) -> Consent:
        """Fetched and put on file as from a server; what they stand at then."""
        desk = desk_of(self.office)
        desk.clock.move(60)  # type: ignore[attr-defined]
        now, database = desk.clock.now(), desk.opened().database
        uid = 1 + len(database.read(received.listing))
        mail = Arrived(uid, now, len(raw), from_json(to_json(understand(raw))), raw)
        database.write(lambda tx: file_all(tx, desk.audit, self.box, 1, [mail], now))
        return self.counts

    @property
    def counts(self) -> Consent:
        shown = self.office.show_consent(self.session, self.person)
        return next(line.counts for line in shown.uses if line.use is self.use)

    @property
    def answer(self) -> str:
        (line,) = self.office.show_consent(self.session, self.person).asked
        return line.answer

    @property
    def quoted(self) -> str:
        return "\n".join(f"> {line}" for line in self.text.splitlines())


@pytest.fixture
def ask(
    practice: Practice, at_work: tuple[Office, Session], relay_request: Callable[..., RelayRequest]
) -> Callable[[Use], Asking]:
    office, session = at_work
    office.add_relay(session, relay_request())
    return lambda use: Asking(practice, office, session, use)


@pytest.fixture
def asking(ask: Callable[[Use], Asking]) -> Asking:
    return ask(Use.MARKETING)


@pytest.mark.parametrize("use", USES)
def test_the_code_that_comes_back_is_a_yes_on_the_mail_that_brought_it(
    ask: Callable[[Use], Asking], use: Use
) -> None:
    asking = ask(use)
    raw = reply(asking.letter, f"{asking.code}\n\nThank you\nZoraida\nSent from my iPhone\n\n{asking.quoted}")
    assert asking.comes(raw) is Consent.GIVEN
    (entry,) = asking.office.show_consent(asking.session, asking.person).entries
    assert entry.proof is not None
    assert (entry.use, entry.how, entry.by) == (use, "by-mail", "ana")
    assert (entry.proof.kind, entry.proof.wording) == (EvidenceKind.REPLY, "en-ask-2026-1")
    assert asking.answer == "yes"
    assert "consent.recorded" in [line.act for line in asking.office.query_log(asking.session).lines]


@pytest.mark.parametrize("own", ["Yes, gladly: {lower}.", "Yes please\n\n{bare}\n\nZoraida", "Sí, {code}"])
def test_the_code_counts_however_it_is_written(asking: Asking, own: str) -> None:
    code = asking.code
    words = own.format(code=code, lower=code.lower(), bare=code.replace("-", ""))
    assert asking.comes(reply(asking.letter, words)) is Consent.GIVEN


def test_a_reply_of_a_web_page_counts_by_its_own_words_alone(asking: Asking) -> None:
    def page(own: str) -> bytes:
        quote = asking.text.replace("\n", "<br>")
        html = f"<p>{own}</p><div class='gmail_quote'><blockquote>{quote}</blockquote></div>"
        plain = reply(asking.letter, "", head="X-Two: 1").partition(b"\r\n\r\n")[0]
        return plain.replace(b"text/plain", b"text/html") + b"\r\n\r\n" + html.encode() + b"\r\n"

    assert asking.comes(page("What is this about?")) is Consent.UNKNOWN
    assert asking.comes(page(f"Yes: {asking.code}")) is Consent.GIVEN


def test_a_wrong_code_is_no_answer_and_the_right_one_still_counts(asking: Asking) -> None:
    wrong = asking.code[::-1] if asking.code != asking.code[::-1] else "ABCD-EFGH"
    assert asking.comes(reply(asking.letter, f"Yes, {wrong}")) is Consent.UNKNOWN
    assert asking.answer == ""
    assert asking.comes(reply(asking.letter, f"Sorry, {asking.code}")) is Consent.GIVEN


def test_the_code_from_another_address_is_no_answer(asking: Asking) -> None:
    raw = reply(asking.letter, asking.code, sender="son@example.net")
    assert asking.comes(raw) is Consent.UNKNOWN
    assert asking.answer == ""


def test_another_patient_does_not_answer_with_the_code(asking: Asking) -> None:
    other = person_named(asking.office, asking.session, "Bo")
    asked = asking.office.ask_consent(asking.session, AskRequest(other, asking.use))
    letter = desk_of(asking.office).opened().database.write(lambda tx: asking._leaves(tx, asked.message))
    assert asking.comes(reply(letter, asking.code)) is Consent.UNKNOWN
    shown = asking.office.show_consent(asking.session, other)
    assert not shown.entries


def test_the_code_in_a_mail_out_of_the_blue_is_no_answer(asking: Asking) -> None:
    raw = f"From: {asking.letter.address}\r\nSubject: Hello\r\n\r\n{asking.code}\r\n".encode()
    assert asking.comes(raw) is Consent.UNKNOWN


def test_the_code_after_its_last_day_is_no_answer(asking: Asking) -> None:
    asking.practice.clock.move((VALID + timedelta(minutes=1)).total_seconds())
    asking.session = asking.office.unlock(asking.practice.credentials()).session
    assert asking.comes(reply(asking.letter, asking.code)) is Consent.UNKNOWN
    assert asking.answer == "over"


@pytest.mark.parametrize(
    "quote",
    [
        "{marked}",
        "-----Original Message-----\nFrom: Elm Street\nSent: Monday\n\n{text}",
        "________________________________\nFrom: Elm Street\nSent: Monday\n\n{text}",
        "{text}",
    ],
    ids=["marked", "divided", "headed", "without any mark"],
)
def test_the_code_in_what_is_quoted_is_no_answer(asking: Asking, quote: str) -> None:
    words = "Thanks\n\n" + quote.format(marked=asking.quoted, text=asking.text)
    assert asking.comes(reply(asking.letter, words)) is Consent.UNKNOWN
    assert asking.answer == ""


@pytest.mark.parametrize(
    "own",
    [
        "No, thank you. {code}",
        "Please do not send me offers ({code})",
        "Don't: {code}",
        "STOP {code}",
        "Yes, but only about flu shots: {code}",
        "No quiero, gracias. {code}",
        "Sí, pero solo sobre vacunas. {code}",
        "Unsubscribe {code}",
    ],
)
def test_a_no_or_half_a_yes_beside_the_code_is_for_a_person_to_read(asking: Asking, own: str) -> None:
    words = own.format(code=asking.code)
    assert asking.comes(reply(asking.letter, words)) is Consent.UNKNOWN
    found = desk_of(asking.office).opened().database.read(received.listing)
    assert len(found) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("use", USES)
def test_the_letter_itself_repeated_without_any_mark_would_never_count(language: str, use: Use) -> None:
    words = Texts(language).say(
        f"mail.ask-consent.{use.value}", name="Zoraida", practice="Elm Street", code="ABCD-EFGH"
    )
    assert withholds(f"Thanks\n\n{words}")


def test_an_absence_note_that_repeats_the_letter_is_no_answer(asking: Asking) -> None:
    note = f"I am away until Monday.\n\n{asking.code}"
    raw = reply(asking.letter, note, head="Auto-Submitted: auto-replied\n")
    assert asking.comes(raw) is Consent.UNKNOWN
    assert asking.answer == ""


def test_it_counts_once_and_no_later_mail_overrules_a_no(asking: Asking) -> None:
    assert asking.comes(reply(asking.letter, asking.code)) is Consent.GIVEN
    refusal = ConsentRequest(asking.person, asking.use, Consent.REFUSED)
    asking.office.record_consent(asking.session, refusal)
    assert asking.comes(reply(asking.letter, f"{asking.code} again")) is Consent.REFUSED


def test_a_newer_question_ends_the_older_code(asking: Asking) -> None:
    asking.office.ask_consent(asking.session, AskRequest(asking.person, asking.use))
    assert asking.comes(reply(asking.letter, asking.code)) is Consent.UNKNOWN


def test_who_cannot_be_asked(asking: Asking) -> None:
    office, session = asking.office, asking.session
    ned = person_named(office, session, "Ned")
    nobody = PersonId(new_id())
    for person, use, code in (
        (asking.person, Use.PAID, "permission-use"),
        (ned, Use.CARE, "consent-no-address"),
        (nobody, Use.CARE, "person-unknown"),
    ):
        with pytest.raises(InputError) as caught:
            office.ask_consent(session, AskRequest(person, use))
        assert caught.value.code == code
    assert asking.comes(reply(asking.letter, asking.code)) is Consent.GIVEN
    with pytest.raises(Refused, match="consent-given-already"):
        office.ask_consent(session, AskRequest(asking.person, asking.use))
    office.record_consent(session, ConsentRequest(asking.person, Use.CARE, Consent.REFUSED))
    with pytest.raises(Refused, match="consent-refusal-stands"):
        office.ask_consent(session, AskRequest(asking.person, Use.PLAIN))
