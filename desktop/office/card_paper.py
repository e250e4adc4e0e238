"""Papers of the secret desk: the password card, and a message on paper.

The card goes into a handbag and may be found. It says how to open locked files of this
practice and by which phrase its mail is known; it names no patient, no address and no
number of a record (45 CFR 164.502(b)), so that whoever finds it has words and no lock.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from desktop.mail import phrase
from desktop.mail.reopening import Reopened
from desktop.models import settings
from desktop.models.database import Tx
from desktop.models.documents import Block, Document, Facts, Paragraph, QrCode, Style
from desktop.models.records import Person
from desktop.texts import Texts, clean

_CODE_MM = 38.0
_DEVICES = ("iphone", "android", "computer")


def card_paper(tx: Tx, language: str, words: str, made_at: datetime) -> Document:
    """The card in the person's language, with the practice's name, phone and phrase."""
    say = Texts(language).say
    practice = settings.get(tx, "practice-name") or ""
    phone = settings.get(tx, "practice-phone") or ""
    zone = ZoneInfo(settings.get(tx, "zone") or "UTC")
    from desktop.crypto.envelope_pdf import pdf_password

    facts = [
        (say("paper.card.phone"), phone),
        (say("paper.card.phrase"), phrase.current(tx)),
        (say("paper.card.made"), made_at.astimezone(zone).date().isoformat()),
    ]
    blocks: tuple[Block, ...] = (
        Paragraph(say("paper.card.lead", practice=practice)),
        Paragraph(words, Style.LARGE),
        Paragraph(say("paper.card.typing")),
        Paragraph(say("paper.card.pdf"), Style.HEADING),
        Paragraph(pdf_password(words), Style.EXACT),
        Paragraph(say("paper.card.pdf-how"), Style.NOTE),
        QrCode(words, say("paper.card.code"), _CODE_MM),
        Paragraph(say("paper.card.how"), Style.HEADING),
        Facts(tuple((say(f"paper.card.{one}"), say(f"paper.card.{one}-how")) for one in _DEVICES)),
        Paragraph(say("paper.card.keep"), Style.HEADING),
        Paragraph(say("paper.card.keep-how", practice=practice)),
        Facts(tuple((name, value) for name, value in facts if value)),
    )
    return Document(
        title=say("paper.card.title"),
        language=language,
        subtitle=(practice,),
        blocks=blocks,
        footer=practice,
    )


def letter_paper(tx: Tx, person: Person, letter: Reopened) -> Document:
    """One message for whoever has it handed over or posted; its files are named, not printed."""
    say = Texts(person.language).say
    practice = settings.get(tx, "practice-name") or ""
    files = ", ".join(clean(file.name) for file in letter.attachments)
    paragraphs = tuple(Paragraph(part) for part in letter.text.strip().split("\n\n"))
    return Document(
        title=clean(letter.subject),
        language=person.language,
        subtitle=(practice, clean(person.name)),
        blocks=(
            *paragraphs,
            *((Paragraph(say("paper.letter.files", files=files), Style.NOTE),) if files else ()),
        ),
        footer=practice,
    )
