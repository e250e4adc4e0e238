"""Saved answers to what the columns of a program's files mean."""

from __future__ import annotations

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.models import mappings
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.mappings import SavedMapping
from desktop.models.standing import MappingId
from desktop.office.desk import Desk, Recorder
from desktop.office.intake import columns_of, options_of, saved_options
from desktop.office.values_imports import PEOPLE, VISITS, MappingLine, MappingRequest
from desktop.people.columns import COLUMNS
from desktop.people.mapping import CUSTOM
from desktop.texts import clean

_NAME_CHARS = 120


class MappingDesk:
    """Names of mappings are people's words and stay out of the log."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def keep_mapping(self, session: Session, request: MappingRequest) -> MappingLine:
        """In the place of the one of the same kind and name.

        Raises InputError "name-missing", "kind-unknown", "field-unknown", "option-unknown".
        """

        def keep(tx: Tx, record: Recorder) -> MappingLine:
            name = clean(request.name.strip(), _NAME_CHARS)
            if not name:
                raise InputError("name-missing")
            if request.kind not in (PEOPLE, VISITS):
                raise InputError("kind-unknown")
            columns = columns_of(request.columns)
            for field in columns.values():
                if field not in COLUMNS[request.kind] and not field.startswith(CUSTOM):
                    allowed = ", ".join(COLUMNS[request.kind])
                    raise InputError("field-unknown", field=clean(field, _NAME_CHARS), allowed=allowed)
            options = saved_options(options_of(request.options))
            id_ = mappings.keep(
                tx,
                name,
                request.kind,
                request.signature,
                columns,
                options,
                session.user,
                self._clock.now(),
            )
            record(Event(Act.MAPPING_CHANGED, id_))
            return mapping_line(_found(tx, id_), len(request.columns))

        return self._desk.write(session, Action.MAP_COLUMNS, keep)

    def list_mappings(self, session: Session) -> tuple[MappingLine, ...]:
        return self._desk.read(
            session,
            Action.LIST_IMPORTS,
            lambda tx: tuple(mapping_line(one) for one in mappings.listed(tx)),
            lambda shown: Event(Act.IMPORTS_LISTED, det={"count": len(shown)}),
        )

    def forget_mapping(self, session: Session, mapping: MappingId) -> tuple[MappingLine, ...]:
        """Imports that used it keep its name. Raises InputError "mapping-unknown"."""

        def forget(tx: Tx, record: Recorder) -> tuple[MappingLine, ...]:
            if not mappings.retire(tx, mapping, self._clock.now()):
                raise InputError("mapping-unknown")
            record(Event(Act.MAPPING_CHANGED, mapping))
            return tuple(mapping_line(one) for one in mappings.listed(tx))

        return self._desk.write(session, Action.MAP_COLUMNS, forget)


def mapping_line(saved: SavedMapping, width: int = 0) -> MappingLine:
    """One code or '' for each column up to the last that is taken, at least `width`."""
    last = max([width - 1, *saved.columns])
    return MappingLine(
        id=saved.id,
        name=saved.name,
        kind=saved.kind,
        columns=tuple(saved.columns.get(at, "") for at in range(last + 1)),
        options={code: str(answer) for code, answer in saved.options.items()},
        made_at=saved.made_at,
        used_at=saved.used_at,
    )


def _found(tx: Tx, id_: MappingId) -> SavedMapping:
    saved = mappings.get(tx, id_)
    if saved is None:
        raise InputError("mapping-unknown")
    return saved
