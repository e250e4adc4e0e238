"""The bytes on the wire, opened by gpg, openssl and the locked file's own reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.crypto.envelope import derive_person_key, open_envelope
from desktop.errors import InputError
from desktop.mail.decision import CARE, Decision, DecisionInput
from desktop.mail.means import SealMeans
from desktop.mail.mime import Attachment, Picture
from desktop.mail.policy import decide
from desktop.mail.sealing import Letter, Sealed, Sealer
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
from tests.practice.office import MONDAY, NAME, SENDER, own_openpgp, own_sealer, own_smime
from tests.practice.readers import Readers

ADDRESS = "maria@mail.example"
WORDS = "acid bamboo cactus delta eagle fabric"
SALT = b"s" * 16
WHO = PersonId("a" * 32)
MARIA = Person(
    WHO, Kind.PATIENT, "María", "López", None, ADDRESS, "en", Detail.FULL, Status.ACTIVE, Consent.GIVEN
)
BAA = Baa("Relay Inc.", MONDAY.date(), None, "mail")
RELAY = Relay(
    RelayId("b" * 32),
    "r",
    "r.example",
    465,
    "implicit",
    "",
    "u",
    SENDER,
    BAA,
    "account",
    required_tls_at=MONDAY,
)
CANARIES = ("Mar=C3=ADa", "L=C3=B3pez", "chemo", "López".encode().hex())
"""Nothing so short that base64 could spell it by chance."""
LETTER = Letter(
    person=WHO,
    address=ADDRESS,
    sender=SENDER,
    sender_name=NAME,
    subject="María López: your chemotherapy",
    text="Dear María,\n.\nFrom Tuesday on: chemotherapy.\n",
    attachments=(Attachment("López chemo plan.pdf", b"%PDF-1.7\n\x00\xff"),),
    language="en",
    kind="letter",
    message_id="<abc@harbor.example>",
    date=MONDAY,
)


@pytest.fixture(scope="module")
def sealer() -> Sealer:
    return own_sealer()


@pytest.fixture(scope="module")
def pgp(readers: Readers) -> PublicKey:
    fingerprint, data = readers.openpgp(ADDRESS)
    return PublicKey(
        KeyId("1" * 32), WHO, KeyKind.OPENPGP, fingerprint, (ADDRESS,), data, None, "file", MONDAY
    )


@pytest.fixture(scope="module")
def certificate(readers: Readers) -> PublicKey:
    data = readers.smime(ADDRESS)
    return PublicKey(KeyId("2" * 32), WHO, KeyKind.SMIME, "AB" * 32, (ADDRESS,), data, None, "file", MONDAY)


@pytest.fixture(scope="module")
def card() -> PasswordCard:
    key = derive_person_key(WORDS, SALT, 100_000)
    return PasswordCard(WHO, SALT, 100_000, key, "Rita", "in-person", MONDAY)


def means(keys: tuple[PublicKey, ...] = (), card: PasswordCard | None = None) -> SealMeans:
    return SealMeans(keys, card=card)


def decided(keys: tuple[PublicKey, ...] = (), card: PasswordCard | None = None, **changes: Any) -> Decision:
    label = changes.pop("label", Label.ROUTINE)
    return decide(DecisionInput(replace(MARIA, **changes), keys, card, RELAY, label, CARE, MONDAY))


def parsed(data: bytes) -> Any:
    return BytesParser(policy=policy.default).parsebytes(data)


def says_nothing(sealed: Sealed) -> None:
    head, _, _ = sealed.wire.partition(b"\r\n\r\n")
    message = parsed(sealed.wire)
    assert message["Subject"] == "Message from Harbor Clinic"
    assert message["To"] == ADDRESS
    assert b"maria" not in head.replace(b"maria@mail.example", b"").lower()
    for canary in CANARIES:
        assert canary.encode() not in sealed.wire


def inner_is_true(plain: bytes) -> None:
    inner = parsed(plain)
    assert inner["Subject"] == LETTER.subject
    assert inner["Content-Type"].params["hp"] == "cipher"
    assert inner["Message-ID"] == LETTER.message_id
    assert inner.get_all("HP-Outer")[-1] == "Subject: Message from Harbor Clinic"
    text = inner.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text == f"Subject: {LETTER.subject}\n\n{LETTER.text}"
    (file,) = list(inner.iter_attachments())
    assert (file.get_filename(), file.get_payload(decode=True)) == (
        "López chemo plan.pdf",
        b"%PDF-1.7\n\x00\xff",
    )


def test_gpg_opens_what_is_sealed_by_openpgp_and_finds_the_signature_good(
    sealer: Sealer, pgp: PublicKey, readers: Readers
) -> None:
    sealed = sealer.seal(LETTER, decided((pgp,)), means((pgp,), None))
    says_nothing(sealed)
    opened = readers.open_openpgp(sealed.wire, own_openpgp().public)
    assert opened.signed_by == own_openpgp().fingerprint
    inner_is_true(opened.data)


def test_openssl_opens_what_is_sealed_by_smime_and_finds_the_signature_good(
    sealer: Sealer, certificate: PublicKey, readers: Readers
) -> None:
    sealed = sealer.seal(LETTER, decided((certificate,)), means((certificate,), None))
    says_nothing(sealed)
    inner_is_true(readers.open_smime(sealed.wire, own_smime().cert_der).data)


def test_the_words_of_the_card_open_the_locked_file(sealer: Sealer, card: PasswordCard) -> None:
    decision = decided(card=card, label=Label.SENSITIVE)
    sealed = sealer.seal(LETTER, decision, means((), card))
    says_nothing(sealed)
    (file,) = list(parsed(sealed.wire).iter_attachments())
    assert file.get_filename() == "message.html"
    content = open_envelope(file.get_payload(decode=True), WORDS)
    assert (content.subject, content.text) == (LETTER.subject, LETTER.text)
    assert [(item.name, item.type, item.data) for item in content.attachments] == [
        ("López chemo plan.pdf", "application/pdf", b"%PDF-1.7\n\x00\xff")
    ]
    with pytest.raises(InputError):
        open_envelope(file.get_payload(decode=True), "acid bamboo cactus delta eagle eagle")


def test_the_text_around_a_locked_file_is_in_the_persons_language(sealer: Sealer, card: PasswordCard) -> None:
    decision = decided(card=card, label=Label.SENSITIVE)
    message = parsed(sealer.seal(replace(LETTER, language="es"), decision, means((), card)).wire)
    assert message["Subject"] == "Mensaje de Harbor Clinic"
    assert "tarjeta de contraseña" in message.get_body(("plain",)).get_content()
    (file,) = list(message.iter_attachments())
    assert file.get_filename() == "mensaje.html"


def test_what_is_only_encrypted_on_the_way_keeps_its_subject_out_of_the_header(sealer: Sealer) -> None:
    sealed = sealer.seal(LETTER, decided(), means((), None))
    message = parsed(sealed.wire)
    assert message["Subject"] == "Message from Harbor Clinic"
    text = message.get_body(("plain",)).get_content()
    assert text.replace("\r\n", "\n") == f"{LETTER.subject}\n\n{LETTER.text}"


def test_a_reminder_says_that_a_machine_wrote_it_and_a_letter_does_not(sealer: Sealer) -> None:
    reminder = parsed(sealer.seal(replace(LETTER, kind="reminder"), decided(), means((), None)).wire)
    assert reminder["Auto-Submitted"] == "auto-generated"
    assert parsed(sealer.seal(LETTER, decided(), means((), None)).wire)["Auto-Submitted"] is None


@pytest.mark.parametrize(
    "hostile",
    [
        replace(LETTER, subject="x\r\nBcc: evil@example.org"),
        replace(LETTER, sender_name="x\r\nBcc: evil@example.org"),
        replace(LETTER, attachments=(Attachment('x"\r\nBcc: evil@example.org', b""),)),
    ],
)
def test_a_line_break_in_a_header_value_is_refused(sealer: Sealer, pgp: PublicKey, hostile: Letter) -> None:
    with pytest.raises(InputError) as caught:
        sealer.seal(hostile, decided((pgp,)), means((pgp,), None))
    assert caught.value.code == "header-unsafe"


def test_only_the_key_that_was_decided_on_is_used(sealer: Sealer, pgp: PublicKey) -> None:
    other = replace(pgp, fingerprint="AB" * 20)
    with pytest.raises(ValueError, match="not at hand"):
        sealer.seal(LETTER, decided((pgp,)), means((other,), None))
    with pytest.raises(InputError) as caught:
        sealer.seal(LETTER, decided((other,)), means((other,), None))
    assert caught.value.code == "key-mismatch"


def test_another_card_or_another_address_than_decided_is_a_bug(sealer: Sealer, card: PasswordCard) -> None:
    decision = decided(card=card, label=Label.SENSITIVE)
    with pytest.raises(ValueError, match="not at hand"):
        sealer.seal(LETTER, decision, means((), replace(card, salt=b"t" * 16)))
    with pytest.raises(ValueError, match="another address"):
        sealer.seal(replace(LETTER, address="x@mail.example"), decision, means((), card))


def test_nothing_is_sealed_where_there_is_no_way(sealer: Sealer) -> None:
    decision = decided(label=Label.SENSITIVE)
    assert decision.method is Method.NONE
    with pytest.raises(ValueError, match="none"):
        sealer.seal(LETTER, decision, means((), None))


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=120),
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=80),
    st.text(max_size=300),
)
def test_whatever_is_written_the_outer_header_has_one_recipient(subject: str, name: str, text: str) -> None:
    letter = replace(LETTER, subject=subject, sender_name=name, text=text)
    message = parsed(own_sealer().seal(letter, decided(), means((), None)).wire)
    assert [item.addr_spec for item in message["To"].addresses] == [ADDRESS]
    assert [item.addr_spec for item in message["From"].addresses] == [SENDER]
    assert set(message.keys()) <= {
        "Date",
        "From",
        "To",
        "Message-ID",
        "Subject",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    }


def test_the_date_is_the_letters(sealer: Sealer) -> None:
    at = datetime(2026, 11, 24, 7, 8, 9, tzinfo=UTC)
    assert (
        parsed(sealer.seal(replace(LETTER, date=at), decided(), means((), None)).wire)["Date"].datetime == at
    )


@pytest.mark.parametrize("method", ["openpgp", "tls"])
def test_an_answer_names_what_it_answers_outside_and_inside(
    sealer: Sealer, pgp: PublicKey, readers: Readers, method: str
) -> None:
    letter = replace(
        LETTER, in_reply_to="<q@mail.example>", references=("<p@mail.example>", "<q@mail.example>")
    )
    keys = (pgp,) if method == "openpgp" else ()
    sealed = sealer.seal(letter, decided(keys), means(keys))
    outer = parsed(sealed.wire)
    assert outer["In-Reply-To"] == letter.in_reply_to
    assert tuple(outer["References"].split()) == letter.references
    if method == "openpgp":
        inner = parsed(readers.open_openpgp(sealed.wire, own_openpgp().public).data)
        assert inner["In-Reply-To"] == letter.in_reply_to


PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
PAGE = replace(
    LETTER,
    html='<!doctype html><html><body style="margin:0"><p>chemotherapy</p>'
    '<img src="cid:tree@picture.invalid" alt="x"></body></html>',
    pictures=(Picture("tree", "image/png", PNG),),
)


def page_of(plain: bytes) -> str:
    """The page of a message, whose picture is the one that it names."""
    message = parsed(plain)
    related = next(part for part in message.walk() if part.get_content_type() == "multipart/related")
    page, picture = related.iter_parts()
    assert picture["Content-ID"] == "<tree@picture.invalid>"
    assert (picture.get_content_type(), picture.get_payload(decode=True)) == ("image/png", PNG)
    assert "cid:tree@picture.invalid" in page.get_content()
    assert message.get_body(("plain",)) is not None
    return str(page.get_content())


def test_a_page_and_its_picture_are_sealed_with_the_words(
    sealer: Sealer, pgp: PublicKey, certificate: PublicKey, readers: Readers
) -> None:
    sealed = sealer.seal(PAGE, decided((pgp,)), means((pgp,)))
    says_nothing(sealed)
    plain = readers.open_openpgp(sealed.wire, own_openpgp().public).data
    inner_is_true(plain)
    assert page_of(plain).count('<div class="header-protection-legacy-display">') == 1
    assert page_of(plain).index("<body") < page_of(plain).index("header-protection-legacy-display")
    sealed = sealer.seal(PAGE, decided((certificate,)), means((certificate,)))
    says_nothing(sealed)
    page_of(readers.open_smime(sealed.wire, own_smime().cert_der).data)


def test_a_page_that_is_encrypted_on_the_way_shows_its_subject_above_the_words(sealer: Sealer) -> None:
    sealed = sealer.seal(PAGE, decided(), means())
    assert parsed(sealed.wire)["Subject"] == "Message from Harbor Clinic"
    shown = page_of(sealed.wire)
    assert shown.index("<body") < shown.index(LETTER.subject) < shown.index("<p>chemotherapy")


def test_a_locked_file_holds_the_words_of_a_page(sealer: Sealer, card: PasswordCard) -> None:
    sealed = sealer.seal(PAGE, decided(card=card, label=Label.SENSITIVE), means((), card))
    says_nothing(sealed)
    (file,) = list(parsed(sealed.wire).iter_attachments())
    assert open_envelope(file.get_payload(decode=True), WORDS).text == LETTER.text


def test_a_subject_with_signs_of_html_is_text_above_a_page(sealer: Sealer) -> None:
    sealed = sealer.seal(replace(PAGE, subject="A <b>bold</b> & new"), decided(), means())
    assert "A &lt;b&gt;bold&lt;/b&gt; &amp; new" in page_of(sealed.wire)
