"""The obstacles around a youth (freins périphériques): our codes, and those of the public nomenclatures (DOMAIN §5).

Pure. Health and justice have no code here: they are off everywhere until an organisation's delegate enables them
with the legal text cited (DESIGN, "Access"), and nothing of the kind is offered before.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Category:
    """One obstacle, with its code at France Travail and its families in data·inclusion (empty: none compares)."""

    code: str
    label: str
    france_travail: str = ""
    data_inclusion: tuple[str, ...] = ()


CATEGORIES: tuple[Category, ...] = (
    Category("MOBILITE", "Se déplacer", "23", ("mobilite",)),
    Category("LOGEMENT", "Se loger", "27", ("logement-hebergement",)),
    Category("RESSOURCES", "Vivre avec ses ressources", "28",
             ("difficultes-financieres", "equipement-et-alimentation")),
    Category("FAMILLE_GARDE", "Faire garder ses enfants, aider sa famille", "24", ("famille",)),
    Category("ADMINISTRATIF_DROITS", "Obtenir ses droits et ses papiers", "29",
             ("difficultes-administratives-ou-juridiques",)),
    Category("NUMERIQUE", "Utiliser le numérique", "", ("numerique",)),
    Category("LANGUE_SAVOIRS", "Lire, écrire, compter, parler français", "26", ("lecture-ecriture-calcul",)),
    Category("CONFIANCE_REMOBILISATION", "Reprendre confiance", "", ("remobilisation",)),
    Category("PROJET_ORIENTATION", "Choisir un métier", "", ("choisir-un-metier", "se-former")),
    Category("EMPLOI", "Chercher un emploi", "", ("preparer-sa-candidature", "trouver-un-emploi")),
)  # fmt: skip
BY_CODE = {category.code: category for category in CATEGORIES}
CHOICES = [(category.code, category.label) for category in CATEGORIES]

# What was done about one, in codes: a free text would soon tell of health or justice.
STEPS = [
    ("information", "Le jeune est informé de ce qui existe"),
    ("orientation", "Orienté vers un service"),
    ("demande", "Une demande est déposée"),
    ("rendez_vous", "Un rendez-vous est pris"),
    ("aide", "Une aide est obtenue"),
    ("refus", "La demande n’a pas abouti"),
    ("leve", "Le frein est levé"),
    ("abandon", "Il n’est plus suivi : le jeune ne le souhaite plus, ou n’en a plus besoin"),
]
LIFTED, ABANDONED = "leve", "abandon"
CLOSING = (LIFTED, ABANDONED)
