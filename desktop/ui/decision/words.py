"""A decision in words: the line beside Send, the reasons with their dates, and the ways by name."""

from __future__ import annotations

import re
from datetime import date

from desktop.models.protection import Form
from desktop.models.records import Method, Reason
from desktop.office.values import Explained, KeyLine, PersonShown
from desktop.texts import clean
from desktop.ui.base import Ui
from desktop.ui.dates import date_words
from desktop.ui.grouped import grouped

SEALED = frozenset({Method.OPENPGP, Method.SMIME, Method.ENVELOPE})
"""Ways that nobody but the recipient can read."""
BY_PHONE = "label-no-email"
"""The reason of a letter that stays here and becomes a task to call."""
_ON_THE_WAY = frozenset({Method.TLS, Method.PORTAL})
_SAID = {
    Method.OPENPGP: "only-recipient",
    Method.SMIME: "only-recipient",
    Method.TLS: "encrypted-on-the-way",
    Method.PORTAL: "encrypted-on-the-way",
}
"""What the card's heading says already."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CHOOSE = "remedy-choose"


def line_words(ui: Ui, decided: Explained, name: str) -> str:
    """One line, such as "Only Maria can open it"."""
    if any(reason.code == BY_PHONE for reason in decided.reasons):
        return ui.say("ui.decision.by-phone", name=name)
    if decided.method is Method.ENVELOPE and decided.form is not None:
        return ui.say(f"ui.decision.form-{decided.form.value}", name=name)
    return ui.say(f"ui.compose.how-{decided.method.value}", name=name)


def way_words(ui: Ui, method: Method, name: str) -> str:
    """One way by its plain name."""
    return ui.say(f"ui.decision.way-{method.value}", name=name)


def reason_words(ui: Ui, reason: Reason) -> str:
    """As `Ui.reason`, with the days in it as people write them."""
    return ui.reason(Reason(reason.code, {key: _told(ui, value) for key, value in reason.params.items()}))


def _told(ui: Ui, value: str | int) -> str | int:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return date_words(date.fromisoformat(value), ui.texts.language)
    return value


def grounds(ui: Ui, decided: Explained, who: PersonShown | None) -> list[str]:
    """Why this way, and what it rests on with its age; each sentence once."""
    said = _SAID.get(decided.method, "")
    found = [reason_words(ui, reason) for reason in decided.reasons if reason.code != said]
    if who is not None and who.person.id == decided.person:
        found += _age(ui, decided, who)
    return list(dict.fromkeys(found))


def _age(ui: Ui, decided: Explained, who: PersonShown) -> list[str]:
    language = ui.texts.language
    if decided.method is Method.ENVELOPE and who.card is not None:
        made = date_words(who.card.made_at.date(), language)
        return [
            ui.say(f"ui.decision.card-{who.card.how}", when=made, who=clean(who.card.handed_over))
            if who.card.how in ("in-person", "by-phone", "by-post")
            else ui.say("ui.decision.card-made", when=made)
        ]
    key = _key(decided, who)
    if key is None:
        return []
    if key.expires is None:
        return [ui.say("ui.decision.key-open")]
    return [ui.say("ui.decision.key-until", until=date_words(key.expires.date(), language))]


def _key(decided: Explained, who: PersonShown) -> KeyLine | None:
    return next(
        (key for key in who.keys if decided.fingerprint and key.fingerprint == decided.fingerprint), None
    )


def technical(ui: Ui, decided: Explained) -> list[tuple[str, str]]:
    """For whoever asks exactly: names and values."""
    found = [(ui.say("ui.decision.technical-method"), decided.method.value)]
    if decided.fingerprint:
        found.append((ui.say("ui.decision.technical-key"), grouped(decided.fingerprint)))
    found.append((ui.say("ui.decision.technical-policy"), decided.policy))
    found.append((ui.say("ui.decision.technical-hash"), grouped(decided.hash)))
    return found


def choices(decided: Explained) -> frozenset[Method]:
    """The ways that may be taken instead: open, and never worth less than the one that is taken."""
    least = SEALED if decided.method in SEALED else SEALED | _ON_THE_WAY
    return frozenset(
        item.method
        for item in decided.rejected
        if item.remedy is not None and item.remedy.code == _CHOOSE and item.method in least
    )


def same_for_all(decided: Explained) -> bool:
    """Whether one thing shuts every way, so that a list of them would say it six times."""
    if decided.method is not Method.NONE or not decided.reasons:
        return False
    first = decided.reasons[0]
    return all(item.reason.code == first.code and item.remedy is None for item in decided.rejected)


def mark(decided: Explained) -> tuple[str, ...]:
    """What must differ before people are shown the card anew: the way and its grounds, not the day."""
    form: Form | None = decided.form
    return (
        decided.method.value,
        form.value if form is not None else "",
        *(reason.code for reason in decided.reasons),
    )
