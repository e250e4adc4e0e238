"""Values inside a FHIR resource: a field of another shape than the standard's says nothing."""

from __future__ import annotations

from typing import Any

Resource = dict[str, Any]


def said(value: object) -> str:
    """A text without blanks around it; '' for anything else."""
    return value.strip() if isinstance(value, str) else ""


def items(value: object) -> list[Resource]:
    """The objects of a list, or one that stands alone."""
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def coded(concept: object) -> tuple[str, ...]:
    """The codes of a CodeableConcept or Coding."""
    if not isinstance(concept, dict):
        return ()
    codings = [concept, *items(concept.get("coding"))]
    return tuple(code for one in codings if (code := said(one.get("code"))))


def words(concept: object) -> str:
    """What a person would read of a CodeableConcept: its text, else a display, else a code."""
    if not isinstance(concept, dict):
        return ""
    codings = items(concept.get("coding"))
    shown = (said(one.get(name)) for name in ("display", "code") for one in codings)
    return said(concept.get("text")) or next(filter(None, shown), "")
