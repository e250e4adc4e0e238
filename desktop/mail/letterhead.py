"""What is the practice's own in each letter to many: its look, what stands below, and what one may name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date
from urllib.parse import urlsplit

from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.mail.mime import Picture
from desktop.mail.template_checks import Checked
from desktop.mail.template_footer import Imprint, footer
from desktop.mail.template_page import Around, Brand, Layout
from desktop.mail.templates import NONE_OWN, Own
from desktop.models import authorizations, customfields, pictures, practicefacts, settings
from desktop.models.campaigning import KeptPicture
from desktop.models.database import Tx
from desktop.models.practicefacts import Facts
from desktop.models.purposes import MailPurpose
from desktop.models.rules import CUSTOM
from desktop.people.authorization import problem
from desktop.texts import LANGUAGES, clean

COLOUR, LOGO, HOURS, SITES = "letter-colour", "letter-logo", "letter-mail-hours", "letter-sites"
HOURS_CHARS = 120
SITES_MOST = 50
_SITE = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


@dataclass(frozen=True)
class Look:
    """What the practice has set. `mail_hours` by language, `sites` are hosts that links may lead to."""

    colour: str = Brand("").colour
    logo: str = ""
    mail_hours: Mapping[str, str] = field(default_factory=dict)
    sites: tuple[str, ...] = ()


@dataclass(frozen=True)
class Letterhead:
    """Read once per piece of work. `pictures` are those that may be shown today."""

    practice: str
    phone: str
    facts: Facts
    look: Look
    pictures: frozenset[str] = frozenset()
    own: Own = field(default_factory=lambda: NONE_OWN)

    @property
    def brand(self) -> Brand:
        return Brand(self.practice, self.look.colour, self.look.logo)

    @property
    def hosts(self) -> frozenset[str]:
        """Sites that letters may lead to."""
        return frozenset((*own_hosts(self.facts), *self.look.sites))

    def imprint(self, language: str, payer: str = "") -> Imprint:
        hours = self.look.mail_hours.get(language, "")
        return Imprint(self.practice, self.facts.address, self.phone, hours, payer)

    def checked(self, purpose: MailPurpose, language: str, payer: str = "") -> Checked:
        """What a template of the practice is checked against."""
        imprint = self.imprint(language, payer)
        return Checked(purpose, language, imprint, self.hosts, self.pictures, self.brand, self.own)

    def around(self, purpose: MailPurpose, language: str, layout: Layout, payer: str = "") -> Around:
        """Raises InputError as `footer`."""
        lines = footer(purpose, self.imprint(language, payer), language)
        return Around(language, layout, self.brand, lines)


def own_hosts(facts: Facts) -> tuple[str, ...]:
    """Of the practice's own links, and of its places'."""
    links = [facts.booking_link, facts.portal_link]
    for place in facts.locations.values():
        links += [place.booking_link, place.portal_link]
    return tuple(sorted({urlsplit(link).hostname or "" for link in links} - {""}))


def load_letterhead(tx: Tx, today: date) -> Letterhead:
    """`today` is a day in the practice's zone. The practice's own fields count as they are classed now."""
    look = load_look(tx)
    usable = frozenset(one.name for one in pictures.listing(tx) if may_show(tx, one, today))
    return Letterhead(
        practice=settings.get(tx, "practice-name") or "",
        phone=settings.get(tx, practicefacts.PHONE) or "",
        facts=practicefacts.load(tx),
        look=look,
        pictures=usable,
        own={CUSTOM + one.name: one.group for one in customfields.listing(tx)},
    )


def load_look(tx: Tx) -> Look:
    return Look(
        colour=settings.get(tx, COLOUR) or Look().colour,
        logo=settings.get(tx, LOGO) or "",
        mail_hours=dict(json.loads(settings.get(tx, HOURS) or "{}")),
        sites=tuple(json.loads(settings.get(tx, SITES) or "[]")),
    )


def keep_look(tx: Tx, look: Look) -> None:
    """Raises InputError `template-colour`, `brand-hours`, `brand-site`, `brand-sites-many`,
    `picture-unknown`, and `picture-of-patient`: a permission can end, and the look of letters stays."""
    Brand("", look.colour)
    hours = {language: clean(words, HOURS_CHARS + 1) for language, words in look.mail_hours.items()}
    if not hours.keys() <= set(LANGUAGES) or any(len(words) > HOURS_CHARS for words in hours.values()):
        raise InputError("brand-hours", most=HOURS_CHARS)
    if len(look.sites) > SITES_MOST:
        raise InputError("brand-sites-many", most=SITES_MOST)
    if look.logo:
        logo = pictures.get_many(tx, [look.logo]).get(look.logo)
        if logo is None:
            raise InputError("picture-unknown", name=clean(look.logo, 40))
        if logo.authorization is not None:
            raise InputError("picture-of-patient", name=logo.name)
    sites = sorted({_site(site) for site in look.sites})
    settings.put(tx, COLOUR, look.colour)
    settings.put(tx, LOGO, look.logo)
    settings.put(tx, HOURS, json.dumps({language: words for language, words in hours.items() if words}))
    settings.put(tx, SITES, json.dumps(sites))


def may_show(tx: Tx, one: KeptPicture, today: date) -> bool:
    """Of a patient only as long as their written permission counts (45 CFR 164.508(b)(5))."""
    if one.authorization is None:
        return True
    permission = authorizations.get(tx, one.authorization)
    return permission is not None and problem(permission, today) is None


def shown_in(tx: Tx, names: Iterable[str], today: date) -> tuple[Picture, ...]:
    """What a page shows, to travel inside the letter. Raises Refused("picture-gone") (`name`)."""
    found = pictures.get_many(tx, names)
    made = []
    for name in dict.fromkeys(names):
        one = found.get(name)
        if one is None or one.data is None or not may_show(tx, one, today):
            raise Refused("picture-gone", name=clean(name, 40))
        made.append(Picture(one.name, one.kind, one.data))
    return tuple(made)


def _site(text: str) -> str:
    """A host as links name it; international ones in their ASCII form (RFC 5890)."""
    site = text.strip().lower().removeprefix("https://").rstrip("/")
    if not _SITE.fullmatch(site):
        raise InputError("brand-site", site=clean(text, 60))
    return site
