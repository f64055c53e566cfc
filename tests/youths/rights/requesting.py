"""A youth asks something about their data: Paul, the delegate, writes it down and follows it, as his forms let him."""

from django.urls import reverse

from core import clock
from tests.conftest import as_owner
from tests.filling import form_of, send_pairs
from youths.models import RightsRequest

HOME = "/protection-des-donnees/"
FIND = f"{HOME}demandes/nouvelle/"


def ask(client, youth, **typed):
    """Paul writes down what a youth asks, as his form lets him."""
    form = form_of(client.get(FIND).content.decode(), "kind")
    values = {
        "last_name": youth.last_name, "first_name": youth.first_name, "birth_date": youth.birth_date.isoformat(),
        "kind": "acces", "channel": "accueil", "received_on": clock.today().isoformat(), "identity": "on",
    } | typed  # fmt: skip
    return send_pairs(client, FIND, form.filled(**values))


def received(world, visit, kind="acces", name="yann", **typed) -> RightsRequest:
    answer = ask(visit("paul"), world.youth(name), kind=kind, **typed)
    assert answer.status_code == 302, answer.content.decode()
    with as_owner():
        return RightsRequest.objects.get(organisation=world.org("ML_A"), youth=world.youth(name), kind=kind)


def page(found, name="request") -> str:
    return reverse(f"youths:rights_{name}", args=[found.uuid])


def send(client, address, control, **typed):
    return send_pairs(client, address, form_of(client.get(address).content.decode(), control).filled(**typed))
