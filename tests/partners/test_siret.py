"""SIRET numbers: a maintained library decides, the exception of La Poste included (DOMAIN 9.11)."""

import pytest
from django.core.exceptions import ValidationError

from partners.models.organisations import validate_siret


@pytest.mark.parametrize(
    "number",
    [
        "73282932000074",
        "35600000000048",  # the head office of La Poste follows the common rule
        "35600000049837",  # its post offices: the sum of the digits is a multiple of 5
        "13002795600015",
    ],
)
def test_a_siret_that_checks_is_accepted(number):
    validate_siret(number)


@pytest.mark.parametrize(
    "number",
    [
        "73282932000075",
        "35600000049838",
        "7328293200007",
        "732829320000740",
        "732 829 320 00074",
        "7328293200007A",
        "٧٣٢٨٢٩٣٢٠٠٠٠٧٤",
        "73282932000074\n",
    ],
)
def test_a_siret_that_does_not_check_is_refused(number):
    with pytest.raises(ValidationError, match="14 chiffres"):
        validate_siret(number)
