"""`snippets …`: text blocks, one's own and the practice's, kept and filled for one person."""

from __future__ import annotations

from typing import Any

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call
from desktop.cli.relays import maybe_word, word
from desktop.models.correspondence import SnippetId
from desktop.models.records import PersonId
from desktop.office.values_messages import SnippetRequest, SnippetsShown


def snippets_list(call: Call) -> None:
    call.console.emit(_shown(call.office.list_snippets(call.session())))


def snippets_keep(call: Call) -> None:
    """With an id it is kept anew as a whole: what is left out is empty."""
    session, given = call.session(), call.console.document()
    try:
        request = _request(given)
    except (KeyError, TypeError) as error:
        raise WrongUse(call.console.texts.say("cli.wrong-document", field=str(error).strip("'"))) from error
    call.console.emit(_shown(call.office.keep_snippet(session, request)))


def snippets_retire(call: Call) -> None:
    call.console.emit(_shown(call.office.retire_snippet(call.session(), SnippetId(call.args.snippet))))


def snippets_fill(call: Call) -> None:
    filled = call.office.fill_snippet(
        call.session(), SnippetId(call.args.snippet), PersonId(call.args.person)
    )
    call.console.emit({"subject": filled.subject, "text": filled.text, "missing": list(filled.missing)})


def _request(given: dict[str, Any]) -> SnippetRequest:
    shared = given.get("shared", False)
    if not isinstance(shared, bool):
        raise TypeError("shared")
    id_ = maybe_word(given, "id")
    return SnippetRequest(
        kind=word(given, "kind"),
        name=word(given, "name"),
        text=word(given, "text"),
        subject=maybe_word(given, "subject"),
        language=maybe_word(given, "language") or "en",
        shared=shared,
        id=SnippetId(id_) if id_ else None,
    )


def _shown(shown: SnippetsShown) -> shapes.Doc:
    return {
        "snippets": [
            {
                "id": one.id,
                "kind": one.kind,
                "name": one.name,
                "subject": one.subject,
                "text": one.text,
                "language": one.language,
                "shared": one.shared,
            }
            for one in shown.snippets
        ],
        "signature": shown.signature,
    }
