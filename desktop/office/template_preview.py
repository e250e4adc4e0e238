"""A template as one person would get it, and as a letter in one's own mailbox, before anybody else has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError, Refused
from desktop.mail.fields import FIELDS
from desktop.mail.letterhead import load_letterhead, shown_in
from desktop.mail.letters import Draft, Prepared
from desktop.mail.mime import picture_id
from desktop.mail.own_templates import Wording
from desktop.mail.sender import load_sender
from desktop.mail.template_page import Layout
from desktop.mail.template_samples import sample_values
from desktop.mail.template_source import TemplateSource
from desktop.mail.testletters import as_test
from desktop.models import customfields, people, templates, testsends
from desktop.models.accounts import Role, Session, SessionId
from desktop.models.database import Tx
from desktop.models.records import Kind, Label, PersonId, Reason
from desktop.models.rules import CUSTOM
from desktop.models.standing import FieldClass
from desktop.office.desk import Desk, Recorder
from desktop.office.letter_shown import letter_shown
from desktop.office.mergevalues import seen_values
from desktop.office.template_lines import found, today
from desktop.office.values import Queued
from desktop.office.values_templates import (
    FieldOffered,
    TemplateFinding,
    TemplatePreview,
    TemplateTryRequest,
    TestLetterRequest,
)
from desktop.people.customfields import seen as seen_fields
from desktop.texts import LANGUAGES, Texts


class TemplatePreviews:
    """Part of what fulfils `TemplateDoor`."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self._sitting: tuple[SessionId | None, set[PersonId | None]] = (None, set())

    def preview_template(self, session: Session, request: TemplateTryRequest) -> TemplatePreview:
        """Asked at each pause of typing: on record once per person and session, and once for sample values.

        Raises InputError "template-languages", "template-group", "person-unknown".
        """
        self._desk.check(session, Action.LIST_TEMPLATES)
        if request.language not in LANGUAGES:
            raise InputError("template-languages")
        if request.layout not in list(Layout):
            raise InputError("template-group")

        told = self._sitting[1] if self._sitting[0] == session.id else set()

        def note(_: TemplatePreview) -> Event | None:
            if request.person in told:
                return None
            det: dict[str, str | int] = {"person": request.person} if request.person is not None else {}
            return Event(Act.TEMPLATE_PREVIEWED, det=det)

        shown = self._desk.read(
            session, Action.LIST_TEMPLATES, lambda tx: self._previewed(tx, session.role, request), note
        )
        self._sitting = (session.id, told | {request.person})
        return shown

    def send_test_letter(self, session: Session, request: TestLetterRequest) -> Queued:
        """Raises InputError "template-unknown", "template-version", "template-languages", "person-unknown",
        "field-missing" (`field`); Refused "test-patient", "template-stops", "not-sendable", "picture-gone".
        """
        opened = self._desk.check(session, Action.TEST_LETTER)
        opened.looks.at_people((request.to,))
        prepared = opened.database.read(lambda tx: self._test(tx, request))
        frozen = as_test(opened.letters.seal(prepared, opened.own.sealer()))

        def queue(tx: Tx, record: Recorder) -> Queued:
            row = opened.outbox.enqueue(tx, frozen, session)
            testsends.add(tx, row.id, request.template, session.user, self._clock.now())
            record(Event(Act.TEMPLATE_TESTED, obj=request.template, det={"message": row.id}))
            return Queued(row.id, row.method, prepared.decision.reasons, row.state, row.not_before)

        return self._desk.write(session, Action.TEST_LETTER, queue)

    def _previewed(self, tx: Tx, role: Role, request: TemplateTryRequest) -> TemplatePreview:
        words, language, day = request.words, request.language, today(tx, self._clock)
        source = TemplateSource(words.subject.strip(), words.preview.strip(), words.body.strip())
        head = load_letterhead(tx, day)
        wording = Wording({language: source}, request.purpose, Layout(request.layout), head, request.payer)
        findings = found(wording.findings(language))
        values = _values(tx, role, request, self._clock, day)
        try:
            missing = wording.missing(values, language)
            if missing:
                return TemplatePreview("", "", "", missing, findings)
            name = values.get("name", "")
            made = wording.render(values, name, language)
            letter = letter_shown(wording.design(language), values, name)
        except InputError as error:
            own = TemplateFinding(Reason(error.code, error.params), stops=True)
            return TemplatePreview("", "", "", (), findings if own in findings else (own, *findings))
        cids = {picture_id(one): one for one in made.pictures}
        return TemplatePreview(made.subject, made.html, made.text, (), findings, cids, letter)

    def _test(self, tx: Tx, request: TestLetterRequest) -> Prepared:
        kept, to = templates.get(tx, request.template), people.get(tx, request.to)
        if kept is None or kept.retired_at is not None:
            raise InputError("template-unknown")
        if to is None:
            raise InputError("person-unknown")
        if to.kind is not Kind.PROFESSIONAL:
            raise Refused("test-patient")
        version = templates.version(tx, kept.id, request.version or kept.version)
        if version is None:
            raise InputError("template-version")
        if request.language not in version.texts:
            raise InputError("template-languages")
        day = today(tx, self._clock)
        wording = Wording.of_version(kept, version, load_letterhead(tx, day))
        stops = sum(one.stops for one in wording.findings(request.language))
        if stops:
            raise Refused("template-stops", count=stops)
        values = sample_values(load_sender(tx), customfields.listing(tx), request.language, day)
        made = wording.render(values, values["name"], request.language)
        subject = Texts(request.language).say("mail.test.subject", subject=made.subject)
        draft = Draft(to.id, subject, made.text, label=Label.ROUTINE)
        prepared = self._desk.opened().letters.prepare(tx, draft)
        letter = replace(prepared.letter, html=made.html, pictures=shown_in(tx, made.pictures, day))
        return replace(prepared, letter=letter)


def offered_fields(tx: Tx, role: Role, day: date) -> tuple[FieldOffered, ...]:
    """What a template may name here; `sample` is what a preview without a person shows."""
    own = seen_fields(customfields.listing(tx), role)
    samples = sample_values(load_sender(tx), own, LANGUAGES[0], day)
    ours = (FieldOffered(name, group, sample=samples.get(name, "")) for name, group in FIELDS.items())
    theirs = (
        FieldOffered(CUSTOM + one.name, FieldClass(one.group), one.label, samples[CUSTOM + one.name])
        for one in own
    )
    return (*ours, *theirs)


def _values(tx: Tx, role: Role, request: TemplateTryRequest, clock: Clock, day: date) -> dict[str, str]:
    if request.person is not None:
        return seen_values(tx, role, request.person, request.language, clock.now())
    own = seen_fields(customfields.listing(tx), role)
    return sample_values(load_sender(tx), own, request.language, day)
