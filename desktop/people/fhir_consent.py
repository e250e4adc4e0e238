"""What FHIR Consent and Communication say of mail: each refusal counts, a yes only with its proof.

A Consent speaks of many matters: research, other institutions, single documents. It is about
mail where its purpose is treatment, payment, operations or marketing without being narrowed to
certain data or receivers, or where it names e-mail. Of several about one patient the strictest
word stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from desktop.models.records import Consent, Reason
from desktop.models.standing import Use
from desktop.people.fhir_values import Resource, coded, items, said, words
from desktop.people.gathered import Gathered

_COLUMNS = {Use.CARE: "consent", Use.MARKETING: "marketing", Use.PAID: "paid", Use.PLAIN: "plain"}
_CARE = frozenset({"TREAT", "HPAYMT", "HOPERAT", "CAREMGT", "PATADMIN"})
_MARKETING = "HMARKT"
"""Codes of v3-ActReason."""
_NARROWED = ("actor", "class", "data", "dataPeriod", "securityLabel")
_TO_OTHERS = frozenset({"access", "collect", "correct", "disclose"})
_STATES = {"permit": Consent.GIVEN, "deny": Consent.REFUSED}
_RULES = {"OPTIN": "permit", "OPTOUT": "deny"}
_MAIL = re.compile(r"\be-?mail|correo electr", re.IGNORECASE)
_ADVERTISING = re.compile(r"market|promot|newsletter|publicid|bolet[ií]n", re.IGNORECASE)
_OPEN = re.compile(r"unencrypt|unsecure|plain e-?mail|sin cifr", re.IGNORECASE)
_WRITTEN = frozenset({"EMAILWRIT", "EMAIL", "ELECTRONIC", "WRITTEN", "REMOTE"})
_OBJECTIONS = frozenset({"patient-objection", "family-objection", "patient-optout"})
_DEEPEST = 5

States = dict[Use, Consent]


class Refusals:
    """The words of a file about mail, by the patient's number."""

    def __init__(self, found: Gathered) -> None:
        self._found = found
        self._said: dict[str, tuple[int, dict[str, str]]] = {}

    def take(self, line: int, resource: Resource, number: str) -> None:
        """One Consent or Communication about the patient with that number."""
        is_consent = resource.get("resourceType") == "Consent"
        states = _consent(resource) if is_consent else _communication(resource)
        if not states:
            if is_consent and _in_force(resource):
                self._found.refuse(line, Reason("consent-other-matter"))
            else:
                self._found.ignore(said(resource.get("resourceType")))
            return
        if not number:
            self._found.refuse(line, Reason("patient-missing"))
            return
        when = _day(resource)
        proof = _proof(resource)
        source = proof or f"{said(resource.get('resourceType'))}/{said(resource.get('id'))}"[:200]
        for use, state in states.items():
            if state is Consent.GIVEN and not (when and proof):
                self._found.refuse(line, Reason("consent-without-proof"))
            elif state is Consent.GIVEN and _ends(resource):
                self._found.refuse(line, Reason("consent-ends"))
            else:
                self._enter(line, number, use, state, when, source)

    def of(self, number: str) -> dict[str, str]:
        """What was said of that patient; once."""
        return self._said.pop(number, (0, {}))[1] if number else {}

    def left(self) -> Iterator[tuple[str, int, dict[str, str]]]:
        """Number, line and words about patients whom the file does not hold."""
        for number, (line, values) in self._said.items():
            yield number, line, values

    def _enter(self, line: int, number: str, use: Use, state: Consent, when: str, source: str) -> None:
        column = _COLUMNS[use]
        _, values = self._said.setdefault(number, (line, {}))
        if values.get(column) != Consent.REFUSED.value:
            values |= {column: state.value, f"{column}_date": when, f"{column}_source": source}


def _in_force(resource: Resource) -> bool:
    return said(resource.get("status")) in ("active", "rejected")


def _consent(resource: Resource) -> States:
    """The state of each purpose that it speaks of. A form that somebody refused to sign refuses."""
    if not _in_force(resource):
        return {}
    text = _all_words(resource)
    root = next(iter(items(resource.get("provision"))), {})
    rule = next((_RULES[code] for code in coded(resource.get("policyRule")) if code in _RULES), "")
    base = said(root.get("type")) or said(resource.get("decision")) or rule
    states: States = {}
    _walk(root | {"type": base}, text, states, 0)
    if said(resource.get("status")) == "rejected":
        return dict.fromkeys(states, Consent.REFUSED)
    return states


def _walk(provision: Resource, text: str, states: States, depth: int) -> None:
    """A provision's own word, then those inside it, which are exceptions from it."""
    state = _STATES.get(said(provision.get("type")))
    if state is not None:
        states.update((use, state) for use in _uses(provision, text, state, depth))
    if depth < _DEEPEST:
        for inner in items(provision.get("provision")):
            _walk(inner, text, states, depth + 1)


def _uses(provision: Resource, text: str, state: Consent, depth: int) -> set[Use]:
    own = f"{text} {' '.join(words(one) for one in items(provision.get('code')))}"
    if _OPEN.search(own):
        return {Use.PLAIN}
    purposes = {code for one in items(provision.get("purpose")) for code in coded(one)}
    uses = {Use.CARE} if purposes & _CARE else set()
    uses |= {Use.MARKETING} if _MARKETING in purposes else set()
    if _MAIL.search(own):
        default = Use.MARKETING if _ADVERTISING.search(own) else Use.CARE
        return uses if purposes else {default}
    if _narrowed(provision):
        return set()
    # "No" to everything is a no to mail; "yes" to everything was not asked about mail.
    unlimited = not purposes and state is Consent.REFUSED and depth == 0 and "code" not in provision
    return {Use.CARE, Use.MARKETING} if unlimited else uses


def _narrowed(provision: Resource) -> bool:
    actions = {code for one in items(provision.get("action")) for code in coded(one)}
    return any(provision.get(name) for name in _NARROWED) or bool(actions and actions <= _TO_OTHERS)


def _all_words(resource: Resource) -> str:
    concepts = [
        *items(resource.get("category")),
        *items(resource.get("scope")),
        *items(resource.get("policyRule")),
    ]
    return " ".join(words(one) for one in concepts)


def _communication(resource: Resource) -> States:
    """A message that was not sent because the patient objected to being written to."""
    objected = not _OBJECTIONS.isdisjoint(coded(resource.get("statusReason")))
    if said(resource.get("status")) != "not-done" or not objected:
        return {}
    media = {code for one in items(resource.get("medium")) for code in coded(one)}
    if media and not media & _WRITTEN:
        return {}
    kinds = " ".join(words(one) for one in items(resource.get("category")))
    return {Use.MARKETING if _ADVERTISING.search(kinds) else Use.CARE: Consent.REFUSED}


def _day(resource: Resource) -> str:
    when = (said(resource.get(name)) for name in ("dateTime", "sent", "received"))
    day = next(filter(None, when), "")[:10]
    return day if len(day) == 10 else ""


def _proof(resource: Resource) -> str:
    """The paper that it refers to, '' where there is none."""
    paper, reference = resource.get("sourceAttachment"), resource.get("sourceReference")
    found = [paper.get("title"), paper.get("url")] if isinstance(paper, dict) else []
    found += [reference.get("display"), reference.get("reference")] if isinstance(reference, dict) else []
    return next(filter(None, map(said, found)), "")[:200]


def _ends(resource: Resource) -> bool:
    root = next(iter(items(resource.get("provision"))), {})
    period = root.get("period")
    return isinstance(period, dict) and bool(said(period.get("end")))
