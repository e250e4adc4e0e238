"""The small language that message texts are written in, and nothing more.

Jinja2's sandbox is no policy: methods run, loops allocate (SECURITY finding 16). So only
its parser is used; the tree is checked node by node against four forms (text,
`{{ field }}`, `{{ field | default("...") }}`, `{% if field %}`) and rendered here. A field of the
practice's own is written `custom.<name>`, the one dot there is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from jinja2 import Environment, TemplateSyntaxError, nodes

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail.fields import FIELDS
from desktop.models.rules import CUSTOM
from desktop.models.standing import FieldClass
from desktop.paths import resource
from desktop.texts import LANGUAGES, clean

_PARSER = Environment(autoescape=False, keep_trailing_newline=True)  # noqa: S701 - parses, never renders
_LONGEST = 100_000


class Place(StrEnum):
    """Where a text stands."""

    SUBJECT = "subject"
    BODY = "body"


@dataclass(frozen=True)
class _Words:
    text: str


@dataclass(frozen=True)
class _Field:
    name: str
    default: str | None = None


@dataclass(frozen=True)
class _When:
    name: str
    then: tuple[_Piece, ...]


_Piece = _Words | _Field | _When


@dataclass(frozen=True)
class Template:
    """A checked text. An empty value counts as none."""

    pieces: tuple[_Piece, ...]

    def missing(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Fields that this text needs and `values` does not resolve, in order, each once."""
        return tuple(dict.fromkeys(_missing(self.pieces, values)))

    def render(self, values: Mapping[str, str], person: str) -> str:
        """The text with its fields filled, exactly as given: no value is ever parsed.

        Raises InputError `field-missing`, naming the first field and the `person`.
        """
        missing = self.missing(values)
        if missing:
            raise InputError("field-missing", field=missing[0], person=clean(person))
        return _rendered(self.pieces, values)

    def marked(self, values: Mapping[str, str]) -> str:
        """As `render`, but what is not known stands as its name in double brackets, for its writer to see."""
        return _rendered(self.pieces, values, mark=True)

    def fields(self) -> frozenset[str]:
        """Every field that the text names, wherever."""
        return frozenset(_named(self.pieces))

    def asked(self) -> frozenset[str]:
        """The fields that decide whether some words stand in it at all."""
        return frozenset(_asked(self.pieces))

    def outline(self, given: frozenset[str], mark: Callable[[str, str | None], str]) -> str:
        """The text as it stands where of the `asked` fields those in `given` are known, with
        `mark(field, default)` in the place of each field."""
        return _outlined(self.pieces, given, mark)


def _named(pieces: tuple[_Piece, ...]) -> list[str]:
    found: list[str] = []
    for piece in pieces:
        if not isinstance(piece, _Words):
            found.append(piece.name)
        if isinstance(piece, _When):
            found += _named(piece.then)
    return found


def _asked(pieces: tuple[_Piece, ...]) -> list[str]:
    found: list[str] = []
    for piece in pieces:
        if isinstance(piece, _When):
            found += [piece.name, *_asked(piece.then)]
    return found


def _outlined(
    pieces: tuple[_Piece, ...], given: frozenset[str], mark: Callable[[str, str | None], str]
) -> str:
    out: list[str] = []
    for piece in pieces:
        match piece:
            case _Words(text):
                out.append(text)
            case _Field(name, default):
                out.append(mark(name, default))
            case _When(name, then):
                out.append(_outlined(then, given, mark) if name in given else "")
    return "".join(out)


def _missing(pieces: tuple[_Piece, ...], values: Mapping[str, str]) -> list[str]:
    found: list[str] = []
    for piece in pieces:
        if isinstance(piece, _When):
            found += _missing(piece.then, values) if values.get(piece.name) else []
        elif isinstance(piece, _Field) and piece.default is None and not values.get(piece.name):
            found.append(piece.name)
    return found


def _rendered(pieces: tuple[_Piece, ...], values: Mapping[str, str], *, mark: bool = False) -> str:
    out: list[str] = []
    for piece in pieces:
        match piece:
            case _Words(text):
                out.append(text)
            case _Field(name, default):
                none = f"[[{name}]]" if mark and default is None else default or ""
                out.append(values.get(name) or none)
            case _When(name, then):
                out.append(_rendered(then, values, mark=mark) if values.get(name) else "")
    return "".join(out)


Own = Mapping[str, FieldClass]
"""Fields of the practice's own, as a text names them: `custom.insurer`."""
NONE_OWN: Own = MappingProxyType({})


def compile_text(source: str, place: Place, own: Own = NONE_OWN) -> Template:
    """Check `source` and make it a `Template`.

    Raises InputError: `template-syntax` (with the line), `template-not-allowed` (line),
    `template-field-unknown` (field), `template-field-clinical` (field, in a subject).
    """
    if len(source) > _LONGEST:
        raise InputError("template-too-long")
    try:
        tree = _PARSER.parse(source)
    except TemplateSyntaxError as error:
        raise InputError("template-syntax", line=error.lineno) from error
    except RecursionError as error:
        raise InputError("template-not-allowed", line=1) from error
    return Template(_checked(tree.body, place, own))


def _checked(body: list[nodes.Node], place: Place, own: Own) -> tuple[_Piece, ...]:
    pieces: list[_Piece] = []
    for node in body:
        if type(node) is nodes.Output:
            pieces += [_output(part, place, own) for part in node.nodes]
        elif type(node) is nodes.If and not node.elif_ and not node.else_:
            pieces.append(_When(_name(node.test, place, own), _checked(node.body, place, own)))
        else:
            raise InputError("template-not-allowed", line=node.lineno)
    return tuple(pieces)


def _output(node: nodes.Expr, place: Place, own: Own) -> _Piece:
    if type(node) is nodes.TemplateData:
        return _Words(node.data)
    if type(node) is nodes.Filter and node.node is not None:
        return _Field(_name(node.node, place, own), _default(node))
    return _Field(_name(node, place, own))


def _default(node: nodes.Filter) -> str:
    plain = node.name == "default" and not node.kwargs and not node.dyn_args and not node.dyn_kwargs
    if plain and len(node.args) == 1:
        only = node.args[0]
        if type(only) is nodes.Const and isinstance(only.value, str):
            return only.value
    raise InputError("template-not-allowed", line=node.lineno)


def _name(node: nodes.Node, place: Place, own: Own) -> str:
    name = _written(node)
    kind = FIELDS.get(name) or own.get(name)
    if kind is None:
        raise InputError("template-field-unknown", field=clean(name, 40))
    if kind is FieldClass.CLINICAL and place is Place.SUBJECT:
        raise InputError("template-field-clinical", field=name)
    return name


def _written(node: nodes.Node) -> str:
    if type(node) is nodes.Name:
        return node.name
    if type(node) is nodes.Getattr and type(node.node) is nodes.Name:
        name = f"{node.node.name}.{node.attr}"
        if name.startswith(CUSTOM):
            return name
    raise InputError("template-not-allowed", line=node.lineno)


@dataclass(frozen=True)
class Wording:
    """Subject and text of one kind of message."""

    subject: Template
    text: Template


@lru_cache(maxsize=64)
def shipped(name: str, language: str) -> Wording:
    """A wording of `resources/templates/`: first line the subject, then an empty line, then the text.

    An unknown language reads English.
    """
    tongue = language if language in LANGUAGES else LANGUAGES[0]
    source = resource(f"templates/{name}.{tongue}.txt").read_text(encoding="utf-8")
    subject, _, text = source.partition("\n\n")
    return Wording(compile_text(subject, Place.SUBJECT), compile_text(text, Place.BODY))
