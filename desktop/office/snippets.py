"""Text blocks: kept by each person for themselves or for the practice, and filled for one letter."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from desktop.access.roles import Action, may
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.mail import fieldvalues
from desktop.mail.fields import FIELDS
from desktop.mail.sender import load_sender
from desktop.mail.templates import Own, Place, Template, compile_text
from desktop.models import customfields, snippets
from desktop.models.accounts import Session
from desktop.models.correspondence import Snippet, SnippetId
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import PersonId
from desktop.models.rules import CUSTOM
from desktop.models.snippets import SIGNATURE, TEMPLATE
from desktop.models.standing import CustomField, FieldClass
from desktop.office.desk import Desk, Recorder
from desktop.office.mergevalues import seen_classes, seen_values
from desktop.office.values_messages import (
    FieldNamed,
    SnippetFilled,
    SnippetLine,
    SnippetRequest,
    SnippetsShown,
)
from desktop.people.customfields import seen as seen_fields
from desktop.texts import LANGUAGES, clean

NAME_CHARS = 80
SUBJECT_CHARS = 200
TEXT_CHARS = 20_000
MOST = 200
"""Of one person, and of the practice."""
_OWN_FIELDS = tuple(name for name, kind in FIELDS.items() if kind is FieldClass.PLAIN)


class Snippets:
    """Fulfils `SnippetsDoor`. Nobody sees or changes what is somebody else's own."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def list_snippets(self, session: Session) -> SnippetsShown:
        return self._desk.read(
            session,
            Action.LIST_SNIPPETS,
            lambda tx: self._shown(tx, session),
            lambda shown: Event(Act.SNIPPETS_LISTED, det={"count": len(shown.snippets)}),
        )

    def keep_snippet(self, session: Session, request: SnippetRequest) -> SnippetsShown:
        """Keep it as it is now; what is kept under an id may pass from one person to the practice and back.

        Raises InputError "snippet-unknown", "snippet-name", "snippet-too-long", "snippet-many",
        "snippet-kind", and what `compile_text` raises; Refused("not-allowed") where it is or would be
        the practice's and this role may not share.
        """
        self._desk.check(session, Action.KEEP_SNIPPET)
        self._may_share(session, request.id, wanted=request.shared)
        owner = None if request.shared else session.user

        def keep(tx: Tx, record: Recorder) -> SnippetsShown:
            fit = _fit(request, seen_classes(tx, session.role))
            before = _found(tx, session, request.id) if request.id is not None else None
            if (before is None or before.owner != owner) and snippets.count(tx, owner) >= MOST:
                raise InputError("snippet-many", most=MOST)
            id_ = request.id or SnippetId(new_id())
            kept = Snippet(id_, fit.kind, fit.name, fit.text, fit.subject, fit.language, owner)
            snippets.put(tx, kept, self._clock.now())
            record(Event(Act.SNIPPET_KEPT, obj=id_))
            return self._shown(tx, session)

        return self._desk.write(session, Action.KEEP_SNIPPET, keep)

    def retire_snippet(self, session: Session, snippet: SnippetId) -> SnippetsShown:
        """No longer offered. Raises InputError("snippet-unknown"); Refused("not-allowed")."""
        self._desk.check(session, Action.KEEP_SNIPPET)
        self._may_share(session, snippet, wanted=False)

        def retire(tx: Tx, record: Recorder) -> SnippetsShown:
            snippets.retire(tx, _found(tx, session, snippet).id, self._clock.now())
            record(Event(Act.SNIPPET_RETIRED, obj=snippet))
            return self._shown(tx, session)

        return self._desk.write(session, Action.KEEP_SNIPPET, retire)

    def fill_snippet(self, session: Session, snippet: SnippetId, person: PersonId) -> SnippetFilled:
        """With the fields of the person, of their next visit and of the practice, as far as this role
        sees them. Raises InputError "snippet-unknown", "person-unknown".
        """
        return self._desk.read(
            session,
            Action.LIST_SNIPPETS,
            lambda tx: _filled(tx, session, snippet, person, self._clock.now()),
            lambda _: Event(Act.SNIPPET_FILLED, obj=snippet, det={"person": person}),
        )

    def _may_share(self, session: Session, snippet: SnippetId | None, *, wanted: bool) -> None:
        """The practice's blocks want a permission of their own, before and after the change."""
        database = self._desk.opened().database
        before = database.read(lambda tx: snippets.get(tx, snippet)) if snippet is not None else None
        if wanted or (before is not None and before.owner is None):
            self._desk.check(session, Action.SHARE_SNIPPET)

    def _shown(self, tx: Tx, session: Session) -> SnippetsShown:
        found = snippets.for_user(tx, session.user)
        shares = may(session.role, Action.SHARE_SNIPPET)
        lines = tuple(
            SnippetLine(
                one.id,
                one.kind,
                one.name,
                one.text,
                one.subject,
                one.language,
                shared=one.owner is None,
                can_change=one.owner is not None or shares,
            )
            for one in found
        )
        own = seen_fields(customfields.listing(tx), session.role)
        named = tuple(FieldNamed(CUSTOM + one.name, one.label) for one in own)
        return SnippetsShown(lines, _signature(tx, found), shares, tuple(FIELDS), _OWN_FIELDS, named)


