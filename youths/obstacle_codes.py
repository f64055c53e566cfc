"""The obstacles around a youth (freins périphériques): our codes, and those of the public nomenclatures (DOMAIN §5).

Pure. Health and justice are not among those that are offered: they are off everywhere until an organisation's
delegate enables them with the legal text cited (DESIGN, "Access").
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Category:
    """One obstacle, and what compares with it elsewhere (empty: nothing does).

    ``france_travail``: the constraint of the diagnosis of France Travail (codes 23 to 29), as Carnet de bord uses them;
    ``tba``: the reason of a joint accompaniment in the Tableau de bord de l'apprentissage; ``data_inclusion``: the
    families of services of data·inclusion (and a theme where the family says too much); ``iae``: the administrative
    criteria of the IAE as Les emplois de l'inclusion names them.
    """

    code: str
    label: str
    france_travail: str = ""
    tba: str = ""
    data_inclusion: tuple[str, ...] = ()
    iae: tuple[str, ...] = ()


CATEGORIES: tuple[Category, ...] = (
    Category("MOBILITE", "Se déplacer", "23", "MOBILITE", ("mobilite",), ("PM",)),
    Category("LOGEMENT", "Se loger", "27", "LOGEMENT", ("logement-hebergement",), ("PSH_PR",)),
    Category("RESSOURCES", "Vivre avec ses ressources", "28", "FINANCE",
             ("difficultes-financieres", "equipement-et-alimentation"), ("RSA", "ASS", "AAH")),
    Category("FAMILLE_GARDE", "Faire garder ses enfants, aider sa famille", "24", "SOCIAL_FAMILIAL", ("famille",),
             ("PI",)),
    Category("ADMINISTRATIF_DROITS", "Obtenir ses droits et ses papiers", "29", "ADMINISTRATIF",
             ("difficultes-administratives-ou-juridiques",), ("REF_DA",)),
    Category("NUMERIQUE", "Utiliser le numérique", "", "", ("numerique",)),
    Category("LANGUE_SAVOIRS", "Lire, écrire, compter, parler français", "26", "", ("lecture-ecriture-calcul",),
             ("FLE",)),
    Category("CONFIANCE_REMOBILISATION", "Reprendre confiance", "", "", ("remobilisation",)),
    Category("PROJET_ORIENTATION", "Choisir un métier", "", "REORIENTATION", ("choisir-un-metier", "se-former"),
             ("CAP_BEP", "JEUNE_SQ")),
    Category("EMPLOI", "Chercher un emploi", "", "RECHERCHE_EMPLOI",
             ("preparer-sa-candidature", "trouver-un-emploi"), ("DELD", "DETLD")),
)  # fmt: skip
# Off until a delegate allows them, and kept apart (``youths.accompanying.restricted``): never among the others.
RESTRICTED: tuple[Category, ...] = (
    Category("SANTE", "Santé", "25", "SANTE", ("sante",), ("TH",)),
    Category("JUSTICE", "Justice", "29", "",
             ("difficultes-administratives-ou-juridiques--prendre-en-compte-une-problematique-judiciaire",),
             ("DETENTION_MJ",)),
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
