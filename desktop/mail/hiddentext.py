"""Whether a page's own styles would keep words out of sight: what nobody was meant to see.

Filters and people are misled by text that only one of them reads. The rules here know the usual
ways and simple selectors (CSS 2.2, and what mail programs read of it); a way that they do not know
leaves the words on the screen, because every style is dropped afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from desktop.frozen import dataclass

Colour = tuple[int, int, int]
Declared = Mapping[str, str]
CSS_CHARS = 200_000
_RULES = 2_000
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_BRACES = re.compile(r"[{}]")
_SIMPLE = re.compile(r"[a-z][a-z0-9]*|(?:[a-z][a-z0-9]*)?[.#][\w-]{1,80}", re.IGNORECASE)
_NUMBER = re.compile(r"^\s*(-?\d{0,9}(?:\.\d{1,9})?)\s*(px|pt|em|rem|ex|ch|vw|vh|in|cm|mm|%)?", re.IGNORECASE)
_HEX = re.compile(r"#([0-9a-f]{3,8})$", re.IGNORECASE)
_RGB = re.compile(r"rgba?\(([^()]{1,80})\)", re.IGNORECASE)
_URL = re.compile(r"(?:@import\s+)?url\(\s*[\"']?\s*(?!data:|cid:|#)|@import", re.IGNORECASE)
_NAMED = {
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "whitesmoke": (245, 245, 245),
    "ghostwhite": (248, 248, 255),
    "floralwhite": (255, 250, 240),
}
_LINK: Colour = (0, 0, 238)
"""Of a link that says nothing else."""
_NEAR = 24
"""Of 255 in each colour: nobody can tell the words from the ground."""
_FAR = -300.0
"""Pixels beside the page."""
_SMALLEST = 2.0
"""Pixels of a letter that can still be read with good will."""


@dataclass(frozen=True)
class Look:
    """What a word inherits. A `ground` of None is a picture, or one that is not understood."""

    gone: bool = False
    seen: bool = True
    size: float = 16.0
    ink: Colour | None = (0, 0, 0)
    clear: bool = False
    ground: Colour | None = (255, 255, 255)

    @property
    def hidden(self) -> bool:
        if self.gone or not self.seen or self.clear or self.size < _SMALLEST:
            return True
        if self.ink is None or self.ground is None:
            return False
        return all(abs(one - other) <= _NEAR for one, other in zip(self.ink, self.ground, strict=True))


class Styles:
    """The simple rules of a page's style elements."""

    def __init__(self) -> None:
        self._rules: dict[str, dict[str, str]] = {}
        self.remote = 0

    def read(self, css: str) -> None:
        """Rules for a medium or a width are passed over: they need not hold here."""
        plain = _COMMENT.sub(" ", css[:CSS_CHARS])
        self.remote += remote_in(plain)
        for selectors, body in _blocks(plain):
            declared = declarations(body)
            for selector in selectors.split(","):
                name = selector.strip().lower()
                if len(self._rules) < _RULES and _SIMPLE.fullmatch(name):
                    self._rules.setdefault(name, {}).update(declared)

    def of(self, tag: str, given: Mapping[str, str]) -> dict[str, str]:
        """What is declared for an element with these attributes, the most particular last."""
        names = [tag]
        for one in given.get("class", "").lower().split()[:50]:
            names += [f".{one}", f"{tag}.{one}"]
        own = given.get("id", "").strip().lower()
        names += [f"#{own}", f"{tag}#{own}"] if own else []
        found: dict[str, str] = {}
        for name in names:
            found.update(self._rules.get(name, {}))
        found.update(declarations(_COMMENT.sub(" ", given.get("style", "")[:CSS_CHARS])))
        return found


def remote_in(css: str) -> int:
    """How many things a style would fetch."""
    return sum(1 for _ in _URL.finditer(css))


