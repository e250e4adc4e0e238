"""Telling the security officer by mail what happened, without a word about patients.

45 CFR 164.308(a)(2) wants somebody responsible; whoever that is may be outside the office.
Their address is a setting. The letter goes the way of every letter: they are kept as a
professional contact, the policy decides, and where no safe way is open nothing leaves; that
is recorded, and the alert stands in the program all the same.
"""

from __future__ import annotations

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.errors import SealwellError
from desktop.mail.letters import Draft, Letters
from desktop.mail.outbox import Outbox
from desktop.models import people, settings
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.records import Consent, Detail, Kind, Label, MessageId, Person, PersonId, Status
from desktop.office.choices import read_policy
from desktop.office.ownkeys import OwnKeys
from desktop.texts import Texts


class OfficerMail:
    """Queues letters in nobody's name: the program itself writes them."""

    def __init__(
        self,
        database: Database,
        letters: Letters,
        outbox: Outbox,
        own: OwnKeys,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._database = database
        self._letters = letters
        self._outbox = outbox
        self._own = own
        self._audit = audit
        self._clock = clock

    def tell(self, subject: str, lines: list[tuple[str, dict[str, str | int]]]) -> MessageId | None:
        """Queue one letter of catalogue sentences, in the practice's language.

        `subject` and each line are codes; what they name are counts and codes, never people.
        Answers the message; None where no officer's address is set, or no safe way is open (recorded).
        """
        to = self._database.read(lambda tx: self._contact(tx))
        if to is None:
            to = self._database.write(self._add_contact)
        if to is None:
            return None
        texts = Texts(self._database.read(lambda tx: settings.get(tx, "language")) or "en")
        text = "\n".join(texts.say(code, **values) for code, values in lines)
        draft = Draft(to.id, texts.say(subject), text, label=Label.ROUTINE)
        try:
            prepared = self._database.read(lambda tx: self._letters.prepare(tx, draft))
            frozen = self._letters.seal(prepared, self._own.sealer())
        except SealwellError as error:
            self._record(Event(Act.OFFICER_TOLD, outcome="failed", why=error.code))
            return None

        def queue(tx: Tx) -> MessageId:
            message = self._outbox.enqueue(tx, frozen, None)
            self._audit.record(tx, Event(Act.OFFICER_TOLD, obj=message.id, det={"count": len(lines)}))
            return message.id

        return self._database.write(queue)

    def _contact(self, tx: Tx) -> Person | None:
        address = read_policy(tx).officer_email
        known = people.at_address(tx, address) if address else []
        fit = (one for one in known if one.kind is Kind.PROFESSIONAL and one.status is Status.ACTIVE)
        return next(fit, None)

    def _add_contact(self, tx: Tx) -> Person | None:
        policy = read_policy(tx)
        if not policy.officer_email:
            return None
        language = settings.get(tx, "language") or "en"
        made = Person(
            id=PersonId(new_id()),
            kind=Kind.PROFESSIONAL,
            first_name="",
            last_name=policy.officer or Texts(language).say("cli.security-officer"),
            birth_date=None,
            email=policy.officer_email,
            language=language,
            detail=Detail.STANDARD,
            status=Status.ACTIVE,
            consent=Consent.UNKNOWN,
            organisation=settings.get(tx, "practice-name") or "",
        )
        people.insert(tx, made)
        self._audit.record(tx, Event(Act.PEOPLE_ADDED, obj=made.id))
        return made

    def _record(self, event: Event) -> None:
        self._database.write(lambda tx: self._audit.record(tx, event))
