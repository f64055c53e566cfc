"""What hangs on a convention that ends or moves is told to the administrator, and left as it is."""

from itertools import chain

from django.contrib import messages
from django.http import HttpRequest

from partners.conventions.family import living_children


def warn_of_children(request: HttpRequest, parents: list[int]) -> None:
    """Say which declinations hang on conventions that end or change their dates."""
    children = sorted(chain(*living_children(parents).values()), key=lambda child: child.code)
    if not children:
        return
    names = ", ".join(child.code for child in children)
    many = len(children) > 1
    messages.warning(
        request,
        f"{'Ces déclinaisons dépendent' if many else 'Cette déclinaison dépend'} de ce texte : {names}. "
        + (
            "Elles gardent leurs dates et leurs parties : rien n’a été clos. Vérifiez chacune avec ses parties."
            if many
            else "Elle garde ses dates et ses parties : rien n’a été clos. Vérifiez-la avec ses parties."
        ),
    )
