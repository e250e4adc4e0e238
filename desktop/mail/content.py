"""What a message gives away: subject, text, file names and files, looked through on this computer.

Pure: no network, no clock but the one that is handed in, nothing kept. Each hit says
where it stands and why it counts, by a code with words; `Policy` says what follows.
The check helps people, it does not vouch: what no list knows is not found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from desktop.config import ContentLimits
from desktop.mail import content_codes, content_dates, content_numbers, content_words
from desktop.mail.content_fold import Folded, fold, fold_html
from desktop.mail.content_names import Named, tokens
from desktop.mail.content_text import Watch, extract
from desktop.mail.content_values import (
    STRENGTH,
    Action,
    ContentInput,
    ContentReport,
    Hit,
    Kind,
    Known,
    Owned,
    Part,
    Policy,
    Where,
)
from desktop.models.records import Reason

_NUMBERS = {
    "ssn": Reason("content-ssn"),
    "itin": Reason("content-itin"),
    "npi": Reason("content-npi"),
    "dea": Reason("content-dea"),
    "card": Reason("content-card"),
}
_CLINICAL = {
    "mental-health": Reason("content-mental-health"),
    "hiv-sti": Reason("content-hiv-sti"),
    "substance-use": Reason("content-substance-use"),
    "reproductive": Reason("content-reproductive"),
    "oncology": Reason("content-oncology"),
    "genetics": Reason("content-genetics"),
    "conditions": Reason("content-condition"),
}
_INSIDE = frozenset((Part.TEXT, Part.HTML, Part.FILE))
_STANDARD = Policy()


def check_content(
    message: ContentInput, limits: ContentLimits, mono: Callable[[], float], policy: Policy = _STANDARD
) -> ContentReport:
    """Look through all of a message. `mono` gives seconds, for the limit on the time that files take."""
    hits: list[Hit] = []
    owned: list[Owned] = []
    shortened = False
    for found, cut in _parts(message, limits, Watch(mono, limits), owned):
        hits.extend(found)
        shortened = shortened or cut
    verdict: dict[Kind, Action] = {}
    for hit in hits:
        action = policy.action(hit)
        there = verdict.get(hit.kind)
        if there is None or STRENGTH[action] > STRENGTH[there]:
            verdict[hit.kind] = action
    return ContentReport(tuple(hits), verdict, shortened, tuple(owned))


def _parts(
    message: ContentInput, limits: ContentLimits, watch: Watch, owned: list[Owned]
) -> Iterator[tuple[list[Hit], bool]]:
    """Part by part what was found, and whether there was more; whose each file is goes to `owned`."""
    known = message.known
    most = limits.text_chars
    texts = [(Part.SUBJECT, fold(message.subject[:most])), (Part.TEXT, fold(message.text[:most]))]
    if message.html is not None:
        texts.append((Part.HTML, fold_html(message.html[:most])))
    for part, folded in texts:
        yield _cut(_check(folded, Where(part), known), limits)
    cut = max(len(message.subject), len(message.text), len(message.html or "")) > most
    for number, file in enumerate(message.attachments):
        yield _cut(_check(fold(file.name[:most]), Where(Part.FILE_NAME, number), known), limits)
        where = Where(Part.FILE, number)
        read = extract(file, limits, watch)
        notes = [
            Hit(kind, where, 0, 0, reason)
            for kind, reason in ((Kind.UNREADABLE, read.problem), (Kind.NO_TEXT, read.no_text))
            if reason is not None
        ]
        yield notes, False
        inside = _check(read.text, where, known)
        owned.append(_owned(inside, known))
        yield _cut([hit for hit in inside if hit.kind is not Kind.OWN_NAME], limits)
    yield [], cut


def _owned(inside: list[Hit], known: Known) -> Owned:
    """In a file every birth date that is not the person's own counts as another patient's."""
    kinds = {hit.kind for hit in inside}
    return Owned(Kind.OWN_NAME in kinds, known.birth_date is not None and Kind.BIRTH_DATE in kinds)


def _cut(hits: list[Hit], limits: ContentLimits) -> tuple[list[Hit], bool]:
    """The first of a part, but never without what blocks."""
    if len(hits) <= limits.hits:
        return hits, False
    kept = hits[: limits.hits]
    kept.extend(hit for hit in hits[limits.hits :] if hit.kind not in {one.kind for one in kept})
    return kept[: limits.hits + len(Kind)], True


def _check(folded: Folded, where: Where, known: Known) -> list[Hit]:
    """One part, by place; where two kinds overlap, the surer one stays.

    A file's hits hold its person's own name too: nothing follows from it, but it is good to know.
    """
    if not folded.text or folded.text.isspace():
        return []
    found = [*_found_numbers(folded), *_found_dates(folded, where, known), *_found_codes(folded, known)]
    found.extend(
        (Kind.CLINICAL, term.start, term.end, _CLINICAL[term.group]) for term in content_words.find(folded)
    )
    taken: list[tuple[Kind, int, int, Reason]] = []
    free = 0
    found.sort(key=lambda one: one[1])
    for one in found:
        if one[1] >= free:
            taken.append(one)
            free = one[2]
        elif taken and (_RANK[one[0]], taken[-1][1]) < (_RANK[taken[-1][0]], one[1] + 1):
            taken[-1] = one
            free = one[2]
    taken.extend(_found_names(folded, where, known))
    taken.sort(key=lambda one: one[1])
    return [Hit(kind, where, *folded.original(start, end), reason) for kind, start, end, reason in taken]


_RANK = {
    kind: place
    for place, kind in enumerate(
        (
            Kind.OTHER_PATIENT,
            Kind.MRN,
            Kind.SSN,
            Kind.ITIN,
            Kind.CARD,
            Kind.NPI,
            Kind.DEA,
            Kind.BIRTH_DATE,
            Kind.DIAGNOSIS_CODE,
            Kind.CLINICAL,
        )
    )
}

_Found = tuple[Kind, int, int, Reason]


def _found_numbers(folded: Folded) -> Iterator[_Found]:
    for number in content_numbers.find(folded):
        yield Kind(number.kind), number.start, number.end, _NUMBERS[number.kind]


def _found_dates(folded: Folded, where: Where, known: Known) -> Iterator[_Found]:
    """Birth dates; in a file, one that is not the message's own person's stops it."""
    for one in content_dates.find(folded):
        own = known.birth_date is not None and known.birth_date in one.dates
        if not own and not one.named:
            continue
        other = known.birth_date is not None and not own and where.part in (Part.FILE, Part.FILE_NAME)
        if other:
            yield Kind.OTHER_PATIENT, one.start, one.end, Reason("content-other-birth-date")
        else:
            yield Kind.BIRTH_DATE, one.start, one.end, Reason("content-birth-date")


def _found_codes(folded: Folded, known: Known) -> Iterator[_Found]:
    for start, end in content_codes.diagnoses(folded):
        yield Kind.DIAGNOSIS_CODE, start, end, Reason("content-diagnosis-code")
    for start, end in content_codes.record_numbers(folded, known.mrn, known.external_id):
        yield Kind.MRN, start, end, Reason("content-mrn")


def _found_names(folded: Folded, where: Where, known: Known) -> Iterator[_Found]:
    own_words = {*tokens(known.first_name), *tokens(known.last_name)}
    for named in known.people.find(folded, loose=where.part is Part.FILE_NAME):
        if _is_own(folded, named, known, own_words):
            in_full = where.part is Part.FILE and known.person in named.people
            if where.part not in _INSIDE or in_full:
                yield Kind.OWN_NAME, named.start, named.end, Reason("content-own-name")
        elif where.part in (Part.FILE, Part.FILE_NAME):
            yield Kind.OTHER_PATIENT, named.start, named.end, Reason("content-other-patient")
        else:
            yield Kind.OTHER_NAME, named.start, named.end, Reason("content-other-name")


def _is_own(folded: Folded, named: Named, known: Known, own_words: set[str]) -> bool:
    """The message's person is among the bearers, or the words are all of that person's name."""
    if known.person is not None and known.person in named.people:
        return True
    if not named.people:
        words = tokens(folded.text[named.start : named.end])
        return bool(own_words) and words[-1:] != [] and words[-1] in own_words
    return False


def check_sender(name: str, domain: str) -> tuple[Hit, ...]:
    """Whether a sender's name or domain tells the field of medicine to everybody on the way."""
    hits = []
    for text, reason in ((name, Reason("content-sender-name")), (domain, Reason("content-sender-domain"))):
        term = content_words.specialty(text)
        if term is not None:
            hits.append(Hit(Kind.CLINICAL, Where(Part.SUBJECT), term.start, term.end, reason))
    return tuple(hits)
