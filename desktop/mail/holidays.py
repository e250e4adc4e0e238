"""Public holidays, from the library `holidays` (MIT), whose tables are updated with each release."""

from __future__ import annotations

from datetime import date
from functools import lru_cache


def is_country(code: str) -> bool:
    """Whether the public holidays of an ISO 3166-1 country are known; '' is none."""
    return code in _regions()


def is_region(country: str, region: str) -> bool:
    """Whether `region` (ISO 3166-2 without the country) has holidays of its own; '' is the whole country."""
    return not region or region in _regions().get(country, ())


def regions(country: str) -> tuple[str, ...]:
    """The regions that are told apart, in order."""
    return tuple(_regions().get(country, ()))


def is_holiday(country: str, region: str, day: date) -> bool:
    """A country that is not known, or none, has no holidays."""
    return bool(country) and day in _year(country, region, day.year)


@lru_cache(maxsize=1)
def _regions() -> dict[str, list[str]]:
    import holidays

    return holidays.list_supported_countries(include_aliases=False)


@lru_cache(maxsize=32)
def _year(country: str, region: str, year: int) -> frozenset[date]:
    if not (is_country(country) and is_region(country, region)):
        return frozenset()
    import holidays

    return frozenset(holidays.country_holidays(country, subdiv=region or None, years=year))
