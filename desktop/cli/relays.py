"""`relay add` and `relay evidence`: rich documents, read strictly."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call
from desktop.models.records import Baa, ForcedTls, RelayId
from desktop.office.values_practice import EvidenceRequest, RelayRequest
from desktop.texts import clean

Word = TypeVar("Word", bound=StrEnum)


def relay_add(call: Call) -> None:
    """Stores without connecting; `relay test` connects."""
    session = call.session()
    given = call.console.document()
    try:
        request = RelayRequest(
            name=word(given, "name"),
            host=word(given, "host"),
            port=number(given, "port"),
            security=word(given, "security"),
            user=word(given, "user"),
            sender=word(given, "sender"),
            baa=agreement(given.get("baa")),
            password=word(given, "password"),
            ca_file=maybe_path(given, "ca_file"),
            required_tls=maybe_word(given, "required_tls"),
            forced_tls=_domains(given.get("forced_tls") or []),
            enforces=words(given, "enforces"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WrongUse(call.console.texts.say("cli.wrong-document", field=str(error).strip("'"))) from error
    call.console.emit({"id": call.office.add_relay(session, request).id})


def relay_evidence(call: Call) -> None:
    """What the relay's account enforces onward: for all mail, or for domains until a date."""
    session = call.session()
    given = call.console.document()
    try:
        request = EvidenceRequest(
            RelayId(call.args.relay),
            required_tls=maybe_word(given, "required_tls") if "required_tls" in given else None,
            forced_tls=_domains(given["forced_tls"] or []) if "forced_tls" in given else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WrongUse(call.console.texts.say("cli.wrong-document", field=str(error).strip("'"))) from error
    call.console.emit(shapes.relay(call.console, call.office.record_evidence(session, request)))


def agreement(given: Any) -> Baa | None:
    """An agreement of a document; KeyError, TypeError or ValueError name the field that is wrong."""
    if given is None:
        return None
    if not isinstance(given, dict):
        raise TypeError("baa")
    return Baa(
        counterparty=word(given, "counterparty"),
        signed=date.fromisoformat(word(given, "signed")),
        expires=date.fromisoformat(word(given, "expires")) if given.get("expires") else None,
        scope=word(given, "scope"),
    )


def _domains(given: Any) -> tuple[ForcedTls, ...]:
    if not isinstance(given, list):
        raise TypeError("forced_tls")
    if not all(isinstance(item, dict) for item in given):
        raise TypeError("forced_tls")
    return tuple(ForcedTls(word(item, "domain"), date.fromisoformat(word(item, "until"))) for item in given)


def word(given: dict[str, Any], name: str) -> str:
    """A field that must be text."""
    value = given[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def maybe_word(given: dict[str, Any], name: str) -> str:
    """A field that may be missing or null: '' then."""
    return "" if given.get(name) is None else word(given, name)


def only(given: dict[str, Any], *names: str) -> None:
    """Refuses a field that the command does not take: a slip of the pen must not count as left out."""
    for name in given:
        if name not in names:
            raise KeyError(clean(str(name), 60))


def chosen(kind: type[Word], given: dict[str, Any], name: str) -> Word:
    """A field that must be one of few words."""
    try:
        return kind(word(given, name))
    except ValueError:
        raise ValueError(name) from None


def maybe_path(given: dict[str, Any], name: str) -> str:
    """As `maybe_word`: a file as the caller sees it, because the service runs in another folder."""
    named = maybe_word(given, name).strip()
    return str(Path(named).absolute()) if named else ""


def words(given: dict[str, Any], name: str) -> tuple[str, ...]:
    """A field that must be a list of texts; nothing where it is missing or null."""
    value = given.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError(name)
    return tuple(value)


def number(given: dict[str, Any], name: str) -> int:
    """A field that must be a whole number."""
    value = given[name]
    if type(value) is not int:
        raise TypeError(name)
    return value
