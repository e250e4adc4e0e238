"""Questions about files and lines that need no practice: what would you make of this?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from desktop.access.passwords import check_password
from desktop.clock import Clock
from desktop.config import CONTENT_LIMITS
from desktop.crypto.envelope import open_envelope
from desktop.crypto.keyfacts import inspect_key
from desktop.errors import InputError
from desktop.mail.content import check_content
from desktop.mail.content_eml import read_mail
from desktop.mail.content_values import ContentFile, ContentInput, Hit, Kind, Known, Part
from desktop.mail.returned import classify
from desktop.models.records import Reason
from desktop.office.parsing import Parsing
from desktop.office.template_files import TemplateFiles
from desktop.office.values_mailbox import MailClassified, ReturnedLine
from desktop.office.values_practice import (
    AddressChecked,
    AttachmentOut,
    ContentChecked,
    ContentHit,
    EnvelopeOpened,
    KeyInspected,
    PasswordChecked,
)
from desktop.people.addresses import check_address
from desktop.people.sheets import Sheet


class Files:
    """Pure: nothing is stored and nobody is named, so there is no session and no record."""

    def __init__(self, clock: Clock, read: Callable[[bytes, str], Sheet]) -> None:
        """`read` makes rows of a table, in the limited worker."""
        self._clock = clock
        parsing = Parsing(clock, read)
        self.parse_people = parsing.parse_people
        self.parse_schedule = parsing.parse_schedule
        templates = TemplateFiles()
        self.list_library = templates.list_library
        self.library_text = templates.library_text
        self.template_words = templates.template_words
        self.library_words = templates.library_words
        self.try_picture = templates.try_picture
        self.check_template = templates.check_template
        self.render_template = templates.render_template

    def inspect_key(self, data: bytes) -> KeyInspected:
        facts = inspect_key(data, self._clock.now())
        return KeyInspected(
            facts.kind,
            facts.usable,
            Reason(facts.reason) if facts.reason else None,
            facts.addresses,
            facts.fingerprint,
            facts.expires,
        )

    def check_address(self, text: str) -> AddressChecked:
        verdict = check_address(text)
        return AddressChecked(text, verdict.ok, verdict.reason, verdict.normalised)

    def check_password(self, text: str) -> PasswordChecked:
        reason = check_password(text, ())
        return PasswordChecked(reason is None, reason)

    def open_envelope(self, data: bytes, passphrase: str, birth_date: date | None = None) -> EnvelopeOpened:
        """Either form of a locked file. Raises InputError for a file that is none, wrong words, or damage."""
        from desktop.crypto.envelope_pdf import is_pdf, open_pdf

        if is_pdf(data):
            content = open_pdf(data, passphrase)
        else:
            today = self._clock.now().astimezone().date()
            content = open_envelope(data, passphrase, birth_date, today)
        return EnvelopeOpened(
            ok=True,
            reason=None,
            subject=content.subject,
            text=content.text,
            html=content.html,
            attachments=tuple(
                AttachmentOut(one.name, one.type, data=one.data) for one in content.attachments
            ),
        )

    def check_file(self, name: str, data: bytes) -> ContentChecked:
        """What a file gives away, without knowing anybody; `.eml` is read as mail, the rest by its bytes."""
        mail = name.lower().endswith(".eml")
        try:
            if mail:
                message = read_mail(data, Known(), CONTENT_LIMITS)
            else:
                message = ContentInput("", "", attachments=(ContentFile(name, "", data),))
        except InputError as error:
            return ContentChecked((), Reason(error.code, dict(error.params)))
        found = check_content(message, CONTENT_LIMITS, self._clock.mono).hits
        if mail:
            return ContentChecked(tuple(map(content_hit, found)))
        unread = next((hit.reason for hit in found if hit.kind is Kind.UNREADABLE), None)
        inside = (hit for hit in found if hit.where.part is Part.FILE and hit.kind is not Kind.UNREADABLE)
        return ContentChecked(tuple(map(content_hit, inside)), unread)

    def classify_mail(self, data: bytes) -> MailClassified:
        """What a received mail is, and about whom; whether to believe it is another question."""
        found = classify(data)
        lines = (ReturnedLine(one.address, one.action, one.status, one.hard) for one in found.recipients)
        return MailClassified(found.kind.value, tuple(lines))


def content_hit(hit: Hit) -> ContentHit:
    where = hit.where
    return ContentHit(hit.kind.value, where.part.value, where.file, hit.start, hit.end, hit.reason)
