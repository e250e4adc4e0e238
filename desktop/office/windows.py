"""When something is written about a visit: what holds, and who may change it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from desktop.access.roles import Action, may
from desktop.audit.events import Act, Event
from desktop.campaigns import families
from desktop.campaigns.retiring import withdraw
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.mail.states import WAITING
from desktop.mail.template_library import library, library_template
from desktop.models import appointments, practicefacts, remindervisits, settings, templates, windows
from desktop.models.accounts import Session
from desktop.models.campaigning import AFTER, DAY_BEFORE, TemplateKept, Window, WindowId
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.names import word_key
from desktop.models.purposes import BASES, MailPurpose
from desktop.models.standing import Use
from desktop.office.desk import Desk, Recorder
from desktop.office.values_reminders import WindowChanged, WindowLine, WindowRequest, WindowsShown

LEAST_MINUTES = 15
MOST_DAYS = 60
AFTER_DAYS = 2
"""What was said of a visit is old news after two working days."""
MOST = 8
"""Of one type of visit."""
_DAY = 24 * 60
_TYPES_SINCE = timedelta(days=730)
_MOST_TYPES = 50


class Windows:
    """Fulfils `WindowDoor`."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def list_windows(self, session: Session) -> WindowsShown:
        return self._desk.read(
            session,
            Action.LIST_WINDOWS,
            lambda tx: self._shown(tx, session),
            lambda shown: Event(Act.WINDOWS_LISTED, det={"count": len(shown.windows)}),
        )

    def set_window(self, session: Session, request: WindowRequest) -> WindowChanged:
        """Raises what `WindowDoor` says."""
        opened = self._desk.check(session, Action.SET_WINDOW)
        _check_minutes(request)

        def keep(tx: Tx, record: Recorder) -> WindowChanged:
            before = _found(tx, request.id) if request.id is not None else None
            other = before is None or (before.kind in AFTER) is not (request.kind in AFTER)
            one = Window(
                WindowId(new_id()) if before is None or other else before.id,
                request.kind,
                request.minutes,
                word_key(request.visit_type),
                request.template,
                request.code,
            )
            _check_words(tx, one)
            _check_place(windows.live(tx), one)
            now, withdrawn = self._clock.now(), 0
            if before is not None and other:  # what was written before visits says nothing of what follows
                windows.retire(tx, before.id, now)
            windows.put(tx, one, session.user, now)
            if before is not None and before != replace(one, template=before.template, code=before.code):
                withdrawn = withdraw(tx, opened.outbox, before.id, session)
            record(Event(Act.WINDOW_CHANGED))
            return WindowChanged(self._shown(tx, session), one.id, withdrawn)

        return self._desk.write(session, Action.SET_WINDOW, keep)

    def set_family_letters(self, session: Session, merged: bool) -> WindowsShown:
        """What waits already is written anew at its claim."""

        def keep(tx: Tx, record: Recorder) -> WindowsShown:
            settings.put(tx, families.USUAL, families.MERGE if merged else families.APART)
            record(Event(Act.WINDOW_CHANGED))
            return self._shown(tx, session)

        return self._desk.write(session, Action.SET_WINDOW, keep)

    def retire_window(self, session: Session, window: WindowId) -> WindowChanged:
        """Raises InputError("window-unknown")."""
        opened = self._desk.check(session, Action.SET_WINDOW)

        def end(tx: Tx, record: Recorder) -> WindowChanged:
            one = _found(tx, window)
            windows.retire(tx, one.id, self._clock.now())
            withdrawn = withdraw(tx, opened.outbox, one.id, session)
            record(Event(Act.WINDOW_CHANGED))
            return WindowChanged(self._shown(tx, session), one.id, withdrawn)

        return self._desk.write(session, Action.SET_WINDOW, end)

    def _shown(self, tx: Tx, session: Session) -> WindowsShown:
        live = windows.live(tx)
        own = {one.id: one for one in templates.listing(tx)}
        since = self._clock.now() - _TYPES_SINCE
        types, _, _ = appointments.words(tx, since, _MOST_TYPES)
        rules = practicefacts.visit_rules(tx)
        names = {word_key(name): name for name in (*(rule.name for rule in rules), *types)}
        states = [state.value for state in WAITING]
        return WindowsShown(
            windows=tuple(
                WindowLine(
                    one.id,
                    one.kind,
                    one.minutes,
                    names.get(one.type_key, one.type_key),
                    one.template,
                    one.code,
                    own[one.template].name if one.template in own else "",
                    one.template is not None and (one.template not in own or not own[one.template].approved),
                    len(remindervisits.waiting_for(tx, one.id, states)),
                )
                for one in live
            ),
            usual=not any(one.kind not in AFTER and not one.type_key for one in live),
            types=types,
            codes=tuple(one.code for one in library() if _fits(one.purpose, about_visit=one.needs_visit)),
            templates=tuple((one.id, one.name) for one in own.values() if _is_for_visits(one)),
            may_set=may(session.role, Action.SET_WINDOW),
            families=families.is_usual(tx),
        )


def _check_minutes(request: WindowRequest) -> None:
    """Raises InputError("window-minutes")."""
    after = request.kind in AFTER
    most = AFTER_DAYS if after else MOST_DAYS
    if not LEAST_MINUTES <= request.minutes <= most * _DAY:
        raise InputError("window-minutes", least=LEAST_MINUTES, most=MOST_DAYS, after=AFTER_DAYS)


def _check_words(tx: Tx, one: Window) -> None:
    """Only care is written at such a time, and only of one visit (45 CFR 164.506(c)(1))."""
    if one.template is not None:
        kept = templates.get(tx, one.template)
        if kept is None or kept.retired_at is not None:
            raise InputError("template-unknown")
        if one.code or not _is_for_visits(kept):
            raise InputError("window-words")
    elif one.code:
        found = library_template(one.code)
        if not _fits(found.purpose, about_visit=found.needs_visit):
            raise InputError("window-words")


def _check_place(live: Iterable[Window], one: Window) -> None:
    """Two letters about one visit at one time help nobody."""
    others = [
        other
        for other in live
        if other.id != one.id
        and other.type_key == one.type_key
        and (other.kind in AFTER) is (one.kind in AFTER)
    ]
    same_end = [other for other in others if one.kind not in AFTER or other.kind is one.kind]
    if any(other.minutes == one.minutes for other in same_end):
        raise InputError("window-taken")
    if len(others) >= MOST:
        raise InputError("window-many", most=MOST)


def _is_for_visits(kept: TemplateKept) -> bool:
    return _fits(kept.purpose, about_visit=kept.visit)


def _fits(purpose: MailPurpose, *, about_visit: bool) -> bool:
    basis = BASES[purpose]
    return about_visit and basis.use is Use.CARE and not basis.commercial


def _found(tx: Tx, id_: WindowId) -> Window:
    one = windows.get(tx, id_) if id_ != DAY_BEFORE else None
    if one is None:
        raise InputError("window-unknown")
    return one