def declarations(body: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in body.split(";")[:500]:
        name, colon, value = one.partition(":")
        if colon:
            found[name.strip().lower()] = value.partition("!")[0].strip().lower()
    return found


def look_of(parent: Look, tag: str, given: Mapping[str, str], css: Declared) -> Look:
    """How an element inside `parent` looks."""
    look = replace(parent, gone=parent.gone or "hidden" in given or _out_of_sight(css) or _without_room(css))
    if "visibility" in css:
        look = replace(look, seen=css["visibility"] not in ("hidden", "collapse"))
    if "font-size" in css:
        look = replace(look, size=_pixels(css["font-size"], look.size, look.size))
    ink = css.get("color", given.get("color", "") if tag == "font" else "")
    if ink and ink != "inherit":
        look = replace(look, ink=_colour(ink), clear=_transparent(ink))
    elif tag == "a" and not ink:
        look = replace(look, ink=_LINK, clear=False)
    return _on_ground(look, css, given.get("bgcolor", ""), "background" in given)


def _on_ground(look: Look, css: Declared, older: str, picture: bool) -> Look:
    if picture or "background-image" in css:
        return replace(look, ground=None)
    said = css.get("background-color") or css.get("background") or older
    if not said or _transparent(said) or said in ("none", "inherit", "initial"):
        return look
    return replace(look, ground=_colour(said))


def _out_of_sight(css: Declared) -> bool:
    if css.get("display") == "none" or _value(css, "opacity", 1.0) <= 0.05:
        return True
    if css.get("position") in ("absolute", "fixed", "relative") and any(
        _pixels(css[side], 16, 0) <= _FAR for side in ("left", "top", "right", "bottom") if side in css
    ):
        return True
    if any(_pixels(css[name], 16, 0) <= _FAR for name in ("text-indent", "margin-left") if name in css):
        return True
    cut = css.get("clip", "").replace(" ", "").replace(",", "")
    if re.fullmatch(r"rect\((?:[01]px|0){4}\)", cut) or "scale(0)" in css.get("transform", ""):
        return True
    return re.match(r"inset\((?:50|100)%", css.get("clip-path", "").replace(" ", "")) is not None


def _without_room(css: Declared) -> bool:
    if css.get("overflow") not in ("hidden", "clip"):
        return False
    sides = ("height", "max-height", "width", "max-width")
    return any(_pixels(css[side], 16, 100) <= 1 for side in sides if side in css)


def _value(css: Declared, name: str, otherwise: float) -> float:
    found = _NUMBER.match(css.get(name, ""))
    if not found or found[1] in ("", "-", "."):
        return otherwise
    value = float(found[1])
    return value / 100 if found[2] == "%" else value


def _pixels(said: str, size: float, otherwise: float) -> float:
    """About how many pixels this length is; `size` those of the letters around it."""
    found = _NUMBER.match(said)
    if not found or found[1] in ("", "-", "."):
        return otherwise
    unit = (found[2] or "px").lower()
    factor = {"pt": 1.33, "em": size, "rem": 16.0, "ex": size / 2, "ch": size / 2, "%": size / 100}.get(unit)
    factor = factor or {"in": 96.0, "cm": 38.0, "mm": 3.8, "vw": 10.0, "vh": 8.0}.get(unit, 1.0)
    return min(max(float(found[1]) * factor, -1e6), 1e6)


def _transparent(said: str) -> bool:
    if said == "transparent":
        return True
    found = _RGB.search(said)
    parts = re.split(r"[\s,/]+", found[1].strip()) if found else []
    if len(parts) == 4:
        return _value({"alpha": parts[3]}, "alpha", 1.0) <= 0.05
    code = _HEX.match(said)
    return code is not None and ((len(code[1]) == 8 and code[1][6:] < "0d") or code[1][3:] == "0")


def _colour(said: str) -> Colour | None:
    """None for one that is not understood: then nothing is said about it."""
    first = said.strip().lower().split(" ")[0] if "(" not in said else said
    if first in _NAMED:
        return _NAMED[first]
    bare = f"#{first}" if re.fullmatch(r"[0-9a-f]{6}|[0-9a-f]{3}", first) else first
    code = _HEX.match(bare)
    if code and len(code[1]) in (3, 4):
        return int(code[1][0] * 2, 16), int(code[1][1] * 2, 16), int(code[1][2] * 2, 16)
    if code and len(code[1]) in (6, 8):
        return int(code[1][:2], 16), int(code[1][2:4], 16), int(code[1][4:6], 16)
    found = _RGB.match(first.strip())
    parts = re.split(r"[\s,/]+", found[1].strip()) if found else []
    if len(parts) not in (3, 4) or not all(re.fullmatch(r"\d{1,3}", part) for part in parts[:3]):
        return None
    return int(parts[0]), int(parts[1]), int(parts[2])


def _blocks(css: str) -> list[tuple[str, str]]:
    """The rules that stand outside every at-rule."""
    found: list[tuple[str, str]] = []
    at = 0
    while len(found) < _RULES:
        opened = css.find("{", at)
        if opened < 0:
            break
        head = css[at:opened].rpartition(";")[2].rpartition("}")[2].replace("<!--", " ").replace("-->", " ")
        closed = css.find("}", opened)
        closed = closed if closed >= 0 else len(css)
        if head.strip().startswith("@"):
            at = _behind(css, opened)
        else:
            found.append((head, css[opened + 1 : closed]))
            at = closed + 1
    return found


def _behind(css: str, opened: int) -> int:
    """Where the at-rule that opens here has ended."""
    level = 0
    for found in _BRACES.finditer(css, opened):
        level += 1 if found[0] == "{" else -1
        if level == 0:
            return found.end()
    return len(css)
