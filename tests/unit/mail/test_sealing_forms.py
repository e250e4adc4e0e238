"""Locked files in each form, and S/MIME for those whose program is known to read AES-GCM."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest

from desktop.crypto.cardwords import seal_words
from desktop.crypto.envelope import derive_person_key, open_envelope
from desktop.crypto.envelope_pdf import open_pdf, pdf_password
from desktop.crypto.passphrase import wordlist
from desktop.crypto.smime import AES_GCM
from desktop.errors import InputError, SealwellError
from desktop.mail.decision import CARE, Decision, DecisionInput, FormMeans
from desktop.mail.hosted import link
from desktop.mail.means import KeptWords, SealMeans
from desktop.mail.mime import Attachment
from desktop.mail.policy import decide
from desktop.mail.sealing import Letter, Sealed
from desktop.models.protection import Form, KeyLife, Storage, StorageId
from desktop.models.records import (
    Baa,
    Consent,
    Detail,
    KeyId,
    KeyKind,
    Kind,
    Label,
    Method,
    PasswordCard,
    Person,
    PersonId,
    PublicKey,
    Relay,
    RelayId,
    Status,
)
from tests.practice.office import MONDAY, NAME, SENDER, own_sealer, own_smime
from tests.practice.readers import Readers

ADDRESS, WORDS, SALT = "maria@mail.example", " ".join(wordlist()[100:700:100]), b"s" * 16
OTHER_WORDS = " ".join(wordlist()[200:800:100])
BIRTHDAY = date(1961, 5, 4)
WHO = PersonId("a" * 32)
MARIA = Person(
    WHO, Kind.PATIENT, "Maria", "Lopez", BIRTHDAY, ADDRESS, "en", Detail.FULL, Status.ACTIVE, Consent.GIVEN
)
BAA = Baa("Somebody Inc.", MONDAY.date(), None, "all")
RELAY = Relay(RelayId("b" * 32), "r", "r.example", 465, "implicit", "", "u", SENDER, BAA)
URL = "https://files.example/locked"
STORAGE = Storage(StorageId("d" * 32), "Files", "webdav", URL, "u", f"{URL}/", 12, BAA, MONDAY)
CARD_KEY = b"c" * 32
CARD = PasswordCard(WHO, SALT, 100_000, derive_person_key(WORDS, SALT, 100_000), "Rita", "in-person", MONDAY)
KEPT = KeptWords(WHO, SALT, seal_words(CARD_KEY, WHO, SALT, WORDS), CARD_KEY)
MEANS = SealMeans(card=CARD, words=KEPT, birth_date=BIRTHDAY, storage=STORAGE)
LETTER = Letter(
    person=WHO,
    address=ADDRESS,
    sender=SENDER,
    sender_name=NAME,
    subject="Your biopsy",
    text="The biopsy shows nothing bad.",
    attachments=(Attachment("biopsy.txt", b"negative"),),
    language="en",
    kind="letter",
    message_id="<abc@harbor.example>",
    date=MONDAY,
    phrase="three quiet lanterns",
)


def decided(form: Form, label: Label = Label.SENSITIVE, **changes: Any) -> Decision:
    request = DecisionInput(
        replace(MARIA, **changes),
        (),
        CARD,
        RELAY,
        label,
        CARE,
        MONDAY,
        forms=FormMeans(storage=True, words=True),
        form=form,
    )
    return decide(request)


def sealed(form: Form, label: Label = Label.SENSITIVE, means: SealMeans = MEANS) -> Sealed:
    return own_sealer().seal(LETTER, decided(form, label), means)


def parsed(wire: bytes) -> Any:
    return BytesParser(policy=default).parsebytes(wire)


def outside(message: Any) -> str:
    return str(message.get_body(("plain",)).get_content())


def file_of(wire: bytes) -> tuple[str, str, bytes]:
    """Its type, its name and what it holds."""
    (part,) = parsed(wire).iter_attachments()
    return part.get_content_type(), part.get_filename(), part.get_payload(decode=True)


def code_of(page: bytes, words: str, born: date | None = None) -> str:
    with pytest.raises(InputError) as caught:
        open_envelope(page, words, born)
    return caught.value.code


@pytest.mark.parametrize("form", list(Form))
def test_nothing_of_the_letter_stands_around_a_locked_file(form: Form) -> None:
    made = sealed(form)
    message = parsed(made.wire)
    assert message["Subject"] == f"Message from {NAME}"
    assert "three quiet lanterns" in outside(message)
    for secret in (b"biopsy", b"negative", b"Lopez", b"1961"):
        assert secret not in made.wire + made.extra


def test_a_page_with_proof_opens_by_words_and_birth_date_alone() -> None:
    kind, name, page = file_of(sealed(Form.HTML, Label.VERY_SENSITIVE).wire)
    assert (kind, name) == ("text/html", "message.html")
    assert code_of(page, WORDS) == "envelope-needs-birth-date"
    assert code_of(page, WORDS, date(1961, 4, 5)) == "envelope-wrong-proof"
    assert code_of(page, OTHER_WORDS, BIRTHDAY) == "envelope-wrong-proof"
    content = open_envelope(page, WORDS, BIRTHDAY)
    assert (content.subject, content.text.strip()) == (LETTER.subject, LETTER.text)


def test_a_page_that_is_less_than_very_sensitive_asks_for_the_words_alone() -> None:
    assert open_envelope(file_of(sealed(Form.HTML).wire)[2], WORDS).attachments[0].data == b"negative"


def test_a_pdf_opens_with_the_words_as_the_card_spells_them_for_it() -> None:
    kind, name, pdf = file_of(sealed(Form.PDF).wire)
    assert (kind, name) == ("application/pdf", "message.pdf")
    content = open_pdf(pdf, pdf_password(WORDS))
    assert (content.subject, content.text.strip()) == (LETTER.subject, LETTER.text)
    assert [(one.name, one.data) for one in content.attachments] == [("biopsy.txt", b"negative")]
    with pytest.raises(SealwellError):
        open_pdf(pdf, pdf_password(OTHER_WORDS))


def test_words_of_another_person_make_no_pdf() -> None:
    stolen = replace(KEPT, person="f" * 32)
    with pytest.raises(SealwellError) as caught:
        sealed(Form.PDF, means=replace(MEANS, words=stolen))
    assert caught.value.code == "card-words-damaged"


def test_a_link_carries_the_page_beside_the_mail_and_never_in_it() -> None:
    made = sealed(Form.LINK, Label.VERY_SENSITIVE)
    assert link(STORAGE, made.object_name) in outside(parsed(made.wire))
    assert list(parsed(made.wire).iter_attachments()) == []
    assert made.storage == STORAGE
    assert open_envelope(made.extra, WORDS, BIRTHDAY).text.strip() == LETTER.text
    assert code_of(made.extra, WORDS) == "envelope-needs-birth-date"


def test_a_page_behind_a_link_ends_with_its_storage() -> None:
    page = sealed(Form.LINK).extra
    last = MONDAY.date() + timedelta(days=STORAGE.days)
    assert open_envelope(page, WORDS, today=last).text
    with pytest.raises(InputError) as caught:
        open_envelope(page, WORDS, today=last + timedelta(days=1))
    assert caught.value.code == "envelope-expired"


def test_no_two_links_are_alike() -> None:
    names = {sealed(Form.LINK).object_name for _ in range(20)}
    assert len(names) == 20
    assert min(map(len, names)) >= 43


@pytest.mark.parametrize(
    ("form", "gone"),
    [(Form.LINK, {"storage": None}), (Form.PDF, {"words": None}), (Form.HTML, {"card": None})],
)
def test_what_was_decided_and_is_not_at_hand_is_a_bug(form: Form, gone: dict[str, None]) -> None:
    with pytest.raises(ValueError, match="decision names"):
        sealed(form, means=replace(MEANS, **gone))  # type: ignore[arg-type]


@pytest.mark.parametrize(("known", "gcm"), [((AES_GCM,), True), ((), False), (("aes-128-cbc",), False)])
def test_only_who_is_known_to_read_gcm_gets_it(readers: Readers, known: tuple[str, ...], gcm: bool) -> None:
    certificate = PublicKey(
        KeyId("2" * 32), WHO, KeyKind.SMIME, "AB" * 32, (ADDRESS,), readers.smime(ADDRESS), None, "f", MONDAY
    )
    decision = decide(DecisionInput(MARIA, (certificate,), None, RELAY, Label.SENSITIVE, CARE, MONDAY))
    assert decision.method is Method.SMIME
    means = SealMeans((certificate,), {certificate.id: KeyLife(capabilities=known)})
    wire = own_sealer().seal(LETTER, decision, means).wire
    said = dict(parsed(wire)["Content-Type"].params)["smime-type"]
    assert said == ("authEnveloped-data" if gcm else "enveloped-data")
    assert b"The biopsy shows" in readers.open_smime(wire, own_smime().cert_der).data
