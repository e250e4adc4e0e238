"""What a locked file to one person is made as: a link, a PDF, or a page. Pure."""

from __future__ import annotations

from desktop.frozen import dataclass
from desktop.mail.decision import DecisionInput
from desktop.mail.headers import domain_of
from desktop.models.protection import Form
from desktop.models.records import Label, Reason


@dataclass(frozen=True)
class NoForm:
    """Why no locked file can be made, and what would help."""

    reason: Reason
    remedy: Reason


def chosen_form(request: DecisionInput) -> Form | NoForm:
    """What the locked file is made as.

    The person's wish first, then link, PDF, page. A very sensitive one asks for the birth
    date beside the words when it is opened, which no PDF can. A page needs nothing else, so
    that something is possible unless the recipient's mail service stops every form.
    """
    person, means = request.person, request.forms
    very = request.label is Label.VERY_SENSITIVE
    if very and person.birth_date is None:
        return NoForm(Reason("birth-date-missing", {"name": person.name}), Reason("remedy-birth-date"))
    possible = [Form.HTML]
    if means.words and not very:
        possible.insert(0, Form.PDF)
    if means.storage:
        possible.insert(0, Form.LINK)
    if request.form is not None and request.form not in possible:
        return NoForm(Reason("form-not-possible"), Reason("remedy-other-form"))
    passing = [form for form in possible if form not in means.blocked and request.form in (None, form)]
    if not passing:
        domain = domain_of(person.email)
        return NoForm(Reason("form-blocked", {"domain": domain}), Reason("remedy-other-form"))
    return means.wish if means.wish in passing else passing[0]
