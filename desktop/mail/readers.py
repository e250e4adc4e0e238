"""Who may read what arrives at the address beside the person: notes for whoever sends, and one demand."""

from __future__ import annotations

from desktop.models.records import Kind, Person, Reason
from desktop.models.standing import MailLink, Reader
from desktop.people.lookalikes import is_private


def others_read(link: MailLink | None) -> bool:
    """Whether people read the mailbox who may know nothing: then only the person can open what goes there."""
    return link is not None and link.reader is Reader.SHARED


def readers(person: Person, link: MailLink | None) -> tuple[Reason, ...]:
    """Who else reads the mailbox, and that it is the one that was asked for."""
    if link is None:
        return ()
    name: dict[str, str | int] = {"name": person.name}
    who = () if link.reader is Reader.SELF else (Reason(f"mailbox-{link.reader.value}", name),)
    return (*who, Reason("mailbox-confidential", name)) if link.confidential else who


def work_address(person: Person, domain: str) -> tuple[Reason, ...]:
    """An employer may read what arrives at an address of its own."""
    if person.kind is not Kind.PATIENT or is_private(domain):
        return ()
    return (Reason("work-address", {"domain": domain}),)
