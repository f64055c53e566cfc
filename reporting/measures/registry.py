"""Every way to measure a commitment, by code: adding one is adding an entry here, with its judge."""

from __future__ import annotations

from reporting.measures import judges
from reporting.measures.base import Evidence, Kind, Measure, Terms

BY_EVIDENCE = Kind(
    "",
    "Sur pièces",
    "Tenu quand une partie à la convention a déposé une pièce qui date de la période : de l’année de la convention "
    "quand l’engagement est annuel, depuis le début quand il est à tenir une fois. Un commentaire ne compte jamais, "
    "ni une pièce retirée, ni celle d’une structure qui n’est pas partie.",
    judges.pieces,
    needs=("pieces",),
)

_PUBLISHED = (
    "La page reprend le chiffre publié des 12 derniers mois quand il y en a un sur le périmètre de la convention, "
    "sinon le dernier dossier de comité."
)
KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "sessions_held",
            "Rencontres tenues",
            "Rencontres notées « tenue » depuis douze mois, au titre de la convention ou de ses déclinaisons, et pour "
            "cet engagement quand elles en nomment un. Tenu quand le nombre attendu par an est atteint, au prorata "
            "la première année ; en cours à partir de la moitié, ou quand celles qui sont prévues y suffiront.",
            judges.sessions,
            needs=("sessions",),
        ),
        Kind(
            "sessions_attended",
            "Jeunes présents aux rencontres",
            "Jeunes venus à une rencontre tenue depuis douze mois, chacun compté une fois, sur ceux qui y étaient "
            "convoqués. Tenu quand le nombre attendu par an est atteint (au prorata la première année), ou la moitié "
            "des convoqués quand l’engagement n’en donne pas ; en cours à partir de la moitié. Se mesure au dossier "
            "de comité : la page reprend le dernier.",
            judges.attended,
            needs=("packs",),
        ),
        Kind(
            "answers_returned",
            "Part des orientations avec une réponse",
            "Orientations qui ont reçu une réponse, sur celles dont le délai est passé. Tenu à partir de 95 %, en "
            f"cours à partir de 80 %. {_PUBLISHED}",
            judges.answers,
            needs=("answers", "packs"),
            tells=("sent", "answered"),
        ),
        Kind(
            "answers_on_time",
            "Part des réponses dans le délai",
            "Orientations répondues dans le délai de leur dispositif, sur celles dont le délai est passé. Tenu à "
            f"partir de 80 %, en cours à partir de 60 %. {_PUBLISHED}",
            judges.on_time,
            needs=("answers", "packs"),
            tells=("sent", "answered"),
        ),
        Kind(
            "returns_of_unfinished",
            "Retours des jeunes sortis sans solution",
            "Retours adressés à la Mission Locale, sur les sorties sans solution de la période. Tenu à partir de "
            "90 %, en cours à partir de 70 %. Se mesure au dossier de comité : la page reprend le dernier.",
            judges.returns,
            needs=("packs",),
            tells=("ended",),
        ),
        Kind(
            "outcomes_known_m3",
            "Devenir connu trois mois après la sortie",
            "Sorties de plus de trois mois dont le devenir est renseigné. Tenu à partir de 80 %, en cours à partir "
            "de 50 %. Se mesure au dossier de comité : la page reprend le dernier.",
            judges.outcomes_m3,
            needs=("packs",),
            tells=("ended",),
        ),
        Kind(
            "designations_covered",
            "Structures ayant désigné un référent",
            "Structures locales des réseaux signataires qui ont un référent désigné le dernier jour de la période, "
            "pour l’un des sujets de la convention. Tenu à partir de 90 %, en cours à partir de 50 %.",
            judges.designations,
            needs=("designations",),
        ),
        Kind(
            "committee_held",
            "Réunions du comité de suivi",
            "Tenu quand le comité s’est réuni dans son rythme (année glissante ou année civile), en cours quand une "
            "réunion est fixée ou que la période qui court n’est pas finie.",
            judges.committee,
            needs=("committees",),
        ),
    )
}


def kind_of(code: str) -> Kind | None:
    """The measure of a code, evidence when it is empty; None when nobody knows that code any more."""
    return KINDS.get(code) if code else BY_EVIDENCE


def label_of(code: str) -> str:
    """What a commitment is measured by, in French."""
    kind = kind_of(code)
    return kind.label if kind else "Mesure inconnue"


def judge(code: str, terms: Terms, evidence: Evidence) -> Measure:
    """The verdict of a measure on the evidence of one commitment."""
    kind = kind_of(code)
    if kind is None:
        return Measure("non mesurable", "Cette mesure n’existe plus dans le portail.")
    return judges.in_time(terms, evidence, kind.judge(terms, evidence))
