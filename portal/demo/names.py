"""Invented names of the demonstration: young people, agencies, and the French grammar of place names.

Nobody and no company is meant. First names are those given in France around 2000-2010, of every origin met
in a Mission Locale; family names add apostrophes, particles and hyphens, which software often breaks.
"""

from partners.territory.dataset import normalise_name


def _names(words: str) -> tuple[str, ...]:
    """Names separated by spaces; an underscore keeps a particle with its name."""
    return tuple(word.replace("_", " ") for word in words.split())


YOUTH_FIRST_NAMES = _names(
    "Enzo Léa Yanis Manon Nathan Inès Mathis Camille Lucas Sarah Hugo Chloé Théo Emma Mohamed Lina Rayan "
    "Jade Axel Océane Kévin Clara Ibrahim Aïcha Noah Louise Mehdi Fatoumata Ethan Anaïs Bilal Maëlys Tom "
    "Romane Amadou Mariam Gabin Zoé Killian Lola Ismaël Nour Malo Maëva Moussa Assia Tiago Inaya Evan "
    "Juliette Adam Yasmine Loïc Coralie Sofiane Kenza Quentin Justine Abdoulaye Aminata Dylan Ophélie "
    "Walid Salomé Elias Lise-Marie Jean-Baptiste Marie-Ange Tran Linh Minh Mai Dimitri Anastasia Diego "
    "Lucía João Beatriz Gaëtan Noémie Corentin Solène Erwan Maïwenn Nolan Lou Teddy Priscilla Steeve "
    "Tatiana Teiva Vaimiti Ali Zahra Issa Kadiatou Florian Mélissa Jordan Cindy Samuel Esther Raphaël "
    "Rebecca Emir Elif Luka Mila Arsène Capucine"
)

YOUTH_LAST_NAMES = _names(
    "Martin Bernard Petit Robert Richard Durand Moreau Laurent Simon Michel Lefebvre Leroy Roux Fournier "
    "Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefèvre Faure Mercier Blanc Guérin "
    "Boyer Garnier Benali Haddad Mansouri Cherif Belkacem Amrani Saïdi Ziani Bouzid Khelifi Traoré Diallo "
    "Coulibaly Camara Keïta Sylla Cissé N'Diaye Sow Koné M'Bala Nguyen Tran Pham Le Ly Da_Silva Ferreira "
    "Pereira Dos_Santos Lopes D'Almeida Garcia Martinez Fernandez Lopez Ruiz Le_Goff Le_Gall Kervella "
    "Guivarc'h L'Hostis Riou Payet Hoarau Grondin Técher Boyer-Vidal Célestine Jean-Louis Mathurin Zéphir "
    "Yılmaz Kaya Demir Popescu Kovač Nowak De_Souza Rossi Ferrari Van_den_Broeck Schmitt Weber Meyer "
    "Etcheverry Haristoy Santoni Casanova Rakotomalala Andriamanana Attoumani Saïd-Omar Tetuanui Kanoho "
    "Ould_Amar El_Mansour Ben_Youssef Dubois-Leroy"
)

# invented brands of temporary work agencies
AGENCY_BRANDS = (
    "Passerelune Intérim",
    "Brindevie Travail temporaire",
    "Tournemarin Intérim",
    "Escalibou Emploi",
    "Marguerive Intérim",
    "Cordelune Travail temporaire",
    "Pontaubel Intérim",
    "Folavigne Emploi",
    "Ruchelaine Intérim",
    "Vaguepin Travail temporaire",
)

# how the name of a region follows "de" in French, by INSEE code
OF_REGION = {
    "01": "de Guadeloupe",
    "02": "de Martinique",
    "03": "de Guyane",
    "04": "de La Réunion",
    "06": "de Mayotte",
    "11": "d'Île-de-France",
    "24": "du Centre-Val de Loire",
    "27": "de Bourgogne-Franche-Comté",
    "28": "de Normandie",
    "32": "des Hauts-de-France",
    "44": "du Grand Est",
    "52": "des Pays de la Loire",
    "53": "de Bretagne",
    "75": "de Nouvelle-Aquitaine",
    "76": "d'Occitanie",
    "84": "d'Auvergne-Rhône-Alpes",
    "93": "de Provence-Alpes-Côte d'Azur",
    "94": "de Corse",
}

# for acronyms: the only name too long for them
SHORT_REGION = {"93": "PACA"}

# assemblies whose name is not "Conseil régional de …"
REGION_ASSEMBLIES = {
    "02": "Collectivité territoriale de Martinique",
    "03": "Collectivité territoriale de Guyane",
    "06": "Département de Mayotte",
    "94": "Collectivité de Corse",
}

# regional State services whose acronym is not DREETS
STATE_SERVICES = {
    "01": "DEETS",
    "02": "DEETS",
    "03": "DGCOPOP",
    "04": "DEETS",
    "06": "DEETS",
    "11": "DRIEETS",
}


def of_town(name: str) -> str:
    """The name of a town after "de": "Le Mans" gives "du Mans", "Angers" gives "d'Angers"."""
    if name.startswith("Le "):
        return f"du {name[3:]}"
    if name.startswith("Les "):
        return f"des {name[4:]}"
    if normalise_name(name)[:1] in set("aeiou") or name.startswith(("Hy", "Hé", "Hon")):
        return f"d'{name}"
    return f"de {name}"


def slug(text: str) -> str:
    """Letters, digits and hyphens only: the part of an address that comes from a name."""
    plain = normalise_name(text).replace(" ", "-")
    return "".join(c for c in plain if c == "-" or (c.isascii() and c.isalnum()))
