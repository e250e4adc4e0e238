"""`storage`, `pickups` and `relay onward`: rich documents, read strictly."""

from __future__ import annotations

from typing import Any

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call
from desktop.cli.relays import agreement, maybe_path, maybe_word, number, word, words
from desktop.models.protection import PickupId, Portal, StorageId
from desktop.models.records import RelayId
from desktop.office.values_protection import OnwardRequest, PickupsShown, StorageLine, StorageRequest

_LEFT_ALONE = ("how", "name", "value", "verifies", "enforces", "portal")


def storage_add(call: Call) -> None:
    """Stores without connecting; `storage test` connects."""
    session = call.session()
    call.console.emit({"id": call.office.add_storage(session, _request(call)).storage.id})


def storage_test(call: Call) -> None:
    """The same document as `storage add`; without a secret, the kept one's."""
    session = call.session()
    tested = call.office.test_storage(session, _request(call))
    steps = shapes.reasons(call.console, tested.steps)
    call.console.emit({"ok": tested.ok, "steps": steps, "id": tested.storage})


def storage_list(call: Call) -> None:
    shown = call.office.list_storages(call.session())
    call.console.emit({"storages": [_storage(call, line) for line in shown.storages]})


def storage_retire(call: Call) -> None:
    shown = call.office.retire_storage(call.session(), StorageId(call.args.storage))
    call.console.emit({"storages": [_storage(call, line) for line in shown.storages]})


def pickups_list(call: Call) -> None:
    call.console.emit(_pickups(call, call.office.list_pickups(call.session())))


def pickups_revoke(call: Call) -> None:
    call.console.emit(_pickups(call, call.office.revoke_pickup(call.session(), PickupId(call.args.pickup))))


def relay_onward(call: Call) -> None:
    """How the relay is told to require TLS, what it honours, its portal; what is left out stays."""
    session = call.session()
    given = call.console.document()
    try:
        unknown = set(given) - set(_LEFT_ALONE)
        if unknown:
            raise KeyError(min(unknown))
        request = OnwardRequest(
            RelayId(call.args.relay),
            how=maybe_word(given, "how") if "how" in given else None,
            name=maybe_word(given, "name"),
            value=maybe_word(given, "value"),
            verifies=_yes(given, "verifies"),
            enforces=words(given, "enforces") if "enforces" in given else None,
            portal=_portal(given["portal"]) if "portal" in given else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WrongUse(call.console.texts.say("cli.wrong-document", field=str(error).strip("'"))) from error
    call.console.emit(shapes.relay(call.console, call.office.set_onward(session, request)))


def _request(call: Call) -> StorageRequest:
    given = call.console.document()
    try:
        return StorageRequest(
            name=word(given, "name"),
            kind=word(given, "kind"),
            url=word(given, "url"),
            user=word(given, "user"),
            public_url=word(given, "public_url"),
            baa=agreement(given.get("baa")),
            secret=maybe_word(given, "secret"),
            days=number(given, "days") if "days" in given else 30,
            access_log=maybe_word(given, "access_log"),
            ca_file=maybe_path(given, "ca_file"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WrongUse(call.console.texts.say("cli.wrong-document", field=str(error).strip("'"))) from error


def _portal(given: Any) -> Portal:
    """`null` takes the portal away."""
    if given is None:
        return Portal("", "")
    if not isinstance(given, dict):
        raise TypeError("portal")
    return Portal(
        word(given, "trigger"), word(given, "value"), maybe_word(given, "name"), words(given, "reports")
    )


def _yes(given: dict[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise TypeError(name)
    return value


def _storage(call: Call, line: StorageLine) -> shapes.Doc:
    one = line.storage
    return {
        "id": one.id,
        "name": one.name,
        "kind": one.kind,
        "url": one.url,
        "public_url": one.public_url,
        "days": one.days,
        "access_log": one.access_log or None,
        "retired_at": shapes.moment(one.retired_at),
        "problem": shapes.maybe_reason(call.console, line.problem),
    }


def _pickups(call: Call, shown: PickupsShown) -> shapes.Doc:
    lines = []
    for line in shown.pickups:
        one = line.pickup
        trouble = {"code": one.trouble, "words": call.console.texts.error(one.trouble, {})[0]}
        lines.append(
            {
                "id": one.id,
                "message": one.message,
                "person": line.person,
                "state": line.state,
                "made_at": shapes.moment(one.made_at),
                "expires_at": shapes.moment(one.expires_at),
                "picked_up_at": shapes.moment(one.picked_up_at),
                "deleted_at": shapes.moment(one.deleted_at),
                "trouble": trouble if one.trouble else None,
            }
        )
    return {"pickups": lines}
