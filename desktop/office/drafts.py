"""Letters that are not finished: kept in the encrypted database, so that a lock loses nothing."""

from __future__ import annotations

from dataclasses import replace

from desktop.access.fields import readable, visible
from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.config import LIMITS
from desktop.errors import InputError
from desktop.models import drafts, people
from desktop.models.accounts import Session
from desktop.models.correspondence import ConversationId
from desktop.models.database import Tx
from desktop.models.drafts import Draft
from desktop.models.ids import new_id
from desktop.models.records import Label, Level, Method, PersonId
from desktop.office.answering import ended, renewed
from desktop.office.conversations_shown import conversation_of
from desktop.office.desk import Desk, Recorder
from desktop.office.listed import Listed
from desktop.office.values_access import DraftKept, DraftsShown

_ATTACHMENTS = 50
_MOST = 200


class Drafts:
    """Each person's own; nobody else lists or changes them."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def keep_draft(self, session: Session, draft: DraftKept) -> DraftKept:
        """Keep it as it is now; a new one (id "") gets its id.

        Raises InputError "draft-unknown" (somebody else's, or discarded meanwhile),
        "draft-too-long", "draft-too-many", "person-unknown" and "conversation-unknown". Of an
        answer, its writer counts as answering for ten minutes more (`messages.begin_answer`).
        """
        self._desk.check(session, Action.KEEP_DRAFT)
        size = len(draft.subject) + len(draft.text) + sum(map(len, draft.attachments))
        if size > LIMITS.draft_chars or len(draft.attachments) > _ATTACHMENTS:
            raise InputError("draft-too-long", most=LIMITS.draft_chars)

        def keep(tx: Tx, record: Recorder) -> DraftKept:
            if draft.id:
                _own(tx, session, draft.id)
            elif drafts.count(tx, session.user) >= _MOST:
                raise InputError("draft-too-many", most=_MOST)
            if draft.person is not None and people.get(tx, draft.person) is None:
                raise InputError("person-unknown")
            if draft.about is not None and people.get(tx, draft.about) is None:
                raise InputError("person-unknown")
            if draft.conversation is not None:
                home = conversation_of(tx, draft.conversation)
                if draft.left:
                    ended(tx, home, session.user)
                elif readable(home, session):  # else the words are kept, and it is answered by nobody
                    renewed(tx, home, session.user, self._clock.now())
            kept = replace(draft, id=draft.id or new_id(), changed_at=self._clock.now())
            drafts.put(tx, _stored(kept, session))
            record(Event(Act.DRAFT_KEPT, obj=kept.id))
            return kept

        return self._desk.write(session, Action.KEEP_DRAFT, keep)

    def list_drafts(self, session: Session) -> DraftsShown:
        return self._desk.read(
            session,
            Action.LIST_DRAFTS,
            lambda tx: _listed(tx, session),
            lambda shown: Listed(
                Act.DRAFTS_LISTED,
                tuple(one.person for one in shown.drafts if one.person is not None),
                {"count": len(shown.drafts)},
            ),
        )

    def discard_draft(self, session: Session, draft: str) -> None:
        """Sent or thrown away. Raises InputError("draft-unknown")."""

        def discard(tx: Tx, record: Recorder) -> None:
            _own(tx, session, draft)
            drafts.remove(tx, draft)
            record(Event(Act.DRAFT_DISCARDED, obj=draft))

        self._desk.write(session, Action.DISCARD_DRAFT, discard)


def _listed(tx: Tx, session: Session) -> DraftsShown:
    own = drafts.of_owner(tx, session.user)
    known = people.get_many(tx, {one.person for one in own if one.person is not None})
    seen = {id_: visible(person, session.role) for id_, person in known.items()}
    names = {id_: one.name or one.organisation for id_, one in seen.items()}
    return DraftsShown(
        tuple(replace(_shown(one), name=names.get(one.person, "") if one.person else "") for one in own)
    )


def _own(tx: Tx, session: Session, id_: str) -> None:
    one = drafts.get(tx, id_)
    if one is None or one.owner != session.user:
        raise InputError("draft-unknown")


def _stored(kept: DraftKept, session: Session) -> Draft:
    return Draft(
        kept.id,
        session.user,
        kept.changed_at or session.started,
        kept.person,
        kept.subject,
        body=kept.text,
        details={
            "attachments": list(kept.attachments),
            "label": kept.label.value,
            "wanted": kept.wanted.value if kept.wanted else None,
            "raise_to": kept.raise_to.value if kept.raise_to else None,
            "conversation": kept.conversation,
            "turn": kept.turn,
            "about": kept.about,
        },
    )


def _shown(one: Draft) -> DraftKept:
    paths = tuple(str(path) for path in one.details.get("attachments", ()))
    label = Label(one.details.get("label", Label.SENSITIVE))
    wanted, raised = one.details.get("wanted"), one.details.get("raise_to")
    answers, about = one.details.get("conversation"), one.details.get("about")
    return DraftKept(
        one.id,
        one.person,
        one.subject,
        one.body,
        paths,
        one.changed_at,
        label,
        Method(wanted) if wanted else None,
        Level(raised) if raised else None,
        ConversationId(answers) if answers else None,
        int(one.details.get("turn", 0)),
        PersonId(about) if about else None,
    )
