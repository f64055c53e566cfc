"""Choices of the territory filters: the shipped lists, so that a filter costs no query."""

import csv
from functools import cache

from core.names import normalise
from partners.territory.dataset import DATA


@cache
def regions() -> list[tuple[str, str]]:
    """(INSEE code, name) of the regions, by name."""
    with (DATA / "regions.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["code"], row["name"]) for row in csv.DictReader(file)]
    return sorted(rows, key=lambda row: normalise(row[1]))


@cache
def departments() -> list[tuple[str, str]]:
    """(INSEE code, "Name (code)") of the departments and collectivities, by code."""
    with (DATA / "departments.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["code"], f"{row['name']} ({row['code']})") for row in csv.DictReader(file)]
    return sorted(rows)


def departments_of(region: str, *chosen: str) -> list[tuple[str, str]]:
    """The departments of a region, as :func:`departments` gives them, and those chosen elsewhere."""
    return [one for one in departments() if region_of(one[0]) == region or one[0] in chosen]


def region_name(code: str) -> str:
    """The name of a region; its code when it is not one of the shipped list."""
    return dict(regions()).get(code, code)


@cache
def _regions_of() -> dict[str, str]:
    with (DATA / "departments.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["region"] for row in csv.DictReader(file)}


def region_of(department: str) -> str:
    """The code of the region of a department; empty for a collectivity, which has none."""
    return _regions_of().get(department, "")
