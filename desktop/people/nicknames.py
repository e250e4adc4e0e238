"""Short forms of first names that people give at the desk, English and Spanish; lower case, no accents."""

from __future__ import annotations

from types import MappingProxyType

_FORMS = """
william bill billy will, robert bob bobby rob, richard rick dick rich, james jim jimmy jamie,
john jack johnny, michael mike mickey, thomas tom tommy, charles charlie chuck, edward ed ted,
joseph joe joey, daniel dan danny, david dave, anthony tony, matthew matt, andrew andy drew,
christopher chris, steven stephen steve, kenneth ken, ronald ron, donald don, gregory greg,
samuel sam, benjamin ben, nicholas nick, alexander alex, patrick pat, timothy tim, peter pete,
elizabeth liz beth betty lisa eliza, margaret peggy maggie meg, katherine catherine kathy kate katie,
patricia pat patty tricia, jennifer jen jenny, susan sue susie, deborah debra deb debbie,
barbara barb, rebecca becky, victoria vicky, pamela pam, cynthia cindy, judith judy, dorothy dot,
theresa teresa terry tere, jacqueline jackie, christina christine tina chris, jose pepe,
francisco paco pancho frank, ignacio nacho, guadalupe lupe, dolores lola, concepcion concha,
rosario charo, jesus chucho, alejandro alex, eduardo lalo, manuel manny manolo, enrique quique kike,
roberto beto, alberto beto, guillermo memo, isabel chabela, consuelo chelo, mercedes meche,
antonio tono tony, rafael rafa, fernando nando, graciela chela, josefina pepa
"""


def _of() -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    for number, forms in enumerate(_FORMS.split(",")):
        for name in forms.split():
            found[name] = found.get(name, frozenset()) | {number}
    return found


_OF = MappingProxyType(_of())
_NONE: frozenset[int] = frozenset()


def same_name(one: str, other: str) -> bool:
    """Whether these may be forms of one name."""
    return bool(_OF.get(one, _NONE) & _OF.get(other, _NONE))
