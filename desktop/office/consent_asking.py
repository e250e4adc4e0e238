"""Asking by mail: a letter with a code, sent the normal way; what comes back is read in `mail/optin.py`."""

from __future__ import annotations

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError, Refused
from desktop.mail import optin
from desktop.models import consents, messages, optins, settings
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.optins import OptIn
from desktop.models.records import Consent, Label, MessageId, Person
from desktop.models.standing import OptInId, Use
from desktop.office.consent_lines import shown
from desktop.office.desk import Desk, Recorder
from desktop.office.letters import Letters
from desktop.office.people import found
from desktop.office.values import LetterRequest, Queued
from desktop.office.values_consent import Asked, AskRequest
from desktop.texts import Texts

USES = (Use.CARE, Use.MARKETING, Use.PLAIN)
"""A permission for what others pay for has to be signed (45 CFR 164.508(c)(1)(vi))."""
WORDING = "ask-2026-1"


class ConsentAsking:
    """One open question about a purpose; a newer one ends it."""

    def __init__(self, desk: Desk, clock: Clock, letters: Letters) -> None:
        self._desk = desk
        self._clock = clock
        self._letters = letters

    def ask_consent(self, session: Session, request: AskRequest) -> Asked:
        """Queue the letter and remember the question.

        Raises InputError "person-unknown", "permission-use", "consent-no-address"; Refused
        "consent-given-already", "consent-refusal-stands" (mail does not ask again whoever said no),
        and what sending a letter raises.
        """
        opened = self._desk.check(session, Action.ASK_CONSENT)
        if request.use not in USES:
            raise InputError("permission-use", use=request.use.value)
        who, practice = opened.database.read(lambda tx: self._askable(tx, request))
        code = optin.new_code()
        queued = self._letters.send_letter(session, _letter(who, request.use, code, practice))
        if not isinstance(queued, Queued):
            raise Refused("not-sendable")

        def remember(tx: Tx, record: Recorder) -> Asked:
            now = self._clock.now()
            optins.end_open(tx, who.id, request.use, now)
            asked = self._kept(tx, who, request.use, code, queued.id, session)
            det = {"use": request.use, "message": queued.id}
            record(Event(Act.CONSENT_ASKED, who.id, det=det))
            return Asked(queued.id, asked.until, shown(tx, found(tx, who.id), session, now))

        return self._desk.write(session, Action.ASK_CONSENT, remember)

    def _askable(self, tx: Tx, request: AskRequest) -> tuple[Person, str]:
        who = found(tx, request.person)
        if not who.email:
            raise InputError("consent-no-address")
        said = consents.standing(tx, who.id, self._clock.now()).of(request.use)
        if said is Consent.GIVEN:
            raise Refused("consent-given-already")
        if said is Consent.REFUSED:
            raise Refused("consent-refusal-stands")
        return who, settings.get(tx, "sender-name") or settings.get(tx, "practice-name") or ""

    def _kept(self, tx: Tx, who: Person, use: Use, code: str, message: MessageId, session: Session) -> OptIn:
        now = self._clock.now()
        sent = messages.get(tx, message)
        one = OptIn(
            id=OptInId(new_id()),
            person=who.id,
            use=use,
            address=sent.address if sent is not None else who.email,
            code_key=optin.code_key(tx, code),
            wording=f"{who.language}-{WORDING}",
            by=session.user,
            asked_at=now,
            until=now + optin.VALID,
            message=message,
        )
        optins.add(tx, one)
        return one


def _letter(who: Person, use: Use, code: str, practice: str) -> LetterRequest:
    """In the person's language; it names no visit and no condition."""
    say = Texts(who.language).say
    text = say(f"mail.ask-consent.{use.value}", name=who.name, practice=practice, code=code)
    subject = say("mail.ask-consent.subject", practice=practice)
    return LetterRequest(who.id, subject, text, label=Label.ROUTINE)
