"""Routes of the portal: French paths, English names (DESIGN, "Names that stay put")."""

from django.contrib import admin
from django.urls import include, path

from portal import health, views, well_known

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    path("aide/", views.help_page, name="help"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("mentions-legales/", views.legal, name="legal"),
    path("donnees-personnelles/", views.privacy, name="privacy"),
    path("donnees-personnelles/registre/", views.register, name="register"),
    path("conditions-utilisation/", views.terms, name="terms"),
    path("contact/", views.contact, name="contact"),
    path("plan-du-site/", views.site_map, name="site_map"),
    path("nouveautes/", views.news_page, name="news"),
    path(".well-known/security.txt", well_known.security_txt, name="security_txt"),
    path("robots.txt", well_known.robots, name="robots"),
    path("sante/vivante", health.live, name="health_live"),
    path("sante/prete", health.ready, name="health_ready"),
    path("", include("accounts.urls")),
    path("", include("notifications.urls")),
    path("", include("partners.urls")),
    path("", include("youths.urls")),
    path("", include("referrals.urls")),
    path("", include("reporting.urls")),
    path("admin/", admin.site.urls),
]
