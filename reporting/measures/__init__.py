"""How the commitments of a convention are measured: the registry, the judges, and the evidence they judge."""

from reporting.measures.base import Evidence, Kind, Measure, Status, Terms
from reporting.measures.evidence import ConventionEvidence, for_pack, for_page
from reporting.measures.registry import BY_EVIDENCE, KINDS, judge, kind_of, label_of

__all__ = [
    "BY_EVIDENCE",
    "KINDS",
    "ConventionEvidence",
    "Evidence",
    "Kind",
    "Measure",
    "Status",
    "Terms",
    "for_pack",
    "for_page",
    "judge",
    "kind_of",
    "label_of",
]
