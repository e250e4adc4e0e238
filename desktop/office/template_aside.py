"""What a lock finds in the editor of templates, made fit to be kept: nothing that was typed is lost.

Nobody is there to be asked, so nothing of it is refused: words that are no template yet are kept as they
are (no check lets them be approved), beside the template where somebody else changed or removed it
meanwhile, and under another name where that one is given.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from desktop.campaigns import purposes
from desktop.errors import InputError
from desktop.mail.template_library import library_template
from desktop.models import templates
from desktop.models.campaigning import TemplateKept
from desktop.models.database import Tx
from desktop.models.purposes import MailPurpose
from desktop.office.values_templates import TemplateKeep, TemplateWords
from desktop.texts import clean

NAME_CHARS = 80
_ROOM = 6
"""For the number behind a name that was given."""


def put_aside(tx: Tx, asked: TemplateKeep) -> TemplateKeep:
    """Raises InputError("purpose-open") for a new template of which nobody said what it is for."""
    before = templates.get(tx, asked.id) if asked.id is not None else None
    if before is not None and before.retired_at is None and before.version == asked.version:
        return replace(
            _as_approved(asked, before), name=_free(tx, asked.name, before), texts=_storable(asked)
        )
    alone = replace(asked, id=None, version=0, texts=_storable(asked), name=_free(tx, asked.name, None))
    try:
        settled_purpose(alone, None)
    except InputError:
        if not alone.code:
            raise
        return replace(alone, purpose=library_template(alone.code).purpose, answers={})
    return alone


def settled_purpose(asked: TemplateKeep, before: TemplateKept | None) -> MailPurpose:
    """The one that is asked for, never a weaker one than the answers, or the library, say.

    Raises InputError "purpose-open", "purpose-weaker", "purpose-answer", "template-unknown".
    """
    if before is not None and (before.purpose, dict(before.answers)) == (asked.purpose, asked.answers):
        return before.purpose
    code = asked.code if before is None else before.code
    if asked.answers:
        classed = purposes.classed(asked.answers)
        if not isinstance(classed, purposes.Classed):
            raise InputError("purpose-open")
        least = classed.purpose
    elif code:
        least = library_template(code).purpose
    else:
        raise InputError("purpose-open")
    if purposes.is_weaker(asked.purpose, than=least):
        raise InputError("purpose-weaker")
    return asked.purpose


def _as_approved(asked: TemplateKeep, before: TemplateKept) -> TemplateKeep:
    """What cannot change any more, or not to that, stays as it was: the words are what somebody typed."""
    kept = replace(asked, purpose=before.purpose, answers=dict(before.answers))
    if before.approved:
        return replace(kept, payer=before.payer, layout=before.layout, visit=before.visit)
    try:
        settled_purpose(asked, before)
    except InputError:
        return kept
    return asked


def _free(tx: Tx, wanted: str, mine: TemplateKept | None) -> str:
    """`wanted`, with a number where another template has that name."""
    taken = {one.name.casefold() for one in templates.listing(tx) if mine is None or one.id != mine.id}
    name = clean(wanted, NAME_CHARS) or "1"
    if name.casefold() not in taken:
        return name
    numbered = (f"{clean(wanted, NAME_CHARS - _ROOM)} ({number})" for number in count(2))
    return next(one for one in numbered if one.casefold() not in taken)


def _storable(asked: TemplateKeep) -> dict[str, TemplateWords]:
    """Without halves of characters, which no file can hold."""

    def whole(text: str) -> str:
        return text.encode("utf-8", "replace").decode("utf-8")

    return {
        language: TemplateWords(whole(words.subject), whole(words.body), whole(words.preview))
        for language, words in asked.texts.items()
    }
