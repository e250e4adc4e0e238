"""Those who do not get a campaign, on paper: a call list, labels, and a sheet for each letter."""

from __future__ import annotations

from desktop.models import people, rules
from desktop.models.documents import Document, NewPage, Progress, Table
from desktop.models.records import Status
from desktop.models.rules import Every
from desktop.office.campaign_paper import CampaignPapers
from tests.made_staff import Staff, desk_of
from tests.support.campaign_desk import Desk
from tests.support.kept import a_person


class Kept:
    """Keeps what would be printed."""

    def __init__(self) -> None:
        self.papers: list[Document] = []

    def print_pdf(self, document: Document, progress: Progress | None = None) -> bytes:
        self.papers.append(document)
        return b"%PDF"


def test_who_is_left_out_is_on_each_paper_and_who_died_on_none(staff: Staff) -> None:
    desk, printer = Desk(staff), Kept()
    home = {"street": "1 Elm Street", "city": "Denver", "region": "CO", "zip": "80202"}
    desk.write(lambda tx: people.insert(tx, a_person(first_name="Posted", language="en", **home)))
    desk.write(lambda tx: people.insert(tx, a_person(first_name="Gone", status=Status.DECEASED, **home)))
    papers = CampaignPapers(desk_of(desk.office), staff.clock, printer)
    shown = desk.checked(segment=desk.group("All", rules.to_text(Every(()))))
    assert any(one.reason.code == "person-deceased" for one in shown.reasons)
    for form in ("call-list", "labels", "letters"):
        papers.print_excluded(desk.session, shown.line.id, form)
    calls, labels, letters = printer.papers
    table = next(block for block in calls.blocks if isinstance(block, Table))
    names = {row[0] for row in table.rows}
    assert names == {"Posted Muñoz", "Nadia Nowhere", "Ned Noaddress"}
    cells = [
        cell for block in labels.blocks if isinstance(block, Table) for row in block.rows for cell in row
    ]
    assert [cell for cell in cells if cell] == ["Posted Muñoz\n1 Elm Street\nDenver, CO 80202"]
    assert sum(isinstance(block, NewPage) for block in letters.blocks) == 1
    assert "Gone" not in repr(printer.papers)
    assert "Hello Posted" in repr(letters)
