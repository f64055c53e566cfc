"""The founding conventions, in the world of the tests."""

import pytest

from partners.founding import CONVENTIONS, SMV_SITES
from partners.loading import load_founding
from partners.models import Convention, Department, Region
from partners.territory.dataset import read_territory
from tests.conftest import as_owner
from tests.keeping import staged


def add_territory() -> None:
    """The regions and departments that the founding conventions name, beside those of the world."""
    regions = {site.region for site in SMV_SITES} | {item.region for item in CONVENTIONS}
    departments = {site.department for site in SMV_SITES}
    territory = read_territory()
    Region.objects.bulk_create(
        [Region(code=row.code, name=row.name) for row in territory.regions if row.code in regions],
        ignore_conflicts=True,
    )
    Department.objects.bulk_create(
        [
            Department(code=row.code, name=row.name, region_id=row.region)
            for row in territory.departments
            if row.code in departments
        ],
        ignore_conflicts=True,
    )


@staged
def founding(world):
    """The founding conventions by code; the bare one of the world makes room for the real one."""
    with as_owner():
        Convention.objects.all().delete()
        add_territory()
        load_founding()
    return {convention.code: convention for convention in Convention.objects.order_by("pk")}


@pytest.fixture
def owner_makes():
    """``owner_makes(Model, **fields)``: a row made by the owner, and given back."""

    def make(model, **fields):
        with as_owner():
            return model.objects.create(**fields)

    return make
