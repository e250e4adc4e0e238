"""The pages about keys, for `docs/screenshots.py`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QScrollArea

from desktop.models.accounts import Session
from desktop.models.protection import KeySource, KeyTrust, OwnKeyState
from desktop.models.records import KeyId, KeyKind, PersonId
from desktop.office.values import KeyLine
from desktop.office.values_protection import (
    ContactKeyLine,
    KeyCandidate,
    KeyRequest,
    KeysFound,
    KeysShown,
    OwnKeyLine,
    WeatherLine,
)
from desktop.ui.keys.dialog import KeyDialog
from desktop.ui.keys.dialogs import RequestDialog
from desktop.ui.keys.page import KeysSection
from desktop.ui.people.page import PeoplePage
from desktop.ui.settings.page import SettingsPage

if TYPE_CHECKING:
    from desktop.ui.workspace import Workspace
    from docs.screenshots import Camera

_NOW = datetime(2026, 11, 24, 15, 4, tzinfo=UTC)
_OPENPGP = "5E8B27D0A1C94F3366D27A90B81C4EF25D3907AA"
_SMIME = "C1" + "7F20D9AB43E6550812" * 3 + "9E41D07B"
_PEOPLE = (
    ("Adaeze Okafor, MD", KeyKind.SMIME, KeyTrust.CHECKED, 640, "Sectigo Secure Email"),
    ("Elm Street Radiology", KeyKind.SMIME, KeyTrust.CHECKED, 21, "DigiCert Assured ID"),
    ("Kwame Lindqvist", KeyKind.OPENPGP, KeyTrust.FOUND, None, ""),
    ("Northside Laboratory", KeyKind.SMIME, KeyTrust.TESTED, -6, "Sectigo Secure Email"),
    ("Rosalind Achterberg", KeyKind.OPENPGP, KeyTrust.TESTED, 74, ""),
)


def at_work(camera: Camera, workspace: Workspace, session: Session) -> None:
    workspace.open("settings")
    settings = workspace.pages["settings"]
    if isinstance(settings, SettingsPage):
        section = settings.sections.open("keys")
        camera.settle()
        if isinstance(section, KeysSection):
            _page(camera, section)
    workspace.open("people")
    people = workspace.pages["people"]
    camera.settle()
    if isinstance(people, PeoplePage) and people.detail.shown is not None:
        _dialogs(camera, people, session)


def _page(camera: Camera, section: KeysSection) -> None:
    own = (
        OwnKeyLine(
            KeyKind.OPENPGP,
            _OPENPGP,
            "office@elmstreet.example",
            _NOW - timedelta(days=500),
            None,
            OwnKeyState.CURRENT,
        ),
        OwnKeyLine(
            KeyKind.SMIME,
            _SMIME,
            "office@elmstreet.example",
            _NOW - timedelta(days=1040),
            _NOW + timedelta(days=55),
            OwnKeyState.CURRENT,
        ),
        OwnKeyLine(KeyKind.OPENPGP, "0" * 40, "", _NOW, None, OwnKeyState.RETIRED),
    )
    lines, weather = [], [WeatherLine(KeyKind.SMIME, _SMIME, _NOW + timedelta(days=55), 55)]
    for at, (name, kind, trust, days, issuer) in enumerate(_PEOPLE):
        expires = None if days is None else _NOW + timedelta(days=days)
        mark = _SMIME if kind is KeyKind.SMIME else _OPENPGP
        person, key = PersonId(f"{at:032x}"), KeyId(f"{at:032x}")
        line = KeyLine(key, kind, mark, expires, usable=days is None or days > 0, trust=trust)
        lines.append(ContactKeyLine(person, name, line, issuer, bool(issuer)))
        if expires is not None and days is not None and days < 90:
            weather.append(WeatherLine(kind, mark, expires, days, person, name, key))
    weather.sort(key=lambda one: one.days)
    section.show_keys(KeysShown(own, tuple(lines), tuple(weather)))
    camera.take("keys")
    section.list.selectRow(2)
    for scroll in section.findChildren(QScrollArea):
        scroll.verticalScrollBar().setValue(10_000)
    camera.take("keys-people")
    text = camera.ui.say("mail.key-request.smime", name="Elm Street Radiology", practice="Elm Street")
    subject = camera.ui.say("mail.key-request.subject", practice="Elm Street")
    request = KeyRequest(PersonId("0" * 32), subject, text)
    camera.dialog("key-request", RequestDialog(camera.ui, "Elm Street Radiology", request, section))


def _dialogs(camera: Camera, people: PeoplePage, session: Session) -> None:
    shown = people.detail.shown
    if shown is None:
        return
    dialog = KeyDialog(camera.ui, session, shown.person, people)
    camera.dialog("key-add", dialog)
    for name, kind, mark in (("key-compare", KeyKind.OPENPGP, _OPENPGP), ("key-long", KeyKind.SMIME, _SMIME)):
        dialog = KeyDialog(camera.ui, session, shown.person, people)
        dialog.open()
        found = KeyCandidate(
            kind,
            mark,
            (shown.person.email,),
            _NOW + timedelta(days=700),
            True,
            None,
            KeySource.FILE,
            True,
            issuer="Sectigo Secure Email" if kind is KeyKind.SMIME else "",
        )
        dialog._show_found(KeysFound((found,)))
        camera.settle()
        camera.take(name, dialog)
        dialog.reject()
    waiting = KeyLine(KeyId("0" * 32), KeyKind.OPENPGP, _OPENPGP, None, usable=True, trust=KeyTrust.FOUND)
    dialog = KeyDialog(camera.ui, session, shown.person, people, waiting)
    camera.dialog("key-confirm", dialog)
