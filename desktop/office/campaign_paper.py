"""Those who do not get a campaign by e-mail: a list for calls, labels for envelopes, or their letters.

Whoever has said no, or whom nobody may write to without a permission that is not there, is on none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from desktop.access.fields import visible
from desktop.access.roles import Action
from desktop.audit.events import Act
from desktop.campaigns.fixes import may_be_reached
from desktop.campaigns.rehearsal import Script, read_script, with_people
from desktop.campaigns.variants import variant_of
from desktop.clock import Clock
from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.mail.dates import day_in_words
from desktop.models import campaignpeople, people, settings
from desktop.models.accounts import Session
from desktop.models.campaigning import Campaign, CampaignId, CampaignPerson
from desktop.models.campaignpeople import Wanted
from desktop.models.database import Tx
from desktop.models.documents import Block, Column, Document, NewPage, Paragraph, Printer, Style, Table
from desktop.models.purposes import BASES
from desktop.models.records import Person, PersonId
from desktop.office.campaign_lines import HAS_LEDGER, found, group_of
from desktop.office.desk import Desk, Recorder
from desktop.office.listed import Listed
from desktop.office.values_protection import Paper
from desktop.texts import Texts, clean

CALLS, LABELS, LETTERS = "call-list", "labels", "letters"
MOST = 10_000
"""People of one paper."""
_ABREAST = 3
_CALL_COLUMNS = (("name", 2.4), ("phone", 1.8), ("why", 4.0), ("done", 1.4))


@dataclass(frozen=True)
class _Sheet:
    """What a paper is made of; `people` are those who are on it."""

    campaign: Campaign
    practice: str
    texts: Texts
    now: datetime
    people: tuple[tuple[Person, CampaignPerson], ...]


class CampaignPapers:
    """Fulfils `print_excluded` of `CampaignDoor`."""

    def __init__(self, desk: Desk, clock: Clock, printer: Printer) -> None:
        self._desk = desk
        self._clock = clock
        self._printer = printer

    def print_excluded(self, session: Session, campaign: CampaignId, form: str, reason: str = "") -> Paper:
        opened = self._desk.check(session, Action.EXPORT_EXCLUDED)
        if form not in _PAPERS:
            raise InputError("form-unknown")

        def lay_out(tx: Tx, record: Recorder) -> Document:
            sheet = self._sheet(tx, session, campaign, reason)
            document, ids = _PAPERS[form](tx, sheet)
            if not ids:
                raise Refused("nobody-to-print")
            det: dict[str, str | int] = {"count": len(ids)}
            listed = Listed(Act.CAMPAIGN_EXCLUDED_EXPORTED, ids, det, obj=campaign)
            listed.keep(tx, record, opened.token_key, opened.field_key)
            return document

        document = self._desk.write(session, Action.EXPORT_EXCLUDED, lay_out)
        return Paper(self._printer.print_pdf(document), f"{form}.pdf")

    def _sheet(self, tx: Tx, session: Session, campaign: CampaignId, reason: str) -> _Sheet:
        one = found(tx, campaign)
        group_of(tx, one, session)
        if one.state not in HAS_LEDGER:
            raise Refused("campaign-not-checked")
        authorized = BASES[one.purpose].authorized
        wanted = Wanted(included=False, reason=reason)
        ledger = [
            row
            for row in campaignpeople.page(tx, one.id, wanted, MOST, 0)
            if row.reason is not None and may_be_reached(row.reason.code, authorized=authorized)
        ]
        known = people.get_many(tx, [row.person for row in ledger])
        return _Sheet(
            campaign=one,
            practice=settings.get(tx, "practice-name") or "",
            texts=Texts(settings.get(tx, "language") or "en"),
            now=self._clock.now().astimezone(settings.zone(tx)),
            people=tuple(
                (visible(known[row.person], session.role), row) for row in ledger if row.person in known
            ),
        )


_Made = tuple[Document, tuple[PersonId, ...]]


def _calls(_: Tx, sheet: _Sheet) -> _Made:
    say = sheet.texts.say
    rows = tuple(
        (
            clean(person.name),
            clean(person.phone),
            say(f"reason.{row.reason.code}", **row.reason.params) if row.reason is not None else "",
            "",
        )
        for person, row in sheet.people
    )
    columns = tuple(Column(say(f"paper.campaign.{name}"), share) for name, share in _CALL_COLUMNS)
    lead = Paragraph(say("paper.campaign.calls-lead"), Style.NOTE)
    blocks = (lead, Table(columns, rows))
    return _document(sheet, "paper.campaign.calls", blocks), tuple(one.id for one, _ in sheet.people)


def _labels(_: Tx, sheet: _Sheet) -> _Made:
    there = [person for person, _ in sheet.people if has_street(person)]
    cells = [address_lines(person) for person in there]
    cells += [""] * (-len(cells) % _ABREAST)
    rows = tuple(tuple(cells[at : at + _ABREAST]) for at in range(0, len(cells), _ABREAST))
    columns = tuple(Column("") for _ in range(_ABREAST))
    return _document(sheet, "paper.campaign.labels", (Table(columns, rows),)), _ids(there)


def _letters(tx: Tx, sheet: _Sheet) -> _Made:
    """A sheet for each whose letter can be written; before them a sheet that says what this is."""
    script = read_script(tx, sheet.campaign, sheet.now)
    script = with_people(tx, script, [person.id for person, _ in sheet.people])
    there: list[Person] = []
    blocks: list[Block] = [Paragraph(sheet.texts.say("paper.campaign.letters-lead"), Style.NOTE)]
    for person, _ in sheet.people:
        text = _text(sheet.campaign, script, person) if has_street(person) else ""
        if text:
            there.append(person)
            blocks += _letter(sheet, person, text)
    return _document(sheet, "paper.campaign.letters", blocks), _ids(there)


def _text(campaign: Campaign, script: Script, person: Person) -> str:
    """The words of their letter; '' where one of its fields is not known."""
    wording = script.wordings[variant_of(campaign.id, person.id, campaign.variants)]
    language, values = wording.language(person.language), script.values(person)
    if wording.missing(values, language):
        return ""
    return wording.render(values, person.name, language).text


def _letter(sheet: _Sheet, person: Person, text: str) -> list[Block]:
    day = day_in_words(sheet.now.replace(tzinfo=None), person.language)
    return [NewPage(), Paragraph(address_lines(person)), Paragraph(day), Paragraph(text)]


def has_street(person: Person) -> bool:
    return bool(person.street.strip() and person.city.strip())


def address_lines(person: Person) -> str:
    """As it stands on an envelope (USPS Publication 28, 211)."""
    city = f"{person.city}, {person.region} {person.zip}".strip().strip(",")
    return "\n".join(clean(line) for line in (person.name, person.street, city))


def _ids(there: Iterable[Person]) -> tuple[PersonId, ...]:
    return tuple(person.id for person in there)


def _document(sheet: _Sheet, title: str, blocks: Iterable[Block]) -> Document:
    say = sheet.texts.say
    return Document(
        title=say(title),
        language=sheet.texts.language,
        subtitle=(sheet.practice, clean(sheet.campaign.name)),
        blocks=tuple(blocks),
        footer=sheet.practice,
    )


_PAPERS: Mapping[str, Callable[[Tx, _Sheet], _Made]] = MappingProxyType(
    {CALLS: _calls, LABELS: _labels, LETTERS: _letters}
)
