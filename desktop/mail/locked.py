"""The mail around a locked file, in each of its forms: a link, a PDF, or a page beside a neutral text."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from desktop.config import LIMITS
from desktop.crypto.envelope import EnvelopeContent, EnvelopeWords, seal_envelope
from desktop.crypto.envelope_header import Proof
from desktop.frozen import dataclass
from desktop.mail import hosted, mime
from desktop.mail.decision import Decision, card_mark
from desktop.mail.means import SealMeans
from desktop.mail.replies import ReplyMeans
from desktop.models.protection import Form
from desktop.models.records import Label, PasswordCard, PersonId
from desktop.texts import Texts


@dataclass(frozen=True)
class Outside:
    """What may stand where everybody can read it: the language, the practice, its sign, the day."""

    language: str
    practice: str
    day: date
    phone: str = ""
    phrase: str = ""
    token: str = ""
    """For the boundary of the message around it."""


@dataclass(frozen=True)
class Answer:
    """How a page's reader can answer: sealed for the practice, by mail to `to`."""

    means: ReplyMeans
    person: PersonId
    to: str


def locked_file(
    content: EnvelopeContent,
    decision: Decision,
    means: SealMeans,
    outside: Outside,
    name: str,
    answer: Answer | None = None,
) -> tuple[mime.Entity, bytes]:
    """The mail's content, and the file for storage where the mail holds a link only.

    `name` is what the file is called there; a page offers the `answer`, a PDF cannot.
    Raises VaultError `card-words-damaged`; ValueError where the decision names a card, words or
    a storage that is not at hand: bugs.
    """
    card = means.card
    born = means.birth_date if decision.label is Label.VERY_SENSITIVE else None
    if card is None or card_mark(card, born) != decision.key_fingerprint:
        raise ValueError("the decision names a password card that is not at hand")
    texts = Texts(outside.language)
    match decision.form:
        case Form.PDF:
            text = _text(texts, outside, "pdf")
            file = _pdf(content, means, outside, texts)
            return mime.with_file(text, texts.say("mail.envelope.file-pdf"), file, _PDF, outside.token), b""
        case Form.HTML:
            text = _text(texts, outside, "text")
            page = _page(content, decision, means, card, outside, LIMITS.locked_file_days, answer)
            return mime.with_file(text, texts.say("mail.envelope.file"), page, _HTML, outside.token), b""
        case Form.LINK if means.storage is not None:
            page = _page(content, decision, means, card, outside, means.storage.days, answer)
            text = _text(texts, outside, "link", link=hosted.link(means.storage, name))
            return mime.text_entity(text), page
        case _:
            raise ValueError("the decision names a form that cannot be made")


_PDF = "application/pdf"
_HTML = "text/html; charset=utf-8"


def _pdf(content: EnvelopeContent, means: SealMeans, outside: Outside, texts: Texts) -> bytes:
    if means.words is None:
        raise ValueError("the decision names words that are not at hand")
    from desktop.crypto.envelope_pdf import PdfWords, seal_pdf

    return seal_pdf(content, means.words.open(), PdfWords.of(texts, outside.practice), outside.phrase)


def _page(
    content: EnvelopeContent,
    decision: Decision,
    means: SealMeans,
    card: PasswordCard,
    outside: Outside,
    days: int,
    answer: Answer | None,
) -> bytes:
    """The page; a very sensitive one asks for the birth date beside the words."""
    proven = decision.label is Label.VERY_SENSITIVE
    return seal_envelope(
        card.key,
        card.salt,
        card.rounds,
        content,
        _words(outside.language, outside.practice, outside.phone),
        phrase=outside.phrase,
        expires=outside.day + timedelta(days=days),
        proof=Proof.BIRTH_DATE if proven else Proof.NONE,
        birth_date=means.birth_date if proven else None,
        reply_key=answer.means.public if answer else b"",
        reply_to=answer.to if answer else "",
        file=answer.means.new_file(answer.person) if answer else b"",
    )


@lru_cache(maxsize=8)
def _words(language: str, practice: str, phone: str) -> EnvelopeWords:
    """The same in each of a practice's files, and thirty sentences to look up."""
    return EnvelopeWords.of(Texts(language), practice, phone)


def _text(texts: Texts, outside: Outside, code: str, **values: str) -> str:
    text = texts.say(f"mail.envelope.{code}", practice=outside.practice, **values)
    if not outside.phrase:
        return text
    return f"{text}\n{texts.say('mail.envelope.phrase', phrase=outside.phrase)}\n"
