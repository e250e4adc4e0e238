"""The practice's facts and fields, and doubtful addresses, in the window."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from desktop.access.roles import Purpose
from desktop.models.standing import FieldClass, FieldKind
from desktop.office.values_facts import FieldRequest
from desktop.ui.hygiene.page import AddressesPage
from desktop.ui.people.fields import FieldsSection
from desktop.ui.people.page import PeoplePage
from desktop.ui.settings.fields import FieldDialog, OwnFieldsSection
from desktop.ui.settings.practice import PracticeSection
from desktop.ui.settings.practice_dialogs import LocationDialog, RuleDialog
from desktop.ui.stepup import StepUpDialog
from tests.made_staff import desk_of
from tests.ui.conftest import AtWork


def open_dialog(kind: type) -> object:
    return next(one for one in QApplication.topLevelWidgets() if type(one) is kind and one.isVisible())


def test_the_telephone_is_set_once_and_a_wrong_one_is_refused_in_place(at_work: AtWork) -> None:
    section = at_work.screen.show(PracticeSection(at_work.screen.ui, at_work.session))
    section.refresh()
    at_work.screen.settle()
    section.texts["phone"].input.setText("call us")
    section.save_button.click()
    at_work.screen.settle()
    assert section.notice.words
    assert section.texts["phone"].text == "call us"
    section.texts["phone"].input.setText("303-555-0199")
    section.save_button.click()
    at_work.screen.settle()
    assert at_work.office.show_practice(at_work.session).facts.phone == "303-555-0199"
    assert section.notice.words == at_work.screen.words("ui.practice.saved")


def test_other_hours_ask_for_a_proof_and_a_no_changes_nothing(at_work: AtWork) -> None:
    at_work.practice.clock.move(360)
    section = at_work.screen.show(PracticeSection(at_work.screen.ui, at_work.session))
    section.refresh()
    at_work.screen.settle()
    section.first.setValue(9)
    section.save_button.click()
    at_work.screen.settle()
    dialog = open_dialog(StepUpDialog)
    assert isinstance(dialog, StepUpDialog)
    dialog.reject()
    at_work.screen.settle()
    assert at_work.office.show_practice(at_work.session).facts.first == 7
    desk_of(at_work.office).guard.prove(at_work.session, Purpose.USERS)
    section.save_button.click()
    at_work.screen.settle()
    assert at_work.office.show_practice(at_work.session).facts.first == 9


def test_a_place_and_a_type_of_visit_are_kept_by_their_dialogs(at_work: AtWork) -> None:
    section = at_work.screen.show(PracticeSection(at_work.screen.ui, at_work.session))
    section.refresh()
    at_work.screen.settle()
    section.change_place(None)
    place = open_dialog(LocationDialog)
    assert isinstance(place, LocationDialog)
    place.go.click()
    assert place.texts["name"].input.property("wrong")
    place.texts["name"].input.setText("Main Street")
    place.hours["1"].input.setText("8 to 5")
    place.go.click()
    at_work.screen.settle()
    (kept,) = at_work.office.show_practice(at_work.session).locations
    assert (kept.name, kept.hours) == ("Main Street", {"1": "8 to 5"})
    section.change_rule(None)
    rule = open_dialog(RuleDialog)
    assert isinstance(rule, RuleDialog)
    rule.name.input.setText("Blood test")
    rule.early.setValue(15)
    rule.patient_only.setChecked(True)
    rule.go.click()
    at_work.screen.settle()
    (said,) = at_work.office.show_practice(at_work.session).rules
    assert (said.name, said.arrive_early, said.patient_only, said.remind) == ("Blood test", 15, True, True)
    section.change_place(kept)
    again = open_dialog(LocationDialog)
    assert isinstance(again, LocationDialog)
    again.remove_button.click()
    at_work.screen.settle()
    assert at_work.office.show_practice(at_work.session).locations == ()


def test_a_field_is_made_and_filled_on_a_persons_page(at_work: AtWork) -> None:
    section = at_work.screen.show(OwnFieldsSection(at_work.screen.ui, at_work.session))
    section.refresh()
    at_work.screen.settle()
    section.new_button.click()
    dialog = open_dialog(FieldDialog)
    assert isinstance(dialog, FieldDialog)
    dialog.label.input.setText("Insurer")
    dialog.name.input.setText("Insurer!")
    dialog.kind.setCurrentIndex(dialog.kind.findData(FieldKind.CHOICE.value))
    dialog.choices.setPlainText("Acme\nSun Health\n")
    dialog.go.click()
    at_work.screen.settle()
    assert dialog.notice.words
    dialog.name.input.setText("insurer")
    dialog.go.click()
    at_work.screen.settle()
    assert [line.field.choices for line in section.rows.rows] == [("Acme", "Sun Health")]
    request = FieldRequest("a1c", "Last A1c", FieldKind.NUMBER, FieldClass.CLINICAL)
    at_work.office.set_field(at_work.session, request)
    person = at_work.person("Canaryfield")
    fields = at_work.screen.show(FieldsSection(at_work.screen.ui, at_work.session))
    fields.show_person(at_work.office.show_person(at_work.session, person))
    at_work.screen.settle()
    insurer, a1c = fields.inputs["insurer"], fields.inputs["a1c"]
    insurer.setCurrentIndex(2)  # type: ignore[union-attr]
    a1c.setText("high")  # type: ignore[union-attr]
    fields.save_button.click()
    at_work.screen.settle()
    assert fields.notice.words
    a1c.setText("6.5")  # type: ignore[union-attr]
    fields.save_button.click()
    at_work.screen.settle()
    lines = at_work.office.show_custom(at_work.session, person).lines
    assert {line.field.name: line.value for line in lines} == {"insurer": "Sun Health", "a1c": 6.5}


def test_a_doubtful_address_is_shown_with_why(at_work: AtWork) -> None:
    person = at_work.person("Nightingale")
    at_work.office.set_person(at_work.session, person, {"email": "office@example.org"})
    place = at_work.page("people", PeoplePage)
    place.open_part("addresses")
    at_work.screen.settle()
    page = place.tabs.pages["addresses"]
    assert isinstance(page, AddressesPage)
    assert set(page.kinds.buttons) == {"", "address-role"}
    assert [line.address for line in page.rows.rows] == ["office@example.org"]
    page.list.selectRow(0)
    assert page.change_button.isHidden()
    page.person_button.click()
    at_work.screen.settle()
    assert place.tabs.current == "people"
    at_work.office.set_person(at_work.session, person, {"email": "bo@example.org"})
    place.open_part("addresses")
    at_work.screen.settle()
    assert page.list.isHidden()
    assert not page.empty.isHidden()
