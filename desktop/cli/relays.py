"""`relay add` and `relay evidence`: rich documents, read strictly."""

from __future__ import annotations

from datetime import date
from typing import Any

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call
from desktop.models.records import Baa, ForcedTls, RelayId
from desktop.office.values_practice import EvidenceRequest, RelayRequest


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
            ca_file=given.get("ca_file") or "",
            required_tls=given.get("required_tls") or "",
            forced_tls=_domains(given.get("forced_tls") or []),
            enforces=tuple(given.get("enforces") or ()),
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
            required_tls=(given["required_tls"] or "") if "required_tls" in given else None,
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
        expires=date.fromisoformat(given["expires"]) if given.get("expires") else None,
        scope=word(given, "scope"),
    )


def _domains(given: Any) -> tuple[ForcedTls, ...]:
    if not isinstance(given, list):
        raise TypeError("forced_tls")
    return tuple(ForcedTls(word(item, "domain"), date.fromisoformat(word(item, "until"))) for item in given)


def word(given: dict[str, Any], name: str) -> str:
    """A field that must be text."""
    value = given[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def number(given: dict[str, Any], name: str) -> int:
    """A field that must be a whole number."""
    value = given[name]
    if type(value) is not int:
        raise TypeError(name)
    return value
