"""The mail around a locked file, in each of its forms: a link, a PDF, or a page beside a neutral text."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.crypto.envelope import EnvelopeContent, EnvelopeWords, seal_envelope
from desktop.mail import hosted, mime
from desktop.mail.decision import Decision, card_mark
from desktop.mail.means import SealMeans
from desktop.models.protection import Form
from desktop.texts import Texts


@dataclass(frozen=True)
class Outside:
    """What may stand where everybody can read it: the language, the practice, its sign."""

    language: str
    practice: str
    phrase: str = ""


def locked_file(
    content: EnvelopeContent, decision: Decision, means: SealMeans, outside: Outside, name: str
) -> tuple[mime.Entity, bytes]:
    """The mail's content, and the file for storage where the mail holds a link only.

    `name` is what the file is called there. ValueError where the decision names a card or a
    storage that is not at hand, or a form that nothing was decided about: bugs.
    """
    card = means.card
    if card is None or card_mark(card) != decision.key_fingerprint:
        raise ValueError("the decision names a password card that is not at hand")
    texts = Texts(outside.language)
    words = EnvelopeWords.of(texts, outside.practice)
    page = seal_envelope(card.key, card.salt, card.rounds, content, words)
    if decision.form is Form.LINK:
        if means.storage is None:
            raise ValueError("the decision names a storage that is not at hand")
        text = _text(texts, outside, "link", link=hosted.link(means.storage, name))
        return mime.text_entity(text), page
    text = _text(texts, outside, "text")
    return mime.with_locked_file(text, texts.say("mail.envelope.file"), page), b""


def _text(texts: Texts, outside: Outside, code: str, **values: str) -> str:
    text = texts.say(f"mail.envelope.{code}", practice=outside.practice, **values)
    if not outside.phrase:
        return text
    return f"{text}\n{texts.say('mail.envelope.phrase', phrase=outside.phrase)}\n"
