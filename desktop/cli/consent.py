"""Commands about consent: shown, recorded, permitted in writing, asked by mail, proved, many at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call, day_of, free_file, read_file, write_file
from desktop.cli.facts import wrong
from desktop.cli.relays import maybe_word, only
from desktop.config import LIMITS
from desktop.models.records import Consent, MessageId, PersonId
from desktop.models.standing import AuthorizationId, BatchId, EvidenceKind, Use
from desktop.office.values_consent import (
    AskRequest,
    BatchColumns,
    BatchLine,
    BatchRequest,
    ConsentRequest,
    ConsentShown,
    EntryLine,
    PermissionEnd,
    PermissionForm,
    ProofIn,
    SignedPermission,
)
from desktop.office.values_messages import FileOut
from desktop.texts import clean

_SAID = ("source", "note", "wording")
_FORM = (
    *("what", "recipient", "aim", "discloser", "expires_on", "expires_event", "payer", "language"),
    "wording",
)
_SIGNED = ("signed_on", "signed_by", "authority", "note")
_COLUMNS = ("answer", "on", "external_id", "first_name", "last_name", "birth_date", "version")


def consent_show(call: Call) -> None:
    """Where each purpose stands, and the written permissions."""
    _emit(call, call.office.show_consent(call.session(), PersonId(call.args.person)))


def consent_history(call: Call) -> None:
    """Every entry, newest first."""
    shown = call.office.show_consent(call.session(), PersonId(call.args.person))
    entries = [_entry(one) for one in shown.entries]
    human = [_words(call, one) for one in shown.entries]
    nothing = call.console.texts.say("cli.no-answers")
    call.console.emit({"person": shown.person, "entries": entries}, human or [nothing])


def consent_record(call: Call) -> None:
    """What they said; a yes with `--file` of the signed form or a `note` in the document."""
    session = call.session()
    said = call.console.document() if call.console.stdin else {}
    _texts(call, said, *_SAID)
    proof = _proof(call.args.file, said)
    request = ConsentRequest(
        PersonId(call.args.person),
        Use(call.args.use),
        Consent(call.args.state),
        call.args.how,
        day_of(call.console, call.args.on),
        maybe_word(said, "source"),
        proof,
        day_of(call.console, call.args.until),
        warned=call.args.warned,
    )
    _emit(call, call.office.record_consent(session, request))


def consent_form(call: Call) -> None:
    """The form to sign, as a PDF."""
    session, said = call.session(), call.console.document()
    _texts(call, said, *_FORM)
    made = call.office.print_permission(session, _form(call, said))
    _write(call, made, call.args.to)


def consent_authorize(call: Call) -> None:
    """The signed form with its scan."""
    session, said = call.session(), call.console.document()
    copied = said.pop("copy_given", False)
    _texts(call, said, *_FORM, *_SIGNED)
    if type(copied) is not bool:
        raise wrong(call, TypeError("copy_given"))
    signed = SignedPermission(
        _form(call, said),
        day_of(call.console, maybe_word(said, "signed_on")),
        maybe_word(said, "signed_by"),
        _proof(call.args.file, said),
        maybe_word(said, "authority"),
        copy_given=copied,
        how=call.args.how,
    )
    _emit(call, call.office.keep_permission(session, signed))


def consent_revoke(call: Call) -> None:
    """A written permission is taken back."""
    end = PermissionEnd(
        AuthorizationId(call.args.permission), call.args.how, day_of(call.console, call.args.on)
    )
    _emit(call, call.office.end_permission(call.session(), end))


def consent_ask(call: Call) -> None:
    """A letter with a code."""
    request = AskRequest(PersonId(call.args.person), Use(call.args.use))
    asked = call.office.ask_consent(call.session(), request)
    data = {"message": asked.message, "until": asked.until.isoformat()}
    call.console.emit(data, [f"{data['message']}  {data['until']}"])


def consent_prove(call: Call) -> None:
    """What the ledger said when a message left; with `--to` the paper too."""
    session = call.session()
    target = free_file(call.args.to) if call.args.to else None
    proof = call.office.prove_consent(session, MessageId(call.args.message), target is not None)
    words = call.console.reason(proof.basis)
    data: dict[str, Any] = {
        "message": proof.message,
        "person": proof.person,
        "use": proof.use.value,
        "at": proof.at.isoformat(),
        "allowed": proof.allowed,
        "basis": words,
        "entries": [_entry(one) for one in proof.entries],
    }
    if target is not None and proof.data is not None:
        data["file"] = write_file(target, proof.data)
    call.console.emit(data, [str(words["words"])])


def consent_batch(call: Call) -> None:
    """An intake column of people who are known; `--dry-run` counts only. Without a file, the batches."""
    session = call.session()
    if not call.args.file:
        batches = call.office.list_batches(session)
        lines = [_batch(one) for one in batches]
        call.console.emit({"batches": lines}, [_batch_words(call, one) for one in batches])
        return
    said = call.console.document()
    _texts(call, said, *_COLUMNS, "wording")
    heads = {name: said[name] for name in _COLUMNS if said.get(name)}
    for name in ("answer", "on"):
        if name not in heads:
            raise wrong(call, KeyError(name))
    if not call.args.form:
        raise WrongUse(call.console.texts.say("cli.batch-needs-form"))
    form = Path(call.args.form)
    request = BatchRequest(
        use=Use(call.args.use),
        name=Path(call.args.file).name,
        data=read_file(call.args.file, LIMITS.import_bytes)[0],
        columns=BatchColumns(**heads),
        form=ProofIn(EvidenceKind.FORM, form.name, read_file(call.args.form, LIMITS.attachment_bytes)[0]),
        wording=maybe_word(said, "wording"),
        day_first=call.args.day_first,
    )
    batch = None
    if call.args.dry_run:
        tried = call.office.try_batch(session, request)
    else:
        done = call.office.run_batch(session, request)
        tried, batch = done.tried, _batch(done.batch)
    data = {
        "batch": batch,
        "given": tried.given,
        "refused": tried.refused,
        "same": tried.same,
        "left_out": [{"line": one.line, "reason": call.console.reason(one.reason)} for one in tried.left_out],
    }
    call.console.emit(data, [f"given {tried.given}  refused {tried.refused}  same {tried.same}"])


def consent_undo(call: Call) -> None:
    """Every yes of the batch becomes unknown where nothing newer was said; a no stays."""
    undone = call.office.undo_batch(call.session(), BatchId(call.args.batch))
    data = {
        "batch": undone.batch.id,
        "withdrawn": undone.withdrawn,
        "refusals": undone.refusals,
        "changed_since": undone.changed_since,
    }
    call.console.emit(data, [f"{name} {value}" for name, value in data.items()])


def _emit(call: Call, shown: ConsentShown) -> None:
    uses = [
        {
            "use": one.use.value,
            "state": one.state.value,
            "counts": one.counts.value,
            "expires": one.expires.isoformat() if one.expires else None,
            "because": shapes.maybe_reason(call.console, one.because),
        }
        for one in shown.uses
    ]
    permissions = [
        {
            "id": one.id,
            "use": one.use.value,
            "signed_on": one.signed_on.isoformat() if one.signed_on else None,
            "problem": shapes.maybe_reason(call.console, one.problem),
        }
        for one in shown.authorizations
    ]
    say = call.console.texts.say
    human = [
        f"{say(f'ui.use.{one.use.value}')}: {say(f'ui.answer.{one.counts.value}')}" for one in shown.uses
    ]
    for one in shown.authorizations:
        signed = one.signed_on.isoformat() if one.signed_on else ""
        why = call.console.reason(one.problem)["words"] if one.problem else ""
        human.append("  ".join(filter(None, (one.id, say(f"ui.use.{one.use.value}"), signed, why))))
    call.console.emit({"person": shown.person, "uses": uses, "permissions": permissions}, human)


def _words(call: Call, one: EntryLine) -> str:
    texts = call.console.texts
    parts = [f"{one.at.astimezone():%Y-%m-%d %H:%M}", texts.say(f"ui.use.{one.use.value}")]
    parts.append(texts.say(f"ui.answer.{one.state.value}"))
    if texts.has(f"ui.came.{one.how}"):
        parts.append(texts.say(f"ui.came.{one.how}"))
    return "  ".join(parts)


def _entry(one: EntryLine) -> dict[str, Any]:
    return {
        "seq": one.seq,
        "at": one.at.isoformat(),
        "use": one.use.value,
        "state": one.state.value,
        "how": one.how,
        "source": one.source,
        "wording": one.wording,
        "by": one.by,
        "proof": {"id": one.proof.id, "kind": one.proof.kind.value, "sha256": one.proof.sha256}
        if one.proof
        else None,
        "expires": one.expires.isoformat() if one.expires else None,
        "batch": one.batch,
        "permission": one.authorization,
    }


def _batch_words(call: Call, one: BatchLine) -> str:
    say = call.console.texts.say
    parts = [one.id, f"{one.at.astimezone():%Y-%m-%d %H:%M}", say(f"ui.use.{one.use.value}"), str(one.count)]
    if one.undone_at is not None:
        parts.append(say("ui.imports.undone-mark"))
    return "  ".join(parts)


def _batch(one: BatchLine) -> dict[str, Any]:
    return {
        "id": one.id,
        "use": one.use.value,
        "at": one.at.isoformat(),
        "by": one.by,
        "count": one.count,
        "content": one.content,
        "signed": one.signed,
        "undone": one.undone_at.isoformat() if one.undone_at else None,
    }


def _proof(file: str, said: dict[str, Any]) -> ProofIn | None:
    note, wording = maybe_word(said, "note"), maybe_word(said, "wording")
    if file:
        path = Path(file)
        data = read_file(file, LIMITS.attachment_bytes)[0]
        return ProofIn(EvidenceKind.FORM, path.name, data, note, wording)
    return ProofIn(EvidenceKind.SPOKEN, note=note, wording=wording) if note else None


def _form(call: Call, said: dict[str, Any]) -> PermissionForm:
    payer = maybe_word(said, "payer")
    return PermissionForm(
        person=PersonId(call.args.person),
        use=Use.PAID if payer else Use.MARKETING,
        what=maybe_word(said, "what"),
        recipient=maybe_word(said, "recipient"),
        aim=maybe_word(said, "aim"),
        discloser=maybe_word(said, "discloser"),
        expires_on=day_of(call.console, maybe_word(said, "expires_on")),
        expires_event=maybe_word(said, "expires_event"),
        paid=bool(payer),
        payer=payer,
        language=maybe_word(said, "language") or "en",
    )


def _texts(call: Call, said: dict[str, Any], *names: str) -> None:
    """Only these fields, each a text or null: what proves a yes is never made of something else."""
    try:
        only(said, *names)
        for name in names:
            maybe_word(said, name)
    except (KeyError, TypeError) as error:
        raise wrong(call, error) from error


def _write(call: Call, made: FileOut, to: str) -> None:
    file = write_file(free_file(to), made.data)
    call.console.emit({"file": file}, [clean(file)])
