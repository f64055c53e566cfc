"""The founding texts as plain data (DOMAIN 6.4, 9 and 3.2), one module for each family; no Django here.

What a source does not say stays empty and a French note says so: an unknown signature or end is a fact of
its own and is never filled with a likely value. The wordings are ours; the founding texts are not copied.
Nobody named in the sources appears.

Organisation keys: those of ``NATIONAL_ORGANISATIONS`` and ``SMV_SITES``, plus ``CMAR_<region>``, ``ARML_<region>``
and ``REGION_<region>`` (INSEE code of the region) for regional parties.
"""

from partners.founding import branches, cma, digital, regions, smv
from partners.founding.branches import BRANCHES
from partners.founding.organisations import NATIONAL_ORGANISATIONS, SMV_SITES
from partners.founding.types import MEASURES, FoundingConvention

__all__ = [
    "BRANCHES",
    "CARRIED_OVER",
    "CARRIED_OVER_NOTE",
    "CONVENTIONS",
    "MEASURES",
    "NATIONAL_ORGANISATIONS",
    "SMV_SITES",
    "FoundingConvention",
    "assumed_from",
    "convention",
]

CONVENTIONS: tuple[FoundingConvention, ...] = (
    *smv.CONVENTIONS,
    *cma.CONVENTIONS,
    *regions.CONVENTIONS,
    *branches.CONVENTIONS,
    *digital.CONVENTIONS,
)

# The text of the later conventions was not read. The demonstration, and it alone, lives under them with the
# commitments and the committee of the text named here; a page that shows them says so with CARRIED_OVER_NOTE.
CARRIED_OVER = {"UNML-SMV-2024": "UNML-SMV-2019", "CMA-FT-UNML-CHEOPS-2025": "UNML-CMA-2019"}
CARRIED_OVER_NOTE = (
    "Hypothèse de démonstration : engagements et comité repris du texte de 2019, "
    "à vérifier dans le texte en vigueur."
)


def convention(code: str) -> FoundingConvention:
    """Return the founding convention of that code; KeyError when there is none."""
    return _BY_CODE[code]


def assumed_from(code: str) -> FoundingConvention | None:
    """The convention whose commitments and committee the demonstration assumes for ``code``, or None."""
    return _BY_CODE[CARRIED_OVER[code]] if code in CARRIED_OVER else None


_BY_CODE = {item.code: item for item in CONVENTIONS}
