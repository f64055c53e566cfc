"""A form that comes back: sent twice it is one thing; gone back to and changed, it is another, and says so."""

from copy import copy
from typing import Any
from uuid import uuid4

from django.forms import Form


class Reused(Exception):
    """The form was sent before, and says something else now. What was sent first stays as it is."""


def say_reused(form: Form, first: str) -> None:
    """Say what became of the first sending; what is typed stays, under a new key.

    ``first``: "Cette période est déjà notée."
    """
    form.add_error(
        None,
        f"{first} Ce que vous venez de changer n’est pas enregistré : modifiez ce qui est déjà là, ou envoyez "
        "de nouveau cette page pour en ajouter une deuxième.",
    )
    data: Any = copy(form.data)
    data["submission"] = str(uuid4())
    form.data = data
