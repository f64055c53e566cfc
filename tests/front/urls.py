"""The route names that the shared templates rely on, and nothing behind them."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def room(namespace: str, **routes: str):
    pages = [path(route, nothing, name=name) for name, route in routes.items()]
    return path("", include((pages, namespace)))


urlpatterns = [
    path("", nothing, name="home"),
    path("accessibilite/", nothing, name="accessibility"),
    path("mentions-legales/", nothing, name="legal"),
    path("donnees-personnelles/", nothing, name="privacy"),
    path("donnees-personnelles/registre/", nothing, name="register"),
    path("aide/", nothing, name="help"),
    path("conditions-utilisation/", nothing, name="terms"),
    path("contact/", nothing, name="contact"),
    path("plan-du-site/", nothing, name="site_map"),
    path("nouveautes/", nothing, name="news"),
    room("accounts", sign_in="connexion/", sign_out="deconnexion/", account="mon-compte/"),
    room(
        "youths",
        list="jeunes/",
        search="jeunes/recherche/",
        create="jeunes/nouveau/",
        rights="protection-des-donnees/",
    ),
    room("referrals", list="orientations/", create="orientations/nouvelle/", offer_list="offres/"),
    room(
        "partners",
        convention_list="conventions/",
        organisation_list="structures/",
        designation_list="referents/",
        session_list="rencontres/",
        resource_list="ressources/",
    ),
    room("reporting", dashboard="tableau-de-bord/", pack_list="comites/"),
    room("notifications", list="notifications/", mailbox="demonstration/courrier/"),
]
