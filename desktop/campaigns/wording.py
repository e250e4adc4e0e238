"""What a reminder says: the template of its window, in the person's language and level of detail.

Whoever wished for the least detail reads the program's own few words, whatever the template says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from desktop.campaigns.planned import Worded
from desktop.errors import InputError, Refused
from desktop.mail import fieldvalues, own_templates
from desktop.mail.fields import FIELDS
from desktop.mail.letterhead import Letterhead, load_letterhead, shown_in
from desktop.mail.mime import Picture
from desktop.mail.own_templates import Wording
from desktop.mail.sealing import REMINDER
from desktop.mail.sender import Sender
from desktop.mail.template_library import library_template
from desktop.mail.template_page import Around
from desktop.mail.templates import shipped
from desktop.models.campaigning import AFTER, Window, WindowId, WindowKind
from desktop.models.database import Tx
from desktop.models.records import Appointment, Detail, Person, Reason
from desktop.models.rules import CUSTOM
from desktop.models.standing import FieldClass

USUAL_CODES: Mapping[WindowKind, str] = MappingProxyType(
    {
        WindowKind.CONFIRM: "confirm-visit",
        WindowKind.FOLLOW_UP: "after-visit",
        WindowKind.MISSED: "missed-visit",
    }
)
"""What is written where nobody chose; of plain reminders the program's own words by level of detail."""
_AFTER_MINIMAL = "after-minimal"


class Words:
    """Within one transaction; each template is laid out once for all people."""

    def __init__(self, tx: Tx, sender: Sender, now: datetime) -> None:
        self._tx = tx
        self._sender = sender
        self._today = now.astimezone(ZoneInfo(sender.zone)).date()
        self._head: Letterhead | None = None
        self._wordings: dict[WindowId, Wording] = {}

    def of(self, window: Window, person: Person, visit: Appointment) -> Worded | Reason:
        """The letter, or why there can be none: a field that nobody filled, a template that is not usable."""
        plain = _plain(window, person)
        if plain:
            return self._in_plain_words(plain, person, visit)
        try:
            return self._laid_out(window, person, visit)
        except (InputError, Refused):
            return Reason("window-template")

    def around(self, window: Window, person: Person) -> Around | None:
        """What stands around the letters of this window; None where they are plain words."""
        if _plain(window, person):
            return None
        wording = self._wording(window)
        return wording.design(wording.language(person.language)).around

    def pictures(self, names: Iterable[str]) -> tuple[Picture, ...]:
        """To travel inside a letter. Raises as `shown_in`."""
        return shown_in(self._tx, names, self._today)

    def _in_plain_words(self, name: str, person: Person, visit: Appointment) -> Worded | Reason:
        wording = shipped(name, person.language)
        values = fieldvalues.of_person(self._sender, person, visit)
        missing = (*wording.subject.missing(values), *wording.text.missing(values))
        if missing:
            return Reason("text-incomplete", {"field": missing[0]})
        return Worded(wording.subject.render(values, person.name), wording.text.render(values, person.name))

    def _laid_out(self, window: Window, person: Person, visit: Appointment) -> Worded | Reason:
        wording = self._wording(window)
        language = wording.language(person.language)
        reader = replace(person, language=language)
        values = self._values(wording, language, reader, visit)
        missing = wording.missing(values, language)
        if missing:
            return Reason("text-incomplete", {"field": missing[0]})
        made = wording.render(values, person.name, language)
        return Worded(made.subject, made.text, made.html, self.pictures(made.pictures))

    def _values(self, wording: Wording, language: str, person: Person, visit: Appointment) -> dict[str, str]:
        """What may be said at their level of detail."""
        if any(name.startswith(CUSTOM) for name in wording.design(language).parts.fields):
            values = fieldvalues.values_for(self._tx, self._sender, person, visit)
        else:
            values = fieldvalues.of_person(self._sender, person, visit)
        if person.detail is Detail.FULL:
            return values
        return {name: value for name, value in values.items() if not self._is_clinical(name)}

    def _is_clinical(self, name: str) -> bool:
        return FieldClass.CLINICAL in (FIELDS.get(name), self._letterhead.own.get(name))

    def _wording(self, window: Window) -> Wording:
        """Raises InputError("template-unknown"), Refused("template-not-approved")."""
        if window.id not in self._wordings:
            head = self._letterhead
            if window.template is not None:
                kept, version = own_templates.approved(self._tx, window.template)
                self._wordings[window.id] = Wording.of_version(kept, version, head)
            else:
                one = library_template(window.code or USUAL_CODES[window.kind])
                self._wordings[window.id] = Wording.of_library(one, head)
        return self._wordings[window.id]

    @property
    def _letterhead(self) -> Letterhead:
        if self._head is None:
            self._head = load_letterhead(self._tx, self._today)
        return self._head


def _plain(window: Window, person: Person) -> str:
    """The name of the program's own words, '' where a template is used."""
    if person.detail is Detail.MINIMAL:
        return _AFTER_MINIMAL if window.kind in AFTER else f"{REMINDER}-{Detail.MINIMAL}"
    chosen = window.template is not None or bool(window.code)
    return "" if chosen or window.kind in USUAL_CODES else f"{REMINDER}-{person.detail}"
