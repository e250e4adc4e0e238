"""The ledger in words that people at a desk use."""

from __future__ import annotations

from desktop.models.records import Consent
from desktop.models.standing import EvidenceKind
from desktop.office.values_consent import AskedLine, AuthorizationLine, EntryLine, ProofLine, UseLine
from desktop.texts import clean
from desktop.ui.base import Ui
from desktop.ui.dates import date_words, moment_words

LOOKS = {Consent.GIVEN: "pill-ok", Consent.REFUSED: "pill-error", Consent.UNKNOWN: "pill-plain"}
_CHARS = 120


def below_use(ui: Ui, line: UseLine) -> str:
    """Since when, until when, and on what it stands."""
    say, language = ui.say, ui.texts.language
    parts = []
    if line.because is not None:
        parts.append(ui.reason(line.because))
    if line.since is not None:
        parts.append(say("ui.consent.since", when=date_words(line.since.astimezone().date(), language)))
    if line.expires is not None and line.state is Consent.GIVEN:
        parts.append(say("ui.consent.until", when=date_words(line.expires.astimezone().date(), language)))
    if line.proof is not None:
        parts.append(proof_words(ui, line.proof))
    return "  ·  ".join(parts)


def proof_words(ui: Ui, proof: ProofLine) -> str:
    """How we know, without the file itself; the note of an import is that file's hash."""
    parts = [ui.say(f"ui.consent.proof-{proof.kind.value}")]
    note = "" if proof.kind is EvidenceKind.IMPORT_ROW else proof.note
    parts += [clean(part, _CHARS) for part in (proof.file_name, proof.wording, note) if part]
    return ", ".join(parts)


def entry_words(ui: Ui, line: EntryLine) -> str:
    return f"{ui.say(f'ui.use.{line.use.value}')}: {ui.say(f'ui.answer.{line.state.value}')}"


def below_entry(ui: Ui, line: EntryLine) -> str:
    """When, how, by whom, and the proof."""
    say = ui.say
    parts = [moment_words(line.at, ui.texts.language)]
    if ui.texts.has(f"ui.came.{line.how}"):
        parts.append(say(f"ui.came.{line.how}"))
    if line.source not in ("", line.how):
        parts.append(clean(line.source, _CHARS))
    if line.by:
        parts.append(say("ui.timeline.by", name=clean(line.by)))
    if line.proof is not None:
        parts.append(proof_words(ui, line.proof))
    return "  ·  ".join(parts)


def permission_words(ui: Ui, line: AuthorizationLine) -> str:
    return f"{ui.say(f'ui.use.{line.use.value}')}: {clean(line.what, _CHARS)}"


def below_permission(ui: Ui, line: AuthorizationLine) -> str:
    """Signed when and by whom, until when, and whether it counts."""
    say, language = ui.say, ui.texts.language
    parts = []
    if line.signed_on is not None:
        signed = date_words(line.signed_on, language)
        parts.append(say("ui.permission.signed-by", name=clean(line.signed_by), when=signed))
    if line.expires_on is not None:
        parts.append(say("ui.consent.until", when=date_words(line.expires_on, language)))
    elif line.expires_event:
        parts.append(say("ui.consent.until", when=clean(line.expires_event, _CHARS)))
    if line.revoked_on is not None:
        parts.append(say("ui.permission.ended", when=date_words(line.revoked_on, language)))
    elif line.problem is not None:
        parts.append(ui.reason(line.problem))
    return "  ·  ".join(parts)


def asked_words(ui: Ui, line: AskedLine) -> str:
    language = ui.texts.language
    code = f"ui.ask.{line.answer}" if line.answer else "ui.ask.open"
    return ui.say(
        code,
        use=ui.say(f"ui.use.{line.use.value}"),
        when=moment_words(line.asked_at, language),
        until=moment_words(line.until, language),
    )
