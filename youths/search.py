"""Finding a youth inside one's own organisation: names without accents, hyphens nor apostrophes."""

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from core.acting import Acting
from core.names import normalise
from youths.models import Accompaniment, Youth

MINIMUM = 3
# Sorts after every letter in the collation of the search columns: the end of a prefix.
_LAST = "\uffff"


def matching(youths: QuerySet[Youth], typed: str) -> QuerySet[Youth]:
    """The youths whose last or first name begins with what was typed, or who bear that file number.

    Ranges, not LIKE: under row-level security LIKE does not reach the index (STACK §6).
    """
    wanted = normalise(typed)
    end = wanted + _LAST
    return youths.filter(
        Q(search_name__gte=wanted, search_name__lt=end)
        | Q(search_first__gte=wanted, search_first__lt=end)
        | Q(file_number=typed.strip()[:20])
    )


def with_lead(youths: QuerySet[Youth], acting: Acting) -> QuerySet[Youth]:
    """What a line of a list shows: the lead referent, and whether this person may open the record."""
    lead = Accompaniment.objects.active().filter(youth=OuterRef("pk"), role=Accompaniment.Role.LEAD)
    name = Concat(
        F("professional__first_name"), Value(" "), F("professional__last_name"), output_field=CharField()
    )
    return youths.annotate(
        lead_name=Subquery(lead.values_list(name)[:1]),
        may_open=Exists(Youth.objects.visible_to(acting).filter(pk=OuterRef("pk"))),
    )
