"""Pictures for letters: taken in, shown, retired. Of a patient only with their written permission."""

from __future__ import annotations

import hashlib
import re

from desktop.access.roles import Action, may
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError, Refused
from desktop.mail.letterhead import load_look, may_show
from desktop.mail.picture_reading import ReadPicture, read_picture
from desktop.mail.template_blocks import PICTURE
from desktop.models import authorizations, pictures, templates
from desktop.models.accounts import Session
from desktop.models.campaigning import KeptPicture
from desktop.models.database import Tx
from desktop.models.standing import AuthorizationId
from desktop.office.desk import Desk, Recorder
from desktop.office.template_lines import today
from desktop.office.values_templates import PictureLine, PictureRequest, PicturesShown
from desktop.texts import clean

ALT_CHARS = 200
MOST = 200
_SHOWN = re.compile(rf"{PICTURE}([a-z0-9-]+)")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")


class Pictures:
    """Part of what fulfils `TemplateDoor`."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def list_pictures(self, session: Session) -> PicturesShown:
        return self._desk.read(
            session,
            Action.LIST_TEMPLATES,
            lambda tx: self._shown(tx, session),
            lambda shown: Event(Act.PICTURES_LISTED, det={"count": len(shown.pictures)}),
        )

    def picture_data(self, session: Session, name: str) -> bytes:
        """Raises InputError("picture-unknown")."""

        def look(tx: Tx) -> bytes:
            found = pictures.get_many(tx, [name]).get(name)
            if found is None or found.data is None:
                raise InputError("picture-unknown", name=clean(name, 40))
            return found.data

        return self._desk.read(
            session,
            Action.LIST_TEMPLATES,
            look,
            lambda _: Event(Act.PICTURES_LISTED, det={"count": 1}),
        )

    def add_picture(self, session: Session, request: PictureRequest) -> PicturesShown:
        """Raises InputError "picture-name", "picture-taken" (its name was given before), "picture-many",
        "picture-alt", "picture-permission" (of a patient, and none that counts), and as `read_picture`.
        """
        self._desk.check(session, Action.KEEP_PICTURE)
        if not _NAME.fullmatch(request.name):
            raise InputError("picture-name")
        alt = clean(request.alt, ALT_CHARS + 1)
        if not alt or len(alt) > ALT_CHARS:
            raise InputError("picture-alt", most=ALT_CHARS)
        read = read_picture(request.data)

        def add(tx: Tx, record: Recorder) -> PicturesShown:
            kept = self._kept(request, alt, read)
            if pictures.is_named(tx, kept.name):
                raise InputError("picture-taken")
            if len(pictures.listing(tx)) >= MOST:
                raise InputError("picture-many", most=MOST)
            if request.of_patient:
                self._check_permission(tx, kept)
            pictures.add(tx, kept, session.user)
            record(Event(Act.PICTURE_CHANGED, det={"content": kept.sha256}))
            return self._shown(tx, session)

        return self._desk.write(session, Action.KEEP_PICTURE, add)

    def retire_picture(self, session: Session, name: str) -> PicturesShown:
        """Raises InputError("picture-unknown"), Refused("picture-used") (`count`): templates or the look of
        letters show it."""

        def retire(tx: Tx, record: Recorder) -> PicturesShown:
            one = next((one for one in pictures.listing(tx) if one.name == name), None)
            if one is None:
                raise InputError("picture-unknown", name=clean(name, 40))
            used = _used(tx, [name])[name]
            if used:
                raise Refused("picture-used", count=used)
            pictures.retire(tx, name, self._clock.now())
            record(Event(Act.PICTURE_CHANGED, det={"content": one.sha256}))
            return self._shown(tx, session)

        return self._desk.write(session, Action.KEEP_PICTURE, retire)

    def _kept(self, request: PictureRequest, alt: str, read: ReadPicture) -> KeptPicture:
        return KeptPicture(
            name=request.name,
            kind=read.kind,
            sha256=hashlib.sha256(read.data).hexdigest(),
            width=read.width,
            height=read.height,
            alt=alt,
            at=self._clock.now(),
            authorization=request.authorization if request.of_patient else None,
            data=read.data,
        )

    def _check_permission(self, tx: Tx, kept: KeptPicture) -> None:
        """45 CFR 164.508(a)(3), 164.514(b)(2)(i)(Q): a full-face picture is as good as a name."""
        id_ = kept.authorization or AuthorizationId("")
        if authorizations.get(tx, id_) is None or not may_show(tx, kept, today(tx, self._clock)):
            raise InputError("picture-permission")

    def _shown(self, tx: Tx, session: Session) -> PicturesShown:
        day, kept = today(tx, self._clock), pictures.listing(tx)
        used = _used(tx, [one.name for one in kept])
        lines = (PictureLine(one, may_show(tx, one, day), used[one.name]) for one in kept)
        return PicturesShown(tuple(lines), may(session.role, Action.KEEP_PICTURE))


def _used(tx: Tx, names: list[str]) -> dict[str, int]:
    """By how many templates, and whether by the look of letters."""
    words = list(templates.words_in_use(tx))
    logo = load_look(tx).logo
    shown = [(id_, set(_SHOWN.findall(body))) for id_, body in words]
    return {name: len({id_ for id_, some in shown if name in some}) + (name == logo) for name in names}
