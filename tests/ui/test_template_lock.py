"""A lock in the middle of a template, and one that somebody took away meanwhile: no word is lost."""

from __future__ import annotations

from dataclasses import replace

from desktop.models.purposes import MailPurpose
from desktop.office.values_templates import TemplateKeep, TemplateWords
from desktop.ui.campaigns.place import TEMPLATES, CampaignsPlace
from desktop.ui.templates.editor import Editor
from desktop.ui.templates.gallery import Shelf
from desktop.ui.templates.page import TemplatesPage
from desktop.ui.users.dialogs import ConfirmDialog
from desktop.ui.workspace import Workspace
from tests.ui.conftest import AtWork, Opened
from tests.ui.template_desk import WORDS, dialog, kept, templates_page, write
from tests.ui.template_desk import opened as opened_one

HALF = "Bring {{ sho"


def page_of(opened: Opened, workspace: Workspace) -> TemplatesPage:
    if "campaigns" not in workspace.pages:
        workspace.open("campaigns")
    place = workspace.pages["campaigns"]
    assert isinstance(place, CampaignsPlace)
    if TEMPLATES not in place.tabs.pages:
        place.open_part(TEMPLATES)
    opened.screen.settle()
    page = place.tabs.pages[TEMPLATES]
    assert isinstance(page, TemplatesPage)
    return page


def test_a_lock_keeps_words_that_are_no_template_yet_and_shows_them_again(opened: Opened) -> None:
    """A colleague has changed the same template meanwhile: theirs stay too."""
    workspace = opened.sign_in()
    page, office = page_of(opened, workspace), opened.office
    request = TemplateKeep("Ours", "visits", MailPurpose.TREATMENT, WORDS, code="after-visit")
    line = office.keep_template(workspace.session, request).line
    page.open_shelf(Shelf(own=line))
    opened.screen.settle()
    theirs = {"en": TemplateWords("Your visit", "Theirs.")}
    office.keep_template(workspace.session, replace(request, texts=theirs, id=line.id, version=1))
    write(page.editor.languages.form, HALF)
    opened.practice.clock.move(1)
    opened.window.lock()
    opened.screen.settle()
    assert opened.window.locked
    again = opened.sign_in()
    opened.screen.settle()
    assert again.stack.currentWidget() is again.pages["campaigns"]
    back = page_of(opened, again)
    assert back.editing
    assert HALF in back.editor.languages.forms["en"].body.toPlainText()
    assert back.editor.notice.words == opened.screen.words("ui.templates.kept-at-lock")
    own = {one.name: one.id for one in office.list_templates(again.session).own}
    bodies = {name: office.show_template(again.session, id_).texts["en"].body for name, id_ in own.items()}
    assert bodies["Ours"] == "Theirs."
    assert HALF in bodies["Ours (2)"]


def test_words_over_a_template_that_was_removed_become_one_of_their_own(at_work: AtWork) -> None:
    page = templates_page(at_work)
    editor: Editor = opened_one(at_work, page, kept(at_work))
    line = at_work.office.list_templates(at_work.session).own[0]
    write(editor.languages.form, "Mine. ")
    at_work.office.retire_template(at_work.session, line.id)
    editor.save()
    at_work.screen.settle()
    asked = dialog(page, ConfirmDialog)
    assert isinstance(asked, ConfirmDialog)
    asked.reject()
    assert editor.notice.words
    editor.save()
    at_work.screen.settle()
    again = dialog(page, ConfirmDialog)
    assert isinstance(again, ConfirmDialog)
    again.accept()
    at_work.screen.settle()
    own = at_work.office.list_templates(at_work.session).own
    assert [one.name for one in own] == ["Ours"]
    assert own[0].id != line.id
    assert not editor.touched
