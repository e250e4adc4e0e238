"""The place of people and what stands in it, for `docs/screenshots.py`."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from demo.practice import ZONE
from desktop.clock import SystemClock
from desktop.models.accounts import Session
from desktop.models.records import Consent, PersonId
from desktop.models.standing import (
    EvidenceKind,
    FieldClass,
    FieldKind,
    Location,
    LocationId,
    Reader,
    Use,
    VisitRule,
)
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_consent import ConsentRequest, ProofIn
from desktop.office.values_facts import FieldRequest, VisitQuery, VisitRequest
from desktop.office.values_household import LinkRequest
from desktop.office.values_segments import SegmentRequest
from desktop.ui.consent.batch import BatchDialog
from desktop.ui.consent.permission import PermissionDialog
from desktop.ui.consent.record import RecordDialog
from desktop.ui.duplicates.dialog import MergeDialog
from desktop.ui.imports.export import ExportPeopleDialog
from desktop.ui.imports.standing import StandingDialog
from desktop.ui.imports.wizard import ImportWizard
from desktop.ui.people.adding import AddDialog
from desktop.ui.people.dialogs import EditDialog, PassphraseDialog
from desktop.ui.people.household_dialog import LinkDialog
from desktop.ui.people.page import PeoplePage
from desktop.ui.segments.page import GroupsPage
from desktop.ui.settings.fields import FieldDialog
from desktop.ui.settings.practice_dialogs import LocationDialog, RuleDialog
from desktop.ui.visits.dialogs import VisitDialog

if TYPE_CHECKING:
    from desktop.ui.workspace import Workspace
    from docs.screenshots import Camera

_NAME = "Sandoval"
_TWICE = (
    b"MRN,First Name,Last Name,DOB,Phone\n"
    b"7001,Twila,Harrow,1950-05-05,(202) 555-0188\n"
    b"7002,Twilla,Harrow,1950-05-05,(202) 555-0188\n"
)
_SLIP = b"MRN,First Name,Last Name,DOB,E-mail\n7003,Ines,Marlow,1961-04-02,ines.marlow@gmial.com\n"
_ODD = (
    "Chart,Given,Surname,Where to write,Came\n"
    "77,Ada,Stone,ada@example.org,03/04/1975\n"
    "78,Ben,Brook,not an address,05/06/1975\n"
    "79,Cyd,Creek,cyd@example.org,05/07/1975\n"
)
_TYPES = (("Check-up", "Dr. Shah"), ("Blood test", "Laboratory"), ("Follow-up", "Dr. Shah"))
_BRING = {"en": "Bring your insurance card.", "es": "Traiga su tarjeta del seguro."}


def add_people(office: Office, session: Session) -> None:
    """Visits of today, two who may be one, a household, an own field, an answer with proof, groups."""
    for name, data in (("list.csv", _TWICE), ("list-2.csv", _SLIP)):
        office.import_people(session, ImportRequest(name, data))
    office.find_duplicates(session)
    found = office.search_people(session, "", 8, 0).people
    today = SystemClock().now().astimezone(ZoneInfo(ZONE)).date()
    for at, line in enumerate(found):
        visit, provider = _TYPES[at % len(_TYPES)]
        start = datetime.combine(today, time(8)) + timedelta(minutes=45 * at)
        office.add_visit(session, VisitRequest(line.id, start, visit, provider))
    one = _person(office, session)
    address = office.show_person(session, one).person.email
    office.set_link(session, LinkRequest(found[0].id, address, Reader.SHARED))
    office.set_field(session, FieldRequest("bus", "Comes by bus", FieldKind.YES_NO))
    office.set_field(session, FieldRequest("diet", "Diet", FieldKind.TEXT, FieldClass.CLINICAL))
    proof = ProofIn(EvidenceKind.SPOKEN, note="said at the desk", taken_on=today)
    office.record_consent(session, ConsentRequest(one, Use.CARE, Consent.GIVEN, proof=proof))
    office.record_consent(session, ConsentRequest(one, Use.MARKETING, Consent.REFUSED))
    for recipe in office.rule_parts(session).recipes[:3]:
        office.keep_segment(session, SegmentRequest(recipe.code.replace("-", " ").capitalize(), recipe.rule))
    office.set_visit_rule(session, VisitRule("", "Blood test", 10, _BRING))
    office.set_location(session, Location(LocationId(""), "Elm Street", "12 Elm Street, Denver, CO 80203"))


def at_work(camera: Camera, workspace: Workspace, session: Session, contacts: Path) -> None:
    workspace.open("people")
    camera.take("people")
    page = workspace.pages["people"]
    if not isinstance(page, PeoplePage):
        raise TypeError("People is another page")
    _parts(camera, page, session)
    _person_page(camera, page, session)
    _dialogs(camera, page, session)
    _imports(camera, page, session, contacts)
    _settings(camera, workspace, session)


def _person(office: Office, session: Session) -> PersonId:
    return office.search_people(session, _NAME, 1, 0).people[0].id


def _parts(camera: Camera, page: PeoplePage, session: Session) -> None:
    """Every tab beside everybody, the first of each list chosen."""
    for code in list(page.tabs.buttons)[1:]:
        page.open_part(code)
        camera.settle()
        shown = page.tabs.pages[code]
        if isinstance(shown, GroupsPage):
            shown.list.selectRow(0)
        camera.take(f"people-{code}")
        if isinstance(shown, GroupsPage) and shown.new_button.isVisible():
            shown.recipes.actions()[0].trigger()
            camera.take("people-groups-new")
    page.tabs.open("people")
    camera.settle()


def _person_page(camera: Camera, page: PeoplePage, session: Session) -> None:
    page.show_one(_person(camera.ui.office, session))
    camera.settle()
    sections = page.detail.sections
    for code in sections.line.buttons:
        sections.open(code)
        camera.take(f"person-{code}")
    sections.open("overview")


def _dialogs(camera: Camera, page: PeoplePage, session: Session) -> None:
    ui, shown = camera.ui, page.detail.shown
    if shown is None:
        return
    one = shown.person.id
    camera.dialog("add-person", AddDialog(ui, session, page))
    camera.dialog("edit", EditDialog(ui, session, shown.person, page))
    camera.dialog("card", PassphraseDialog(ui, session, one, page))
    for answer in (Consent.GIVEN, Consent.REFUSED):
        dialog = RecordDialog(ui, session, one, Use.MARKETING, page)
        dialog.answer.choose(answer.value)
        camera.dialog(f"answer-{answer.value}", dialog)
    camera.dialog("permission", PermissionDialog(ui, session, one, ui.texts.language, page))
    household = ui.office.show_household(session, one)
    camera.dialog("household-link", LinkDialog(ui, session, household, page))
    camera.dialog("same-person", MergeDialog(ui, "Twila Harrow", page))
    visits = ui.office.list_visits(session, VisitQuery())
    camera.dialog("add-visit", VisitDialog(ui, session, visits, None, page))
    if visits.lines:
        camera.dialog("move-visit", VisitDialog(ui, session, visits, visits.lines[0], page))


def _imports(camera: Camera, page: PeoplePage, session: Session, contacts: Path) -> None:
    odd = contacts.with_name("export.csv")
    odd.write_text(_ODD, encoding="utf-8")
    asking = ImportWizard(camera.ui, session, odd, page)
    asking.look()
    camera.dialog("import-columns", asking)
    importing = ImportWizard(camera.ui, session, contacts, page)
    importing.look()
    camera.dialog("import", importing)
    standing = StandingDialog(camera.ui, session, page)
    standing.look()
    camera.dialog("imports-standing", standing)
    camera.dialog("people-export", ExportPeopleDialog(camera.ui, session, page))
    camera.dialog("answers-batch", BatchDialog(camera.ui, session, page))


def _settings(camera: Camera, workspace: Workspace, session: Session) -> None:
    workspace.open("settings")
    camera.settle()
    settings = workspace.pages["settings"]
    for code in ("practice", "fields"):
        settings.sections.open(code)  # type: ignore[attr-defined]
        camera.take(f"settings-{code}")
    known = camera.ui.office.show_practice(session)
    camera.dialog("practice-place", LocationDialog(camera.ui, session, known.locations[0], settings))
    camera.dialog("practice-type", RuleDialog(camera.ui, session, known.rules[0], settings))
    camera.dialog("own-field", FieldDialog(camera.ui, session, None, 0, settings))
    settings.sections.open("users")  # type: ignore[attr-defined]
