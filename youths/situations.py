"""The situations of a youth, and the frameworks that accompany them: codes, labels, days on which each exists.

Pure. Nomenclatures change with the law (DOMAIN §5, N-04 to N-06 and §9.3): a code is offered for a day only while
it exists on that day, and stays readable for ever on what was written then.
"""

from dataclasses import dataclass
from datetime import date

SITUATION = "situation"
FRAMEWORK = "cadre"


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a nomenclature; ``since`` and ``until`` are its first and last days, None without limit."""

    code: str
    kind: str
    label: str
    since: date | None = None
    until: date | None = None

    def exists_on(self, day: date) -> bool:
        """Whether it may be written of that day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


CODES: tuple[Code, ...] = (
    Code("RECHERCHE_EMPLOI", SITUATION, "Cherche un emploi"),
    Code("RECHERCHE_FORMATION", SITUATION, "Cherche une formation"),
    Code("RECHERCHE_ALTERNANCE", SITUATION, "Cherche un contrat en alternance"),
    Code("RECHERCHE_STAGE", SITUATION, "Cherche un stage"),
    Code("PROJET", SITUATION, "Construit son projet"),
    Code("EMPLOI", SITUATION, "En emploi"),
    Code("INTERIM", SITUATION, "En mission d’intérim"),
    Code("IAE", SITUATION, "En insertion par l’activité économique"),
    Code("ALTERNANCE", SITUATION, "En alternance"),
    Code("FORMATION", SITUATION, "En formation"),
    Code("STAGE", SITUATION, "En stage ou en immersion"),
    Code("SERVICE_CIVIQUE", SITUATION, "En service civique", since=date(2010, 5, 14)),
    Code("VOLONTARIAT_MILITAIRE", SITUATION, "Volontaire au SMV ou au SMA"),
    Code("SCOLAIRE", SITUATION, "Scolarisé"),
    Code("ETUDIANT", SITUATION, "Étudiant"),
    Code(
        "OBLIGATION_FORMATION",
        SITUATION,
        "Sans solution, soumis à l’obligation de formation",
        since=date(2020, 9, 1),
    ),
    Code("AUTRE", SITUATION, "Autre situation"),
    Code("CONTRAT_ENGAGEMENT", FRAMEWORK, "Contrat d’engagement", since=date(2025, 1, 1)),
    Code(
        "CEJ", FRAMEWORK, "Contrat d’engagement jeune (CEJ)", since=date(2022, 3, 1), until=date(2024, 12, 31)
    ),
    Code("PACEA", FRAMEWORK, "PACEA", since=date(2017, 1, 1), until=date(2024, 12, 31)),
    Code("GARANTIE_JEUNES", FRAMEWORK, "Garantie jeunes", until=date(2022, 2, 28)),
    Code("SANS_CADRE", FRAMEWORK, "Accompagnement sans contrat"),
)
BY_CODE = {entry.code: entry for entry in CODES}
CHOICES = [(entry.code, entry.label) for entry in CODES]
KINDS = [(SITUATION, "situation"), (FRAMEWORK, "cadre d’accompagnement")]


def why_not(code: str, day: date) -> str:
    """Why a code cannot be written of a day, in French; empty when it can."""
    entry = BY_CODE[code]
    if entry.exists_on(day):
        return ""
    if entry.since is not None and day < entry.since:
        return f"« {entry.label} » existe depuis le {entry.since:%d/%m/%Y} : vérifiez la date."
    assert entry.until is not None
    last = f"{entry.until:%d/%m/%Y}"
    return (
        f"« {entry.label} » n’a plus été ouvert après le {last} : vérifiez la date ou choisissez autre chose."
    )