def _found(tx: Tx, session: Session, id_: SnippetId) -> Snippet:
    one = snippets.get(tx, id_)
    if one is None or one.owner not in (None, session.user):
        raise InputError("snippet-unknown")
    return one


def _signature(tx: Tx, found: list[Snippet]) -> str:
    """The person's own, else the practice's; of several the one that was changed last."""
    signs = [one for one in found if one.kind == SIGNATURE]
    if not signs:
        return ""
    best = max(signs, key=lambda one: (one.owner is not None, one.changed_at))
    return compile_text(best.text, Place.BODY).marked(fieldvalues.of_practice(load_sender(tx)))


def _classes(fields: list[CustomField]) -> Own:
    return {CUSTOM + one.name: one.group for one in fields}


def _fit(request: SnippetRequest, own: Own) -> SnippetRequest:
    name, subject = clean(request.name, NAME_CHARS + 1), clean(request.subject, SUBJECT_CHARS + 1)
    if request.kind not in snippets.KINDS or request.language not in LANGUAGES:
        raise InputError("snippet-kind")
    if not name or len(name) > NAME_CHARS:
        raise InputError("snippet-name", most=NAME_CHARS)
    if not request.text.strip():
        raise InputError("snippet-empty")
    if len(request.text) > TEXT_CHARS or len(subject) > SUBJECT_CHARS:
        raise InputError("snippet-too-long", most=TEXT_CHARS)
    compile_text(subject, Place.SUBJECT, own)
    text = compile_text(request.text, Place.BODY, own)
    if request.kind == SIGNATURE:
        _refuse_personal(text)
    return replace(request, name=name, subject=subject if request.kind == TEMPLATE else "")


def _refuse_personal(text: Template) -> None:
    """A signature stands under letters to everybody: it names the practice alone."""
    personal = sorted(text.fields() - set(_OWN_FIELDS))
    if personal:
        raise InputError("template-field-unknown", field=personal[0])


def _filled(tx: Tx, session: Session, snippet: SnippetId, person: PersonId, now: datetime) -> SnippetFilled:
    one = _found(tx, session, snippet)
    values = seen_values(tx, session.role, person, one.language, now)
    # Fields that this role does not see, or that were retired since, are known by name: nothing is in them.
    classes = _classes(customfields.listing(tx, retired=True))
    text = compile_text(one.text, Place.BODY, classes)
    subject = compile_text(one.subject, Place.SUBJECT, classes)
    missing = dict.fromkeys((*subject.missing(values), *text.missing(values)))
    return SnippetFilled(text.marked(values), clean(subject.marked(values)), tuple(missing))
