"""What a line of the timeline says, for window and command line alike."""

from __future__ import annotations

from desktop.office.values_person import Moment, TimelineLine
from desktop.texts import Texts, clean

_TITLE_CHARS = 120


def what_happened(texts: Texts, line: TimelineLine) -> str:
    """In one line, without when, where and by whom."""
    say = texts.say
    match line.kind:
        case Moment.VISIT:
            visit = clean(line.title) or say("ui.timeline.visit")
            return f"{visit}: {say(f'ui.timeline.visit-{line.what}')}"
        case Moment.SENT | Moment.RECEIVED:
            kind = say(f"ui.timeline.{line.kind.value}")
            return f"{kind}: {clean(line.title, _TITLE_CHARS) or _untitled(texts, line)}"
        case Moment.CONSENT:
            use = say(f"ui.use.{line.use.value}") if line.use is not None else ""
            return f"{use}: {say(f'ui.answer.{line.what}')}"
        case Moment.IMPORT:
            return say("ui.timeline.import")
        case Moment.CHANGE:
            return say(f"event.{line.what}")


def _untitled(texts: Texts, line: TimelineLine) -> str:
    if line.kind is Moment.RECEIVED or line.conversation is not None:
        return texts.say("ui.timeline.hidden-subject")
    kind = f"ui.timeline.{line.place}"
    return texts.say(kind if texts.has(kind) else "ui.timeline.letter")
